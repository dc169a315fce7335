"""A lottery among projects that are nearly tied, so that an evaluation can learn from who was left out.

Where one project in place of another loses next to nothing, chance may decide; and where chance decides, those drawn
and those left out differ by nothing else. What the lottery loses in points stands beside the smallest effect that
it lets an evaluation detect (Bloom 1995, https://doi.org/10.1177/0193841X9501900504).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.planning.plan import PROVED, Ended, Plan, Status, gap_of, number
from pairup.planning.portfolio.swaps import Swaps
from pairup.planning.problems.funding import Funding, FundingProblem
from pairup.planning.verify import check_plan
from pairup.values.words import Words

#: standard errors between zero and the smallest effect found with power 80 % in a two-sided test at 5 %
MULTIPLE = 2.8


@dataclass(frozen=True, slots=True)
class Lottery:
    """What was drawn, among what, and with which chances.

    `groups` are the sets among which one swap was open: (chosen in the plan, could have been in its place). A
    project's chance is that of being carried out. `lost` is what the drawn plan is below the plan, `expected` the mean
    over all draws and `most` the worst draw; `smallest_effect` is in the units of `deviation`, None where nothing can
    be compared.
    """

    plan: Plan[Funding]
    drawn: tuple[Funding, ...]
    groups: tuple[tuple[Funding, Funding], ...]
    chances: Mapping[Funding, float]
    seed: int
    within: float
    lost: float
    expected: float
    most: float
    smallest_effect: float | None

    def facts(self) -> dict[str, Any]:
        """What the journal keeps: anyone can draw again from it."""
        return {
            "seed": self.seed, "within": self.within,
            "candidates": [[list(one), list(other)] for one, other in self.groups],
            "chances": {" ".join(item): chance for item, chance in sorted(self.chances.items())},
            "drawn": [list(item) for item in self.drawn],
        }  # fmt: skip

    def words(self) -> Words:
        """Say what the lottery loses and what it lets one see."""
        facts = {"count": len(self.groups), "lost": number(self.expected), "most": number(self.most)}
        if self.smallest_effect is None:
            return Words("funding.lottery-none", facts)
        return Words("funding.lottery", facts | {"effect": number(self.smallest_effect, 3)})


def smallest_effect(treated: int, compared: int, deviation: float = 1.0) -> float | None:
    """Give the smallest effect that two groups of these sizes show with power 80 % at 5 %; None where one is empty."""
    if treated < 1 or compared < 1:
        return None
    count, share = treated + compared, treated / (treated + compared)
    return MULTIPLE * deviation * math.sqrt(1.0 / (share * (1.0 - share) * count))


def lottery(
    plan: Plan[Funding], *, within: float, seed: int, deviation: float = 1.0, units: Mapping[str, str] | None = None,
    begins: Mapping[Funding, int] | None = None,
) -> Lottery:  # fmt: skip
    """Draw among near ties: each pair of a chosen project and one left out (or another way of the same), evenly.

    `within` is the share of the plan's worth that a draw may lose at most, all swaps together. Pairs are found in
    order of what they lose, each project once, and each pair must keep every requirement together with all pairs
    before it, however those fall. The same plan and seed give the same draw.

    `units` are the projects that may be drawn, each with the unit by which an evaluation sees it: a unit is drawn once,
    and two projects of one unit are no pair. Without it every project is a unit of its own. With `begins`, two projects
    are a pair only where both would begin at once, so that the lot alone tells their units apart.
    """
    if not 0 <= within <= 1:
        raise InputError(
            f"A lottery cannot lose {within:g} of a plan.", hint="Give a share from 0 to 1, as 0.01.",
            code="funding.lottery-within", within=within,
        )  # fmt: skip
    problem: FundingProblem = plan.problem
    groups, losses = _pairs(problem, plan.assignments, within * abs(plan.objective or 0.0), units, begins)
    random = np.random.default_rng(seed)
    swapped = random.random(len(groups)) < 0.5
    drawn = _after(plan.chosen, [pair for pair, is_swapped in zip(groups, swapped, strict=True) if is_swapped])
    chances: dict[Funding, float] = {}
    for one, other in groups:
        chances[one] = chances[other] = 0.5
    compared = [pair for pair in groups if pair[0].project != pair[1].project]
    lost = math.fsum(loss for loss, is_swapped in zip(losses, swapped, strict=True) if is_swapped)
    return Lottery(
        plan, drawn, tuple(groups), chances, seed, within, lost, math.fsum(losses) / 2, _worst(losses),
        smallest_effect(len(compared), len(compared), deviation),
    )  # fmt: skip


def plan_drawn(found: Lottery) -> Plan[Funding]:
    """Give the drawn plan, checked; it keeps the bound of the plan it was drawn from."""
    before, problem = found.plan, found.plan.problem
    points = round(math.fsum(float(problem.worth[problem.option_at[item]]) for item in found.drawn), 9)
    gap = gap_of(points, before.bound)
    status = Status.OPTIMAL if gap is not None and gap <= PROVED else Status.FEASIBLE
    run = replace(before.run, seed=found.seed, solver=f"lottery, {before.run.solver}", ended=Ended.WORK)
    plan = replace(before, chosen=found.drawn, objective=points, status=status, run=run)
    if findings := check_plan(problem, plan):
        raise AssertionError("a draw of ours breaks its problem: " + "; ".join(map(str, findings)))
    return plan


def _worst(losses: Sequence[float]) -> float:
    return math.fsum(loss for loss in losses if loss > 0)


def _pairs(
    problem: FundingProblem,
    chosen: tuple[Funding, ...],
    room: float,
    units: Mapping[str, str] | None,
    begins: Mapping[Funding, int] | None,
) -> tuple[list[tuple[Funding, Funding]], list[float]]:
    """Pairs that may be swapped in any combination, and what each loses; together no more than `room`."""
    worth = dict(zip(problem.ways, problem.worth.tolist(), strict=True))
    held = {item.project for item in chosen}
    unit_of = {project.id: project.id for project in problem.projects} if units is None else units
    locked = {row[0] for row in problem.locks}
    candidates = sorted(
        (worth[one] - worth[other], one, other)
        for one in chosen if one.project not in locked and one.project in unit_of
        for other in problem.ways
        if other != one and other.project in unit_of and (other.project == one.project or other.project not in held)
        and 0 <= worth[one] - worth[other] <= room
    )  # fmt: skip
    # ties of start year teach an evaluation less than ties of projects: these first
    candidates.sort(key=lambda row: (row[1].project == row[2].project, *row))
    swaps = Swaps(problem, chosen)
    groups: list[tuple[Funding, Funding]] = []
    losses: list[float] = []
    used: set[str] = set()
    for loss, one, other in candidates:
        pair = {unit_of[one.project], unit_of[other.project]}
        if len(pair) == 2 and begins is not None and begins[one] != begins[other]:
            continue
        if pair & used or (len(pair) == 1 and one.project != other.project) or math.fsum(losses) + loss > room + 1e-9:
            continue
        if swaps.take(one, other):
            groups.append((one, other))
            losses.append(loss)
            used |= pair
    return groups, losses


def _after(chosen: tuple[Funding, ...], swaps: Sequence[tuple[Funding, Funding]]) -> tuple[Funding, ...]:
    into = dict(swaps)
    return tuple(sorted(into.get(item, item) for item in chosen))


def trade_off(
    plan: Plan[Funding], withins: Sequence[float], *, seed: int, deviation: float = 1.0
) -> list[tuple[float, int, float, float, float | None]]:
    """Give a table: share, pairs, points lost in expectation, at worst, and the smallest effect one could detect."""
    rows = []
    for within in withins:
        found = lottery(plan, within=within, seed=seed, deviation=deviation)
        rows.append((within, len(found.groups), found.expected, found.most, found.smallest_effect))
    return rows
