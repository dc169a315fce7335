"""Ten rounds of 12,000 posts one after the other, each with its gap: without ties, and with teams, caps and couples.

A third of the candidates of a round are candidates of the next one too, and who serves stays at home for a year after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pairup.bench.measure import Row, measured
from pairup.bench.rounds import tied_round
from pairup.planning.horizon import plan_rounds
from pairup.planning.plan import UNTIL_PROVED, Stop
from pairup.planning.problems.posting import Couple, PostingProblem

REST = 365
#: what one round of a kind may take, so that ten of them end within ten minutes
SECONDS = 45.0
Told = list[tuple[float, float | None, float | None, float, float]]


def rounds_ahead(size: int, count: int, seed: int, *, is_tied: bool) -> list[PostingProblem]:
    """Rounds of three years that follow one another; the last third of the candidates stand in the next round too."""
    step, width = size - size // 3, len(str(size * count))
    found = []
    for at in range(count):
        one = tied_round(size, 100 * seed + at)
        names = [f"p{at * step + k:0{width}d}" for k in range(size)]
        start = np.datetime64("2028-07-01") + np.timedelta64(1095 * at, "D")
        one = replace(
            one, people=tuple(names), post_first=np.full(size, start), post_last=np.full(size, start + 1094),
            couples=tuple(
                Couple((names[one.person_at[couple.people[0]]], names[one.person_at[couple.people[1]]]))
                for couple in one.couples
            ),
        )  # fmt: skip
        loose = {"teams": (None,) * size, "couples": (), "most_per_donor_and_place": None}
        found.append(one if is_tied else replace(one, **loose))  # type: ignore[arg-type]
    return found


def planned(size: int, count: int, seed: int, is_tied: bool, seconds: float | None) -> Told:
    """Plan the rounds; give of each its worth at the prices, bound, gap, worth without prices, and seconds."""
    problems = rounds_ahead(size, count, seed, is_tied=is_tied)
    stop = UNTIL_PROVED if seconds is None else Stop(seconds=seconds)
    horizon = plan_rounds(problems, rest=REST, stop=stop, seed=seed, compare=False)
    return [
        (one.plan.objective or 0.0, one.plan.bound, one.gap, one.worth, one.plan.run.seconds) for one in horizon.rounds
    ]


def rows(is_quick: bool, seed: int) -> Iterator[Row]:
    """Rows of the table: each round with its gap, then all of them with seconds and memory, rounds built included."""
    size, count = (1_000, 3) if is_quick else (12_000, 10)
    for is_tied, seconds in ((False, None), (True, 5.0 if is_quick else SECONDS)):
        kind = "tied" if is_tied else "plain"
        took = measured(planned, size, count, seed, is_tied, seconds, limit=900.0)
        told: Told = took.answer or []
        for at, (objective, bound, _, worth, used) in enumerate(told, start=1):
            name = f"{kind}, {size:,}, round {at} of {count}"
            yield Row("postings", name, "pairup", objective, bound=bound, seconds=used, note=f"unpriced {worth:,.0f}")
        gaps = [row[2] for row in told if row[2] is not None]
        note = f"largest gap {100 * max(gaps):.2f} %" if gaps else ""
        yield took.row(Row("postings", f"{kind}, {size:,}, {count} rounds in all", "pairup", note=note))
