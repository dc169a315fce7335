"""Read a panel from CSV or Parquet. DuckDB reads the cells; what they say is checked in `panel`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from pairup.errors import InputError
from pairup.evaluation.panel import NEVER, Coded, Ints, Panel, Periods, Rows, assembled, require_none
from pairup.values.findings import Finding
from pairup.values.words import Words

_NEEDED = ("unit", "period", "outcome", "treated_from")
_LABELS = ("cluster", "donor")
_NUMBERS = ("weight", "latitude", "longitude")
_TOLD = 20


def read_panel(path: Path, columns: Iterable[str] = (), labels: Iterable[str] = ()) -> Panel:
    """Read the columns of `docs/reference/evaluation.md` and those named in `columns`; others are left alone.

    Parameters
    ----------
    path : a file of type .csv (UTF-8, comma, a head line) or .parquet.
    columns : covariates, predictors and alternatives that a design names. One that is not there is refused.
    labels : columns of words of each unit that a design names (strata).

    Refused, each with its row: cells that are no number or no day, mixed kinds of periods, and what `Panel` refuses.
    """
    table = _Table(path)
    wanted = [*_NEEDED, *sorted({*columns, *labels} - {*_NEEDED})]
    table.require(wanted)
    extra = [name for name in _NUMBERS if name in table.names]
    numbers = sorted({*columns, *extra} - {*_NEEDED, *_LABELS, *labels})
    periods, starts = table.periods()
    values = {name: table.number(name) for name in numbers}
    outcome = table.number("outcome")
    units = table.coded("unit", is_needed=True)
    texts = {name: table.coded(name) for name in (*_LABELS, *labels) if name in table.names}
    require_none(table.findings, table.file)
    shown, period_at = np.unique(periods[0], return_inverse=True)
    return assembled(
        Rows(
            units[0], units[1], Periods(shown, periods[1]), period_at.astype(np.int64), outcome, starts,
            texts.pop("cluster", None), texts, values.pop("weight", None), values, table.row, table.file,
        ),
        table.findings,
    )  # fmt: skip


class _Table:
    """The rows of a file as text or as typed, in the order of the file; `findings` grow as columns are read."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self.findings: list[Finding] = []
        if not path.is_file():
            raise InputError(
                f"There is no file {path}.",
                hint="Give a CSV or Parquet file.",
                code="evaluation.no-file",
                path=str(path),
            )
        self.door = duckdb.connect(":memory:")
        self.is_text = path.suffix.lower() != ".parquet"
        source = "read_csv(?, all_varchar=true, header=true, delim=',')" if self.is_text else "read_parquet(?)"
        # one of two literals; the path is handed over as a value
        query = f"CREATE TEMP TABLE cells AS SELECT row_number() OVER () AS _row, * FROM {source}"  # noqa: S608
        try:
            self.door.execute(query, [str(path)])
        except duckdb.Error as fault:
            raise InputError(
                f"{path.name} cannot be read: {str(fault).splitlines()[0]}",
                hint="Save it as UTF-8 CSV with a head line, or as Parquet.",
                code="evaluation.unreadable", file=path.name, fault=str(fault).splitlines()[0],
            ) from None  # fmt: skip
        described = self.door.execute("DESCRIBE cells").fetchall()
        self.kinds = {str(name): str(kind) for name, kind, *_ in described if name != "_row"}
        self.names = tuple(self.kinds)
        self.row: Ints = self._column('CAST("_row" AS BIGINT)') + (1 if self.is_text else 0)

    def require(self, wanted: Sequence[str]) -> None:
        for name in wanted:
            if name not in self.names:
                words = Words("evaluation.no-column", {"name": name, "known": ", ".join(self.names)})
                self.findings.append(Finding(words, self.file))
        require_none(self.findings, self.file)

    def _column(self, expression: str) -> Any:
        # names come from the file's own head and are quoted; no value is pasted in
        return self.door.execute(f"SELECT {expression} AS value FROM cells ORDER BY _row").fetchnumpy()["value"]  # noqa: S608

    def number(self, name: str) -> Any:
        """Read a column of numbers; empty cells are NaN, what is no finite number is a finding."""
        said = _quoted(name)
        values = self._column(f"TRY_CAST({said} AS DOUBLE)")
        missing = np.ma.getmaskarray(values)
        plain = np.ma.filled(values, np.nan).astype(np.float64)
        if self.is_text and missing.any():
            self._refuse(name, f"{said} IS NOT NULL AND trim({said}) <> '' AND TRY_CAST({said} AS DOUBLE) IS NULL")
        if not np.isfinite(plain[~missing]).all():
            self._refuse(name, f"NOT isfinite(TRY_CAST({said} AS DOUBLE))")
        return plain

    def coded(self, name: str, is_needed: bool = False) -> Coded:
        """Read a column of codes as places among the sorted codes; an empty cell of `unit` is a finding."""
        said = f"coalesce(trim(CAST({_quoted(name)} AS VARCHAR)), '')"
        if is_needed:
            self._refuse(name, f"{said} = ''", "code")
        names = [row[0] for row in self.door.execute(f"SELECT DISTINCT {said} AS code FROM cells").fetchall()]  # noqa: S608
        order = np.array(sorted(names), dtype=object)
        self.door.execute("CREATE OR REPLACE TEMP TABLE codes(code VARCHAR, place BIGINT)")
        frame = {"code": order, "place": np.arange(len(order))}
        self.door.register("given", frame)
        self.door.execute("INSERT INTO codes SELECT code, place FROM given")
        self.door.unregister("given")
        query = f"SELECT place FROM cells JOIN codes ON codes.code = {said} ORDER BY _row"  # noqa: S608 (a quoted name)
        return tuple(order), self.door.execute(query).fetchnumpy()["place"].astype(np.int64)

    def periods(self) -> tuple[tuple[Ints, bool], Ints]:
        """Read `period` and `treated_from`: whole numbers, or days. Both are of the kind that most periods are."""
        whole, days = _as_whole("period"), _as_day("period")
        count = self.door.execute(f"SELECT count({whole}), count({days}) FROM cells").fetchone()  # noqa: S608
        are_days = bool(count and count[1] > count[0])
        kind = _as_day if are_days else _as_whole
        self._refuse("period", f"{kind('period')} IS NULL", "day" if are_days else "whole")
        said = f"trim(CAST({_quoted('treated_from')} AS VARCHAR))"
        wrong = f"{kind('treated_from')} IS NULL AND {said} <> ''"
        self._refuse("treated_from", wrong, "day" if are_days else "whole")
        return (self._filled(kind("period"), 0), are_days), self._filled(kind("treated_from"), NEVER)

    def _filled(self, expression: str, otherwise: int) -> Ints:
        values = self._column(expression)
        filled: Ints = np.ma.filled(values, otherwise).astype(np.int64)
        return filled

    def _refuse(self, name: str, wrong: str, kind: str = "number") -> None:
        """Note the first rows where a cell is wrong, and how many there are."""
        query = f"SELECT _row, {_quoted(name)}, count(*) OVER () FROM cells WHERE {wrong} ORDER BY _row LIMIT {_TOLD}"  # noqa: S608
        found = self.door.execute(query).fetchall()
        for row, said, _ in found:
            words = Words(f"evaluation.not-a-{kind}", {"found": "" if said is None else str(said)[:60]})
            hint = Words(f"evaluation.hint-not-a-{kind}")
            self.findings.append(Finding(words, self.file, int(row) + (1 if self.is_text else 0), name, hint))
        if found and found[0][2] > len(found):
            facts = {"count": found[0][2] - len(found), "what": Words(f"evaluation.kind-not-a-{kind}")}
            self.findings.append(Finding(Words("evaluation.more-like-it", facts), self.file, column=name))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_whole(name: str) -> str:
    """Read a whole number; `2004.0` is one, `2004.5` is none."""
    said = _quoted(name)
    real = f"TRY_CAST({said} AS DOUBLE)"
    return (
        f"CASE WHEN isfinite({real}) AND {real} = floor({real}) AND abs({real}) < 9e15 THEN CAST({real} AS BIGINT) END"
    )


def _as_day(name: str) -> str:
    return f"TRY_CAST({_quoted(name)} AS DATE) - DATE '1970-01-01'"
