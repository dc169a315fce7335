"""Point estimates alone, from arrays: what the doubts ask for many times over, without inference or words.

These stand in for a method where a doubt asks what moves it, never for the estimate: of trends it is the plain
difference of differences over windows of one length before and after, of a weighted pool the method itself on
outcomes. Each takes outcomes as units x periods and for each unit the place of its first treated period (the number
of periods for never), compares each cohort with the units never treated, and averages cohorts by their treated cells.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import AssignedBy, Design, Method
from pairup.evaluation.synthetic_control import fit_control
from pairup.evaluation.synthetic_did import fit_part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Family(StrEnum):
    """What a method leans on: trends side by side, a weighted pool, a lot, a threshold, or one series."""

    TRENDS = "trends"
    WEIGHTED = "weighted"
    LOT = "lot"
    THRESHOLD = "threshold"
    SERIES = "series"


_FAMILIES = {
    Method.RANDOMISED: Family.LOT,
    Method.DISCONTINUITY: Family.THRESHOLD,
    Method.INTERRUPTED_SERIES: Family.SERIES,
    Method.SYNTHETIC_DID: Family.WEIGHTED,
    Method.SYNTHETIC_CONTROL: Family.WEIGHTED,
    Method.AUGMENTED_SYNTHETIC_CONTROL: Family.WEIGHTED,
}


def family_of(method: Method) -> Family:
    return _FAMILIES.get(method, Family.TRENDS)


def is_by_lot(design: Design) -> bool:
    """Whether chance decided who was helped, or when: then no trend has to be believed."""
    lots = (AssignedBy.RANDOMISED, AssignedBy.LOTTERY, AssignedBy.STEPPED_WEDGE)
    return design.plan.assignment in lots or design.method is Method.RANDOMISED


def value_of(method: Method, wide: Floats, starts: Ints) -> float | None:
    """Estimate with the plainest form of the method; None where a cohort or the pool is too small for it."""
    last = wide.shape[1]
    pool = wide[starts >= last]
    cohorts = [int(start) for start in np.unique(starts) if start < last]
    least = 1 if family_of(method) is not Family.WEIGHTED else 2
    if not cohorts or min(cohorts) < least or len(pool) < least:
        return None
    groups = [(start, wide[starts == start]) for start in cohorts]
    values = [_cohort(method, group, pool, start) for start, group in groups]
    return float(np.average(values, weights=[len(group) * (last - start) for start, group in groups]))


def _cohort(method: Method, group: Floats, pool: Floats, start: int) -> float:
    if method in (Method.SYNTHETIC_CONTROL, Method.AUGMENTED_SYNTHETIC_CONTROL):
        return float(np.mean([fit_control(row, pool, start).value for row in group]))
    if method is Method.SYNTHETIC_DID:
        return fit_part(group, pool, start).value
    return float(changes(group, start).mean() - changes(pool, start).mean())


def changes(wide: Floats, start: int) -> Floats:
    """Give each unit's mean from `start` on less its mean over as many periods before, as far as there are.

    Windows of one length before and after make the difference of differences hold where what moves a unit fades with
    time in a steady way (Chabe-Ferret 2015), and keep the far past from deciding.
    """
    first = max(0, start - (wide.shape[1] - start))
    change: Floats = wide[:, start:].mean(axis=1) - wide[:, first:start].mean(axis=1)
    return change


def scaled_of(method: Method, wide: Floats, starts: Ints) -> float | None:
    """Estimate, measured by how far the fit was off before, of weighted methods; else the estimate itself.

    The ratio of Abadie, Diamond and Hainmueller 2010: a unit that its pool cannot reproduce is off afterwards too.
    """
    value = value_of(method, wide, starts)
    if value is None or family_of(method) is not Family.WEIGHTED:
        return value
    miss = float(np.sqrt((gaps_before(method, wide, starts) ** 2).mean()))
    return value / max(miss, 1e-12 * max(1.0, float(np.abs(wide).max())))


def gaps_before(method: Method, wide: Floats, starts: Ints, until: int | None = None) -> Floats:
    """Give, before the first start, the mean path of the treated less that of their weighted pool, (start,).

    `until`: fit to the periods before that place alone, so that the rest was not seen by the fit.
    """
    last = wide.shape[1]
    start = int(starts.min())
    pool, mean = wide[starts >= last], wide[starts < last].mean(axis=0)
    fitted = start if until is None else until
    if method is Method.SYNTHETIC_DID:
        part = fit_part(wide[starts < last], pool, fitted)
        gaps = mean - part.units.weights @ pool
        free: Floats = gaps[:start] - gaps[:fitted].mean()
        return free
    rows = wide[starts < last]
    return np.asarray(np.mean([fit_control(row, pool, fitted).gaps for row in rows], axis=0)[:start])
