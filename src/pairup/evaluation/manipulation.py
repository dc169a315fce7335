"""Whether a running variable was sorted across its cutoff: two tests, each named for what it is.

`binomial`: of the points nearest to the cutoff about half lie on each side (Cattaneo, Idrobo and Titiunik 2020, section
4.4 of A Practical Introduction to Regression Discontinuity Designs); exact, but a slope of the density shows too, so
the window is narrow. `density`: the step of the log density, from a local linear fit to a histogram on each side
(McCrary, Journal of Econometrics 142, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
_NEAR = 40


@dataclass(frozen=True, slots=True)
class NearCutoff:
    """How many of the nearest points lie on each side, and the chance of a split as uneven or more."""

    left: int
    right: int
    p: float


def binomial_near(x: Floats, near: int = _NEAR) -> NearCutoff:
    """Count the nearest points on each side. x : (N,), distances from the cutoff; ties at the edge are all counted."""
    reach = np.sort(np.abs(x))[min(near, len(x)) - 1]
    inside = x[np.abs(x) <= reach]
    right = int((inside >= 0).sum())
    return NearCutoff(len(inside) - right, right, float(stats.binomtest(right, len(inside), 0.5).pvalue))


@dataclass(frozen=True, slots=True)
class DensityStep:
    """The step of the log density at the cutoff, its error and two-sided p."""

    step: float
    error: float
    p: float


def density_step(x: Floats) -> DensityStep | None:
    """Test for a step of the density. x : (N,), distances from the cutoff. None where a side is too thin to tell."""
    count = len(x)
    width = 2 * float(x.std(ddof=1)) / np.sqrt(count)
    if not width > 0:
        return None
    heights, widths = [], []
    for side in (x[x < 0], x[x >= 0]):
        centres, density = _histogram(side, width, count)
        if len(centres) < 10:
            return None
        widths.append(_rule_of_thumb(centres, density))
        heights.append((centres, density))
    bandwidth = float(np.mean(widths))
    ends = [_at_cutoff(centres, density, bandwidth) for centres, density in heights]
    if any(end is None or end <= 0 for end in ends):
        return None
    low, high = (float(end) for end in ends if end is not None)
    step = float(np.log(high) - np.log(low))
    error = float(np.sqrt(24 / 5 * (1 / high + 1 / low) / (count * bandwidth)))
    return DensityStep(step, error, float(2 * stats.norm.sf(abs(step / error))))


def _histogram(side: Floats, width: float, count: int) -> tuple[Floats, Floats]:
    """Give centres and densities of bins, none of which straddles the cutoff."""
    bins = np.floor(side / width).astype(np.int64)
    if not len(bins):
        return np.zeros(0), np.zeros(0)
    first = int(bins.min())
    filled = np.bincount(bins - first, minlength=int((0 if first < 0 else bins.max() + 1) - first))
    centres = np.asarray((first + np.arange(len(filled)) + 0.5) * width, dtype=np.float64)
    return centres, filled / (count * width)


def _rule_of_thumb(centres: Floats, density: Floats) -> float:
    """Give McCrary's bandwidth: from the curvature of a polynomial of order four through the whole side."""
    scale = float(np.abs(centres).max())
    fit = np.polynomial.Polynomial.fit(centres / scale, density, 4)
    rest: Floats = density - fit(centres / scale)
    curve: Floats = fit.deriv(2)(centres / scale) / scale**2
    noise = float(rest @ rest) / max(len(rest) - 5, 1)
    bent = float(curve @ curve)
    if not (noise > 0 and bent > 0):
        return scale
    return float(min(3.348 * (noise * (centres.max() - centres.min()) / bent) ** 0.2, scale))


def _at_cutoff(centres: Floats, density: Floats, bandwidth: float) -> float | None:
    kernel = np.maximum(0.0, 1 - np.abs(centres) / bandwidth)
    if (kernel > 0).sum() < 3:
        return None
    root = np.sqrt(kernel)
    line = np.column_stack([np.ones(len(centres)), centres])
    return float(np.linalg.lstsq(root[:, None] * line, root * density, rcond=None)[0][0])
