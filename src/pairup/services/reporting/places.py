"""Places, organisations and pairings of a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from pairup.record.models import OrganisationVersion, PairingVersion, PlaceVersion
from pairup.record.remembered import remembers
from pairup.reports.facts import Both, Change, NameFacts, PairingFacts, PlaceFacts, RowLink, RowTable
from pairup.services.rows import rough, rough_last, row_table
from pairup.services.tables import lineage, read_rows
from pairup.values.codes import Channel, Level, Standing

#: levels that are an area of their own; what is smaller belongs to the area around it
AREAS = frozenset({Level.COUNTRY, Level.PROVINCE, Level.PREFECTURE})

#: columns, not rows: nearly every page reads all places
_OF_PLACE = (
    "identity__code", "starts", "parent__code", "name_en", "name_zh", "name_bo", "level", "official_code", "latitude",
    "longitude", "altitude_m",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atlas:
    """Places and organisations by code, as of the report's day."""

    places: dict[str, PlaceFacts]
    organisations: dict[str, NameFacts]
    organisation_places: dict[str, str]

    def place_name(self, code: str) -> Both:
        return self.places[code].name if code in self.places else Both(code)

    def body_name(self, code: str) -> Both:
        """An organisation by its name; one that is not known, or not shown, by its code."""
        return self.organisations[code].name if code in self.organisations else Both(code)


@remembers
def read_atlas(*, on: date, known_by: date | None = None) -> Atlas:
    """Read every place and organisation in force; a place that ended is read at its last version."""
    rows: dict[str, Any] = {}
    for row in PlaceVersion.objects.known(known_by).order_by("starts").values_list(*_OF_PLACE, named=True):
        kept = rows.get(row.identity__code)
        if kept is None or row.starts is None or row.starts <= on:
            rows[row.identity__code] = row
    parents = {code: row.parent__code for code, row in rows.items()}

    def area(code: str) -> str:
        return next((at for at in lineage(code, parents) if at in rows and Level(rows[at].level) in AREAS), code)

    places = {
        code: PlaceFacts(
            code, Both(row.name_en, row.name_zh), Level(row.level), area(code), row.official_code or code,
            float(row.latitude) if row.latitude is not None else None,
            float(row.longitude) if row.longitude is not None else None, row.altitude_m, row.name_bo,
        )
        for code, row in sorted(rows.items())
    }  # fmt: skip
    bodies = read_rows(OrganisationVersion, on=on, known_by=known_by)
    names, where = {}, {}
    for code, name_en, name_zh, place in bodies.values_list("identity__code", "name_en", "name_zh", "place__code"):
        names[code] = NameFacts(code, Both(name_en, name_zh), code)
        if place:
            where[code] = place
    return Atlas(places, names, where)


@remembers
def read_tops(programme: str, *, on: date, known_by: date | None = None) -> dict[str, str]:
    """For every pairing, the pairing at the top of its parents: reports roll up to it."""
    parents = dict(
        PairingVersion.objects.known(known_by)
        .filter(identity__programme__code=programme)
        .order_by("number")
        .values_list("identity__code", "parent__code")
    )
    return {code: list(lineage(code, parents))[-1] for code in parents}


@dataclass(frozen=True, slots=True)
class PlannedPeople:
    """People chosen and posts asked for in the planned round, by pairing."""

    people: Counter[str]
    posts: Counter[str]


def read_pairings(
    programme: str,
    atlas: Atlas,
    *,
    on: date,
    known_by: date | None,
    kept: dict[tuple[str, str], Change],
    planned: PlannedPeople,
) -> tuple[tuple[PairingFacts, ...], RowTable]:
    """Top-level pairings that ever held, each with its days, what the plan does to it, and its people."""
    rows = list(
        PairingVersion.objects.known(known_by)
        .filter(identity__programme__code=programme)
        .select_related("identity", "donor", "place", "parent")
        .order_by("identity__code", "number")
    )
    facts = []
    for row in rows:
        if row.parent is not None:
            continue
        code, holds = row.identity.code, on in row.span
        donor = atlas.organisations.get(row.donor.code) or NameFacts(row.donor.code, Both(row.donor.code))
        change, is_planned = _change(row, kept, on), holds and bool(planned.posts)
        facts.append(
            PairingFacts(
                code, donor, row.place.code, Channel(row.channel), rough(row.starts, row.starts_precision),
                rough_last(row.ends_before, row.ends_precision), change, Both(row.reason) if row.reason else None,
                planned.people[code] if is_planned else None, planned.posts[code] if is_planned else None,
                Standing(row.standing) if row.standing else None, row.is_synthetic, RowLink("pairings", (code,)),
                RowLink("posts", (code,)) if is_planned else None,
            )
        )  # fmt: skip
    table = row_table(
        "pairings",
        ("code", "donor", "place", "channel", "from", "to", "parent", "reason", "standing", "source", "is_synthetic"),
        [
            (row.identity.code, row.donor.code, row.place.code, row.channel, rough(row.starts, row.starts_precision),
             rough_last(row.ends_before, row.ends_precision), row.parent.code if row.parent else "", row.reason,
             row.standing, row.source, row.is_synthetic)
            for row in rows
        ],
        group_by=("code",), synthetic=any(row.is_synthetic for row in rows),
    )  # fmt: skip
    return tuple(facts), table


def _change(row: PairingVersion, kept: dict[tuple[str, str], Change], on: date) -> Change:
    """What the plan does to a pairing that holds; one that has yet to begin is new, one that is over has ended."""
    if on in row.span:
        is_planned = row.channel == Channel.TERRITORIAL
        return kept.get((row.donor.code, row.place.code), Change.NONE) if is_planned else Change.NONE
    return Change.NEW if row.starts is not None and row.starts > on else Change.ENDED
