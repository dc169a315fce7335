"""Which doubts apply to a method, and what they find: the one call from `evaluate`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pairup.evaluation.design import Design, Method
from pairup.evaluation.doubt.before import check_pre_trends, check_trend_power
from pairup.evaluation.doubt.clusters import check_few_clusters
from pairup.evaluation.doubt.event_path import event_path
from pairup.evaluation.doubt.few_path import few_path
from pairup.evaluation.doubt.missing import check_attrition
from pairup.evaluation.doubt.pool import check_pool
from pairup.evaluation.doubt.sensitivity import check_relative, check_smooth, relative_curve, smooth_curve
from pairup.evaluation.doubt.sides import sides_of
from pairup.evaluation.doubt.spillover import check_spillover
from pairup.evaluation.doubt.two_way import check_two_way, check_weights_agree
from pairup.evaluation.estimate import DoubtCheck, Found, SensitivityCurve
from pairup.evaluation.panel import Panel

#: methods that rest on trends that would have run parallel
TRENDS = (Method.STAGGERED_DID, Method.IMPUTATION_DID, Method.SUN_ABRAHAM, Method.EVENT_STUDY)
#: methods that compare whole paths of units: none has holes, and each was seen before its start
_PATHS = (*TRENDS, Method.SYNTHETIC_CONTROL, Method.SYNTHETIC_DID, Method.AUGMENTED_SYNTHETIC_CONTROL)


@dataclass(frozen=True, slots=True)
class Doubts:
    checks: tuple[DoubtCheck, ...]
    sensitivity: tuple[SensitivityCurve, ...] = ()


def look_for_doubts(
    panel: Panel, whole: Panel, design: Design, found: Found, estimate: Callable[[Panel], Found], seed: int = 0
) -> Doubts:
    """Look at every doubt that applies to the method.

    Parameters
    ----------
    panel : as the method used it. whole : as it was given, with the units that have holes.
    estimate : the method, for a panel with fewer units.
    """
    checks = [check_attrition(whole, design)]
    paths = _whole_paths(panel) if design.method in _PATHS else panel
    if design.method in _PATHS:
        checks.append(check_pool(paths, design))
    if found.effect is None:
        return Doubts(tuple(checks))
    is_told = any(check.name == "few-clusters" for check in found.checks)
    if design.method is not Method.INTERRUPTED_SERIES and panel.is_treated.any() and not is_told:
        checks.append(check_few_clusters(paths, design, design.method in TRENDS, seed))
    if design.method in (*_PATHS, Method.RANDOMISED):
        checks.append(check_spillover(panel, design, found, estimate))
    if design.method not in TRENDS:
        return Doubts(tuple(checks))
    sides = sides_of(paths, design)
    path = event_path(found, panel, design)
    if path is None and found.event_covariance is None and sides is not None:
        path = few_path(paths, design, sides)
    drawable = path is not None and path.error > 0
    curves = (relative_curve(path, design.level), smooth_curve(path, design.level)) if path and drawable else ()
    relative, smooth = curves or (None, None)
    checks += [
        check_pre_trends(path, paths, design, seed), check_trend_power(path, design, found),
        check_relative(path, relative, design), check_smooth(path, smooth),
    ]  # fmt: skip
    further = (check_two_way(paths, design), check_weights_agree(paths, design))
    return Doubts((*checks, *(check for check in further if check is not None)), curves)


def _whole_paths(panel: Panel) -> Panel:
    """Keep the units seen in every period: changes are looked at by unit. As it is where that leaves a side out."""
    if panel.is_balanced:
        return panel
    whole = np.bincount(panel.unit_at, minlength=len(panel.units)) == len(panel.periods)
    sides = panel.is_treated, ~panel.is_treated
    return panel.keeping(whole) if all((whole & side).any() or not side.any() for side in sides) else panel
