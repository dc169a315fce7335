"""The record's tables as its source declares them, read from the syntax tree so that no Django is needed."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

import pairup
from pairup.values import codes, purposes

_RECORD = Path(pairup.__file__).parent / "record"
_FLAGS = frozenset({"code", "standing", "source", "is_synthetic", "note"})


@dataclass
class Table:
    """One table: its columns, what they refer to, their closed lists and longest texts."""

    dated: bool = False
    columns: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    refers: dict[str, str] = field(default_factory=dict)
    lists: dict[str, frozenset[str]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    booleans: set[str] = field(default_factory=set)

    def allows(self) -> set[str]:
        return self.columns | _FLAGS | ({"from", "to"} if self.dated else {"day"})


def read_contract() -> dict[str, Table]:
    """Give every table of a programme folder by name."""
    tables, owner = {}, {}
    for path in sorted(_RECORD.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Version") and (name := _table_name(node)):
                tables[name] = _table(node)
                owner[node.name.removesuffix("Version")] = name
    for table in tables.values():
        table.refers = {column: owner[model] for column, model in table.refers.items()}
    return tables


def _table_name(node: ast.ClassDef) -> str | None:
    for item in node.body:
        if (
            isinstance(item, ast.Assign)
            and ast.unparse(item.targets[0]) == "table"
            and isinstance(item.value, ast.Constant)
        ):
            return str(item.value.value)
    return None


def _table(node: ast.ClassDef) -> Table:
    table = Table(dated=any(ast.unparse(base) == "Dated" for base in node.bases))
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Call):
            name = ast.unparse(item.targets[0])
            if name in ("personal", "in_vault"):  # says what of the columns is personal; no column
                continue
            if name not in ("identity", "run") or "ForeignKey" not in ast.unparse(item.value):
                _column(table, name, item.value)
    return table


def _column(table: Table, name: str, call: ast.Call) -> None:
    kind = ast.unparse(call.func).rpartition(".")[2]
    options = {word.arg: ast.unparse(word.value) for word in call.keywords}
    column = name.removesuffix("_minor")
    table.columns.add(column)
    if kind != "CodeOf" and not ({"null", "blank", "default"} & set(options)):  # a personal reference may be empty
        table.needed.add(column)
    if kind in ("ForeignKey", "CodeOf"):
        table.refers[column] = ast.unparse(call.args[0]).strip("'\"").rpartition(".")[2]
    if kind == "choice":
        name_of_list = ast.unparse(call.args[0])
        home = codes if hasattr(codes, name_of_list) else purposes
        table.lists[column] = frozenset(item.value for item in getattr(home, name_of_list))
    if kind == "BooleanField":
        table.booleans.add(column)
    if kind == "CharField":
        table.longest[column] = int(options["max_length"])
