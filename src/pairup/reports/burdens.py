"""What donors bear over several programmes. Nobody is ranked, nobody shown short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pairup.values.money import Money

#: the steps that a donor answers for or is held to, and the registered total of each
STEPS = {"due": "money_due", "pledged": "money_pledged", "paid": "money_paid"}


@dataclass(frozen=True, slots=True)
class Burden:
    """What one donor bears in one year in one programme. A step without rows is empty, which is not a nought.

    `is_synthetic` where any row is.
    """

    donor: str
    year: int
    programme: str
    due: tuple[Money, ...] = ()
    pledged: tuple[Money, ...] = ()
    paid: tuple[Money, ...] = ()
    is_synthetic: bool = False

    def to_dict(self) -> dict[str, Any]:
        steps = {step: [str(amount) for amount in getattr(self, step)] for step in STEPS}
        return {
            "donor": self.donor, "year": self.year, "programme": self.programme, "is_synthetic": self.is_synthetic,
        } | steps  # fmt: skip
