"""Sensitivity to trends that part: relative magnitudes (Rambachan and Roth, REStud 90, 2023), with C-LF intervals.

The difference in trends delta may change after the start by at most Mbar times its largest change before,

    |delta_{t+1} - delta_t| <= Mbar max_{s < 0} |delta_{s+1} - delta_s|   for t >= 0.

This is a union over which change before is the largest, s, and its sign; for each the effects that the restriction
allows are bounded by linear inequalities, and a value theta_0 is tested by the conditional least-favourable hybrid of
Andrews, Roth and Pakes (REStud 90, 2023): the interval keeps what is not refused for some s and sign. It is not the
identified set widened by 1.96 errors, which is too narrow where the set's ends are themselves estimated.

The linear programme of the test, min eta such that all moments are at most eta times their error for some changes
e_t, need not be solved: with c = l'b - theta_0, m the largest change (signed), w_t the sum of l from t on, and s_t+ and
s_t- the errors of the moments +-e_t <= Mbar m, its dual has no more than P + 2 corners,

    (c - Mbar |w|_1 m) / sum |w_t| s_t(sign w_t),
    (-c - Mbar |w|_1 m) / sum |w_t| s_t(-sign w_t),
    -2 Mbar m / (s_t+ + s_t-),

so that all values are tested at once, and the least-favourable quantile is an integral over angles in the plane of c
and m instead of draws. Reproduces the Medicaid table of the R package HonestDiD (Mbar .5, 1, 1.5, 2), whose own values
stand on a grid and on 1,000 draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from pairup.evaluation.doubt.event_path import EventPath

Floats = NDArray[np.float64]

_ANGLES = 720
_A_FEW = 4
_FIRST_PART = 0.1  # of alpha goes to the least-favourable part of the hybrid, as the authors have it
#: a breakdown beyond it is told as this
MOST = 16.0


@dataclass(frozen=True, eq=False)
class _Corners:
    """For each of B cases (s, sign and Mbar): the corners over (c, m), their covariance, m, and the critical value.

    corners : (B, V, 2). spread : (B, 2, 2). largest : (B,). critical : (B,).
    """

    corners: Floats
    spread: Floats
    largest: Floats
    critical: Floats


class RelativeMagnitudes:
    """The C-LF intervals of one event path, for any Mbar from zero up."""

    def __init__(self, path: EventPath, level: float = 0.95) -> None:
        self.path, self.alpha = path, 1 - level
        count, after = len(path.before), len(path.after)
        # changes from step to step, step 0 put back: (K + P, K + P)
        changes = np.eye(count + after)
        changes[np.arange(1, count), np.arange(count - 1)] = -1.0
        changes[np.arange(count + 1, count + after), np.arange(count, count + after - 1)] = -1.0
        first = changes[:count].copy()
        first[: count - 1] = changes[1:count]
        first[count - 1] = -np.eye(count + after)[count - 1]  # from step -1 to step 0, where the effect is nothing
        self.before = np.concatenate([first, -first])  # (2 K, ·): each change before, of either sign
        self.after = changes[count:]
        self.asked = np.concatenate([np.zeros(count), path.weights])
        self.effects = np.concatenate([path.before, path.after])
        self.remaining = np.cumsum(path.weights[::-1])[::-1]

    def interval(self, ratio: float) -> tuple[float, float]:
        """Give the interval that holds where changes after are at most `ratio` times the largest before."""
        corners = self._corners(np.array([ratio]))
        weight = float(np.abs(self.remaining).sum())
        reach = 12 * self.path.error + 4 * ratio * weight * (
            float(np.abs(self.before @ self.effects).max()) + 3 * float(self._errors(self.before).max())
        )  # fmt: skip
        centre = self.path.value
        grid = np.linspace(centre - reach, centre + reach, 401)
        kept = self._kept(corners, grid)
        if not kept.any():
            return centre, centre
        places = np.flatnonzero(kept)
        ends = []
        for place, side in ((places[0], -1), (places[-1], 1)):
            inside = grid[place]
            outside = grid[place + side] if 0 <= place + side < len(grid) else grid[place]
            for _ in range(5):
                between = np.linspace(inside, outside, 33)
                last = int(np.flatnonzero(self._kept(corners, between))[-1])
                inside, outside = between[last], between[min(last + 1, 32)]
            ends.append(float(inside))
        return ends[0], ends[1]

    def breakdown(self) -> float | None:
        """Give the largest Mbar whose interval leaves out zero, `MOST` at most; None where even 0 does not."""
        low, high = 0.0, MOST
        tried = np.concatenate([[0.0], np.geomspace(0.125, MOST, 15)])
        for _ in range(4):
            at = self._first_kept(tried)
            if at == 0 and tried[0] == 0.0:
                return None
            if at is None:
                return float(tried[-1])
            low, high = float(tried[at - 1]) if at else low, float(tried[at])
            tried = np.linspace(low, high, 17)
        return low

    def _first_kept(self, ratios: Floats) -> int | None:
        """Find the first Mbar of which zero is kept; a few are asked at a time, as most lie beyond it."""
        for first in range(0, len(ratios), _A_FEW):
            kept = self._kept_zero(ratios[first : first + _A_FEW])
            if kept.any():
                return first + int(np.argmax(kept))
        return None

    def _kept_zero(self, ratios: Floats) -> NDArray[np.bool_]:
        """For each Mbar: whether zero is kept."""
        corners = self._corners(ratios)
        kept = _accepted(corners, np.array([self.path.value]), self.alpha)
        return np.asarray(kept.reshape(len(ratios), -1).any(axis=1))

    def _kept(self, corners: _Corners, values: Floats) -> NDArray[np.bool_]:
        """For each value: whether some largest change before, of some sign, does not refuse it."""
        return np.asarray(_accepted(corners, self.path.value - values, self.alpha).any(axis=0))

    def _errors(self, rows: Floats) -> Floats:
        variance = np.einsum("...i,ij,...j->...", rows, self.path.covariance, rows)
        errors: Floats = np.sqrt(np.maximum(variance, 0.0))
        return errors

    def _corners(self, ratios: Floats) -> _Corners:
        """Write the corners of every case down; cases run over Mbar, then over the changes before."""
        weights, after = np.abs(self.remaining), len(self.after)
        shape = len(ratios) * len(self.before)
        pull = (ratios[:, None, None, None] * self.before[None, :, None, :]).reshape(shape, 1, -1)
        plus, minus = self._errors(self.after[None] - pull), self._errors(-self.after[None] - pull)  # (B, P)
        rising = self.remaining >= 0
        above = np.maximum((weights * np.where(rising, plus, minus)).sum(axis=1), 1e-300)
        below = np.maximum((weights * np.where(rising, minus, plus)).sum(axis=1), 1e-300)
        ratio = np.repeat(ratios, len(self.before))
        corners = np.zeros((shape, 2 + (after if after > 1 else 0), 2))
        corners[:, 0, 0], corners[:, 1, 0] = 1 / above, -1 / below
        corners[:, 0, 1], corners[:, 1, 1] = -ratio * weights.sum() / above, -ratio * weights.sum() / below
        if after > 1:
            corners[:, 2:, 1] = -2 * ratio[:, None] / np.maximum(plus + minus, 1e-300)
        spread = np.empty((len(self.before), 2, 2))
        cross = self.before @ self.path.covariance
        spread[:, 0, 0] = self.path.error**2
        spread[:, 1, 1] = self._errors(self.before) ** 2
        spread[:, 0, 1] = spread[:, 1, 0] = cross @ self.asked
        spread = np.tile(spread, (len(ratios), 1, 1))
        largest = np.tile(self.before @ self.effects, len(ratios))
        critical = _least_favourable(corners, spread, self.alpha * _FIRST_PART)
        return _Corners(corners, spread, largest, critical)


def _least_favourable(corners: Floats, spread: Floats, chance: float) -> Floats:
    """Give the values that the largest corner exceeds with a chance, were all moments nothing. (B,).

    In polar coordinates the chance that r h(angle) is above c is exp(-c^2 / 2 h^2), h the largest corner in that
    direction; its mean over angles is convex in c^2, so Newton's method from zero climbs to the root.
    """
    values, vectors = np.linalg.eigh(spread)
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    angle = 2 * np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES
    around = np.array([np.cos(angle), np.sin(angle)])
    height = np.maximum((corners @ root @ around).max(axis=1), 0.0)  # (B, angles)
    top = np.maximum(height.max(axis=1, keepdims=True), 1e-300)
    is_up = height > 1e-9 * top
    falling = np.where(is_up, -0.5 / np.maximum(height / top, 1e-9) ** 2, 0.0)
    square = np.zeros((len(corners), 1))
    for _ in range(60):
        share = np.exp(falling * square) * is_up
        mean = share.mean(axis=1, keepdims=True)
        slope = -(falling * share).mean(axis=1, keepdims=True) / np.maximum(mean, 1e-300)
        step = np.maximum(np.log(np.maximum(mean, 1e-300) / chance), 0.0) / np.maximum(slope, 1e-300)
        square = square + step
        if step.max() <= 1e-12 * (1 + square.max()):
            break
    critical: Floats = (np.sqrt(square) * top)[:, 0]
    return critical


def _accepted(cases: _Corners, apart: Floats, alpha: float) -> NDArray[np.bool_]:
    """For each case and each distance c (N,): whether the hybrid test keeps it. (B, N)."""
    corners, spread = cases.corners, cases.spread
    heights = corners[:, :, 0, None] * apart + (corners[:, :, 1] * cases.largest[:, None])[:, :, None]  # (B, V, N)
    best = heights.argmax(axis=1)  # (B, N)
    highest = np.take_along_axis(heights, best[:, None, :], axis=1)[:, 0, :]
    products = np.einsum("bvi,bij,bwj->bvw", corners, spread, corners)  # (B, V, V)
    own = np.take_along_axis(np.diagonal(products, axis1=1, axis2=2), best, axis=1)  # (B, N)
    across = np.take_along_axis(products, best[:, None, :], axis=2)  # (B, V, N)
    error = np.sqrt(np.maximum(own, 0.0))
    is_flat = error <= 1e-12 * (1 + np.abs(highest))
    share = across / np.where(is_flat, 1.0, own)[:, None, :]
    left = heights - share * highest[:, None, :]
    slack = 1 - share
    bound = left / np.where(np.abs(slack) < 1e-10, 1.0, slack)
    low = np.where(slack > 1e-10, bound, -np.inf).max(axis=1)
    high = np.where(slack < -1e-10, bound, np.inf).min(axis=1)
    critical = cases.critical[:, None]
    size = alpha * (1 - _FIRST_PART) / (1 - alpha * _FIRST_PART)
    limit = _truncated_quantile(1 - size, low, np.minimum(high, critical), np.where(is_flat, 1.0, error))
    is_refused = (highest > critical) | (highest > np.maximum(limit, 0.0))
    accepted: NDArray[np.bool_] = ~np.where(is_flat, highest > 1e-12, is_refused)
    return accepted


def _truncated_quantile(share: float, low: Floats, high: Floats, error: Floats) -> Floats:
    """Give the quantile of N(0, error^2) between low and high; from the upper tail, where the digits are."""
    above = ndtr(-np.minimum(low, high) / error)
    upper = ndtr(-high / error)
    tail = above - share * (above - upper)
    quantile: Floats = np.clip(-ndtri(np.clip(tail, 1e-300, 1.0)) * error, low, np.maximum(high, low))
    return quantile
