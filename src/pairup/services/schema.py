"""The layout of a programme folder, read off the record's models, so that no column is defined twice."""

from __future__ import annotations

import inspect
import os
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pairup.exchange.layout import Clock, Column, Kind, Table
from pairup.services import require_safe_sqlite

if TYPE_CHECKING:
    from pairup.record.dated import Version

#: happened tables in which a second row of a code is a second event of it; elsewhere it is a correction
_EVENTS = frozenset({"offers", "signatures"})
#: tables that only commands fill
_NOT_BY_HAND = frozenset({"runs", "adoptions", "registrations", "evaluations", "conflicts", "vault_reads", "grants",
                          "box_recipients", "complaints", "complaint_answers"})  # fmt: skip
_BOOKKEEPING = frozenset({"id", "number", "recorded_at", "superseded_at", "entry", "identity", "sealed", "closed"})
_CLOCKS = frozenset({"starts", "starts_precision", "ends_before", "ends_precision", "day", "day_precision"})
_TAIL = ("standing", "source", "is_synthetic", "note")
_ROUGH = frozenset({"covers_from", "covers_to"})
_BOUNDS = {"latitude": (-90, 90), "longitude": (-180, 180), "grassroots_share": (0, 1), "livelihood_share": (0, 1),
           "release_share": (0, 1), "local_share": (0, 1)}  # fmt: skip
_SAYS = {
    "code": "the row's own name; rows of one code with different spans are its history",
    "from": "first day, month or year; empty: open",
    "to": "last day, month or year, that one included; empty: open",
    "day": "when it happened: day, month or year",
    "currency": "ISO 4217, as CNY or EUR",
    "standing": "how well it is known; may be empty where the row is synthetic",
    "source": "codes of `sources.csv` with `;` between, or words",
    "is_synthetic": "made up for a demonstration or a test",
    "note": "anything else; of a row about a person nothing",
}
_NO_NOTE = "stays empty: what is said of a person in the clear would outlive an erasure"


def saved_columns(table: Table) -> tuple[Column, ...]:
    """Give the columns of a saved table: those of a folder, and what the record itself knows of a row.

    Personal columns are saved as the record holds them: sealed and closed.
    """
    scope = (Column("programme", "programme", Kind.TEXT, required=True, default=""),) if table.scoped else ()
    known = (
        Column("version", "number", Kind.WHOLE, required=True),
        Column("recorded_at", "recorded_at", Kind.MOMENT, required=True),
        Column("superseded_at", "superseded_at", Kind.MOMENT),
        Column("entry", "entry", Kind.WHOLE, required=True),
    )
    seal = tuple(Column(name, name, Kind.TEXT, default="") for name in ("sealed", "closed")) if table.sealed else ()
    plain = (column for column in table.columns[1:] if not column.personal)
    return (table.columns[0], *scope, *plain, *known, *seal)


def load_django() -> None:
    """Load Django without a record, to read the models."""
    require_safe_sqlite()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairup.record.settings")
    import django

    django.setup()


@cache
def folder_layout() -> dict[str, Table]:
    """Give every table of a folder, in an order in which references point backwards or into the same table."""
    load_django()
    from pairup.record.models import TABLES

    by_noun = {_noun(model): name for name, model in TABLES.items()}
    return {name: _table(model, by_noun) for name, model in TABLES.items()}


def _noun(model: Any) -> type[Any]:
    noun: type[Any] = model._meta.get_field("identity").related_model
    return noun


def _table(model: type[Version], by_noun: dict[type[Any], str]) -> Table:
    from pairup.record.closed import closed_fields
    from pairup.record.dated import Dated, Scoped, Sealed

    noun = _noun(model)
    clock = Clock.SPAN if issubclass(model, Dated) else Clock.DAY
    dates = (
        (_plain("from", "starts", Kind.FROM), _plain("to", "ends_before", Kind.TO))
        if clock is Clock.SPAN
        else (_plain("day", "day", Kind.HAPPENED, required=True),)
    )
    fields = [*model._meta.concrete_fields, *closed_fields(model).values()]
    names = [field.name for field in sorted(fields, key=lambda field: field.creation_counter)]
    facts = [name for name in names if name not in _BOOKKEEPING | _CLOCKS and name not in _TAIL]
    comments = _comments(model)
    columns = [_plain("code", "code", Kind.CODE, required=True), *dates]
    columns += [_column(model, name, by_noun, comments) for name in (*facts, *_TAIL)]
    if of_people := _is_of_people(model):
        columns[-1] = replace(columns[-1], longest=0, says=_NO_NOTE)
    return Table(
        name=model.table,
        noun=noun.__name__,
        clock=clock,
        scoped=issubclass(noun, Scoped),
        columns=tuple(columns),
        one_row_a_code=clock is Clock.DAY and model.table not in _EVENTS,
        by_hand=model.table not in _NOT_BY_HAND,
        sealed=issubclass(model, Sealed),
        in_vault=getattr(model, "in_vault", False),
        of_people=of_people,
        says=" ".join(text for text in map(_docstring, (noun, model)) if text),
    )


def _is_of_people(model: Any) -> bool:
    """Whether each row speaks of one person: it is closed in part, or points to them or to a posting."""
    from pairup.record.models import Person, Posting

    points = any(field.related_model in (Person, Posting) for field in model._meta.concrete_fields)
    return points or hasattr(model, "whose")


def _docstring(model: type[Any]) -> str:
    text = inspect.cleandoc(model.__doc__ or "")
    return "" if text.startswith(f"{model.__name__}(") else " ".join(text.split())


def _plain(name: str, field: str, kind: Kind, *, required: bool = False) -> Column:
    return Column(name, field, kind, required=required, longest=80 if kind is Kind.CODE else None, says=_SAYS[name])


def _column(model: type[Version], name: str, by_noun: dict[type[Any], str], comments: dict[str, str]) -> Column:
    from django.db import models

    from pairup.record.closed import Closed

    declared: Any = model._meta.get_field(name)
    field = declared.of if isinstance(declared, Closed) else declared
    kind, referred = _kind(field, name), getattr(field, "noun", field.related_model)
    has_default = field.default is not models.NOT_PROVIDED
    bounds = _BOUNDS.get(name, _range(field))
    return Column(
        name=name.removesuffix("_minor") if kind is Kind.AMOUNT else name,
        field=name,
        kind=kind,
        required=not (field.null or field.blank or has_default),
        default=field.default if has_default else None if field.null else "",
        choices=tuple(value for value, _ in field.choices or ()),
        refers_to=by_noun[referred] if referred else "",
        longest=field.max_length,
        lowest=bounds[0],
        highest=bounds[1],
        digits=getattr(field, "max_digits", None),
        places=getattr(field, "decimal_places", None),
        personal=isinstance(declared, Closed),
        currency="currency" if kind is Kind.AMOUNT else "",
        says=_SAYS.get(name, comments.get(name, "")),
    )


def _kind(field: Any, name: str) -> Kind:
    from django.db import models

    if name in _ROUGH:
        return Kind.ROUGH
    if field.is_relation or hasattr(field, "noun"):
        return Kind.REFERENCE
    if isinstance(field, models.JSONField):
        if field.default is list:
            return Kind.YEARS if name.endswith("_years") else Kind.ITEMS
        return Kind.PAIRS if field.default is dict else Kind.DOCUMENT
    if name.endswith("_minor"):
        return Kind.AMOUNT
    if field.choices:
        return Kind.CHOICE
    kinds: dict[type[Any], Kind] = {
        models.IntegerField: Kind.WHOLE,
        models.DecimalField: Kind.DECIMAL,
        models.BooleanField: Kind.YESNO,
        models.DateField: Kind.DAY,
        models.BinaryField: Kind.BYTES,
        models.CharField: Kind.TEXT,
        models.TextField: Kind.TEXT,
    }
    return next(kind for of, kind in kinds.items() if isinstance(field, of))


def _range(field: Any) -> tuple[int | None, int | None]:
    highest = {
        "PositiveSmallIntegerField": 2**15 - 1,
        "PositiveIntegerField": 2**31 - 1,
        "PositiveBigIntegerField": 2**63 - 1,
    }
    if (kind := field.get_internal_type()) in highest:
        return 0, highest[kind]
    return (-(2**31), 2**31 - 1) if kind == "IntegerField" else (None, None)


def _comments(model: type[Any]) -> dict[str, str]:
    """Read what a model's own source says beside each column; a column's meaning has no other home."""
    lines = re.findall(r"^    (\w+) = .*?\)  # (.+)$", inspect.getsource(model), re.MULTILINE)
    return {name: text.strip() for name, text in lines}
