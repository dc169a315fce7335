"""Gates on who is compared with whom: G2 enough of them, G3 errors that hold, G4 periods before, G11, G12."""

from __future__ import annotations

from pairup.evaluation.families import Family
from pairup.evaluation.gates.asked import Asked, by_check, not_asked, told
from pairup.evaluation.grading import Gate
from pairup.values.words import Words


def g2_enough_to_compare(asked: Asked) -> Gate:
    """Ranks among J + 1 units give no p below 1 / (J + 1); with few treated, among the ways to choose them."""
    looks, least = asked.looks, int(asked.limits["G2"]["units"])
    if looks.family in (Family.THRESHOLD, Family.SERIES):
        return not_asked("G2", "method")
    if looks.family is Family.WEIGHTED:
        return told("G2", looks.compared >= least, float(looks.compared), count=looks.compared, least=least)
    if not looks.is_few:
        return not_asked("G2", "errors")
    ways = looks.ways - 1  # ours is one of them
    return told("G2", ways >= least, float(ways), count=ways, least=least)


def g3_errors_hold(asked: Asked) -> Gate:
    """One treated cluster: ranks only. Fewer than ten on a side: ranks or lots, no clustered errors."""
    looks, least = asked.looks, int(asked.limits["G3"]["clusters"])
    facts = {"treated": looks.treated, "compared": looks.compared, "least": least}
    if not looks.is_few:
        return told("G3", looks.own is not None, float(looks.treated), **facts)
    is_held = looks.ranks is not None or (looks.own is not None and looks.treated > 1)
    return told("G3", is_held, float(looks.treated), **facts)


def g4_periods_before(asked: Asked) -> Gate:
    looks = asked.looks
    if looks.family in (Family.THRESHOLD, Family.LOT) or asked.is_by_lot:
        return not_asked("G4", "by-lot")
    least = int(asked.limits["G4"]["trends" if looks.family is Family.TRENDS else "weighted"])
    return told("G4", looks.before >= least, float(looks.before), count=looks.before, least=least)


def g11_no_spillover(asked: Asked) -> Gate:
    """Nobody compared lies near a treated unit or has its donor, as far as the panel says where and who."""
    panel = asked.panel
    if "spillover" not in asked.checks and "donor" not in panel.labels and "latitude" not in panel.columns:
        return not_asked("G11", "no-place")
    return by_check(asked, "G11", "spillover")


def g12_nobody_lost(asked: Asked) -> Gate:
    """A panel without a hole has lost nobody; else the doubt on attrition says."""
    holes = ("evaluation.left-out-incomplete", "evaluation.holes", "evaluation.outcome-missing")
    is_whole = asked.panel.is_balanced and not any(one.words.code in holes for one in asked.panel.findings)
    if "attrition" not in asked.checks and is_whole:
        return Gate("G12", True, Words("verdict.g12-passed"), 0.0)
    return by_check(asked, "G12", "attrition")
