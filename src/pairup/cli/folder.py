"""`init`, `check`, `load` and `save`: a user's own data in and out."""

from __future__ import annotations

from pathlib import Path

import click

from pairup.cli.main import language
from pairup.cli.options import ACTOR, RECORD, RECORD_PLACE, now, say_findings, step

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
MAPPING = click.option("--mapping", type=click.Path(path_type=Path, dir_okay=False), help="How your own columns map.")


@click.command()
@FOLDER
@click.option("--name", help="Code of the programme. [default: the folder's name]")
def init(folder: Path, name: str | None) -> None:
    """Make FOLDER: an empty programme with commented example rows."""
    from pairup.services import folder as folders

    made = folders.init_folder(folder, name or folder.resolve().name)
    click.echo(f"Made {len(made)} files in {folder}. Fill them, then: pairup check {folder}")


@click.command()
@FOLDER
@MAPPING
@click.option("--record", type=RECORD_PLACE, help="Check against what this record holds.")
def check(folder: Path, mapping: Path | None, record: Path | str | None) -> None:
    """Say everything that is wrong with FOLDER, with file and row. Nothing is written."""
    from pairup.services import folder as folders

    findings = folders.check_folder(folder, mapping=mapping, record=record)
    say_findings(findings, language())
    refused = sum(1 for finding in findings if finding.severity == "refused")
    if refused:
        click.echo(f"{refused} to mend, {len(findings) - refused} warnings. Nothing was written.")
        raise click.exceptions.Exit(1)
    click.echo(f"Nothing to mend, {len(findings)} warnings. Next: pairup load {folder} --record FILE")


@click.command()
@FOLDER
@RECORD
@MAPPING
@ACTOR
def load(folder: Path, record: Path | str, mapping: Path | None, actor: str) -> None:
    """Load FOLDER into a record, all of it or nothing. A record that does not exist is made."""
    from pairup.services import folder as folders

    with step(f"Loading {folder}") as bar:
        loaded = folders.load_into(record, folder, mapping=mapping, actor=actor, at=now(), progress=bar)
        bar.said = f"{loaded.total.new:,} new, {loaded.total.changed:,} changed, {loaded.total.same:,} the same"
    for table, (new, changed, same) in sorted(loaded.items()):
        click.echo(f"{table}: {new:,} new, {changed:,} changed, {same:,} the same")
    click.echo(f"Next: pairup plan postings --record {record}, or pairup report --record {record}")


@click.command()
@RECORD
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Write into a folder that is not empty.")
def save(record: Path | str, folder: Path, force: bool) -> None:
    """Save a record as FOLDER: CSV files with every version, the journal, and datapackage.json."""
    from pairup.services import folder as folders
    from pairup.services import open_record

    open_record(record)
    with step(f"Saving {record}") as bar:
        counts = folders.save_folder(folder, force=force, progress=bar)
    click.echo(f"Saved {sum(counts.values()):,} rows of {len(counts)} tables in {folder}.")
