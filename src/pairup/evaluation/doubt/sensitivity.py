"""How far trends may have parted before the answer changes: the checks on relative magnitudes and on smoothness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design
from pairup.evaluation.doubt.event_path import EventPath
from pairup.evaluation.doubt.relative import MOST, RelativeMagnitudes
from pairup.evaluation.doubt.smooth import Smoothness
from pairup.evaluation.estimate import DoubtCheck, Restriction, SensitivityCurve
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]

_RATIOS = (0.0, 0.5, 1.0, 1.5, 2.0)
_LEAST = 1.0  # breakdown of Mbar, gate G7


def relative_curve(path: EventPath, level: float) -> SensitivityCurve:
    """Draw the interval for changes after up to 0 to 2 times the largest before."""
    magnitudes = RelativeMagnitudes(path, level)
    intervals = tuple(magnitudes.interval(ratio) for ratio in _RATIOS)
    return SensitivityCurve(Restriction.RELATIVE_MAGNITUDES, _RATIOS, intervals, magnitudes.breakdown(), level)


def smooth_curve(path: EventPath, level: float) -> SensitivityCurve:
    """Draw the interval for bends from none to twice what the answer survives."""
    smoothness = Smoothness(path, level)
    breakdown = smoothness.breakdown()
    top = 2 * breakdown if breakdown else path.error / smoothness.fixed
    bends = tuple(float(bend) for bend in np.linspace(0.0, top, 5))
    intervals = tuple(smoothness.interval(bend) for bend in bends)
    return SensitivityCurve(Restriction.SMOOTHNESS, bends, intervals, breakdown, level)


def check_relative(path: EventPath | None, curve: SensitivityCurve | None, design: Design) -> DoubtCheck:
    """Look how large the changes of trends may be, beside those before, until nothing is left. Essential: 1 (G7).

    A parting adds up from period to period, so the average over many is lost to changes no larger than noise makes
    them. Where it is, but stands by itself, the effect of the first period decides, of which Rambachan and Roth's own
    package speaks.
    """
    least = design.gates.get("G7", {}).get("mbar", _LEAST)
    if path is None or curve is None:
        return DoubtCheck("sensitivity", False, Words("doubt.parting-none"), is_essential=True)
    ratio = curve.breakdown or 0.0
    facts = {"ratio": said(ratio), "least": said(least), "most": said(MOST), "value": said(path.value)}
    if curve.breakdown is None or ratio >= least:
        words = Words("doubt.parting-nothing" if curve.breakdown is None else "doubt.parting-holds", facts)
        return DoubtCheck("sensitivity", ratio >= least, words, ratio, is_essential=True)
    first = _at_first(path, curve.level)
    facts |= {"first": said(first)}
    words = Words("doubt.parting-first", facts) if first >= least else Words("doubt.parting-breaks", facts)
    return DoubtCheck("sensitivity", first >= least, words, max(first, ratio), is_essential=True)


def _at_first(path: EventPath, level: float) -> float:
    """Give the breakdown of the first period's effect alone; nothing where it points away from the average."""
    alone = replace(path, weights=np.eye(len(path.after))[0])
    if alone.value * path.value <= 0:
        return 0.0
    return RelativeMagnitudes(alone, level).breakdown() or 0.0


def check_smooth(path: EventPath | None, curve: SensitivityCurve | None) -> DoubtCheck:
    """Look how far trends may bend until nothing is left, beside the bends before, less what is noise in them."""
    name = "sensitivity-smooth"
    if path is None or curve is None:
        return DoubtCheck(name, None, Words("doubt.bending-none"))
    seen = bend_before(path)
    bend = curve.breakdown or 0.0
    facts = {"bend": said(bend), "seen": said(seen)}
    if curve.breakdown is None:
        return DoubtCheck(name, False, Words("doubt.bending-nothing", facts), 0.0)
    words = Words("doubt.bending-holds", facts) if bend >= seen else Words("doubt.bending-breaks", facts)
    return DoubtCheck(name, bend >= seen, words, bend)


def bend_before(path: EventPath) -> float:
    """Give the root of the mean square bend before the start, noise taken off; zero where noise explains it."""
    count = len(path.before)
    if count < 2:
        return 0.0
    bends = np.diff(np.eye(count + 1), n=2, axis=0)[:, :count]  # step 0, the last, is nothing
    squares = (bends @ path.before) ** 2 - np.diag(bends @ path.covariance[:count, :count] @ bends.T)
    return float(np.sqrt(max(0.0, squares.mean())))
