"""From estimates and how units enter them to errors, intervals and bands; and when normal errors are refused.

Errors by formula add up influence within clusters and read a normal quantile. That fails with few clusters on either
side (Cameron, Gelbach and Miller 2008; MacKinnon and Webb 2017), so below ten treated or ten other clusters it is
refused, and shuffles of the starting dates answer (`shuffles`), or wild signs where they are asked for (`wild`).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.cells import Spread, band_quantile, quantile, two_sided
from pairup.evaluation.design import Design, InferenceKind
from pairup.evaluation.estimate import DoubtCheck, Effect
from pairup.evaluation.panel import Panel
from pairup.values.words import Words

Floats = NDArray[np.float64]

#: fewer treated, or fewer other clusters, and normal errors are refused
FEW = 10
#: kinds of inference that a method of this family has
KINDS = (
    InferenceKind.ANALYTIC,
    InferenceKind.BOOTSTRAP,
    InferenceKind.RANDOMISATION,
    InferenceKind.WILD_CLUSTER,
)
#: the distance between the quartiles of a standard normal
_QUARTILES = 2 * NormalDist().inv_cdf(0.75)
#: multipliers are drawn for so many numbers at a time
_BLOCK = 4_000_000
_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Told:
    """Effects with their doubt: of each estimate in order, and the bands that hold for the chosen ones at once."""

    effects: tuple[Effect, ...]
    bands: tuple[tuple[float, float] | None, ...]
    covariance: Floats

    def padded(self, values: Floats) -> Told:
        """Add the estimates behind those that are told, without any doubt."""
        more = tuple(Effect(float(value)) for value in values[len(self.effects) :])
        covariance = np.full((len(values), len(values)), np.nan)
        return Told((*self.effects, *more), (*self.bands, *(None for _ in more)), covariance)


def kind_of(panel: Panel, design: Design, has_wild: bool = True) -> tuple[InferenceKind | None, DoubtCheck | None]:
    """Choose how doubt is told: what the design asks; with few clusters shuffles where it asks for nothing.

    The kind is None where it is refused for these data; the check then says why, and what to ask for. Refuses a kind
    that these methods have not. has_wild : whether the method has wild signs for these data.
    """
    asked = design.inference.kind if design.inference else None
    if asked is not None and asked not in KINDS:
        raise InputError(
            f"{design.method.value} has no inference {asked.value}.",
            hint=f"Choose one of {', '.join(kind.value for kind in KINDS)}.",
            code="did.no-inference", method=design.method.value, kind=asked.value,
            kinds=", ".join(kind.value for kind in KINDS),
        )  # fmt: skip
    treated, others = counted(panel, design)
    least = float(min(treated, others))
    facts = {"treated": treated, "others": others}
    is_few = least < FEW
    kind = asked or (InferenceKind.RANDOMISATION if is_few else InferenceKind.ANALYTIC)
    if kind is InferenceKind.RANDOMISATION and not _starts_together(panel, design):
        return None, DoubtCheck("few-clusters", False, Words("did.shuffles-mixed"), least, is_essential=True)
    if kind is InferenceKind.WILD_CLUSTER and not has_wild:
        return None, DoubtCheck("few-clusters", False, Words("did.no-wild"), least, is_essential=True)
    if not is_few:
        return kind, None
    if kind in (InferenceKind.ANALYTIC, InferenceKind.BOOTSTRAP):
        return None, DoubtCheck("few-clusters", False, Words("did.few-refused", facts), least, is_essential=True)
    words = Words("did.few-shuffled" if kind is InferenceKind.RANDOMISATION else "did.few-wild", facts)
    return kind, DoubtCheck("few-clusters", None, words, least)


def _starts_together(panel: Panel, design: Design) -> bool:
    """Whether all units of a cluster start in the same period, so that starts can be shuffled among clusters."""
    at = clusters_of(panel, design)
    first, last = np.full(int(at.max()) + 1, len(panel.periods)), np.zeros(int(at.max()) + 1, np.int64)
    np.minimum.at(first, at, panel.starts)
    np.maximum.at(last, at, panel.starts)
    return bool(np.all(first == last))


def counted(panel: Panel, design: Design) -> tuple[int, int]:
    """Count the clusters with treated units, and those with units to compare with (never treated, or treated later)."""
    last = ~panel.is_treated
    if not last.any():  # without untreated units the last to start are compared with
        last = panel.starts == panel.starts.max()
    if design.clusters == "unit":
        return int((~last).sum()), int(last.sum())
    at = panel.cluster_at
    return len(np.unique(at[~last])), len(np.unique(at[last]))


def clusters_of(panel: Panel, design: Design) -> NDArray[np.int64]:
    """For each unit the cluster by which errors hang together."""
    return panel.cluster_at if design.clusters == "cluster" else np.arange(len(panel.units))


def covariance_of(spread: Spread, panel: Panel | None, design: Design) -> Floats:
    """Give the covariance of estimates; units of one cluster hang together where the design says so."""
    if design.clusters == "unit":
        return spread.covariance()
    assert panel is not None
    sums = spread.per_cluster(panel, clusters_of(panel, design))
    covariance: Floats = sums.T @ sums
    return covariance


def by_formula(values: Floats, covariance: Floats, level: float, seed: int, at_once: slice = _ALL) -> Told:
    """Tell normal intervals, and bands by the largest of correlated deviations for the estimates in `at_once`."""
    inside = range(len(values))[at_once]
    wide = band_quantile(covariance[at_once, at_once], level, seed)
    spread = np.diag(covariance)
    effects = tuple(effect(v, s, level) for v, s in zip(values, spread, strict=True))
    bands = tuple(
        interval(v, s, wide) if k in inside else None for k, (v, s) in enumerate(zip(values, spread, strict=True))
    )
    return Told(effects, bands, covariance)


def by_multipliers(
    values: Floats, sums: Floats, level: float, draws: int, seed: int, at_once: slice = _ALL
) -> Told:  # fmt: skip
    """Tell intervals by the multiplier bootstrap of Callaway and Sant'Anna (2021, algorithm 1).

    sums : (clusters, K), influence over n of each cluster. Signs are drawn for whole clusters; errors come from the
    quartiles of the draws, bands from their largest t. The covariance is that of the draws.
    """
    random = np.random.default_rng([seed, draws])
    moved = np.empty((draws, len(values)))
    rows = max(1, _BLOCK // max(len(sums), 1))
    for at in range(0, draws, rows):
        count = min(rows, draws - at)
        moved[at : at + count] = (2.0 * random.integers(0, 2, (count, len(sums))) - 1.0) @ sums
    error = (np.quantile(moved, 0.75, axis=0) - np.quantile(moved, 0.25, axis=0)) / _QUARTILES
    inside = np.zeros(len(values), np.bool_)
    inside[at_once] = True
    used = inside & (error > 0)
    largest = np.abs(moved[:, used] / error[used]).max(axis=1) if used.any() else np.zeros(draws)
    wide = max(float(np.quantile(largest, level)), quantile(level))
    effects = tuple(effect(v, s * s, level) for v, s in zip(values, error, strict=True))
    bands = tuple(
        interval(v, s * s, wide) if is_in else None for v, s, is_in in zip(values, error, inside, strict=True)
    )
    return Told(effects, bands, np.cov(moved, rowvar=False).reshape(len(values), len(values)))


def alone(values: Floats) -> Told:
    """Tell values without any doubt."""
    count = len(values)
    return Told(tuple(Effect(float(v)) for v in values), (None,) * count, np.full((count, count), np.nan))


def effect(value: float, variance: float, level: float) -> Effect:
    """Tell an estimate with its normal interval; without one where nothing varies."""
    error = float(np.sqrt(max(variance, 0.0)))
    if not error > 1e-14 * max(1.0, abs(float(value))):
        return Effect(float(value))
    return Effect(float(value), error, interval(value, variance, quantile(level)), two_sided(value / error))


def interval(value: float, variance: float, factor: float) -> tuple[float, float] | None:
    error = float(np.sqrt(max(variance, 0.0)))
    return (float(value) - factor * error, float(value) + factor * error) if error > 0 else None
