"""Life-cycle commands: needs, projects, postings, offers, follow-ups, signatures, documents, and what is due."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
from pairup.cli.options import ACTOR, DAY, KNOWN_BY, ON, PROGRAMME, RECORD, day_of, now
from pairup.cli.rows import cells_given

CODE = click.argument("code")
PAPER = click.option("--paper", default="", help="Document that the person signed, where an office enters it.")
MORE = click.argument("cells", nargs=-1, metavar="[COLUMN=TEXT…]")


def _open(record: Path) -> None:
    from pairup.services import open_record

    open_record(record)


def _done(done: Any) -> None:
    from pairup.values.words import say

    click.echo(say("lifecycle.moved", language(), table=done.table, row=done.code, state=done.state, entry=done.entry))


@click.group()
def need() -> None:
    """A need's life."""


@need.command("state")
@CODE
@click.argument("state", type=click.Choice(["open", "planned", "met", "withdrawn", "merged"]))
@click.option("--into", default="", help="The need it is merged into.")
@ON
@RECORD
@PROGRAMME
@ACTOR
def need_state(
    code: str, state: str, into: str, on: datetime | None, record: Path, programme: str | None, actor: str
) -> None:
    """Say the state of need CODE from a day on. The recipient's own list: a donor office may not."""
    _open(record)
    from pairup.services import projects
    from pairup.values.codes import NeedStatus

    _done(
        projects.state_need(
            code, NeedStatus(state), day=day_of(on), into=into, actor=actor, at=now(), programme=programme
        )
    )  # fmt: skip


@click.group()
def project() -> None:
    """A project's life."""


@project.command("move")
@CODE
@click.argument("state")
@MORE
@click.option("--why", default="", help="What was changed, or why it stands still.")
@ON
@RECORD
@PROGRAMME
@ACTOR
def project_move(
    code: str, state: str, cells: tuple[str, ...], why: str, on: datetime | None, record: Path, programme: str | None,
    actor: str,
) -> None:  # fmt: skip
    """Move project CODE to STATE from a day on, with other columns that change: running_cost_payer=… asset_owner=…

    \f
    Refuses a state that may not follow, and says which may.
    """
    _open(record)
    from pairup.services import projects
    from pairup.values.codes import ProjectStatus

    if state not in list(ProjectStatus):
        raise click.UsageError(f"{state!r} is no state of a project. States: {', '.join(ProjectStatus)}.")
    _done(
        projects.move(
            code, ProjectStatus(state), day=day_of(on), actor=actor, at=now(), why=why, programme=programme,
            cells=cells_given(cells),
        )
    )  # fmt: skip


@click.group()
def posting() -> None:
    """A posting's life: extended with the secondee's consent, ended without a reason, handed over."""


@posting.command("extend")
@CODE
@click.option("--until", type=DAY, required=True, help="The new last day.")
@click.option("--asked-by", default="", help="The organisation that asks.")
@RECORD
@PROGRAMME
@ACTOR
def posting_extend(code: str, until: datetime, asked_by: str, record: Path, programme: str | None, actor: str) -> None:
    """Ask for posting CODE to last longer. Nothing changes until the secondee has signed."""
    _open(record)
    from pairup.services import postings
    from pairup.values.words import say

    done = postings.extend(code, until.date(), actor=actor, at=now(), asked_by=asked_by, programme=programme)
    _done(done)
    click.echo(say("lifecycle.consent-next", language(), extension=done.code))


@posting.command("consent")
@click.argument("extension")
@click.argument("answer", type=click.Choice(["signed", "declined"]))
@PAPER
@RECORD
@PROGRAMME
@ACTOR
def posting_consent(extension: str, answer: str, paper: str, record: Path, programme: str | None, actor: str) -> None:
    """Sign or decline EXTENSION, as the secondee (--actor secondee:CODE). No reason is asked for."""
    _open(record)
    from pairup.services import postings
    from pairup.values.codes import Answer

    _done(postings.consent(extension, Answer(answer), actor=actor, at=now(), paper=paper, programme=programme))


@posting.command("end")
@CODE
@click.option("--last", type=DAY, required=True, help="The last day in post.")
@RECORD
@PROGRAMME
@ACTOR
def posting_end(code: str, last: datetime, record: Path, programme: str | None, actor: str) -> None:
    """End posting CODE early. There is no place for a reason, and none is asked for."""
    _open(record)
    from pairup.services import postings

    _done(postings.end(code, last.date(), actor=actor, at=now(), programme=programme))


@posting.command("hand-over")
@CODE
@click.option("--document", required=True, help="The handover file, a document of the record.")
@click.option("--successor", default="", help="The posting that takes over.")
@RECORD
@PROGRAMME
@ACTOR
def posting_hand_over(
    code: str, document: str, successor: str, record: Path, programme: str | None, actor: str
) -> None:
    """Give posting CODE its handover file and its successor; says on how many days both are there."""
    _open(record)
    from pairup.services import postings
    from pairup.values.words import say

    done, overlap = postings.hand_over(
        code, document=document, actor=actor, at=now(), successor=successor, programme=programme
    )
    _done(done)
    if successor:
        click.echo(say("lifecycle.overlap", language(), days="?" if overlap is None else overlap))


@click.group()
def offer() -> None:
    """The offer of a post to a person."""


@offer.command("answer")
@click.argument("offer_code", metavar="OFFER")
@click.argument("answer", type=click.Choice(["accepted", "declined"]))
@PAPER
@RECORD
@PROGRAMME
@ACTOR
def offer_answer(offer_code: str, answer: str, paper: str, record: Path, programme: str | None, actor: str) -> None:
    """Accept or decline OFFER, as the person it was made to (--actor secondee:CODE). No reason is taken."""
    _open(record)
    from pairup.services import postings
    from pairup.values.codes import Answer

    _done(
        postings.answer_offer(offer_code, Answer(answer), actor=actor, at=now(), paper=paper, programme=programme)
    )  # fmt: skip


@click.group("follow-up")
def follow_up() -> None:
    """What a visit left to be done."""


@follow_up.command("close")
@CODE
@click.option("--done", "done_on", type=DAY, help="The day it was done. [default: today]")
@click.option("--outcome", required=True, help="What came of it.")
@RECORD
@PROGRAMME
@ACTOR
def follow_up_close(
    code: str, done_on: datetime | None, outcome: str, record: Path, programme: str | None, actor: str
) -> None:
    """Close the follow-up of finding CODE."""
    _open(record)
    from pairup.services import signing

    _done(
        signing.close_follow_up(
            code, done=day_of(done_on), outcome=outcome, actor=actor, at=now(), programme=programme
        )
    )  # fmt: skip


@click.command()
@click.argument("about")
@click.option("--organisation", required=True, help="Who signs.")
@click.option("--kind", type=click.Choice(["signed", "reservation", "declined"]), default="signed", show_default=True)
@click.option("--reservation", default="", help="Its words; printed whole.")
@RECORD
@PROGRAMME
@ACTOR
def countersign(
    about: str, organisation: str, kind: str, reservation: str, record: Path, programme: str | None, actor: str
) -> None:
    """Sign ABOUT (needs/N-1, runs/…, reports/2026-11-23, evaluations/…), with or without a reservation, or decline.

    \f
    A signature is a voice and never a gate: no payment waits for it. Its absence is printed.
    """
    _open(record)
    from pairup.services import signing
    from pairup.values.codes import SignatureKind

    _done(
        signing.countersign(
            about, SignatureKind(kind), organisation=organisation, actor=actor, at=now(), reservation=reservation,
            programme=programme,
        )
    )  # fmt: skip


@click.group()
def document() -> None:
    """Papers, held by the hash of their bytes beside the record."""


@document.command("add")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@CODE
@MORE
@click.option("--kind", default="other", show_default=True, help="mandate, agreement, acceptance, handover_file …")
@click.option("--title", required=True, help="What the paper is called.")
@RECORD
@PROGRAMME
@ACTOR
def document_add(
    file: Path, code: str, cells: tuple[str, ...], kind: str, title: str, record: Path, programme: str | None,
    actor: str,
) -> None:  # fmt: skip
    """Keep FILE as document CODE, or as its next edition from today; more columns: language=bo keep_until=2046-12-31"""
    _open(record)
    from pairup.services import documents

    _done(
        documents.add(
            code, file, kind=kind, title=title, actor=actor, at=now(), programme=programme, cells=cells_given(cells)
        )
    )  # fmt: skip


@document.command("get")
@CODE
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Write it there.")
@RECORD
@PROGRAMME
@ON
@KNOWN_BY
def document_get(
    code: str, into: Path, record: Path, programme: str | None, on: datetime | None, known_by: datetime | None
) -> None:
    """Write the edition of document CODE that was in use on a day; its bytes are checked first."""
    _open(record)
    from pairup.services import documents
    from pairup.values.words import say

    row, data = documents.read_document(
        code, on=day_of(on), known_by=known_by.date() if known_by else None, programme=programme
    )
    into.write_bytes(data)
    click.echo(say("lifecycle.document-written", language(), document=code, size=len(data), sha256=row.sha256))


@click.command()
@RECORD
@PROGRAMME
@ON
@KNOWN_BY
@click.option("--ahead", type=click.IntRange(min=0), default=0, show_default=True, help="Days to look ahead.")
@click.option("--owner", help="Of this owner alone.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def due(
    record: Path, programme: str | None, on: datetime | None, known_by: datetime | None, ahead: int, owner: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """List what is overdue or waits, by owner: follow-ups, replies, checks, consents, handover files."""
    _open(record)
    from pairup.services import dues, lives
    from pairup.values.words import say

    day = day_of(on)
    found = dues.read_due(
        lives.programme_of(programme), on=day, known_by=known_by.date() if known_by else None, ahead=ahead
    )
    found = [one for one in found if owner is None or one.owner == owner]
    if as_json:
        rows = [
            {"owner": one.owner, "kind": one.kind, "day": one.day.isoformat() if one.day else None,
             "days_over": one.days_over(day), "about": one.about, "title": one.title} for one in found
        ]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for whose, items in groupby(found, key=lambda one: one.owner):
        click.echo(f"{whose}:")
        for one in items:
            over = one.days_over(day)
            when = say("lifecycle.waits", language()) if over is None else say(
                "lifecycle.over" if over >= 0 else "lifecycle.ahead", language(), day=one.day, days=abs(over)
            )  # fmt: skip
            what = say(f"lifecycle.due-{one.kind.replace('_', '-')}", language())
            click.echo(f"  {what}: {one.about} {when}{f' – {one.title}' if one.title else ''}")
    click.echo(say("lifecycle.due-count", language(), count=len(found), day=day))
