"""Seeded portfolios: the knapsacks of Chu and Beasley, and programmes of projects, start years and donors.

A programme has projects at places, each with a home donor and `payers` donors in all that could pay for it, which is
worth a little less; some may also be paid by two in halves. A way is a start year and a payer; its cost falls on one
to three years from the start. Lines are donors and years. Two floors of 80 % bind, since what is worth most serves
them less. `tightness` is what the lines hold over what all projects would cost.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pairup.planning.problems.funding import FundingProblem, Line, Project, Way

FIRST_YEAR = 2026

Floats = NDArray[np.float64]


def knapsack(items: int, rows: int, tightness: float, seed: int) -> FundingProblem:
    """Draw a knapsack as Chu and Beasley do (1998, https://doi.org/10.1023/A:1009642405419)."""
    random = np.random.default_rng(seed)
    table = random.integers(1, 1001, (rows, items))
    room = np.floor(tightness * table.sum(axis=1))
    worth = np.floor(table.sum(axis=0) / rows + 500 * random.random(items))
    return from_table(worth, table.astype(np.float64), room)


def from_table(worth: Floats, table: Floats, room: Floats) -> FundingProblem:
    """Give a knapsack as a funding problem: one way a project, no floors."""
    lines = [Line(f"r{at:02d}", float(held)) for at, held in enumerate(room)]
    projects = [
        Project(f"p{at:04d}", (Way("take", float(points), {
            line.id: float(load) for line, load in zip(lines, table[:, at].tolist(), strict=True)
        }),), {})
        for at, points in enumerate(worth.tolist())
    ]  # fmt: skip
    return FundingProblem.from_rows(lines, projects)


def read_knapsacks(text: str) -> Iterator[tuple[Floats, Floats, Floats, float]]:
    """Read a file of the OR-Library: worths, table, room and best value (0: none) of each instance."""
    numbers = iter(text.split())
    for _ in range(int(next(numbers))):
        items, rows, best = int(next(numbers)), int(next(numbers)), float(next(numbers))
        values = np.array([float(next(numbers)) for _ in range(items + items * rows + rows)])
        yield values[:items], values[items : items + items * rows].reshape(rows, items), values[-rows:], best


def programme(
    projects: int = 2_000, years: int = 5, donors: int = 34, *, payers: int = 34, tightness: float = 0.5, seed: int = 0
) -> FundingProblem:
    """Draw a programme; see the module.

    Long because one draw follows the other.
    """
    random = np.random.default_rng(seed)
    names = [f"D{at:02d}" for at in range(donors)]
    span = [FIRST_YEAR + at for at in range(years + 2)]
    rows, whole = [], np.zeros((donors, len(span)))
    home_of = random.integers(0, donors, projects)
    for at in range(projects):
        home = int(home_of[at])
        others = (home + 1 + random.permutation(donors - 1)[: payers - 1]) % donors
        length, cost = int(random.integers(1, 4)), int(np.ceil(random.lognormal(4.5, 0.8)))
        livelihood, grassroots = (float(np.round(random.choice([0.2, 0.6, 1.0], p=p), 1))
                                  for p in ([0.2, 0.2, 0.6], [0.15, 0.25, 0.6]))  # fmt: skip
        lean = 1.6 - 0.3 * livelihood - 0.3 * grassroots
        points = int(np.ceil(cost * lean * random.uniform(0.5, 1.5)))
        paid: list[tuple[tuple[int, ...], str, int]] = [((home,), "", 0)]
        paid += [((int(other),), f"-{names[other]}", int(random.integers(1, 10))) for other in others]
        if len(others) and random.random() < 0.15:
            paid.append(((home, int(others[0])), "-half", 1))
        ways = []
        for start in range(years):
            parts = _parts(cost, length)
            for who, tail, less in paid:
                loads: dict[str, float] = {}
                for year, part in enumerate(parts):
                    for donor, amount in zip(who, _parts(part, len(who)), strict=True):
                        loads[f"{names[donor]}-{span[start + year]}"] = float(amount)
                worth = max(1, round(points * (1 - 0.04 * start - 0.01 * less)))
                ways.append(Way(f"start-{span[start]}{tail}", float(worth), loads))
        # what the lines hold follows from home donors, each year of start as likely as the others
        for start in range(years):
            for year, part in enumerate(_parts(cost, length)):
                whole[home, start + year] += part / years
        before = f"P{int(random.integers(0, at)):04d}" if at and random.random() < 0.05 else None
        against = f"P{int(random.integers(0, at)):04d}" if at and random.random() < 0.03 else None
        rows.append(Project(
            f"P{at:04d}", tuple(ways), {"livelihood": livelihood, "grassroots": grassroots},
            f"L{int(random.integers(0, max(2, projects // 25))):03d}", (before,) if before else (),
            (against,) if against and against != before else (),
        ))  # fmt: skip
    lines = [
        Line(f"{name}-{year}", float(np.floor(tightness * whole[donor, at])), True)
        for donor, name in enumerate(names) for at, year in enumerate(span)
    ]  # fmt: skip
    return FundingProblem.from_rows(lines, rows, floors=[("grassroots", 0.8), ("livelihood", 0.8)])


def _parts(amount: int, count: int) -> list[int]:
    """Split an amount into equal whole parts, the last taking what does not divide."""
    return [amount // count] * (count - 1) + [amount - amount // count * (count - 1)]
