"""Trends before the start: are they nothing, and would a trend that matters have been seen?

`pre_trends` tests all effects before the start at once (Wald), and where clusters are few ranks the same comparison of
changes among shuffles of who is treated. A test that is passed shows little by itself: `pre_trend_power` says with what
chance a straight trend that would make half of the claimed effect had been seen, and which trend is seen with a chance
of 50 and 80 % (Roth, AER: Insights 4, 2022; there by single effects, here for the joint test that is used).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from pairup.evaluation.design import Design
from pairup.evaluation.doubt.event_path import EventPath
from pairup.evaluation.doubt.sides import sides_of
from pairup.evaluation.estimate import DoubtCheck, Found
from pairup.evaluation.few_clusters import RandomisationTest, randomisation_test, shuffled
from pairup.evaluation.panel import Panel
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]

#: below so many treated or other clusters the joint test is made by shuffles
_FEW = 10
#: below so many units in a cohort its spread, and with it the Wald test, is too small
_COHORT = 5
_LIMIT = 0.10  # of p, gate G6
_SEEN = 0.5  # chance of seeing a trend, gate G6


@dataclass(frozen=True, slots=True)
class WaldTest:
    statistic: float
    freedom: int
    p: float


@dataclass(frozen=True, slots=True)
class TrendPower:
    """chance : of seeing the trend asked about. half, most : slope a period that is seen with 50 and with 80 %."""

    chance: float | None
    half: float
    most: float


def wald(effects: Floats, covariance: Floats) -> WaldTest | None:
    """Test that all effects are nothing. Directions without doubt are left out; None where none is left."""
    values, vectors = np.linalg.eigh(covariance)
    used = values > 1e-10 * max(float(values.max(initial=0.0)), 1e-300)
    if not used.any():
        return None
    turned = vectors[:, used].T @ effects
    statistic = float((turned**2 / values[used]).sum())
    return WaldTest(statistic, int(used.sum()), float(chi2.sf(statistic, used.sum())))


def shuffled_changes(panel: Panel, design: Design, seed: int = 0) -> RandomisationTest | None:
    """Rank the changes before the first start, treated against others, among shuffles of who is treated.

    The statistic is d'S^-1 d with d the difference of mean changes and S their covariance over all clusters, which
    shuffles do not move; with too few clusters for S its diagonal. None with fewer than two periods before, or where
    clusters hold treated and other units.
    """
    until = min(panel.cohorts, default=0) - design.anticipation
    sides = sides_of(panel, design)
    if until < 2 or sides is None or not 0 < sides.treated.sum() < len(sides.treated):
        return None
    changes = np.diff(sides.means(panel.outcomes[:, :until]), axis=1)
    apart = changes - changes.mean(axis=0)
    spread = apart.T @ apart
    if not np.isfinite(spread).all() or not np.diag(spread).max() > 0:
        return None
    if len(changes) <= 3 * changes.shape[1]:
        spread = np.diag(np.diag(spread))
    inverse = np.linalg.pinv(spread, hermitian=True)

    def statistic(labels: NDArray[np.int64]) -> Floats:
        count = labels.sum(axis=1, keepdims=True)
        inside = labels @ changes
        apart = inside / count - (changes.sum(axis=0) - inside) / (len(changes) - count)
        values: Floats = np.einsum("mi,ij,mj->m", apart, inverse, apart)
        return values

    return randomisation_test(statistic, shuffled(sides.treated.astype(np.int64), seed=seed))


def check_pre_trends(path: EventPath | None, panel: Panel, design: Design, seed: int = 0) -> DoubtCheck:
    """Look whether treated and other units moved alike before the start. Essential: p above 0.10 (gate G6)."""
    limit = design.gates.get("G6", {}).get("p", _LIMIT)
    sides = sides_of(panel, design)
    few = sides is not None and (sides.fewest < _FEW or _smallest_cohort(panel) < _COHORT)
    ranked = shuffled_changes(panel, design, seed) if few else None
    test = wald(path.before, path.covariance[: len(path.before), : len(path.before)]) if path else None
    if ranked is None and test is None:
        return DoubtCheck("pre-trends", False, Words("doubt.pre-trends-none"), is_essential=True)
    by: Words
    if ranked is not None:
        p, by = ranked.p, Words("doubt.by-shuffles", {"tried": ranked.tried})
    else:
        assert test is not None
        p, by = test.p, Words("doubt.by-wald", {"freedom": test.freedom})
    facts = {"p": said(p), "by": by, "limit": said(limit)}
    words = Words("doubt.pre-trends-flat", facts) if p > limit else Words("doubt.pre-trends-move", facts)
    return DoubtCheck("pre-trends", p > limit, words, p, is_essential=True)


def _smallest_cohort(panel: Panel) -> int:
    return min((int((panel.starts == start).sum()) for start in panel.cohorts), default=0)


def trend_power(path: EventPath, limit: float = _LIMIT, slope: float | None = None) -> TrendPower | None:
    """Give the chance that the joint test at `limit` sees a straight trend; None where nothing is in doubt."""
    count = len(path.before)
    line = np.arange(-count, 0, dtype=np.float64)
    test = wald(line, path.covariance[:count, :count])
    if test is None or not test.statistic > 0:
        return None
    critical = float(chi2.isf(limit, test.freedom))

    def chance(noncentral: float) -> float:
        return float(ncx2.sf(critical, test.freedom, noncentral))

    half, most = (
        float(np.sqrt(brentq(lambda pull, wanted=wanted: chance(pull) - wanted, 1e-9, 1e4) / test.statistic))
        for wanted in (0.5, 0.8)
    )
    return TrendPower(None if slope is None else chance(slope**2 * test.statistic), half, most)


def check_trend_power(path: EventPath | None, design: Design, found: Found) -> DoubtCheck:
    """Look whether a trend that would make half of the claimed effect had been seen (gate G6: with a chance of 50 %).

    Without a claim, half of the effect found is asked about and nothing is decided.
    """
    name, limit = "pre-trend-power", design.gates.get("G6", {}).get("p", _LIMIT)
    claimed = claimed_size(design, found)
    half = None if path is None else (claimed if claimed is not None else abs(path.value)) / 2
    power = None
    if path is not None and half is not None:
        power = trend_power(path, limit, half / float(path.steps @ path.weights))
    if path is None or power is None or power.chance is None:
        return DoubtCheck(name, None if design.claim is None else False, Words("doubt.power-none"))
    reach = float(path.steps @ path.weights)
    facts = {
        "chance": round(100 * power.chance), "half": said(power.half), "most": said(power.most),
        "bias_half": said(power.half * reach), "bias_most": said(power.most * reach), "size": said(2 * (half or 0.0)),
    }  # fmt: skip
    if claimed is None:
        return DoubtCheck(name, None if design.claim is None else False, Words("doubt.power-told", facts), power.chance)
    is_seen = power.chance >= design.gates.get("G6", {}).get("power", _SEEN)
    words = Words("doubt.power-enough", facts) if is_seen else Words("doubt.power-little", facts)
    return DoubtCheck(name, is_seen, words, power.chance)


def claimed_size(design: Design, found: Found) -> float | None:
    """Give the least effect that the claim can mean, in units of the outcome; None without a claim or a level."""
    if design.claim is None:
        return None
    if not design.claim.is_share:
        return design.claim.low
    return None if found.level_without is None else design.claim.low * abs(found.level_without)
