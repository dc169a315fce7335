"""Sensitivity to trends that bend: fixed-length intervals under smoothness (Rambachan and Roth, REStud 90, 2023).

The difference in trends delta may bend by at most M at each period, |delta_{t+1} - 2 delta_t + delta_{t-1}| <= M; M = 0
lets a straight difference go on. Among estimators l'b_post + v'b_pre that a straight difference does not bias, the
worst bias is M (C + |u|_1) with u linear in v, and the interval of fixed length is

    sd(v) cv(M (C + |u|_1) / sd(v)),   cv(t) the quantile of |N(t, 1)|.

The shortest one lies on the path of a lasso, which is piecewise straight, and the length is convex along it: found
exactly, with no grid. Reproduces the Medicaid table of the R package HonestDiD (M 0, .01, .02, .03).
"""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from pairup.evaluation.cells import quantile
from pairup.evaluation.doubt.event_path import EventPath

Floats = NDArray[np.float64]


def folded_quantile(bias: float, level: float) -> float:
    """Give the quantile at `level` of |N(bias, 1)|.

    >>> round(folded_quantile(0, 0.95), 4), round(folded_quantile(10, 0.95), 4)
    (1.96, 11.6449)
    """
    root, at = sqrt(2), bias + quantile(level)  # never below the answer; beyond `bias` the chance is concave
    for _ in range(50):
        near, far = (at - bias) / root, (at + bias) / root
        step = (erf(near) + erf(far) - 2 * level) * sqrt(pi / 2) / (exp(-near * near) + exp(-far * far))
        at -= step
        if abs(step) <= 1e-12 * (1 + at):
            break
    return at


class Smoothness:
    """The fixed-length intervals of one event path, for any M from zero up."""

    def __init__(self, path: EventPath, level: float = 0.95) -> None:
        count, steps = len(path.before), path.steps
        self.path, self.level, self.spread = path, level, path.error**2
        slope = float(steps @ path.weights)
        ahead = [float(path.weights[t:] @ (steps[t:] - t)) for t in range(1, len(steps))]
        self.fixed = abs(slope) + float(np.abs(ahead).sum())  # C: the bends that no estimator can see
        # before runs from step -K to -1: u_j = sum over k > j of v_k (k - j), and u_0 = `slope`
        distance = np.arange(count, 0, -1.0)
        turned = np.linalg.inv(np.maximum(distance[None, :] - np.arange(count)[:, None], 0.0))
        self.start, self.turn = turned[:, 0] * slope, turned[:, 1:]
        inside, across = path.covariance[:count, :count], path.covariance[:count, count:] @ path.weights
        self.inside, self.across = inside, across
        hessian = self.turn.T @ inside @ self.turn
        gradient = self.turn.T @ (across + inside @ self.start)
        self.nodes = _lasso_path(hessian, gradient)

    def interval(self, bend: float) -> tuple[float, float]:
        """Give the shortest fixed-length interval where trends bend by at most `bend` a period."""
        lengths = [self._length(node, bend) for node in self.nodes]
        best = int(np.argmin(lengths))
        chosen, length = self.nodes[best], lengths[best]
        for other in (best - 1, best + 1):
            if not 0 <= other < len(self.nodes):
                continue
            ends = self.nodes[best], self.nodes[other]
            found = minimize_scalar(
                lambda share, ends=ends: self._length(ends[0] + share * (ends[1] - ends[0]), bend),
                bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-7},
            )  # fmt: skip
            if found.fun < length:
                chosen, length = ends[0] + found.x * (ends[1] - ends[0]), float(found.fun)
        weights = self.start + self.turn @ chosen
        centre = self.path.value + float(weights @ self.path.before)
        return centre - length, centre + length

    def breakdown(self) -> float | None:
        """Give the largest M whose interval leaves out zero; None where even M = 0 does not."""
        if _holds_zero(self.interval(0.0)):
            return None
        low, high = 0.0, max(abs(self.path.value), self.path.error) / self.fixed
        while not _holds_zero(self.interval(high)):
            low, high = high, 2 * high
        for _ in range(24):
            middle = (low + high) / 2
            if _holds_zero(self.interval(middle)):
                high = middle
            else:
                low = middle
        return low

    def _length(self, chosen: Floats, bend: float) -> float:
        weights = self.start + self.turn @ chosen
        variance = self.spread + float(2 * self.across @ weights + weights @ self.inside @ weights)
        bias = bend * (self.fixed + float(np.abs(chosen).sum()))
        error = float(np.sqrt(max(variance, 0.0)))
        return error * folded_quantile(bias / error, self.level) if error > 1e-12 * (bias + 1e-300) else bias


def _holds_zero(interval: tuple[float, float]) -> bool:
    return interval[0] <= 0.0 <= interval[1]


def _lasso_path(hessian: Floats, gradient: Floats) -> list[Floats]:
    """Give the corners of argmin 1/2 u'Hu + g'u + k |u|_1 as k falls to zero (Osborne, Presnell and Turlach 2000)."""
    count = len(gradient)
    point = np.zeros(count)
    nodes = [point]
    if not count or not np.abs(gradient).max() > 0:
        return nodes
    penalty = float(np.abs(gradient).max())
    active = [int(np.argmax(np.abs(gradient)))]
    tiny = 1e-12 * penalty
    dropped = -1
    for _ in range(20 * count + 20):
        pull = -(gradient + hessian @ point)
        signs = np.sign(pull[active])
        toward = np.zeros(count)
        toward[active] = np.linalg.lstsq(hessian[np.ix_(active, active)], signs, rcond=None)[0]
        change = hessian @ toward
        step, joins, leaves = penalty, -1, -1
        for j in range(count):
            if j in active:
                crossing = -point[j] / toward[j] if toward[j] and point[j] else -1.0
                if 0 < crossing < step:
                    step, joins, leaves = crossing, -1, j
            else:
                least = 1e-9 * penalty if j == dropped else -tiny  # one that has just left stands on the edge
                for sign in (1.0, -1.0):
                    slack = 1 - sign * change[j]
                    meets = (penalty - sign * pull[j]) / slack if slack > 1e-14 else -1.0
                    if least < meets < step:
                        step, joins, leaves = max(meets, 0.0), j, -1
        point = point + step * toward
        penalty -= step
        dropped = leaves
        if leaves >= 0:
            point[leaves] = 0.0
            active.remove(leaves)
        if joins >= 0:
            active.append(joins)
        nodes.append(point)
        if penalty <= tiny or not active:
            break
    return nodes
