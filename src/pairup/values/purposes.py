"""Why something personal is kept, on what ground, and how long: declared beside every personal column.

Retention follows `promises.md` section 5: a health result until the end of the term and one year, a secondee's file
until the end of the term and five. What is declared here is printed in the purpose register (docs/reference).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Purpose(StrEnum):
    """What a personal column may be used for, and nothing else."""

    MATCHING = "matching"  # to propose who takes which post
    FITNESS = "fitness"  # to send nobody higher than a check allows
    QUALIFICATION = "qualification"  # to ask for a licence, a clearance, or that a dated rule is met
    HOST_VIEW = "host_view"  # to hear whom the host asks for
    WELFARE = "welfare"  # to call somebody who wants a call
    APPRAISAL = "appraisal"  # to mark a term, each side for itself, with the person's reply
    CONSTRAINT = "constraint"  # to spare a person a post that a confidential reason rules out
    EDITING = "editing"  # to settle two edits of one row
    IDENTITY = "identity"  # to know who a code stands for, on papers that need a name
    CONTACT = "contact"  # to reach the person
    EMERGENCY = "emergency"  # to reach somebody of theirs when something happens


class Basis(StrEnum):
    """The ground on which it is kept. Consent is none where going or staying hangs on it."""

    AGREEMENT = "agreement"  # the secondment agreement, or steps before it that the person asked for
    DUTY_OF_CARE = "duty_of_care"  # the sender's and the host's duty towards whoever serves
    SEPARATE_CONSENT = "separate_consent"  # given for this alone, and withdrawn as easily


class After(StrEnum):
    """What the time of keeping counts from."""

    TERM = "term"  # the last day of the last term served or planned; without one, of the time one could serve
    RECORDING = "recording"  # the day on which it was recorded
    SELECTION = "selection"  # the last day of the time one could serve, posted or not


@dataclass(frozen=True, slots=True)
class Keep:
    """How long: so many years after the end of something."""

    after: After
    years: int

    def until(self, ended: date) -> date:
        """Give the last day of keeping, counted from the day on which what it counts from ended.

        >>> Keep(After.TERM, 1).until(date(2028, 2, 29))
        datetime.date(2029, 2, 28)
        """
        try:
            return ended.replace(year=ended.year + self.years)
        except ValueError:
            return ended.replace(year=ended.year + self.years, day=28)

    def __str__(self) -> str:
        return f"{self.after} + {self.years} year{'s' if self.years != 1 else ''}"


@dataclass(frozen=True, slots=True)
class Personal:
    """The declaration of a personal column: purpose, ground, and time of keeping. Without it there is no column."""

    purpose: Purpose
    basis: Basis
    keep: Keep
