"""Which units of the pool take the part of the treated ones, and the rank of what is seen among what they show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: (mean squares before, mean squares after), each (K,)
Squares = tuple[Floats, Floats]


def draws_of(pool: int, sizes: Sequence[int], repetitions: int, seed: int) -> list[Ints]:
    """Choose units of the pool in the place of the treated, for each cohort (D, size).

    Every choice where the treated start together and there are at most `repetitions` of them, so that ranks are exact;
    else that many draws without return. Each draw has a stream of its own, so it does not matter who makes which.
    Empty where the pool is smaller than the treated are.
    """
    many = sum(sizes)
    if many > pool:
        taken = np.zeros((0, many), np.int64)
    elif len(sizes) == 1 and comb(pool, many) <= repetitions:
        taken = np.array(list(combinations(range(pool), many)), np.int64).reshape(-1, many)
    else:
        taken = np.array([
            np.random.default_rng([seed, draw]).permutation(pool)[:many] for draw in range(repetitions)
        ])  # fmt: skip
    return np.split(taken, np.cumsum(sizes)[:-1], axis=1)


def rank_of(treated: Sequence[Squares], pool: Sequence[Squares], taken: Sequence[Ints]) -> float | None:
    """Give the share of all choices, that of the treated among them, with as large a ratio of after to before.

    The ratio is of the mean squares of all units chosen. A perfect fit before makes any gap infinitely surprising.
    None where nothing could be drawn.
    """
    if not len(taken[0]):
        return None
    seen = _ratios(*(np.concatenate([squares[k] for squares in treated])[None] for k in range(2)))
    drawn = _ratios(*(
        np.concatenate([squares[k][at] for squares, at in zip(pool, taken, strict=True)], axis=1) for k in range(2)
    ))  # fmt: skip
    return float((1 + (drawn >= seen[0]).sum()) / (1 + len(drawn)))


def interval_of(
    treated: Sequence[Squares], pool: Sequence[Squares], taken: Sequence[Ints], value: float, level: float
) -> tuple[float, float] | None:
    """Give the constant effects whose rank, once taken off, is above 1 - level (Firpo and Possebom 2018).

    The mean square after of the treated less an effect tau is (tau - value)^2 and what does not hang on tau, so that
    the ends have a formula. None where the pool is too small to exclude any effect, or where it excludes all.
    """
    alpha, many = 1 - level, len(taken[0])
    fewest = int(np.floor(alpha * (many + 1) + 1e-9))  # so many choices at least must be as large
    if not 0 < fewest <= many:
        return None
    before, after = (np.concatenate([squares[k] for squares in treated]).mean() for k in range(2))
    drawn = _ratios(*(
        np.concatenate([squares[k][at] for squares, at in zip(pool, taken, strict=True)], axis=1) for k in range(2)
    ))  # fmt: skip
    square = float(np.sort(drawn)[-fewest] * before - after + value**2)
    if not np.isfinite(square) or square < 0:
        return None
    return value - float(np.sqrt(square)), value + float(np.sqrt(square))


def rank_of_size(value: float, drawn: Floats) -> float | None:
    """Give the share of all, the value among them, that are as far from nothing; None where nothing was drawn."""
    return float((1 + (np.abs(drawn) >= abs(value)).sum()) / (1 + len(drawn))) if len(drawn) else None


def _ratios(before: Floats, after: Floats) -> Floats:
    under, over = before.mean(axis=1), after.mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: Floats = np.where(under > 0, over / under, np.where(over > 0, np.inf, 0.0))
    return ratios
