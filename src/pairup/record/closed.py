"""Personal columns: declared on a model like any other, and never a column of the database.

The values of a row's personal columns stand together in its `closed`, encrypted under the person's key. A row read
from the database is closed: asking it for a personal column raises until `services.personal` has opened it, so that
one door sees every use.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.checks import Error
from django.db import models
from django.db.models.base import ModelBase

from pairup.values.purposes import Personal


class RowClosedError(RuntimeError):
    """A personal column was asked for without the door: a fault of the program, not of whoever uses it."""


class Opened:
    """Gives what the door put in the row's own dictionary; without it, a new row's default, or an error."""

    def __init__(self, field: Closed) -> None:
        self.field = field

    def __get__(self, row: models.Model | None, owner: type[models.Model]) -> Any:
        if row is None:
            return self
        if row.pk is None and not row.closed:  # type: ignore[attr-defined]
            return self.field.get_default()
        raise RowClosedError(f"{owner.__name__}.{self.field.name} is closed: open the row by services.personal")


class CodeOf(models.CharField):
    """The code of another row: what a personal column refers with, for a key of the database would show it."""

    def __init__(self, noun: type[models.Model]) -> None:
        super().__init__(max_length=80, null=True, blank=True)
        self.noun = noun


class Closed(models.Field):
    """A personal column, of the kind of field that it was declared as. It has no column in the database."""

    def __init__(self, of: models.Field) -> None:
        super().__init__(null=of.null, blank=of.blank, default=of.default)
        self.of = of
        self.creation_counter = of.creation_counter

    def get_attname_column(self) -> tuple[str, None]:
        return self.get_attname(), None

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = True) -> None:
        super().contribute_to_class(cls, name, private_only=True)
        setattr(cls, name, Opened(self))

    def get_default(self) -> Any:
        return self.of.get_default()

    def plain(self, value: Any) -> Any:
        """Give a value as JSON holds it."""
        if value is None or (isinstance(self.of, CodeOf) and value == ""):
            return None
        if isinstance(self.of, models.DecimalField):
            return f"{Decimal(value):.{self.of.decimal_places}f}"
        if isinstance(value, date):
            return value.isoformat()
        return value

    def read(self, plain: Any) -> Any:
        """Give the value that `plain` wrote down."""
        return plain if plain is None else self.of.to_python(plain)


class SealedBase(ModelBase):
    """Makes the columns that a model names in `personal` closed ones."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **options: Any) -> Any:
        for column in attrs.get("personal", ()):
            if isinstance(attrs.get(column), models.Field):
                attrs[column] = Closed(attrs[column])
        return super().__new__(mcs, name, bases, attrs, **options)


def closed_fields(model: type[models.Model]) -> dict[str, Closed]:
    """Give the personal columns of a model by name, in the order in which they are sealed."""
    found = {field.name: field for field in model._meta.private_fields if isinstance(field, Closed)}
    return {name: found[name] for name in getattr(model, "personal", ()) if name in found}


def check_declared(app_configs: Any, **options: Any) -> list[Error]:
    """Refuse personal columns without purpose, basis and time of keeping: no declaration, no migration."""
    from pairup.record.models import TABLES

    return [
        Error(said, hint="Write personal = {column: Personal(purpose, basis, keep)}.", obj=model, id="pairup.E001")
        for model in TABLES.values()
        if isinstance(model, SealedBase)
        for said in undeclared(model)
    ]


def undeclared(model: Any) -> list[str]:
    """Say what is wrong with how a model declares its personal columns; nothing, if all is as it should be."""
    personal = model.personal
    if not isinstance(personal, Mapping):
        return [f"{model.__name__}.personal names columns without purpose, basis and time of keeping"]
    found = [
        f"{model.__name__}.{name} has no purpose, basis and time of keeping"
        for name, said in personal.items()
        if not isinstance(said, Personal)
    ]
    found += [f"{model.__name__}.{name} is no column" for name in personal if name not in closed_fields(model)]
    keeps = {str(said.keep) for said in personal.values() if isinstance(said, Personal)}
    if len(keeps) > 1:
        found.append(f"{model.__name__} keeps its personal columns for different times: {', '.join(sorted(keeps))}")
    return found
