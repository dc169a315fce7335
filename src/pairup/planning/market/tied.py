"""A tied block: an assignment of people to posts, and the rows that tie it together (caps, quotas, teams, couples).

The rows of the assignment are kept; every other row gets a price (Lagrange multiplier; Geoffrion 1974:
https://doi.org/10.1007/BFb0120690). At any such prices the assignment worth most, plus what the prices pay for the
limits, is at least the worth of every plan. So a bound never needs an exact solver: one assignment proves it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled
from pairup.planning.blocks import INF, Block, can_bind, only, with_rows
from pairup.planning.market.assignment import Assignment

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@compiled
def _priced(worth: Floats, starts: Ints, row: Ints, value: Floats, price: Floats, out: Floats) -> None:
    for k in range(len(worth)):
        left = worth[k]
        for t in range(starts[k], starts[k + 1]):
            left -= value[t] * price[row[t]]
        out[k] = left


@dataclass(frozen=True, slots=True)
class Columns:
    """Entries of rows, by choice."""

    starts: Ints
    row: Ints
    value: Floats

    @classmethod
    def of(cls, block: Block) -> Columns:
        row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
        order = np.argsort(block.index, kind="stable")
        counts = np.bincount(block.index, minlength=len(block.choices))
        return cls(np.concatenate([[0], np.cumsum(counts)]), row_of[order], block.value[order])

    def some(self, choices: Ints) -> tuple[Ints, Ints, Floats]:
        """Starts, rows and values of some choices."""
        lengths = self.starts[choices + 1] - self.starts[choices]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        take = np.repeat(self.starts[choices] - starts[:-1], lengths) + np.arange(starts[-1])
        return starts, self.row[take], self.value[take]

    def priced(self, worth: Floats, price: Floats) -> Floats:
        """Worth less the prices of what each choice uses."""
        left = np.empty(len(worth))
        _priced(worth, self.starts, self.row, self.value, price, left)
        return left


def part_of(block: Block, free: Flags, taken: Flags) -> Block:
    """The block over the free choices only; the others stay as taken. `choices` and `rows` count in the block.

    Free choices that a row has no room for are left out.
    """
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    is_free = free[block.index]
    held = ~is_free & taken[block.index]
    used = np.bincount(row_of[held], weights=block.value[held], minlength=len(block.rows))
    low, high = block.low - used, block.high - used
    free = free.copy()
    for _ in range(3):
        rows, choices, values = row_of[is_free], block.index[is_free], block.value[is_free]
        least = np.bincount(rows, weights=np.minimum(values, 0.0), minlength=len(low))
        most = np.bincount(rows, weights=np.maximum(values, 0.0), minlength=len(low))
        shut = least[rows] + np.abs(values) * (values > 0) > high[rows] + 1e-9
        shut |= most[rows] - np.abs(values) * (values < 0) < low[rows] - 1e-9
        if not shut.any():
            break
        free[choices[shut]] = False
        is_free = free[block.index]
    touched = np.flatnonzero(np.bincount(row_of[is_free], minlength=len(low)))
    broken = np.flatnonzero((low > 1e-9) | (high < -1e-9))
    numbered = Block(
        np.arange(len(block.choices)), np.arange(len(block.rows)), block.starts, block.index, block.value,
        low, high, block.worth, block.least, block.most,
    )  # fmt: skip
    part = only(numbered, np.flatnonzero(free), np.union1d(touched, broken))
    return with_rows(part, np.flatnonzero(can_bind(part)))


class Tied:
    """A block with its assignment found: which person and post each choice stands for, and all rows besides.

    `person` and `post` number the rows of the assignment, for each choice; helping choices have -1. A row of a person
    whose choices lie in several such rows (who may serve twice) is among the tied ones too.
    """

    def __init__(self, block: Block, person_rows: Flags, post_rows: Flags) -> None:
        self.block = block
        row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
        size = len(block.choices)
        first_person, whole_person = _first_row(row_of, block, person_rows, size)
        first_post, whole_post = _first_row(row_of, block, post_rows, size)
        is_option = (first_person >= 0) | (first_post >= 0)
        self.options = np.flatnonzero(is_option)
        person, people = _numbered(first_person[self.options])
        post, posts = _numbered(first_post[self.options])
        order = np.argsort(person, kind="stable")
        self.options, person, post = self.options[order], person[order], post[order]
        seats = np.ones(posts, dtype=np.int64)
        has_row = first_post[self.options] >= 0
        seats[post[has_row]] = np.floor(block.high[first_post[self.options[has_row]]]).astype(np.int64)
        self.person, self.post, self.seats = person, post, seats
        self.people = people
        self.scale = min(people, int(seats.sum()))  # so many can be seated
        self.helpers = np.flatnonzero(~is_option)
        core = np.zeros(len(block.rows), dtype=np.bool_)
        core[whole_person], core[whole_post] = True, True
        self.tied_rows = np.flatnonzero(~core)
        tied = with_rows(block, self.tied_rows)
        self.tied, self.columns = tied, Columns.of(tied)
        self.row_of = np.repeat(np.arange(len(tied.rows)), np.diff(tied.starts))
        self.assignment = Assignment.of(people, person, post, seats)

    def price(self, price: Floats) -> tuple[float, Flags, Floats]:
        """Give a bound, a best relaxed choice and what each choice leaves, at these prices of the tied rows."""
        left = self.columns.priced(self.block.worth, price)
        bound = self.assignment.solve(left[self.options])
        taken = np.zeros(len(left), dtype=np.bool_)
        taken[self.options[self.assignment.taken()]] = True
        taken[self.helpers] = left[self.helpers] > 0
        bound += float(np.maximum(left[self.helpers], 0.0).sum())
        tied = self.tied
        limit = np.where(price > 0, tied.high, np.where(price < 0, tied.low, 0.0))
        return bound + float(price @ limit), taken, left

    def loss(self, left: Floats) -> Floats:
        """What each choice loses at least, at the prices that were last asked for."""
        loss = np.zeros(len(left))
        state = self.assignment
        loss[self.options] = state.profit[self.person] + state.price[self.post] - left[self.options]
        loss[self.helpers] = np.maximum(0.0, -left[self.helpers])
        return np.maximum(loss, 0.0)

    def first_of(self, number: Ints) -> Ints:
        """The first choice of each person (or of each post), where `number` numbers them by option."""
        return self.options[np.unique(number, return_index=True)[1]]

    def proper(self, price: Floats) -> Floats:
        """The nearest prices that a row may have: at least 0 where it has no low end, at most 0 where no high one."""
        price = np.where(self.tied.low == -INF, np.maximum(price, 0.0), price)
        return np.where(self.tied.high == INF, np.minimum(price, 0.0), price).astype(np.float64)

    def used(self, amount: Floats | Flags) -> Floats:
        """How much of each tied row these amounts use."""
        weights = self.tied.value * amount[self.tied.index]
        return np.bincount(self.row_of, weights=weights, minlength=len(self.tied.rows)).astype(np.float64)


def _first_row(row_of: Ints, block: Block, of_kind: Flags, size: int) -> tuple[Ints, Ints]:
    """For each choice its first row of this kind (-1: none); and the rows that are the first of all their choices."""
    fit = of_kind & (block.low == -INF)
    fit &= np.bincount(row_of, weights=block.value != 1.0, minlength=len(block.rows)) == 0
    entry = fit[row_of]
    first = np.full(size, len(block.rows))
    np.minimum.at(first, block.index[entry], row_of[entry])
    first[first == len(block.rows)] = -1
    foreign = np.bincount(row_of[entry], weights=first[block.index[entry]] != row_of[entry], minlength=len(block.rows))
    return first, np.flatnonzero(fit & (foreign == 0))


def _numbered(rows: Ints) -> tuple[Ints, int]:
    """Number rows from 0; each choice without a row gets a number of its own."""
    alone = rows < 0
    values, number = np.unique(rows[~alone], return_inverse=True)
    found = np.empty(len(rows), dtype=np.int64)
    found[~alone] = number
    found[alone] = len(values) + np.arange(alone.sum())
    return found, len(values) + int(alone.sum())
