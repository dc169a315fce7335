"""The purpose register: every personal column with why it is kept, on what ground and how long, as it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pairup.services.schema import load_django
from pairup.values.purposes import Personal
from pairup.values.words import LANGUAGES, Words

_HEAD = """\
# The purpose register

Written by `python3 dev.py docs` from the record's models: a personal column without a line here cannot be made.

Each is encrypted under its person's key, read for its purpose alone, and let go by `pairup expire` when its time is
over ([people in the record](../explanation/people.md)). Columns that are not listed hold nothing personal beside the
code. Times follow the retention defaults of the impact assessment; a programme that needs others changes the
declaration, with a fresh assessment.

| Column | Kept to | Ground | Until |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One personal column, or one field of the vault, and what is declared of it."""

    column: str
    declared: Personal

    def words(self) -> tuple[Words, Words, Words]:
        """Purpose, ground and time of keeping, to be said."""
        said = self.declared
        return (
            Words(f"vault.purpose-{said.purpose}"),
            Words(f"vault.basis-{said.basis}"),
            Words(f"vault.keep-{said.keep.after}", {"years": said.keep.years}),
        )


def register() -> Iterator[Line]:
    """Every personal column of the record, in the order of its tables."""
    load_django()
    from pairup.record.dated import Sealed
    from pairup.record.models import TABLES
    from pairup.record.vault import PRIVATE, PrivateFactVersion

    for table, model in TABLES.items():
        if model is PrivateFactVersion:
            yield from (Line(f"{table}, {field}", said) for field, said in PRIVATE.items())
        elif issubclass(model, Sealed):
            yield from (Line(f"{table}.{column}", said) for column, said in model.personal.items())


def purposes_page() -> str:
    """Give the page, in both languages."""
    lines = []
    for line in register():
        cells = ["<br>".join(words.say(language) for language in LANGUAGES) for words in line.words()]
        lines.append(f"| `{line.column}` | {' | '.join(cells)} |\n")
    return _HEAD + "".join(lines)
