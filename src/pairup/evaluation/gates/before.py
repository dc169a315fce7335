"""Gates on the time before: G5 fit, G6 trends and their power, G7 how far trends may bend, G10 a bad run."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

from pairup.evaluation.families import Family
from pairup.evaluation.gates.asked import Asked, by_check, not_asked, not_looked_at, told
from pairup.evaluation.grading import Gate
from pairup.values.words import Words


def g5_fits_before(asked: Asked) -> Gate:
    """The pool reproduces the treated closely; or well enough, and no worse than it reproduces units of its own.

    Where noise is large no unit is reproduced closely, and placebos are off as much as the estimate is: their spread
    counts it already. Then the gate has to see a treated unit that is harder to reproduce than the others. That others
    are reproduced as badly makes no pool of them, though: half of the variance must be explained, and where it was not
    fitted the pool must do better than the mean.
    """
    looks, limits = asked.looks, asked.limits["G5"]
    if looks.family is not Family.WEIGHTED or asked.is_by_lot:
        return not_asked("G5", "method")
    if looks.fit is None or looks.held_out is None:
        return not_looked_at("G5", "pre-fit")
    is_near = looks.fit <= limits["fit"] and looks.held_out <= limits["held_out"]
    is_alike = all(
        seen <= near or (seen <= most and (p or 0.0) > limits["p"])
        for seen, near, most, p in (
            (looks.fit, limits["fit"], limits["most"], looks.fit_p),
            (looks.held_out, limits["held_out"], limits["most_held_out"], looks.held_out_p),
        )
    )
    facts = {
        "held_out": looks.held_out, "near": float(limits["fit"]), "near_held": float(limits["held_out"]),
        "most": float(limits["most"]), "most_held": float(limits["most_held_out"]),
        "p": min(looks.fit_p or 0.0, looks.held_out_p or 0.0), "least": float(limits["p"]),
    }  # fmt: skip
    if is_alike and not is_near:
        return replace(gate := told("G5", True, looks.fit, **facts), words=Words("verdict.g5-alike", gate.words.facts))
    return told("G5", is_near, looks.fit, **facts)


def g6_no_trend_before(asked: Asked) -> Gate:
    """Pretended earlier nothing is found where half the claim would be seen, or what is found cannot be the effect.

    Four ways to pass: nothing is seen (p above the limit) where a drift worth half the claim would have been; nothing
    is seen where a drift worth the whole of an effect that stands would have been; what is seen cannot come to half
    the claim; what is seen runs against an effect that stands. Trends side by side have pre-trends too.
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
    is_quiet = looks.in_time.p > limits["p"]
    is_harmless = (
        (is_quiet and (power >= _power(asked) or _would_be_seen(asked))) or _is_small(asked) or _is_against(asked)
    )
    return told("G6", is_harmless, looks.in_time.p, **facts)


def _is_small(asked: Asked) -> bool:
    """Whether what is seen in time, with its doubt, cannot come to half the claimed effect."""
    seen = asked.looks.in_time
    if seen is None or asked.claimed is None:
        return False
    edge = NormalDist().inv_cdf(1 - asked.limits["G6"]["p"] / 2)
    return abs(seen.value) + edge * seen.spread < seen.share * asked.claimed / 2


def _is_against(asked: Asked) -> bool:
    """Whether what is seen in time runs against an effect that stands: then it has made the effect look smaller."""
    low, seen = _lowest(asked), asked.looks.in_time
    return seen is not None and low is not None and low > 0 and asked.looks.sign * seen.value < 0


def runs_against(asked: Asked) -> bool:
    """Whether a drift was seen that runs against an effect that stands: a bias that made it look smaller (GRADE)."""
    seen = asked.looks.in_time
    return seen is not None and seen.p <= asked.limits["G6"]["p"] and _is_against(asked)


def _would_be_seen(asked: Asked) -> bool:
    """Whether an effect that stands would, were it all drift, have been seen in time with the chance asked for."""
    low = _lowest(asked)
    return low is not None and low > 0 and (_seen(asked, asked.looks.value) or 0.0) >= _power(asked)


def _power(asked: Asked) -> float:
    """Give the chance asked for: of one place less, since nothing averages its noise out and ranks hold it besides."""
    return asked.limits["G6"]["power_one" if asked.looks.is_alone else "power"]


def _lowest(asked: Asked) -> float | None:
    """Give the end of the intervals that is nearest to nothing, in the claimed direction."""
    looks = asked.looks
    return min((min(looks.sign * end for end in pair) for pair in looks.intervals), default=None)


def trend_power(asked: Asked) -> float | None:
    """Give the chance that the placebo in time shows a drift worth half the claimed size (Roth 2022)."""
    return None if asked.claimed is None else _seen(asked, asked.claimed / 2)


def _seen(asked: Asked, bias: float) -> float | None:
    """Give the chance that the placebo in time shows a drift that adds a bias to the estimate.

    A bias that grows from the start on adds to the placebo in time the share that its span has of the time after.
    """
    seen = asked.looks.in_time
    if seen is None:
        return None
    if seen.spread <= 0:
        return 1.0
    normal, drift = NormalDist(), abs(bias) * seen.share / seen.spread
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
