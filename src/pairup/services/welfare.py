"""Who in post checked in, when the next check is due, and who wants a call. Never where anybody is, nor how ill.

Of a check the offices see the day and whether a call is wanted; how somebody is stays theirs (decision 0017).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from pairup.record.models import ArrivalCheckVersion, PersonVersion, PostingVersion, PostVersion, WelfareCheckVersion
from pairup.services import tables
from pairup.services.dues import ARRIVAL_DAYS, ARRIVAL_UNTIL
from pairup.services.personal import open_values, told_in_part
from pairup.values.codes import PostingStatus, Voice

#: days from one check-in to the next
CHECK_DAYS = 30


@dataclass(frozen=True, slots=True)
class PostLine:
    """What lists say of a post: its title in both languages, and the code of its place."""

    title_en: str
    title_zh: str
    place: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One person in post: where the post is, the last check-in, and what is due."""

    person: str
    donor: str
    posting: str
    post: PostLine | None  # None where it is not one's own to read
    starts: date | None
    last: date | None  # last check-in; None: none yet
    due: date  # of the next
    wants_call: bool  # as of the last check-in
    arrival_due: date | None  # of the check after arrival; None: answered, or asked no more
    is_synthetic: bool

    def days_over(self, on: date) -> int:
        return (on - self.due).days


def read_board(programme: str, *, on: date, known_by: date | None = None) -> list[Checked]:
    """People of one's own in post on a day: who wants a call first, then by how long a check-in is due."""
    rows = tables.read_rows(PostingVersion, on=on, known_by=known_by, programme=programme)
    serving = rows.filter(status=PostingStatus.IN_POST).select_related("identity", "person")
    of_people = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme).order_by("starts")
    donors = dict(of_people.values_list("identity_id", "donor__code"))
    posts = post_lines(programme, known_by=known_by)
    said = read_check_ins(programme, on=on, known_by=known_by)
    heard: dict[int, set[str]] = defaultdict(set)
    checks = tables.read_rows(ArrivalCheckVersion, on=on, known_by=known_by, programme=programme)
    for posting, voice in checks.values_list("posting_id", "said_by"):
        heard[posting].add(voice)
    found = []
    for row in serving:
        if row.person_id not in donors:
            continue  # of another donor's person the office sees the post, not the board's line
        last, wants_call = said.get(row.identity_id, (None, False))
        arrived = row.starts or on
        is_asked = (on - arrived).days <= ARRIVAL_UNTIL and Voice.SECONDEE not in heard[row.identity_id]
        found.append(Checked(
            row.person.code, donors[row.person_id], row.identity.code, posts.get(row.post_id), row.starts, last,
            (last or arrived) + timedelta(days=CHECK_DAYS), wants_call,
            arrived + timedelta(days=ARRIVAL_DAYS) if is_asked else None, row.is_synthetic,
        ))  # fmt: skip
    return sorted(found, key=lambda one: (not one.wants_call, one.due, one.person))


def read_check_ins(
    programme: str, *, on: date, known_by: date | None = None
) -> dict[int, tuple[date, bool]]:  # fmt: skip
    """By posting: the day of the last check-in, and whether it wants a call. Somebody who is not well is to be called.

    An answer that was erased, or whose time of keeping ran out, asks for nothing.
    """
    rows = tables.read_rows(WelfareCheckVersion, on=on, known_by=known_by, programme=programme).order_by("day", "pk")
    last = {posting: (row, day) for posting, row, day in rows.values_list("posting_id", "pk", "day")}
    told: dict[int, bool] = {}
    with told_in_part():
        latest = rows.filter(pk__in=[row for row, _ in last.values()])
        for (posting,), said in open_values(latest, "posting_id"):  # what is closed takes a while to open
            told[posting] = bool(said["wants_call"]) or said["well"] is False
    return {posting: (day, told.get(posting, False)) for posting, (_, day) in last.items()}


def post_lines(programme: str, *, known_by: date | None = None) -> dict[int, PostLine]:
    """Each post of one's own, by the id of its identity, as it was told last."""
    rows = PostVersion.objects.known(known_by).filter(identity__programme__code=programme).order_by("starts")
    told = rows.values_list("identity_id", "title_en", "title_zh", "place__code")
    return {post: PostLine(*said) for post, *said in told}
