"""`health`: everything a record rests on, looked at."""

from __future__ import annotations

from pathlib import Path

import click

from pairup.cli.main import language
from pairup.cli.options import RECORD, now, say_findings


@click.command()
@RECORD
@click.option(
    "--backups",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of its backups, to look at the last.",
)
def health(record: Path, backups: Path | None) -> None:
    """Look at the record's file, references, journal, rows and attachments, at its last backup and at the disk.

    Damage is named by table and row, or by file, and ends with 1; what only wants care is a warning. Run it every
    night, before the backup.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services.health import check_health

    findings = check_health(record, at=now(), backups=backups)
    say_findings(findings, language())
    broken = sum(finding.severity == "refused" for finding in findings)
    if broken:
        click.echo(f"{broken} damaged, {len(findings) - broken} to care for. Keep the older backups.")
        raise click.exceptions.Exit(1)
    click.echo(f"Nothing is damaged, {len(findings)} to care for.")
