"""What is overdue or waits, by owner, as of a day. Nothing of it is stored: due is what no row says was done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pairup.record.models import (
    ArrivalCheckVersion,
    ConflictVersion,
    DocumentVersion,
    ExtensionVersion,
    FeedbackVersion,
    IncidentVersion,
    PersonSignatureVersion,
    PostingVersion,
    PostOfferVersion,
    PostVersion,
    ProjectCheckVersion,
    ProjectVersion,
    SafeguardVersion,
    VisitFindingVersion,
)
from pairup.record.remembered import remembers
from pairup.services.personal import open_rows
from pairup.services.tables import read_rows
from pairup.values.codes import ConflictOutcome, PostingStatus, ProjectStatus, SafeguardQuestion
from pairup.values.days import months_after
from pairup.values.lifecycles import CHECK_MONTHS

#: days after arrival at which host and secondee are asked whether the post fits
ARRIVAL_DAYS = 60
#: days after arrival from which nobody asks any more; by then it is another question
ARRIVAL_UNTIL = 365
#: days before the end of a posting from which its handover file is asked for
HANDOVER_DAYS = 60
#: ids that are looked up in one question
_AT_ONCE = 500
#: states of a project in which its safeguard screen is to be complete
_SCREENED = (ProjectStatus.PLANNED, ProjectStatus.APPROVED, ProjectStatus.PROCUREMENT, ProjectStatus.WORKS,
             ProjectStatus.CHANGED)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One thing that waits: for whom, since when, and what it is about (table/code)."""

    owner: str  # code of an organisation; a posting's host or a place where no office is named
    kind: str
    day: date | None  # due on; None: waits without a day
    about: str
    title: str = ""
    is_synthetic: bool = False

    def days_over(self, on: date) -> int | None:
        """Days past due on a day; 0 on the day itself."""
        return None if self.day is None else (on - self.day).days


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of which programme, as of which day, as it was known when; `until` is the last day on which a thing may fall."""

    programme: str
    on: date
    known_by: date | None
    until: date


def read_due(programme: str, *, on: date, known_by: date | None = None, ahead: int = 0) -> list[Due]:
    """Everything due by a day, or within `ahead` days after it, in order of owner, kind and day.

    No fitness, no appraisal and no offer's answer is told: of an offer only that it waits.
    """
    asked = _Asked(programme, on, known_by, on + timedelta(days=ahead))
    found: list[Due] = []
    for part in (_follow_ups, _incidents, _feedback, _project_checks, _safeguards, _arrivals, _handovers, _extensions,
                 _offers, _papers, _conflicts):  # fmt: skip
        found += _of_part(part, asked)
    return sorted(found, key=lambda one: (one.owner, one.kind, one.day or date.min, one.about))


@remembers
def _of_part(part: Callable[[_Asked], Iterator[Due]], asked: _Asked) -> tuple[Due, ...]:
    return tuple(one for one in part(asked) if one.day is None or one.day <= asked.until)


def _rows(model: Any, asked: _Asked) -> Any:
    return read_rows(model, on=asked.on, known_by=asked.known_by, programme=asked.programme).select_related("identity")


def _code(row: Any) -> str:
    return row.code if row is not None else "-"


def _follow_ups(asked: _Asked) -> Iterator[Due]:
    for row in _rows(VisitFindingVersion, asked).exclude(due=None).select_related("owner"):
        if row.done is None or row.done > asked.on:
            about = f"visit_findings/{row.identity.code}"
            yield Due(_code(row.owner), "follow_up", row.due, about, row.action_en or row.text_en, row.is_synthetic)


def _incidents(asked: _Asked) -> Iterator[Due]:
    for row in _rows(IncidentVersion, asked).exclude(due=None).select_related("owner"):
        if row.done is None or row.done > asked.on:
            yield Due(_code(row.owner), "incident", row.due, f"incidents/{row.identity.code}", row.action_en,
                      row.is_synthetic)  # fmt: skip


def _feedback(asked: _Asked) -> Iterator[Due]:
    rows = _rows(FeedbackVersion, asked).exclude(reply_due=None).select_related("owner")
    for row in rows:
        if row.replied is None or row.replied > asked.on:
            about = f"feedback/{row.identity.code}"
            yield Due(_code(row.owner), "reply", row.reply_due, about, row.about, row.is_synthetic)


def _project_checks(asked: _Asked) -> Iterator[Due]:
    """The checks at 18 and 60 months after hand-over that no row answers. Columns are read: projects are thousands."""
    rows = ProjectVersion.objects.known(asked.known_by).filter(
        identity__programme__code=asked.programme, status=ProjectStatus.HANDED_OVER,
        starts__lte=min(asked.on, months_after(asked.until, -min(CHECK_MONTHS)) + timedelta(days=3)),
    )  # fmt: skip
    done = set(_rows(ProjectCheckVersion, asked).values_list("project__code", "months"))
    columns = rows.order_by("starts").values_list(
        "identity__code", "starts", "asset_owner__code", "running_cost_payer__code", "title_en", "is_synthetic"
    )
    handed: dict[str, tuple[Any, ...]] = {}
    for code, *told in columns:
        handed.setdefault(code, tuple(told))
    for code, (starts, owner, payer, title, is_synthetic) in handed.items():
        for months in CHECK_MONTHS:
            if (code, months) not in done:
                yield Due(owner or payer or "-", f"check_{months}", months_after(starts, months), f"projects/{code}",
                          title, is_synthetic)  # fmt: skip


def _safeguards(asked: _Asked) -> Iterator[Due]:
    for row, missing in read_unanswered(asked.programme, on=asked.on, known_by=asked.known_by):
        yield Due(_code(row.place), "safeguard", None, f"projects/{row.identity.code}", ", ".join(missing),
                  row.is_synthetic)  # fmt: skip


def read_unanswered(
    programme: str, *, on: date, known_by: date | None = None
) -> list[tuple[ProjectVersion, tuple[str, ...]]]:
    """Projects planned or on site whose safeguard screen has lines without an answer, with those lines."""
    answered: dict[str, set[str]] = defaultdict(set)
    asked = _Asked(programme, on, known_by, on)
    for project, question in _rows(SafeguardVersion, asked).values_list("project__code", "question"):
        answered[project].add(question)
    projects = _rows(ProjectVersion, asked).filter(status__in=_SCREENED).select_related("place")
    found = [
        (row, tuple(q.value for q in SafeguardQuestion if q.value not in answered[row.identity.code]))
        for row in projects
    ]
    return [(row, missing) for row, missing in found if missing]


def _in_post(asked: _Asked, **where: Any) -> list[tuple[Any, ...]]:
    """Of postings in post: id, code, post, first day, day after the last, whether it is made up, and who answers."""
    rows = _rows(PostingVersion, asked).filter(status=PostingStatus.IN_POST, **where)
    told = list(
        rows.values_list("identity_id", "identity__code", "post_id", "starts", "ends_before", "is_synthetic")
    )  # fmt: skip
    hosts = _hosts(asked, {row[2] for row in told})
    return [(*row, hosts.get(row[2], "-")) for row in told]


def _hosts(asked: _Asked, posts: set[int]) -> dict[int, str]:
    """By post: its host, or its place where no host is named."""
    found: dict[int, str] = {}
    wanted = sorted(posts)
    for at in range(0, len(wanted), _AT_ONCE):
        rows = PostVersion.objects.known(asked.known_by).filter(identity__in=wanted[at : at + _AT_ONCE])
        told = rows.values_list("identity_id", "host__code", "place__code")
        found.update({post: host or place for post, host, place in told})
    return found


def _arrivals(asked: _Asked) -> Iterator[Due]:
    heard: dict[int, set[str]] = defaultdict(set)
    for posting, voice in _rows(ArrivalCheckVersion, asked).values_list("posting", "said_by"):
        heard[posting].add(voice)
    since = {
        "starts__gte": asked.on - timedelta(days=ARRIVAL_UNTIL),
        "starts__lte": asked.until - timedelta(days=ARRIVAL_DAYS),
    }
    for pk, code, _, starts, _, is_synthetic, host in _in_post(asked, **since):
        if len(heard[pk]) < 2:
            missing = ", ".join(sorted({"host", "secondee"} - heard[pk]))
            yield Due(host, "arrival_check", starts + timedelta(days=ARRIVAL_DAYS), f"postings/{code}", missing,
                      is_synthetic)  # fmt: skip


def _handovers(asked: _Asked) -> Iterator[Due]:
    until = asked.until + timedelta(days=HANDOVER_DAYS + 1)
    for _, code, _, _, ends_before, is_synthetic, host in _in_post(asked, handover=None, ends_before__lte=until):
        day = ends_before - timedelta(days=HANDOVER_DAYS + 1)
        yield Due(host, "handover_file", day, f"postings/{code}", "", is_synthetic)


def _extensions(asked: _Asked) -> Iterator[Due]:
    answered = set(_rows(PersonSignatureVersion, asked).values_list("about", flat=True))
    for row in _rows(ExtensionVersion, asked).select_related("posting", "asked_by"):
        about = f"extensions/{row.identity.code}"
        if about not in answered:
            yield Due("secondee", "consent", None, about, row.posting.code, row.is_synthetic)


def _offers(asked: _Asked) -> Iterator[Due]:
    for row in open_rows(_rows(PostOfferVersion, asked).exclude(answer_due=None)):
        if row.answer == "open":
            about = f"post_offers/{row.identity.code}"
            yield Due("candidate", "offer", row.answer_due, about, "", row.is_synthetic)


def _papers(asked: _Asked) -> Iterator[Due]:
    for row in _rows(DocumentVersion, asked).filter(keep_until__lt=asked.on):
        yield Due("-", "retention", row.keep_until, f"documents/{row.identity.code}", row.title_en, row.is_synthetic)


def _conflicts(asked: _Asked) -> Iterator[Due]:
    rows = ConflictVersion.objects.on(asked.on, known_by=asked.known_by).filter(outcome=ConflictOutcome.OPEN)
    for row in rows.select_related("identity", "of_programme"):
        if row.of_programme is None or row.of_programme.code == asked.programme:
            yield Due("-", "conflict", None, f"conflicts/{row.identity.code}", row.about, row.is_synthetic)
