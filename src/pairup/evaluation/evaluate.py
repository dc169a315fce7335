"""Panel and design in, estimate out: the one way to an effect. Pure, seeded, without a database."""

from __future__ import annotations

import importlib
import platform
import time
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import cast

import numpy as np

import pairup
from pairup.errors import InputError
from pairup.evaluation.design import USES, Design, Method
from pairup.evaluation.doubt.which import look_for_doubts
from pairup.evaluation.estimate import (
    DoubtCheck,
    Estimate,
    Estimator,
    EvaluationRun,
    Found,
    Identification,
    SensitivityCurve,
)
from pairup.evaluation.families import is_by_lot
from pairup.evaluation.gaps import filled
from pairup.evaluation.gates.limits import Limits, limits_of
from pairup.evaluation.look_checks import checks_of
from pairup.evaluation.looks import Looks, look
from pairup.evaluation.panel import Panel
from pairup.evaluation.registration import Registration
from pairup.evaluation.verdict import Standing, graded
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

#: where each method lives; loaded when it is asked for
_HOMES = MappingProxyType({
    Method.EVENT_STUDY: "pairup.evaluation.event_study:estimate_event_study",
    Method.IMPUTATION_DID: "pairup.evaluation.imputation:estimate_imputation",
    Method.STAGGERED_DID: "pairup.evaluation.staggered:estimate_staggered",
    Method.DISCONTINUITY: "pairup.evaluation.discontinuity:estimate_discontinuity",
    Method.INTERRUPTED_SERIES: "pairup.evaluation.interrupted_series:estimate_interrupted",
    Method.RANDOMISED: "pairup.evaluation.randomised:estimate_randomised",
    Method.SUN_ABRAHAM: "pairup.evaluation.event_study:estimate_sun_abraham",
    Method.AUGMENTED_SYNTHETIC_CONTROL: "pairup.evaluation.augmented:estimate_augmented",
    Method.SYNTHETIC_CONTROL: "pairup.evaluation.synthetic_control:estimate_synthetic_control",
    Method.SYNTHETIC_DID: "pairup.evaluation.synthetic_did:estimate_synthetic_did",
})  # fmt: skip

#: methods that need every cell, and for which a few holes are drawn between their neighbours
_SYNTHETIC = (Method.SYNTHETIC_CONTROL, Method.AUGMENTED_SYNTHETIC_CONTROL, Method.SYNTHETIC_DID)
#: methods that need no period before and no unit without holes, and see to both themselves
_AS_IT_IS = (Method.RANDOMISED, Method.DISCONTINUITY, Method.INTERRUPTED_SERIES)
#: methods that take a unit for the periods in which it is seen; the others need every unit in every period
_TAKE_HOLES = frozenset({Method.STAGGERED_DID, Method.SUN_ABRAHAM, Method.IMPUTATION_DID, Method.EVENT_STUDY})
#: units up to which the doubts that need fits are looked at without a claim to grade
_FEW = 500


def evaluate(
    panel: Panel, design: Design, *, registered: Registration | None = None, seed: int = 0, level: float | None = None
) -> Estimate:
    """Estimate the effect that the design asks for, and look at the doubts.

    Parameters
    ----------
    panel : with the columns that the design names.
    registered : what was fixed before the outcome was opened; without it the answer is retrospective.
    seed : of every draw; the same seed, panel and design give the same estimate.
    level : of the interval that is graded, where many claims are looked at together; the design's otherwise.

    Refused: a pool or window that the panel does not have. What the data cannot tell is `not_identified`, no error.
    """
    began = time.monotonic()
    seen = looked_at(panel, design, seed=seed, level=level)
    used, found = seen.panel, seen.found
    deviations = registered.deviations(design) if registered else ()
    standing = Standing(registered, deviations)
    return Estimate(
        design, _identification(found, seen.checks), found, len(used.units), len(used.periods),
        EvaluationRun(time.monotonic() - began, seed, _versions()), seen.checks,
        graded(used, design, seen.looks, seen.checks, seen.limits, standing),
        (*used.findings, *(Finding(words, severity=Severity.WARNING) for words in deviations)), panel.sha256,
        seen.sensitivity,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """All that takes fits, before anything is graded. `panel` is cut to what the design uses."""

    panel: Panel
    found: Found
    looks: Looks | None
    checks: tuple[DoubtCheck, ...]
    limits: Limits
    sensitivity: tuple[SensitivityCurve, ...]


def looked_at(panel: Panel, design: Design, *, seed: int = 0, level: float | None = None) -> Seen:
    """Estimate, and look at the doubts; grade nothing. Power and simulation grade it many times over."""
    limits, used = limits_of(design), prepared(panel, design)
    method = estimator_of(design.method)
    found = method(used, design, seed=seed)
    doubts = look_for_doubts(used, panel, design, found, lambda fewer: method(fewer, design, seed=seed), seed)
    looks = _looked(used, design, found, limits, seed, level or design.level)
    further = checks_of(looks, limits, is_by_lot(design)) if looks else ()
    return Seen(used, found, looks, (*found.checks, *doubts.checks, *further), limits, doubts.sensitivity)


def _looked(panel: Panel, design: Design, found: Found, limits: Limits, seed: int, level: float) -> Looks | None:
    """Look from every side where a claim asks for it; without one, where that costs little."""
    if design.claim is None and len(panel.units) > _FEW:
        return None
    return look(panel, design, found, limits, seed=seed, level=level, second=_by_second_method(panel, design, seed))


def _by_second_method(panel: Panel, design: Design, seed: int) -> float | None:
    """Estimate by the method that the plan names second, with what that method uses of the design."""
    method = design.plan.second_method
    if method is None or method not in _HOMES:
        return None
    plain = Design(method)
    used = {key: getattr(design, key) for key in USES[method] if key not in ("inference", "predictors")}
    effect = estimator_of(method)(panel, replace(plain, **used), seed=seed).effect
    return None if effect is None else effect.value


def _identification(found: Found, checks: tuple[DoubtCheck, ...]) -> Identification:
    if found.effect is None:
        return Identification.NOT_IDENTIFIED
    is_weak = any(check.is_essential and check.passed is False for check in checks)
    return Identification.FRAGILE if is_weak else Identification.IDENTIFIED


def estimator_of(method: Method) -> Estimator:
    """Load the estimator of a method."""
    if method not in _HOMES:
        raise InputError(
            f"The method {method} is not there yet.", hint=f"Methods: {', '.join(sorted(_HOMES))}.",
            code="evaluation.no-method", method=method.value,
        )  # fmt: skip
    home, _, name = _HOMES[method].partition(":")
    return cast(Estimator, getattr(importlib.import_module(home), name))


def prepared(panel: Panel, design: Design) -> Panel:
    """Cut the panel to the design's window and pool, and leave out what no method can use; each is a finding."""
    if design.window is not None:
        first, last = design.window.numbers()
        panel = panel.between(first, last)
        if len(panel.periods) < 2:
            window = " – ".join(str(end) for end in design.window.to_dict().values())
            raise InputError(
                f"The window {window} holds {len(panel.periods)} of the panel's periods.",
                hint="Give a window with at least two.", code="evaluation.window-empty", window=window,
                count=len(panel.periods),
            )  # fmt: skip
    panel = _pooled(panel, design)
    if design.method in _AS_IT_IS:
        return panel
    panel = _with_before(panel)
    if design.method in _TAKE_HOLES:
        return panel
    return _complete(filled(panel) if design.method in _SYNTHETIC else panel)


def _pooled(panel: Panel, design: Design) -> Panel:
    """Keep the treated units and those of the pool."""
    if not design.pool:
        return panel
    unknown = sorted(set(design.pool) - set(panel.units))
    treated = {code for code, is_treated in zip(panel.units, panel.is_treated, strict=True) if is_treated}
    wrong = [*unknown, *sorted(treated & set(design.pool))]
    if wrong:
        raise InputError(
            f"The pool names units that cannot be compared with: {', '.join(wrong)}.",
            hint="Name units of the panel that are never treated.",
            code="evaluation.pool-unknown", units=", ".join(wrong),
        )  # fmt: skip
    allowed = set(design.pool)
    return panel.keeping(np.array([code in allowed for code in panel.units]) | panel.is_treated)


def _with_before(panel: Panel) -> Panel:
    """Leave out units treated from their first period on: nothing shows how they were before."""
    always = panel.starts == 0
    if not always.any():
        return panel
    return panel.keeping(~always, [_left_out("always-treated", panel, always)])


def _complete(panel: Panel) -> Panel:
    """Leave out units with holes."""
    if panel.is_balanced:
        return panel
    seen = np.bincount(panel.unit_at, minlength=len(panel.units))
    short = seen < len(panel.periods)
    return panel.keeping(~short, [_left_out("incomplete", panel, short)])


def _left_out(what: str, panel: Panel, left: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Finding:
    facts = {"count": int(left.sum()), "unit": panel.units[int(np.flatnonzero(left)[0])], "units": len(panel.units)}
    return Finding(Words(f"evaluation.left-out-{what}", facts), severity=Severity.WARNING)


def _versions() -> dict[str, str]:
    return {"numpy": np.__version__, "pairup": pairup.__version__, "python": platform.python_version()}
