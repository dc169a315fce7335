"""Panel and design in, estimate out: the one way to an effect. Pure, seeded, without a database."""

from __future__ import annotations

import importlib
import platform
import time
from types import MappingProxyType
from typing import cast

import numpy as np

import pairup
from pairup.errors import InputError
from pairup.evaluation.design import Design, Method
from pairup.evaluation.estimate import Estimate, Estimator, EvaluationRun, Identification
from pairup.evaluation.panel import Panel
from pairup.evaluation.registration import Registration
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

#: where each method lives; loaded when it is asked for
_HOMES = MappingProxyType({
    Method.STAGGERED_DID: "pairup.evaluation.staggered:estimate_staggered",
    Method.RANDOMISED: "pairup.evaluation.randomised:estimate_randomised",
    Method.SYNTHETIC_CONTROL: "pairup.evaluation.synthetic_control:estimate_synthetic_control",
    Method.SYNTHETIC_DID: "pairup.evaluation.synthetic_did:estimate_synthetic_did",
})  # fmt: skip

#: methods that need no period before and no unit without holes, and see to both themselves
_AS_IT_IS = (Method.RANDOMISED, Method.DISCONTINUITY, Method.INTERRUPTED_SERIES)


def evaluate(panel: Panel, design: Design, *, registered: Registration | None = None, seed: int = 0) -> Estimate:
    """Estimate the effect that the design asks for, and look at the doubts.

    Parameters
    ----------
    panel : with the columns that the design names.
    registered : what was fixed before the outcome was opened; without it the answer is retrospective.
    seed : of every draw; the same seed, panel and design give the same estimate.

    Refused: a pool or window that the panel does not have. What the data cannot tell is `not_identified`, no error.
    """
    began = time.monotonic()
    used = prepared(panel, design)
    found = estimator_of(design.method)(used, design, seed=seed)
    is_found = found.effect is not None
    identification = Identification.IDENTIFIED if is_found else Identification.NOT_IDENTIFIED
    deviations = registered.deviations(design) if registered else ()
    return Estimate(
        design, identification, found, len(used.units), len(used.periods),
        EvaluationRun(time.monotonic() - began, seed, _versions()), found.checks, None,
        (*used.findings, *(Finding(words, severity=Severity.WARNING) for words in deviations)), panel.sha256,
    )  # fmt: skip


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
    return _complete(_with_before(panel))


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
