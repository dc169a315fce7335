"""Randomisation inference: the estimate that came beside those of every other way in which the lots could have come.

The estimate is the coefficient of help in a regression on help and on regressors W that the draw does not change. By
Frisch and Waugh it is, for a way z, a_z - effect * b_z once an effect, the same for all, is taken off what was seen:
a_z is the estimate had the outcome been as seen, b_z that of the help itself. So |a_z - x b_z| >= |a - x|, which counts
z against an effect x, holds exactly for x between (a - a_z) / (1 - b_z) and (a + a_z) / (1 + b_z), and the test of
every effect is turned into an interval without a search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.least_squares import independent, summed_by
from pairup.evaluation.lots import Ints, Lots

Floats = NDArray[np.float64]
#: so many ways are gone through one by one; beyond, draws
EXACT = 20_000
_BLOCK = 20_000_000


@dataclass(frozen=True, eq=False)
class Trial:
    """The rows on which an estimate rests.

    outcome : (N,). others : (N, K), regressors that no draw changes. lot, period : (N,), places. weight : (N,).
    """

    outcome: Floats
    others: Floats
    lot: Ints
    period: Ints
    weight: Floats


@dataclass(frozen=True, eq=False)
class Redrawn:
    """value : the estimate that came. p : two-sided, of no effect at all. interval : None where the ways are too few.

    effects : estimates of the ways, the one that came among them where all are gone through. ways : how many there are.
    """

    value: float
    p: float
    interval: tuple[float, float] | None
    effects: Floats
    ways: int
    is_exact: bool


def redrawn(trial: Trial, lots: Lots, level: float, repetitions: int, seed: int) -> Redrawn | None:
    """Compare the estimate with those of all ways where they are at most `EXACT`, else of `repetitions` seeded draws.

    Drawn ways are counted with the one that came (Phipson and Smyth 2010), so p is never 0. None where the regressors
    leave nothing of the help.
    """
    ways = lots.count()
    is_exact = ways <= EXACT
    dealt = lots.every() if is_exact else np.vstack([lots.starts, lots.draws(repetitions, seed)])
    came = _effects(trial, lots, lots.starts[None, :])
    if came is None:
        return None
    value = float(came[0][0])
    found = _effects(trial, lots, dealt)
    assert found is not None
    effects, kept = found
    near = 1e-9 * max(abs(value), float(np.abs(effects).max()), 1e-300)
    p = float((np.abs(effects) >= abs(value) - near).mean())
    return Redrawn(value, p, _inverted(value, effects, kept, 1 - level), effects, ways, is_exact)


def _effects(trial: Trial, lots: Lots, dealt: Ints) -> tuple[Floats, Floats] | None:
    """Give a_z and b_z of each way, (Z,) each."""
    options = np.unique(lots.starts)
    root = np.sqrt(trial.weight)[:, None]
    scaled = root * trial.others
    scaled = scaled[:, independent(scaled, scaled.shape[1] - 1)]
    basis, _ = np.linalg.qr(scaled)
    wanted = root[:, 0] * trial.outcome
    rest = root[:, 0] * (wanted - basis @ (basis.T @ wanted))
    is_on = trial.period >= lots.starts[trial.lot]
    parts = np.column_stack([rest, trial.weight, trial.weight * is_on, root * basis])
    sums = np.stack(
        [summed_by(parts * (trial.period >= start)[:, None], trial.lot, len(lots.codes)) for start in options]
    )  # (options, lots, parts): what a lot adds where it starts then
    known = (root * basis)[is_on].sum(axis=0)
    at = np.searchsorted(options, dealt)
    block = max(1, _BLOCK // (dealt.shape[1] * parts.shape[1]))
    added = np.concatenate([
        sums[at[k : k + block], np.arange(dealt.shape[1])].sum(axis=1) for k in range(0, len(at), block)
    ])  # fmt: skip
    left = added[:, 1] - (added[:, 3:] ** 2).sum(axis=1)
    if not (left > 1e-9 * np.maximum(added[:, 1], 1e-300)).all():
        return None
    return added[:, 0] / left, (added[:, 2] - added[:, 3:] @ known) / left


def _inverted(value: float, effects: Floats, kept: Floats, alpha: float) -> tuple[float, float] | None:
    """Give the effects that the test at `alpha` does not reject; None where some side has no end."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (value - effects) / (1 - kept), (value + effects) / (1 + kept)
    is_mirror = 1 - kept**2 < 1e-9  # the way that came, or its opposite: never counts against any effect
    low = np.where(is_mirror, -np.inf, np.minimum(one, other))
    high = np.where(is_mirror, np.inf, np.maximum(one, other))
    least = int(np.floor(alpha * len(effects) + 1e-9)) + 1  # so many ways must hold an effect for it to stay
    if least > len(effects):
        return None
    ends = float(np.sort(low)[least - 1]), float(np.sort(high)[::-1][least - 1])
    return ends if np.isfinite(ends).all() else None
