"""People as offices meet them: whom a donor sends, who comes to a host; by code, with nothing personal opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pairup.errors import InputError
from pairup.record.models import ArrivalCheckVersion, FitnessCheckVersion, PersonVersion, PostingVersion
from pairup.services import lives, tables
from pairup.services.welfare import posts_of
from pairup.values.codes import PostingStatus

#: states in which somebody stands in the short list
CURRENT = frozenset({"nominated", PostingStatus.PLANNED.value, PostingStatus.IN_POST.value})


@dataclass(frozen=True, slots=True)
class Line:
    """One person of one's own: the row, the posting that counts on the day, and its post."""

    row: Any
    posting: Any  # None: none that one sees
    post: Any
    state: str  # nominated, free, or the status of the posting

    @property
    def last(self) -> date | None:
        return lives.last_day(self.posting) if self.posting is not None else None


def read_people(
    programme: str, *, on: date, known_by: date | None = None, only_current: bool = False, code: str = ""
) -> list[Line]:  # fmt: skip
    """People of one's own, with the posting they serve, else the next, else the last; with few questions for many.

    With a code, that person alone.
    """
    people = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme)
    people = people.defer("sealed", "closed").select_related("identity", "donor", "round")
    postings = PostingVersion.objects.known(known_by).filter(identity__programme__code=programme)
    if code:
        people, postings = people.filter(identity__code=code), postings.filter(person__code=code)
    chosen: dict[int, Any] = {}
    for row in postings.select_related("identity").order_by("starts", "number"):
        before = chosen.get(row.person_id)
        if before is None or _counts(row, on) >= _counts(before, on):
            chosen[row.person_id] = row
    posts = posts_of(programme, known_by=known_by)
    found = []
    for row in tables.latest(people.order_by("identity__code", "starts")):
        posting = chosen.get(row.identity_id)
        state = _state(row, posting, on)
        if state in CURRENT or not only_current:
            found.append(Line(row, posting, posts.get(posting.post_id) if posting is not None else None, state))
    return found


def _counts(row: Any, on: date) -> int:
    """How much a posting counts on a day: one that is served, then one to come, then one that is over."""
    if row.status == PostingStatus.IN_POST:
        return 2
    return 1 if row.status == PostingStatus.PLANNED and (row.ends_before is None or row.ends_before > on) else 0


def _state(row: Any, posting: Any, on: date) -> str:
    if posting is not None and (_counts(posting, on) or row.starts is None or row.starts <= on):
        return str(posting.status)
    return "nominated" if row.round_id is not None and (row.ends_before is None or row.ends_before > on) else "free"


@dataclass(frozen=True, slots=True)
class Known:
    """What an office sees of one person: the line, every posting, until when fitness is checked, arrival answers."""

    line: Line
    postings: tuple[tuple[Any, Any], ...]  # posting and its post
    is_checked: bool
    checked_until: date | None
    answers: tuple[ArrivalCheckVersion, ...]


def read_known(programme: str, code: str, *, on: date, known_by: date | None = None) -> Known:
    """One person of one's own. Refuses whoever is not there, and another's, which looks the same."""
    line = next(iter(read_people(programme, on=on, known_by=known_by, code=code)), None)
    if line is None:
        raise InputError(f"There is no person {code}.", code="web.missing", what=code)
    person = line.row.identity_id
    rows = PostingVersion.objects.known(known_by).filter(person=person).select_related("identity")
    posts = posts_of(programme, known_by=known_by)
    checks = FitnessCheckVersion.objects.known(known_by).filter(person=person).order_by("starts")
    last = checks.defer("sealed", "closed").last()
    answers = tables.read_rows(ArrivalCheckVersion, on=on, known_by=known_by, programme=programme)
    serving = tables.latest(rows.order_by("starts"))
    return Known(
        line, tuple((row, posts.get(row.post_id)) for row in serving), last is not None,
        lives.last_day(last) if last is not None else None,
        tuple(answers.filter(posting__in=[row.identity_id for row in serving]).select_related("posting")),
    )  # fmt: skip
