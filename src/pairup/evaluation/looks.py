"""What was looked at beside an estimate, as numbers: placebos, another method, single units, other explanations.

`look` does all that takes fits; the gates and the grade read it and fit nothing. A constant effect added to every
treated cell moves the estimate, its intervals, the second method and what is left without one unit by the same amount
and leaves all else as it is, since no weight is fitted to what happened after the start: so `Looks.shifted` gives what
would have been seen with a larger effect, and power needs no refit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import comb

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import quantile
from pairup.evaluation.design import Design, InferenceKind, Method
from pairup.evaluation.estimate import Effect, Found
from pairup.evaluation.families import (
    Family,
    drawn_misses,
    drawn_trends,
    family_of,
    plain_form,
    scaled_each,
    value_of,
)
from pairup.evaluation.gates.limits import Limits
from pairup.evaluation.other_causes import Dose, dose_response, without_causes
from pairup.evaluation.panel import Panel, Periods
from pairup.evaluation.synthetic_doubt import fit_before, in_time, without_each_donor, without_each_treated

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pair = tuple[float, float]

_DRAWS = 199
_MANY_DRAWS = 499  # where a draw costs next to nothing
_FIT_DRAWS = 99
#: units beyond which what needs a fit for each is not looked at
MANY = 3000


@dataclass(frozen=True, slots=True)
class InTime:
    """The effect found where the start is pretended `ahead` periods early, on nothing but the periods before."""

    value: float
    p: float
    ahead: int
    spread: float  # standard deviation of the same where nothing happened
    share: float  # of a bias that grows over the periods after, how much this would show


@dataclass(frozen=True, slots=True)
class Looks:
    """Numbers in units of the outcome, signed as the outcome; `sign` is 1 where the claim says that it rises.

    own : the method's interval, None where its inference does not hold with so few clusters.
    ranks : the interval of effects that placebos in space do not exclude. ways : how many assignments they compare.
    observed : mean outcome of the treated cells.
    fit, held_out : what the pool leaves of the treated before, as a share of the standard deviation, over all periods
    and where it was not fitted; `_p` the share of units of the pool, in the place of the treated, that do no better.
    second_p : how often two methods differ as much where nothing happened.
    without : the least and largest estimate with one unit left out.
    run : how far the treated had moved against the claim just before, in standard deviations of the pool.
    dose : how the change hangs on the dose among the treated, where the plan names one.
    earlier : the estimate with the periods of the selection left out, where places were chosen on the outcome.
    """

    family: Family
    sign: int
    value: float
    own: Pair | None
    ranks: Pair | None
    rank_p: float | None
    ways: int
    treated: int
    compared: int
    before: int
    observed: float | None
    is_few: bool = False
    in_time: InTime | None = None
    fit: float | None = None
    fit_p: float | None = None
    held_out: float | None = None
    held_out_p: float | None = None
    without: Pair | None = None
    second: float | None = None
    second_p: float | None = None
    second_method: str = ""
    run: float | None = None
    is_chosen: bool = False
    earlier: float | None = None
    alternatives: dict[str, float | None] = field(default_factory=dict)
    dose: Dose | None = None
    placebos: tuple[float, ...] = ()

    def shifted(self, by: float) -> Looks:
        """Give what would have been seen had every treated cell been higher by a constant."""
        return replace(
            self, value=self.value + by, own=_moved(self.own, by), ranks=_moved(self.ranks, by),
            observed=None if self.observed is None else self.observed + by, without=_moved(self.without, by),
            second=None if self.second is None else self.second + by,
            earlier=None if self.earlier is None else self.earlier + by,
            alternatives={name: None if one is None else one + by for name, one in self.alternatives.items()},
        )  # fmt: skip

    @property
    def is_alone(self) -> bool:
        """Whether one cluster alone is treated: no error can be read off one, only its rank among others."""
        return self.treated == 1

    @property
    def intervals(self) -> tuple[Pair, ...]:
        """Every interval that must hold: of one cluster that of ranks alone, of few that of ranks too.

        With places chosen on the outcome the interval from before the choice as well.
        """
        own = None if self.is_alone and self.ranks is not None else self.own
        held = [one for one in (own, self.ranks if self.is_few else None) if one is not None]
        if held and self.is_chosen and self.earlier is not None:
            held += [(low + self.earlier - self.value, high + self.earlier - self.value) for low, high in held]
        return tuple(held)


def look(
    panel: Panel, design: Design, found: Found, limits: Limits, *, seed: int, level: float, second: float | None = None
) -> Looks | None:
    """Look at the estimate from every side. None where there is no estimate, or the panel has holes.

    `second`: the estimate by the plan's second method; without one in the plan the plain form of the other family.
    Draws are keyed by the seed, so the same panel, design and seed give the same looks.
    """
    family = family_of(design.method)
    if found.effect is None or (family in (Family.TRENDS, Family.WEIGHTED) and not panel.is_balanced):
        return None
    sign = 1 if design.claim is None or design.claim.rises else -1
    treated = len(np.unique(panel.cluster_at[panel.is_treated]))
    others = len(np.unique(panel.cluster_at[~panel.is_treated]))
    is_few = min(treated, others) < limits["G3"]["clusters"] and family is not Family.THRESHOLD
    looks = Looks(
        family, sign, found.effect.value, None, None, None, _ways(treated, others), treated, others,
        int(min(panel.cohorts, default=0)), _observed(panel, found), is_few, placebos=found.placebos,
    )  # fmt: skip
    if family in (Family.TRENDS, Family.WEIGHTED) and others and panel.cohorts:
        looks = _run(looks, panel, design, limits)
        if len(panel.units) <= MANY:
            looks = _with_fits(looks, panel, design, limits, seed)
    if design.plan.second_method is not None:
        looks = replace(looks, second=second, second_method=design.plan.second_method.value)
    return _with_intervals(looks, panel.outcomes, panel.starts, design, found.effect, seed, level)


def _with_fits(looks: Looks, panel: Panel, design: Design, limits: Limits, seed: int) -> Looks:
    """Add what takes fits of the plain form; where places were chosen, on the periods before the choice."""
    method, base = plain_form(design.method), panel
    own = replace(design, method=method)
    plain = value_of(method, panel.outcomes, panel.starts)
    if looks.is_chosen:
        base = _base(panel, design, limits)
        looks = replace(looks, earlier=_beside(looks.value, value_of(method, base.outcomes, base.starts), plain))
    other = Method.SYNTHETIC_DID if looks.family is Family.TRENDS else Method.IMPUTATION_DID
    name = other.value if looks.family is Family.TRENDS else "difference-of-differences"
    without = _without_trends(panel) if looks.family is Family.TRENDS else _without_fits(panel, own)
    told = {name: _beside(looks.value, one, plain) for name, one in without_causes(panel, own).items()}
    looks = replace(
        looks, in_time=_in_time_trends(base, seed) if looks.family is Family.TRENDS else _in_time_fits(base, own, seed),
        second=value_of(other, panel.outcomes, panel.starts), second_method=name, alternatives=told,
        without=None if without is None or plain is None else _moved(without, looks.value - plain),
        dose=dose_response(panel, design.plan.dose, seed) if design.plan.dose else None,
    )  # fmt: skip
    if design.plan.second_method is None:
        looks = replace(looks, second_p=_apart_p(panel, design, looks, looks.second, seed))
    return _with_fit_before(looks, base, own, seed) if looks.family is Family.WEIGHTED else looks


def _with_fit_before(looks: Looks, panel: Panel, design: Design, seed: int) -> Looks:
    """Add how well the pool follows the treated before, beside how well it follows units of its own."""
    before = fit_before(panel, design)
    if before is None or before.sd <= 0 or before.held_out is None:
        return looks
    start, many, pool = int(panel.starts.min()), int(panel.is_treated.sum()), panel.outcomes[~panel.is_treated]
    whole, held = (
        drawn_misses(design.method, pool, many, start, until, _FIT_DRAWS, seed)
        for until in (None, start - before.periods)
    )
    return replace(
        looks, fit=before.rmspe / before.sd, held_out=before.held_out / before.sd,
        fit_p=_share(whole, before.rmspe), held_out_p=_share(held, before.held_out),
    )  # fmt: skip


def _share(drawn: Floats, seen: float) -> float | None:
    return float((1 + (drawn >= seen).sum()) / (1 + len(drawn))) if len(drawn) else None


def _apart_p(panel: Panel, design: Design, looks: Looks, second: float | None, seed: int) -> float | None:
    """Rank how far the plain difference of differences is from the estimate, among the same placebos of both."""
    asked = design.inference
    if second is None or looks.family is not Family.WEIGHTED or not looks.placebos:
        return None
    many, pool = panel.starts[panel.is_treated], panel.outcomes[~panel.is_treated]
    others = drawn_trends(pool, many, asked.repetitions if asked else len(looks.placebos), seed)
    if len(others) != len(looks.placebos):
        return None
    return _share(np.abs(others - np.array(looks.placebos)), abs(second - looks.value))


def _beside(value: float, other: float | None, plain: float | None) -> float | None:
    """Carry a change of the plain form over to the estimate."""
    return None if other is None or plain is None else value + other - plain


def _with_intervals(
    looks: Looks, wide: Floats, starts: Ints, design: Design, effect: Effect, seed: int, level: float
) -> Looks:
    """Add the method's interval at a level where it holds, and that of ranks where there are few clusters."""
    asked = design.inference.kind if design.inference else None
    by_lots = asked in (InferenceKind.PLACEBO, InferenceKind.CONFORMAL, InferenceKind.RANDOMISATION,
                        InferenceKind.WILD_CLUSTER) or looks.family in (Family.WEIGHTED, Family.SERIES)  # fmt: skip
    own = _at_level(effect, design.level, level) if by_lots or not looks.is_few else None
    looks = replace(looks, own=own)
    is_ranked = looks.family in (Family.TRENDS, Family.WEIGHTED) and looks.compared and len(wide) <= MANY
    if is_ranked and (looks.is_few or own is None):
        centre, spread, p = _in_space(looks, wide, starts, design, seed, level)
        ranks = None if spread is None else (centre - spread, centre + spread)
        looks = replace(
            looks, ranks=ranks, rank_p=effect.p if effect.interval is None and effect.p is not None else p, is_few=True
        )
    return looks


def _at_level(effect: Effect, had: float, level: float) -> Pair | None:
    """Give the interval at another level, by the normal where the method has an error."""
    if effect.interval is None or had == level:
        return effect.interval
    factor = quantile(level) / quantile(had)
    low, high = effect.interval
    return effect.value - factor * (effect.value - low), effect.value + factor * (high - effect.value)


def _in_space(
    looks: Looks, wide: Floats, starts: Ints, design: Design, seed: int, level: float
) -> tuple[float, float | None, float]:
    """Give the estimate, by how much it may be off for all that ranks can tell, and the p of no effect.

    One treated unit of a weighted method: each placebo is measured by how well it fitted before, as the ratio of
    Abadie, Diamond and Hainmueller 2010 does. Else as many units as are treated are drawn from the
    pool; of trends it is the plain difference of differences that is ranked, with its own placebos.
    """
    last = wide.shape[1]
    pool, many = wide[starts >= last], starts[starts < last]
    centre = looks.value
    if looks.family is Family.WEIGHTED and len(many) == 1:
        miss, ratios = scaled_each(plain_form(design.method), wide[starts < last][0], pool, int(many[0]))
        effects = miss * ratios
    elif looks.family is Family.WEIGHTED:
        effects = np.array(looks.placebos)
    else:
        plain = value_of(design.method, wide, starts)
        centre = centre if plain is None else plain
        effects = drawn_trends(pool, many, _MANY_DRAWS, seed)
    sizes = np.sort(np.abs(effects))[::-1]
    p = (1 + float((sizes >= abs(centre)).sum())) / (1 + len(sizes))
    # as many assignments as the level allows may be as large as ours, ours among them
    spare = int(np.floor((1 - level) * min(1 + len(sizes), looks.ways) + 1e-9))
    return centre, (float(sizes[spare - 1]) if 0 < spare <= len(sizes) else None), p


def _in_time_trends(panel: Panel, seed: int) -> InTime | None:
    """Pretend that all began a third of the way back, on the periods before the first start alone."""
    start, last = int(panel.starts.min()), len(panel.periods)
    ahead = max(1, min(start // 3, last - start))
    if start - ahead < 1:
        return None
    early, pretended = panel.outcomes[:, :start], np.where(panel.is_treated, start - ahead, start)
    value = value_of(Method.IMPUTATION_DID, early, pretended)
    # before the first start nothing has happened to anybody: where the pool has too few units to lend, all are shuffled
    is_lent = ~panel.is_treated if 2 * panel.is_treated.sum() <= (~panel.is_treated).sum() else slice(None)
    others = drawn_trends(early[is_lent], pretended[panel.is_treated], _MANY_DRAWS, seed)
    if value is None or len(others) < 2:
        return None
    p = (1 + float((np.abs(others) >= abs(value)).sum())) / (1 + len(others))
    return InTime(value, p, ahead, float(others.std()), min(1.0, ahead / (last - start)))


def _in_time_fits(panel: Panel, design: Design, seed: int) -> InTime | None:
    seen, after = in_time(panel, design, repetitions=_DRAWS, seed=seed), len(panel.periods) - int(panel.starts.min())
    if seen.effect is None or seen.effect.p is None or len(seen.placebos) < 2:
        return None
    spread = float(np.std(seen.placebos))
    return InTime(seen.effect.value, seen.effect.p, seen.earlier, spread, min(1.0, seen.earlier / after))


def _without_trends(panel: Panel) -> Pair | None:
    """Leave out each unit, one by one, but for the only treated one; give the least and the largest estimate."""
    wide, starts, last = panel.outcomes, panel.starts, len(panel.periods)
    found = []
    for at in range(len(wide)):
        if starts[at] < last and int((starts < last).sum()) == 1:
            continue
        kept = np.arange(len(wide)) != at
        one = value_of(Method.IMPUTATION_DID, wide[kept], starts[kept])
        if one is None:
            return None
        found.append(one)
    return (min(found), max(found)) if found else None


def _without_fits(panel: Panel, design: Design) -> Pair | None:
    donors = list(without_each_donor(panel, design).values())
    found = [*donors, *without_each_treated(panel, design).values()]
    return (min(found), max(found)) if donors else None


def _run(looks: Looks, panel: Panel, design: Design, limits: Limits) -> Looks:
    """See how far the treated had moved against the claim in the last periods, beside the pool."""
    wide, start = panel.outcomes, looks.before
    many = int(limits["G10"]["periods"])
    if start <= many:
        return replace(looks, is_chosen=bool(design.plan.chosen_on_outcome))
    moved = wide[:, start - many : start].mean(axis=1) - wide[:, : start - many].mean(axis=1)
    pool = moved[~panel.is_treated]
    spread = float(pool.std(ddof=1)) if len(pool) > 1 else 0.0
    run = looks.sign * float(moved[panel.is_treated].mean() - pool.mean()) / spread if spread > 0 else None
    is_seen = run is not None and run < -limits["G10"]["z"]
    return replace(looks, run=run, is_chosen=bool(design.plan.chosen_on_outcome) or is_seen)


def _base(panel: Panel, design: Design, limits: Limits) -> Panel:
    """Leave out the periods in which places were chosen: those of the plan, else the last ones before the start."""
    start = int(min(panel.cohorts))
    first, last = start - int(limits["G10"]["periods"]), start
    if design.plan.selection_window is not None:
        low, high = design.plan.selection_window.numbers()
        first, last = panel.periods.at_or_after(low), min(start, panel.periods.at_or_after(high + 1))
    kept = np.ones(len(panel.periods), np.bool_)
    kept[max(first, 0) : max(last, 0)] = False
    rows, place = kept[panel.period_at], np.cumsum(kept) - 1
    never = panel.starts >= len(panel.periods)
    return replace(
        panel, periods=Periods(panel.periods.values[kept], panel.periods.are_days), unit_at=panel.unit_at[rows],
        period_at=place[panel.period_at[rows]], outcome=panel.outcome[rows],
        starts=np.where(never, int(kept.sum()), panel.starts - int((~kept).sum())),
        weight=None if panel.weight is None else panel.weight[rows],
        columns={name: column[rows] for name, column in panel.columns.items()},
    )  # fmt: skip


def _observed(panel: Panel, found: Found) -> float | None:
    if found.level_without is not None and found.effect is not None:
        return found.level_without + found.effect.value
    return float(panel.outcome[panel.is_on].mean()) if panel.is_on.any() else None


def _ways(treated: int, others: int) -> int:
    return min(comb(treated + others, treated), 10**9)


def _moved(pair: Pair | None, by: float) -> Pair | None:
    return None if pair is None else (pair[0] + by, pair[1] + by)
