"""Discontinuity: units at and above a threshold were helped, and those just below were not.

The effect at the threshold is the jump of the outcome there: local linear, triangular weights, the bandwidth of least
mean squared error, and an interval centred at the jump freed of its leading bias, whose width counts what the bias adds
(Calonico, Cattaneo and Titiunik, Econometrica 82, 2014; `local_polynomial`). `value` is the jump as fitted, so that the
interval is not symmetric about it. The effect holds for units at the threshold only. It rests on nobody having been
sorted across it, on nothing else changing there, and on an outcome that would have been smooth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.cells import quantile, two_sided
from pairup.evaluation.design import Design, Inference, InferenceKind
from pairup.evaluation.estimate import AtEventTime, DoubtCheck, Effect, Found
from pairup.evaluation.local_polynomial import Jump, Side, adjusted, bandwidths, jump_at
from pairup.evaluation.manipulation import binomial_near, density_step
from pairup.evaluation.panel import Panel
from pairup.evaluation.trial_rows import means_by_unit, pre_treatment
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: so many distinct values of the running variable have to lie within the bandwidth on each side
_LEAST = 10
#: share of the points within the bandwidth that the donut leaves out, the nearest ones
_DONUT = 0.1


@dataclass(frozen=True, eq=False)
class AtCutoff:
    """Units with their distance from the cutoff (N,), their outcome after the start, and what was known before (N,
    K)."""

    unit: Ints
    x: Floats
    y: Floats
    known: Floats
    cluster: Ints | None

    def sides(self, y: Floats, kept: NDArray[np.bool_] | None = None) -> tuple[Side, Side]:
        kept = np.ones(len(y), np.bool_) if kept is None else kept
        parts = [kept & (self.x < 0), kept & (self.x >= 0)]
        low, high = (Side.of(self.x[at], y[at], None if self.cluster is None else self.cluster[at]) for at in parts)
        return low, high


def estimate_discontinuity(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the effect at the threshold, on average over periods after the start.

    A unit's running variable and covariates are those before the start; where there is no period before, they may not
    change. Not identified: nobody treated; treated units on the wrong side of the cutoff for the most part; fewer than
    ten distinct values within the bandwidth on a side. Where some units do not follow the rule, the effect is that of
    the rule (intention to treat). Refused: inference other than analytic.

    Reproduces the US Senate panel of Cattaneo, Frandsen and Titiunik 2015 as rdrobust publishes it: 7.414, interval
    [4.094, 10.919], bandwidths 17.754 and 28.028.
    """
    asked = design.inference or Inference(InferenceKind.ANALYTIC)
    if asked.kind is not InferenceKind.ANALYTIC:
        raise InputError(
            f"The method {design.method} has no inference by {asked.kind}.", hint="Ask for analytic.",
            code="experiments.no-inference", kind=asked.kind.value, method=design.method.value,
        )  # fmt: skip
    last = len(panel.periods)
    treated = panel.starts < last
    if not treated.any():
        return Found(None, missing=(Words("experiments.missing-treated"),))
    start = int(panel.starts[treated].min())
    rows = _at_cutoff(panel, design, start)
    is_on, is_above = treated[rows.unit], rows.x >= 0
    followed = float((is_on == is_above).mean())
    if is_above.any() and (~is_above).any() and is_on[is_above].mean() <= is_on[~is_above].mean():
        return Found(None, missing=(Words("experiments.missing-side", {"cutoff": f"{design.cutoff:g}"}),))
    widths = bandwidths(*rows.sides(rows.y))
    if widths is None:
        return Found(None, missing=(_too_few(rows, None),))
    y = rows.y
    if rows.known.shape[1]:
        y = adjusted(rows.x, rows.y, rows.known, widths[0])
        widths = bandwidths(*rows.sides(y)) or widths
        y = adjusted(rows.x, rows.y, rows.known, widths[0])
    jump = jump_at(*rows.sides(y), *widths)
    if jump is None or _distinct(rows, widths[0]) < _LEAST:
        return Found(None, missing=(_too_few(rows, widths[0]),))
    effect = effect_of(jump, design.level)
    raw = jump_at(*rows.sides(rows.y), *widths)
    return Found(
        effect, by_event_time=tuple(_later(panel, design, rows, start, jump)),
        checks=tuple(_checks(panel, design, rows, y, start, jump, effect, followed)),
        level_without=None if raw is None else raw.below,
        further={"cutoff": {
            "bandwidth": jump.width, "bias_bandwidth": jump.bias_width, "below": jump.near[0], "above": jump.near[1],
            "freed_of_bias": jump.freed, "followed": followed,
        }},
    )  # fmt: skip


def effect_of(jump: Jump, level: float) -> Effect:
    """Tell a jump with the interval that is centred at the one freed of bias."""
    if not jump.error > 0:
        return Effect(jump.value)
    wide = quantile(level) * jump.error
    return Effect(jump.value, jump.error, (jump.freed - wide, jump.freed + wide), two_sided(jump.freed / jump.error))


def _at_cutoff(panel: Panel, design: Design, start: int) -> AtCutoff:
    """Take one row a unit that was seen after the start."""
    after = panel.period_at >= start
    if panel.weight is not None:
        after &= panel.weight > 0
    mean, count = means_by_unit(panel, after)
    unit = np.flatnonzero(count)
    x = pre_treatment(panel, (design.running,), start, unit)[:, 0] - (design.cutoff or 0.0)
    known = pre_treatment(panel, design.covariates, start, unit)
    return AtCutoff(unit, x, mean[unit], known, panel.cluster_at[unit] if design.clusters == "cluster" else None)


def _distinct(rows: AtCutoff, width: float) -> int:
    """Count the distinct values within a width on the side that has fewer."""
    near = [rows.x[(np.abs(rows.x) < width) & (rows.x < 0)], rows.x[(np.abs(rows.x) < width) & (rows.x >= 0)]]
    return min(len(np.unique(side)) for side in near)


def _too_few(rows: AtCutoff, width: float | None) -> Words:
    near = rows.x[np.abs(rows.x) < (width or np.inf)]
    below, above = len(np.unique(near[near < 0])), len(np.unique(near[near >= 0]))
    return Words("experiments.missing-near", {"below": below, "above": above, "least": _LEAST})


def _later(panel: Panel, design: Design, rows: AtCutoff, start: int, jump: Jump) -> list[AtEventTime]:
    """Tell the effect in each period after the start, with the bandwidths of their mean."""
    if len(panel.periods) - start < 2:
        return []
    found = []
    for at in range(start, len(panel.periods)):
        y = panel.outcomes[rows.unit, at]
        seen = ~np.isnan(y)
        if rows.known.shape[1]:
            y = np.where(seen, 0.0, np.nan)
            y[seen] = adjusted(rows.x[seen], panel.outcomes[rows.unit, at][seen], rows.known[seen], jump.width)
        one = jump_at(*rows.sides(y, seen), jump.width, jump.bias_width)
        if one is not None:
            found.append(AtEventTime(panel.periods.apart(start, at), effect_of(one, design.level)))
    return found


def _checks(
    panel: Panel, design: Design, rows: AtCutoff, y: Floats, start: int, jump: Jump, effect: Effect, followed: float
) -> list[DoubtCheck]:
    checks = [*_sorted(rows), *_balance(panel, design, rows, start), *_placebos(rows, y), _donut(rows, y, jump, effect)]
    if followed < 1:
        facts = {"share": f"{100 * followed:.1f}"}
        checks.append(DoubtCheck("rule followed", None, Words("experiments.check-followed", facts), followed))
    near = np.abs(rows.x) < jump.width
    distinct = len(np.unique(rows.x[near])) / max(int(near.sum()), 1)
    if distinct < 0.8:
        facts = {"share": f"{100 * distinct:.0f}"}
        checks.append(DoubtCheck("mass points", None, Words("experiments.check-mass", facts), distinct))
    return checks


def _sorted(rows: AtCutoff) -> list[DoubtCheck]:
    """Look whether units were sorted across the cutoff."""
    near = binomial_near(rows.x)
    facts = {"below": near.left, "above": near.right, "p": f"{near.p:.2g}"}
    words = Words("experiments.check-binomial", facts)
    checks = [DoubtCheck("sorting, binomial", near.p >= 0.01, words, near.p, is_essential=True)]
    step = density_step(rows.x)
    if step is not None:
        facts = {"ratio": f"{np.exp(step.step):.2f}", "p": f"{step.p:.2g}"}
        words = Words("experiments.check-density", facts)
        checks.append(DoubtCheck("sorting, density", step.p >= 0.01, words, step.p, is_essential=True))
    return checks


def _jump_of(rows: AtCutoff, y: Floats, kept: NDArray[np.bool_] | None = None) -> Jump | None:
    sides = rows.sides(y, kept)
    widths = bandwidths(*sides)
    return None if widths is None else jump_at(*sides, *widths)


def _balance(panel: Panel, design: Design, rows: AtCutoff, start: int) -> list[DoubtCheck]:
    """Look whether what was there before the start jumps too: the outcome then, and each covariate."""
    before, count = means_by_unit(panel, panel.period_at < start)
    told: list[tuple[str | Words, Floats]] = [(name, rows.known[:, k]) for k, name in enumerate(design.covariates)]
    if (count[rows.unit] > 0).all() and len(rows.unit):
        told.insert(0, (Words("experiments.outcome-before"), before[rows.unit]))
    checks = []
    for name, column in told:
        jump = _jump_of(rows, column)
        if jump is not None and jump.error > 0:
            p = two_sided(jump.freed / jump.error)
            facts = {"name": name, "jump": said(jump.value), "p": f"{p:.2g}"}
            words = Words("experiments.check-jump-before", facts)
            checks.append(DoubtCheck("balance", p >= 0.05 / len(told), words, p, is_essential=True))
    return checks


def _placebos(rows: AtCutoff, y: Floats) -> list[DoubtCheck]:
    """Look for jumps where nothing happened: at the median of either side, among its own units alone."""
    found = []
    for side in (rows.x < 0, rows.x >= 0):
        middle = float(np.median(rows.x[side]))
        cluster = None if rows.cluster is None else rows.cluster[side]
        moved = AtCutoff(rows.unit[side], rows.x[side] - middle, y[side], rows.known[side], cluster)
        jump = _jump_of(moved, moved.y)
        if jump is not None and jump.error > 0:
            found.append((middle, jump, two_sided(jump.freed / jump.error)))
    checks = []
    for middle, jump, p in found:
        facts = {"distance": said(middle), "jump": said(jump.value), "p": f"{p:.2g}"}
        words = Words("experiments.check-placebo-cutoff", facts)
        checks.append(DoubtCheck("placebo cutoff", p >= 0.05 / len(found), words, p))
    return checks


def _donut(rows: AtCutoff, y: Floats, jump: Jump, effect: Effect) -> DoubtCheck:
    """Leave out the nearest tenth of the points within the bandwidth: those easiest to sort."""
    away = np.abs(rows.x)
    reach = float(np.quantile(away[away < jump.width], _DONUT))
    without = jump_at(*rows.sides(y, away > reach), jump.width, jump.bias_width)
    if without is None or effect.interval is None:
        return DoubtCheck("donut", None, Words("experiments.check-donut-none"))
    is_inside = effect.interval[0] <= without.value <= effect.interval[1]
    facts = {"value": said(without.value), "reach": said(reach)}
    return DoubtCheck("donut", is_inside, Words("experiments.check-donut", facts), without.value)
