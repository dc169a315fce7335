"""`backup`, `restore` and the same for keys: what brings a record back after its disk is gone."""

from __future__ import annotations

from pathlib import Path

import click

from pairup.cli.options import RECORD, RECORD_PLACE, now, step
from pairup.keys.phrase import passphrase_in

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_PASSPHRASE = click.option("--passphrase-file", type=_FILE, help="Encrypt with the first line of this file.")
_NEEDED = click.option("--passphrase-file", type=_FILE, required=True, help="Its first line is the passphrase.")
_INTO = click.option("--into", type=_FOLDER, required=True, help="The folder of backups.")


@click.command()
@RECORD
@_INTO
@_PASSPHRASE
def backup(record: Path | str, into: Path, passphrase_file: Path | None) -> None:
    """Back up a record while it is in use.

    The backup is restored beside and compared, table by table, before it gets its name. Keys of people and the log's
    key are not in it.
    """
    secret = passphrase_in(passphrase_file)
    from pairup.services import open_record

    open_record(record)
    from pairup.services import backup as backups

    with step(f"Backing up {record}") as bar:
        made = backups.backup(record, into, at=now(), passphrase=secret, progress=bar)
        bar.said = f"{made.rows:,} rows and {len(made.manifest.files):,} files, restored and found equal"
    click.echo(f"{made.path}: {made.path.stat().st_size:,} bytes, journal entry {made.manifest.size}")
    click.echo(f"Copy it to another place. To come back: pairup restore {made.path} --record FILE")


@click.command()
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--record", type=RECORD_PLACE, required=True, help="The record to make; nothing may be there.")
@_PASSPHRASE
@click.option("--older", is_flag=True, help="Restore it though a later backup is known.")
@click.option("--checkpoint", type=_FILE, multiple=True, help="A checkpoint kept elsewhere; needs --key.")
@click.option("--key", type=_FILE, help="The log's public key, one a line.")
def restore(
    backup: Path, record: Path | str, passphrase_file: Path | None, older: bool, checkpoint: tuple[Path, ...],
    key: Path | None,
) -> None:  # fmt: skip
    """Restore BACKUP, a file or a folder of them, as a new record.

    All of it is compared with what was backed up. The journal gets an entry that says so: whoever keeps a later
    checkpoint sees that the record went back.
    """
    if checkpoint and key is None:
        raise click.UsageError("--checkpoint needs --key.")
    secret = passphrase_in(passphrase_file)
    from pairup.journal.checkpoint import PublicKey
    from pairup.services.schema import load_django

    load_django()
    from pairup.services import backup as backups

    lines = key.read_text(encoding="utf-8").splitlines() if key else []
    keys = [PublicKey.read(line) for line in lines if line.strip()]
    notes = [path.read_text(encoding="utf-8") for path in checkpoint]
    with step(f"Restoring {backup}") as bar:
        done = backups.restore(
            backup, record, at=now(), passphrase=secret, older=older, notes=notes, keys=keys, progress=bar
        )
    said = done.manifest
    click.echo(f"{record} is as it was on {said.taken}: journal entry {said.size}, and {done.entry} says that it was.")


@click.command("backup-keys")
@RECORD
@_INTO
@_NEEDED
@click.option("--keep-days", type=click.IntRange(min=1), default=35, show_default=True, help="Older copies go.")
def backup_keys(record: Path | str, into: Path, passphrase_file: Path, keep_days: int) -> None:
    """Back up the key file of a record, encrypted, into a folder of its own.

    An erased person is gone from the copies too when the last copy with their key is: after --keep-days.
    """
    secret = passphrase_in(passphrase_file)
    from pairup.services.schema import load_django

    load_django()
    from pairup.services import backup as backups

    path, gone = backups.backup_keys(record, into, at=now(), passphrase=secret or "", keep_days=keep_days)
    click.echo(f"{path} made; {gone} older copies are gone. Keep it apart from the backups of the record.")


@click.command("restore-keys")
@click.argument("backup", type=_FILE)
@click.option("--record", type=_FILE, required=True, help="The record whose keys they are.")
@_NEEDED
def restore_keys(backup: Path, record: Path, passphrase_file: Path) -> None:
    """Put a copy of the key file in its place; nothing may be there."""
    secret = passphrase_in(passphrase_file)
    from pairup.services.schema import load_django

    load_django()
    from pairup.services import backup as backups

    path = backups.restore_keys(backup, record, passphrase=secret or "")
    click.echo(f"{path} restored. Persons erased since have to be erased again.")


@click.command()
@RECORD
@click.option("--into", type=_FOLDER, required=True, help="Where the archive's folder is made.")
@click.option("--year", type=click.IntRange(1900, 2200), required=True, help="A year that is over.")
def archive(record: Path | str, into: Path, year: int) -> None:
    """Write the record as it stood at the end of a year, in files that need no pairup to be read.

    CSV tables with every version, the journal, attachments, the format in words, and a reader in plain Python that
    checks all of it; it has to find the archive whole before this command says so.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services import archive as archives

    with step(f"Archiving {year}") as bar:
        done = archives.archive(record, into, year=year, at=now(), progress=bar)
        bar.said = done.said
    click.echo(f"{done.path}: checksum of all checksums {archives.digest_of_folder(done.path)}")
    click.echo(f"To check it anywhere: python3 {done.path}/{archives.READER}")
