"""Journeys measured: proofs of real size, and published orienteering values beside PyVRP, from one run.

Team orienteering with hours and OPLib's tours are paired with PyVRP, which cannot express travel that changes over
the day.

Of the published instances with hours each is asked with one number of routes, which turns from one to the next and
with the seed: seeds 0 to 3 ask all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from pairup.bench.journeys import KINDS, a_journey
from pairup.bench.measure import Row, measured
from pairup.bench.orienteering import best_known, by_quarter_hours, team_orienteering, tour, tours
from pairup.bench.published import ABSENT, published
from pairup.planning.plan import UNTIL_PROVED, Stop
from pairup.planning.visits import VisitProblem, plan_visits

#: seconds of each published instance
SECONDS = 10.0
#: the numbers of routes for which a value is published; and the seconds after which a proof of true size is given up
ROUTES, LIMIT = 4, 30.0
_QUICK = (("c101", 1), ("rc203", 1), ("rc107", 3), ("pr05", 2))
_QUICK_TOURS, _QUICK_HOURS = ("eil76-gen2-50",), ("20.1.1",)
Found = tuple[float | None, float | None]


def rows(is_quick: bool = False, seed: int = 0) -> Iterator[Row]:
    """Give the rows one by one; published values are skipped, with a note, where their folder is not there."""
    yield from _real_size(is_quick, seed)
    yield from _published(is_quick, seed)
    yield from _tours(is_quick, seed)
    yield from _by_hour(is_quick, seed)


def _real_size(is_quick: bool, seed: int) -> Iterator[Row]:
    measured(_proved, a_journey(12, 3))  # compiles the kernels, so that no row pays for it
    for name, region in KINDS.items():
        for days in (6,) if is_quick else (3, 8, 15):
            found = measured(_proved, a_journey(40, days, seed, region), limit=LIMIT)
            row = _row(f"40 sites, {days} days, {name}", "pairup", found.answer)
            yield found.row(row)


def _published(is_quick: bool, seed: int) -> Iterator[Row]:
    if (folder := published("toptw")) is None:
        yield Row("visits", "team orienteering", "pairup", note=ABSENT)
        return
    values = best_known(folder)
    names = sorted({name for name, _, _ in values})
    for name, days, best in values:
        is_asked = (name, days) in _QUICK if is_quick else days == 1 + (names.index(name) + seed) % ROUTES
        if not is_asked:
            continue
        problem = team_orienteering(folder, name, days)
        found = measured(_by_clock, problem, SECONDS, seed, limit=SECONDS + 30)
        yield found.row(_row(f"{name}, {days} routes", "pairup", found.answer, best))
        theirs = measured("pairup.bench.peers.routes:pyvrp_worth", problem, SECONDS, seed, limit=SECONDS + 30)
        yield theirs.row(_row(f"{name}, {days} routes", "PyVRP", (theirs.answer, None), best))


def _tours(is_quick: bool, seed: int) -> Iterator[Row]:
    """One closed tour each; the first node's score counts in every tour, so it is taken off the value known."""
    if (folder := published("op")) is None:
        yield Row("visits", "OPLib tours", "pairup", note=ABSENT)
        return
    for name, best in tours(folder):
        if is_quick and name not in _QUICK_TOURS:
            continue
        problem, first = tour(folder, name)
        found = measured(_by_clock, problem, SECONDS, seed, limit=SECONDS + 60)
        yield found.row(_row(name, "pairup", found.answer, best - first))
        theirs = measured("pairup.bench.peers.routes:pyvrp_worth", problem, SECONDS, seed, limit=SECONDS + 60)
        yield theirs.row(_row(name, "PyVRP", (theirs.answer, None), best - first))


def _by_hour(is_quick: bool, seed: int) -> Iterator[Row]:
    """Travel by quarters of an hour: no value is published for these files, so each row stands by its own bound."""
    if (folder := published("tdoptw")) is None:
        yield Row("visits", "travel by the hour", "pairup", note=ABSENT)
        return
    for path in sorted(folder.glob("*.*.*.TXT")):
        if is_quick and path.stem not in _QUICK_HOURS:
            continue
        found = measured(_by_clock, by_quarter_hours(folder, path.stem), SECONDS, seed, limit=SECONDS + 60)
        yield found.row(_row(f"{path.stem}, travel by the hour", "pairup", found.answer))


def _row(instance: str, solver: str, answer: Found | None, best: float | None = None) -> Row:
    objective, bound = answer or (None, None)
    return Row("visits", instance, solver, objective, best, bound)


def _proved(problem: VisitProblem) -> Found:
    plan = plan_visits(problem, stop=UNTIL_PROVED)
    return plan.objective, plan.bound


def _by_clock(problem: VisitProblem, seconds: float, seed: int) -> Found:
    plan = plan_visits(problem, stop=Stop(seconds=seconds), seed=seed)
    return plan.objective, plan.bound
