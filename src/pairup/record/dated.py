"""Rows with two clocks.

A *noun* (a place, a pairing, a posting) is a stable identity row with a code; foreign keys point to it. What is
known of it stands in *version* rows, which are only ever added. `recorded_at` and `superseded_at` say when the
record held a row true; a span (`Dated`) or a day (`Happened`) says when it is true in the world. The one column
ever updated is `superseded_at`, by the write path.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from pairup.record.closed import SealedBase
from pairup.record.scopes import OwnRows
from pairup.values.codes import Standing
from pairup.values.days import Precision, Span
from pairup.values.purposes import Personal


def choices(of: type[StrEnum]) -> list[tuple[str, str]]:
    return [(item.value, item.value.replace("_", " ")) for item in of]


def choice(of: type[StrEnum], **options: Any) -> models.CharField:
    return models.CharField(max_length=24, choices=choices(of), **options)


def as_known_by(day: date) -> datetime:
    """Give the last moment of a day (UTC), up to which things recorded count as known."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)


def _empty_first(name: str) -> Any:
    column = F(name.lstrip("-"))
    return column.desc(nulls_last=True) if name.startswith("-") else column.asc(nulls_first=True)


class Versions(models.QuerySet):
    """Version rows; every read says the day it asks about."""

    def order_by(self, *names: Any) -> Self:
        """Order rows, an empty cell first, on every database: PostgreSQL by itself puts it last."""
        fields = {field.name for field in self.model._meta.concrete_fields if field.null}
        return super().order_by(*(_empty_first(name) if str(name).lstrip("-") in fields else name for name in names))

    def known(self, known_by: date | None = None) -> Self:
        """Rows the record held true at the end of `known_by`, or holds true now."""
        if known_by is None:
            return self.filter(superseded_at=None)
        moment = as_known_by(known_by)
        return self.filter(recorded_at__lt=moment).filter(Q(superseded_at=None) | Q(superseded_at__gte=moment))

    def known_in_parts(self, known_by: date | None = None) -> list[Self]:
        """The rows of `known` in parts without an "or" between them, so that each is found by an index alone.

        Those superseded since are few and looked for first: no other index, however good it seems, is taken for them.
        """
        if known_by is None:
            return [self.filter(superseded_at=None)]
        moment = as_known_by(known_by)
        held = self.filter(recorded_at__lt=moment)
        since = type(self)(self.model, using=self.db).filter(superseded_at__gte=moment)
        return [held.filter(superseded_at=None), held.filter(pk__in=since.values("pk"))]


class DatedVersions(Versions):
    def on(self, day: date, *, known_by: date | None = None) -> Self:
        """Rows true on `day`: their span holds it."""
        return (
            self.known(known_by)
            .filter(Q(starts=None) | Q(starts__lte=day))
            .filter(Q(ends_before=None) | Q(ends_before__gt=day))
        )


class HappenedVersions(Versions):
    def on(self, day: date, *, known_by: date | None = None) -> Self:
        """Rows that had happened by `day`, that day included."""
        return self.known(known_by).filter(day__lte=day)


DatedRows = OwnRows.from_queryset(DatedVersions)
HappenedRows = OwnRows.from_queryset(HappenedVersions)


class Identity(models.Model):
    """The stable side of a noun. `code` is unique in the record, or within its programme."""

    code = models.CharField(max_length=80)

    objects = OwnRows()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class Shared(Identity):
    """An identity that all programmes of a record share."""

    class Meta:
        abstract = True
        constraints: ClassVar = [models.UniqueConstraint(fields=["code"], name="%(class)s_code")]


class Scoped(Identity):
    """An identity that belongs to one programme."""

    programme = models.ForeignKey("record.Programme", models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints: ClassVar = [models.UniqueConstraint(fields=["programme", "code"], name="%(class)s_code")]


class Version(models.Model):
    """What was recorded of an identity, once. Subclasses declare `identity` and the facts."""

    #: name of the table in a programme folder (docs/reference/folder.md)
    table: ClassVar[str]
    #: columns added after the first schema: no part of a journal leaf while they say nothing, so that older ones verify
    later: ClassVar[tuple[str, ...]] = ()
    #: the identity this is a version of; each subclass declares the foreign key to its own kind
    identity: Any
    identity_id: int

    number = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    entry = models.ForeignKey("record.JournalEntry", models.PROTECT, related_name="+")
    standing = choice(Standing, blank=True, default="")
    source = models.CharField(max_length=200, blank=True, default="")
    is_synthetic = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")

    class Meta:
        abstract = True
        base_manager_name = "objects"
        constraints: ClassVar = [models.UniqueConstraint(fields=["identity", "number"], name="%(class)s_number")]
        indexes: ClassVar = [models.Index(fields=["superseded_at", "identity"], name="%(class)s_known")]

    def __str__(self) -> str:
        return f"{self.table} {self.pk} version {self.number}"


class Sealed(models.Model, metaclass=SealedBase):
    """Personal columns, declared in `personal`. A journal leaf holds only their HMAC under this row's own salt.

    Values and salt stand in `closed`, encrypted under the person's key (docs/decisions/0011), and nowhere else. With
    the key destroyed or `closed` emptied, `sealed` is left: the journal still verifies, and nothing can be guessed
    back (promises.md E2).
    """

    #: by column: why it is kept, on what ground, how long
    personal: ClassVar[Mapping[str, Personal]]
    #: what is closed with one key and destroyed together; the year of recording is added to it
    drawer: ClassVar[str]
    #: the column that says whose row it is: `identity`, `person`, a `posting` of theirs; or a conflict `about` a row
    whose: ClassVar[str] = "person"

    #: read for a declared purpose only, and every read leaves a row that the person can see
    in_vault: ClassVar[bool] = False
    #: opened for the person alone; an office hears by a service of what of it is for them (decision 0017)
    for_oneself: ClassVar[bool] = False
    #: recorded only while an impact assessment is in force
    needs_assessment: ClassVar[bool] = False

    sealed = models.CharField(max_length=64, blank=True, default="")
    closed = models.TextField(blank=True, default="")

    class Meta(Version.Meta):  # the first base's Meta is the one that counts
        abstract = True

    def drawer_of(self) -> str:
        """Name what this row's personal columns are kept with, and destroyed with."""
        return self.drawer

    def declared(self) -> Personal:
        """Why and how long this row's personal columns are kept; all of a table's are kept equally long."""
        return next(iter(self.personal.values()))


class Dated(Version):
    """True over a span of days in the world; an open end is null. Stored with an exclusive end."""

    starts = models.DateField(null=True, blank=True)
    starts_precision = choice(Precision, default=Precision.DAY)
    ends_before = models.DateField(null=True, blank=True)
    ends_precision = choice(Precision, default=Precision.DAY)

    objects = DatedRows()

    class Meta(Version.Meta):
        abstract = True

    @property
    def span(self) -> Span:
        return Span(self.starts, self.ends_before - timedelta(days=1) if self.ends_before else None)


class Happened(Version):
    """True from one day on: something that happened."""

    day = models.DateField()
    day_precision = choice(Precision, default=Precision.DAY)

    objects = HappenedRows()

    class Meta(Version.Meta):
        abstract = True
