"""The looks as doubts: each told with its figure, passed or not by the limit of its gate."""

from __future__ import annotations

from pairup.evaluation.estimate import DoubtCheck, method_told
from pairup.evaluation.families import Family
from pairup.evaluation.gates.limits import Limits
from pairup.evaluation.looks import Looks
from pairup.values.figures import said
from pairup.values.words import Words


def checks_of(looks: Looks, limits: Limits, is_by_lot: bool = False) -> tuple[DoubtCheck, ...]:
    """Tell what was looked at; what was not is left out, never told as passed. By lot, no trend matters."""
    return (*_placebos(looks, limits, is_by_lot), *_fits(looks, limits), *_others(looks, limits))


def _placebos(looks: Looks, limits: Limits, is_by_lot: bool) -> list[DoubtCheck]:
    found = []
    if looks.in_time is not None:
        seen = looks.in_time
        facts = {"ahead": seen.ahead, "value": said(seen.value), "p": said(seen.p)}
        words = Words("verdict.check-placebo-in-time", facts)
        passed = seen.p > limits["G6"]["p"]
        found.append(DoubtCheck("placebo-in-time", passed, words, seen.p, is_essential=not is_by_lot))
    if looks.rank_p is not None:
        words = Words("verdict.check-placebo-in-space", {"p": said(looks.rank_p)})
        found.append(DoubtCheck("placebo-in-space", None, words, looks.rank_p))
    return found


def _fits(looks: Looks, limits: Limits) -> list[DoubtCheck]:
    found = []
    for name, figure, limit in (
        ("pre-fit", looks.fit, limits["G5"]["fit"]),
        ("held-out-fit", looks.held_out, limits["G5"]["held_out"]),
    ):
        if figure is not None:
            words = Words(f"verdict.check-{name}", {"figure": said(figure), "most": said(limit)})
            found.append(DoubtCheck(name, figure <= limit, words, figure))
    if looks.family is Family.WEIGHTED:
        least = int(limits["G2"]["units"])
        words = Words("verdict.check-comparison-units", {"count": looks.compared, "least": least})
        found.append(DoubtCheck("comparison-units", looks.compared >= least, words, float(looks.compared)))
    return found


def _others(looks: Looks, limits: Limits) -> list[DoubtCheck]:
    found = []
    if looks.without is not None:
        low, high = looks.without
        words = Words("verdict.check-leave-one-out", {"low": said(low), "high": said(high)})
        figure = low if looks.value > 0 else high
        found.append(DoubtCheck("leave-one-out", low * high > 0, words, figure))
    if looks.second is not None:
        ratio, factor = (looks.second / looks.value if looks.value else 0.0), limits["G8"]["factor"]
        words = Words(
            "verdict.check-second-method", {"method": method_told(looks.second_method), "value": said(looks.second)}
        )
        found.append(DoubtCheck("second-method", 1 / factor <= ratio <= factor, words, looks.second))
    if looks.run is not None:
        words = Words("verdict.check-regression-to-mean", {"run": said(looks.run)})
        is_calm = looks.run >= -limits["G10"]["z"]
        found.append(DoubtCheck("regression-to-mean", is_calm, words, looks.run))
    for name, value in sorted(looks.alternatives.items()):
        if value is not None:
            is_left = value * looks.value > 0 and abs(value) >= limits["G14"]["kept"] * abs(looks.value)
            words = Words("verdict.check-alternatives", {"name": name, "value": said(value)})
            found.append(DoubtCheck("alternatives", is_left, words, value))
    return found
