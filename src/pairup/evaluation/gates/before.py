"""Gates on the time before: G5 fit, G6 trends and their power, G7 how far trends may bend, G10 a bad run."""

from __future__ import annotations

from statistics import NormalDist

from pairup.evaluation.families import Family
from pairup.evaluation.gates.asked import Asked, by_check, not_asked, not_looked_at, told
from pairup.evaluation.grading import Gate


def g5_fits_before(asked: Asked) -> Gate:
    looks, limits = asked.looks, asked.limits["G5"]
    if looks.family is not Family.WEIGHTED or asked.is_by_lot:
        return not_asked("G5", "method")
    if looks.fit is None or looks.held_out is None:
        return not_looked_at("G5", "pre-fit")
    is_near = looks.fit <= limits["fit"] and looks.held_out <= limits["held_out"]
    return told(
        "G5",
        is_near,
        looks.fit,
        held_out=looks.held_out,
        most=float(limits["fit"]),
        most_held=float(limits["held_out"]),
    )


def g6_no_trend_before(asked: Asked) -> Gate:
    """Pretended earlier nothing is found where half the claim would be seen, or what is found cannot come to that.

    Trends side by side have pre-trends too, with their own power.
    """
    looks, limits = asked.looks, asked.limits["G6"]
    if not asked.leans_on_trends:
        return not_asked("G6", "by-lot")
    if looks.in_time is None:
        return not_looked_at("G6", "placebo-in-time")
    power = trend_power(asked) or 0.0
    facts = {"least": float(limits["p"]), "power": power, "value": looks.in_time.value}
    for name in ("pre-trends", "pre-trend-power") if looks.family is Family.TRENDS else ():
        gate = by_check(asked, "G6", name)
        if not gate.passed:
            return gate
    is_quiet = looks.in_time.p > limits["p"] and power >= limits["power"]
    return told("G6", is_quiet or _is_small(asked), looks.in_time.p, **facts)


def _is_small(asked: Asked) -> bool:
    """Whether what is seen in time, with its doubt, cannot come to half the claimed effect."""
    seen = asked.looks.in_time
    if seen is None or asked.claimed is None:
        return False
    edge = NormalDist().inv_cdf(1 - asked.limits["G6"]["p"] / 2)
    return abs(seen.value) + edge * seen.spread < seen.share * asked.claimed / 2


def trend_power(asked: Asked) -> float | None:
    """Give the chance that the placebo in time shows a steady drift worth half the claimed size (Roth 2022).

    A bias that grows from the start on to half the claimed effect adds to the placebo in time the share that its
    span has of the time after.
    """
    seen = asked.looks.in_time
    if seen is None or asked.claimed is None:
        return None
    if seen.spread <= 0:
        return 1.0
    normal, drift = NormalDist(), asked.claimed / 2 * seen.share / seen.spread
    edge = normal.inv_cdf(1 - asked.limits["G6"]["p"] / 2)
    return 1 - normal.cdf(edge - drift) + normal.cdf(-edge - drift)


def g7_may_bend(asked: Asked) -> Gate:
    """The effect stands where trends bend after the start as much as they did before (Rambachan and Roth 2023)."""
    if asked.looks.family is not Family.TRENDS or asked.is_by_lot:
        return not_asked("G7", "method")
    return by_check(asked, "G7", "sensitivity")


def g10_no_bad_run(asked: Asked) -> Gate:
    """Places chosen after a bad run rise again by themselves: then the base must lie before the choice."""
    looks = asked.looks
    if not asked.leans_on_trends:
        return not_asked("G10", "by-lot")
    run = looks.run
    if not looks.is_chosen:
        return told("G10", True, run, run=run or 0.0, limit=float(-asked.limits["G10"]["z"]))
    if looks.earlier is None:
        return not_looked_at("G10", "regression-to-mean")
    is_same = looks.earlier * looks.value > 0
    return told("G10", is_same, looks.earlier, run=run or 0.0, limit=float(-asked.limits["G10"]["z"]))
