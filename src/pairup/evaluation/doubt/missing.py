"""What is missing, and whether it is missing alike: attrition, and the bounds of Lee (REStud 76, 2009).

Where treatment fell by lot and helps units to be seen (or hinders them, but never both), the effect on those seen
either way lies between the differences of means after the share too many on the better seen side is cut off its top, or
off its bottom. Without a lot the bounds mean nothing and are not given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import AssignedBy, Design, Method
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.panel import Panel
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]

_MOST = 0.10  # share of cells missing, gate G12
_APART = 0.05  # by which it may differ between treated and others, gate G12
_BY_LOT = (AssignedBy.RANDOMISED, AssignedBy.LOTTERY, AssignedBy.STEPPED_WEDGE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """From the lowest to the highest effect on those seen either way. trimmed : the share cut off."""

    low: float
    high: float
    trimmed: float


def lee_bounds(treated: Floats, others: Floats, treated_of: int, others_of: int) -> Bounds | None:
    """Bound the effect on those seen either way; None where a side has nobody seen.

    treated, others : outcomes of those seen. treated_of, others_of : how many there were on each side, seen or not.
    """
    if not (len(treated) and len(others)):
        return None
    seen, seen_other = len(treated) / treated_of, len(others) / others_of
    trimmed = abs(seen - seen_other) / max(seen, seen_other)
    if seen >= seen_other:
        low, high = _trimmed_means(treated, trimmed)
        return Bounds(low - float(others.mean()), high - float(others.mean()), trimmed)
    low, high = _trimmed_means(others, trimmed)
    return Bounds(float(treated.mean()) - high, float(treated.mean()) - low, trimmed)


def _trimmed_means(outcome: Floats, share: float) -> tuple[float, float]:
    """Give the means of those left when a share is cut off the top, and off the bottom; parts of a unit count."""
    ordered = np.sort(outcome)
    left = len(ordered) * (1 - share)
    weights = np.clip(left - np.arange(len(ordered)), 0.0, 1.0)
    return float(weights @ ordered / weights.sum()), float(weights @ ordered[::-1] / weights.sum())


def check_attrition(whole: Panel, design: Design) -> DoubtCheck:
    """Look at the cells missing of all units and periods. Essential: 10 % at most, 5 points apart at most (gate G12).

    whole : the panel as given; what the design's window, pool and units treated from the first period leave counts.
    """
    whole = _asked(whole, design)
    gate = design.gates.get("G12", {})
    most, apart = gate.get("missing", _MOST), gate.get("differential", _APART)
    if whole.is_balanced:
        counts = np.full(len(whole.units), len(whole.periods))
    else:
        counts = np.bincount(whole.unit_at, minlength=len(whole.units))
    if len(whole.periods) > 1 and np.median(counts) <= 1:
        return DoubtCheck("attrition", None, Words("doubt.attrition-rounds"), is_essential=True)
    seen = counts / max(len(whole.periods), 1)
    treated = whole.is_treated
    share = 1 - float(seen.mean())
    sides = [1 - float(seen[side].mean()) if side.any() else share for side in (treated, ~treated)]
    facts = {
        "share": f"{100 * share:.3g}", "treated": f"{100 * sides[0]:.3g}", "others": f"{100 * sides[1]:.3g}",
        "most": f"{100 * most:g}", "apart": f"{100 * apart:g}",
    }  # fmt: skip
    passed = share <= most and abs(sides[0] - sides[1]) <= apart
    bounds = _bounds(whole, design) if share > 0 else None
    if bounds is not None:
        told = facts | {"low": said(bounds.low), "high": said(bounds.high), "trimmed": f"{100 * bounds.trimmed:.3g}"}
        words = Words("doubt.attrition-bounded", told)
    else:
        words = Words("doubt.attrition-small", facts) if passed else Words("doubt.attrition-large", facts)
    return DoubtCheck("attrition", passed, words, share, is_essential=True)


def _asked(whole: Panel, design: Design) -> Panel:
    """Cut the panel to what the design asks for, holes and all."""
    if design.window is not None:
        whole = whole.between(*design.window.numbers())
    kept = whole.starts > 0
    if design.pool:
        pool = set(design.pool)
        kept &= whole.is_treated | np.array([code in pool for code in whole.units])
    return whole if kept.all() or not kept.any() else whole.keeping(kept)


def _bounds(whole: Panel, design: Design) -> Bounds | None:
    """Bound the effect on mean outcomes after the start, where help fell by lot and began once."""
    is_lot = design.method is Method.RANDOMISED or design.plan.assignment in _BY_LOT
    if not is_lot or len(whole.cohorts) != 1:
        return None
    start = whole.cohorts[0]
    after = whole.outcomes[:, start:]
    count = (~np.isnan(after)).sum(axis=1)
    means = np.nansum(after, axis=1) / np.maximum(count, 1)
    seen, treated = count > 0, whole.is_treated
    return lee_bounds(
        means[seen & treated], means[seen & ~treated], int(treated.sum()), int((~treated).sum())
    )  # fmt: skip
