"""Outcomes less what covariates explain, for synthetic differences in differences (Kranz 2022).

The slopes are those of a regression with an effect of each unit and of each period over the units that are never
treated, so no effect of the help is in them; every unit's outcome is then taken less its covariates times the slopes.
The authors' own program fits slopes and weights together instead, and has no proof that it ends at an optimum.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.design import Design, Method
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.panel import Panel
from pairup.values.words import Words

Floats = NDArray[np.float64]


def adjusted(panel: Panel, design: Design) -> tuple[Panel, tuple[DoubtCheck, ...], tuple[Words, ...]]:
    """Take the covariates off the outcome of a balanced panel; say what they are worth, or what of them is missing.

    Without covariates, or by another method than synthetic differences, the same panel.
    """
    if not design.covariates or design.method is not Method.SYNTHETIC_DID:
        return panel, (), ()
    parts = []
    for name in design.covariates:
        if name not in panel.columns:
            raise InputError(
                f"The panel has no column {name}.", hint="Name a column of numbers that it has.",
                code="synthetic.no-column", column=name,
            )  # fmt: skip
        wide = panel.spread(panel.columns[name])
        if np.isnan(wide).any():
            at, period = np.argwhere(np.isnan(wide))[0]
            facts = {"unit": panel.units[at], "period": panel.periods.label(int(period)), "column": name}
            return panel, (), (Words("synthetic.covariate-missing", facts),)
        parts.append(wide)
    pool = ~panel.is_treated
    free = np.column_stack([_twice(part[pool]).ravel() for part in parts])
    size = np.array([float(np.abs(part[pool]).max()) for part in parts]) * np.sqrt(len(free))
    varies = np.linalg.norm(free, axis=0) > 1e-10 * np.maximum(size, 1e-300)
    slopes = np.zeros(len(parts))
    slopes[varies] = np.linalg.lstsq(free[:, varies], _twice(panel.outcomes[pool]).ravel(), rcond=None)[0]
    taken = sum(slope * part for slope, part in zip(slopes, parts, strict=True))
    checks = tuple(
        DoubtCheck(f"covariate {name}", None, Words("synthetic.slope" if is_used else "synthetic.no-slope",
                   {"column": name, "slope": f"{slope:.4g}"}), float(slope))
        for name, slope, is_used in zip(design.covariates, slopes, varies, strict=True)
    )  # fmt: skip
    return replace(panel, outcome=(panel.outcomes - taken).ravel()), checks, ()


def _twice(wide: Floats) -> Floats:
    """Take off the mean of each unit and of each period."""
    about: Floats = wide - wide.mean(axis=1, keepdims=True) - wide.mean(axis=0) + wide.mean()
    return about
