"""Formulas of a definitions file: a small part of Python's arithmetic over the columns of a table, and nothing else.

`hours * 2`, `indoor_c < 16 and heat_kwh > 0`, `level == "primary"`, `abs(x)`, `least(a, b)`, `most(a, b)`,
`is_missing(x)`. A division by 0 is missing.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import ibis

from pairup.errors import InputError

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: lambda one, other: one / (other.nullif(0) if isinstance(other, ibis.expr.types.Value) else other),
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip
_CALLED: dict[str, Callable[..., Any]] = {
    "abs": lambda one: one.abs(), "least": ibis.least, "most": ibis.greatest, "is_missing": lambda one: one.isnull(),
}  # fmt: skip
_LONGEST = 500


def formula(text: str, where: str) -> Callable[[Any], Any]:
    """Read a formula; give the function from a table to its expression. Refuses all that is not named above."""
    try:
        parsed = ast.parse(text.strip(), mode="eval") if len(text) <= _LONGEST else None
    except (SyntaxError, ValueError, RecursionError):
        parsed = None
    if parsed is None:
        raise _refused(where, text)
    body = parsed.body
    _require_known(body, where, text)
    return lambda table: _said(body, table, where, text)


def _require_known(node: ast.expr, where: str, text: str) -> None:
    """Refuse at once what can never be evaluated, whatever the table."""
    known = (ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Call)
    for each in ast.walk(node):
        if isinstance(each, ast.expr) and not isinstance(each, known):
            raise _refused(where, text)
        if isinstance(each, ast.Constant) and not isinstance(each.value, (int, float, str)):
            raise _refused(where, text)
        if isinstance(each, ast.operator) and type(each) not in _BINARY:
            raise _refused(where, text)
        if isinstance(each, ast.cmpop) and type(each) not in _COMPARED:
            raise _refused(where, text)
        if isinstance(each, ast.Call) and not (
            isinstance(each.func, ast.Name) and each.func.id in _CALLED and not each.keywords
        ):
            raise _refused(where, text)


def _said(node: ast.expr, table: Any, where: str, text: str) -> Any:
    def part(each: ast.expr) -> Any:
        return _said(each, table, where, text)

    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in table.columns:
            raise InputError(
                f"{where}: there is no column {node.id!r} in this table.",
                hint=f"Its columns: {', '.join(table.columns)}.",
                code="measurement.formula-column", where=where, name=node.id, known=", ".join(table.columns),
            )  # fmt: skip
        return table[node.id]
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](part(node.left), part(node.right))
    if isinstance(node, ast.UnaryOp):
        return ~part(node.operand) if isinstance(node.op, ast.Not) else -part(node.operand)
    if isinstance(node, ast.Compare):
        cells = [part(node.left), *map(part, node.comparators)]
        found = [_COMPARED[type(sign)](cells[at], cells[at + 1]) for at, sign in enumerate(node.ops)]
        return _joined(found, operator.and_)
    if isinstance(node, ast.BoolOp):
        joins = operator.and_ if isinstance(node.op, ast.And) else operator.or_
        return _joined([part(each) for each in node.values], joins)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _CALLED[node.func.id](*map(part, node.args))
    raise _refused(where, text)


def _joined(parts: list[Any], joins: Callable[[Any, Any], Any]) -> Any:
    whole = parts[0]
    for each in parts[1:]:
        whole = joins(whole, each)
    return whole


def _refused(where: str, text: str) -> InputError:
    return InputError(
        f"{where}: {text[:60]!r} is no formula.",
        hint='Columns, numbers, "words", + - * /, < <= == != >= >, and, or, not, abs, least, most, is_missing.',
        code="measurement.not-a-formula", where=where, found=text[:60],
    )  # fmt: skip
