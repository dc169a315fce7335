"""The steps of a round and of a programme's year, with the days on which each is planned (domain.md 6.1, 6.2). Pure.

Months are counted from arrival. They are the custom of the programmes that were read, not a rule: a step is planned by
them, and whether it was done is what the record says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.values.days import months_after


class Owner(StrEnum):
    """Whose step it is."""

    RECIPIENT = "recipient_office"
    PROGRAMME = "programme_office"
    DONOR = "donor_office"
    SECONDEE = "secondee"
    BOTH = "both"


class State(StrEnum):
    """Where a step stands on a day; `untold` where the record has no place that would say it was done."""

    DONE = "done"
    OVERDUE = "overdue"
    NOW = "now"
    LATER = "later"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Step:
    """A step, whose it is, and its months: those of a round from arrival, those of a year as months of it."""

    name: str
    owner: Owner
    first: int
    last: int


ROUND = (
    Step("posts", Owner.RECIPIENT, -12, -9),
    Step("call", Owner.PROGRAMME, -8, -8),
    Step("nominations", Owner.DONOR, -7, -4),
    Step("screening", Owner.DONOR, -4, -4),
    Step("matching", Owner.PROGRAMME, -3, -3),
    Step("notice", Owner.PROGRAMME, -3, -3),
    Step("contracts", Owner.DONOR, -1, -1),
    Step("arrival", Owner.BOTH, 0, 0),
    Step("appraisal-1", Owner.RECIPIENT, 12, 12),
    Step("swap", Owner.DONOR, 18, 18),
    Step("appraisal-2", Owner.RECIPIENT, 24, 24),
    Step("exit-plan", Owner.BOTH, 30, 30),
    Step("handover", Owner.SECONDEE, 36, 36),
    Step("follow-up-42", Owner.RECIPIENT, 42, 42),
    Step("follow-up-60", Owner.RECIPIENT, 60, 60),
)
#: months after those of the year stand in the next
YEAR = (
    Step("cross-check", Owner.PROGRAMME, 13, 13),
    Step("report", Owner.PROGRAMME, 14, 14),
    Step("site-meeting", Owner.BOTH, 3, 3),
    Step("works", Owner.RECIPIENT, 4, 10),
    Step("quarter-1", Owner.BOTH, 4, 4),
    Step("quarter-2", Owner.BOTH, 7, 7),
    Step("quarter-3", Owner.BOTH, 10, 10),
    Step("quarter-4", Owner.BOTH, 13, 13),
    Step("audit", Owner.PROGRAMME, 10, 10),
    Step("visits", Owner.BOTH, 10, 10),
    Step("projects", Owner.BOTH, 11, 12),
    Step("self-report", Owner.DONOR, 11, 12),
    Step("opinion", Owner.RECIPIENT, 12, 12),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with its planned days, both in."""

    step: Step
    first: date
    last: date


def round_steps(arrival: date) -> list[Planned]:
    """The steps of a round whose people arrive on a day, in order: a step holds the whole of its months.

    >>> (call,) = [one for one in round_steps(date(2028, 7, 1)) if one.step.name == "call"]
    >>> str(call.first), str(call.last)
    ('2027-11-01', '2027-11-30')
    """
    return [
        Planned(step, months_after(arrival, step.first), months_after(arrival, step.last + 1) - timedelta(days=1))
        for step in ROUND
    ]


def year_steps(year: int) -> list[Planned]:
    """The steps of a programme's year, by day; what closes it stands in the first months of the next."""
    start = date(year, 1, 1)
    found = [
        Planned(step, months_after(start, step.first - 1), months_after(start, step.last) - timedelta(days=1))
        for step in YEAR
    ]
    return sorted(found, key=lambda one: (one.first, one.last))


def state_of(planned: Planned, is_done: bool | None, on: date) -> State:
    """Where a step stands; `is_done` is None where the record has no place that would say so."""
    if is_done:
        return State.DONE
    if planned.first > on:
        return State.LATER
    if planned.last >= on:
        return State.NOW
    return State.UNTOLD if is_done is None else State.OVERDUE


_COLOURS = {
    State.DONE: palette.AUDITED, State.OVERDUE: palette.PLAN, State.NOW: palette.PAID, State.LATER: palette.PLEDGED,
    State.UNTOLD: palette.MUTED,
}  # fmt: skip


def strip(
    lines: Sequence[tuple[Planned, str, State]], states: dict[State, str], today: date, frame: Frame
) -> alt.LayerChart:  # fmt: skip
    """Draw steps as bars over months, in their order, with a rule at a day. Names and states come in words."""
    rows: list[dict[str, Any]] = [
        {"name": name, "first": one.first.isoformat(), "last": (one.last + timedelta(days=1)).isoformat(),
         "state": states[state]}
        for one, name, state in lines
    ]  # fmt: skip
    names = [name for _, name, _ in lines]
    met = [state for state in State if any(state is one for _, _, one in lines)]
    x = alt.X("first:T", axis=alt.Axis(title=None, format="%Y-%m", tickCount=7))
    y = alt.Y("name:N", sort=names, axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=400))
    colour = alt.Color(
        "state:N", title=None,
        scale=alt.Scale(domain=[states[one] for one in met], range=[_COLOURS[one] for one in met]),
    )  # fmt: skip
    bars = table(rows).mark_bar(height=11, cornerRadius=2).encode(x=x, x2="last:T", y=y, color=colour)
    rule = table([{"day": today.isoformat()}]).mark_rule(color=palette.INK, strokeWidth=1.2).encode(x="day:T")
    return framed([bars, rule], frame, height=22 * len(names), margins=Margins(left=250, bottom=66, right=20))
