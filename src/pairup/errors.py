"""Everything pairup refuses with.

PairupError
├── InputError         what was handed in cannot be used (exit 1)
├── RuleError          no rule, or no version of it, answers (exit 1)
├── AccessError        the actor may not do this (exit 1)
├── ConflictError      the record changed, or is not in the state asked for (exit 1)
├── StorageError       the disk, the file or the server under the record failed (exit 1)
├── NoPlanError        a plan was asked for its rows and has none (exit 3)
└── NotIdentifiedError an estimate was asked for its value and has none (exit 3)
"""

from __future__ import annotations

from typing import Any


class PairupError(Exception):
    """A refusal: what was asked, what was found, and what to do.

    Parameters
    ----------
    message : the sentence in English.
    hint : what to do about it, in English.
    code : stable name (`area.what-is-wrong`); the catalogue holds its words in each language.
    facts : what the words are filled with.
    """

    code = "pairup.refused"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", code: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(PairupError):
    code = "pairup.input"


class RuleError(PairupError):
    code = "pairup.rule"


class AccessError(PairupError):
    code = "pairup.access"


class ConflictError(PairupError):
    code = "pairup.conflict"


class StorageError(PairupError):
    code = "pairup.storage"


class NoPlanError(PairupError):
    code = "pairup.no-plan"
    exit_code = 3


class NotIdentifiedError(PairupError):
    code = "pairup.not-identified"
    exit_code = 3
