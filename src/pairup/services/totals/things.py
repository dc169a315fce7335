"""People, posts, projects, needs and pairings as parts of a total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pairup.record.models import (
    NeedVersion,
    PairingVersion,
    PersonVersion,
    PlaceVersion,
    PostingVersion,
    PostVersion,
    ProjectVersion,
    Round,
    RoundVersion,
)
from pairup.reports.totals import Definition, Part
from pairup.services.tables import latest
from pairup.services.totals.asked import Asked
from pairup.services.totals.ground import Ground, Timeline
from pairup.values.codes import Channel, Level
from pairup.values.lifecycles import NOT_BEGUN
from pairup.values.money import Money
from pairup.values.words import Words


def _of(model: Any, asked: Asked) -> Any:
    rows = model.objects.known(asked.known_by).select_related("identity")
    return rows if asked.programme is None else rows.filter(identity__programme__code=asked.programme)


def _shown(row: Any, **more: str) -> dict[str, str]:
    span = row.span
    days = {"from": str(span.first or ""), "to": str(span.last or "")}
    return days | more | {"version": str(row.number), "standing": row.standing, "source": row.source}


class Posts:
    """Posts by identity: their round, scheme, place and pairing, the last told of each; donors of people beside."""

    def __init__(self, asked: Asked, ground: Ground) -> None:
        self.rows = {row.identity_id: row for row in latest(_of(PostVersion, asked).order_by("identity", "starts"))}
        self.rounds: dict[int, str] = dict(Round.objects.values_list("pk", "code"))
        schemes = RoundVersion.objects.known(asked.known_by).order_by("number")
        self.schemes: dict[int, str] = dict(schemes.values_list("identity_id", "scheme"))
        self.ground = ground

    def keys(self, post: Any, day: date) -> tuple[dict[str, str], tuple[str, ...]]:
        """Keys of a post; empty ones where the post is not known, so that who serves in it still counts."""
        spot = self.ground.spot(post.place_id if post else None, day)
        if post is None:
            return spot.keys | dict.fromkeys(("post", "round", "scheme", "pairing"), ""), spot.inside
        pairing = post.pairing_id
        return spot.keys | {
            "programme": self.ground.programme_codes[post.identity.programme_id], "post": post.identity.code,
            "round": self.rounds[post.round_id], "scheme": self.schemes.get(post.round_id, ""),
            "pairing": self.ground.pairing_codes[pairing] if pairing else "",
        }, spot.inside  # fmt: skip


def posting_parts(of: Definition, asked: Asked, ground: Ground) -> Iterator[Part]:
    """Postings begun by the day asked about; of `people_posted` each person once, of `postings` each posting once.

    The donor is the person's own on the first day, the year that of the first day.
    """
    for row, keys, inside in ground.once(("postings", asked.programme, asked.on), lambda: _postings(asked, ground)):
        if asked.holds(row.starts) and asked.fits(keys, inside):
            once = row.person.code if of.name == "people_posted" else ""
            yield Part(
                1, of.uom, keys, row.identity.code, "postings", f"{keys['programme']} {once}" if once else "",
                is_synthetic=row.is_synthetic, day=row.starts, shown=_shown(row, person=row.person.code),
            )  # fmt: skip


def _postings(asked: Asked, ground: Ground) -> list[tuple[Any, dict[str, str], tuple[str, ...]]]:
    """Postings as they were on their first day, in order of it, and where they lay."""
    posts = Posts(asked, ground)
    people = Timeline(
        PersonVersion.objects.known(asked.known_by).values_list("identity_id", "starts", "ends_before", "donor_id")
    )
    rows = _of(PostingVersion, asked).filter(starts__lte=asked.on).select_related("person")
    first: dict[int, Any] = {}
    for row in rows.order_by("starts", "identity__code", "number"):
        first.setdefault(row.identity_id, row)
    found = []
    for row in first.values():
        keys, inside = posts.keys(posts.rows.get(row.post_id), row.starts)
        donor = people.at(row.person_id, row.starts)
        keys |= {
            "programme": ground.programme_codes[row.identity.programme_id],
            "donor": ground.donor_codes[donor[0]] if donor else "", "year": str(row.starts.year),
        }  # fmt: skip
        found.append((row, keys, inside))
    return found


def seat_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """Seats of the posts asked for, of every round."""
    posts = Posts(asked, ground)
    for post in sorted(posts.rows.values(), key=lambda row: row.identity.code):
        day = post.starts or asked.on
        keys, inside = posts.keys(post, day)
        keys["year"] = str(day.year)
        if asked.holds(day) and asked.fits(keys, inside):
            yield Part(
                post.seats, "seats", keys, post.identity.code, "posts", is_synthetic=post.is_synthetic, day=day,
                shown=_shown(post),
            )  # fmt: skip


def need_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """Needs stated that hold on the day."""
    rows = _of(NeedVersion, asked).on(asked.on, known_by=asked.known_by)
    for row in latest(rows.order_by("identity__programme", "identity__code", "starts")):
        spot = ground.spot(row.place_id, asked.on)
        keys = spot.keys | {
            "category": row.category, "status": row.status,
            "programme": ground.programme_codes[row.identity.programme_id],
        }  # fmt: skip
        if asked.fits(keys, spot.inside):
            yield Part(1, "needs", keys, row.identity.code, "needs", is_synthetic=row.is_synthetic, shown=_shown(row))


# --- projects -----------------------------------------------------------------------------------------------


_Lying = tuple[Any, date | None, dict[str, str], tuple[str, ...]]


def _projects(asked: Asked, ground: Ground) -> list[_Lying]:
    """Projects as they are on the day, with the day their works began, and where they lie."""
    return ground.once(("projects", asked.programme, asked.on), lambda: list(_lying(asked, ground)))


def _lying(asked: Asked, ground: Ground) -> Iterator[_Lying]:
    rows: dict[int, Any] = {}
    began: dict[int, date] = {}
    by_start = _of(ProjectVersion, asked).order_by("identity__programme", "identity__code", "starts", "number")
    for row in by_start:
        if row.starts is not None and row.starts > asked.on:
            continue
        rows[row.identity_id] = row
        if row.status not in NOT_BEGUN and row.starts is not None:
            began[row.identity_id] = min(row.starts, began.get(row.identity_id, row.starts))
    for row in rows.values():
        start = began.get(row.identity_id)
        day = start or row.starts or asked.on
        spot = ground.along(row.pairing_id, day)
        place = ground.spot(row.place_id, day)
        keys = spot.keys | place.keys | {
            "category": row.category, "status": row.status, "year": str(start.year) if start else "",
            "project": row.identity.code, "programme": ground.programme_codes[row.identity.programme_id],
        }  # fmt: skip
        yield row, start, keys, place.inside


def project_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """Projects whose works began, by the year they began in. A part of a project is within it."""
    begun = {row.identity_id for row, start, _, _ in _projects(asked, ground) if start is not None}
    for row, start, keys, inside in _projects(asked, ground):
        if start is None or not asked.fits(keys, inside):
            continue
        amount, why = 1, None
        if row.part_of_id in begun:
            amount, why = 0, Words("totals.part-of", {"row": ground.project_codes[row.part_of_id]})
        elif not asked.holds(start):
            amount, why = 0, Words("totals.other-days", {"day": str(start)})
        yield Part(
            amount, "projects", keys, row.identity.code, "projects", is_synthetic=row.is_synthetic, why=why, day=start,
            shown=_shown(row),
        )  # fmt: skip


def cost_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """Costs of projects. A whole counts for what its parts leave of it, each part where it lies.

    A part in another currency than the whole counts nothing: its money is in the whole already.
    """
    projects = _projects(asked, ground)
    whole = {row.identity_id: (row, keys, inside) for row, _, keys, inside in projects if row.cost_minor is not None}
    for row, start, keys, inside in projects:
        if row.cost_minor is None or not asked.holds(start):
            continue
        amount, why = row.cost_minor, None
        above = whole.get(row.part_of_id)
        if above is not None and above[0].currency == row.currency:
            leaves = Words("totals.part-counted-apart", {"row": row.identity.code})
            if asked.fits(above[1], above[2]):
                yield _cost(row, -row.cost_minor, above[1], leaves)
            why = Words("totals.part-of", {"row": above[0].identity.code})
        elif above is not None:
            amount, why = 0, Words("totals.part-in-other-currency", {"row": above[0].identity.code})
        if asked.fits(keys, inside):
            yield _cost(row, amount, keys, why)


def _cost(row: Any, amount: int, keys: dict[str, str], why: Words | None) -> Part:
    said = str(Money(row.cost_minor, row.currency))
    return Part(
        amount, row.currency, keys, row.identity.code, "projects", is_synthetic=row.is_synthetic, why=why,
        day=row.starts, shown=_shown(row, says=said),
    )  # fmt: skip


# --- pairings -----------------------------------------------------------------------------------------------


def held_parts(of: Definition, asked: Asked, ground: Ground) -> Iterator[Part]:
    """Pairings in force at the end of the days asked about. A pairing under another is within it.

    `donors` are those of territorial pairings, each once; `counties_paired` are county-level places with a pairing of
    their own, each once.
    """
    day = min(asked.after - timedelta(days=1), asked.on) if asked.after else asked.on
    counties: set[int] = set()
    if of.name == "counties_paired":
        on_day = PlaceVersion.objects.on(day, known_by=asked.known_by)
        counties = set(on_day.filter(level=Level.COUNTY).values_list("identity_id", flat=True))
    rows = _of(PairingVersion, asked).on(day, known_by=asked.known_by).select_related("donor", "place", "parent")
    met: dict[int, int] = defaultdict(int)
    for row in rows.order_by("identity__programme", "identity__code", "number"):
        spot = ground.along(row.identity_id, day)
        keys = spot.keys | {"programme": ground.programme_codes[row.identity.programme_id]}
        met[row.identity_id] += 1
        if not asked.fits(keys, spot.inside) or met[row.identity_id] > 1:
            continue
        amount, once, why = 1, "", None
        if of.name == "counties_paired":
            if row.place_id not in counties:
                continue
            once = row.place.code
        elif of.name == "donors" and row.channel != Channel.TERRITORIAL:
            continue
        elif row.parent is not None:
            amount, why = 0, Words("totals.part-of", {"row": row.parent.code})
        elif of.name == "donors":
            once = row.donor.code
        yield Part(
            amount, of.uom, keys, row.identity.code, "pairings", once, is_synthetic=row.is_synthetic, why=why,
            shown=_shown(row),
        )  # fmt: skip
