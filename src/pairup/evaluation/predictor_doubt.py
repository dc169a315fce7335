"""What predictors leave in doubt: holes in them, and how much the answer hangs on what each of them counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.panel import Panel
from pairup.evaluation.predictors import fit_window, matching_of, searched, traits_of
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def with_predictors(
    panel: Panel, design: Design, treated: Ints, pool: Ints
) -> tuple[Ints, tuple[DoubtCheck, ...], tuple[Words, ...]]:
    """Keep the units of the pool that have every predictor; say which were left out, and what is missing altogether."""
    start = min(panel.cohorts)
    traits, names, fixed = traits_of(panel, design, start)
    first, last = fit_window(panel, design, start)
    for at in treated:
        for k in np.flatnonzero(np.isnan(traits[at])):
            return pool, (), (Words("synthetic.treated-lacks", {"unit": panel.units[at], "column": names[k]}),)
    if not names or (fixed is None and last - first < 1):
        return pool, (), (Words("synthetic.nothing-to-match"),)
    lacks = np.isnan(traits[pool]).any(axis=1)
    checks: tuple[DoubtCheck, ...] = ()
    if lacks.any():
        unit = int(pool[np.flatnonzero(lacks)[0]])
        column = names[int(np.flatnonzero(np.isnan(traits[unit]))[0])]
        facts = {"count": int(lacks.sum()), "pool": len(pool), "unit": panel.units[unit], "column": column}
        checks = (DoubtCheck("predictors missing", None, Words("synthetic.pool-lacks", facts), float(lacks.sum())),)
        pool = pool[~lacks]
    if len(pool) < 2:
        return pool, checks, (Words("evaluation.missing-pool", {"pool": len(pool)}),)
    return pool, checks, ()


def doubt_of_weights(
    panel: Panel, design: Design, at: int, pool: Ints
) -> tuple[dict[str, Any], tuple[DoubtCheck, ...]]:
    """Look at what the predictors count: the V used, the best of a search over all, the spread of the effect near it.

    A sensitivity, labelled as one: it changes no estimate.
    """
    start, wide = int(panel.starts[at]), panel.outcomes
    traits, names, fixed = traits_of(panel, design, start)
    first, last = fit_window(panel, design, start)
    if last <= first:
        return {}, ()
    matching = matching_of(traits, wide[:, first:last], at, pool)
    used = matching.as_published() if fixed is None else fixed / fixed.sum()
    spread = searched(matching, used)
    after = wide[at, start:].mean() - spread.weights @ wide[pool, start:].mean(axis=1)
    loss, least, bound = spread.losses
    facts = {
        "loss": said(loss), "least": said(least), "bound": said(bound), "count": len(after), "effect": said(after[0]),
        "low": said(float(after.min())), "high": said(float(after.max())),
    }  # fmt: skip
    words = Words("synthetic.weights-fixed" if fixed is not None else "synthetic.weights-searched", facts)
    told = {
        "weights": dict(zip(names, used.tolist(), strict=True)), "loss": loss, "least_loss": least, "bound": bound,
        "effect_at_least_loss": float(after[0]), "effects_near": [float(after.min()), float(after.max())],
        "unit_weights_at_least_loss": {
            panel.units[j]: float(w) for j, w in zip(pool, spread.weights[0], strict=True) if w > 0
        },
    }  # fmt: skip
    return {"predictors": told}, (DoubtCheck("weights of predictors", None, words, float(after[0])),)
