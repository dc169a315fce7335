"""How far a round is: posts asked for, people nominated against quotas, drafts, what was adopted.

Each count is of the rows of whoever asks: a donor counts its own people, a host its own posts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Q, QuerySet, Value, When

from pairup.record.models import (
    FitnessCheckVersion,
    NeedVersion,
    PairingVersion,
    PersonVersion,
    PlaceVersion,
    PostingVersion,
    PostVersion,
    QuotaVersion,
    RoundVersion,
)
from pairup.record.remembered import remembers
from pairup.services import tables
from pairup.services.plan_reviews import RunLine, Waiting, read_runs
from pairup.values.codes import NeedStatus


@dataclass(frozen=True, slots=True)
class Count:
    """A round with the posts and seats asked for, the seats that somebody was posted to, and the people nominated."""

    row: RoundVersion
    posts: int
    seats: int
    filled: int
    nominated: int


@dataclass(frozen=True, slots=True)
class Share:
    """A donor of a round: people it sends at most (None: no quota), people nominated."""

    donor: str
    quota: int | None
    nominated: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One round: its counts, its donors, its posts with the people posted to each, and its drafts."""

    count: Count
    shares: tuple[Share, ...]
    posts: tuple[PostVersion, ...]
    posted: Mapping[str, tuple[str, ...]]  # people by post
    runs: tuple[RunLine, ...]
    is_synthetic: bool

    @property
    def adopted(self) -> RunLine | None:
        """The draft of postings that was adopted."""
        return next((run for run in self.runs if run.is_adopted and run.kind == "postings"), None)

    def step(self) -> str:
        return step_of(self.count, self.runs)


def step_of(count: Count, runs: Iterable[Waiting]) -> str:
    """Where a round stands: posts, people, draft, voices, adopt, orders.

    A plan before the sides comes before what is missing: a place sees nobody who is nominated.
    """
    of_postings = [run for run in runs if run.kind == "postings"]
    if count.filled or any(run.is_adopted for run in of_postings):
        return "orders"
    drafts = [run for run in of_postings if run.has_plan]
    if any(run.is_put_forward for run in drafts):
        return "adopt"
    if not count.posts:
        return "posts"
    if not count.nominated:
        return "people"
    return "voices" if drafts else "draft"


@remembers
def read_rounds(programme: str, *, on: date, known_by: date | None = None) -> list[Count]:
    """Every round of a programme, the latest first; with the same few questions however many there are."""
    rows = RoundVersion.objects.known(known_by).filter(identity__programme__code=programme)
    rounds = tables.latest(rows.select_related("identity").order_by("identity__code", "number"))
    of_posts = PostVersion.objects.known(known_by).filter(identity__programme__code=programme)
    of_people = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme).exclude(round=None)
    columns = of_posts.order_by("starts").values_list("identity_id", "round_id", "seats")
    posts = {post: (of, seats) for post, of, seats in columns}
    people = Counter(dict(of_people.order_by("starts").values_list("identity_id", "round_id")).values())
    seated = Counter(post for post, _ in set(_postings(programme, known_by).values_list("post_id", "person_id")))
    counts: Counter[int] = Counter()
    seats_of: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for post, (of, seats) in posts.items():
        counts[of] += 1
        seats_of[of] += seats
        filled[of] += min(seats, seated[post])
    found = [
        Count(row, counts[of], seats_of[of], filled[of], people[of]) for row in rounds for of in (row.identity_id,)
    ]
    return sorted(found, key=lambda one: (one.row.scheme, -one.row.ordinal))


def read_standing(programme: str, code: str, *, on: date, known_by: date | None = None) -> Standing:
    """One round of a programme. Refuses a round that is not there."""
    row = tables.read_round(programme, code, on=on, known_by=known_by)
    posts, people = _posts(programme, known_by, code), _people(programme, known_by, code)
    rows = QuotaVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=code)
    quotas: Counter[str] = Counter()
    for donor, most in rows.values_list("donor__code", "people"):
        quotas[donor] += most
    nominated = Counter(one.donor.code for one in people)
    shares = tuple(Share(donor, quotas.get(donor), nominated[donor]) for donor in sorted({*quotas, *nominated}))
    filled = _filled(programme, known_by, code)
    posted: dict[str, list[str]] = {}
    for post, person in filled:
        posted.setdefault(post, []).append(person)
    return Standing(
        _count(row, posts, people, filled), shares, tuple(posts),
        {post: tuple(sorted(who)) for post, who in posted.items()},
        tuple(read_runs(programme, on=on, known_by=known_by, round_code=code)),
        any(one.is_synthetic for one in (*posts, *people)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nominated:
    """Somebody nominated for a round; until when a fitness check of theirs is valid, not what it says."""

    row: PersonVersion
    checked_until: date | None
    is_checked: bool


def read_nominated(programme: str, code: str, *, on: date, known_by: date | None = None) -> list[Nominated]:
    """People of one's own who are nominated for a round, with whether their fitness was checked."""
    tables.read_round(programme, code, on=on, known_by=known_by)
    people = _people(programme, known_by, code)
    nominated = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=code)
    rows = FitnessCheckVersion.objects.known(known_by).filter(person__in=nominated.values("identity"))
    checks: dict[int, date | None] = {}
    for person, ends in rows.order_by("starts").values_list("person_id", "ends_before"):
        checks[person] = ends
    return [
        Nominated(
            one, date.fromordinal(ends.toordinal() - 1) if (ends := checks.get(one.identity_id)) else None,
            one.identity_id in checks,
        )
        for one in people
    ]  # fmt: skip


def read_pairing_of(place: str, *, programme: str, on: date, known_by: date | None = None) -> str:
    """The pairing through which help arrives at a place: its own, else that of the place around it; else none."""
    parents = dict(
        tables.read_rows(PlaceVersion, on=on, known_by=known_by).values_list("identity__code", "parent__code")
    )
    rows = tables.read_rows(PairingVersion, on=on, known_by=known_by, programme=programme)
    by_place: dict[str, str] = {}
    for at, code in rows.values_list("place__code", "identity__code"):
        by_place.setdefault(at, code)
    return next((by_place[at] for at in tables.lineage(place, parents) if at in by_place), "")


def read_needs(programme: str, *, on: date, known_by: date | None = None) -> QuerySet[NeedVersion]:
    """Needs of one's own on a day, the open ones and the most urgent first; a query, of which a page reads a part."""
    order = [NeedStatus.OPEN, NeedStatus.PLANNED, NeedStatus.MET, NeedStatus.MERGED, NeedStatus.WITHDRAWN]
    rank = Case(*(When(status=status, then=Value(at)) for at, status in enumerate(order)), default=Value(len(order)))
    rows = tables.read_rows(NeedVersion, on=on, known_by=known_by, programme=programme)
    return rows.select_related("identity", "place").order_by(rank, "-priority", "identity__code")


@dataclass(frozen=True, slots=True)
class NeedCount:
    """How many needs there are, how many are open without a post, and whether any is made up."""

    all: int
    unanswered: int
    is_synthetic: bool


def count_needs(programme: str, *, on: date, known_by: date | None = None) -> NeedCount:
    """Count the needs of one's own on a day."""
    asked_for = PostVersion.objects.known(known_by).filter(identity__programme__code=programme).exclude(need=None)
    rows = tables.read_rows(NeedVersion, on=on, known_by=known_by, programme=programme)
    unanswered = Q(status=NeedStatus.OPEN) & ~Q(identity__in=asked_for.values("need"))
    found = rows.order_by().aggregate(
        all=models.Count("pk"), unanswered=models.Count("pk", filter=unanswered),
        synthetic=models.Count("pk", filter=Q(is_synthetic=True)),
    )  # fmt: skip
    return NeedCount(found["all"], found["unanswered"], found["synthetic"] > 0)


@remembers
def read_seats_asked(programme: str, *, on: date, known_by: date | None = None) -> dict[str, int]:
    """Seats of the posts that answer a need, by need."""
    rows = PostVersion.objects.known(known_by).filter(identity__programme__code=programme).exclude(need=None)
    columns = rows.order_by("starts").values_list("identity_id", "need__code", "seats")
    seats: Counter[str] = Counter()
    for need, asked in {post: (need, asked) for post, need, asked in columns}.values():
        seats[need] += asked
    return seats


def _posts(programme: str, known_by: date | None, code: str) -> list[PostVersion]:
    rows = PostVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=code)
    return tables.latest(rows.select_related("identity", "place", "round").order_by("identity__code", "starts"))


def _people(programme: str, known_by: date | None, code: str) -> list[PersonVersion]:
    rows = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=code)
    rows = rows.defer("sealed", "closed")  # nothing personal is read here
    return tables.latest(rows.select_related("identity", "donor", "round").order_by("identity__code", "starts"))


def _postings(programme: str, known_by: date | None) -> Any:
    return PostingVersion.objects.known(known_by).filter(identity__programme__code=programme)


def _filled(programme: str, known_by: date | None, code: str) -> list[tuple[str, str]]:
    """Posts of a round with who was posted there, each pair once."""
    of_round = PostVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=code)
    rows = _postings(programme, known_by).filter(post__in=of_round.values("identity"))
    return sorted(set(rows.values_list("post__code", "person__code")))


def _count(
    row: RoundVersion, posts: Iterable[PostVersion], people: Iterable[PersonVersion], filled: Iterable[tuple[str, str]]
) -> Count:
    own = [post for post in posts if post.round_id == row.identity_id]
    codes, seated = {post.identity.code: post.seats for post in own}, Counter(post for post, _ in filled)
    return Count(
        row, len(own), sum(codes.values()), sum(min(seats, seated[code]) for code, seats in codes.items()),
        sum(one.round_id == row.identity_id for one in people),
    )  # fmt: skip
