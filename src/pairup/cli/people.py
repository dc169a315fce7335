"""`vault`, `erase` and `expire`: what is kept of people, who looked, and how it goes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
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


@vault.group("bulk")
def bulk() -> None:
    """Read of many people at once: one office asks, another agrees, the first reads once, and all can see it."""


@bulk.command("ask")
@click.argument("persons", nargs=-1)
@RECORD
@click.option("--purpose", type=click.Choice([str(one) for one in Purpose]), required=True, help="What it is read for.")
@click.option("--round", "round_code", default="", help="All people of this round, in place of PERSONS.")
@click.option("--why", required=True, help="What the journal keeps. No name.")
@PROGRAMME
@ACTOR
def bulk_ask(
    persons: tuple[str, ...], record: Path, purpose: str, round_code: str, why: str, programme: str | None, actor: str
) -> None:
    """Ask to read what is kept of PERSONS. Nothing is read before another office has agreed."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import bulk_reads

    _say_ask(bulk_reads.ask(
        purpose, persons=persons, round_code=round_code, why=why, actor=actor, at=now(), programme=programme
    ))  # fmt: skip


@bulk.command("agree")
@click.argument("ask")
@RECORD
@ACTOR
def bulk_agree(ask: str, record: Path, actor: str) -> None:
    """Agree to ASK, as another office than the one that asked."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import bulk_reads

    _say_ask(bulk_reads.agree(ask, actor=actor, at=now()))


@bulk.command("take")
@click.argument("ask")
@RECORD
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Write it as this CSV.")
@ACTOR
def bulk_take(ask: str, record: Path, into: Path, actor: str) -> None:
    """Read what ASK was agreed for, once, into a file. Everybody who is read can see it."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import bulk_reads
    from pairup.services.exports import require_free
    from pairup.values.words import say

    require_free(into, False, is_folder=False)
    told = bulk_reads.take(ask, actor=actor, at=now())
    bulk_reads.write_told(told, into)
    click.echo(say("vault.bulk-read", language(), ask=ask, people=len(told), file=into.name))


@bulk.command("list")
@RECORD
@PROGRAMME
def bulk_list(record: Path, programme: str | None) -> None:
    """List what was asked for, and count how often and of how many people the vault was read at once."""
    from dataclasses import asdict

    from pairup.services import open_record

    open_record(record)
    from pairup.services import bulk_reads
    from pairup.values.words import say

    for one in bulk_reads.asks_of(programme):
        _say_ask(one)
    click.echo(say("vault.bulk-count", language(), **asdict(bulk_reads.count_asks(programme))))


def _say_ask(one: Any) -> None:
    from pairup.values.words import say

    facts = {
        "ask": one.code, "by": one.asked_by, "purpose": one.purpose, "people": len(one.persons), "why": one.why,
        "agreed": one.agreed_by or "-", "read": f"{one.taken_at:%Y-%m-%d}" if one.taken_at else "-",
        "until": f"{one.lasts:%Y-%m-%d %H:%M}",
    }  # fmt: skip
    click.echo(say("vault.bulk-line", language(), **facts))


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
