"""Money owed by a rule: the arithmetic only. What is not known stays a state and is never zero.

A formula says which year's revenue is the base and what factor it is taken by; `due` looks the base up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from pairup.errors import RuleError
from pairup.rules.register import NoRuleError, Rule, Version, titled
from pairup.values.money import Money
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Basis:
    """A factor of one year's revenue. `factor` is None where the rule does not say it for this donor."""

    base_year: int
    factor: Decimal | None


Formula = Callable[..., Basis]
FORMULAS: dict[str, Formula] = {}


def formula(written: Formula) -> Formula:
    """Make a formula known by its name, as rule files give it."""
    FORMULAS[written.__name__] = written
    return written


@formula
def share_of_previous_year(year: int, donor: str, *, share: Decimal) -> Basis:
    """Take a share of the revenue of the year before."""
    return Basis(year - 1, share)


@formula
def share_then_growth(year: int, donor: str, *, share: Decimal, base_year: int, growth: Decimal) -> Basis:
    """Take a share of the revenue before a fixed base year, raised each year since.

    The factor is share * (1 + growth)^(year - base_year).
    """
    if year < base_year:
        raise RuleError(
            f"share_then_growth starts in {base_year}; {year} lies before it.",
            hint="Let the version start in its base year.",
            code="rules.before-base-year",
            year=year,
            base_year=base_year,
        )
    return Basis(base_year - 1, share * (1 + growth) ** (year - base_year))


@formula
def share_by_donor(
    year: int, donor: str, *, lag: int, rates: Mapping[str, Decimal], least: Decimal, most: Decimal
) -> Basis:
    """Take the donor's own rate of the revenue `lag` years before; a donor without a rate has no factor.

    `least` and `most` are the range told for all donors.
    """
    rate = rates.get(donor)
    if rate is not None and not least <= rate <= most:
        raise RuleError(
            f"The rate of {donor}, {rate}, lies outside {least} to {most}.",
            hint="Correct the rate or the range.",
            code="rules.rate-outside",
            donor=donor,
            rate=str(rate),
            least=str(least),
            most=str(most),
        )
    return Basis(year - lag, rate)


class DueState(StrEnum):
    AMOUNT = "amount"
    NO_BASE = "no_base"  # no revenue is recorded for the base year
    NO_RATE = "no_rate"  # the rule does not tell this donor's rate
    NO_RULE = "no_rule"  # no version is in force on the first day of the year


@dataclass(frozen=True, slots=True)
class Due:
    """What a donor owes for a year, and how it was reached. `amount` is None unless `state` is AMOUNT."""

    rule: str
    year: int
    state: DueState
    words: Words
    amount: Money | None = None
    version: Version | None = None
    base_year: int | None = None
    base: Money | None = None
    factor: Decimal | None = None


def due(rule: Rule, year: int, revenue: Mapping[int, Money], *, donor: str = "", known_by: date | None = None) -> Due:
    """Work out what a donor owes for a budget year, by the version in force on its first day.

    Parameters
    ----------
    revenue : the donor's revenue by year, in one currency.
    donor : its code; only rules with a rate for each donor need it.

    Amounts are rounded half to even, to the minor unit.
    """
    try:
        version = rule.on(date(year, 1, 1), known_by=known_by)
    except NoRuleError as none:
        words = Words("rules.due-no-rule", {"rule": rule.name, "called": rule.title, "year": year, "why": none.code})
        return Due(rule.name, year, DueState.NO_RULE, words)
    basis = apply(version, year, donor)
    facts = {
        "rule": rule.name, "called": rule.title, "year": year, "base_year": basis.base_year, "since": version.told_from,
    }  # fmt: skip
    if basis.factor is None:
        range_ = {"least": _percent(version.terms["least"]), "most": _percent(version.terms["most"])}
        words = Words(f"rules.due-no-rate-{version.standing}", facts | range_)
        return Due(rule.name, year, DueState.NO_RATE, words, None, version, basis.base_year)
    base = revenue.get(basis.base_year)
    if base is None:
        words = Words(f"rules.due-no-base-{version.standing}", facts)
        return Due(rule.name, year, DueState.NO_BASE, words, None, version, basis.base_year, None, basis.factor)
    minor = int((base.minor * basis.factor).to_integral_value(ROUND_HALF_EVEN))
    amount = Money(minor, base.currency)
    words = Words(
        f"rules.due-amount-{version.standing}",
        facts | {"amount": amount, "base": base, "percent": _percent(basis.factor)},
    )
    return Due(rule.name, year, DueState.AMOUNT, words, amount, version, basis.base_year, base, basis.factor)


def apply(version: Version, year: int, donor: str = "") -> Basis:
    """Apply the formula of a version. Refuses a version without one, and terms the formula does not take."""
    if version.formula not in FORMULAS:
        raise RuleError(
            f'{version.rule} names the formula "{version.formula}".',
            hint=f"Formulas: {', '.join(sorted(FORMULAS))}.",
            code="rules.no-formula",
            rule=version.rule,
            formula=version.formula,
        )
    terms: dict[str, Any] = dict(version.terms)
    try:
        return FORMULAS[version.formula](year, donor, **terms)
    except TypeError as fault:
        raise RuleError(
            f"{version.rule} from {version.told_from}: the terms do not fit {version.formula}.",
            hint=f"{fault}.",
            code="rules.terms",
            rule=version.rule,
            formula=version.formula,
            since=str(version.told_from),
        ) from None


def _percent(factor: Decimal) -> str:
    return f"{(factor * 100).quantize(Decimal('0.0001')).normalize():f}"


@dataclass(frozen=True, slots=True)
class QuotaTest:
    """Whether what was paid reaches what is due. `passes` is None where one of them is not known."""

    passes: bool | None
    words: Words
    short: Money | None = None


def check_quota(owed: Due, paid: Money | None) -> QuotaTest:
    """Set what was paid beside what is due. Nothing is said where either is not known."""
    facts: dict[str, Any] = {"rule": owed.rule, "called": titled(owed.rule), "year": owed.year}
    if owed.amount is None:
        return QuotaTest(None, Words("rules.quota-no-due", facts))
    facts |= {"due": owed.amount}
    if paid is None:
        return QuotaTest(None, Words("rules.quota-not-recorded", facts))
    facts |= {"paid": paid}
    if paid < owed.amount:
        short = owed.amount - paid
        return QuotaTest(False, Words("rules.quota-short", facts | {"short": short}), short)
    return QuotaTest(True, Words("rules.quota-reached", facts))
