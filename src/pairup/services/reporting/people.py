"""Rounds over time, handovers, posts left empty, and one post followed through."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from pairup.planning.explain import what_if_without
from pairup.planning.plan import Plan
from pairup.planning.worth import posting_points, told, why_not
from pairup.record.models import NeedVersion, PlanRunVersion, PostingVersion, PostVersion, RoundVersion
from pairup.reports.facts import (
    Both,
    FollowedPost,
    Handover,
    NameFacts,
    RoundPeople,
    RowLink,
    RowTable,
    UnmetPost,
    WorthPart,
)
from pairup.services.plans import Asked, RoundTables, asked_of, posting_weights, round_tables
from pairup.services.reporting.places import Atlas, PlannedPeople
from pairup.services.rows import rough, rough_last, row_table
from pairup.values.trades import profession_called
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Served:
    """One posting with the round and the post it filled."""

    code: str
    round: str
    post: str
    person: str
    start: date | None
    end: date | None
    status: str
    is_synthetic: bool


def read_served(programme: str, *, on: date, known_by: date | None = None) -> list[Served]:
    """Every posting recorded, adopted ones of the future included, by code."""
    rows = PostingVersion.objects.known(known_by).filter(identity__programme__code=programme)
    posts = dict(
        PostVersion.objects.known(known_by)
        .filter(identity__programme__code=programme).values_list("identity__code", "round__code")
    )  # fmt: skip
    columns = ("identity__code", "post__code", "person__code", "starts", "ends_before", "status", "is_synthetic")
    return [
        Served(
            code,
            posts.get(post, ""),
            post,
            person,
            start,
            end.fromordinal(end.toordinal() - 1) if end else None,
            status,
            syn,
        )
        for code, post, person, start, end, status, syn in rows.order_by("identity__code", "starts").values_list(
            *columns
        )
    ]


def read_rounds(
    programme: str, served: list[Served], planned_round: str, *, on: date, known_by: date | None
) -> tuple[RoundPeople, ...]:
    """Rounds of every scheme with the people posted in each."""
    people: dict[str, set[str]] = defaultdict(set)
    synthetic: set[str] = set()
    for row in served:
        people[row.round].add(row.person)
        if row.is_synthetic:
            synthetic.add(row.round)
    rows = RoundVersion.objects.known(known_by).filter(identity__programme__code=programme).select_related("identity")
    return tuple(
        RoundPeople(
            row.identity.code, row.scheme, row.ordinal, rough(row.starts, row.starts_precision) or on,
            rough_last(row.ends_before, row.ends_precision) or on,
            len(people[row.identity.code]) if row.identity.code in people else None, row.identity.code == planned_round,
            row.identity.code in synthetic, RowLink("postings", (row.identity.code,)),
        )
        for row in sorted(rows, key=lambda row: (row.scheme, row.ordinal))
    )  # fmt: skip


def read_handovers(
    programme: str, served: list[Served], rounds: tuple[RoundPeople, ...], *, on: date, known_by: date | None
) -> tuple[Handover, ...]:
    """How posts passed on: the last posting of a post against the first of the post that continues it."""
    columns = ("identity__code", "round__code", "continues__code")
    posts = PostVersion.objects.known(known_by).filter(identity__programme__code=programme).values_list(*columns)
    follower = {before: code for code, _, before in posts if before}
    of_round: dict[str, list[str]] = defaultdict(list)
    for code, round_code, _ in posts:
        of_round[round_code].append(code)
    terms: dict[str, list[Served]] = defaultdict(list)
    for row in served:
        terms[row.post].append(row)
    by_scheme: dict[str, list[RoundPeople]] = defaultdict(list)
    for each in rounds:
        by_scheme[each.scheme].append(each)
    handovers = []
    for chain in by_scheme.values():
        for earlier, later in pairwise(chain):
            passed: Counter[str] = Counter()
            days: list[int] = []
            for post in of_round[earlier.code]:
                heirs = terms.get(follower.get(post, ""), [])
                if not terms.get(post):
                    continue
                ends = [row.end for row in terms[post] if row.end]
                starts = [row.start for row in heirs if row.start]
                if not starts or not ends:
                    passed["none"] += 1
                    continue
                overlap = (max(ends) - min(starts)).days + 1
                passed["overlap" if overlap > 0 else "gap"] += 1
                if overlap > 0:
                    days.append(overlap)
            if sum(passed.values()):
                handovers.append(
                    Handover(
                        earlier.code, later.code, passed["overlap"], passed["gap"], passed["none"],
                        int(median(days)) if days else None, earlier.is_synthetic or later.is_synthetic,
                        RowLink("postings", (later.code,)),
                    )
                )  # fmt: skip
    return tuple(handovers)


def posting_rows(served: list[Served]) -> RowTable:
    return row_table(
        "postings", ("code", "round", "post", "person", "from", "to", "status", "is_synthetic"),
        [(r.code, r.round, r.post, r.person, r.start, r.end, r.status, r.is_synthetic) for r in served],
        group_by=("round", "code"), synthetic=any(r.is_synthetic for r in served),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """The round's question and answer side by side, by post."""

    asked: Asked
    tables: RoundTables
    rows: dict[str, PostVersion]
    takers: dict[str, list[str]]  # post -> people chosen
    reach: dict[str, list[int]]  # post -> indices of eligible people


def planned_round(run: PlanRunVersion) -> PlannedRound:
    """Read a run of postings again, beside what the record knew of people and posts on the day it was drafted."""
    asked = asked_of(run)
    found = round_tables(asked)
    posts = PostVersion.objects.known(asked.known_by).filter(
        identity__programme__code=asked.programme, round__code=asked.round
    )
    columns = ("identity", "place", "pairing", "need", "host", "team")
    rows = {row.identity.code: row for row in posts.select_related(*columns).order_by("identity__code", "starts")}
    takers: dict[str, list[str]] = defaultdict(list)
    for item in run.answer["assignments"] or []:
        takers[item["post"]].append(item["person"])
    reach: dict[str, list[int]] = defaultdict(list)
    for person, post in found.pairs:
        reach[found.openings[post].code].append(person)
    return PlannedRound(asked, found, rows, takers, reach)


def planned_people(planned: PlannedRound, tops: dict[str, str]) -> PlannedPeople:
    people: Counter[str] = Counter()
    posts: Counter[str] = Counter()
    for code, row in planned.rows.items():
        top = tops.get(row.pairing.code, row.pairing.code) if row.pairing else ""
        posts[top] += row.seats
        people[top] += len(planned.takers.get(code, ()))
    return PlannedPeople(people, posts)


def post_rows(planned: PlannedRound, tops: dict[str, str]) -> RowTable:
    """Posts of the planned round with who was chosen, grouped by top-level pairing."""
    rows = []
    for code, row in planned.rows.items():
        top = tops.get(row.pairing.code, row.pairing.code) if row.pairing else ""
        rows.append((
            code, top, row.place.code, row.title_en, row.title_zh, row.profession, row.seats, row.priority,
            planned.takers.get(code, []), len(planned.reach.get(code, ())), row.is_synthetic,
        ))  # fmt: skip
    columns = (
        "code",
        "pairing",
        "place",
        "title_en",
        "title_zh",
        "profession",
        "seats",
        "priority",
        "chosen",
        "eligible",
        "is_synthetic",
    )
    synthetic = any(row.is_synthetic for row in planned.rows.values())
    return row_table("posts", columns, rows, group_by=("pairing", "code"), synthetic=synthetic)


def read_needs(programme: str, *, on: date, known_by: date | None) -> dict[str, NeedVersion]:
    rows = NeedVersion.objects.known(known_by).filter(identity__programme__code=programme)
    return {row.identity.code: row for row in rows.select_related("identity", "place").order_by("number")}


def need_rows(needs: dict[str, NeedVersion]) -> RowTable:
    columns = (
        "code",
        "place",
        "category",
        "text_en",
        "text_zh",
        "priority",
        "stated_by",
        "how_asked",
        "status",
        "is_synthetic",
    )
    rows = [
        (
            code,
            n.place.code,
            n.category,
            n.text_en,
            n.text_zh,
            n.priority,
            n.stated_by,
            n.how_asked,
            n.status,
            n.is_synthetic,
        )
        for code, n in needs.items()
    ]
    return row_table("needs", columns, rows, group_by=("code",), synthetic=any(n.is_synthetic for n in needs.values()))


def unmet(
    planned: PlannedRound, plan: Plan[Any], needs: dict[str, NeedVersion], tops: dict[str, str]
) -> tuple[UnmetPost, ...]:
    """Posts with empty seats, each with its reasons: nobody eligible, or what filling it would cost elsewhere."""
    found = []
    for code, row in sorted(planned.rows.items()):
        empty = row.seats - len(planned.takers.get(code, ()))
        if empty <= 0:
            continue
        need = needs.get(row.need.code) if row.need else None
        found.append(
            UnmetPost(
                code, Both(row.title_en, row.title_zh), row.place.code, tuple(_reasons(planned, code, empty)),
                Both(need.text_en, need.text_zh) if need else None, profession_called(row.profession),
                row.priority, len(planned.reach.get(code, ())), row.is_synthetic,
                RowLink("posts", (tops.get(row.pairing.code, row.pairing.code) if row.pairing else "", code)),
            )
        )  # fmt: skip
    return tuple(found)


def _reasons(planned: PlannedRound, post: str, empty: int) -> list[Words]:
    """Why seats stay empty: what keeps the donors' people from being eligible, or where the eligible ones went."""
    reach = planned.reach.get(post, [])
    people, openings = planned.tables.people, planned.tables.openings
    if reach:
        posted = {person for people_of in planned.takers.values() for person in people_of}
        busy = sum(1 for k in reach if people[k].code in posted)
        row = planned.rows[post]
        if row.team is not None:
            return [Words("services.unmet-team", {"team": row.team.code, "eligible": len(reach)})]
        return [Words("services.unmet-elsewhere", {"eligible": len(reach), "busy": busy, "free": len(reach) - busy})]
    opening = next(o for o in openings if o.code == post)
    near = [p for p in people if p.donor in opening.open_to and p.profession == opening.profession]
    if not near:
        return [
            Words(
                "services.unmet-no-profession",
                {"profession": profession_called(opening.profession), "donors": ", ".join(sorted(opening.open_to))},
            )
        ]
    counts = Counter(told(reason, to_person=False).code for p in near if (reason := why_not(p, opening)))
    return [
        Words(f"services.unmet-{code.partition('.')[2]}", {"count": n, "of": len(near)})
        for code, n in counts.most_common()
    ]


def choose_followed(planned: PlannedRound) -> str | None:
    """The post to follow through: filled, one seat, somebody else eligible.

    Rather one with a need of its own, outside a team, with a choice of three to sixty people, and of high priority;
    then the first by code. Where a correction of the same day made the chosen person no longer eligible, the post is
    passed over.
    """
    people, able = planned.tables.people, []
    for code, row in planned.rows.items():
        reach = {people[k].code for k in planned.reach.get(code, ())}
        if row.seats == 1 and len(reach) > 1 and planned.takers.get(code) and reach.issuperset(planned.takers[code]):
            able.append((row.need is None, row.team is not None, not 3 <= len(reach) <= 60, -row.priority, code))
    return min(able)[-1] if able else None


def followed(
    planned: PlannedRound, plan: Plan[Any], needs: dict[str, NeedVersion], atlas: Atlas, tops: dict[str, str]
) -> tuple[FollowedPost, RowTable] | None:
    """One post from its need to the runner-up, with what forcing another or losing the chosen person would cost.

    Long because every fact of the post is named once.
    """
    code = choose_followed(planned)
    if code is None:
        return None
    row, weights = planned.rows[code], posting_weights(planned.asked)
    opening = next(o for o in planned.tables.openings if o.code == code)
    points = {k: posting_points(planned.tables.people[k], opening, weights) for k in planned.reach[code]}
    person = planned.takers[code][0]
    chosen = next(k for k in points if planned.tables.people[k].code == person)
    others = sorted(
        (k for k in points if k != chosen), key=lambda k: (-sum(points[k].values()), planned.tables.people[k].code)
    )
    forced = plan.why((planned.tables.people[others[0]].code, code), confirm=True) if others else None
    dropped = what_if_without(plan, person)
    loss = dropped.difference.points
    need, none = needs.get(row.need.code) if row.need else None, Words("services.no-need")
    donor = planned.tables.people[chosen].donor
    top = tops.get(row.pairing.code, row.pairing.code) if row.pairing else ""
    facts = FollowedPost(
        code, Both(row.title_en, row.title_zh), row.place.code,
        atlas.organisations.get(donor) or NameFacts(donor, Both(donor)),
        Both(need.text_en, need.text_zh) if need else Both(none.say("en"), none.say("zh_Hans")), person, row.priority,
        Words(f"services.stated-by-{need.stated_by}") if need else None, len(points),
        profession_called(row.profession), opening.first_day(person), row.span.last,
        sum(points[chosen].values()),
        _parts(points[chosen], points[others[0]] if others else {}),
        planned.tables.people[others[0]].code if others else "", sum(points[others[0]].values()) if others else None,
        None, round(forced.cost) if forced and forced.cost is not None else None, forced.details if forced else (),
        Words("services.drop-out-planned-again"), round(-loss) if loss is not None else None, dropped.moves,
        row.is_synthetic, RowLink("needs", (row.need.code,)) if row.need else None, RowLink("posts", (top, code)),
        RowLink("candidates", ()),
    )  # fmt: skip
    table = row_table(
        "candidates", ("code", "post", "donor", "profession", "skills", "grade", "years", "points", "chosen"),
        [
            (planned.tables.people[k].code, code, planned.tables.people[k].donor, planned.tables.people[k].profession,
             sorted(planned.tables.people[k].skills), planned.tables.people[k].grade, planned.tables.people[k].years,
             sum(points[k].values()), k == chosen)
            for k in points
        ],
        group_by=("code",), synthetic=row.is_synthetic,
    )  # fmt: skip
    return facts, table


def _parts(chosen: dict[str, int], runner_up: dict[str, int]) -> tuple[WorthPart, ...]:
    """Points by name; what rests on a preference, the person's or the host's, is told as a personal condition."""
    wishes = ("preference", "host_preference")
    names = [name for name in chosen | runner_up if name not in wishes]
    parts = [WorthPart(Words(f"services.points-{name}"), chosen.get(name, 0), runner_up.get(name, 0)) for name in names]
    if any(name in chosen | runner_up for name in wishes):
        ours, theirs = (sum(side.get(name, 0) for name in wishes) for side in (chosen, runner_up))
        parts.append(WorthPart(Words("worth.part-personal"), ours, theirs))
    return tuple(parts)
