"""What lies on the desk of whoever acts: what waits for them or for others of their side, figures, the round in hand.

Nothing of it is stored, and columns are read, not rows: it is the first page everybody opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pairup.record.acting import Role, acting
from pairup.record.models import (
    ClaimVersion,
    DocumentVersion,
    FeedbackVersion,
    IncidentVersion,
    OrganisationVersion,
    PairingVersion,
    PersonVersion,
    PlaceVersion,
    PostingVersion,
    PostVersion,
    ProjectVersion,
    ReviewVersion,
    RoundVersion,
    SignatureVersion,
    VisitFindingVersion,
)
from pairup.record.remembered import remembers
from pairup.record.scopes import hold_all
from pairup.services import plan_reviews, signing
from pairup.services.dues import Due, read_due
from pairup.services.rounds import Count, step_of
from pairup.services.tables import lineage, read_rows
from pairup.services.unevaluated import read_unevaluated
from pairup.values.codes import PostingStatus, ReviewSide
from pairup.values.words import Words

#: days ahead that are told of
AHEAD = 30
#: groups of what waits, in the order in which they are shown
GROUPS = ("sign", "answer", "drafts", "evaluate", "conflicts", "reviews", "overdue", "coming", "others")
_GROUP_OF = {
    **dict.fromkeys(("plan_sign", "handover_sign"), "sign"),
    **dict.fromkeys(("reply", "offer", "consent", "arrival_check"), "answer"),
    **dict.fromkeys(("plan_forward", "plan_adopt"), "drafts"),
    **dict.fromkeys(("claim_plan", "claim_evaluate"), "evaluate"),
    "conflict": "conflicts", "review": "reviews",
}  # fmt: skip
#: kinds that are found here, and not by `dues`
_FOUND_HERE = frozenset(
    {"plan_sign", "plan_forward", "plan_adopt", "handover_sign", "review", "claim_plan", "claim_evaluate"}
)
#: owners that are whoever acts, where they are a secondee
_ONESELF = frozenset({"secondee", "candidate"})
#: kinds that a secondee does, whoever's posting it is
_OF_SECONDEES = frozenset({"handover_file", "consent", "offer"})
#: kinds that an evaluator does; what offices and secondees answer is for them to answer
_OF_EVALUATORS = frozenset({"claim_plan", "claim_evaluate", "conflict"})
#: the month from which the marks of a year are asked for (domain.md 6.2)
_REVIEWS_FROM = 11
#: codes that are looked up in one question
_AT_ONCE = 500
#: days after the end of a posting in which its handover file is still waited for
_HANDED = 365


@dataclass(frozen=True, slots=True)
class Names:
    """Places and organisations by code: their names in both languages, and what lies in what."""

    names: Mapping[str, tuple[str, str]]
    parents: Mapping[str, str | None]
    stands_in: Mapping[str, str | None]  # organisations: their place

    def of(self, code: str) -> tuple[str, str]:
        return self.names.get(code, (code, ""))

    def is_under(self, code: str, top: str) -> bool:
        """Whether a place or organisation is this one, or lies or stands in it."""
        return top in lineage(code, self.parents) or (
            (place := self.stands_in.get(code)) is not None and top in lineage(place, self.parents)
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits, in its group."""

    due: Due
    group: str


@remembers
def read_names(*, on: date, known_by: date | None = None) -> Names:
    """Every place and organisation by name, as of a day; a place that ended keeps its last one."""
    names: dict[str, tuple[str, str]] = {}
    parents: dict[str, str | None] = {}
    places = PlaceVersion.objects.known(known_by).order_by("starts")
    columns = ("identity__code", "name_en", "name_zh", "parent__code", "starts")
    for code, name_en, name_zh, parent, starts in places.values_list(*columns):
        if code not in names or starts is None or starts <= on:
            names[code], parents[code] = (name_en, name_zh), parent
    stands: dict[str, str | None] = {}
    bodies = read_rows(OrganisationVersion, on=on, known_by=known_by)
    columns = ("identity__code", "name_en", "name_zh", "parent__code", "place__code")
    for code, name_en, name_zh, parent, place in bodies.values_list(*columns):
        names[code], parents[code], stands[code] = (name_en, name_zh), parent, place
    return Names(names, parents, stands)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a desk is read from: names, and drafts with what was put before the sides."""

    names: Names
    shown: plan_reviews.Shown
    drafts: Sequence[tuple[str, plan_reviews.Waiting]]


def read_ground(programme: str, *, on: date, known_by: date | None = None) -> Ground:
    """Read it before anything else is read: what is looked up whole comes first, so that the fence goes up once."""
    hold_all()
    shown = plan_reviews.every_draft(programme, known_by=known_by)
    return Ground(
        read_names(on=on, known_by=known_by), shown, plan_reviews.own_drafts(programme, shown, known_by=known_by)
    )


def read_tasks(programme: str, ground: Ground, *, on: date, known_by: date | None = None) -> list[Task]:
    """What waits and what falls due within a month: one's own first by group, what is longest overdue first."""
    found = read_due(programme, on=on, known_by=known_by, ahead=AHEAD)
    for part in (_plans, _handed_over, _reviews):
        found += part(programme, ground, on, known_by)
    found += read_unevaluated(programme, on=on, known_by=known_by)
    tasks = [Task(due, _group(due, ground.names, on)) for due in found]
    return sorted(tasks, key=_order)


def what_waits(due: Due) -> Words:
    """What a thing that waits is called."""
    domain = "pages" if due.kind in _FOUND_HERE else "lifecycle"
    return Words(f"{domain}.due-{due.kind.replace('_', '-')}")


def _order(one: Task) -> tuple[int, date, str, str]:
    return GROUPS.index(one.group), one.due.day or date.max, one.due.kind, one.due.about


def _group(due: Due, names: Names, on: date) -> str:
    if not _is_own(due, names):
        return "others"
    if due.kind in _GROUP_OF:
        return _GROUP_OF[due.kind]
    return "overdue" if (due.days_over(on) or 0) > 0 else "coming"


def _is_own(due: Due, names: Names) -> bool:
    """Whether whoever acts is the one to do it. Who sees all watches over all of it."""
    now = acting().actor
    if now.sees_all or now.role is Role.PROGRAMME_OFFICE:
        return True
    if now.role is Role.EVALUATOR:
        return due.kind in _OF_EVALUATORS
    if now.role is Role.SECONDEE:
        is_heard = due.kind == "arrival_check" and "secondee" not in due.title
        return (due.owner in _ONESELF or due.kind in _OF_SECONDEES or due.kind == "arrival_check") and not is_heard
    if due.kind == "arrival_check" and "host" not in due.title:
        return False
    return names.is_under(due.owner, now.code) or due.kind == "conflict"


def _plans(programme: str, ground: Ground, on: date, known_by: date | None) -> Iterator[Due]:
    """Drafts that wait: to be put before the sides, to be adopted; of a side, to be signed."""
    signers = signing.read_signers(on=on, known_by=known_by)
    drafts = plan_reviews.still_waiting(ground.drafts, ground.shown)
    signed: set[tuple[str, str]] = set()
    if signers and drafts:
        rows = read_rows(SignatureVersion, on=on, known_by=known_by, programme=programme)
        told = rows.filter(about__startswith="runs/").values_list("about", "organisation__code")
        signed = {(run.removeprefix("runs/"), body) for run, body in told}
    for draft in drafts:
        about = f"runs/{draft.code}"
        if acting().actor.role is Role.PROGRAMME_OFFICE:
            kind = "plan_adopt" if draft.is_put_forward else "plan_forward"
            yield Due("-", kind, None, about, draft.code, draft.is_synthetic)
        elif draft.is_put_forward:
            for body in signers:
                if (draft.code, body) not in signed:
                    yield Due(body, "plan_sign", None, about, draft.code, draft.is_synthetic)


def _handed_over(programme: str, ground: Ground, on: date, known_by: date | None) -> Iterator[Due]:
    """Handover files that were given and that no host signed."""
    if acting().actor.role is not Role.RECIPIENT_OFFICE:
        return
    rows = PostingVersion.objects.known(known_by).filter(
        identity__programme__code=programme, ends_before__gt=on - timedelta(days=_HANDED)
    )
    given = list(rows.exclude(handover=None).values_list("identity__code", "handover__code", "is_synthetic"))
    if not given:
        return
    voices = read_rows(SignatureVersion, on=on, known_by=known_by, programme=programme)
    signed = set(voices.filter(about__startswith="documents/").values_list("about", flat=True))
    for posting, paper, is_synthetic in given:
        if f"documents/{paper}" not in signed:
            yield Due(acting().actor.code, "handover_sign", None, f"postings/{posting}", paper, is_synthetic)


def _reviews(programme: str, ground: Ground, on: date, known_by: date | None) -> Iterator[Due]:
    """Yearly marks of each side that nobody gave yet, in a programme that has begun to give them."""
    rows = read_rows(ReviewVersion, on=on, known_by=known_by, programme=programme)
    if not rows.exists():
        return
    year = on.year if on.month >= _REVIEWS_FROM else on.year - 1
    given = set(rows.filter(year=year, project=None).values_list("pairing__code", "side"))
    held = read_rows(PairingVersion, on=date(year, 12, 31), known_by=known_by, programme=programme)
    columns = ("identity__code", "donor__code", "recipient__code", "place__code", "is_synthetic")
    for code, donor, recipient, place, is_synthetic in held.filter(parent=None).values_list(*columns):
        for side, owner in ((ReviewSide.DONOR, donor), (ReviewSide.RECIPIENT, recipient or place)):
            if (code, side) not in given:
                yield Due(owner, "review", date(year, 12, 31), f"pairings/{code}", f"{year}", is_synthetic)


@dataclass(frozen=True, slots=True)
class InHand:
    """The round in hand: the next to begin, else the one that runs; its counts and where it stands."""

    count: Count
    step: str
    is_coming: bool


def read_round_in_hand(programme: str, ground: Ground, *, on: date, known_by: date | None = None) -> InHand | None:
    """The round that the work is about, with the rows of whoever acts counted. None: the programme has no round."""
    found = _counted_in_hand(programme, on, known_by)
    if found is None:
        return None
    count, is_coming = found
    of_it = [one for of, one in ground.drafts if of == count.row.identity.code]
    return InHand(count, step_of(count, of_it), is_coming)


@remembers
def _counted_in_hand(programme: str, on: date, known_by: date | None) -> tuple[Count, bool] | None:
    rows = RoundVersion.objects.known(known_by).filter(identity__programme__code=programme).select_related("identity")
    rounds = sorted(rows, key=lambda row: (row.starts or date.min, row.number))
    coming = [row for row in rounds if row.starts is not None and row.starts > on]
    row = coming[0] if coming else rounds[-1] if rounds else None
    if row is None:
        return None
    posts = dict(
        PostVersion.objects.known(known_by).filter(round=row.identity_id).order_by("starts")
        .values_list("identity_id", "seats")
    )  # fmt: skip
    seated: dict[int, set[int]] = {}
    of_round = PostVersion.objects.known(known_by).filter(round=row.identity_id).values("identity")
    held = PostingVersion.objects.known(known_by).filter(post__in=of_round)
    for post, person in held.values_list("post_id", "person_id"):
        seated.setdefault(post, set()).add(person)
    people = PersonVersion.objects.known(known_by).filter(round=row.identity_id)
    count = Count(
        row, len(posts), sum(posts.values()),
        sum(min(seats, len(seated.get(post, ()))) for post, seats in posts.items()),
        people.values("identity").distinct().count(),
    )  # fmt: skip
    return count, bool(coming)


def count_in_post(programme: str, *, on: date, known_by: date | None = None) -> int:
    """People of one's own in post on a day, each once."""
    rows = read_rows(PostingVersion, on=on, known_by=known_by, programme=programme)
    return int(rows.filter(status=PostingStatus.IN_POST).values("person").distinct().order_by().count())


#: what a row that waits is called, by table: the fields of its title in both languages
_TITLES: dict[str, tuple[Any, str, str]] = {
    "projects": (ProjectVersion, "title_en", "title_zh"),
    "claims": (ClaimVersion, "text_en", "text_zh"),
    "documents": (DocumentVersion, "title_en", "title_zh"),
    "visit_findings": (VisitFindingVersion, "text_en", "text_zh"),
    "feedback": (FeedbackVersion, "text_en", "text_zh"),
    "incidents": (IncidentVersion, "action_en", "action_zh"),
}


def titles_of(
    programme: str, about: Iterable[str], names: Names, *, known_by: date | None = None
) -> dict[str, tuple[str, str]]:
    """What each row that waits is called, in both languages; one question a table. Without a title it is left out."""
    wanted: dict[str, list[str]] = {}
    for one in about:
        table, _, code = one.partition("/")
        wanted.setdefault(table, []).append(code)
    found: dict[str, tuple[str, str]] = {}
    for table, codes in wanted.items():
        if table in _TITLES:
            model, *fields = _TITLES[table]
            for code, *said in _coded(model, programme, codes, known_by).values_list("identity__code", *fields):
                found[f"{table}/{code}"] = (said[0], said[1])
    for code, donor, place in _coded(PairingVersion, programme, wanted.get("pairings", []), known_by).values_list(
        "identity__code", "donor__code", "place__code"
    ):
        ties = zip(names.of(donor), names.of(place), strict=True)
        found[f"pairings/{code}"] = tuple(" – ".join(filter(None, tie)) for tie in ties)  # type: ignore[assignment]
    return found


def people_of(programme: str, postings: Iterable[str], *, known_by: date | None = None) -> dict[str, str]:
    """By posting, the code of the person whose it is."""
    rows = _coded(PostingVersion, programme, list(postings), known_by)
    return dict(rows.values_list("identity__code", "person__code"))


def _coded(model: Any, programme: str, codes: Sequence[str], known_by: date | None) -> Any:
    """Rows of these codes, so many of them that a question stays one; of more, all rows of the programme."""
    rows = model.objects.known(known_by).filter(identity__programme__code=programme).order_by("number")
    return rows.filter(identity__code__in=codes) if len(codes) <= _AT_ONCE else rows
