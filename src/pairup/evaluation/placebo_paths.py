"""What a synthetic control shows of places that were not helped: gaps to draw beside that of the place helped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pairup.evaluation.design import Design, Method
from pairup.evaluation.evaluate import estimator_of, prepared
from pairup.evaluation.panel import Panel

_METHODS = (Method.SYNTHETIC_CONTROL, Method.AUGMENTED_SYNTHETIC_CONTROL)
#: places drawn at most; more would be a grey field
MOST = 40


def gaps_without_help(panel: Panel, design: Design, *, seed: int = 0) -> tuple[tuple[float, ...], ...]:
    """Give the gap of each place of the pool to a comparison of the others, as if it had been helped, period by period.

    Empty for other methods, for several places helped, and where there is no estimate; of a larger pool the first
    places in order of code.
    """
    if design.method not in _METHODS or design.predictors:
        return ()
    used = prepared(panel, design)
    if int(used.is_treated.sum()) != 1 or not int((~used.is_treated).sum()) >= 3:
        return ()
    start, last = int(used.starts[used.is_treated][0]), len(used.periods)
    pool = used.keeping(~used.is_treated)
    found = []
    for at in range(min(len(pool.units), MOST)):
        starts = np.full(len(pool.units), last, np.int64)
        starts[at] = start
        path = estimator_of(design.method)(replace(pool, starts=starts), design, seed=seed).path
        if path is not None:
            found.append(tuple(a - b for a, b in zip(path.observed, path.counterfactual, strict=True)))
    return tuple(found)
