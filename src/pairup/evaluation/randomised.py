"""Trials: units or clusters drawn by lot, compared as they were drawn (intention to treat).

Where all drawn lots begin together, outcomes after the start are regressed on the help. What was known before (the
outcome's baseline, covariates, strata) sharpens the comparison as Lin (Annals of Applied Statistics 7, 2013) has it:
centred, and crossed with the help, so that the coefficient stays the average effect whatever the regression gets wrong.
With few lots the crossing costs more than it brings, and slopes are common (Freedman 2008 has what that risks). Errors
are CR2 with Satterthwaite's degrees of freedom (`least_squares`), by lot; by stratum where some stratum has fewer than
two lots of a kind, as in matched pairs (de Chaisemartin and Ramirez-Cuellar 2024). Without covariates and clusters this
is the difference in means with Neyman's variance.

Where the lots begin one after another, `stepped_wedge` compares them. Randomisation inference is in `randomisation`.
It rests on the draw as declared, on nobody's outcome hanging on another lot's help, and on outcomes seen alike in both
arms. Who took up the help does not enter: `treated_from` is what the lot said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pairup.evaluation.design import Design, Inference, InferenceKind
from pairup.evaluation.estimate import AtEventTime, DoubtCheck, Effect, Found
from pairup.evaluation.least_squares import Fitted, fitted
from pairup.evaluation.lots import Lots, declared_lots
from pairup.evaluation.panel import Flags, Panel
from pairup.evaluation.randomisation import Redrawn, Trial, redrawn
from pairup.evaluation.trial_rows import Followed, baseline_of, followed, means_by_unit, pre_treatment
from pairup.values.figures import count, said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_REPETITIONS = 999
#: with more lots than this the analytic error needs no second opinion, and draws would cost minutes
_MOST_DRAWN = 20_000


def estimate_randomised(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the effect of being drawn, on average over units and periods after the start.

    Inference `analytic` (default; a second opinion by randomisation stands among the checks) or `randomisation`, whose
    interval inverts the test and whose effect is that of common slopes. Not identified: a draw that is not declared or
    that the panel contradicts, nobody drawn or nobody left, an arm of one lot (analytic). Refused: covariates that
    change after the start, other kinds of inference.

    Reproduces the means and Welch-type degrees of freedom of Imbens and Kolesar 2016 (two groups), and brute-force
    enumeration of Fisher's test.
    """
    from pairup.evaluation.stepped_wedge import estimate_wedge

    asked = design.inference or Inference(InferenceKind.ANALYTIC, _REPETITIONS)
    require_inference(asked, design)
    lots = declared_lots(panel, design)
    if isinstance(lots, Words):
        return Found(None, missing=(lots,))
    last = len(panel.periods)
    began = np.unique(lots.starts[lots.starts < last])
    if not len(began) or (len(began) == 1 and (lots.starts < last).all()):
        return Found(None, missing=(Words("experiments.missing-arm", {"drawn": int((lots.starts < last).sum())}),))
    if len(began) > 1:
        return estimate_wedge(panel, design, lots, asked, seed)
    return _arms(panel, design, lots, asked, seed)


def require_inference(asked: Inference, design: Design) -> None:
    from pairup.errors import InputError

    if asked.kind not in (InferenceKind.ANALYTIC, InferenceKind.RANDOMISATION):
        raise InputError(
            f"The method {design.method} has no inference by {asked.kind}.",
            hint="Ask for analytic or randomisation.",
            code="experiments.no-inference", kind=asked.kind.value, method=design.method.value,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Comparison:
    """Regressors of a comparison, the place of the help among them, the clusters of its errors, and how it was made."""

    regressors: Floats
    at: int
    cluster: Ints
    is_crossed: bool


def _arms(panel: Panel, design: Design, lots: Lots, asked: Inference, seed: int) -> Found:
    """Compare two arms that begin together."""
    start = int(lots.starts.min())
    rows = followed(panel, lots, start)
    few = _too_few(lots, len(panel.periods), asked)
    if few or not len(rows.outcome):
        return Found(None, missing=(few or Words("experiments.missing-after"),))
    known = pre_treatment(panel, design.covariates, start, rows.unit)
    base = baseline_of(panel, lots, start, rows.unit)
    adjust = known if base is None else np.column_stack([base, known])
    is_on = (lots.starts < len(panel.periods))[rows.lot].astype(np.float64)
    made = compared(rows, lots, is_on, adjust, len(panel.periods))
    fit = fitted(made.regressors, rows.outcomes, made.cluster, made.at, rows.weight)
    plain_made = compared(rows, lots, is_on, np.zeros((len(is_on), 0)), len(panel.periods))
    plain = fitted(plain_made.regressors, rows.outcomes[:, :1], plain_made.cluster, plain_made.at, rows.weight)
    if fit is None or plain is None:
        return Found(None, missing=(Words("experiments.missing-variation"),))
    trial = Trial(rows.outcome, np.column_stack([_dummies(rows, lots), adjust]), rows.lot, rows.period, rows.weight)
    again = _again(trial, lots, design, asked, seed)
    effect = effect_of(fit, 0, design.level)
    if asked.kind is InferenceKind.RANDOMISATION:
        if again is None:
            return Found(None, missing=(Words("experiments.missing-variation"),))
        effect = Effect(again.value, None, again.interval, again.p)
    treated = np.average(rows.outcome[is_on > 0], weights=rows.weight[is_on > 0])
    return Found(
        effect, by_event_time=tuple(_later(panel, fit, start, rows, design.level)),
        event_covariance=fit.covariance[1:, 1:] if fit.covariance.shape[0] > 1 else None,
        placebos=tuple(again.effects.tolist()) if again else (), level_without=float(treated) - effect.value,
        checks=tuple(_checks(panel, lots, rows, start, base, again, made)),
        further={"trial": told_trial(lots, len(panel.periods), fit, again) | {
            "difference_in_means": float(plain.values[0]), "slopes": "crossed" if made.is_crossed else "common",
        }},
    )  # fmt: skip


def _too_few(lots: Lots, last: int, asked: Inference) -> Words | None:
    """Say that an arm has one lot, whose spread nobody can see; lots in pairs are seen pair by pair."""
    drawn = int(lots.treated(last).sum())
    arms = drawn, len(lots.codes) - drawn
    if min(arms) < 2 and asked.kind is InferenceKind.ANALYTIC:
        return Words("experiments.missing-lots", {"drawn": arms[0], "others": arms[1]})
    return None


def compared(rows: Followed, lots: Lots, is_on: Floats, adjust: Floats, last: int) -> Comparison:
    """Choose how to compare.

    Crossed slopes where every stratum has two lots of each kind and the smaller arm more than twice as many lots as
    there are strata and covariates; else common slopes. Errors by stratum where a stratum has one lot of a kind, else
    by lot.
    """
    drawn, sizes = lots.treated(last), lots.sizes
    smaller = int(min(drawn.sum(), sizes.sum() - drawn.sum()))
    is_thin = len(sizes) > 1 and bool((np.minimum(drawn, sizes - drawn) < 2).any())
    strata = _dummies(rows, lots)
    terms = len(sizes) - 1 + adjust.shape[1]
    cluster = lots.stratum[rows.lot] if is_thin else rows.lot
    _, cluster = np.unique(cluster, return_inverse=True)
    if is_thin or not terms or smaller <= 2 * terms:
        return Comparison(
            np.column_stack([is_on, strata, adjust]), 0, cluster.astype(np.int64), is_crossed=False
        )  # fmt: skip
    told = np.column_stack([lots.stratum[rows.lot][:, None] == np.arange(1, len(sizes)), adjust])
    centred = told - np.average(told, axis=0, weights=rows.weight)
    return Comparison(
        np.column_stack([is_on, strata, adjust, is_on[:, None] * centred]), 0, cluster.astype(np.int64), True
    )


def _dummies(rows: Followed, lots: Lots) -> Floats:
    """One column for each stratum, or each stratum and period where rows are not means over all periods."""
    group = lots.stratum[rows.lot] * (int(rows.period.max()) + 1) + rows.period
    used, at = np.unique(group, return_inverse=True)
    dummies: Floats = (at[:, None] == np.arange(len(used))).astype(np.float64)
    return dummies


def effect_of(fit: Fitted, at: int, level: float) -> Effect:
    """Tell a coefficient with the t-interval of its degrees of freedom; alone where nothing is left to judge it by."""
    value, error = float(fit.values[at]), float(fit.errors[at])
    if not error > 1e-12 * max(abs(value), 1e-300) or fit.degrees < 1:
        return Effect(value)
    wide = float(stats.t.ppf(0.5 + level / 2, fit.degrees)) * error
    return Effect(value, error, (value - wide, value + wide), float(2 * stats.t.sf(abs(value / error), fit.degrees)))


def _later(panel: Panel, fit: Fitted, start: int, rows: Followed, level: float) -> list[AtEventTime]:
    """Tell the effect in each period after the start, where each unit is seen in all of them."""
    return [
        AtEventTime(panel.periods.apart(start, at), effect_of(fit, k, level))
        for k, at in enumerate(rows.each, 1)
    ]  # fmt: skip


def _again(trial: Trial, lots: Lots, design: Design, asked: Inference, seed: int) -> Redrawn | None:
    if len(lots.codes) > _MOST_DRAWN and asked.kind is InferenceKind.ANALYTIC:
        return None
    return redrawn(trial, lots, design.level, asked.repetitions, seed)


def told_trial(lots: Lots, last: int, fit: Fitted, again: Redrawn | None) -> dict[str, Any]:
    """Tell what was drawn, for the answer file."""
    told: dict[str, Any] = {
        "lots": len(lots.codes), "drawn": int((lots.starts < last).sum()), "strata": len(lots.strata),
        "degrees_of_freedom": fit.degrees,
    }  # fmt: skip
    if again is not None:
        told |= {
            "randomisation_p": again.p, "exact": again.is_exact,
            "randomisation_interval": list(again.interval) if again.interval else None,
        }  # fmt: skip
    return told


def _checks(
    panel: Panel, lots: Lots, rows: Followed, start: int, base: Floats | None, again: Redrawn | None, made: Comparison
) -> list[DoubtCheck]:
    last = len(panel.periods)
    checks = redrawn_checks(again)
    is_on = (lots.starts < last)[rows.lot].astype(np.float64)
    if base is not None and np.ptp(base) > 0:
        plain = compared(rows, lots, is_on, np.zeros((len(is_on), 0)), last)
        apart = fitted(plain.regressors, base[:, None], plain.cluster, plain.at, rows.weight)
        p = effect_of(apart, 0, 0.95).p if apart else None
        if apart is not None and p is not None:
            facts = {"difference": said(float(apart.values[0])), "p": f"{p:.2g}"}
            checks.append(DoubtCheck("balance", p >= 0.01, Words("experiments.check-balance", facts), p))
    lost = _lost(panel, lots, rows, start)
    if lost is not None:
        facts = {"drawn": f"{100 * lost[0]:.1f}", "others": f"{100 * lost[1]:.1f}"}
        is_even = abs(lost[0] - lost[1]) <= 0.05
        words = Words("experiments.check-lost", facts)
        checks.append(DoubtCheck("attrition by arm", is_even, words, lost[0] - lost[1], is_essential=True))
    return checks


def redrawn_checks(again: Redrawn | None) -> list[DoubtCheck]:
    """Tell what the other ways in which the lots could have come say."""
    if again is None:
        return []
    facts = {"p": f"{again.p:.2g}", "ways": count(again.ways) if again.ways < 10**9 else f"{float(again.ways):.0e}"
             if again.ways < 10**300 else "> 1e300"}  # fmt: skip
    words = Words("experiments.check-every" if again.is_exact else "experiments.check-draws", facts)
    checks = [DoubtCheck("randomisation", None, words, again.p)]
    if again.interval is None:
        checks.append(DoubtCheck("ways", None, Words("experiments.check-few-ways", facts)))
    return checks


def _lost(panel: Panel, lots: Lots, rows: Followed, start: int) -> tuple[float, float] | None:
    """Give the shares of units seen before the start, but not after it, in both arms; None where none were seen."""
    before, after = means_by_unit(panel, panel.period_at < start)[1] > 0, np.zeros(len(panel.units), np.bool_)
    if not before.any() or panel.is_balanced:
        return None
    after[rows.unit] = True
    is_on: Flags = (lots.starts < len(panel.periods))[lots.at]
    arms = [before & is_on, before & ~is_on]
    if not all(arm.any() for arm in arms) or not (before & after).any():
        return None  # other units in each round: nobody was followed
    drawn, others = (float((arm & ~after).sum() / arm.sum()) for arm in arms)
    return drawn, others
