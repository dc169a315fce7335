"""How many to ask, before the fact: a household survey, a change between two rounds, trials by cluster and in steps.

Survey: n = z^2 S^2 / e^2, times the design effect 1 + (m - 1) rho of clusters of m (Kish 1965), less what a finite
population saves, n / (1 + (n - 1) / N) (Krejcie and Morgan 1970 print it for shares), over the rate of answers. Change:
as the United Nations' Designing Household Survey Samples (2005) has it, with the overlap of the rounds. Trial: Donner
and Klar (2000), with unequal clusters as Eldridge and others (2006) and a t in place of a normal distribution. Stepped
wedge: the variance of the within-period estimate that `stepped_wedge` gives, or of Hussey and Hughes' (2007).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pairup.errors import InputError

Floats = NDArray[np.float64]
#: more than this and something else is wrong
_MOST = 10**7
_MAY_BE_NONE = ("icc", "overlap", "explained", "correlation")
_MAY_BE_ALL = ("response", "overlap", "icc")


@dataclass(frozen=True, slots=True)
class SampleSize:
    """answers : households that answer. households : to be drawn for them. Both in each round or domain times `times`.

    clusters : places to visit, of `answers / clusters` answers each. design_effect : what clusters cost.
    """

    answers: int
    households: int
    clusters: int
    design_effect: float
    times: int = 1

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def size_for_margin(
    deviation: float, margin: float, *, level: float = 0.95, icc: float = 0.0, cluster_size: int = 1,
    population: int | None = None, response: float = 1.0, domains: int = 1,
) -> SampleSize:  # fmt: skip
    """Give the sample whose mean has an interval of plus or minus a margin.

    deviation : of the outcome; sqrt(p (1 - p)) of a share p. icc : correlation within clusters. population : households
    in all, of each domain. domains : parts in which the margin has to hold, each on its own.
    Refused: what is not positive, shares outside 0 to 1.
    """
    _require(deviation=deviation, margin=margin, cluster_size=cluster_size, domains=domains)
    _require_share(response=response, icc=icc, level=level)
    effect = 1 + (cluster_size - 1) * icc

    def needed(factor: float) -> float:
        wanted = (factor * deviation / margin) ** 2 * effect
        return wanted if population is None else wanted / (1 + (wanted - 1) / population)

    return _settled(needed, level, None, effect, cluster_size, response, domains)


def size_for_change(
    before: float, after: float, *, level: float = 0.95, power: float = 0.8, icc: float = 0.0, cluster_size: int = 1,
    response: float = 1.0, overlap: float = 0.0, correlation: float = 0.0,
) -> SampleSize:  # fmt: skip
    """Give the sample of each of two rounds that detects a change of a share from one value to another.

    overlap : share of households asked in both rounds. correlation : of a household's answers in both.
    Refused: equal shares, shares outside 0 to 1.
    """
    _require_share(response=response, icc=icc, level=level, power=power)
    _require_share(before=before, after=after, overlap=overlap, correlation=correlation)
    if before == after:
        raise InputError("A change from a share to itself cannot be detected.", hint="Give two different shares.",
                         code="experiments.size-no-change")  # fmt: skip
    effect = 1 + (cluster_size - 1) * icc
    one, other = before * (1 - before), after * (1 - after)
    variance = one + other - 2 * overlap * correlation * math.sqrt(one * other)

    def needed(factor: float) -> float:
        return factor**2 * variance * effect / (before - after) ** 2

    return _settled(needed, level, power, effect, cluster_size, response, 2)


def _settled(
    needed: Callable[[float], float], level: float, power: float | None, effect: float, cluster_size: int,
    response: float, times: int,
) -> SampleSize:  # fmt: skip
    """Go round until the degrees of freedom, clusters less one, agree with the sample; a normal without clusters."""
    answers = _answers(needed(_factor(level, power, None)))
    for _ in range(50):
        clusters = math.ceil(answers / cluster_size)
        if cluster_size == 1:
            break
        again = _answers(needed(_factor(level, power, max(clusters - 1, 1))))
        if again <= answers:
            break
        answers = max(again, answers + 1)
    clusters = math.ceil(answers / cluster_size)
    return SampleSize(answers, math.ceil(answers / response - 1e-9), clusters, effect, times)


def _answers(wanted: float) -> int:
    if not wanted < _MOST:
        raise InputError(
            f"More than {_MOST:,} households would be needed.", hint="Ask for a wider margin or a larger change.",
            code="experiments.size-too-large", most=_MOST,
        )  # fmt: skip
    return max(2, math.ceil(wanted - 1e-9))


def _factor(level: float, power: float | None, degrees: int | None) -> float:
    one = stats.norm if degrees is None else stats.t(degrees)
    return float(one.ppf(0.5 + level / 2) + (0.0 if power is None else one.ppf(power)))


def proportional(answers: int, populations: Floats, least: int = 2) -> NDArray[np.int64]:
    """Share a sample out among strata in proportion to their households, at least so many in each.

    The largest rests get the last ones; equal rests go by order. populations : (H,), households of each stratum.
    """
    sizes = np.asarray(populations, np.float64)
    _require(answers=answers, smallest_stratum=float(sizes.min()))
    if answers < least * len(sizes):
        raise InputError(
            f"{answers} households do not reach {least} in each of {len(sizes)} strata.",
            hint="Ask more, or merge strata.",
            code="experiments.size-strata", answers=answers, least=least, strata=len(sizes),
        )  # fmt: skip
    free = answers - least * len(sizes)
    wanted = np.maximum(answers * sizes / sizes.sum() - least, 0.0)
    wanted *= free / wanted.sum() if wanted.sum() > 0 else 0.0
    given = np.floor(wanted + 1e-9).astype(np.int64)
    rests = np.argsort(-(wanted - given), kind="stable")
    given[rests[: free - int(given.sum())]] += 1
    counts: NDArray[np.int64] = given + least
    return counts


def trial_power(
    clusters: int, cluster_size: float, effect: float, *, icc: float, deviation: float = 1.0, level: float = 0.95,
    share: float = 0.5, unequal: float = 0.0, explained: float = 0.0,
) -> float:  # fmt: skip
    """Give the chance that a trial of so many clusters in all detects an effect.

    share : of the clusters that are helped. unequal : coefficient of variation of cluster sizes. explained : share of
    the variance of cluster means that their baseline explains. Two-sided t with clusters less two degrees of freedom.
    """
    _require(cluster_size=cluster_size, deviation=deviation, clusters=clusters - 2)
    _require_share(share=share, icc=icc, level=level, explained=explained)
    helped = max(1, round(clusters * share))
    arms = helped, clusters - helped
    if min(arms) < 1:
        return 0.0
    design = 1 + ((unequal**2 + 1) * cluster_size - 1) * icc
    variance = deviation**2 * design / cluster_size * (1 - explained) * (1 / arms[0] + 1 / arms[1])
    return _power(effect / math.sqrt(variance), clusters - 2, level)


def trial_clusters(
    cluster_size: float, effect: float, *, icc: float, power: float = 0.8, share: float = 0.5, **more: float
) -> int:
    """Give the least number of clusters in all with which a trial has a power."""
    if effect == 0:
        raise InputError("An effect of 0 cannot be detected.", hint="Give the smallest effect worth having.",
                         code="experiments.size-no-effect")  # fmt: skip
    return _least(lambda count: trial_power(count, cluster_size, effect, icc=icc, share=share, **more), power, 3)


def wedge_power(
    lots: int, steps: int, cluster_size: float, effect: float, *, icc: float, deviation: float = 1.0,
    level: float = 0.95, both_kinds: bool = False,
) -> float:  # fmt: skip
    """Give the chance that a stepped wedge detects an effect: `lots` spread evenly over the steps, one period each.

    There is a period before the first step, and one after the last. By default of the within-period estimate without a
    baseline, which is what the draw alone vouches for; `both_kinds`: of Hussey and Hughes' estimate, which trusts that
    lots differ by a constant. t with lots less two degrees of freedom.
    """
    _require(cluster_size=cluster_size, deviation=deviation, steps=steps, lots=lots - 2)
    _require_share(icc=icc, level=level)
    if lots < steps:
        return 0.0
    begins = 1 + np.arange(lots) * steps // lots
    is_on = (np.arange(steps + 1)[None, :] >= begins[:, None]).astype(np.float64)
    between, within = icc * deviation**2, (1 - icc) * deviation**2 / cluster_size
    variance = hussey_hughes(is_on, between, within) if both_kinds else within_periods(is_on, between, within)
    return 0.0 if not math.isfinite(variance) else _power(effect / math.sqrt(variance), lots - 2, level)


def wedge_lots(
    steps: int, cluster_size: float, effect: float, *, icc: float, power: float = 0.8, deviation: float = 1.0,
    level: float = 0.95, both_kinds: bool = False,
) -> int:  # fmt: skip
    """Give the least number of lots in all with which a stepped wedge has a power."""
    if effect == 0:
        raise InputError("An effect of 0 cannot be detected.", hint="Give the smallest effect worth having.",
                         code="experiments.size-no-effect")  # fmt: skip

    def chance(lots: int) -> float:
        return wedge_power(
            lots, steps, cluster_size, effect, icc=icc, deviation=deviation, level=level, both_kinds=both_kinds
        )

    return _least(chance, power, max(3, steps))


def within_periods(is_on: Floats, between: float, within: float) -> float:
    """Give the variance of the within-period estimate. is_on : (lots, periods). Infinite where no period shows both.

    between, within : variances of a lot's level, and of a lot's mean in a period about it.
    """
    apart = is_on - is_on.mean(axis=0)
    total = float((apart**2).sum())
    if total == 0:
        return math.inf
    parts = apart / total
    return float(between * (parts.sum(axis=1) ** 2).sum() + within * (parts**2).sum())


def hussey_hughes(is_on: Floats, between: float, within: float) -> float:
    """Give the variance with effects of lots (random) and of periods: equation 8 of Hussey and Hughes 2007."""
    lots, periods = is_on.shape
    helped = float(is_on.sum())
    by_period, by_lot = float((is_on.sum(axis=0) ** 2).sum()), float((is_on.sum(axis=1) ** 2).sum())
    below = (lots * helped - by_period) * within + (
        helped**2 + lots * periods * helped - periods * by_period - lots * by_lot
    ) * between
    return lots * within * (within + periods * between) / below if below > 0 else math.inf


def _power(shift: float, degrees: int, level: float) -> float:
    """Give the chance that a t statistic whose centre is moved by `shift` is beyond its limits."""
    limit = float(stats.t.ppf(0.5 + level / 2, degrees))
    return float(stats.nct.sf(limit, degrees, abs(shift)) + stats.nct.cdf(-limit, degrees, abs(shift)))


def _least(chance: Callable[[int], float], power: float, first: int) -> int:
    """Double, then halve, to the least count whose chance reaches a power; counts of one parity may differ a little."""
    _require_share(power=power)
    high = first
    while chance(high) < power:
        high *= 2
        if high > 10**5:
            raise InputError(
                "No number of clusters reaches this power.", hint="Ask for a larger effect, or more people in each.",
                code="experiments.size-out-of-reach", power=power,
            )  # fmt: skip
    low = high // 2
    while high - low > 1 and low >= first:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) >= power else (middle, high)
    return high


def _require(**numbers: float) -> None:
    for name, value in numbers.items():
        if not (math.isfinite(value) and value > 0):
            raise InputError(
                f"{name} is {value:g}; it has to be more than 0.", hint="Correct it.",
                code="experiments.size-not-positive", name=name, value=value,
            )  # fmt: skip


def _require_share(**numbers: float) -> None:
    for name, value in numbers.items():
        is_inside = 0 < value < 1 or (value == 0 and name in _MAY_BE_NONE) or (value == 1 and name in _MAY_BE_ALL)
        if not is_inside:
            raise InputError(
                f"{name} is {value:g}; it has to be a share between 0 and 1.", hint="Write 30 % as 0.3.",
                code="experiments.size-not-a-share", name=name, value=value,
            )  # fmt: skip
