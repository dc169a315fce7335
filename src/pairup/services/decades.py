"""One pairing over its years: its rounds and people, its money, its projects, and what both sides say and sign."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pairup.errors import InputError
from pairup.record.models import (
    AgreedResultVersion,
    FeedbackVersion,
    PairingPreferenceVersion,
    PairingVersion,
    PostingVersion,
    PostVersion,
    ProjectVersion,
    ReviewVersion,
    RoundVersion,
    SignatureVersion,
)
from pairup.record.remembered import remembers
from pairup.reports.five_ways import FiveWays
from pairup.services.five_ways import read_five_ways
from pairup.services.tables import latest, lineage, read_rows

#: the day of a year on which people in post are counted
_COUNTED = (7, 15)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A round along a pairing: how many people began in its posts, and how many of them left early."""

    code: str
    ordinal: int
    starts: date | None
    last: date | None
    people: int
    early: int


@dataclass(frozen=True, slots=True)
class Voice:
    """What one side says or signs: when, who, about what, in which form, in both languages."""

    day: date | None
    who: str
    about: str
    kind: str  # agreed, preference, review, feedback, signature
    form: str  # a mark, a kind of signature, points
    text: tuple[str, str]
    reply: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Decades:
    """A pairing and all that happened along it and along those under it, up to a day."""

    row: PairingVersion
    versions: Sequence[PairingVersion]
    under: Sequence[str]
    cohorts: Sequence[Cohort]
    in_post: dict[int, int]  # by year, on 15 July or the day asked
    money: Sequence[FiveWays]
    projects: Sequence[ProjectVersion]
    voices: Sequence[Voice]

    @property
    def begun(self) -> dict[int, int]:
        """Projects by the year in which they were first on record."""
        return dict(Counter(row.starts.year for row in self.projects if row.starts is not None))

    @property
    def is_synthetic(self) -> bool:
        return self.row.is_synthetic or any(one.is_synthetic for one in self.projects)


@remembers
def read_decades(programme: str, code: str, *, on: date, known_by: date | None = None) -> Decades:
    """Read a pairing's decades. One that is not there, or not one's own, is refused as missing."""
    rows = PairingVersion.objects.known(known_by).filter(identity__programme__code=programme)
    versions = list(
        rows.filter(identity__code=code).select_related("identity", "donor", "place", "recipient", "parent")
        .order_by("starts", "number")
    )  # fmt: skip
    if not versions:
        raise InputError(f"There is no pairing {code}.", code="pages.missing", what=code)
    row = next((one for one in reversed(versions) if one.starts is None or one.starts <= on), versions[-1])
    parents = dict(rows.values_list("identity__code", "parent__code"))
    family = sorted(one for one in parents if code in lineage(one, parents))
    cohorts, in_post = _people(programme, family, on, known_by)
    return Decades(
        row, versions, [one for one in family if one != code], cohorts, in_post,
        read_five_ways(programme, on=on, known_by=known_by, pairing=code), _projects(programme, family, on, known_by),
        _voices(programme, row, family, on, known_by),
    )  # fmt: skip


def _people(
    programme: str, family: Sequence[str], on: date, known_by: date | None
) -> tuple[list[Cohort], dict[int, int]]:
    """Who served along pairings, by round and by year; each person once in each."""
    posts = PostVersion.objects.known(known_by).filter(
        identity__programme__code=programme, pairing__code__in=family
    )  # fmt: skip
    rounds = dict(posts.values_list("identity_id", "round_id"))
    held = PostingVersion.objects.known(known_by).filter(
        identity__programme__code=programme, post__in=posts.values("identity"), starts__lte=on
    )
    began: dict[int, set[int]] = defaultdict(set)
    early: dict[int, set[int]] = defaultdict(set)
    spans: dict[int, tuple[date, date | None, int]] = {}
    columns = ("identity_id", "post_id", "person_id", "starts", "ends_before", "status")
    for pk, post, person, starts, ends_before, status in held.order_by("starts").values_list(*columns):
        began[rounds[post]].add(person)
        spans[pk] = (spans[pk][0] if pk in spans else starts, ends_before, person)
        if status == "ended_early" and ends_before is not None and ends_before <= on:
            early[rounds[post]].add(person)
    known = RoundVersion.objects.known(known_by).filter(identity__in=set(began)).select_related("identity")
    cohorts = [
        Cohort(row.identity.code, row.ordinal, row.starts, row.span.last, len(began[row.identity_id]),
               len(early[row.identity_id]))
        for row in latest(known.order_by("identity__code", "starts"))
    ]  # fmt: skip
    cohorts.sort(key=lambda one: (one.starts or date.min, one.code))
    if not spans:
        return cohorts, {}
    years = range(min(starts for starts, _, _ in spans.values()).year, on.year + 1)
    return cohorts, {year: _in_post(spans.values(), min(date(year, *_COUNTED), on)) for year in years}


def _in_post(spans: Any, day: date) -> int:
    return len({
        person for starts, ends_before, person in spans
        if starts <= day and (ends_before is None or ends_before > day)
    })  # fmt: skip


def _projects(programme: str, family: Sequence[str], on: date, known_by: date | None) -> list[ProjectVersion]:
    """Projects along pairings as they stand on a day; each keeps the first day on which it was on record."""
    rows = ProjectVersion.objects.known(known_by).filter(
        identity__programme__code=programme, pairing__code__in=family, starts__lte=on
    )
    rows = rows.select_related("identity", "place").order_by("identity__code", "starts")
    first: dict[int, date | None] = {}
    for row in rows:
        first.setdefault(row.identity_id, row.starts)
    found = latest(rows)
    for row in found:
        row.starts = first[row.identity_id]
    return sorted(found, key=lambda row: (row.starts or date.min, row.identity.code), reverse=True)


def _voices(programme: str, row: PairingVersion, family: Sequence[str], on: date, known_by: date | None) -> list[Voice]:
    """What both sides agreed, prefer, mark, say and sign, as far as it is the reader's; the latest first."""

    def told(model: Any, **where: Any) -> Any:
        return read_rows(model, on=on, known_by=known_by, programme=programme).filter(**where)

    found: list[Voice] = []
    agreed: set[str] = set()
    for one in told(AgreedResultVersion, pairing__code__in=family).select_related("identity"):
        agreed.add(f"agreed_results/{one.identity.code}")
        found.append(
            Voice(one.starts, "", f"agreed_results/{one.identity.code}", "agreed", "", (one.text_en, one.text_zh))
        )
    preferences = told(PairingPreferenceVersion, donor=row.donor_id, place=row.place_id)
    for one in preferences.select_related("identity", "said_by"):
        about = f"pairing_preferences/{one.identity.code}"
        found.append(Voice(one.starts, one.said_by.code, about, "preference", str(one.points), ("", "")))
    reviews = told(ReviewVersion, pairing__code__in=family).select_related("identity")
    for one in reviews:
        found.append(
            Voice(one.day, one.side, f"reviews/{one.identity.code}", "review", one.mark, (one.text_en, one.text_zh),
                  (one.reply_en, one.reply_zh))
        )  # fmt: skip
    named = {f"pairings/{code}" for code in family} | agreed | {f"reviews/{one.identity.code}" for one in reviews}
    for one in told(FeedbackVersion, about__in=sorted(named)).select_related("identity"):
        found.append(
            Voice(one.day, one.said_by, f"feedback/{one.identity.code}", "feedback", one.outcome,
                  (one.text_en, one.text_zh), (one.reply_en, one.reply_zh))
        )  # fmt: skip
    for one in told(SignatureVersion, about__in=sorted(named)).select_related("organisation"):
        found.append(Voice(one.day, one.organisation.code, one.about, "signature", one.kind, (one.reservation, "")))
    return sorted(found, key=lambda voice: (voice.day or date.min, voice.about), reverse=True)
