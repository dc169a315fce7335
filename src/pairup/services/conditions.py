"""What a round asks beyond a post's own row: to meet the one before. Every read takes `on` and `known_by`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pairup.planning.worth import Handover, Opening
from pairup.record.models import PostingVersion, PostVersion
from pairup.rules.register import NoRuleError, Version, load_rules
from pairup.rules.service import handover_from
from pairup.services import tables
from pairup.values.codes import PostingStatus


@dataclass(frozen=True, slots=True)
class Before:
    """Who held a post before: those who left it last, and their last day there (None: not known)."""

    people: frozenset[str]
    last_day: date | None


def versions_in_force(
    programme: str, family: str, *, on: date, known_by: date | None = None
) -> list[tuple[str, Version]]:
    """The versions, in force on a day, of the rules of a family that a programme names and that act on something."""
    named = tables.read_programme(programme, on=on, known_by=known_by).rules
    found = []
    for name in sorted(named):
        if not name.startswith(f"{family}.") or name not in load_rules():
            continue
        try:
            version = load_rules()[name].on(on, known_by=known_by)
        except NoRuleError:
            continue
        if version.is_applied:
            found.append((name, version))
    return found


def read_before(programme: str, posts: Sequence[PostVersion], *, known_by: date | None = None) -> dict[str, Before]:
    """By code of a post: who held the post that it continues, as far as postings of it are on record."""
    before = {row.continues_id: row.identity.code for row in posts if row.continues_id is not None}
    rows = PostingVersion.objects.known(known_by).filter(
        identity__programme__code=programme, post_id__in=list(before), full_time=True
    )
    columns = ("identity", "post", "person__code", "ends_before", "status")
    latest = {identity: said for identity, *said in rows.order_by("identity", "starts").values_list(*columns)}
    held: dict[str, list[tuple[date | None, str, str]]] = {}
    for post, person, ends, status in latest.values():
        held.setdefault(before[post], []).append((ends - timedelta(days=1) if ends else None, person, status))
    return {post: _last_there(rows) for post, rows in held.items()}


def _last_there(rows: list[tuple[date | None, str, str]]) -> Before:
    """Of those who held a post, the last to leave. Who left early hands nothing over later and stays nowhere."""
    staying = [row for row in rows if row[2] != PostingStatus.ENDED_EARLY]
    days = [day for day, _, _ in staying or rows]
    last = None if None in days else max(day for day in days if day is not None)
    return Before(frozenset(person for day, person, _ in staying if day == last), last)


def with_conditions(
    programme: str, openings: Sequence[Opening], posts: Sequence[PostVersion], *, on: date, known_by: date | None = None
) -> list[Opening]:
    """The openings of a round with what its dated rules ask of them."""
    before = read_before(programme, posts, known_by=known_by)
    rules = versions_in_force(programme, "handover_least", on=on, known_by=known_by)
    return [
        replace(opening, handover=_handover(rules, row, opening, before.get(opening.code)))
        for opening, row in zip(openings, posts, strict=True)
    ]


def _handover(
    rules: Sequence[tuple[str, Version]], post: PostVersion, opening: Opening, before: Before | None
) -> Handover | None:
    """What the strictest of the rules asks of whoever comes after the one before."""
    if before is None or before.last_day is None:
        return None
    asked = [
        Handover(day, int(version.terms["days"]), before.people)
        for _, version in rules
        if (day := handover_from(version, post.term, opening.term, before.last_day)) is not None
    ]
    return min(asked, key=lambda one: one.by, default=None)
