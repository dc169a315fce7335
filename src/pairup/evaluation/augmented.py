"""Augmented synthetic control of Ben-Michael, Feller and Rothstein (JASA 116, 2021), by ridge regression.

The weights w of a synthetic control, fitted to the periods before (and to covariates, scaled to them), leave a misfit
x_1 - X'w; a ridge regression of the outcomes after on X says what that misfit is worth, which changes the weights to

    w + X (X'X + lambda I)^-1 (x_1 - X'w),

X (J, M) and x_1 less the pool's mean. These add up to one still, and may be negative. As the authors' program does it,
lambda is the largest within one standard error of the least error when columns are left out one by one. With a large
lambda it is the synthetic control. Inference: conformal (Chernozhukov, Wuthrich and Zhu, JASA 116, 2021; every shift of
the residuals in time, weights fitted anew under each effect supposed), by jackknife+ over the periods before (Barber,
Candes, Ramdas and Tibshirani 2021), or by placebo. No published number is held here yet: the formula is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.design import Design, Inference, InferenceKind, Predictor
from pairup.evaluation.estimate import AtEventTime, Certificate, DoubtCheck, Effect, Found, Path
from pairup.evaluation.panel import Panel
from pairup.evaluation.placebos import draws_of, rank_of
from pairup.evaluation.predictor_doubt import with_predictors
from pairup.evaluation.predictors import traits_of
from pairup.evaluation.synthetic_control import Controls
from pairup.evaluation.weights import Fit, fit_points
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LAMBDAS = 1e-8 ** (np.arange(21) / 20)


@dataclass(frozen=True, eq=False)
class Augmented:
    """weights : (J,), adding up to one. plain : of the synthetic control that was augmented. strength : lambda."""

    weights: Floats
    plain: Fit
    strength: float


def augment(points: Floats, target: Floats, strength: float | None = None) -> Augmented:
    """Fit augmented weights. points : (J, M), a row for each unit of the pool. target : (M,). Without lambda, by CV."""
    middle = points.mean(axis=0)
    about, aim = points - middle, target - middle
    plain = fit_points(about, aim)
    if strength is None:
        strength = choose_strength(about, aim)
    left = aim - plain.weights @ about
    added = about @ np.linalg.solve(about.T @ about + strength * np.eye(len(aim)), left)
    return Augmented(plain.weights + added, plain, strength)


def choose_strength(about: Floats, aim: Floats) -> float:
    """Choose lambda: the largest whose error is within one standard error of the least, columns left out one by one.

    about : (J, M), aim : (M,), less the pool's mean. As the authors' program has it, the last column is never left out.
    """
    top = float(np.linalg.norm(about, 2)) ** 2
    strengths, size = max(top, 1e-300) * _LAMBDAS, len(aim)
    errors = np.empty((max(size - 1, 0), len(strengths)))
    for k in range(size - 1):
        kept = np.arange(size) != k
        some, rest = about[:, kept], aim[kept]
        plain = fit_points(some, rest).weights
        values, vectors = np.linalg.eigh(some.T @ some)
        turned = vectors.T @ (rest - plain @ some)
        shown = about[:, k] @ some @ vectors
        worth = (shown * turned)[:, None] / (np.maximum(values, 0)[:, None] + strengths)
        errors[k] = (aim[k] - plain @ about[:, k] - worth.sum(axis=0)) ** 2
    if len(errors) < 2:
        return float(strengths[0])
    mean, error = errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    least = int(mean.argmin())
    return float(strengths[mean <= mean[least] + error[least]].max())


@dataclass(frozen=True, eq=False)
class Beside:
    """One mean path beside a pool. path : (T,). pool : (J, T). own : (L,) and traits : (J, L), scaled covariates."""

    path: Floats
    pool: Floats
    own: Floats
    traits: Floats
    start: int

    def fitted(self, periods: Ints, strength: float | None, supposed: float = 0.0) -> tuple[Augmented, Floats]:
        """Fit to some periods, had the effect after been `supposed`; give the weights and what is left, (T,)."""
        path = self.path - supposed * (np.arange(len(self.path)) >= self.start)
        points = np.concatenate([self.pool[:, periods], self.traits], axis=1)
        fit = augment(points, np.concatenate([path[periods], self.own]), strength)
        return fit, path - fit.weights @ self.pool


def estimate_augmented(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the mean effect on the treated, each start's mean path beside the pool, weighed by its units.

    Without an inference asked for: conformal where all start together, else placebo. `placebos`, with placebo: mean
    effects of units of the pool in the place of the treated, at the same lambda.
    """
    pool, treated = np.flatnonzero(~panel.is_treated), np.flatnonzero(panel.is_treated)
    if len(pool) < 2 or not panel.cohorts or min(panel.cohorts) < 2:
        return Found(None, missing=(Words("evaluation.missing-pool", {"pool": len(pool)}),))
    asked = design.inference or Inference(InferenceKind.CONFORMAL if len(panel.cohorts) == 1 else InferenceKind.PLACEBO)
    _require_known(design, asked)
    checks: tuple[DoubtCheck, ...] = ()
    matched = matched_by(design)
    if matched.predictors:
        pool, checks, missing = with_predictors(panel, matched, treated, pool)
        if missing:
            return Found(None, missing=missing, checks=checks)
    parts = [_beside(panel, matched, np.flatnonzero(panel.starts == start), pool, start) for start in panel.cohorts]
    sizes = [int((panel.starts == start).sum()) for start in panel.cohorts]
    fits = [part.fitted(np.arange(part.start), None) for part in parts]
    values = [float(left[part.start :].mean()) for part, (_, left) in zip(parts, fits, strict=True)]
    value = float(np.average(values, weights=sizes))
    rows: tuple[AtEventTime, ...] = ()
    placebos = np.zeros(0)
    if asked.kind is InferenceKind.PLACEBO:
        p, placebos = _placebo(panel, matched, pool, parts, sizes, fits, asked.repetitions, seed)
        effect = Effect(value, p=p)
    elif len(parts) > 1:
        effect = Effect(value)
    elif asked.kind is InferenceKind.CONFORMAL:
        effect, rows, doubt = _conformal(panel, parts[0], fits[0], design.level)
        checks = (*checks, *doubt)
    else:
        effect, rows = _jackknife(panel, parts[0], fits[0][0].strength, fits[0][1], design.level)
    return _found(panel, pool, parts, sizes, fits, effect, rows, placebos, checks)


def fit_augmented(
    panel: Panel, design: Design, units: Ints, pool: Ints, start: int, last: int, strength: float | None = None
) -> Controls:
    """Fit the mean path of units beside a pool, as `fit_matched` of synthetic control: one fit, however many units."""
    part = _beside(panel, matched_by(design), units, pool, start)
    part = replace(part, path=part.path[:last], pool=part.pool[:, :last])
    fit, left = part.fitted(np.arange(start), strength)
    proofs = np.array([fit.plain.gap]), np.array([fit.plain.objective])
    return Controls(fit.weights[None], left[None], *proofs, start)


def fit_augmented_pool(panel: Panel, design: Design, pool: Ints, start: int, last: int) -> Controls:
    """Fit every unit of the pool beside the others, each with a lambda of its own."""
    each = [fit_augmented(panel, design, pool[[j]], np.delete(pool, j), start, last) for j in range(len(pool))]
    weights = np.array([np.insert(one.weights[0], j, 0.0) for j, one in enumerate(each)])
    gaps, proofs = np.concatenate([one.gaps for one in each]), np.concatenate([one.proofs for one in each])
    return Controls(weights, gaps, proofs, np.concatenate([one.objectives for one in each]), start)


def matched_by(design: Design) -> Design:
    """Count covariates among the predictors, over all periods before."""
    return replace(
        design, covariates=(), predictors=(*(Predictor(one) for one in design.covariates), *design.predictors)
    )


def _require_known(design: Design, asked: Inference) -> None:
    if asked.kind not in (InferenceKind.CONFORMAL, InferenceKind.JACKKNIFE, InferenceKind.PLACEBO):
        raise InputError(
            f"Augmented synthetic control has no inference by {asked.kind}.",
            hint="Ask for conformal, jackknife or placebo.",
            code="evaluation.no-inference", kind=asked.kind.value, method=design.method.value,
        )  # fmt: skip
    if any(one.weight is not None for one in design.predictors):
        raise InputError(
            "Augmented synthetic control weighs its predictors alike.", hint="Leave out their weights.",
            code="synthetic.weights-unused",
        )  # fmt: skip


def _beside(panel: Panel, design: Design, units: Ints, pool: Ints, start: int) -> Beside:
    """Put units beside a pool, covariates about the pool's mean and scaled to the deviation of the outcomes before."""
    wide = panel.outcomes
    own, traits = np.zeros(0), np.zeros((len(pool), 0))
    if design.predictors:
        whole = traits_of(panel, design, start)[0]
        middle, moved = whole[pool].mean(axis=0), whole[pool].std(axis=0, ddof=1)
        before = wide[pool, :start] - wide[pool, :start].mean(axis=0)
        scale = float(before.std(ddof=1)) / np.where(moved > 0, moved, np.inf)
        own, traits = (whole[units].mean(axis=0) - middle) * scale, (whole[pool] - middle) * scale
    return Beside(wide[units].mean(axis=0), wide[pool], own, traits, start)


def _placebo(
    panel: Panel, design: Design, pool: Ints, parts: list[Beside], sizes: list[int],
    fits: list[tuple[Augmented, Floats]], repetitions: int, seed: int,
) -> tuple[float | None, Floats]:  # fmt: skip
    """Let units of the pool take the treated units' part, each beside the others, at the lambda of the treated."""
    seen, drawn, values = [], [], []
    for part, (fit, left) in zip(parts, fits, strict=True):
        start = part.start
        paths = np.array([
            _beside(panel, design, pool[[j]], np.delete(pool, j), start).fitted(np.arange(start), fit.strength)[1]
            for j in range(len(pool))
        ])  # fmt: skip
        drawn.append(((paths[:, :start] ** 2).mean(axis=1), (paths[:, start:] ** 2).mean(axis=1)))
        seen.append((np.array([(left[:start] ** 2).mean()]), np.array([(left[start:] ** 2).mean()])))
        values.append(paths[:, start:].mean(axis=1))
    taken = draws_of(len(pool), sizes, repetitions, seed)
    p = rank_of(seen, drawn, taken) if sum(sizes) == 1 else None
    effects = [value[at].mean(axis=1) for value, at in zip(values, taken, strict=True)]
    placebos: Floats = np.average(effects, axis=0, weights=sizes)
    if sum(sizes) > 1 and len(placebos):
        value = float(np.average([left[part.start :].mean() for part, (_, left) in zip(parts, fits, strict=True)],
                                 weights=sizes))  # fmt: skip
        p = float((1 + (np.abs(placebos) >= abs(value)).sum()) / (1 + len(placebos)))
    return p, placebos


def _conformal(
    panel: Panel, part: Beside, fit: tuple[Augmented, Floats], level: float
) -> tuple[Effect, tuple[AtEventTime, ...], tuple[DoubtCheck, ...]]:
    """Find the effects that the data do not speak against, constant over all periods after and in each by itself.

    With N periods in a fit no p below 1 / N exists; where that is above 1 - level there is no interval, and it is said.
    """
    start, left, last = part.start, fit[1], len(part.path)
    whole, alpha = np.arange(last), 1 - level
    value, strength = float(left[start:].mean()), fit[0].strength
    p = _p_of(part, strength, whole, 0.0)
    rows = [AtEventTime(panel.periods.apart(start, at), Effect(float(left[at]))) for at in range(start)]
    is_enough = 1 / (start + 1) <= alpha + 1e-12
    for at in range(start, last):
        here = np.append(whole[:start], at)
        ends = _ends(part, strength, here, float(left[at]), alpha) if is_enough else None
        effect = Effect(float(left[at]), interval=ends, p=_p_of(part, strength, here, 0.0))
        rows.append(AtEventTime(panel.periods.apart(start, at), effect))
    interval = _ends(part, strength, whole, value, alpha) if 1 / last <= alpha + 1e-12 else None
    doubts: tuple[DoubtCheck, ...] = ()
    if not is_enough:
        facts = {"periods": start + 1, "level": f"{100 * level:g}", "needed": int(np.ceil(1 / alpha - 1e-9))}
        doubts = (DoubtCheck("periods", None, Words("synthetic.conformal-few", facts)),)
    elif interval is None:
        doubts = (DoubtCheck("interval", None, Words("synthetic.conformal-open")),)
    return Effect(value, interval=interval, p=p), tuple(rows), doubts


def _p_of(part: Beside, strength: float, periods: Ints, supposed: float) -> float:
    """Give the share of all shifts in time whose residuals after are as large, had the effect been `supposed`."""
    after = len(periods) - part.start
    left = np.abs(part.fitted(periods, strength, supposed)[1][periods])
    sums = np.cumsum(np.concatenate([[0.0], left, left[: after - 1]]))
    shifted = sums[after:] - sums[:-after]
    return float((shifted >= shifted[part.start] * (1 - 1e-12)).mean())


def _ends(part: Beside, strength: float, periods: Ints, value: float, alpha: float) -> tuple[float, float] | None:
    """Walk from the estimate either way until effects are spoken against, then halve; None where none is.

    Steps of a growing width are looked at, and the furthest effect that still stands counts, so that a hole among those
    that stand narrows nothing.
    """
    width = max(float(np.abs(np.diff(part.path)).mean()), 1e-9 * max(1.0, float(np.abs(part.path).max())))
    steps, ends = 0.25 * width * (1.35 ** np.arange(28) - 1) / 0.35, []
    for sign in (-1.0, 1.0):
        stands = [_p_of(part, strength, periods, value + sign * step) > alpha for step in steps]
        if stands[-1]:
            return None
        last = max((k for k, is_in in enumerate(stands) if is_in), default=0)
        low, high = steps[last], steps[last + 1]
        for _ in range(16):
            middle = (low + high) / 2
            stand = _p_of(part, strength, periods, value + sign * middle) > alpha
            low, high = (middle, high) if stand else (low, middle)
        ends.append(float(value + sign * low))
    return ends[0], ends[1]


def _jackknife(
    panel: Panel, part: Beside, strength: float, left: Floats, level: float
) -> tuple[Effect, tuple[AtEventTime, ...]]:
    """Leave out the periods before one by one: how far each then is from its fit, and where that puts the effect."""
    start, each, missed = part.start, [], []
    for at in range(start):
        _, path = part.fitted(np.delete(np.arange(start), at), strength)
        each.append(path)
        missed.append(abs(float(path[at])))
    paths, off, alpha = np.array(each), np.array(missed), 1 - level

    def between(values: Floats) -> tuple[float, float]:
        ends = np.quantile(values - off, alpha, method="lower"), np.quantile(values + off, level, method="higher")
        return float(ends[0]), float(ends[1])

    rows = tuple(
        AtEventTime(
            panel.periods.apart(start, at),
            Effect(float(left[at]), interval=between(paths[:, at]) if at >= start else None),
        )
        for at in range(len(left))
    )
    return Effect(float(left[start:].mean()), interval=between(paths[:, start:].mean(axis=1))), rows


def _found(
    panel: Panel, pool: Ints, parts: list[Beside], sizes: list[int], fits: list[tuple[Augmented, Floats]],
    effect: Effect, rows: tuple[AtEventTime, ...], placebos: Floats, checks: tuple[DoubtCheck, ...],
) -> Found:  # fmt: skip
    weights = np.average([fit.weights for fit, _ in fits], axis=0, weights=sizes)
    plain = [
        float((part.path - fit.plain.weights @ part.pool)[part.start :].mean())
        for part, (fit, _) in zip(parts, fits, strict=True)
    ]
    unaugmented = float(np.average(plain, weights=sizes))
    words = Words("synthetic.unaugmented", {"value": said(unaugmented), "strength": said(fits[0][0].strength)})
    without = [float((part.path - left)[part.start :].mean()) for part, (_, left) in zip(parts, fits, strict=True)]
    first, left = parts[0], fits[0][1]
    is_single = len(parts) == 1
    labels = tuple(panel.periods.label(at) for at in range(len(panel.periods)))
    bare = tuple(AtEventTime(panel.periods.apart(first.start, at), Effect(float(gap))) for at, gap in enumerate(left))
    worst = max((fit.plain for fit, _ in fits), key=lambda one: one.gap)
    return Found(
        effect, by_event_time=(rows or bare) if is_single else (),
        unit_weights={panel.units[at]: float(w) for at, w in zip(pool, weights, strict=True) if abs(w) > 1e-12},
        path=Path(labels, tuple(first.path.tolist()), tuple((first.path - left).tolist())) if is_single else None,
        certificate=Certificate(worst.objective, worst.gap), placebos=tuple(placebos.tolist()),
        checks=(*checks, DoubtCheck("without the ridge", None, words, unaugmented)),
        level_without=float(np.average(without, weights=sizes)),
    )  # fmt: skip
