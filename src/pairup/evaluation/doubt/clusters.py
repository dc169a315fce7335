"""Whether the error is one that holds with so few clusters."""

from __future__ import annotations

from math import comb

import numpy as np

from pairup.evaluation.design import Design, InferenceKind, Method
from pairup.evaluation.doubt.sides import Sides, sides_of
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.few_clusters import RandomisationTest, mean_differences, randomisation_test, shuffled
from pairup.evaluation.panel import Panel
from pairup.values.figures import count, said
from pairup.values.words import Words

#: clusters that a normal error needs on each side, gate G3
_NORMAL = 10
#: clusters that the wild bootstrap needs on each side to refuse anything
_WILD = 3
_PLACEBOS = (Method.SYNTHETIC_CONTROL, Method.SYNTHETIC_DID, Method.AUGMENTED_SYNTHETIC_CONTROL)
_RANKED = (InferenceKind.RANDOMISATION, InferenceKind.PLACEBO, InferenceKind.CONFORMAL)


def check_few_clusters(panel: Panel, design: Design, has_before: bool = True, seed: int = 0) -> DoubtCheck:
    """Look whether there are clusters enough for the error given. Essential (gate G3).

    A clustered normal error, a bootstrap or a jackknife needs ten treated and ten other clusters; the wild bootstrap
    three of each; ranks as many ways to choose the treated as the level asks for (20 for 95 %).
    has_before : every unit was seen before and after the start, so that its change can be ranked beside the error.
    """
    name, sides = "few-clusters", sides_of(panel, design)
    if sides is None:  # treated and other units in one cluster: each counts for both sides
        return _normal(len(panel.clusters), len(panel.clusters), None)
    treated, others = int(sides.treated.sum()), int((~sides.treated).sum())
    kind = design.inference.kind if design.inference else None
    if kind is InferenceKind.WILD_CLUSTER:
        facts = {"treated": treated, "others": others, "least": _WILD}
        passed = min(treated, others) >= _WILD
        words = Words("doubt.clusters-enough", facts) if passed else Words("doubt.clusters-wild", facts)
        return DoubtCheck(name, passed, words, float(min(treated, others)), is_essential=True)
    if kind in _RANKED or (kind is None and design.method in _PLACEBOS):
        ways, needed = comb(treated + others, treated), round(1 / (1 - design.level))
        told = {"treated": treated, "others": others, "ways": count(min(ways, 10**9)), "needed": needed}
        words = Words("doubt.clusters-ranked", told) if ways >= needed else Words("doubt.clusters-ways", told)
        return DoubtCheck(name, ways >= needed, words, float(min(ways, 10**9)), is_essential=True)
    ranked = shuffled_effect(panel, sides, seed) if has_before and min(treated, others) < _NORMAL else None
    return _normal(treated, others, ranked)


def _normal(treated: int, others: int, ranked: RandomisationTest | None) -> DoubtCheck:
    """Judge a normal error by the clusters on each side."""
    name, few = "few-clusters", min(treated, others)
    facts = {"treated": treated, "others": others, "least": _NORMAL}
    if few >= _NORMAL:
        return DoubtCheck(name, True, Words("doubt.clusters-enough", facts), float(few), is_essential=True)
    if ranked is None:
        return DoubtCheck(name, False, Words("doubt.clusters-few", facts), float(few), is_essential=True)
    told = facts | {"p": said(ranked.p), "tried": count(ranked.tried)}
    return DoubtCheck(name, False, Words("doubt.clusters-few-ranked", told), float(few), is_essential=True)


def shuffled_effect(panel: Panel, sides: Sides, seed: int = 0) -> RandomisationTest | None:
    """Rank the difference of mean changes since the start among shuffles of who is treated; None with many starts."""
    if len(panel.cohorts) != 1 or not 0 < sides.treated.sum() < len(sides.treated):
        return None
    start = panel.cohorts[0]
    wide = sides.means(panel.outcomes)
    moved = wide[:, start:].mean(axis=1) - wide[:, :start].mean(axis=1)
    if not np.isfinite(moved).all():
        return None
    return randomisation_test(mean_differences(moved), shuffled(sides.treated.astype(np.int64), seed=seed))
