"""One project's life for its page: its states, money and works over time, what it left, what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pairup.errors import InputError
from pairup.record.models import (
    AssetVersion,
    ContractVersion,
    MoneyLineVersion,
    ProjectCheckVersion,
    ProjectVersion,
    SafeguardVersion,
    WorksRecordVersion,
)
from pairup.services.tables import read_rows
from pairup.values.codes import PAID, ProjectStatus, SafeguardQuestion
from pairup.values.lifecycles import PROJECT_MOVES
from pairup.values.money import Money


@dataclass(frozen=True, slots=True)
class Turned:
    """A day on which money was paid or works were certified, and what both had come to by then."""

    day: date
    paid: int
    works: int


@dataclass(frozen=True, slots=True)
class Life:
    """A project with all that hangs on it, as of a day."""

    row: Any  # the version in force on the day, else the last before, else the first after
    states: Sequence[Any]  # every version known, in order of time
    money: Sequence[Any]
    works: Sequence[Any]
    course: Sequence[Turned]  # in the project's own currency
    safeguards: Sequence[Any]
    unanswered: Sequence[SafeguardQuestion]
    contracts: Sequence[Any]
    assets: Sequence[Any]
    checks: Sequence[Any]

    @property
    def paid(self) -> Money | None:
        return Money(self.course[-1].paid, self.row.currency) if self.course and self.row.currency else None

    @property
    def works_done(self) -> Money | None:
        return Money(self.course[-1].works, self.row.currency) if self.course and self.row.currency else None

    @property
    def cost(self) -> Money | None:
        return None if self.row.cost_minor is None else Money(self.row.cost_minor, self.row.currency)

    @property
    def may_become(self) -> list[ProjectStatus]:
        """The states that may follow, in the order in which a project goes through them."""
        allowed = PROJECT_MOVES[ProjectStatus(self.row.status)]
        return [state for state in ProjectStatus if state in allowed]


def read_life(programme: str, code: str, *, on: date, known_by: date | None = None) -> Life:
    """Read a project's life. Refuses a code that is not there for whoever asks."""
    known = ProjectVersion.objects.known(known_by).filter(identity__programme__code=programme, identity__code=code)
    states = list(known.select_related("identity", "place", "pairing", "need").order_by("starts", "number"))
    if not states:
        raise InputError(f"There is no project {code}.", code="web.missing", what=code)
    begun = [row for row in states if row.starts is None or row.starts <= on]
    row = begun[-1] if begun else states[0]

    def rows(model: Any) -> list[Any]:
        return list(
            read_rows(model, on=on, known_by=known_by, programme=programme)
            .filter(project=row.identity_id)
            .select_related("identity")
        )

    money, works, safeguards = rows(MoneyLineVersion), rows(WorksRecordVersion), rows(SafeguardVersion)
    answered = {one.question for one in safeguards}
    return Life(
        row, states, money, works, course_of(row.currency, money, works), safeguards,
        [question for question in SafeguardQuestion if question.value not in answered],
        rows(ContractVersion), rows(AssetVersion), rows(ProjectCheckVersion),
    )  # fmt: skip


def course_of(currency: str, money: Sequence[Any], works: Sequence[Any]) -> list[Turned]:
    """What was paid and what was built, added up day by day; lines in another currency are left out."""
    steps = [(line.day, line.amount_minor, 0) for line in money if line.kind in PAID and line.currency == currency]
    steps += [(one.day, 0, one.value_minor) for one in works if one.currency == currency]
    course: list[Turned] = []
    paid = done = 0
    for day, more_paid, more_done in sorted(steps):
        paid, done = paid + more_paid, done + more_done
        if course and course[-1].day == day:
            course.pop()
        course.append(Turned(day, paid, done))
    return course
