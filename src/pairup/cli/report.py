"""`claims` and `report`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pairup.cli.main import language
from pairup.cli.options import KNOWN_BY, ON, PROGRAMME, RECORD, day_of, step


@click.command()
@RECORD
@PROGRAMME
@ON
@KNOWN_BY
def claims(record: Path, programme: str | None, on: datetime | None, known_by: datetime | None) -> None:
    """Check every claim of a programme: its arithmetic, units, size, contradictions, and what stands behind it."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import claims as checks

    results = checks.check(programme, on=day_of(on), known_by=known_by.date() if known_by else None)
    for line in checks.lines(results, language()):
        click.echo(line)


@click.command()
@RECORD
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=Path("report"), show_default=True)
@PROGRAMME
@ON
@KNOWN_BY
@click.option("--force", is_flag=True, help="Write over a report that is there.")
def report(
    record: Path, into: Path, programme: str | None, on: datetime | None, known_by: datetime | None, force: bool
) -> None:
    """Write INTO/index.html for the office and INTO/public.html for everybody."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import reporting

    with step(f"Writing {into}") as bar:
        paths = reporting.write(
            into, programme=programme, on=day_of(on), known_by=known_by.date() if known_by else None, force=force
        )
        bar.said = f"{len(paths)} files"
    click.echo(f"Open {into / 'index.html'} (for the office) or {into / 'public.html'} (for everybody).")
