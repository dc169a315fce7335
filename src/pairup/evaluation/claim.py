"""What a claim is, and what checking it gives. Claims are values here: no database, no order among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pairup.errors import InputError
from pairup.values.codes import ClaimClass
from pairup.values.days import RoughDay
from pairup.values.words import Words

if TYPE_CHECKING:
    from pairup.evaluation.judging import Judged


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure or statement with a speaker. Fields are the columns of docs/reference/claims.md.

    `covers_from` and `covers_to` keep the precision of the source (`2016`, `2016-07`, `2016-07-15`, or empty).
    """

    code: str
    speaker: str = ""
    day: RoughDay | None = None
    text_en: str = ""
    text_zh: str = ""
    claim_class: ClaimClass = ClaimClass.REPORTED
    subject: str = ""
    scope: str = ""
    place: str = ""
    covers_from: str = ""
    covers_to: str = ""
    figure: Decimal | None = None
    uom: str = ""
    bound: str = ""
    arithmetic: Mapping[str, str] = field(default_factory=dict)
    computes: str = ""
    says_effect: bool = False
    comparison: str = ""
    mission: str = ""
    is_synthetic: bool = False

    @classmethod
    def read(cls, row: Mapping[str, str]) -> Claim:
        """Read a row of `claims.csv`. Columns that are no field here are left alone."""
        cells = {key: (row.get(key) or "").strip() for key in _TEXTS}
        figure, day = (row.get("figure") or "").strip(), (row.get("day") or "").strip()
        try:
            return cls(
                **cells,
                day=RoughDay.read(day) if day else None,
                claim_class=ClaimClass(row.get("claim_class") or "reported"),
                figure=Decimal(figure) if figure else None,
                arithmetic=read_pairs(row.get("arithmetic") or ""),
                says_effect=row.get("says_effect") == "yes",
                is_synthetic=row.get("is_synthetic") == "yes",
            )
        except (InvalidOperation, ValueError) as fault:
            raise InputError(
                f"Claim {cells['code']} cannot be read: {fault}.",
                hint="See docs/reference/claims.md.",
                code="claims.unreadable",
                claim=cells["code"],
                fault=str(fault),
            ) from None


_TEXTS = (
    "code", "speaker", "text_en", "text_zh", "subject", "scope", "place", "covers_from", "covers_to", "uom", "bound",
    "computes", "comparison", "mission",
)  # fmt: skip


def read_pairs(cell: str) -> dict[str, str]:
    """Read `key=value;key=value`."""
    parts = (part.partition("=") for part in cell.split(";") if part.strip())
    return {key.strip(): value.strip() for key, _, value in parts}


@dataclass(frozen=True, slots=True)
class Computed:
    """A total worked out from the rows of the record, to stand beside a claimed one.

    Where it rests on synthetic rows it proves and refutes nothing. `is_complete`: the record holds every row that the
    claim is about; only then can a total that differs stand against the claim.
    """

    figure: Decimal
    uom: str = ""
    is_synthetic: bool = False
    is_complete: bool = False


class Verdict(StrEnum):
    """What can be said of a claim. None of them says that it is true."""

    HOLDS = "holds"  # its arithmetic or the record's own sourced rows give the figure, and nothing stands against it
    HOLDS_ROUNDED = "holds_rounded"  # the same, within what "about", "nearly", "over" or "under" allow
    ARITHMETIC_WRONG = "arithmetic_wrong"
    MAGNITUDE_DOUBTFUL = "magnitude_doubtful"
    UNIT_DOUBTFUL = "unit_doubtful"
    CONTRADICTED_BY = "contradicted_by"
    NOT_IDENTIFIED = "not_identified"
    CANNOT_BE_TOLD = "cannot_be_told"  # what would decide it is not here
    SUPPORTED = "supported"  # a design finds an effect of the size claimed
    SUPPORTED_IN_DIRECTION = "supported_in_direction"  # an effect, of a size that cannot be told, or looked for late
    NOT_SUPPORTED_IN_SIZE = "not_supported_in_size"  # an effect, smaller than claimed
    NOT_SUPPORTED = "not_supported"  # the size claimed was within reach of the design and is excluded
    EFFECT_CONTRADICTED = "effect_contradicted"  # the opposite, or practically nothing
    REPORTED_ONLY = "reported_only"  # somebody says so; nothing here confirms it or stands against it


class CheckName(StrEnum):
    FIGURE = "figure"
    ARITHMETIC = "arithmetic"
    UNIT = "unit"
    PART = "part"
    SAME = "same"
    PERIOD = "period"
    RECORD = "record"
    EFFECT = "effect"
    OBSERVED = "observed"
    EVALUATED = "evaluated"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `passed` None: shown, and deciding nothing. `entails`: what it makes of the claim.

    `figure` is what the check worked out, in the claim's unit; `others` are codes of the claims it looked at.
    """

    name: CheckName
    passed: bool | None
    words: Words
    figure: Decimal | None = None
    others: tuple[str, ...] = ()
    entails: Verdict | None = None


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim with its checks and one verdict, never stronger than the weakest check it needs.

    `conflicts` are codes of claims that cannot hold together with this one. `computed` is shown beside the figure,
    `judged` is what an evaluation makes of it.
    """

    claim: Claim
    verdict: Verdict
    words: Words
    checks: tuple[Check, ...]
    conflicts: tuple[str, ...] = ()
    computed: Computed | None = None
    judged: Judged | None = None

    def check(self, name: CheckName) -> Check | None:
        return next((check for check in self.checks if check.name is name), None)

    def to_dict(self) -> dict[str, Any]:
        """Give code, verdict, words and checks, as JSON carries them."""
        return {
            "code": self.claim.code,
            "verdict": self.verdict.value,
            "words": self.words.to_dict(),
            "checks": [
                {
                    "name": check.name.value,
                    "passed": check.passed,
                    "figure": None if check.figure is None else str(check.figure),
                    "others": list(check.others),
                    "words": check.words.to_dict(),
                }
                for check in self.checks
            ],
            "conflicts": list(self.conflicts),
        } | ({"evaluation": self.judged.to_dict()} if self.judged else {})
