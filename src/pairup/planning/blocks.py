"""Rows over 0/1 choices, and the independent blocks they fall apart into. Plain arithmetic, no solver."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

INF = math.inf
#: choices, values and low end of a row that is added
Cut = tuple[Ints, Floats, float]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a form that shares no row with the rest. Rows are held by columns (CSR)."""

    choices: Ints  # their numbers in the form
    rows: Ints  # their numbers in the form
    starts: Ints
    index: Ints
    value: Floats
    low: Floats
    high: Floats
    worth: Floats
    least: Floats  # 0, or 1 where settled
    most: Floats  # 1, or 0 where ruled out


def split(whole: Block) -> tuple[Ints, list[Block]]:
    """Drop rows that cannot bind; give the choices left in no row, and the blocks, smallest first."""
    whole = with_rows(whole, np.flatnonzero(can_bind(whole)))
    row_of = np.repeat(np.arange(len(whole.rows)), np.diff(whole.starts))
    is_open = whole.most[whole.index] > 0  # a choice that is ruled out ties nothing together
    label = np.arange(len(whole.choices))
    entry_rows, entry_choices = row_of[is_open], whole.index[is_open]
    row_label = np.full(len(whole.rows), len(label))
    while True:
        np.minimum.at(row_label, entry_rows, label[entry_choices])
        lower = label.copy()
        np.minimum.at(lower, entry_choices, row_label[entry_rows])
        lower = lower[lower]
        if np.array_equal(lower, label):
            break
        label = lower
    is_tied = np.zeros(len(whole.choices), dtype=np.bool_)
    is_tied[entry_choices] = True
    blocks = []
    order = np.argsort(row_label, kind="stable")
    edges = np.flatnonzero(np.diff(row_label[order])) + 1
    members = _groups(label, is_tied)
    for rows in np.split(order, edges):
        if len(rows) and row_label[rows[0]] < len(label):
            blocks.append(only(whole, members[int(row_label[rows[0]])], rows))
    return np.flatnonzero(~is_tied), sorted(blocks, key=lambda block: (len(block.choices), int(block.choices[0])))


def _groups(label: Ints, is_tied: Flags) -> dict[int, Ints]:
    tied = np.flatnonzero(is_tied)
    order = tied[np.argsort(label[tied], kind="stable")]
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return {int(label[part[0]]): part for part in parts if len(part)}


def only(whole: Block, choices: Ints, rows: Ints) -> Block:
    """Cut a block out of the whole; ruled out choices leave its rows."""
    at = np.full(len(whole.choices), -1, dtype=np.int64)
    at[choices] = np.arange(len(choices))
    part = with_rows(whole, rows)
    inside = at[part.index] >= 0
    row_of = np.repeat(np.arange(len(rows)), np.diff(part.starts))[inside]
    starts = np.concatenate([[0], np.cumsum(np.bincount(row_of, minlength=len(rows)))]).astype(np.int64)
    return Block(
        whole.choices[choices], part.rows, starts, at[part.index[inside]], part.value[inside], part.low, part.high,
        whole.worth[choices], whole.least[choices], whole.most[choices],
    )  # fmt: skip


def with_rows(block: Block, rows: Ints) -> Block:
    """The same choices under some of the rows."""
    lengths = np.diff(block.starts)[rows]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    take = np.repeat(block.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
    return replace(
        block, rows=block.rows[rows], starts=starts, index=block.index[take], value=block.value[take],
        low=block.low[rows], high=block.high[rows],
    )  # fmt: skip


def with_cuts(block: Block, cuts: list[Cut]) -> Block:
    """The block with rows `sum of value x choice >= low` added."""
    starts = np.concatenate([block.starts, block.starts[-1] + np.cumsum([len(cut[0]) for cut in cuts])])
    return replace(
        block, rows=np.concatenate([block.rows, np.full(len(cuts), -1)]), starts=starts.astype(np.int64),
        index=np.concatenate([block.index, *(cut[0] for cut in cuts)]),
        value=np.concatenate([block.value, *(cut[1] for cut in cuts)]),
        low=np.concatenate([block.low, [cut[2] for cut in cuts]]),
        high=np.concatenate([block.high, np.full(len(cuts), INF)]),
    )  # fmt: skip


def can_bind(block: Block) -> Flags:
    """For each row: whether some choices within their limits could break it, as far as rounding lets one be sure."""
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    one, other = block.value * block.least[block.index], block.value * block.most[block.index]
    size = len(block.rows)
    largest = np.bincount(row_of, weights=np.maximum(one, other), minlength=size)
    smallest = np.bincount(row_of, weights=np.minimum(one, other), minlength=size)
    is_whole = np.bincount(row_of, weights=block.value != np.round(block.value), minlength=size) == 0
    slack = np.where(is_whole, 0.0, 1e-9 * np.bincount(row_of, weights=np.abs(block.value), minlength=size))
    return np.asarray((largest > block.high - slack) | (smallest < block.low + slack))


def hopeless(block: Block) -> Ints:
    """Rows that nothing can keep: every choice that could help is ruled out."""
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    one, other = block.value * block.least[block.index], block.value * block.most[block.index]
    largest = np.bincount(row_of, weights=np.maximum(one, other), minlength=len(block.rows))
    smallest = np.bincount(row_of, weights=np.minimum(one, other), minlength=len(block.rows))
    slack = 1e-9 * np.bincount(row_of, weights=np.abs(block.value), minlength=len(block.rows))
    return np.flatnonzero((smallest > block.high + slack) | (largest < block.low - slack))


def covers(block: Block, taken: Flags) -> list[Cut]:
    """Where rounded choices break a row exactly, give a cut that forbids just what broke it."""
    return [cut for row in _doubted(block, taken) if (cut := _cover(block, row, taken)) is not None]


def broken_rows(block: Block, taken: Flags) -> Ints:
    """Rows that these choices break, summed in decimals as written."""
    return np.array([row for row in _doubted(block, taken) if _cover(block, row, taken) is not None], dtype=np.int64)


def _doubted(block: Block, taken: Flags) -> list[int]:
    """Rows that are not surely kept: sums near or over a limit, unless they are whole numbers and so exact."""
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    size = len(block.rows)
    total = np.bincount(row_of, weights=block.value * taken[block.index], minlength=size)
    slack = 1e-6 * np.maximum(1.0, np.bincount(row_of, weights=np.abs(block.value), minlength=size))
    doubted = np.flatnonzero((total > block.high - slack) | (total < block.low + slack))
    is_whole = np.bincount(row_of, weights=block.value != np.round(block.value), minlength=size) == 0
    sure = is_whole & (total <= block.high) & (total >= block.low) & (np.abs(total) < 2.0**52)
    return [int(row) for row in doubted[~sure[doubted]]]


def _cover(block: Block, row: int, taken: Flags) -> Cut | None:
    part = slice(block.starts[row], block.starts[row + 1])
    index, value = block.index[part], block.value[part]
    for limit, sign in ((block.high[row], 1.0), (-block.low[row], -1.0)):
        if not math.isfinite(limit):
            continue
        exact = sum((Decimal(repr(v)) for v in (sign * value[taken[index]]).tolist()), Decimal(0))
        if exact > Decimal(repr(float(limit))):
            raises = (sign * value > 0) & taken[index]  # leaving one of these, or
            lowers = (sign * value < 0) & ~taken[index]  # taking one of these, is needed
            signs = np.where(raises, -1.0, 1.0)[raises | lowers]
            return index[raises | lowers], signs, 1.0 - float(raises.sum())
    return None


def value_of(block: Block, taken: Flags) -> float:
    return float(block.worth[taken].sum())


def ceiling(block: Block) -> float:
    """A bound that costs no search: of each row that allows so many choices, as many of the best.

    Every choice is counted in one such row, the first it stands in or the last; the lower sum holds.
    """
    best = np.maximum(block.worth * block.least, block.worth * block.most)
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    counts = np.bincount(row_of, weights=block.value == 1.0, minlength=len(block.rows)) == np.diff(block.starts)
    usable = (counts & np.isfinite(block.high) & (block.high >= 0))[row_of]
    sums = [float(best.sum())]
    for order in (np.arange(len(row_of)), np.arange(len(row_of))[::-1]):
        row = np.full(len(best), -1, dtype=np.int64)
        row[block.index[order][usable[order]]] = row_of[order][usable[order]]
        ranked = np.lexsort((-best, row))
        first = np.searchsorted(row[ranked], row[ranked])  # where the row of each choice begins
        allowed = np.where(row[ranked] < 0, np.inf, np.floor(block.high)[row[ranked]])
        kept = (np.arange(len(ranked)) - first < allowed) & (best[ranked] > 0)
        settled = best[ranked] < 0  # taken whatever it costs
        sums.append(float(best[ranked][kept | settled].sum()))
    return min(sums)


def step_of(worth: Floats) -> float | None:
    """The largest of 1, 0.1, ... 0.0001 that all worths are multiples of: no two plans differ by less."""
    for digits in range(5):
        scaled = worth * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(1.0, np.abs(scaled))):
            return float(10.0**-digits)
    return None


def rounded(bound: float | None, step: float | None) -> float | None:
    """Lower a bound to the next value that a plan can have."""
    if bound is None or step is None:
        return bound
    return round(math.floor(bound / step + 1e-6) * step, 6)
