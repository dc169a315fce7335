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
from pairup.evaluation.placebos import draws_of
from pairup.evaluation.synthetic_control import fit_controls, fit_each_other
from pairup.evaluation.synthetic_did import fit_did, fit_part

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


def plain_form(method: Method) -> Method:
    """Give the method that stands in for it."""
    return Method.SYNTHETIC_CONTROL if method is Method.AUGMENTED_SYNTHETIC_CONTROL else method


def _cohort(method: Method, group: Floats, pool: Floats, start: int) -> float:
    if plain_form(method) is Method.SYNTHETIC_CONTROL:
        return float(fit_controls(group, pool, start).values.mean())
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


def drawn_trends(pool: Floats, many: Ints, draws: int, seed: int) -> Floats:
    """Give the plain difference of differences with units of the pool in the place of the treated, (D,).

    many : the starts of the treated units. Empty where fewer than two units would be left.
    """
    if len(pool) - len(many) < 2:
        return np.zeros(0)
    starts, sizes = np.unique(many, return_counts=True)
    chosen = draws_of(len(pool), sizes.tolist(), draws, seed)
    taken, values = np.concatenate(chosen, axis=1), []
    for start, units in zip(starts, chosen, strict=True):
        change = changes(pool, int(start))
        rest = (change.sum() - change[taken].sum(axis=1)) / (len(pool) - taken.shape[1])
        values.append(change[units].mean(axis=1) - rest)
    cells = sizes * (pool.shape[1] - starts)
    effects: Floats = np.average(values, axis=0, weights=cells.astype(np.float64))
    return effects


def drawn_misses(
    method: Method, pool: Floats, many: int, start: int, until: int | None, draws: int, seed: int
) -> Floats:
    """Say by how much the fit is off before `start` where units of the pool take the part of `many` treated, (D,).

    until : fit to the periods before that place and measure on the rest, which the fit has not seen.
    """
    if len(pool) - many < 2:
        return np.zeros(0)
    taken = draws_of(len(pool), [many], draws, seed)[0]
    seen, at = (pool, start) if until is None else (pool[:, :start], until)
    if method is Method.SYNTHETIC_DID:
        paths = fit_did(seen, at, seen[taken].mean(axis=1), taken, many).paths[:, :start]
        paths = paths - paths.mean(axis=1, keepdims=True) if until is None else paths
    else:
        paths = fit_each_other(seen, at).gaps[:, :start][taken].mean(axis=1)
    misses: Floats = np.sqrt((paths[:, until or 0 :] ** 2).mean(axis=1))
    return misses


def scaled_each(method: Method, target: Floats, pool: Floats, start: int) -> tuple[float, Floats]:
    """Measure the effect on one unit, and on each of the pool in its place, by how far the fit was off before.

    The ratio of Abadie, Diamond and Hainmueller 2010: a unit that its pool cannot reproduce is off afterwards too.
    Gives by how much the unit's own fit was off, and the ratios of the pool (J,).
    """
    if method is Method.SYNTHETIC_DID:
        nobody, itself = np.full((1, 1), -1), np.arange(len(pool))[:, None]
        own, others = (
            fit_did(pool, start, targets, out, 1).paths for targets, out in ((target[None], nobody), (pool, itself))
        )
        effects = others[:, start:].mean(axis=1)
        own, others = (paths - paths[:, :start].mean(axis=1, keepdims=True) for paths in (own, others))
    else:
        own, others = fit_controls(target[None], pool, start).gaps, fit_each_other(pool, start).gaps
        effects = others[:, start:].mean(axis=1)
    misses = np.sqrt((others[:, :start] ** 2).mean(axis=1))
    least = 1e-12 * max(1.0, float(np.abs(pool).max()))
    return float(np.sqrt((own[0, :start] ** 2).mean())), effects / np.maximum(misses, least)
