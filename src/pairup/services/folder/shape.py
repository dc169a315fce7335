"""What a folder is made of, what a load answers, and what a record holds already: shared within this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pairup.errors import InputError
from pairup.exchange.consistency import Held
from pairup.exchange.reading import Rows
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

#: told what is being done, and how much of how much is done
Progress = Callable[[Words, int, int], None]
JOURNAL = "journal.jsonl"
CHECKPOINTS = "checkpoints.jsonl"
MAPPING = "mapping.toml"
PACKAGE = "datapackage.json"
#: of a saved folder
FORMAT = 3


def silent(label: Words, done: int, total: int) -> None:
    """Show no progress."""


class Standing:
    """What the record holds in force; this one stands for no record, which holds nothing."""

    programmes: tuple[str, ...] = ()

    def codes(self, table: str, programme: str, asked: set[str]) -> set[str]:
        """Of the codes asked for those that are held, and others beside, to name the nearest to one that is not."""
        return set()

    def spans(self, rows: Rows, programme: str) -> list[Held]:
        """Spans of a table that stay in force when these rows are loaded."""
        return []

    def about(
        self, rows: Rows, programme: str, names: tuple[str, ...], *, detail: str = "", where: str = ""
    ) -> list[Held]:
        """Every span of the table that stays in force, with the columns it is about; `where` must be yes."""
        return []

    def unconsented(self, rows: Rows, programme: str, brought: Mapping[str, Rows]) -> list[Finding]:
        """Postings that these rows lengthen without a consent; `brought` is all that comes in with them, by table."""
        return []


class FolderRefused(InputError):
    """A folder was not loaded; `findings` say why, and the record is as it was."""

    code = "folder.refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        facts: dict[str, Any] = {"count": sum(finding.severity is Severity.REFUSED for finding in findings)}
        said, hint = Words("folder.refused", facts).say(), Words("folder.refused.hint", facts).say()
        super().__init__(said, hint=hint, findings=self.findings, **facts)


class Counts(NamedTuple):
    """Rows of one table: new ones, corrections of rows in force, and rows that say what is known already."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. `entry` is the number of its journal entry; None where nothing was new."""

    programme: str
    counts: Mapping[str, Counts] = field(default_factory=dict)
    warnings: Sequence[Finding] = ()
    entry: int | None = None

    def items(self) -> Iterable[tuple[str, Counts]]:
        """Give the counts by table."""
        return self.counts.items()

    @property
    def total(self) -> Counts:
        parts = self.counts.values()
        return Counts(sum(p.new for p in parts), sum(p.changed for p in parts), sum(p.same for p in parts))
