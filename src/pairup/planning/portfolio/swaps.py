"""Swaps that a portfolio can bear in any combination: what a draw of lots may decide, and nothing breaks.

Loads, floors and the worth of places add up, so it is enough that each is kept where every pair falls its worst way;
needs and exclusions are left alone by taking no project that has any part in them. The sums are exact and grow with
the pairs taken, so that a thousand candidates are asked in a moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from pairup.planning.portfolio.formulation import floor_rows
from pairup.planning.problems.funding import Funding, FundingProblem

ZERO = Decimal(0)


class Swaps:
    """Pairs of a chosen item and one in its place, taken one after the other."""

    def __init__(self, problem: FundingProblem, chosen: tuple[Funding, ...]) -> None:
        self.problem = problem
        self.at = problem.option_at
        self.projects = {project.id: project for project in problem.projects}
        self.rows = floor_rows(problem)
        self.capacity = {line.id: _exact(line.capacity) for line in problem.lines}
        self.least = {place: _exact(amount) for place, amount in problem.least}
        self._loads: dict[Funding, Mapping[str, Decimal]] = {}
        # the most that each line is asked for, and the least that each floor and place has, whatever is drawn
        self.used: dict[str, Decimal] = defaultdict(lambda: ZERO)
        self.lift = [ZERO] * len(self.rows)
        self.gained: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for item in chosen:
            self._add(item)
        needed = {need for item in chosen for need in self.projects[item.project].needs}
        needing = {project.id for project in problem.projects if project.needs}
        self.fixed = needed | needing | {name for pair in problem.exclusions for name in pair}
        self.forbidden = {tuple(row) for row in problem.forbids}

    def take(self, one: Funding, other: Funding) -> bool:
        """Take a pair if everything is kept however it and all pairs before it fall; say whether."""
        if (other.project,) in self.forbidden or tuple(other) in self.forbidden:
            return False
        if one.project != other.project and self.fixed & {one.project, other.project}:
            return False
        before = dict(self.used), list(self.lift), dict(self.gained)
        self._swap(one, other)
        if self._is_kept():
            return True
        self.used, self.gained = defaultdict(lambda: ZERO, before[0]), defaultdict(lambda: ZERO, before[2])
        self.lift = before[1]
        return False

    def _swap(self, one: Funding, other: Funding) -> None:
        """Count the pair at its worst in place of the item that was certain."""
        mine, theirs = self.loads(one), self.loads(other)
        for line, load in theirs.items():
            self.used[line] += max(ZERO, load - mine.get(line, ZERO))
        for k, row in enumerate(self.rows):
            self.lift[k] += min(ZERO, row[self.at[other]] - row[self.at[one]])
        gives, takes = self._worth(one), self._worth(other)
        for place in {self._place(one), self._place(other)} - {None}:
            now = gives if place == self._place(one) else ZERO
            then = takes if place == self._place(other) else ZERO
            self.gained[str(place)] += min(ZERO, then - now)

    def _add(self, item: Funding) -> None:
        for line, load in self.loads(item).items():
            self.used[line] += load
        for k, row in enumerate(self.rows):
            self.lift[k] += row[self.at[item]]
        if (place := self._place(item)) is not None:
            self.gained[place] += self._worth(item)

    def _is_kept(self) -> bool:
        return (
            all(self.used[line] <= most for line, most in self.capacity.items())
            and all(lift >= 0 for lift in self.lift)
            and all(self.gained[place] >= least for place, least in self.least.items())
        )

    def loads(self, item: Funding) -> Mapping[str, Decimal]:
        """What an item takes of each line, exactly."""
        if item not in self._loads:
            way = next(way for way in self.projects[item.project].ways if way.id == item.way)
            self._loads[item] = {line: _exact(load) for line, load in way.loads.items()}
        return self._loads[item]

    def _worth(self, item: Funding) -> Decimal:
        return _exact(float(self.problem.worth[self.at[item]]))

    def _place(self, item: Funding) -> str | None:
        return self.projects[item.project].place


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))
