"""The pairing question where every recipient has one donor at most, in whole numbers: generalised assignment.

Costs are negative worths and loads as they were written, both scaled to whole numbers, so that sums are exact. A
recipient that may stay without a donor has one more choice, the last donor, which costs and loads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from pairup.planning.blocks import step_of
from pairup.planning.pairing.kernels import FAR, Floats, Ints
from pairup.planning.problems.pairing import PairingProblem

#: tables of recipients by donors larger than this are left to the solver of forms
LARGEST = 20_000_000
#: costs and loads stay below this, so that no sum leaves 64 bits
WHOLE = 1 << 30
#: a price is a multiple of one over this: sums with prices are exact
PARTS = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """Costs and loads by recipient and donor, rooms by donor; `option` says which column of the problem a pair is."""

    cost: Ints
    load: Ints
    room: Ints
    option: Ints  # -1 where a pair is no column
    step: float  # worth of one unit of cost
    constant: float  # worth of a plan less its costs

    @property
    def grain(self) -> Ints:
        """Units in which a donor's room is counted when shares are looked for: 4,000 at most."""
        return np.maximum(1, self.room // 4000)

    def worth_of(self, cost: int) -> float:
        return round(-cost * self.step + self.constant, 9)

    def cost_of(self, owner: Ints) -> int:
        return int(self.cost[np.arange(len(owner)), owner].sum())

    def is_kept(self, owner: Ints) -> bool:
        """Whether every recipient has a donor it may have, and no donor carries more than its room."""
        rows = np.arange(len(owner))
        carried = np.zeros(len(self.room), dtype=np.int64)
        np.add.at(carried, owner, self.load[rows, owner])
        return bool(np.all(self.cost[rows, owner] < FAR) and np.all(carried <= self.room))

    def bound_at(self, price: Floats) -> int:
        """A cost that no plan is below, exact: prices are taken as multiples of 1/65,536, costs are whole."""
        parts = np.floor(np.clip(price, 0, WHOLE) * PARTS).astype(np.int64)
        while np.any(parts * np.maximum(1.0, self.load.max(axis=0)) > 2.0**61):
            parts = parts // 2  # any prices bound; these keep the sums in 64 bits
        least = (np.minimum(self.cost, 1 << 44) * PARTS + parts * self.load).min(axis=1)
        total = sum(least.tolist()) - sum(p * r for p, r in zip(parts.tolist(), self.room.tolist(), strict=True))
        return int(-(-total // PARTS))

    def losses(self, price: Floats) -> Floats:
        """How much more than the bound a plan with each pair costs at least, by recipient and donor."""
        value = self.cost + price * self.load
        return np.asarray(value - value.min(axis=1, keepdims=True), dtype=np.float64)


def single_of(problem: PairingProblem) -> Single | None:
    """Give the question with one donor at most for each recipient; None where it is not of that kind.

    Numbers must be decimals of at most four places, and locks and forbids leave each recipient a choice. Long because
    each refusal stands beside the columns it is about.
    """
    size, count = len(problem.recipients), len(problem.donors)
    fewest = np.array([row.fewest_donors for row in problem.recipients], dtype=np.int64)
    if not all(row.most_donors == 1 for row in problem.recipients) or np.any(fewest > 1):
        return None
    if any(row.most_partners is not None for row in problem.donors) or size * (count + 1) > LARGEST or not size:
        return None
    existing = set(problem.existing)
    kept = np.array([problem.tie(k) in existing for k in range(len(problem.worth))], dtype=np.bool_)
    worth = problem.worth + problem.change_cost * kept
    step, digits = step_of(worth), _digits([*problem.load.tolist(), *(row.capacity for row in problem.donors)])
    if step is None or digits is None or not len(worth):
        return None
    cost = np.full((size, count + 1), FAR, dtype=np.int64)
    load, option = np.zeros((size, count + 1), dtype=np.int64), np.full((size, count + 1), -1, dtype=np.int64)
    at = problem.option_recipient, problem.option_donor
    scaled = np.round(-worth / step), np.round(problem.load * 10.0**digits)
    if max(np.abs(part).max() for part in scaled) >= WHOLE:
        return None
    cost[at], load[at], option[at] = scaled[0].astype(np.int64), scaled[1].astype(np.int64), np.arange(len(worth))
    cost[fewest == 0, count] = 0
    position = (
        {row.id: k for k, row in enumerate(problem.donors)},
        {row.id: k for k, row in enumerate(problem.recipients)},
    )
    for tie in problem.locks:
        row, mine = position[1][tie.recipient], position[0][tie.donor]
        cost[row, np.arange(count + 1) != mine] = FAR
    for tie in problem.forbids:
        cost[position[1][tie.recipient], position[0][tie.donor]] = FAR
    if np.any(cost.min(axis=1) >= FAR):
        return None
    if np.all(fewest == 1):
        cost, load, option = cost[:, :count].copy(), load[:, :count].copy(), option[:, :count].copy()
    room = [int(Decimal(repr(float(row.capacity))) * 10**digits) for row in problem.donors]
    room = [*room, 0][: cost.shape[1]]
    most = load.sum(axis=0).tolist()
    limits = np.array([min(held, full) for held, full in zip(room, most, strict=True)], dtype=np.int64)
    cost[load > limits] = FAR
    if np.any(cost.min(axis=1) >= FAR):
        return None
    return Single(cost, load, limits, option, step, -problem.change_cost * len(existing))


def _digits(values: list[float]) -> int | None:
    """Decimal places that all these numbers were written with, at most four; None where some have more."""
    found = 0
    for value in sorted(set(values)):
        if not np.isfinite(value):
            return None
        exponent = Decimal(repr(value)).normalize().as_tuple().exponent
        found = max(found, -int(exponent))
    return found if found <= 4 else None


def greedy(single: Single) -> Ints | None:
    """Give each recipient its cheapest donor that still has room, those first that lose most by their second choice."""
    ranked = np.sort(np.minimum(single.cost, 1 << 40), axis=1)
    regret = ranked[:, min(1, ranked.shape[1] - 1)] - ranked[:, 0]
    left, owner = single.room.copy(), np.zeros(len(single.cost), dtype=np.int64)
    for j in np.lexsort((np.arange(len(regret)), -regret)).tolist():
        cost = np.where(single.load[j] <= left, single.cost[j], FAR)
        owner[j] = int(np.argmin(cost))
        if cost[owner[j]] >= FAR:
            return None
        left[owner[j]] -= single.load[j, owner[j]]
    return owner
