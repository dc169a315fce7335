"""What every difference-in-differences method looks at before and after it estimates: when nothing can be told."""

from __future__ import annotations

import numpy as np

from pairup.evaluation.design import Design
from pairup.evaluation.estimate import DoubtCheck, Found
from pairup.evaluation.panel import Panel
from pairup.values.words import Words


def without_effect(panel: Panel, design: Design) -> Found | None:
    """Say what is missing where no method could tell an effect; None where one may."""
    if not panel.is_treated.any():
        return Found(None, missing=(Words("did.missing-treated"),))
    if float(np.ptp(panel.outcome)) == 0:
        return Found(None, missing=(Words("did.missing-change"),))
    if not (panel.starts > 0).any() or len(panel.periods) < 2:
        return Found(None, missing=(Words("did.missing-before"),))
    return None


def checked(design: Design, missed: int, few: DoubtCheck | None) -> tuple[DoubtCheck, ...]:
    """Give the checks that all these methods share; `missed` effects of a cohort in a period were not told."""
    checks = [] if few is None else [few]
    if missed:
        named = {"count": missed, "covariates": ", ".join(design.covariates)}
        words = Words("did.pairs-missed" if design.covariates else "did.pairs-unseen", named)
        checks.append(DoubtCheck("overlap", False, words, float(missed)))
    return tuple(checks)
