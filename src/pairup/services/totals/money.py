"""Money lines as parts of a total: alike ones together for a figure, each by itself for its rows.

A line that hands on the money of another leaves the place it came from and arrives where it went, so that a total
of both counts it once. For the donor it stays the first donor's money.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Sum, Value, When

from pairup.record.models import EnvelopeVersion, MoneyLineVersion, Pairing, WorksRecordVersion
from pairup.reports.totals import Definition, Part
from pairup.services.rows import rough, text
from pairup.services.tables import latest
from pairup.services.totals.asked import OF_PLACES, Asked
from pairup.services.totals.ground import Ground
from pairup.values.codes import PAID, MoneyKind
from pairup.values.money import Money
from pairup.values.words import Words

#: keys that follow from the pairing
_ALONG = ("donor", "pairing", "top", "channel", *OF_PLACES)
#: which money lines each total adds up
KINDS = {
    "money_pledged": frozenset({MoneyKind.PLEDGE}),
    "money_paid": PAID,
    "money_audited": frozenset({MoneyKind.AUDITED}),
}
#: what the index `money_added_up` has lines in the order of, within what is in force
_INDEXED = ("kind", "pairing_id", "budget_year", "currency", "is_synthetic")
_COLUMNS = (
    "identity_id", "identity__code", "identity__programme_id", "pairing_id", "project_id", "kind", "budget_year",
    "amount_minor", "currency", "day", "day_precision", "is_synthetic", "passes_on_id", "number", "standing", "source",
    "grassroots_share", "livelihood_share",
)  # fmt: skip


def lines_of(of: Definition, asked: Asked) -> list[Any]:
    """The money lines a total is made of, in parts: of its kinds, happened by the day asked about, known by then."""
    lines = MoneyLineVersion.objects.filter(day__lte=asked.on, kind__in=sorted(KINDS[of.name]))
    return lines.known_in_parts(asked.known_by)


def money_parts(of: Definition, asked: Asked, ground: Ground, *, listed: bool) -> Iterator[Part]:
    """Every part of a total of money lines. `listed`: one part a line, else lines that are alike stand together."""
    for lines in lines_of(of, asked):
        own = _narrowed(lines.filter(passes_on=None), asked, ground)
        if listed:
            yield from _each(own, asked, ground)
        elif asked.into is not None:
            yield from _together(own.filter(currency=asked.into), asked, ground)
            yield from _each(own.exclude(currency=asked.into), asked, ground)
        else:
            yield from _together(own, asked, ground)
    yield from _onward(of, asked, ground)


def _narrowed(lines: Any, asked: Asked, ground: Ground) -> Any:
    """Let the database leave out what cannot fit; what is left is still looked at row by row."""
    exact = {"year": "budget_year", "kind": "kind", "pairing": "pairing__code", "project": "project__code"}
    lines = lines.filter(**{exact[key]: value for key, value in asked.where.items() if key in exact})
    if asked.programme is not None:  # a line's pairing is of its own programme, and stands in the index
        lines = lines.filter(pairing__in=Pairing.objects.filter(programme__code=asked.programme).values("pk"))
    if "donor" in asked.where:
        lines = lines.filter(pairing__in=ground.pairings_of(asked.where["donor"]))
    if asked.first is not None:
        lines = lines.filter(day__gte=asked.first)
    return lines if asked.after is None else lines.filter(day__lt=asked.after)


def _together(lines: Any, asked: Asked, ground: Ground) -> Iterator[Part]:
    """Lines that differ in nothing that was asked; where a pairing changed, its days are kept apart."""
    names = ["currency", "is_synthetic"]
    names += ["pairing_id"] if asked.names("programme", *_ALONG) else []
    names += ["budget_year"] if asked.names("year") else []
    names += ["kind"] if asked.names("kind") else []
    names += ["project_id"] if asked.names("project", *OF_PLACES) else []
    then: Any = Value(None)
    if asked.names("donor", "top", "channel", *OF_PLACES) and ground.moving:
        then = Case(When(pairing_id__in=sorted(ground.moving), then=F("day")), default=None)
        names.append("at")
    for row in _alike(lines, names, then):
        day, pairing = row.get("at") or asked.on, row.get("pairing_id")
        spot = ground.along(pairing, day, row.get("project_id"))
        keys = spot.keys | {
            "year": str(row.get("budget_year", "")), "kind": row.get("kind", ""),
            "project": ground.project_codes[row["project_id"]] if row.get("project_id") else "",
            "programme": ground.programme_of(pairing),
        }  # fmt: skip
        if asked.fits(keys, spot.inside):
            yield Part(
                row["minor"], row["currency"], keys, table="money", rows=row["count"], is_synthetic=row["is_synthetic"]
            )


def _alike(lines: Any, names: Sequence[str], then: Any) -> Iterator[dict[str, Any]]:
    """Sums of lines by these columns. The database adds them up finer, in the order of its index `money_added_up`:
    then it neither sorts the lines nor opens them, which takes twice as long where they are millions."""
    finer = list(dict.fromkeys((*_INDEXED, *names)))
    at = [finer.index(name) for name in names]
    groups = lines.order_by().annotate(at=then) if "at" in names else lines.order_by()
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for *alike, minor, count in groups.values_list(*finer).annotate(minor=Sum("amount_minor"), count=Count("*")):
        held = sums.setdefault(tuple([alike[one] for one in at]), [0, 0])
        held[0] += minor
        held[1] += count
    for key, (minor, count) in sums.items():
        yield dict(zip(names, key, strict=True)) | {"minor": minor, "count": count}


def _each(lines: Any, asked: Asked, ground: Ground) -> Iterator[Part]:
    for row in _read(lines).values():
        yield from _fitting(row, row, row["amount_minor"], asked, ground)


def _read(lines: Any) -> dict[int, dict[str, Any]]:
    return {row["identity_id"]: row for row in lines.order_by("identity__code").values(*_COLUMNS)}


def _onward(of: Definition, asked: Asked, ground: Ground) -> Iterator[Part]:
    """Lines that hand on another's money: what arrives, and what leaves. Without the other line they count as their
    own; so do lines that would hand each other on in a circle."""
    handing = MoneyLineVersion.objects.filter(passes_on__gt=0).values_list("identity_id", flat=True)
    everything = _among(of, asked, handing)  # of all programmes and days: money may cross either
    wanted = {row["passes_on_id"] for row in everything.values()} - set(everything)
    known = everything | _among(of, asked, wanted)
    for row in everything.values():
        first = _first(row, known)
        came_from = known.get(row["passes_on_id"])
        if came_from is None or first is None or came_from["currency"] != row["currency"]:
            yield from _fitting(row, row, row["amount_minor"], asked, ground)
            continue
        arrives = Words("totals.handed-on-from", {"row": came_from["identity__code"]})
        leaves = Words("totals.handed-on-to", {"row": row["identity__code"]})
        yield from _fitting(row, row, row["amount_minor"], asked, ground, first=first, why=arrives)
        yield from _fitting(row, came_from, -row["amount_minor"], asked, ground, first=first, why=leaves)


def _among(of: Definition, asked: Asked, identities: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The lines of a total that are of these identities, by identity, in order of code."""
    wanted, found = sorted(set(identities)), {}
    for at in range(0, len(wanted), 500):
        for lines in lines_of(of, asked):
            found.update(_read(lines.filter(identity__in=wanted[at : at + 500])))
    return dict(sorted(found.items(), key=lambda item: str(item[1]["identity__code"])))


def _first(row: dict[str, Any], known: dict[int, dict[str, Any]]) -> dict[str, Any] | None:
    """The line in which money began; None in a circle."""
    seen: set[int] = set()
    while row["passes_on_id"] in known:
        if row["identity_id"] in seen:
            return None
        seen.add(row["identity_id"])
        row = known[row["passes_on_id"]]
    return row


def _fitting(
    row: dict[str, Any], at: dict[str, Any], minor: int, asked: Asked, ground: Ground, *,
    first: dict[str, Any] | None = None, why: Words | None = None,
) -> Iterator[Part]:  # fmt: skip
    """A line as a part, standing where line `at` stands, as the money of the donor of line `first`; if asked for."""
    programme, project = ground.programme_codes.get(at["identity__programme_id"], ""), at["project_id"]
    if asked.programme not in (None, programme) or not asked.holds(row["day"]):
        return
    spot = ground.along(at["pairing_id"], at["day"], project)
    keys = spot.keys | {
        "year": str(row["budget_year"]), "kind": row["kind"],
        "project": ground.project_codes[project] if project else "",
        "programme": programme,
    }  # fmt: skip
    if first is not None:
        keys["donor"] = ground.along(first["pairing_id"], first["day"]).keys["donor"]
    if not asked.fits(keys, spot.inside):
        return
    said = str(Money(row["amount_minor"], row["currency"]))
    shown = {
        "day": str(rough(row["day"], row["day_precision"])), "says": said, "version": str(row["number"]),
        "standing": row["standing"], "source": row["source"], "grassroots": text(row["grassroots_share"]),
        "livelihood": text(row["livelihood_share"]),
    }  # fmt: skip
    yield Part(
        minor, row["currency"], keys, row["identity__code"], "money", is_synthetic=row["is_synthetic"], why=why,
        day=row["day"], shown=shown,
    )  # fmt: skip


def works_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """Works done, at their value, each record once; the year is the one they were done in."""
    rows = WorksRecordVersion.objects.on(asked.on, known_by=asked.known_by).select_related("identity")
    if asked.programme is not None:
        rows = rows.filter(identity__programme__code=asked.programme)
    for row in rows.order_by("identity__code"):
        if not asked.holds(row.day):
            continue
        spot = ground.along(row.pairing_id, row.day, row.project_id)
        keys = spot.keys | {
            "year": str(row.day.year), "project": ground.project_codes[row.project_id],
            "programme": ground.programme_codes[row.identity.programme_id],
        }  # fmt: skip
        if asked.fits(keys, spot.inside):
            shown = {
                "day": str(rough(row.day, row.day_precision)), "says": str(Money(row.value_minor, row.currency)),
                "version": str(row.number), "certified_by": row.certified_by, "standing": row.standing,
                "source": row.source,
            }  # fmt: skip
            yield Part(
                row.value_minor, row.currency, keys, row.identity.code, "works", is_synthetic=row.is_synthetic,
                day=row.day, shown=shown,
            )  # fmt: skip


def envelope_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """What donors plan to give, by budget year: the last that was told of each envelope."""
    rows = EnvelopeVersion.objects.known(asked.known_by).select_related("identity")
    if asked.programme is not None:
        rows = rows.filter(identity__programme__code=asked.programme)
    for row in latest(rows.order_by("identity__programme", "identity__code", "starts")):
        day = date(row.budget_year, 1, 1)
        if not asked.holds(day):
            continue
        spot = ground.along(row.pairing_id, day)
        keys = spot.keys | {
            "year": str(row.budget_year), "programme": ground.programme_codes[row.identity.programme_id],
        }  # fmt: skip
        if asked.fits(keys, spot.inside):
            yield Part(
                row.amount_minor, row.currency, keys, row.identity.code, "envelopes", is_synthetic=row.is_synthetic,
                day=day, shown={"version": str(row.number), "standing": row.standing, "source": row.source},
            )  # fmt: skip
