"""A place's years on one page: codes, donors, rounds, needs, projects, what is said of it and what was signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pairup.errors import InputError
from pairup.record.models import (
    ClaimVersion,
    NeedVersion,
    PairingVersion,
    PlaceVersion,
    PostingVersion,
    PostVersion,
    ProjectVersion,
    RoundVersion,
    SignatureVersion,
    SuccessionVersion,
)
from pairup.reports.facts import Both
from pairup.services.rows import rough, rough_last
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a place, or is said of it, with the row it stands in."""

    day: date
    written: str  # the day as precisely as it is known
    words: Words
    about: str
    is_synthetic: bool


def read_chronicle(place: str, *, on: date, programme: str, known_by: date | None = None) -> list[Line]:
    """What the record tells of a place up to a day, in order of days; as it was known by another.

    Claims stand side by side, each with its speaker. People are counted, never listed. Refuses a place that is not
    there.
    """
    if not PlaceVersion.objects.known(known_by).filter(identity__code=place).exists():
        raise InputError(
            f"The record knows no place {place!r}.", hint="Codes stand in places.csv of a saved folder.",
            code="lifecycle.no-place", place=place,
        )  # fmt: skip
    found: list[Line] = []
    for part in (_codes, _successions, _pairings, _rounds, _needs, _projects, _claims):
        found += part(place, programme, on, known_by)
    about = {line.about for line in found} | {f"reports/{on}"}
    found += _signatures(about, programme, on, known_by)
    return sorted(found, key=lambda line: (line.day, line.about, line.words.code))


def _known(model: Any, programme: str, known_by: date | None) -> Any:
    rows = model.objects.known(known_by).filter(identity__programme__code=programme)
    return rows.select_related("identity").order_by("identity__code", "number")


def _line(row: Any, day: date | None, precision: str, code: str, /, **facts: Any) -> Line:
    said = rough(day, precision)
    about = f"{row.table}/{row.identity.code}"
    return Line(day or date.min, str(said) if said else "…", Words(f"lifecycle.told-{code}", facts), about,
                row.is_synthetic)  # fmt: skip


def _codes(place: str, programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    rows = PlaceVersion.objects.known(known_by).filter(identity__code=place).select_related("identity", "parent")
    for row in rows.order_by("starts"):
        if row.starts is None or row.starts <= on:
            yield _line(row, row.starts, row.starts_precision, "code", name=Both(row.name_en, row.name_zh),
                        code=row.official_code or "–", level=row.level)  # fmt: skip


def _successions(place: str, programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    rows = SuccessionVersion.objects.on(on, known_by=known_by).select_related("identity", "predecessor", "successor")
    for row in rows:
        if place in (row.predecessor.code, row.successor.code):
            yield _line(row, row.day, row.day_precision, "succession", one=row.predecessor.code,
                        other=row.successor.code, kind=row.kind)  # fmt: skip


def _pairings(place: str, programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    rows = _known(PairingVersion, programme, known_by).filter(place__code=place).select_related("donor", "identity")
    for row in rows:
        facts = {"donor": row.donor.code, "channel": row.channel, "reason": row.reason or "–"}
        if row.starts is None or row.starts <= on:
            yield _line(row, row.starts, row.starts_precision, "pairing", **facts)
        if row.ends_before is not None and row.ends_before <= on:
            yield _line(row, row.ends_before - timedelta(days=1), row.ends_precision, "pairing-ended",
                        last=str(rough_last(row.ends_before, row.ends_precision)), **facts)  # fmt: skip


def _rounds(place: str, programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    """Of each round, how many people began in posts here by the day, and how many have ended early."""
    rounds = dict(
        _known(PostVersion, programme, known_by).filter(place__code=place).values_list("identity", "round")
    )  # fmt: skip
    began: dict[int, set[int]] = defaultdict(set)
    early: dict[int, set[int]] = defaultdict(set)
    rows = _known(PostingVersion, programme, known_by).filter(post__in=rounds, starts__lte=on)
    for row in rows:
        began[rounds[row.post_id]].add(row.identity_id)
        if row.status == "ended_early" and row.ends_before is not None and row.ends_before <= on:
            early[rounds[row.post_id]].add(row.identity_id)
    for row in _known(RoundVersion, programme, known_by).filter(identity__in=began):
        count = len(began[row.identity_id])
        yield _line(row, row.starts, row.starts_precision, "round", scheme=row.scheme, ordinal=row.ordinal, count=count,
                    early=len(early[row.identity_id]))  # fmt: skip


def _needs(place: str, programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    for row in _known(NeedVersion, programme, known_by).filter(place__code=place):
        if row.starts is None or row.starts <= on:
            yield _line(row, row.starts, row.starts_precision, "need", text=Both(row.text_en, row.text_zh),
                        by=row.stated_by, status=row.status)  # fmt: skip


def _projects(place: str, programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    for row in _known(ProjectVersion, programme, known_by).filter(place__code=place):
        if row.starts is None or row.starts <= on:
            yield _line(row, row.starts, row.starts_precision, "project", title=Both(row.title_en, row.title_zh),
                        status=row.status)  # fmt: skip


def _claims(place: str, programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    rows = ClaimVersion.objects.on(on, known_by=known_by).filter(identity__programme__code=programme)
    for row in rows.filter(place__code=place).select_related("identity"):
        yield _line(row, row.day, row.day_precision, "claim", speaker=row.speaker,
                    text=Both(row.text_en, row.text_zh), kind=row.claim_class)  # fmt: skip


def _signatures(about: set[str], programme: str, on: date, known_by: date | None) -> Iterator[Line]:
    rows = SignatureVersion.objects.on(on, known_by=known_by).filter(identity__programme__code=programme)
    for row in rows.filter(about__in=sorted(about)).select_related("identity", "organisation"):
        yield _line(row, row.day, row.day_precision, "signature", organisation=row.organisation.code, kind=row.kind,
                    about=row.about, reservation=row.reservation or "–")  # fmt: skip
