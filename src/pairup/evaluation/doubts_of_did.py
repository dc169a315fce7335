"""What every difference-in-differences method looks at before and after it estimates: when nothing can be told, and why
a figure that is often published in its place is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design
from pairup.evaluation.estimate import DoubtCheck, Found
from pairup.evaluation.panel import Panel
from pairup.evaluation.two_way import cohorts_of, masses
from pairup.values.words import Words

Floats = NDArray[np.float64]


def without_effect(panel: Panel, design: Design) -> Found | None:
    """Say what is missing where no method could tell an effect; None where one may."""
    if not panel.is_treated.any():
        return Found(None, missing=(Words("did.missing-treated"),))
    if float(np.ptp(panel.outcome)) == 0:
        return Found(None, missing=(Words("did.missing-change"),))
    if not (panel.starts > 0).any() or len(panel.periods) < 2:
        return Found(None, missing=(Words("did.missing-before"),))
    return None


def checked(panel: Panel, design: Design, missed: int, few: DoubtCheck | None) -> tuple[DoubtCheck, ...]:
    """Give the checks that all these methods share; `missed` effects of a cohort in a period were not told."""
    checks = [] if few is None else [few]
    if missed:
        named = {"count": missed, "covariates": ", ".join(design.covariates)}
        words = Words("did.pairs-missed" if design.covariates else "did.pairs-unseen", named)
        checks.append(DoubtCheck("overlap", False, words, float(missed)))
    if len(panel.cohorts) > 1:
        checks.append(two_way_shortcut(panel))
    return tuple(checks)


def two_way_shortcut(panel: Panel) -> DoubtCheck:
    """Look at the one coefficient of two-way fixed effects, which is never told: the share of its weights below zero.

    de Chaisemartin and D'Haultfoeuille (American Economic Review 110, 2020), theorem 1: the coefficient is a sum of the
    effects in treated rows with weights that may be negative.
    """
    starts, _ = cohorts_of(panel)
    on = (np.arange(len(panel.periods))[None, :] >= starts[:, None]).astype(np.float64)
    mass = masses(panel)
    residual = _residual(on, mass)
    treated = on > 0
    residual = residual * mass
    total = float(residual[treated].sum())
    share = float(-residual[treated][residual[treated] < 0].sum() / total) if total > 0 else 1.0
    words = Words("did.shortcut", {"share": f"{100 * share:.0f}"})
    return DoubtCheck("two-way-shortcut", None, words, share)


def _residual(on: Floats, mass: Floats) -> Floats:
    """Give what effects of units and periods leave of having been treated, by cohort and period (C, T).

    Holes are taken as spread evenly: the figure is a warning, no estimate.
    """
    wide = on.reshape(-1)
    rows = np.flatnonzero(mass.reshape(-1) > 0)
    groups, periods = np.divmod(rows, on.shape[1])
    dummies = np.column_stack([np.eye(on.shape[0])[groups], np.eye(on.shape[1])[periods]])
    root = np.sqrt(mass.reshape(-1)[rows])
    fitted = dummies @ np.linalg.lstsq(dummies * root[:, None], wide[rows] * root, rcond=None)[0]
    residual = np.zeros_like(wide)
    residual[rows] = wide[rows] - fitted
    return residual.reshape(on.shape)
