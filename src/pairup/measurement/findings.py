"""What a check saw in observations: how many rows, which ones, and how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pairup.values.findings import Severity
from pairup.values.words import Words

#: rows that a finding names; it counts all
TOLD = 10
FILE, ROW = "_file", "_row"


@dataclass(frozen=True, slots=True)
class DataFinding:
    """One thing seen in a table. `rows` are the first few (file, row) of `count`, in the order of the files.

    A refused one stops the measuring until the cells are corrected or left out; a warning is shown beside the figures.
    """

    check: str
    words: Words
    severity: Severity
    count: int
    rows: tuple[tuple[str, int], ...] = ()
    column: str = ""

    def say(self, language: str = "en") -> str:
        more = self.count - len(self.rows)
        where: dict[str, list[str]] = {}
        for file, row in self.rows:
            where.setdefault(file, []).append(str(row))
        told = "; ".join(f"{file} {', '.join(rows)}" for file, rows in where.items())
        mark = Words(f"measurement.mark-{self.severity}").say(language)
        place = Words("measurement.rows", {"rows": told}).say(language) if told else ""
        rest = Words("measurement.more-rows", {"count": more}).say(language) if told and more > 0 else ""
        return f"{mark}: {self.words.say(language)}{place}{rest}"

    def __str__(self) -> str:
        return self.say()

    def to_dict(self) -> dict[str, Any]:
        rows = [{"file": file, "row": row} for file, row in self.rows]
        return {"check": self.check, "severity": self.severity, "count": self.count, "column": self.column,
                "rows": rows} | self.words.to_dict()  # fmt: skip


def seen(
    tables: Any, check: str, rows: Any, what: str, severity: Severity, column: str = "", **facts: Any
) -> list[DataFinding]:
    """Give a finding of the rows of a table that has `_file` and `_row`, or none where there are none.

    `what` is said in the words of `measurement`; `count` and `column` are always among its facts. The engine counts;
    only the first rows come here.
    """
    first = rows.select(FILE, ROW).order_by([FILE, ROW]).limit(TOLD)
    found = tables.fetch(first).to_pylist()
    if not found:
        return []
    count = len(found) if len(found) < TOLD else int(tables.fetch(rows.aggregate(n=rows.count()))["n"][0].as_py())
    told = tuple((str(row[FILE]), int(row[ROW])) for row in found)
    words = Words(f"measurement.{what}", {"count": count, "column": column} | facts)
    return [DataFinding(check, words, severity, count, told, column)]
