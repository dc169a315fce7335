"""A drafted plan before it is adopted: put before the sides, read by each as far as it is theirs, signed, taken back.

A draft is its drafter's own until the programme office puts it before the sides. From then on a donor reads what
concerns its own people and the posts along its pairings, a host its own posts and who would come. Nobody reads who
else was a candidate. A signature is a voice, never a gate: adopting shows the voices, and those that are missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pairup.errors import InputError
from pairup.planning.plan import Status
from pairup.record.acting import Role, acting, whole
from pairup.record.journal import JournalEntry
from pairup.record.models import (
    AdoptionVersion,
    Person,
    PersonVersion,
    PlanRunVersion,
    PostVersion,
    Project,
    SignatureVersion,
)
from pairup.record.remembered import remembers
from pairup.services import plans, tables
from pairup.values.words import Words

#: roles that read every row of a draft
_WHOLE = frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft, by what the first page tells of it."""

    code: str
    kind: str
    status: Status
    is_adopted: bool
    is_put_forward: bool
    is_synthetic: bool

    @property
    def has_plan(self) -> bool:
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)


@dataclass(frozen=True, slots=True)
class RunLine(Waiting):
    """A draft in a list: when it was made of which round, and what it says of itself."""

    round: str
    day: date
    recorded_at: datetime
    verdict: Words


@dataclass(frozen=True, slots=True)
class Line:
    """One row that a draft chose, by its parts as an answer file names them; what is another's is left empty."""

    item: Mapping[str, Any]
    title: tuple[str, str] = ("", "")  # of the post or the project, in both languages
    place: str = ""
    donor: str = ""
    is_own: bool = True  # whoever reads may ask why


@dataclass(frozen=True, slots=True)
class Empty:
    """A post with seats left empty, and why where the draft kept it."""

    post: str
    title: tuple[str, str]
    place: str
    seats: int
    reason: Words | None


@dataclass(frozen=True, slots=True)
class Voice:
    """What an organisation signed about a draft."""

    organisation: str
    kind: str
    reservation: str
    day: date


@dataclass(frozen=True, slots=True)
class Review:
    """A draft as far as it is the reader's."""

    line: RunLine
    asked: plans.Asked
    lines: tuple[Line, ...]
    empty: tuple[Empty, ...]
    conflicts: tuple[Words, ...]
    checks: Mapping[str, Any]
    run: Mapping[str, Any]
    voices: tuple[Voice, ...]
    rival: str  # another draft of its kind that the round has taken
    is_whole: bool


def read_runs(
    programme: str, *, on: date, known_by: date | None = None, round_code: str = ""
) -> list[RunLine]:  # fmt: skip
    """Drafts of one's own and those put before the sides, the newest first."""
    own = _rows(programme, known_by)
    adopted = _adopted(programme)
    with whole():
        shown = _put_forward(programme, _rows(programme, known_by).values_list("identity__code", flat=True))
        others = list(_rows(programme, known_by).filter(identity__code__in=shown))
    found = {row.pk: row for row in [*own, *others] if not round_code or row.round == round_code}
    return sorted(
        (_line(row, adopted, shown) for row in found.values()), key=lambda one: (one.recorded_at, one.code),
        reverse=True,
    )  # fmt: skip


_WAITING = ("identity__code", "kind", "round", "status", "is_synthetic")


@dataclass(frozen=True, slots=True)
class Shown:
    """Of every draft of a programme: what was put before the sides, and what was adopted."""

    rows: tuple[tuple[Any, ...], ...]
    put_forward: frozenset[str]
    adopted: frozenset[str]


@remembers
@whole()
def every_draft(programme: str, *, known_by: date | None = None) -> Shown:
    """What was put before the sides and what was adopted, whoever asks; `own_drafts` keeps what is not theirs."""
    rows = tuple(_rows(programme, known_by).values_list(*_WAITING))
    return Shown(rows, _put_forward(programme, [code for code, *_ in rows]), _adopted(programme))


def own_drafts(programme: str, shown: Shown, *, known_by: date | None = None) -> list[tuple[str, Waiting]]:
    """Drafts of one's own and those put before the sides, each with its round; no answer is read."""
    own = set(_rows(programme, known_by).values_list("identity__code", flat=True))
    return [
        (of, Waiting(code, kind, Status(status), code in shown.adopted, code in shown.put_forward, is_synthetic))
        for code, kind, of, status, is_synthetic in sorted(shown.rows) if code in own or code in shown.put_forward
    ]  # fmt: skip


def still_waiting(drafts: Sequence[tuple[str, Waiting]], shown: Shown) -> list[Waiting]:
    """Drafts that hold a plan and wait: of a round that has taken another of its kind, none does."""
    taken = {(kind, of) for code, kind, of, *_ in shown.rows if of and code in shown.adopted}
    return [one for of, one in drafts if one.has_plan and not one.is_adopted and (one.kind, of) not in taken]


def _rows(programme: str, known_by: date | None) -> Any:
    rows = PlanRunVersion.objects.known(known_by).filter(identity__programme__code=programme)
    return rows.select_related("identity__programme").defer("problem")


def _line(row: PlanRunVersion, adopted: Iterable[str], shown: Iterable[str]) -> RunLine:
    code = row.identity.code
    return RunLine(
        code, row.kind, Status(row.status), code in adopted, code in shown, row.is_synthetic, row.round, row.day,
        row.recorded_at, Words.read(row.answer["verdict"]),
    )  # fmt: skip


@whole()
def _put_forward(programme: str, runs: Iterable[str]) -> frozenset[str]:
    """Which of these were. Asked for by whole keys: a beginning of keys is looked for in every entry of the journal."""
    stem = f"put-forward/{programme}/"
    keys = JournalEntry.objects.filter(key__in=[stem + run for run in runs]).values_list("key", flat=True)
    return frozenset(str(key).removeprefix(stem) for key in keys)


@whole()
def _adopted(programme: str) -> frozenset[str]:
    rows = AdoptionVersion.objects.known().filter(identity__programme__code=programme)
    return frozenset(rows.values_list("run__code", flat=True))


def may_read_whole() -> bool:
    """Whether whoever acts reads every row of a draft."""
    now = acting().actor
    return now.sees_all or now.role in _WHOLE


def opened(run: str, programme: str, known_by: date | None = None) -> tuple[PlanRunVersion, bool]:
    """A draft of one's own, or one put before the sides; and whether all of it is the reader's. Else it is missing."""
    if (row := _rows(programme, known_by).filter(identity__code=run).first()) is not None:
        return row, True
    if run in _put_forward(programme, [run]) and acting().actor.role in (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE):
        with whole():
            row = _rows(programme, known_by).filter(identity__code=run).first()
        if row is not None:
            return row, False
    raise InputError(f"There is no draft {run} here.", code="rounds.missing", run=run)


def read_review(run: str, *, programme: str, on: date, known_by: date | None = None) -> Review:
    """A draft as far as it is the reader's. Refuses one that is not there, or was not put before them."""
    row, is_whole = opened(run, programme, known_by)
    adopted, answer = _adopted(programme), row.answer
    lines, empty = _told(row, programme, on, known_by, is_whole)
    return Review(
        _line(row, adopted, _put_forward(programme, [run])), plans.asked_of(row), tuple(lines), tuple(empty),
        tuple(Words.read(words) for words in answer["conflicts"]) if is_whole else (),
        answer.get("checks", {}) if is_whole else {}, answer["run"], tuple(_voices(run, programme, on, known_by)),
        "" if run in adopted else _rival(row, adopted), is_whole,
    )  # fmt: skip


def _rival(row: PlanRunVersion, adopted: frozenset[str]) -> str:
    if not row.round:
        return ""
    with whole():
        found = _rows(row.identity.programme.code, None).filter(
            kind=row.kind, round=row.round, identity__code__in=adopted
        ).first()  # fmt: skip
    return found.identity.code if found is not None else ""


def _voices(run: str, programme: str, on: date, known_by: date | None) -> list[Voice]:
    rows = tables.read_rows(SignatureVersion, on=on, known_by=known_by, programme=programme)
    found = rows.filter(about=f"runs/{run}").select_related("organisation").order_by("day", "pk")
    latest = {row.organisation.code: row for row in found}
    return [Voice(code, row.kind, row.reservation, row.day) for code, row in sorted(latest.items())]


def _told(
    row: PlanRunVersion, programme: str, on: date, known_by: date | None, is_whole: bool
) -> tuple[list[Line], list[Empty]]:
    chosen = row.answer["assignments"] or []
    if row.kind == "postings":
        return _postings(row, chosen, programme, known_by, is_whole)
    if row.kind == "funding":
        own = set(Project.objects.filter(programme__code=programme).values_list("code", flat=True))
        return [Line(item) for item in chosen if is_whole or item["project"] in own], []
    if row.kind == "pairings":
        return [Line(item) for item in chosen if is_whole or _is_own_tie(item)], []
    return [Line(item) for item in chosen] if is_whole else [], []


def _is_own_tie(item: Mapping[str, Any]) -> bool:
    now = acting().actor
    return now.code in (item["donor"], item["recipient"])


def _postings(
    row: PlanRunVersion, chosen: Sequence[Mapping[str, Any]], programme: str, known_by: date | None, is_whole: bool
) -> tuple[list[Line], list[Empty]]:
    """Who goes where, and what stays empty. Of another's person only that the post is filled is told."""
    posts = PostVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=row.round)
    by_post = {
        post.identity.code: post
        for post in tables.latest(posts.select_related("identity", "place").order_by("identity__code", "starts"))
    }
    own_people = set(Person.objects.filter(programme__code=programme).values_list("code", flat=True))
    is_host = acting().actor.role is Role.RECIPIENT_OFFICE
    with whole():
        people = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme)
        donors = dict(people.filter(round__code=row.round).values_list("identity__code", "donor__code"))
    lines = []
    for item in chosen:
        person, post = item["person"], by_post.get(item["post"])
        is_own = is_whole or person in own_people
        if not is_own and post is None:
            continue
        is_shown = is_own or is_host
        said = {"person": person if is_shown else "", "post": item["post"] if post is not None or is_own else ""}
        lines.append(
            Line(said, (post.title_en, post.title_zh) if post else ("", ""), post.place.code if post else "",
                 donors.get(person, ""), is_own and not is_host)
        )  # fmt: skip
    return lines, _empty_posts(row, chosen, by_post, is_whole)


def _empty_posts(
    row: PlanRunVersion, chosen: Sequence[Mapping[str, Any]], by_post: Mapping[str, Any], is_whole: bool
) -> list[Empty]:
    if row.answer["assignments"] is None:
        return []
    seated = Counter(item["post"] for item in chosen)
    kept = row.answer.get("checks", {}).get("fairness", {}).get("unmet", [])
    reasons = {one["post"]: Words.read(one["reason"]) for one in kept} if is_whole else {}
    return [
        Empty(code, (post.title_en, post.title_zh), post.place.code, post.seats - seated[code], reasons.get(code))
        for code, post in by_post.items() if post.seats > seated[code]
    ]  # fmt: skip


def require_whole(run: str, programme: str) -> PlanRunVersion:
    """A draft that the reader reads all of; else it is missing."""
    row, is_whole = opened(run, programme)
    if not is_whole:
        raise InputError(f"There is no draft {run} here.", code="rounds.missing", run=run)
    return row


def is_put_forward(run: str, programme: str) -> bool:
    """Whether a draft was put before the sides."""
    return run in _put_forward(programme, [run])
