"""How firm a posting plan is: what survives other weights, and how different a plan nearly as good can be.

A posting survives changed weights where a plan that is best under them has it; of plans worth the same, the one that
keeps most of the postings is taken, so a mere tie does not count as a change. Alternatives are found by a price: the
worth of a plan less so many points for every posting it shares with the plans before. As blocks share nothing, each
has its own list of choices along the price, and the lists are joined under the one row that ties them, the worth that
may be lost. The price bounds what can be had (Lagrangian relaxation: Fisher, Management Science 27(1), 1981).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.planning.blocks import Flags, Floats, Ints, step_of
from pairup.planning.plan import Plan
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.series import Best, RoundSeries
from pairup.planning.verify import check_chosen
from pairup.planning.worth import Parts

#: prices of a shared posting that alternatives are looked for at, in points
STEPS = (0.5, 1.5, 5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Shift:
    """Weights in per cent of what they are, and how many of the plan's postings survive there.

    `gap` is how far the plan found there may be from the best, as a share; 0 where it is proved best.
    """

    percent: tuple[tuple[str, int], ...]
    kept: int
    of: int
    gap: float

    @property
    def share(self) -> float:
        return self.kept / self.of if self.of else 1.0

    def to_dict(self) -> dict[str, Any]:
        return {"percent": dict(self.percent), "kept": self.kept, "of": self.of, "gap": round(self.gap, 6)}


@dataclass(frozen=True, slots=True)
class Survival:
    """What survives: each weight alone, lower and higher, then all of them drawn together.

    `times` says of each posting, in the order of the plan, in how many of the shifts it survives.
    """

    percent: int
    alone: tuple[Shift, ...]
    drawn: tuple[Shift, ...]
    times: tuple[int, ...]

    @property
    def shifts(self) -> int:
        return len(self.alone) + len(self.drawn)

    @property
    def firm(self) -> int:
        """Postings that survive every shift."""
        return sum(1 for count in self.times if count == self.shifts)

    @property
    def share(self) -> float:
        """Share of postings that survive, on average over the shifts."""
        return sum(self.times) / (len(self.times) * self.shifts) if self.times and self.shifts else 1.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "percent": self.percent, "firm": self.firm, "of": len(self.times), "share": round(self.share, 6),
            "alone": [shift.to_dict() for shift in self.alone], "drawn": [shift.to_dict() for shift in self.drawn],
            "times": list(self.times),
        }  # fmt: skip


def survival(
    plan: Plan[Posting], parts: Parts, *, percent: int = 20, draws: int = 20, seed: int = 0, jobs: int | None = None,
    is_proving: bool = True,
) -> Survival:  # fmt: skip
    """Plan again with each weight `percent` lower and higher, and with all of them drawn in between.

    `parts` are in the order of the problem's options. Without `is_proving` a shift may end with a small gap, which
    it states, several times sooner. Refuses a stable round, which has no weights.
    """
    _require_worth(plan)
    shifts = _shifts(parts.names, percent, draws, seed)
    scale = math.gcd(*(value for shift in shifts for value in shift)) if shifts else 1
    problem, chosen = plan.problem, _options(plan)
    series = RoundSeries.of(problem, seed, jobs)
    kept = np.zeros(len(problem.worth))
    kept[chosen] = 1.0
    times = 10.0 ** math.ceil(math.log10(max(_most_in_a_block(series, chosen), 1) + 1))
    whole = parts.points / (step_of(parts.points.ravel()) or 1.0)
    worths = [np.round(whole @ np.array(shift) / scale) * times + kept for shift in shifts]
    found = series.best(worths, series.start(chosen), is_proving)
    _require_kept(problem, found)
    survives = np.array([best.taken[chosen] for best in found]).reshape(len(found), len(chosen))
    told = [
        Shift(
            tuple((name, value) for name, value in zip(parts.names, shift, strict=True) if value != 100),
            int(row.sum()), len(chosen), _gap(best),
        )
        for shift, row, best in zip(shifts, survives, found, strict=True)
    ]  # fmt: skip
    alone = 2 * len(parts.names)
    return Survival(percent, tuple(told[:alone]), tuple(told[alone:]), tuple(survives.sum(axis=0).tolist()))


def _shifts(names: Sequence[str], percent: int, draws: int, seed: int) -> list[list[int]]:
    """Weights in per cent: each alone, lower and higher; then all drawn in steps of half of `percent`."""
    alone = [
        [100 + sign * percent if at == k else 100 for at in range(len(names))] for k in range(len(names))
        for sign in (-1, 1)
    ]  # fmt: skip
    random = np.random.default_rng(seed)
    half = percent // 2 or percent
    steps = np.arange(100 - percent, 100 + percent + 1, half)
    return [*alone, *(random.choice(steps, len(names)).tolist() for _ in range(draws))]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan nearly as good that differs much: what it loses in points, and what it puts in place of what.

    `shared` postings it has in common with the plan; no plan within the same loss shares fewer than `fewest`.
    """

    chosen: tuple[Posting, ...]
    objective: float
    loss: float
    shared: int
    fewest: int
    lost: tuple[Posting, ...]
    gained: tuple[Posting, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "objective": self.objective, "loss": self.loss, "shared": self.shared, "fewest": self.fewest,
            "lost": [item.to_dict() for item in self.lost], "gained": [item.to_dict() for item in self.gained],
        }  # fmt: skip


def alternatives(
    plan: Plan[Posting], *, within: float = 0.01, count: int = 3, seed: int = 0, jobs: int | None = None
) -> tuple[Alternative, ...]:
    """Give plans worth at least `1 - within` of this one that differ most from it and from each other.

    Each is the one found with fewest postings shared with the plan and the alternatives before it, a posting counted
    once for each plan that has it. That the worth holds is exact; that none differs more is said by `fewest`, which
    is proved. Fewer than `count` are given where nothing new is found.
    """
    _require_worth(plan)
    problem, chosen = plan.problem, _options(plan)
    series = RoundSeries.of(problem, seed, jobs)
    floor = (1.0 - within) * float(problem.worth[chosen].sum())
    plans, found, fewest = [chosen], list[Alternative](), 0
    for number in range(count):
        held = np.zeros(len(problem.worth))
        for one in plans:
            held[one] += 1.0
        taken, proved = _most_different(series, problem.worth, held, floor, plans[0])
        if number == 0:
            fewest = proved
        options = np.flatnonzero(taken)
        if any(np.array_equal(options, one) for one in plans):
            break
        plans.append(options)
        found.append(_alternative(plan, options, fewest))
    return tuple(found)


def _most_different(series: RoundSeries, worth: Floats, held: Floats, floor: float, first: Ints) -> tuple[Flags, int]:
    """Share as little as possible with the plans held, worth `floor` at least; and how little is proved possible."""
    start = series.start(first)
    worths = [worth - price * held for price in STEPS]
    each = series.best_each(worths, start, is_proving=False)
    fewest = 0.0
    for at, price in enumerate(STEPS):
        bound = series.joined([parts[at] for parts in each], worths[at]).bound
        fewest = max(fewest, (floor - bound) / price)
    taken = start.copy()
    lists = []
    full_worth, full_held = np.zeros((2, series.writing.form.count))
    full_worth[series.writing.take], full_held[series.writing.take] = worth, held
    for block, parts in zip(series.blocks, each, strict=True):
        own = [start[block.choices], *(best.taken for best in parts)]
        here = [(float(full_held[block.choices][t].sum()), -float(full_worth[block.choices][t].sum()), t) for t in own]
        lists.append(_hull(here))
    slack = float(worth[first].sum()) - floor
    for block, best in zip(series.blocks, _spent(lists, slack), strict=True):
        taken[block.choices] = best
    return taken[series.writing.take], math.ceil(fewest - 1e-6)


Candidate = tuple[float, float, Flags]  # what it shares, what it costs (its worth, negative), its choices


def _hull(candidates: Iterable[Candidate]) -> list[Candidate]:
    """From the dearest in sharing to the cheapest: those that share less at a rising price for each posting."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda row: (row[1], row[0])):
        if kept and one[0] >= kept[-1][0]:
            continue
        while len(kept) > 1 and _rate(kept[-2], kept[-1]) >= _rate(kept[-2], one):
            kept.pop()
        kept.append(one)
    return kept


def _rate(one: Candidate, other: Candidate) -> float:
    """Points paid for each posting less that is shared."""
    return (other[1] - one[1]) / (one[0] - other[0])


def _spent(lists: list[list[Candidate]], slack: float) -> list[Flags]:
    """Spend the points that may be lost where they buy most: the steps of all lists in order of their rate."""
    at = [0] * len(lists)
    steps = sorted(
        (_rate(rows[k], rows[k + 1]), b, k) for b, rows in enumerate(lists) for k in range(len(rows) - 1)
    )  # fmt: skip
    for _, b, k in steps:
        cost = lists[b][k + 1][1] - lists[b][k][1]
        if at[b] == k and cost <= slack + 1e-9:
            at[b], slack = k + 1, slack - cost
    return [rows[k][2] for rows, k in zip(lists, at, strict=True)]


def _alternative(plan: Plan[Posting], options: Ints, fewest: int) -> Alternative:
    problem: PostingProblem = plan.problem
    chosen = tuple(sorted(problem.posting(int(k)) for k in options))
    broken: list[str] = []
    objective = round(check_chosen(problem, chosen, lambda code, **facts: broken.append(f"{code} {facts}")), 9)
    if broken:
        raise AssertionError(f"an alternative of ours breaks its problem: {'; '.join(broken)}")
    mine, theirs = set(plan.chosen), set(chosen)
    assert plan.objective is not None
    return Alternative(
        chosen, objective, round(plan.objective - objective, 9), len(mine & theirs), fewest,
        tuple(item for item in plan.chosen if item not in theirs), tuple(item for item in chosen if item not in mine),
    )  # fmt: skip


def _require_worth(plan: Plan[Posting]) -> None:
    if plan.problem.mode == "stable":
        raise InputError(
            "A stable round has preferences and no weights.", hint="Ask this of a plan in mode welfare.",
            code="firmness.stable",
        )  # fmt: skip
    plan.assignments  # noqa: B018  refuses where there is no plan


def _options(plan: Plan[Posting]) -> Ints:
    at = plan.problem.option_at
    return np.array([at[item] for item in plan.chosen], dtype=np.int64)


def _most_in_a_block(series: RoundSeries, chosen: Ints) -> int:
    return int(np.bincount(series.block_of()[chosen] + 1, minlength=1).max(initial=0))


def _gap(best: Best) -> float:
    return max(0.0, best.bound - best.value) / max(1.0, abs(best.value)) if not best.is_proved else 0.0


def _require_kept(problem: PostingProblem, found: Sequence[Best]) -> None:
    """Check each plan without a solver; a finding is a bug of ours, and shows as one."""
    broken: list[str] = []
    for best in found:
        chosen = [problem.posting(int(k)) for k in np.flatnonzero(best.taken)]
        check_chosen(problem, chosen, lambda code, **facts: broken.append(f"{code} {facts}"))
    if broken:
        raise AssertionError(f"a plan under other weights breaks its problem: {'; '.join(broken)}")
