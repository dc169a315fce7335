"""Before a plan is adopted: the smallest effect that its phasing lets an evaluation see, from a panel of the past.

The years of the plan are laid over years that are over, in which nothing of it had begun. Had chance said who begins
when, the estimate would have come out anything but zero by the ups and downs of those years alone; how far it would
spread over all assignments that chance could have made is the error to be expected, and known in closed form, since
the estimates are linear in who begins when (Hoeffding, Annals of Mathematical Statistics 22, 1951). The smallest effect
seen with a power is that error times the sum of two quantiles (Bloom, Evaluation Review 19, 1995), here of Student's t.
Every stretch of the past that is long enough is taken, and the errors averaged as variances.

It says what chance would do. Where places are chosen for how they fare, an estimate is off by more than this error.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pairup.evaluation.panel import Panel
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: periods before the first start that a stretch of the past should have; with fewer in the panel, one is enough
BEFORE = 3
LEVEL, POWER = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units among which lots are drawn: `first` of them begin in period `early`, the others in `late`, or not at all.

    Periods are numbers of the plan's own years.
    """

    units: tuple[str, ...]
    early: int
    late: int | None
    first: int

    def mixed(self, until: int) -> range:
        """The periods in which some have begun and others have not."""
        return range(self.early, until + 1 if self.late is None else min(self.late, until + 1))


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest effect that can be seen, in the uom of the outcome; None where nothing can, and `missing` says why.

    error : the standard error to be expected. begun, compared : units that begin, and those beside which they are seen.
    ways : in how many ways chance could have assigned them. stretches : of the past that were taken. usual : the mean
    of the outcome in the last period of the panel.
    """

    smallest: float | None
    error: float | None = None
    begun: int = 0
    compared: int = 0
    ways: int = 0
    stretches: int = 0
    usual: float | None = None
    missing: tuple[Words, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give what is known as data; what is missing by code and in English."""
        return {
            "smallest_effect": self.smallest, "error": self.error, "begun": self.begun, "compared": self.compared,
            "ways": str(self.ways), "stretches": self.stretches, "usual": self.usual,
            "missing": [words.to_dict() for words in self.missing],
        }  # fmt: skip


def by_phasing(
    panel: Panel, starts: Mapping[str, int | None], until: int, *, level: float = LEVEL, power: float = POWER
) -> Detectable:
    """The smallest effect that staggered difference-in-differences sees where units begin as `starts` says.

    `starts`: the planned first period of each unit that begins by `until`; every other unit of the panel is compared
    with. The estimate is that of `staggered` with units not yet begun. Units of the panel that were helped in it, or
    have holes, are left out.
    """
    past = _Past.of(panel)
    begin = {unit: start for unit, start in starts.items() if start is not None and start <= until}
    at = [begin.get(unit) for unit in past.units]
    cohorts = sorted({start for start in at if start is not None})
    begun = sum(start is not None for start in at)
    told = Detectable(None, begun=begun, compared=len(at) - begun, usual=past.usual)
    if not begun:
        return _without(told, Words("learning.missing-none", {"units": len(at)}))
    sizes = np.array([sum(start == cohort for start in at) for cohort in cohorts] + [len(at) - begun], dtype=float)
    ways = _ways([int(size) for size in sizes])
    seen = [cohort for k, cohort in enumerate(cohorts) if sizes[k + 1 :].sum() > 0]
    if not seen:
        return _without(told, Words("learning.missing-comparison", {"year": cohorts[0], "units": len(at)}))
    if ways < 1 / (1 - level):
        return _without(told, Words("learning.missing-ways", {"ways": ways, "least": math.ceil(1 / (1 - level))}))
    variances = []
    for first in past.stretches(until - cohorts[0]):
        offsets = [first + cohort - cohorts[0] for cohort in cohorts]
        weights = _staggered_weights(offsets, sizes, first + until - cohorts[0] + 1)
        variances.append(_spread(past.outcomes[:, : weights.shape[1]] @ weights.T, sizes))
    return _found(told, variances, ways, len(at) - len(cohorts) - int(sizes[-1] > 0), past, until - cohorts[0],
                  level, power)  # fmt: skip


def by_lots(
    panel: Panel, strata: Sequence[Stratum], until: int, *, level: float = LEVEL, power: float = POWER
) -> Detectable:
    """The smallest effect that the comparison within `strata` sees, period by period, given what was before.

    It is the estimate of `stepped_wedge`: in each stratum and period in which some have begun and others have not,
    the difference of their means less a common slope times that of the past. Strata of one unit show nothing.
    """
    past = _Past.of(panel)
    known = set(past.units)
    used = [one for one in strata if set(one.units) <= known and 0 < one.first < len(one.units) and one.mixed(until)]
    begun = sum(one.first for one in used)
    count = sum(len(one.units) for one in used)
    told = Detectable(None, begun=begun, compared=count - begun, usual=past.usual)
    if not used:
        return _without(told, Words("learning.missing-lots"))
    ways = math.prod(math.comb(len(one.units), one.first) for one in used)
    if ways < 2 / (1 - level):  # each way has its mirror
        return _without(told, Words("learning.missing-ways", {"ways": ways, "least": math.ceil(2 / (1 - level))}))
    earliest = min(one.early for one in used)
    rows = [np.array([past.units.index(unit) for unit in one.units]) for one in used]
    weight = np.array([one.first * (len(one.units) - one.first) / len(one.units) for one in used])
    weight = weight * np.array([len(one.mixed(until)) for one in used])
    variances = []
    for first in past.stretches(until - earliest):
        parts = [_beyond_past(past, one, at, first - earliest, first, until)
                 for one, at in zip(used, rows, strict=True)]  # fmt: skip
        after, before = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
        slope = float(after @ before / (before @ before)) if before @ before > 0 else 0.0
        each = [float(((part[0] - slope * part[1]) ** 2).sum()) / (len(part[0]) - 1) for part in parts]
        scale = np.array([len(one.units) / (one.first * (len(one.units) - one.first)) for one in used])
        variances.append(float((weight**2 * np.array(each) * scale).sum() / weight.sum() ** 2))
    return _found(told, variances, ways, count - len(used) - 1, past, until - earliest, level, power)


@dataclass(frozen=True, eq=False)
class _Past:
    """The units of a panel that nothing was done for and that have no holes: their outcomes, (units, periods)."""

    units: tuple[str, ...]
    outcomes: Floats

    @classmethod
    def of(cls, panel: Panel) -> _Past:
        kept = ~panel.is_treated & np.isfinite(panel.outcomes).all(axis=1)
        units = tuple(unit for unit, is_kept in zip(panel.units, kept, strict=True) if is_kept)
        return cls(units, panel.outcomes[kept])

    @property
    def usual(self) -> float | None:
        return float(self.outcomes[:, -1].mean()) if self.outcomes.size else None

    def stretches(self, later: int) -> Iterator[int]:
        """Places at which the first start may lie, so that `later` periods follow it."""
        last = self.outcomes.shape[1] - 1 - later
        yield from range(BEFORE if last >= BEFORE else 1, last + 1)


def _found(
    told: Detectable, variances: Sequence[float], ways: int, degrees: int, past: _Past, later: int, level: float,
    power: float,
) -> Detectable:  # fmt: skip
    if not variances:
        facts = {"periods": past.outcomes.shape[1], "needed": later + 2}
        return _without(told, Words("learning.missing-periods", facts))
    error = math.sqrt(math.fsum(variances) / len(variances))
    if degrees < 1 or error == 0:
        return _without(told, Words("learning.missing-spread"))
    times = float(stats.t.ppf(0.5 + level / 2, degrees) + stats.t.ppf(power, degrees))
    return Detectable(
        times * error, error, told.begun, told.compared, ways, len(variances), told.usual
    )  # fmt: skip


def _without(told: Detectable, *missing: Words) -> Detectable:
    return Detectable(None, None, told.begun, told.compared, told.ways, 0, told.usual, missing)


def _ways(sizes: Sequence[int]) -> int:
    return math.factorial(sum(sizes)) // math.prod(math.factorial(size) for size in sizes)


def _staggered_weights(starts: Sequence[int], sizes: Floats, last: int) -> Floats:
    """How a unit of each cohort, those that never begin last, enters the simple average of ATT(g, t): (cohorts, last).

    Only differences of periods enter, and cohorts weigh by their size (Callaway and Sant'Anna 2021, section 3.1.1).
    """
    weights = np.zeros((len(sizes), last))
    mass = 0.0
    for g, start in enumerate(starts):
        for t in range(start, last):
            compared = np.array([other > t for other in starts] + [True])
            size = float(sizes[compared].sum())
            if size == 0:
                continue
            mass += sizes[g]
            weights[g, t] += 1.0
            weights[g, start - 1] -= 1.0
            weights[compared, t] -= sizes[g] / size
            weights[compared, start - 1] += sizes[g] / size
    return weights / mass


def _spread(scores: Floats, sizes: Floats) -> float:
    """The variance of the sum of `scores` (units, cohorts) over all ways to deal units to cohorts of these sizes."""
    count = len(scores)
    of_unit = scores @ sizes / count
    apart = scores - of_unit[:, None] - scores.mean(axis=0) + of_unit.mean()
    return float((apart**2 @ sizes).sum() / (count - 1))


def _beyond_past(
    past: _Past, one: Stratum, rows: Ints, shift: int, first: int, until: int
) -> tuple[Floats, Floats]:  # fmt: skip
    """Of each unit of a stratum: the mean of its mixed periods, and of the periods before, less the stratum's means."""
    mixed = [period + shift for period in one.mixed(until)]
    after, before = past.outcomes[rows][:, mixed].mean(axis=1), past.outcomes[rows][:, :first].mean(axis=1)
    return after - after.mean(), before - before.mean()
