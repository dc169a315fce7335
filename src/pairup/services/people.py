"""People as offices meet them: whom a donor sends, who comes to a host; by code, with nothing personal opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from pairup.errors import InputError
from pairup.record.models import ArrivalCheckVersion, FitnessCheckVersion, PersonVersion, PostingVersion
from pairup.services import lives, tables
from pairup.services.personal import open_rows
from pairup.services.welfare import PostLine, post_lines
from pairup.values.codes import PostingStatus

#: states in which somebody stands in the short list
CURRENT = frozenset({"nominated", PostingStatus.PLANNED.value, PostingStatus.IN_POST.value})


@dataclass(frozen=True, slots=True)
class Line:
    """One person of one's own, with the posting that counts on the day."""

    code: str
    donor: str
    profession: str
    state: str  # nominated, free, or the status of the posting
    posting: str  # empty: none that one sees
    post: PostLine | None
    starts: date | None  # of the posting, else of when one can serve
    last: date | None
    is_synthetic: bool


class _Posting(NamedTuple):
    person: int
    code: str
    post: int
    status: str
    starts: date | None
    ends_before: date | None

    def counts(self, on: date) -> int:
        """How much it counts on a day: one that is served, then one to come, then one that is over."""
        if self.status == PostingStatus.IN_POST:
            return 2
        return int(self.status == PostingStatus.PLANNED and (self.ends_before is None or self.ends_before > on))


def read_people(
    programme: str, *, on: date, known_by: date | None = None, only_current: bool = False, code: str = ""
) -> list[Line]:
    """People of one's own, with the posting they serve, else the next, else the last; with few questions for many.

    With a code, that person alone.
    """
    people = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme)
    postings = PostingVersion.objects.known(known_by).filter(identity__programme__code=programme)
    if code:
        people, postings = people.filter(identity__code=code), postings.filter(person__code=code)
    columns = postings.order_by("starts", "number").values_list(
        "person_id", "identity__code", "post_id", "status", "starts", "ends_before"
    )
    chosen: dict[int, _Posting] = {}
    for one in map(_Posting._make, columns):
        before = chosen.get(one.person)
        if before is None or one.counts(on) >= before.counts(on):
            chosen[one.person] = one
    told = people.order_by("identity__code", "starts").values_list(
        "identity_id", "identity__code", "donor__code", "profession", "round_id", "starts", "ends_before",
        "is_synthetic",
    )  # fmt: skip
    posts, found = post_lines(programme, known_by=known_by), []
    for person, name, donor, profession, round_, starts, ends_before, is_synthetic in {
        row[0]: row for row in told
    }.values():  # fmt: skip
        is_nominated = round_ is not None and (ends_before is None or ends_before > on)
        posting = chosen.get(person)
        state = _state(posting, is_nominated, on)
        if state in CURRENT or not only_current:
            first, end = (posting.starts, posting.ends_before) if posting else (starts, ends_before)
            found.append(Line(
                name, donor, profession, state, posting.code if posting else "",
                posts.get(posting.post) if posting else None, first, end - timedelta(days=1) if end else None,
                is_synthetic,
            ))  # fmt: skip
    return found


def _state(posting: _Posting | None, is_nominated: bool, on: date) -> str:
    if posting is not None and (posting.counts(on) or posting.starts is None or posting.starts <= on):
        return posting.status
    return "nominated" if is_nominated else "free"


@dataclass(frozen=True, slots=True)
class Known:
    """What an office sees of one person: the line, every posting, until when fitness is checked, arrival answers."""

    line: Line
    row: PersonVersion
    postings: tuple[tuple[PostingVersion, PostLine | None], ...]
    is_checked: bool
    checked_until: date | None
    answers: tuple[ArrivalCheckVersion, ...]


def read_known(programme: str, code: str, *, on: date, known_by: date | None = None) -> Known:
    """One person of one's own. Refuses whoever is not there, and another's, which looks the same."""
    line = next(iter(read_people(programme, on=on, known_by=known_by, code=code)), None)
    if line is None:
        raise InputError(f"There is no person {code}.", code="web.missing", what=code)
    row = (
        PersonVersion.objects.known(known_by).filter(identity__programme__code=programme, identity__code=code)
        .defer("sealed", "closed").select_related("identity", "donor", "round").order_by("starts").last()
    )  # fmt: skip
    assert row is not None
    person = row.identity_id
    rows = PostingVersion.objects.known(known_by).filter(person=person).select_related("identity")
    posts = post_lines(programme, known_by=known_by)
    checks = FitnessCheckVersion.objects.known(known_by).filter(person=person).order_by("starts")
    last = checks.defer("sealed", "closed").last()
    answers = tables.read_rows(ArrivalCheckVersion, on=on, known_by=known_by, programme=programme)
    serving = tables.latest(rows.order_by("starts"))
    return Known(
        line, row, tuple((one, posts.get(one.post_id)) for one in serving), last is not None,
        lives.last_day(last) if last is not None else None,
        tuple(open_rows(answers.filter(posting__in=[one.identity_id for one in serving]).select_related("posting"))),
    )  # fmt: skip
