"""`vault`, `erase` and `expire`: what is kept of people, who looked, and how it goes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pairup.cli.options import ACTOR, DAY, PROGRAMME, RECORD, day_of, now
from pairup.values.purposes import Purpose

PERSON = click.argument("person")


@click.group()
def vault() -> None:
    """Read what is kept of a person, see who looked, and look after the keys.

    \f
    What is in the vault is read for a declared purpose only, and every read leaves a row that the person can see.
    """


@vault.command("read")
@PERSON
@RECORD
@click.option("--purpose", type=click.Choice([str(one) for one in Purpose]), required=True, help="What it is read for.")
@PROGRAMME
@ACTOR
def read_facts(person: str, record: Path, purpose: str, programme: str | None, actor: str) -> None:
    """Read what is kept of PERSON for one purpose. That it was read is recorded, and PERSON can see it."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import vault as vaults

    told = vaults.look(person, purpose, actor=actor, at=now(), programme=programme)
    for field, value in sorted(told.items()):
        click.echo(f"{field}: {value}")
    click.echo(f"{len(told)} fields read for {purpose}; {person} can see that.", err=True)


@vault.command("log")
@PERSON
@RECORD
@PROGRAMME
@ACTOR
def log(person: str, record: Path, programme: str | None, actor: str) -> None:
    """Say who looked at what is kept of PERSON, when, and what for."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import vault as vaults

    found = vaults.looks(person, actor=actor, programme=programme)
    for one in found:
        click.echo(f"{one.at:%Y-%m-%d %H:%M}  {one.by}  {one.purpose}: {', '.join(one.fields)}")
    click.echo(f"{len(found)} reads.")


@vault.command("rotate")
@RECORD
def rotate(record: Path) -> None:
    """Wrap all keys by a new master key. Nothing that is closed changes."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services.personal import keys_path, open_ring

    with open_ring() as ring:
        count = ring.rotate()
    click.echo(f"{count:,} keys in {keys_path()} are wrapped anew. Destroy older copies of the file.")


@click.command()
@PERSON
@RECORD
@click.option("--why", required=True, help="What the journal keeps: who asked, and when. No name.")
@click.option("--purpose", type=click.Choice([str(one) for one in Purpose]), help="Only what is kept for this.")
@click.option("--yes", is_flag=True, help="Do not ask; it cannot be taken back.")
@PROGRAMME
@ACTOR
def erase(
    person: str, record: Path, why: str, purpose: str | None, yes: bool, programme: str | None, actor: str
) -> None:
    """Erase what is personal of PERSON, in the record and in every copy of it. It cannot be taken back."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import vault as vaults

    if not yes:
        click.confirm(f"Erase what is personal of {person}, for good?", abort=True)
    count = vaults.erase(person, actor=actor, at=now(), why=why, purpose=purpose, programme=programme)
    what = f"what is kept of {person} for {purpose}" if purpose else person
    click.echo(f"{what} is erased: {count} keys destroyed. The journal says that it happened, and verifies.")
    click.echo("Copies of the key file that lie elsewhere still hold them: destroy those within 35 days.")


@click.command()
@RECORD
@click.option("--on", type=DAY, help="What is past its time on this day. [default: today]")
@click.option("--dry-run", is_flag=True, help="List it, and let nothing go.")
@ACTOR
def expire(record: Path, on: datetime | None, dry_run: bool, actor: str) -> None:
    """Let go of what is past its time of keeping: its keys are destroyed. Look first with --dry-run."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import vault as vaults

    day = day_of(on)
    found = vaults.due(on=day) if dry_run else vaults.expire(on=day, actor=actor, at=now())
    for one in found:
        click.echo(f"{one.person}  {one.drawer}: {one.rows} rows, due since {one.since}")
    click.echo(f"{len(found)} keys {'are due' if dry_run else 'were destroyed'}.")
