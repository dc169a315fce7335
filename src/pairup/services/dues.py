"""What is overdue or waits, by owner, as of a day. Nothing of it is stored: due is what no row says was done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
    ProjectCheckVersion,
    ProjectVersion,
    SafeguardVersion,
    VisitFindingVersion,
)
from pairup.services.personal import open_rows
from pairup.services.tables import read_rows
from pairup.values.codes import ConflictOutcome, PostingStatus, ProjectStatus, SafeguardQuestion
from pairup.values.lifecycles import CHECK_MONTHS

#: days after arrival at which host and secondee are asked whether the post fits
ARRIVAL_DAYS = 60
#: days before the end of a posting from which its handover file is asked for
HANDOVER_DAYS = 60
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


def read_due(programme: str, *, on: date, known_by: date | None = None, ahead: int = 0) -> list[Due]:
    """Everything due by a day, or within `ahead` days after it, in order of owner, kind and day.

    No fitness, no appraisal and no offer's answer is told: of an offer only that it waits.
    """
    until = on + timedelta(days=ahead)
    found: list[Due] = []
    for part in (_follow_ups, _incidents, _feedback, _project_checks, _safeguards, _arrivals, _handovers, _extensions,
                 _offers, _papers, _conflicts):  # fmt: skip
        found += [one for one in part(programme, on, known_by) if one.day is None or one.day <= until]
    return sorted(found, key=lambda one: (one.owner, one.kind, one.day or date.min, one.about))


def _rows(model: Any, programme: str, on: date, known_by: date | None) -> Any:
    return read_rows(model, on=on, known_by=known_by, programme=programme).select_related("identity")


def _code(row: Any) -> str:
    return row.code if row is not None else "-"


def _follow_ups(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    for row in _rows(VisitFindingVersion, programme, on, known_by).exclude(due=None).select_related("owner"):
        if row.done is None or row.done > on:
            about = f"visit_findings/{row.identity.code}"
            yield Due(_code(row.owner), "follow_up", row.due, about, row.action_en or row.text_en, row.is_synthetic)


def _incidents(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    for row in _rows(IncidentVersion, programme, on, known_by).exclude(due=None).select_related("owner"):
        if row.done is None or row.done > on:
            yield Due(_code(row.owner), "incident", row.due, f"incidents/{row.identity.code}", row.action_en,
                      row.is_synthetic)  # fmt: skip


def _feedback(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    rows = _rows(FeedbackVersion, programme, on, known_by).exclude(reply_due=None).select_related("owner")
    for row in rows:
        if row.replied is None or row.replied > on:
            about = f"feedback/{row.identity.code}"
            yield Due(_code(row.owner), "reply", row.reply_due, about, row.about, row.is_synthetic)


def _project_checks(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    """The checks at 18 and 60 months after hand-over that no row answers."""
    rows = ProjectVersion.objects.known(known_by).filter(
        identity__programme__code=programme, status=ProjectStatus.HANDED_OVER, starts__lte=on
    )
    done = set(_rows(ProjectCheckVersion, programme, on, known_by).values_list("project__code", "months"))
    handed: dict[str, Any] = {}
    for row in rows.select_related("identity", "asset_owner", "running_cost_payer").order_by("starts"):
        handed.setdefault(row.identity.code, row)
    for code, row in handed.items():
        for months in CHECK_MONTHS:
            if (code, months) not in done:
                owner = row.asset_owner or row.running_cost_payer
                yield Due(_code(owner), f"check_{months}", months_after(row.starts, months), f"projects/{code}",
                          row.title_en, row.is_synthetic)  # fmt: skip


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month.

    >>> months_after(date(2024, 8, 31), 18)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)
    return after.replace(day=min(day.day, after.day))


def _safeguards(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    for row, missing in read_unanswered(programme, on=on, known_by=known_by):
        yield Due(_code(row.place), "safeguard", None, f"projects/{row.identity.code}", ", ".join(missing),
                  row.is_synthetic)  # fmt: skip


def read_unanswered(
    programme: str, *, on: date, known_by: date | None = None
) -> list[tuple[ProjectVersion, tuple[str, ...]]]:
    """Projects planned or on site whose safeguard screen has lines without an answer, with those lines."""
    answered: dict[str, set[str]] = defaultdict(set)
    rows = _rows(SafeguardVersion, programme, on, known_by)
    for project, question in rows.values_list("project__code", "question"):
        answered[project].add(question)
    projects = _rows(ProjectVersion, programme, on, known_by).filter(status__in=_SCREENED).select_related("place")
    found = [
        (row, tuple(q.value for q in SafeguardQuestion if q.value not in answered[row.identity.code]))
        for row in projects
    ]
    return [(row, missing) for row, missing in found if missing]


def _in_post(programme: str, on: date, known_by: date | None) -> list[Any]:
    rows = _rows(PostingVersion, programme, on, known_by).filter(status=PostingStatus.IN_POST)
    return list(rows.select_related("identity", "post"))


def _hosts(programme: str, on: date, known_by: date | None) -> dict[int, str]:
    from pairup.record.models import PostVersion

    rows = PostVersion.objects.known(known_by).filter(identity__programme__code=programme)
    return {
        post: host or place for post, host, place in rows.values_list("identity", "host__code", "place__code")
    }  # fmt: skip


def _arrivals(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    asked: dict[int, set[str]] = defaultdict(set)
    for posting, voice in _rows(ArrivalCheckVersion, programme, on, known_by).values_list("posting", "said_by"):
        asked[posting].add(voice)
    hosts = _hosts(programme, on, known_by)
    for row in _in_post(programme, on, known_by):
        if row.starts is not None and len(asked[row.identity_id]) < 2:
            missing = ", ".join(sorted({"host", "secondee"} - asked[row.identity_id]))
            day = row.starts + timedelta(days=ARRIVAL_DAYS)
            yield Due(hosts.get(row.post_id, "-"), "arrival_check", day, f"postings/{row.identity.code}", missing,
                      row.is_synthetic)  # fmt: skip


def _handovers(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    hosts = _hosts(programme, on, known_by)
    for row in _in_post(programme, on, known_by):
        if row.ends_before is not None and row.handover_id is None:
            day = row.ends_before - timedelta(days=HANDOVER_DAYS + 1)
            yield Due(hosts.get(row.post_id, "-"), "handover_file", day, f"postings/{row.identity.code}", "",
                      row.is_synthetic)  # fmt: skip


def _extensions(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    answered = set(_rows(PersonSignatureVersion, programme, on, known_by).values_list("about", flat=True))
    for row in _rows(ExtensionVersion, programme, on, known_by).select_related("posting", "asked_by"):
        about = f"extensions/{row.identity.code}"
        if about not in answered:
            yield Due("secondee", "consent", None, about, row.posting.code, row.is_synthetic)


def _offers(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    for row in open_rows(_rows(PostOfferVersion, programme, on, known_by).exclude(answer_due=None)):
        if row.answer == "open":
            about = f"post_offers/{row.identity.code}"
            yield Due("candidate", "offer", row.answer_due, about, "", row.is_synthetic)


def _papers(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    for row in _rows(DocumentVersion, programme, on, known_by).exclude(keep_until=None).filter(keep_until__lt=on):
        yield Due("-", "retention", row.keep_until, f"documents/{row.identity.code}", row.title_en, row.is_synthetic)


def _conflicts(programme: str, on: date, known_by: date | None) -> Iterator[Due]:
    rows = ConflictVersion.objects.on(on, known_by=known_by).filter(outcome=ConflictOutcome.OPEN)
    for row in rows.select_related("identity", "of_programme"):
        if row.of_programme is None or row.of_programme.code == programme:
            yield Due("-", "conflict", None, f"conflicts/{row.identity.code}", row.about, row.is_synthetic)
