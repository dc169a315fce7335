"""The calendar of a round and of a year: steps with their planned days, and what the record says of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pairup.record.acting import Role, acting
from pairup.record.models import (
    AppraisalVersion,
    CallVersion,
    DocumentVersion,
    FitnessCheckVersion,
    MoneyLineVersion,
    PersonVersion,
    PostingVersion,
    PostVersion,
    ReviewVersion,
    RoundVersion,
    SwapVersion,
    VisitVersion,
    WorksRecordVersion,
)
from pairup.record.remembered import remembers
from pairup.record.scopes import NOTHING, rule_of
from pairup.reports.round_calendar import Owner, Planned, State, Step, round_steps, state_of, year_steps
from pairup.services.tables import read_round, read_rows
from pairup.values.codes import DocumentKind, MoneyKind, PostingStatus, ReviewSide
from pairup.values.days import months_after

#: the owners of the steps that a role does
_DONE_BY = {
    Role.PROGRAMME_OFFICE: {Owner.PROGRAMME, Owner.BOTH}, Role.DONOR_OFFICE: {Owner.DONOR, Owner.BOTH},
    Role.RECIPIENT_OFFICE: {Owner.RECIPIENT, Owner.BOTH}, Role.SECONDEE: {Owner.SECONDEE},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One step: its days, where it stands, and how many rows of the record say that it was done (None: none could)."""

    planned: Planned
    state: State
    rows: int | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The steps of a round, or of a year, in order of days."""

    round: RoundVersion | None
    lines: Sequence[Line]

    @property
    def is_synthetic(self) -> bool:
        return bool(self.round and self.round.is_synthetic)


@remembers
def read_round_calendar(programme: str, code: str, *, on: date, known_by: date | None = None) -> Calendar:
    """The steps of a round from a year before arrival to two years after its end. Without a first day there is none."""
    row = read_round(programme, code, on=on, known_by=known_by)
    if row.starts is None:
        return Calendar(row, ())
    counts = _told(_of_round(programme, row, on, known_by))
    return Calendar(row, [_line(one, counts, on) for one in round_steps(row.starts)])


@remembers
def read_year_calendar(programme: str, year: int, *, on: date, known_by: date | None = None) -> Calendar:
    """The steps of a programme's year, and what closes it in the first months of the next."""
    counts = _told(_of_year(programme, year, on, known_by))
    return Calendar(None, [_line(one, counts, on) for one in year_steps(year)])


def is_step_of(step: Step, role: Role) -> bool:
    """Whether a role is one that does a step."""
    return step.owner in _DONE_BY.get(role, set())


Counts = dict[str, Callable[[Planned], int]]
#: tables that not every role reads, by the steps that rest on them: who reads none cannot tell what was done
_RESTS_ON: dict[str, Any] = {
    "nominations": PersonVersion, "call": PersonVersion, "screening": FitnessCheckVersion,
    "appraisal-1": AppraisalVersion, "appraisal-2": AppraisalVersion, "swap": SwapVersion, "visits": VisitVersion,
    "self-report": ReviewVersion, "opinion": ReviewVersion, "cross-check": ReviewVersion, "report": DocumentVersion,
    "audit": MoneyLineVersion, "arrival": PostingVersion, "matching": PostingVersion, "handover": PostingVersion,
    "works": WorksRecordVersion, **dict.fromkeys((f"quarter-{n}" for n in range(1, 5)), WorksRecordVersion),
}  # fmt: skip


def _told(counts: Counts) -> Counts:
    """Counts of what whoever acts may read at all."""
    now = acting().actor
    if now.sees_all or now.role is Role.PROGRAMME_OFFICE:
        return counts
    return {
        name: count for name, count in counts.items()
        if name not in _RESTS_ON or rule_of(_RESTS_ON[name], now) != NOTHING
    }  # fmt: skip


def _line(planned: Planned, counts: Counts, on: date) -> Line:
    """A step that the record has no place for has no count: nothing says that it was done, or that it was not."""
    if planned.step.name not in counts:
        return Line(planned, state_of(planned, None, on), None)
    rows = counts[planned.step.name](planned)
    return Line(planned, state_of(planned, rows > 0, on), rows)


def _of_round(programme: str, row: RoundVersion, on: date, known_by: date | None) -> Counts:
    def known(model: Any) -> Any:
        return model.objects.known(known_by).filter(identity__programme__code=programme)

    assert row.starts is not None
    posts = known(PostVersion).filter(round=row.identity_id)
    people = known(PersonVersion).filter(round=row.identity_id).values("identity")
    postings = known(PostingVersion).filter(post__in=posts.values("identity"))
    served = postings.exclude(status=PostingStatus.PLANNED).filter(starts__lte=on)
    calls = read_rows(CallVersion, on=row.starts, known_by=known_by, programme=programme)

    def happened(model: Any, first: date, last: date) -> Any:
        return known(model).filter(day__gte=first, day__lte=min(last, on))

    def appraised(planned: Planned) -> int:
        since = months_after(planned.first, -6)
        rows = happened(AppraisalVersion, since, months_after(planned.last, 5))
        return int(rows.filter(posting__in=postings.values("identity")).count())

    return {
        "posts": lambda _: posts.count(),
        "call": lambda _: calls.count() or known(PersonVersion).filter(round=row.identity_id).count(),
        "nominations": lambda _: people.distinct().count(),
        "screening": lambda _: known(FitnessCheckVersion).filter(person__in=people).count(),
        "matching": lambda _: postings.count(),
        "arrival": lambda _: served.count(),
        "appraisal-1": appraised,
        "appraisal-2": appraised,
        "swap": lambda _: known(SwapVersion).filter(leaves__in=postings.values("identity"), day__lte=on).count(),
        "handover": lambda _: postings.exclude(handover=None).count(),
    }  # fmt: skip


def _of_year(programme: str, year: int, on: date, known_by: date | None) -> Counts:
    def happened(model: Any, first: date, last: date) -> Any:
        rows = model.objects.known(known_by).filter(identity__programme__code=programme)
        return rows.filter(day__gte=first, day__lte=min(last, on))

    def marks(side: ReviewSide) -> Callable[[Planned], int]:
        rows = ReviewVersion.objects.known(known_by).filter(identity__programme__code=programme, year=year)
        return lambda _: rows.filter(side=side, day__lte=on).count()

    def works(first: date, last: date) -> int:
        return int(happened(WorksRecordVersion, first, last).count())

    def quarter(planned: Planned) -> int:
        return works(months_after(planned.first, -3), planned.last)

    money = MoneyLineVersion.objects.known(known_by).filter(identity__programme__code=programme, budget_year=year)
    papers = DocumentVersion.objects.known(known_by).filter(
        identity__programme__code=programme, kind=DocumentKind.REPORT
    )
    visits = VisitVersion.objects.known(known_by).filter(identity__programme__code=programme, starts__lte=on)
    return {
        "cross-check": marks(ReviewSide.CHECKER), "self-report": marks(ReviewSide.DONOR),
        "opinion": marks(ReviewSide.RECIPIENT), **dict.fromkeys((f"quarter-{n}" for n in range(1, 5)), quarter),
        "report": lambda one: papers.filter(starts__gte=one.first, starts__lte=min(one.last, on)).count(),
        "works": lambda one: works(one.first, one.last),
        "audit": lambda _: money.filter(kind=MoneyKind.AUDITED, day__lte=on).count(),
        "visits": lambda _: visits.filter(starts__year=year).count(),
    }  # fmt: skip
