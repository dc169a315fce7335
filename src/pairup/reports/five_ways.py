"""Money of one pairing in one year, five ways: due, pledged, paid, executed, audited. Pure.

Each step has its own owner and is a registered total. A step that is missing is a state with words, never a nought.
What lies between two steps is told as a gap; where made-up rows would show a real donor short, it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from pairup.reports.totals import definition
from pairup.rules.shares import ShareTest
from pairup.values.money import Money
from pairup.values.words import Words

#: the steps in order, and the registered total of each
STEPS = {
    "due": "money_due",
    "pledged": "money_pledged",
    "paid": "money_paid",
    "executed": "money_executed",
    "audited": "money_audited",
}


class StepState(StrEnum):
    RECORDED = "recorded"
    NOT_RECORDED = "not_recorded"
    NOT_DUE = "not_due"  # no rule, no rate, no base, or counted with another pairing: the words say which


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its amount in each currency, or the state it is in. `words` say how it was reached, or why not.

    `rows` counts the rows under it; `source` is where its base or rows were read, where one is named.
    """

    name: str
    state: StepState
    amounts: tuple[Money, ...] = ()
    words: Words | None = None
    rows: int = 0
    is_synthetic: bool = False
    source: str = ""

    @property
    def owner(self) -> Words:
        """Who answers for the step."""
        words = definition(STEPS[self.name]).owner_words
        assert words is not None
        return words

    @property
    def title(self) -> Words:
        return Words(f"totals.step-{self.name}")

    def say(self, language: str = "en") -> str:
        """The amounts, or the state in words."""
        if self.amounts:
            return " + ".join(amount.say(language) for amount in self.amounts)
        return Words("totals.step-not-recorded").say(language) if self.words is None else self.words.say(language)

    def amount(self, currency: str) -> Money | None:
        return next((amount for amount in self.amounts if amount.currency == currency), None)

    def to_dict(self) -> dict[str, Any]:
        return {
            "step": self.name, "state": self.state.value, "amounts": [str(amount) for amount in self.amounts],
            "owner": self.owner.to_dict(), "words": self.words.to_dict() if self.words else None, "rows": self.rows,
            "is_synthetic": self.is_synthetic, "source": self.source,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FiveWays:
    """The five steps of a pairing in a year, what lies between them, and the purpose tests on what was paid."""

    programme: str
    pairing: str
    donor: str
    place: str
    year: int
    steps: tuple[Step, ...]
    gaps: tuple[Words, ...] = ()
    tests: tuple[ShareTest, ...] = ()

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def to_dict(self) -> dict[str, Any]:
        return {
            "programme": self.programme, "pairing": self.pairing, "donor": self.donor, "place": self.place,
            "year": self.year, "steps": [step.to_dict() for step in self.steps],
            "gaps": [gap.to_dict() for gap in self.gaps],
            "tests": [
                {"tag": test.tag, "passes": test.passes, "words": test.words.to_dict()} for test in self.tests
            ],
        }  # fmt: skip


def is_withheld(steps: Sequence[Step], *, donor_is_synthetic: bool) -> bool:
    """Whether made-up rows would show a real donor short: then neither gaps nor purpose tests are told."""
    return any(step.is_synthetic for step in steps) and not donor_is_synthetic


#: said where a gap would rest on made-up rows of a real donor
NOT_TOLD = "totals.gap-not-told"
#: pairs of steps that are set beside each other: what was to follow, and what followed
_PAIRS = (("due", "paid"), ("pledged", "paid"), ("paid", "executed"), ("paid", "audited"))


def gaps(steps: Sequence[Step], *, is_over: bool, donor_is_synthetic: bool) -> tuple[Words, ...]:
    """Tell what lies between the steps of a year that is over.

    A gap resting on made-up rows is told only of a made-up donor: no real one is shown short by an invented figure.
    Amounts of one currency are compared; nothing is converted.
    """
    if not is_over:
        return ()
    if is_withheld(steps, donor_is_synthetic=donor_is_synthetic):
        return (Words(NOT_TOLD),)
    by_name = {step.name: step for step in steps}
    told = (
        _gap(by_name[before], amount, by_name[after]) for before, after in _PAIRS for amount in by_name[before].amounts
    )
    return tuple(gap for gap in told if gap is not None)


def _gap(before: Step, amount: Money, after: Step) -> Words | None:
    """What lies between an amount of one step and the next step in the same currency; None where they agree."""
    then = after.amount(amount.currency)
    facts: dict[str, Any] = {"first": before.title, "second": after.title, "amount": amount}
    if amount.minor <= 0 or then == amount:
        return None
    if then is None:
        return Words("totals.gap-missing", facts)
    facts |= {"then": then, "share": share_of(then, amount)}
    if then < amount:
        return Words("totals.gap-less", facts | {"rest": amount - then})
    return Words("totals.gap-more", facts | {"rest": then - amount})


def share_of(part: Money, whole: Money) -> str:
    """Write a part as a percentage of the whole, to one digit; what falls short never reads as all of it.

    >>> share_of(Money.of("399.20", "CNY"), Money.of("417.59", "CNY"))
    '95.6'
    >>> share_of(Money.of("999.99", "CNY"), Money.of("1000", "CNY"))
    '99.9'
    """
    percent = Decimal(100 * part.minor) / whole.minor
    rounded = percent.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return f"{Decimal('99.9') if part < whole and rounded >= 100 else rounded:f}"
