"""A finding: something a check saw in data, with where it is and what to do. Checks collect them and never raise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pairup.values.words import Words


class Severity(StrEnum):
    REFUSED = "refused"  # nothing is written while one of these stands
    WARNING = "warning"  # written, and shown


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, where, and what to do (`hint`). Rows count from 1 as a spreadsheet shows them."""

    words: Words
    file: str = ""
    row: int | None = None
    column: str = ""
    hint: Words | None = None
    severity: Severity = Severity.REFUSED

    def say(self, language: str = "en") -> str:
        place = self.file + (f" row {self.row}" if self.row else "") + (f" column {self.column}" if self.column else "")
        hint = f" {self.hint.say(language)}" if self.hint else ""
        return f"{place}: {self.words.say(language)}{hint}" if place else f"{self.words.say(language)}{hint}"

    def __str__(self) -> str:
        return self.say()
