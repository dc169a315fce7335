"""`claims` and `report`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
from pairup.cli.options import KNOWN_BY, ON, PROGRAMME, RECORD, RECORD_PLACE, day_of, picture_file, step


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--record", type=RECORD_PLACE, help="The record: one SQLite file.")
@PROGRAMME
@ON
@KNOWN_BY
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same answer.")
@click.option("--workers", type=click.IntRange(min=1), help="Claims of FOLDER at once. [default: every core]")
@click.option("--wall", callback=picture_file, metavar="FILE", help="Draw class by verdict: .svg, .html or .png.")
@click.option("--json", "as_json", is_flag=True, help="Print the claims as JSON, and nothing else.")
def claims(
    folder: Path | None, record: Path | str | None, programme: str | None, on: datetime | None,
    known_by: datetime | None, seed: int, workers: int | None, wall: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Check every claim of a programme: its arithmetic, units, size, contradictions, and what stands behind it.

    Takes FOLDER, whose panels/CLAIM.csv and designs/CLAIM.toml are evaluated, or --record FILE, whose evaluations are
    those that `pairup evaluate --record` kept. The share of false discoveries is controlled across all of them.
    """
    if (folder is None) == (record is None):
        raise click.UsageError("Give one of FOLDER and --record FILE.")
    results: Any
    if folder is not None:
        from pairup.evaluation.claim_folder import check_claim_folder, read_claim_folder

        results = check_claim_folder(read_claim_folder(folder), seed=seed, jobs=workers)
    else:
        assert record is not None
        from pairup.services import open_record

        open_record(record)
        from pairup.services import claims as checks

        results = checks.check(programme, on=day_of(on), known_by=known_by.date() if known_by else None)
    if wall is not None:
        from pairup.reports.claims_wall import write_wall

        write_wall(results, wall, language())
        click.echo(f"Drawn: {wall}", err=True)
    if as_json:
        click.echo(json.dumps([result.to_dict() for result in results], ensure_ascii=False))
        return
    from pairup.evaluation.claim_lines import lines

    for line in lines(results, language()):
        click.echo(line)


@click.command()
@RECORD
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=Path("report"), show_default=True)
@PROGRAMME
@ON
@KNOWN_BY
@click.option("--force", is_flag=True, help="Write over a report that is there.")
def report(
    record: Path | str, into: Path, programme: str | None, on: datetime | None, known_by: datetime | None, force: bool
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
