"""`record`, `correct`, `withdraw`, `history`, `conflicts` and `settle`: single rows of the record, and their past."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
from pairup.cli.options import ACTOR, KNOWN_BY, ON, PROGRAMME, RECORD, day_of, now
from pairup.errors import ConflictError

TABLE = click.argument("table")
CODE = click.argument("code")
CELLS = click.argument("cells", nargs=-1, required=True, metavar="COLUMN=TEXT…")
KEY = click.option("--key", help="Names this submission: sent again, it is done once.")
SEEN = click.option("--seen", type=click.IntRange(min=1), required=True, help="The version you saw.")
REASON = click.option("--reason", default="", help="Why. It stays in the journal: no personal data.")


def cells_given(cells: Iterable[str]) -> dict[str, str]:
    """Read `column=text` words; the text may hold more signs of equality."""
    found: dict[str, str] = {}
    for cell in cells:
        column, sign, text = cell.partition("=")
        if not sign or not column or column in found:
            raise click.UsageError(f"{cell!r} is not COLUMN=TEXT, or its column is given twice.")
        found[column] = text
    return found


@click.command()
@TABLE
@CELLS
@RECORD
@PROGRAMME
@REASON
@KEY
@ACTOR
def record(
    table: str, cells: tuple[str, ...], record: Path, programme: str | None, reason: str, key: str | None, actor: str
) -> None:
    """Record a new row of TABLE, for example: pairup record needs code=N-9 place=nang … --record FILE.

    \f
    Columns are those of a programme folder. The row is checked as a folder is.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services import edits

    done = edits.record(
        table, [cells_given(cells)], actor=actor, at=now(), programme=programme, key=key, reason=reason
    )  # fmt: skip
    _say(done)


@click.command()
@TABLE
@CODE
@CELLS
@SEEN
@RECORD
@PROGRAMME
@REASON
@KEY
@ACTOR
def correct(
    table: str, code: str, cells: tuple[str, ...], seen: int, record: Path, programme: str | None, reason: str,
    key: str | None, actor: str,
) -> None:  # fmt: skip
    """Correct the row CODE of TABLE as you saw it: a new version takes the place of version --seen."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import edits

    try:
        done = edits.correct(
            table, code, cells_given(cells), seen=seen, actor=actor, at=now(), programme=programme, key=key,
            reason=reason,
        )  # fmt: skip
    except ConflictError as lost:
        say_sides(lost)
        raise
    _say(done)


@click.command()
@TABLE
@CODE
@SEEN
@RECORD
@PROGRAMME
@click.option("--reason", required=True, help="Why. It stays in the journal: no personal data.")
@KEY
@ACTOR
def withdraw(
    table: str, code: str, seen: int, record: Path, programme: str | None, reason: str, key: str | None, actor: str
) -> None:
    """Withdraw version --seen of a row that should never have stood there. It stays readable as of before."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import edits

    _say(
        edits.withdraw(
            table, code, seen=seen, actor=actor, at=now(), programme=programme, key=key, reason=reason
        )
    )  # fmt: skip


@click.command()
@TABLE
@CODE
@RECORD
@PROGRAMME
@KNOWN_BY
@click.option("--personal", is_flag=True, help="Show personal columns too.")
def history(
    table: str, code: str, record: Path, programme: str | None, known_by: datetime | None, personal: bool
) -> None:
    """Show every version of a row: what changed, who did it, when and why, by both clocks."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import histories
    from pairup.values.words import say

    steps = histories.history(
        table, code, known_by=known_by.date() if known_by else None, programme=programme, personal=personal
    )
    for step in steps:
        facts = {"number": step.number, "holds": step.holds, **_told(step.by)}
        click.echo(say("lifecycle.version", language(), **facts))
        for name, (before, after) in step.changed.items():
            click.echo(f"    {name}: {f'{before} → ' if step.replaces else ''}{after}")
        if step.ended is not None:
            click.echo(f"    {say('lifecycle.version-ended', language(), **_told(step.ended))}")


def _told(act: Any) -> dict[str, Any]:
    return {
        "at": f"{act.at:%Y-%m-%d %H:%M}", "entry": act.entry, "command": act.command, "actor": act.actor,
        "reason": f": {act.reason}" if act.reason else "",
    }  # fmt: skip


@click.command()
@RECORD
@PROGRAMME
@ON
@KNOWN_BY
@click.option("--all", "everything", is_flag=True, help="Settled ones too.")
def conflicts(
    record: Path, programme: str | None, on: datetime | None, known_by: datetime | None, everything: bool
) -> None:
    """List edits that came too late, with what was proposed and what stands."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import conflicts as kept
    from pairup.values.words import say

    found = kept.read_conflicts(
        on=day_of(on), known_by=known_by.date() if known_by else None, programme=programme, only_open=not everything
    )
    for one in found:
        facts = {"conflict": one.code, "about": one.about, "edit": one.edit, "day": one.day, "by": one.proposed_by,
                 "seen": one.seen or "-", "won": one.won or "-", "won_by": one.won_by or "-"}  # fmt: skip
        click.echo(say("lifecycle.conflict", language(), **facts))
        for name, (proposed, stands) in one.cells().items():
            click.echo(say("lifecycle.sides", language(), column=name, proposed=proposed or "-", stands=stands or "-"))
        if one.outcome != "open":
            click.echo(say("lifecycle.settled", language(), outcome=one.outcome, by=one.settled_by))
    click.echo(say("lifecycle.conflicts", language(), count=len(found)))


@click.command()
@click.argument("conflict")
@click.option(
    "--outcome", type=click.Choice(["stands", "taken"]), required=True, help="What stands stays, or is replaced now."
)
@click.option("--reason", required=True, help="Why. It stays in the journal: no personal data.")
@RECORD
@ACTOR
def settle(conflict: str, outcome: str, reason: str, record: Path, actor: str) -> None:
    """Decide CONFLICT: what the record holds stands, or what was proposed is taken now."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import conflicts as kept
    from pairup.values.codes import ConflictOutcome
    from pairup.values.words import say

    done = kept.settle(conflict, ConflictOutcome(outcome), actor=actor, at=now(), reason=reason)
    click.echo(say("lifecycle.settled", language(), outcome=done.outcome, by=done.settled_by))


def say_sides(lost: ConflictError) -> None:
    """Show both sides of an edit that was too late."""
    from pairup.values.words import say

    for row in lost.facts.get("proposed", ()):
        for name, text in row.items():
            stands = lost.facts["current"].get(name, "")
            if text != stands:
                click.echo(
                    say("lifecycle.sides", language(), column=name, proposed=text or "-", stands=stands or "-"),
                    err=True,
                )


def _say(done: Any) -> None:
    from pairup.values.words import say

    for code, number in done.rows:
        facts = {"table": done.table, "row": code, "number": number, "entry": done.entry}
        click.echo(say("lifecycle.done-before" if done.is_repeat else "lifecycle.done", language(), **facts))
