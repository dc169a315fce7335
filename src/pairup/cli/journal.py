"""`checkpoint`, `export-journal` and `verify`: what lets others see that nothing was changed afterwards."""

from __future__ import annotations

from pathlib import Path

import click

from pairup.cli.main import language
from pairup.cli.options import RECORD, now

_FILE = click.Path(path_type=Path, dir_okay=False)
_KEY = click.option("--key", type=_FILE, help="The log's secret key. [default: RECORD.key, made at the first call]")


@click.command()
@RECORD
@_KEY
@click.option("--log", "name", default="pairup/journal", show_default=True, help="The log's name, for a new key.")
@click.option("--into", type=_FILE, help="Write the checkpoint there too.")
@click.option(
    "--letters", "folder", type=click.Path(path_type=Path, file_okay=False),
    help="Write a letter with the checkpoint for each office there, as .eml files to send.",
)  # fmt: skip
@click.option("--send", "is_sent", is_flag=True, help="Mail it to the offices, once a day; needs PAIRUP_MAIL_URL.")
@click.option("--offices", type=_FILE, help="Addresses of the three offices. [default: RECORD.offices.toml]")
def checkpoint(
    record: Path | str, key: Path | None, name: str, into: Path | None, folder: Path | None, is_sent: bool,
    offices: Path | None,
) -> None:  # fmt: skip
    """Sign how long the journal is and what its head is; print the note for the offices to keep."""
    from pairup.services import beside, open_record

    open_record(record)
    from pairup.journal.letters import letters, read_addresses
    from pairup.services import mail
    from pairup.services.journal_export import signing_key
    from pairup.services.write import sign_checkpoint

    path = key or beside(record, ".key")
    server = mail.named_server() if is_sent else None
    is_carried = is_sent or folder is not None
    addresses = read_addresses(offices or beside(record, ".offices.toml")) if is_carried else None
    secret, is_new = signing_key(path, name)
    note = sign_checkpoint(secret, at=now())
    if into is not None:
        into.write_text(note, encoding="utf-8")
    if folder is not None and addresses is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for file, letter in letters(note, secret.public, addresses):
            (folder / file).write_bytes(letter)
            click.echo(f"To be sent: {folder / file}", err=True)
    if is_new:
        click.echo(f"A key was made: {path}. Keep it apart from the record and its backups.", err=True)
        click.echo("Give every office this line; it checks all checkpoints:", err=True)
        click.echo(str(secret.public), err=True)
    click.echo(note, nl=False)
    if server is not None and addresses is not None:
        sent = mail.send_checkpoint(note, secret.public, addresses, server=server, at=now())
        click.echo(f"Sent to: {', '.join(sent) or 'nobody, all three had theirs today'}.", err=True)


@click.command("export-journal")
@RECORD
@_KEY
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new folder.")
def export_journal(record: Path | str, key: Path | None, into: Path) -> None:
    """Write the journal and its rows as files that others verify without a record; no personal data is in them."""
    from pairup.services import beside, open_record

    open_record(record)
    from pairup.services import journal_export

    path = key or beside(record, ".key")
    secret = journal_export.signing_key(path, "")[0] if path.exists() else None
    count = journal_export.export_journal(into, key=secret, at=now())
    click.echo(f"{count} entries in {into}. Next: python -m pairup.journal.verify {into} --key FILE --checkpoint FILE")


@click.command()
@RECORD
def verify(record: Path | str) -> None:
    """Recompute the journal, its checkpoints and the digest of every row it recorded.

    This is the record looking at itself. `python -m pairup.journal.verify` checks an export against a checkpoint that
    somebody else kept, which an owner of the database cannot get round.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services import write
    from pairup.services.documents import check_documents

    findings = [*write.check_journal(), *check_documents()]
    for finding in findings:
        click.echo(finding.say(language()))
    if findings:
        raise click.exceptions.Exit(1)
    click.echo("The journal holds: every entry and every row is what was recorded.")
