"""Pairings measured: the generalised assignment problem of types d and e, ours beside HiGHS; and questions over years.

Type d (Chu and Beasley 1997): loads 1 to 100, cost 111 less the load, give or take 10. Type e (Yagiura, Ibaraki and
Glover 2004): loads `1 - 10 ln x`, costs `1000 / load - 10 y`. Rooms are 0.8 x the sum of a donor's loads over the
number of donors. Published instances are read where they are at hand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pairup.bench.measure import Measured, Row, measured
from pairup.bench.published import ABSENT, published
from pairup.planning.pairing import coverage_words, plan_pairings
from pairup.planning.pairing.planner import constant_of, form_of
from pairup.planning.plan import Stop
from pairup.planning.problems.pairing import Donor, PairingProblem, Recipient
from pairup.planning.problems.pairing_years import YearDonor, YearOption, YearRecipient, YearsProblem

#: donors and recipients of the seeded instances
QUICK, FULL = ((20, 200),), ((20, 100), (20, 200), (40, 400), (60, 900), (80, 1600))
#: donors, recipients and years of the seeded questions over years; the last is Xizang's counties
QUICK_YEARS, FULL_YEARS = ((17, 7, 3),), ((17, 7, 3), (19, 20, 3), (17, 74, 5))

Answer = tuple[float | None, float | None]


def a_hard_assignment(kind: str, donors: int, recipients: int, seed: int) -> PairingProblem:
    """Give a seeded instance of type "d" or "e" as a pairing question."""
    random = np.random.default_rng([seed, donors, recipients, ord(kind)])
    shape = donors, recipients
    if kind == "d":
        load = random.integers(1, 101, shape)
        cost = 111 - load + random.integers(-10, 11, shape)
    else:
        load = np.floor(1 - 10 * np.log(1 - random.random(shape))).astype(np.int64)
        cost = np.maximum(1, np.floor(1000 / load - 10 * random.random(shape))).astype(np.int64)
    return _question(cost, load, np.floor(0.8 * load.sum(axis=1) / donors))


def read_assignment(path: Path) -> PairingProblem:
    """Read a published file: `m n`, costs, loads, rooms."""
    numbers = np.array([float(word) for word in path.read_text().split()])
    m, n = int(numbers[0]), int(numbers[1])
    cost, load = numbers[2 : 2 + m * n].reshape(m, n), numbers[2 + m * n : 2 + 2 * m * n].reshape(m, n)
    return _question(cost, load, numbers[2 + 2 * m * n :])


def over_years(donors: int, recipients: int, years: int, seed: int) -> YearsProblem:
    """Give a seeded question over years: donors can give 0.8 of the need, growing; every pair may be tied.

    Each recipient holds one pair at first and may have two; a donor may have twice its share of recipients.
    """
    random = np.random.default_rng([seed, donors, recipients, years])
    span, kinds = range(2026, 2026 + years), np.array(["farms", "health", "roads", "school"])
    need = random.integers(50, 401, (recipients, years))
    part = random.random(donors) + 0.3
    room = np.floor(0.8 * need.sum() / years * np.outer(part / part.sum(), 1 + 0.05 * np.arange(years)))
    givers, takers = [f"d{i:02}" for i in range(donors)], [f"r{j:04}" for j in range(recipients)]
    worth, per_unit = random.integers(0, 21, (donors, recipients)), random.integers(0, 3, (donors, recipients)) / 100
    most = max(2, 2 * recipients // donors)
    return YearsProblem.of(
        span,
        [YearDonor(row, tuple(room[i].tolist()), most, tuple(random.choice(kinds, 2, replace=False).tolist()))
         for i, row in enumerate(givers)],
        [YearRecipient(row, tuple(need[j].astype(float).tolist()), 0, 2, tuple(
            (str(kind), float(random.integers(1, 6))) for kind in random.choice(kinds, 2, replace=False)
        )) for j, row in enumerate(takers)],
        [YearOption(d, r, float(worth[i, j]), float(per_unit[i, j]), 20.0)
         for i, d in enumerate(givers) for j, r in enumerate(takers)],
        existing=[(givers[int(random.integers(donors))], row) for row in takers], change_cost=15.0, start_cost=2.0,
    )  # fmt: skip


def rows(is_quick: bool, seed: int) -> Iterator[Row]:
    """Measure published instances where they are at hand, and seeded ones; quick: within a minute.

    A size of which the published instance is at hand is not drawn as well.
    """
    seconds, at_hand = 10.0 if is_quick else 60.0, set() if is_quick else _at_hand()
    for m, n in QUICK if is_quick else FULL:
        for kind in "de":
            if f"{kind}{m:02}{n}" in at_hand:
                continue
            yield from _rows(f"{kind}{m:02}{n} seed {seed}", a_hard_assignment(kind, m, n, seed), None, seconds)
    for m, n, years in QUICK_YEARS if is_quick else FULL_YEARS:
        took: Measured = measured(ours_over_years, over_years(m, n, years, seed), seconds, limit=3 * seconds + 30)
        objective, bound, said = took.answer or (None, None, "no plan")
        name = f"{m} x {n} x {years} years seed {seed}"
        yield took.row(Row("pairings", name, "pairup", objective, None, bound, note=f"{seconds:g} s; {said}"))
    if not is_quick:
        yield from _published(seconds)


def ours(problem: PairingProblem, seconds: float) -> Answer:
    plan = plan_pairings(problem, stop=Stop(seconds=seconds))
    return plan.objective, plan.bound


def ours_over_years(problem: YearsProblem, seconds: float) -> tuple[float | None, float | None, str]:
    """Both stages; the share reached, and whether more is ruled out, in words."""
    plan = plan_pairings(problem, stop=Stop(seconds=seconds))
    return plan.objective, plan.bound, " ".join(words.say() for words in coverage_words(plan))


def highs(problem: PairingProblem, seconds: float) -> Answer:
    """The whole question as one integer programme."""
    answer = form_of(problem, 0).solve(Stop(seconds=seconds), constant=constant_of(problem))
    value = None if answer.taken is None else float(problem.worth[answer.taken[: len(problem.worth)]].sum())
    return value, answer.bound


def _rows(name: str, problem: PairingProblem, best: float | None, seconds: float) -> Iterator[Row]:
    for solver, function in (("pairup", ours), ("HiGHS MIP", highs)):
        took: Measured = measured(function, problem, seconds, limit=3 * seconds + 30)
        objective, bound = took.answer or (None, None)
        yield took.row(Row("pairings", name, solver, objective, best, bound, note=f"{seconds:g} s"))


def _published(seconds: float) -> Iterator[Row]:
    if published("gap") is None:
        yield Row("pairings", "published", "pairup", note=ABSENT)
    for path, best in _files():
        yield from _rows(path.name, read_assignment(path), best, seconds)


def _at_hand() -> set[str]:
    """The names of the published instances of types d and e that are at hand."""
    return {path.name for path, _ in _files()}


def _files() -> Iterator[tuple[Path, float]]:
    """Each published instance of types d and e that is at hand, and the worth best known."""
    if (folder := published("gap")) is None:
        return
    with (folder / "best_known.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            path = folder / line["instance"]
            if path.name[0] in "de" and path.is_file():
                yield path, -float(line["best_known_min"])


def _question(cost: Any, load: Any, room: Any) -> PairingProblem:
    m, n = cost.shape
    return PairingProblem.from_columns(
        [Donor(f"d{i:02}", float(room[i])) for i in range(m)],
        [Recipient(f"r{j:04}", 1, 1) for j in range(n)],
        [(f"d{i:02}", f"r{j:04}", -float(cost[i, j]), float(load[i, j])) for i in range(m) for j in range(n)],
    )
