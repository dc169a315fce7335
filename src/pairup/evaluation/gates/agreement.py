"""Gates on what else was asked: G1 the plan, G8 a second method, G9 single units, G13 who measured, G14 causes."""

from __future__ import annotations

from pairup.evaluation.design import MeasuredBy
from pairup.evaluation.estimate import method_told
from pairup.evaluation.families import Family
from pairup.evaluation.gates.asked import Asked, not_asked, not_looked_at, told
from pairup.evaluation.grading import Gate
from pairup.values.figures import said
from pairup.values.words import Words


def g1_fixed_before(asked: Asked) -> Gate:
    """Said, and kept out of the other gates: without it the answer is retrospective, not silent."""
    return told("G1", asked.is_registered)


def g8_methods_agree(asked: Asked) -> Gate:
    """Two families agree in sign and within a factor; or, where both can be ranked, differ as they do by noise."""
    looks, factor = asked.looks, asked.limits["G8"]["factor"]
    if not asked.leans_on_trends and asked.design.plan.second_method is None:
        return not_asked("G8", "by-lot")
    if looks.second is None:
        return not_looked_at("G8", "second-method")
    ratio = looks.second / looks.value if looks.value else 0.0
    is_noise = ratio > 0 and (looks.second_p or 0.0) > asked.limits["G8"]["p"]
    passed = 1 / factor <= ratio <= factor or is_noise
    return told(
        "G8", passed, looks.second, method=method_told(looks.second_method), value=looks.value, factor=float(factor)
    )


def g9_hangs_on_nobody(asked: Asked) -> Gate:
    looks = asked.looks
    if looks.family not in (Family.TRENDS, Family.WEIGHTED):
        return not_asked("G9", "method")
    if looks.without is None:
        return not_looked_at("G9", "leave-one-out")
    low, high = looks.without
    return told("G9", low * high > 0, low if looks.value > 0 else high, low=low, high=high)


def g13_measured_by_others(asked: Asked) -> Gate:
    if asked.design.plan.measured_by is None:
        return not_looked_at("G13", "measured_by")
    return told("G13", asked.design.plan.measured_by is MeasuredBy.INDEPENDENT)


def g14_other_causes(asked: Asked) -> Gate:
    """With what each other explanation explains taken out, at least half of the effect is left; and more did more.

    Where the plan names a dose, those with more of it must have changed more in the direction of the effect.
    """
    looks, kept = asked.looks, asked.limits["G14"]["kept"]
    if not asked.design.plan.alternatives and not asked.design.plan.dose:
        return not_asked("G14", "none-named")
    if (gradient := _g14_dose(asked)) is not None and (not gradient.passed or not asked.design.plan.alternatives):
        return gradient
    for name in asked.design.plan.alternatives:
        left = looks.alternatives.get(name)
        if left is None:
            return not_looked_at("G14", name)
    name, left = min(
        ((name, looks.alternatives[name] or 0.0) for name in asked.design.plan.alternatives),
        key=lambda one: one[1] * (1 if looks.value > 0 else -1),
    )
    passed = left * looks.value > 0 and abs(left) >= kept * abs(looks.value)
    return told("G14", passed, left, name=name, value=looks.value, kept=float(100 * kept))


def _g14_dose(asked: Asked) -> Gate | None:
    """Say whether those with more of the dose changed more; None where the plan names none."""
    looks, name = asked.looks, asked.design.plan.dose
    if not name:
        return None
    if looks.dose is None:
        return not_looked_at("G14", name)
    passed = has_gradient(asked)
    facts = {"name": name, "figure": said(looks.dose.slope), "p": said(looks.dose.p), "limit": said(_p(asked))}
    return Gate("G14", passed, Words(f"verdict.g14-dose-{'passed' if passed else 'failed'}", facts), looks.dose.slope)


def has_gradient(asked: Asked) -> bool:
    """Whether the change grows with the dose in the direction of the effect, by more than shuffles of the doses do."""
    dose = asked.looks.dose
    return dose is not None and dose.slope * asked.looks.value > 0 and dose.p <= _p(asked)


def _p(asked: Asked) -> float:
    return asked.limits["G14"]["p"]
