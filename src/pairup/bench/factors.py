"""Seeded panels whose units follow a few common factors, for benchmarks of synthetic comparisons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design, Inference, InferenceKind, Method
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel


def factor_columns(units: int, periods: int, treated: int, start: int, seed: int = 0) -> dict[str, NDArray[Any]]:
    """Draw units x periods rows: unit, period (from 1), outcome, is_treated. The first `treated` units gain 1."""
    random = np.random.default_rng(seed)
    paths = random.standard_normal((3, periods)).cumsum(axis=1)
    wide = random.random((units, 3)) @ paths + 0.3 * random.standard_normal((units, periods))
    wide[:treated, start - 1 :] += 1.0
    return {
        "unit": np.repeat(np.arange(units), periods), "period": np.tile(np.arange(1, periods + 1), units),
        "outcome": wide.ravel(), "is_treated": np.repeat((np.arange(units) < treated).astype(int), periods),
    }  # fmt: skip


def factor_panel(units: int, periods: int, treated: int, start: int, seed: int = 0) -> Panel:
    """Build the checked panel of these columns, with the compiled loops loaded."""
    _warm()
    return _panel(units, periods, treated, start, seed)


def factor_panels(count: int, units: int, periods: int, seed: int = 0) -> list[Panel]:
    """Build so many panels, with one treated unit and with five in turn, from three quarters of the periods on."""
    _warm()
    return [_panel(units, periods, 1 + 4 * (at % 2), 3 * periods // 4 + 1, seed + at) for at in range(count)]


def _panel(units: int, periods: int, treated: int, start: int, seed: int) -> Panel:
    columns = factor_columns(units, periods, treated, start, seed)
    starts = np.where(columns["is_treated"] > 0, float(start), np.nan)
    return Panel.from_columns(columns["unit"], columns["period"], columns["outcome"], starts)


def _warm() -> None:
    small = _panel(9, 12, 1, 9, 0)
    for method in (Method.SYNTHETIC_DID, Method.SYNTHETIC_CONTROL):
        evaluate(small, Design(method, inference=Inference(InferenceKind.PLACEBO, 3)))
