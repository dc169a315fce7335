"""Means, totals and ratios of a household survey as it was drawn: weights, strata, clusters, finite populations.

The variance is that of the linearised total (Taylor; Woodruff 1971; Cochran, Sampling Techniques, 1977; Lohr, Sampling,
2nd ed. 2010, ch. 9): with u_i = w_i (y_i - R x_i) / X summed within first-stage clusters (PSUs) to u_hj,

    V = sum over strata h of  (1 - n_h / N_h) n_h / (n_h - 1) sum over j of (u_hj - mean_h u)^2.

It takes the first stage for all there is, as is usual: later stages add nothing where N_h is large, and where n_h / N_h
is not given the variance is a little too large rather than too small. Degrees of freedom: PSUs less strata.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pairup.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class LonelyRule(StrEnum):
    """What a stratum with one PSU, whose spread nobody can see, adds to the variance."""

    REFUSE = "refuse"  # there is no variance: the strata have to be merged by somebody who knows them
    CENTRE = "centre"  # its distance from the mean of all PSUs: too much rather than too little
    CERTAINTY = "certainty"  # nothing: it was taken for certain, and only later stages were drawn


@dataclass(frozen=True, eq=False)
class Sample:
    """How n households were drawn.

    weight : (n,), one over the chance of being drawn; from 0 up. stratum, cluster : (n,), places; a PSU lies in one
    stratum. population : (H,), PSUs of each stratum in all; None where not known. lonely : what one PSU alone adds.
    """

    weight: Floats
    stratum: Ints
    cluster: Ints
    population: Floats | None = None
    lonely: LonelyRule = LonelyRule.REFUSE

    @classmethod
    def of(
        cls, weight: Any, *, stratum: Any = None, cluster: Any = None, population: Any = None,
        lonely: LonelyRule = LonelyRule.REFUSE,
    ) -> Sample:  # fmt: skip
        """Read columns of one length; without strata all lie in one, without clusters each household is its own PSU.

        population : by stratum in the order of its sorted codes. Refused: weights that are not finite, below 0 or all
        0, columns of other lengths, a PSU in two strata, fewer PSUs in the population than in the sample.
        """
        weights = np.asarray(weight, np.float64)
        size = len(weights)
        of_stratum = np.zeros(size, np.int64) if stratum is None else _places(stratum)
        of_cluster = np.arange(size) if cluster is None else _places(cluster)
        if len(of_stratum) != size or len(of_cluster) != size or size == 0:
            raise InputError(
                "The columns are not of one length.",
                hint="Give one value for each household.",
                code="experiments.survey-lengths", weights=size,
            )  # fmt: skip
        if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.sum() > 0:
            raise InputError(
                "A weight is not finite or below 0, or all are 0.",
                hint="Give one over the chance of being drawn.",
                code="experiments.survey-weights",
            )
        pairs = np.unique(np.column_stack([of_cluster, of_stratum]), axis=0)
        if len(pairs) > len(np.unique(of_cluster)):
            raise InputError(
                "A cluster lies in two strata.",
                hint="Give each cluster a code of its own, such as stratum and number.",
                code="experiments.survey-nested",
            )
        sizes = None if population is None else np.atleast_1d(np.asarray(population, np.float64))
        drawn = np.bincount(pairs[:, 1])
        if sizes is not None and (len(sizes) != len(drawn) or not (sizes >= drawn).all()):
            raise InputError(
                "A stratum has fewer clusters in the population than in the sample.",
                hint="Give the number of clusters in each stratum, in the order of the strata's codes.",
                code="experiments.survey-population",
            )
        return cls(weights, of_stratum, of_cluster, sizes, lonely)


@dataclass(frozen=True, slots=True)
class SurveyEstimate:
    """A figure of a survey. `error` None: some stratum has one PSU and the rule is to refuse; then no interval either.

    design_effect : variance over that of as many households drawn one by one from the same population; None without.
    """

    value: float
    error: float | None
    degrees: int
    interval: tuple[float, float] | None
    design_effect: float | None
    households: int
    clusters: int
    strata: int
    lonely_strata: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "value": self.value, "se": self.error, "interval": list(self.interval) if self.interval else None,
            "degrees_of_freedom": self.degrees, "design_effect": self.design_effect, "households": self.households,
            "clusters": self.clusters, "strata": self.strata, "lonely_strata": self.lonely_strata,
        }  # fmt: skip


def survey_total(sample: Sample, outcome: Any, level: float = 0.95) -> SurveyEstimate:
    """Estimate the total of an outcome over the population. Refused: missing outcomes."""
    y = _read(sample, outcome)
    return _told(sample, float(sample.weight @ y), sample.weight * y, None, level)


def survey_mean(sample: Sample, outcome: Any, level: float = 0.95, within: Any = None) -> SurveyEstimate:
    """Estimate the mean (a share, where the outcome is 0 or 1); of a part of the population where `within` marks it.

    The part's size is taken for unknown, and households outside it still count as drawn, as they must.
    """
    return survey_ratio(sample, outcome, np.ones(len(sample.weight)), level, within)


def survey_ratio(sample: Sample, above: Any, below: Any, level: float = 0.95, within: Any = None) -> SurveyEstimate:
    """Estimate a ratio of two totals, such as cases by persons. Refused: a total below of 0, missing numbers."""
    inside = np.ones(len(sample.weight)) if within is None else np.asarray(within, np.bool_).astype(np.float64)
    y, x = _read(sample, above, inside), _read(sample, below, inside)
    total = float(sample.weight @ x)
    if not abs(total) > 0:
        raise InputError(
            "The total to divide by is 0.",
            hint="Ask for a part of the population that the sample has.",
            code="experiments.survey-nothing",
        )
    value = float(sample.weight @ y) / total
    apart = (y - value * x) / total
    return _told(sample, value, sample.weight * apart, apart * inside, level)


def _told(sample: Sample, value: float, parts: Floats, plain: Floats | None, level: float) -> SurveyEstimate:
    variance, degrees, lonely = linearised_variance(sample, parts)
    effect = None
    if plain is not None and variance is not None:
        size, total = len(plain), float(sample.weight.sum())
        centre = float(sample.weight @ plain) / total
        one = float(sample.weight @ (plain - centre) ** 2) / total * size / max(size - 1, 1)
        alone = total**2 * one / size * (1 - size / total if sample.population is not None and size < total else 1.0)
        effect = variance / alone if alone > 0 else None
    error = None if variance is None else float(np.sqrt(variance))
    wide = float(stats.t.ppf(0.5 + level / 2, degrees)) if degrees > 0 else None
    interval = None if error is None or wide is None else (value - wide * error, value + wide * error)
    counted = len(np.unique(sample.cluster)), len(np.unique(sample.stratum))
    return SurveyEstimate(value, error, degrees, interval, effect, len(parts), *counted, lonely)


def linearised_variance(sample: Sample, parts: Floats) -> tuple[float | None, int, int]:
    """Give the variance of a sum of parts (n,), its degrees of freedom, and how many strata have one PSU."""
    _, psu = np.unique(sample.cluster, return_inverse=True)
    sums = np.bincount(psu, parts)
    stratum = np.zeros(len(sums), np.int64)
    stratum[psu] = np.unique(sample.stratum, return_inverse=True)[1]
    drawn = np.bincount(stratum)
    share = np.zeros(len(drawn)) if sample.population is None else drawn / sample.population
    means = np.bincount(stratum, sums) / drawn
    is_lonely = (drawn == 1) & (share < 1)
    squares = np.bincount(stratum, (sums - means[stratum]) ** 2)
    inside = np.where(drawn > 1, (1 - share) * drawn / np.maximum(drawn - 1, 1) * squares, 0.0)
    degrees = int(len(sums) - len(drawn))
    if is_lonely.any():
        if sample.lonely is LonelyRule.REFUSE:
            return None, degrees, int(is_lonely.sum())
        if sample.lonely is LonelyRule.CENTRE:
            inside = np.where(is_lonely, (1 - share) * (means - sums.mean()) ** 2, inside)
    return float(inside.sum()), degrees, int(is_lonely.sum())


def _places(codes: Any) -> Ints:
    places: Ints = np.unique(np.asarray(codes), return_inverse=True)[1].astype(np.int64)
    return places


def _read(sample: Sample, column: Any, inside: Floats | None = None) -> Floats:
    values = np.asarray(column, np.float64)
    if len(values) != len(sample.weight):
        raise InputError(
            "The columns are not of one length.",
            hint="Give one value for each household.",
            code="experiments.survey-lengths",
            weights=len(sample.weight),
        )
    told: Floats = values if inside is None else np.where(inside > 0, values, 0.0)
    if not np.isfinite(told).all():
        raise InputError(
            "A number is missing or not finite.",
            hint="Leave out households that did not answer, and weigh the others for it.",
            code="experiments.survey-missing",
        )
    return told
