"""Rounds planned beside the best peers: plain ones, tied ones, and rounds as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median, median_low
from typing import Any

import numpy as np

from pairup.bench.measure import Measured, Row, measured, second_call
from pairup.bench.rounds import plain_columns, real_round, tied_round
from pairup.planning.market.assignment import Assignment
from pairup.planning.plan import Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems.posting import PostingProblem

#: who solves the plain rounds, in turn, and in how many goes
PLAIN, GOES = ("pairup", "lapmod", "ortools", "scipy_sparse"), 5
#: the published caps of donors at a place, by size
CAPS = {1_000: 6, 4_000: 10, 12_000: 10}


def rows(is_quick: bool, seed: int) -> Iterator[Row]:
    """Measure plain, tied and real rounds; quick ones are small and have short limits."""
    yield from _plain((1_000,) if is_quick else (1_000, 4_000, 12_000), seed, is_quick)
    yield from _tied(((1_000, 8.0),) if is_quick else ((1_000, 60.0), (4_000, 60.0), (12_000, 120.0)), seed, is_quick)
    for tightness in (1.3,) if is_quick else (1.3, 1.1, 0.9):
        name = f"real round, tightness {tightness}, seed {seed}"
        size = {"posts": 400, "people": 1_100, "donors": 8} if is_quick else {}
        problem = real_round(seed, tightness, **size)
        yield _row(name, "pairup", measured(planned, problem, Stop(seconds=10.0), limit=60.0))


def solved(size: int, person: Any, post: Any, worth: Any) -> float:
    """Our assignment alone, prices and all; the second of two calls, so that nothing is compiled in it."""
    return Assignment.of(size, person, post, np.ones(size, dtype=np.int64)).solve(worth.astype(np.float64))


def warm(size: int, person: Any, post: Any, worth: Any) -> tuple[float, float]:
    """Call our assignment twice; give its value and the CPU seconds of the second call."""
    return second_call(solved, size, person, post, worth)


def planned(problem: PostingProblem, stop: Stop) -> tuple[float | None, float | None]:
    """A whole call of the planner: worth and bound."""
    plan = plan_postings(problem, stop=stop)
    return plan.objective, plan.bound


def _plain(sizes: tuple[int, ...], seed: int, is_quick: bool) -> Iterator[Row]:
    """Each solver once a go, in turn, so that what else runs on the machine falls on all of them."""
    for size in sizes:
        for is_structured in (True, False):
            columns = plain_columns(size, seed, is_structured)
            name = f"plain {'S' if is_structured else 'U'} {size}, seed {seed}"
            found: dict[str, list[Measured]] = {solver: [] for solver in PLAIN}
            for _ in range(1 if is_quick else GOES):
                for solver in PLAIN:
                    call = warm if solver == "pairup" else f"pairup.bench.peers.assignments:warm_{solver}"
                    found[solver].append(measured(call, size, *columns, limit=60.0))
            for solver in PLAIN:
                yield in_goes(Row("postings", name, solver), found[solver], found["lapmod"])


def in_goes(row: Row, goes: list[Measured], rival: list[Measured]) -> Row:
    """The row of the median go by CPU seconds, with the spread over the goes, and of ours over the rival's go by go.

    A solver that gave nothing in some go has the row of that go.
    """
    if failed := [one for one in goes if one.answer is None]:
        return failed[0].row(row)
    spent = [float(one.answer[1]) for one in goes]
    middle = goes[spent.index(median_low(spent))]
    value, cpu = middle.answer
    first = (middle.seconds or 0.0) - cpu
    said = [f"second call; the first took {first:.2f} s, kernels loaded in it"]
    if len(goes) > 1:
        said.append(f"median of {len(goes)} goes, {min(spent):.3f} to {max(spent):.3f} s")
        if row.solver == "pairup" and all(one.answer for one in rival):
            times = [ours / float(one.answer[1]) for ours, one in zip(spent, rival, strict=True)]
            said.append(f"go by go {min(times):.2f} to {max(times):.2f} x lapmod, median {median(times):.2f}")
    done = middle.row(replace(row, objective=value, best=value))
    return replace(done, seconds=cpu, cpu=cpu, note="; ".join(said))


def _tied(sizes: tuple[tuple[int, float], ...], seed: int, is_quick: bool) -> Iterator[Row]:
    for size, seconds in sizes:
        problem = tied_round(size, seed, cap=CAPS[size])
        name = f"tied {size}, cap {CAPS[size]}, seed {seed}, {seconds:.0f} s"
        yield _row(name, "pairup", measured(planned, problem, Stop(seconds=seconds), limit=seconds + 60))
        for peer in ("highs", "highs_plain") if is_quick else ("highs", "highs_plain", "cp_sat"):
            found = measured(f"pairup.bench.peers.forms:{peer}", problem, seconds, limit=3 * seconds)
            yield _row(name, peer, found)


def _row(instance: str, solver: str, found: Measured) -> Row:
    objective, bound = found.answer or (None, None)
    return found.row(Row("postings", instance, solver, objective=objective, bound=bound))
