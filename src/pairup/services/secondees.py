"""What a secondee's or candidate's own page shows: who they are here, posts offered and served, what waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pairup.record.models import (
    ArrivalCheckVersion,
    ConsentVersion,
    ConstraintVersion,
    CounterpartVersion,
    ExtensionVersion,
    FeedbackVersion,
    Person,
    PersonSignatureVersion,
    PersonVersion,
    PostingVersion,
    PostOfferVersion,
    PostVersion,
)
from pairup.services import lives, tables
from pairup.services.dues import ARRIVAL_DAYS, ARRIVAL_UNTIL, HANDOVER_DAYS
from pairup.services.personal import open_rows
from pairup.services.welfare import CHECK_DAYS, read_check_ins
from pairup.values.codes import Answer, PostingStatus, Voice
from pairup.values.purposes import Purpose


@dataclass(frozen=True, slots=True)
class Served:
    """A posting of one's own: its post, whom one works with, what both said after arrival, the last check-in."""

    row: PostingVersion
    post: Any
    counterparts: tuple[CounterpartVersion, ...] = ()
    answers: dict[str, ArrivalCheckVersion] = field(default_factory=dict)  # by voice
    checked: date | None = None
    wants_call: bool = False

    @property
    def is_open(self) -> bool:
        return self.row.status in (PostingStatus.PLANNED, PostingStatus.IN_POST)

    @property
    def last(self) -> date | None:
        return lives.last_day(self.row)

    def check_due(self, on: date) -> date | None:
        """The day of the next check-in; None while one is not in post."""
        if self.row.status != PostingStatus.IN_POST:
            return None
        return (self.checked or self.row.starts or on) + timedelta(days=CHECK_DAYS)

    def asks_arrival(self, on: date) -> bool:
        """Whether one's own answer after arrival is asked for."""
        if self.row.status != PostingStatus.IN_POST or self.row.starts is None or Voice.SECONDEE in self.answers:
            return False
        return ARRIVAL_DAYS <= (on - self.row.starts).days <= ARRIVAL_UNTIL

    def asks_handover(self, on: date) -> bool:
        last = self.last
        return (
            self.row.status == PostingStatus.IN_POST and self.row.handover_id is None and last is not None
            and on >= last - timedelta(days=HANDOVER_DAYS)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offered:
    """A post that was offered to one, and one's own answer."""

    row: PostOfferVersion
    post: Any

    @property
    def answer(self) -> Answer:
        return Answer(self.row.answer or Answer.OPEN)


@dataclass(frozen=True, slots=True)
class Self:
    """Everything of one's own page, as of a day."""

    row: PersonVersion
    served: tuple[Served, ...]
    offers: tuple[Offered, ...]
    extensions: tuple[ExtensionVersion, ...]  # asked of one and not answered
    constraints: tuple[ConstraintVersion, ...]
    consents: tuple[ConsentVersion, ...]  # the latest of each purpose
    objections: tuple[FeedbackVersion, ...]

    @property
    def current(self) -> Served | None:
        """The posting that one serves, or the next one."""
        found = [one for one in self.served if one.is_open]
        return min(found, key=lambda one: (one.row.status != PostingStatus.IN_POST, str(one.row.starts)), default=None)

    def waits(self, on: date) -> Iterator[str]:
        """What waits for one's own step, the most pressing first: offer, extension, arrival, check, handover."""
        if any(one.answer is Answer.OPEN for one in self.offers):
            yield "offer"
        if self.extensions:
            yield "extension"
        if (now := self.current) is None:
            return
        if now.asks_arrival(on):
            yield "arrival"
        due = now.check_due(on)
        if due is not None and due <= on:
            yield "check"
        if now.asks_handover(on):
            yield "handover"


def read_self(person: Person, *, on: date, known_by: date | None = None) -> Self:
    """Read all of one's own page."""
    programme = person.programme.code
    rows = PersonVersion.objects.known(known_by).filter(identity=person).select_related("identity", "donor", "round")
    (row,) = open_rows([rows.order_by("starts").last()])
    asked: dict[str, Any] = {"on": on, "known_by": known_by, "programme": programme}
    offers = open_rows(tables.read_rows(PostOfferVersion, **asked).filter(person=person).select_related("identity"))
    constraints = tables.read_rows(ConstraintVersion, **asked).filter(person=person).select_related("identity")
    consents = tables.read_rows(ConsentVersion, **asked).filter(person=person).select_related("asked_by")
    latest = {one.purpose: one for one in consents.order_by("day", "pk")}
    posts = _posts(programme, known_by)
    return Self(
        row, tuple(_served(person, posts, on, known_by)), tuple(Offered(one, posts.get(one.post_id)) for one in offers),
        tuple(_extensions(person, on, known_by)), tuple(open_rows(constraints)),
        tuple(open_rows(latest[purpose] for purpose in Purpose if purpose in latest)),
        tuple(tables.read_rows(FeedbackVersion, **asked).filter(about=f"people/{person.code}")),
    )  # fmt: skip


def _posts(programme: str, known_by: date | None) -> dict[int, PostVersion]:
    """The posts that one serves, served, or is offered: a secondee reads no others."""
    rows = PostVersion.objects.known(known_by).filter(identity__programme__code=programme)
    return {row.identity_id: row for row in rows.select_related("identity", "place", "host").order_by("starts")}


def _served(person: Person, posts: dict[int, Any], on: date, known_by: date | None) -> Iterator[Served]:
    """Postings of one's own as of a day, those to come too."""
    programme = person.programme.code
    rows = PostingVersion.objects.known(known_by).filter(person=person).select_related("identity", "handover")
    asked: dict[str, Any] = {"on": on, "known_by": known_by, "programme": programme}
    counterparts = list(tables.read_rows(CounterpartVersion, **asked))
    answers = tables.read_rows(ArrivalCheckVersion, **asked)
    said = read_check_ins(programme, on=on, known_by=known_by)
    serving = tables.latest(rows.order_by("starts"))
    told = open_rows(answers.filter(posting__in=[row.identity_id for row in serving]))
    for row in serving:
        checked, wants_call = said.get(row.identity_id, (None, False))
        yield Served(
            row, posts.get(row.post_id), tuple(one for one in counterparts if one.posting_id == row.identity_id),
            {one.said_by: one for one in told if one.posting_id == row.identity_id}, checked, wants_call,
        )  # fmt: skip


def _extensions(person: Person, on: date, known_by: date | None) -> list[ExtensionVersion]:
    asked: dict[str, Any] = {"on": on, "known_by": known_by, "programme": person.programme.code}
    answered = set(tables.read_rows(PersonSignatureVersion, **asked).values_list("about", flat=True))
    rows = tables.read_rows(ExtensionVersion, **asked).select_related("identity", "posting", "asked_by")
    return [row for row in rows if f"extensions/{row.identity.code}" not in answered]
