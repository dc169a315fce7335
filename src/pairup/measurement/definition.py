"""What an indicator is: a function from a table of observations to Ibis expressions, and what becomes of them.

A row answers an indicator where every column that it uses is answered. What is missing is never taken as a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import ibis
import ibis.expr.operations as ops

from pairup.errors import InputError
from pairup.measurement.schema import Cells, Schema


class Kind(StrEnum):
    """How the rows of a group become one figure."""

    TOTAL = "total"  # non-cumulative: the sum of the period
    RUNNING = "running"  # cumulative: the sum up to the end of the period
    MEAN = "mean"
    SHARE = "share"  # of the rows that answer, those for which it is so
    RATE = "rate"  # a sum over another
    LEAST = "least"
    MOST = "most"
    QUANTILE = "quantile"
    DISTINCT = "distinct"  # how many units for which it is so at least once


@dataclass(frozen=True, slots=True)
class Of:
    """What a function gives where only some rows count: the value, and for which rows it counts."""

    value: Any
    where: Any = None


@dataclass(frozen=True, slots=True)
class Over:
    """What the function of a rate gives: what is summed above and below the line, and for which rows."""

    numerator: Any
    denominator: Any
    where: Any = None


Function = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One definition. `of` names the schema that it is for ("" for any); `at` is the point of a quantile.

    The function takes the table and gives an expression over its rows, an `Of`, or for a rate an `Over`. `times` is
    what the figure is multiplied by (1000 for a rate a thousand). `source` says where the definition or its threshold
    is from.
    """

    code: str
    kind: Kind
    uom: str
    name_en: str
    name_zh: str
    function: Function
    of: str = ""
    at: float | None = None
    times: float = 1.0
    source: str = ""

    def name(self, language: str = "en") -> str:
        return self.name_zh if language.startswith("zh") and self.name_zh else self.name_en


class Register:
    """Indicators by their code."""

    def __init__(self) -> None:
        self.known: dict[str, Indicator] = {}

    def add(self, indicator: Indicator) -> None:
        """Take one in; refuses a code that is there, and what no kind can mean."""
        if indicator.code in self.known:
            raise bad(indicator.code, "twice")
        _require_whole(indicator)
        self.known[indicator.code] = indicator

    def indicator(
        self, code: str, kind: Kind | str, uom: str, name_en: str, name_zh: str = "", *, of: str = "",
        at: float | None = None, times: float = 1.0, source: str = "",
    ) -> Callable[[Function], Function]:  # fmt: skip
        """Make a function an indicator of this register."""

        def take(function: Function) -> Function:
            if kind not in tuple(Kind):
                raise bad(code, "kind", found=str(kind), kinds=", ".join(Kind))
            self.add(Indicator(code, Kind(kind), uom, name_en, name_zh, function, of, at, times, source))
            return function

        return take

    def choose(self, codes: tuple[str, ...], of: str) -> tuple[Indicator, ...]:
        """Give the indicators of some codes, or every one that is for the schema `of`. Refuses a code not there."""
        fitting = tuple(each for each in self.known.values() if each.of in ("", of))
        if not codes:
            if not fitting:
                raise InputError(
                    f"No indicator is defined for {of}.", hint="Give --definitions, or name a ready schema.",
                    code="measurement.no-indicators", schema=of,
                )  # fmt: skip
            return fitting
        unknown = [code for code in codes if code not in self.known]
        if unknown:
            raise InputError(
                f"There is no indicator {', '.join(unknown)}.", hint=f"There are: {', '.join(self.known)}.",
                code="measurement.no-indicator", unknown=", ".join(unknown), known=", ".join(self.known),
            )  # fmt: skip
        return tuple(self.known[code] for code in dict.fromkeys(codes))


#: the indicators that ship with pairup; the modules of `ready` fill it
READY = Register()
indicator = READY.indicator


@dataclass(frozen=True, slots=True)
class Bound:
    """An indicator over one table: its expressions, and which rows answer it."""

    indicator: Indicator
    value: Any
    below: Any
    where: Any
    answered: tuple[Any, ...]
    table: Any

    @property
    def kind(self) -> Kind:
        return self.indicator.kind

    @property
    def columns(self) -> frozenset[str]:
        """The columns it uses."""
        parts = [part for part in (self.value, self.below, self.where) if part is not None]
        return frozenset(field.name for part in parts for field in part.op().find(ops.Field, filter=ops.Value))


def bind(indicator: Indicator, table: Any, schema: Schema) -> Bound:
    """Evaluate a definition over a table. Refuses, naming the indicator, whatever is no expression over its rows."""
    try:
        said = indicator.function(table)
    except InputError:
        raise
    except Exception as fault:
        found = str(fault).splitlines()[0][:160] if str(fault) else type(fault).__name__
        raise bad(indicator.code, "fails", fault=found, columns=", ".join(schema.names)) from fault
    over = said if isinstance(said, Over) else None
    if (over is not None) != (indicator.kind is Kind.RATE):
        raise bad(indicator.code, "over")
    value, where = (over.numerator, over.where) if over else (said.value, said.where) if isinstance(said, Of) else (
        said, None)  # fmt: skip
    below = over.denominator if over else None
    is_flag = indicator.kind in (Kind.SHARE, Kind.DISTINCT)
    for part, wanted in ((value, is_flag), (below, False), (where, True)):
        if part is not None:
            _require_row(indicator.code, part, wanted)
    if indicator.kind is Kind.DISTINCT and not schema.unit:
        raise bad(indicator.code, "unit")
    parts = [part for part in (value, below, where) if part is not None]
    _require_declared(indicator.code, parts, schema)
    return Bound(indicator, value, below, where, _answered(parts, table), table)


def bad(code: str, what: str, **facts: Any) -> InputError:
    """Give the refusal of a definition."""
    from pairup.values.words import say

    words = f"measurement.bad-{what}"
    return InputError(say(words, indicator=code, **facts), code=words, indicator=code, **facts)


def _require_whole(indicator: Indicator) -> None:
    code = indicator.code
    if not code.isidentifier() or code.startswith("_"):
        raise bad(code, "code")
    if not indicator.uom.strip():
        raise bad(code, "uom")
    if (indicator.at is not None) != (indicator.kind is Kind.QUANTILE) or (
        indicator.at is not None and not 0 <= indicator.at <= 1
    ):
        raise bad(code, "at")
    if not (indicator.times > 0 and indicator.times < float("inf")):
        raise bad(code, "times")


def _require_row(code: str, part: Any, is_flag: bool) -> None:
    """Refuse what is no expression over the rows, and words where a number or a flag is wanted."""
    if not isinstance(part, ibis.expr.types.Value):
        raise bad(code, "expression", found=type(part).__name__)
    if part.op().find((ops.Reduction, ops.WindowFunction, ops.Analytic), filter=ops.Value):
        raise bad(code, "rows")
    kind = part.type()
    if is_flag and not kind.is_boolean():
        raise bad(code, "flag", found=str(kind))
    if not is_flag and not (kind.is_numeric() and not kind.is_boolean()):
        raise bad(code, "number", found=str(kind))


def _require_declared(code: str, parts: list[Any], schema: Schema) -> None:
    """Refuse a definition that uses no column of the table, or arithmetic with a code."""
    used = {field.name for part in parts for field in part.op().find(ops.Field, filter=ops.Value)}
    if not used & set(schema.names):
        raise bad(code, "constant")


#: operations that say nothing where a column they use says nothing
_STRICT = (
    ops.Field, ops.Literal, ops.Comparison, ops.Add, ops.Subtract, ops.Multiply, ops.Divide, ops.FloorDivide, ops.Not,
    ops.And, ops.Cast, ops.Abs, ops.Negate, ops.Between,
)  # fmt: skip


def _answered(parts: list[Any], table: Any) -> tuple[Any, ...]:
    """Give the expressions that all have to be answered: the columns used, or what looks at missing cells itself."""
    found: dict[Any, Any] = {}
    for part in parts:
        if all(isinstance(node, _STRICT) for node in part.op().find(ops.Value, filter=ops.Value)):
            for field in part.op().find(ops.Field, filter=ops.Value):
                found[field.name] = table[field.name]
        else:
            found[part.op()] = part
    return tuple(found[name] for name in sorted(found, key=str))


@dataclass(slots=True)
class Sums:
    """Aggregates that several indicators share: each is computed once in the one pass over the table."""

    expressions: dict[str, Any]
    names: dict[Any, str]

    @classmethod
    def none(cls) -> Sums:
        return cls({}, {})

    def add(self, expression: Any) -> str:
        """Give the name of an aggregate, the same for the same one."""
        op = expression.op()
        if op not in self.names:
            self.names[op] = f"s{len(self.names)}"
            self.expressions[self.names[op]] = expression
        return self.names[op]


@dataclass(frozen=True, slots=True)
class Part:
    """Where an indicator's sums stand: `value` of the last four kinds, else `numerator` and `denominator`."""

    indicator: Indicator
    reported: str
    numerator: str
    denominator: str = ""


def summed(bound: Bound, sums: Sums, unit: Any) -> Part:
    """Add what an indicator needs to the sums of the pass."""
    kind, where = bound.kind, bound.where
    count = sums.add(_count(bound.answered))
    value = bound.value
    if kind in (Kind.TOTAL, Kind.RUNNING):
        return Part(bound.indicator, count, sums.add(_kept(value, where).sum()))
    if kind is Kind.MEAN:
        below = count if where is None else sums.add(_kept(value, where).count())
        return Part(bound.indicator, count, sums.add(_kept(value, where).sum()), below)
    if kind is Kind.SHARE:
        flag = value.cast("int32")
        below = count if where is None else sums.add(_kept(flag, where).count())
        return Part(bound.indicator, count, sums.add(_kept(flag, where).sum()), below)
    if kind is Kind.RATE:
        above = _both(value, bound.below, where, bound.table)
        below_the_line = _both(bound.below, value, where, bound.table)
        return Part(bound.indicator, count, sums.add(above.sum()), sums.add(below_the_line.sum()))
    if kind is Kind.DISTINCT:
        return Part(bound.indicator, count, sums.add(_kept(unit, _and(value, where)).nunique()))
    kept = _kept(value, where)
    reduced = {Kind.LEAST: kept.min, Kind.MOST: kept.max}.get(kind)
    return Part(bound.indicator, count, sums.add(reduced() if reduced else kept.quantile(bound.indicator.at)))


def _count(answered: tuple[Any, ...]) -> Any:
    if len(answered) == 1:
        return answered[0].count()
    condition = answered[0].notnull()
    for each in answered[1:]:
        condition &= each.notnull()
    return condition.cast("int32").sum()


def _kept(value: Any, where: Any) -> Any:
    """Give the value of the rows that count. A sum over CASE costs less than one with FILTER, as measured."""
    return value if where is None else where.ifelse(value, ibis.null(value.type()))


def _both(value: Any, other: Any, where: Any, table: Any) -> Any:
    """Give the value where the other side of the line is answered too, so that both sums are over the same rows."""
    own = _answered([value] if where is None else [value, where], table)
    lacking = [each for each in _answered([other], table) if each.op() not in {one.op() for one in own}]
    for each in lacking:
        where = each.notnull() if where is None else where & each.notnull()
    return _kept(value, where)


def _and(one: Any, other: Any) -> Any:
    return one if other is None else one & other


def types_of(schema: Schema) -> Mapping[str, str]:
    """The types of the columns of a table of this schema, to bind definitions without any data."""
    said = {
        Cells.CODE: "string", Cells.NUMBER: "float64", Cells.WHOLE: "int64", Cells.FLAG: "boolean", Cells.DAY: "date",
        Cells.MOMENT: "timestamp",
    }  # fmt: skip
    return {column.name: said[column.cells] for column in schema.columns}
