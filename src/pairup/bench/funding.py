"""The funding planner beside HiGHS and CP-SAT: certified gaps of knapsacks, and of a whole programme.

Every solver has the same problem, the same seconds and one run in a fresh process. A gap is the distance of a
solver's own plan to its own bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pairup.bench.measure import Row, measured
from pairup.bench.portfolios import from_table, knapsack, programme, read_knapsacks
from pairup.bench.published import ABSENT, published
from pairup.planning.funding import plan_funding
from pairup.planning.plan import Stop
from pairup.planning.problems.funding import FundingProblem

#: the module of the peers, loaded only where they are measured
PEERS = "pairup.bench.peers.knapsacks"

#: items, rows and tightness of the drawn knapsacks; those of mknapcb1 to 9 are 100, 250, 500 x 5, 10, 30
DRAWN = [
    (100, 5, 0.5),
    (250, 5, 0.25),
    (100, 10, 0.5),
    (250, 10, 0.25),
    (500, 10, 0.5),
    (100, 30, 0.5),
    (250, 30, 0.25),
]
QUICK = [(100, 5, 0.5), (250, 10, 0.25)]


def ours(problem: FundingProblem, seconds: float, seed: int) -> tuple[float | None, float | None]:
    """Plan for so many seconds; give objective and bound."""
    plan = plan_funding(problem, stop=Stop(seconds=seconds), seed=seed)
    return plan.objective, plan.bound


def rows(is_quick: bool, seed: int) -> Iterator[Row]:
    """Measure drawn knapsacks, the published ones at hand (three of each file, not when quick), and a programme."""
    seconds = 5.0 if is_quick else 30.0
    solvers = [("pairup", ours), ("HiGHS", f"{PEERS}:highs"), ("CP-SAT", f"{PEERS}:cp_sat")]
    asked: list[tuple[str, FundingProblem, float | None]] = [
        (f"drawn {rows}x{items} {tight:g} seed {seed}", knapsack(items, rows, tight, seed), None)
        for items, rows, tight in (QUICK if is_quick else DRAWN)
    ]
    for name, problem, known in asked if is_quick else asked + _published():
        for solver, function in solvers:
            yield _row(name, problem, solver, function, seconds, seed, known)
    if not is_quick and published("mkp") is None:
        yield Row("funding", "mknapcb", "pairup", note=ABSENT)
    size = (300, 5, 6) if is_quick else (2_000, 5, 34)
    for tightness in (0.5,) if is_quick else (0.3, 0.5, 0.7):
        problem = programme(*size, payers=4 if is_quick else 8, tightness=tightness, seed=seed)
        name = f"programme {size[0]}x{size[1]}x{size[2]} tightness {tightness:g}"
        for solver, function in solvers[:2]:
            yield _row(name, problem, solver, function, 6.0 if is_quick else 60.0, seed, None)


def _published() -> list[tuple[str, FundingProblem, float | None]]:
    """The first instance of each tightness in each file of mknapcb that is there."""
    found: list[tuple[str, FundingProblem, float | None]] = []
    for path in sorted((published("mkp") or Path()).glob("mknapcb*.txt")):
        instances = list(read_knapsacks(path.read_text()))
        for at in range(0, len(instances), 10):
            worth, table, room, best = instances[at]
            found.append((f"{path.stem}-{at:02d}", from_table(worth, table, room), best or None))
    return found


def _row(
    name: str, problem: FundingProblem, solver: str, function: object, seconds: float, seed: int, best: float | None
) -> Row:  # fmt: skip
    done = measured(function, problem, seconds, seed, limit=3 * seconds + 60)  # type: ignore[arg-type]
    objective, bound = done.answer or (None, None)
    return done.row(Row("funding", name, solver, objective, best, bound, note=f"{seconds:g} s"))
