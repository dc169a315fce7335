"""Stepped wedge: lots begin one after another, in an order drawn by lot.

Two kinds of information tell the effect (Hussey and Hughes, Contemporary Clinical Trials 28, 2007; Matthews and Forbes,
Statistics in Medicine 36, 2017): the *vertical*, lots already helped beside lots not yet helped in the same period, and
the *horizontal*, the same lot before and after. Only the first is what the draw made comparable. So the estimate is the
within-period one (Thompson and others, Statistics in Medicine 37, 2018),

    Y_it = period (within stratum) + effect * helped_it + slope * baseline_i + …,

over the periods in which both kinds are seen: differences within each period, weighted by n_1 n_0 / (n_1 + n_0), which
the draw fixes. It is an average over times since the start, unlike the estimate with effects of lots and periods, which
an effect that grows can turn around (Kenny and others, Statistics in Medicine 41, 2022). That one, with both kinds of
information, is reported beside it, and their difference is a check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design, Inference, InferenceKind
from pairup.evaluation.estimate import AtEventTime, DoubtCheck, Effect, Found
from pairup.evaluation.least_squares import fitted, summed_by
from pairup.evaluation.lots import Lots
from pairup.evaluation.panel import Flags, Panel
from pairup.evaluation.randomisation import Trial, redrawn
from pairup.evaluation.randomised import effect_of, redrawn_checks, told_trial
from pairup.evaluation.trial_rows import baseline_of, pre_treatment
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_MOST_DRAWN = 20_000


@dataclass(frozen=True, eq=False)
class Rows:
    """Outcomes of the periods in which some lots of a stratum are helped and some are not yet."""

    outcome: Floats
    unit: Ints
    lot: Ints
    period: Ints
    weight: Floats
    is_on: Floats


def estimate_wedge(panel: Panel, design: Design, lots: Lots, asked: Inference, seed: int) -> Found:
    """Estimate the within-period effect of a stepped wedge, and beside it what lots before and after say.

    Long, for it gathers the parts of one answer.
    """
    rows = _rows(panel, lots, _is_mixed(panel, lots))
    count = len(np.unique(rows.lot))
    if not len(rows.outcome) or count < 2:
        return Found(None, missing=(Words("experiments.missing-steps"),))
    began = int(lots.starts.min())
    base = baseline_of(panel, lots, began, rows.unit)
    known = pre_treatment(panel, design.covariates, began, rows.unit)
    adjust = known if base is None else np.column_stack([base, known])
    others = np.column_stack([_cells(rows.period, lots.stratum[rows.lot]), adjust])
    _, cluster = np.unique(rows.lot, return_inverse=True)
    outcome = rows.outcome[:, None]
    fit = fitted(np.column_stack([rows.is_on, others]), outcome, cluster.astype(np.int64), 0, rows.weight)
    if fit is None:
        return Found(None, missing=(Words("experiments.missing-steps"),))
    is_drawn = asked.kind is InferenceKind.RANDOMISATION
    again = None
    if is_drawn or len(lots.codes) <= _MOST_DRAWN:
        trial = Trial(rows.outcome, others, rows.lot, rows.period, rows.weight)
        again = redrawn(trial, lots, design.level, asked.repetitions, seed)
    effect = effect_of(fit, 0, design.level)
    if is_drawn:
        if again is None:
            return Found(None, missing=(Words("experiments.missing-variation"),))
        effect = Effect(again.value, None, again.interval, again.p)
    both = _both_kinds(panel, lots, design.level)
    level = float(np.average(rows.outcome[rows.is_on > 0], weights=rows.weight[rows.is_on > 0]))
    return Found(
        effect, by_event_time=tuple(_since_start(panel, lots, rows, others, cluster.astype(np.int64), design.level)),
        placebos=tuple(again.effects.tolist()) if again else (), level_without=level - effect.value,
        checks=(*redrawn_checks(again), *_agreement(effect, both, design.level)),
        further={"trial": told_trial(lots, len(panel.periods), fit, again) | {
            "steps": len(np.unique(lots.starts[lots.starts < len(panel.periods)])),
            "with_lots_and_periods": None if both is None else both.to_dict(),
            "by_period": _by_period(panel, rows),
        }},
    )  # fmt: skip


def _is_mixed(panel: Panel, lots: Lots) -> Flags:
    """For each stratum and period, (S, T): whether some lots seen then are helped and some are not yet."""
    shape = len(lots.strata), len(panel.periods)
    is_on, not_yet = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    lot = lots.at[panel.unit_at]
    on = panel.period_at >= lots.starts[lot]
    is_on[lots.stratum[lot[on]], panel.period_at[on]] = True
    not_yet[lots.stratum[lot[~on]], panel.period_at[~on]] = True
    return is_on & not_yet


def _rows(panel: Panel, lots: Lots, wanted: Flags) -> Rows:
    lot = lots.at[panel.unit_at]
    kept = wanted[lots.stratum[lot], panel.period_at]
    if panel.weight is not None:
        kept = kept & (panel.weight > 0)
    weight = np.ones(int(kept.sum())) if panel.weight is None else panel.weight[kept]
    on = (panel.period_at[kept] >= lots.starts[lot[kept]]).astype(np.float64)
    return Rows(panel.outcome[kept], panel.unit_at[kept], lot[kept], panel.period_at[kept], weight, on)


def _cells(*keys: Ints) -> Floats:
    """One column for each combination of keys that occurs."""
    _, at = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    at = at.reshape(-1)
    cells: Floats = (at[:, None] == np.arange(int(at.max()) + 1)).astype(np.float64)
    return cells


def _since_start(
    panel: Panel, lots: Lots, rows: Rows, others: Floats, cluster: Ints, level: float
) -> list[AtEventTime]:
    """Tell the effect by periods since the start, each beside lots not yet helped in the same period."""
    since = rows.period - lots.starts[rows.lot]
    times = np.unique(since[since >= 0])
    shown = (since[:, None] == times).astype(np.float64)
    found = []
    for k, time in enumerate(times):
        fit = fitted(np.column_stack([shown, others]), rows.outcome[:, None], cluster, k, rows.weight)
        if fit is not None:
            found.append(AtEventTime(int(time), effect_of(fit, 0, level)))
    return found


def _both_kinds(panel: Panel, lots: Lots, level: float) -> Effect | None:
    """Estimate with effects of lots and of periods, over all periods: what Hussey and Hughes' model draws on."""
    rows = _rows(panel, lots, np.ones((len(lots.strata), len(panel.periods)), np.bool_))
    outcome = _within_lots(rows, rows.outcome[:, None])
    cells = _within_lots(rows, _cells(rows.period, lots.stratum[rows.lot])[:, 1:])
    is_on = _within_lots(rows, rows.is_on[:, None])
    _, cluster = np.unique(rows.lot, return_inverse=True)
    fit = fitted(np.column_stack([is_on, cells]), outcome, cluster.astype(np.int64), 0, rows.weight)
    return None if fit is None else effect_of(fit, 0, level)


def _within_lots(rows: Rows, columns: Floats) -> Floats:
    """Take each lot's mean off."""
    count = int(rows.lot.max()) + 1
    weight = np.bincount(rows.lot, rows.weight, minlength=count)
    sums = summed_by(rows.weight[:, None] * columns, rows.lot, count)
    centred: Floats = columns - (sums / np.maximum(weight, 1e-300)[:, None])[rows.lot]
    return centred


def _by_period(panel: Panel, rows: Rows) -> dict[str, float]:
    """Give the plain difference between lots helped and lots not yet helped, period by period."""
    found = {}
    for at in np.unique(rows.period):
        here = rows.period == at
        on, off = here & (rows.is_on > 0), here & (rows.is_on == 0)
        means = [float(np.average(rows.outcome[part], weights=rows.weight[part])) for part in (on, off)]
        found[panel.periods.label(int(at))] = means[0] - means[1]
    return found


def _agreement(effect: Effect, both: Effect | None, level: float) -> list[DoubtCheck]:
    """Look whether lots before and after say the same as lots beside each other."""
    if both is None or effect.interval is None:
        return []
    facts = {"vertical": said(effect.value), "both": said(both.value)}
    is_inside = effect.interval[0] <= both.value <= effect.interval[1]
    words = Words("experiments.check-two-kinds", facts | {"level": f"{100 * level:g}"})
    return [DoubtCheck("two kinds of information", is_inside, words, both.value - effect.value)]
