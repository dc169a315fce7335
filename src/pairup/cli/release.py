"""`release`: the public site as a frozen folder, written or checked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pairup.cli.options import ACTOR, ON, PROGRAMME, RECORD_PLACE, day_of, now, step

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--record", type=RECORD_PLACE, envvar="PAIRUP_DATABASE_URL", help="The record to release.")
@click.option("--into", type=_FOLDER, help="A new folder.")
@PROGRAMME
@ON
@click.option("--previous", type=_FOLDER, help="The folder of the last release; needed once there is one.")
@click.option("--licence", default="", metavar="NAME", help="The licence of the data, e.g. CC-BY-4.0.")
@click.option("--check", "checked", type=_FOLDER, help="Only check that a release is as it was published.")
@ACTOR
def release(
    record: Path | str | None, into: Path | None, programme: str | None, on: datetime | None, previous: Path | None,
    licence: str, checked: Path | None, actor: str,
) -> None:  # fmt: skip
    """Write the public site as of a day into INTO: plain pages and data that any web server gives out.

    People are protected together with all releases before; a release that would tell of somebody is refused. The
    journal keeps its digest, and the folder never changes.
    """
    if checked is not None:
        from pairup.reports.release.frozen import require_unchanged

        digest, files = require_unchanged(checked)
        click.echo(f"{checked} is as it was released: {files} files, {digest}.")
        return
    if record is None or into is None:
        raise click.UsageError("Give --record FILE and --into FOLDER, or --check FOLDER.")
    from pairup.services import open_record

    open_record(record)
    from pairup.services import releases

    with step(f"Releasing {into}") as bar:
        done = releases.publish(
            into, programme=programme, on=day_of(on), actor=actor, at=now(), previous=previous, licence=licence
        )
        bar.said = f"{done.files} files, {done.hidden} of {done.cells} counts of people hidden"
    click.echo(f"Release {done.version}, {done.digest}, stands in the journal as entry {done.entry}.")
    click.echo(f"Open {into / 'index.html'}, or give the folder to any web server.")
