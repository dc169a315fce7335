"""The facts of a release, read from the record as of a day. People are counted here and leave it only as told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Min

from pairup.record.models import (
    AgreedResultVersion,
    ClaimVersion,
    ContractVersion,
    FeedbackVersion,
    IndicatorVersion,
    ObservationVersion,
    PairingVersion,
    PostVersion,
    ProjectVersion,
    ReviewVersion,
    RoundVersion,
    SignatureVersion,
)
from pairup.reports.disclosure import Counts, Earlier, Key, Told, every_part, may_tell_amount
from pairup.reports.facts import Both, PlanKind
from pairup.reports.in_public import PEOPLE_UOMS
from pairup.reports.release.facts import (
    Agreed,
    ProjectRow,
    ReleaseFacts,
    Result,
    Spent,
    Voice,
    for_everybody,
)
from pairup.services.reporting import read_facts
from pairup.services.reporting.people import read_served
from pairup.services.reporting.places import read_atlas, read_tops
from pairup.services.rows import rough
from pairup.services.tables import read_rows
from pairup.values.codes import (
    ClaimClass,
    FeedbackFrom,
    FeedbackKind,
    FeedbackOutcome,
    ProjectStatus,
    ReviewSide,
    SignatureKind,
    called,
)
from pairup.values.days import RoughDay
from pairup.values.money import Money
from pairup.values.trades import profession_called
from pairup.values.words import Words

#: professions with a word of their own; any other is told as "other", so that a rare word singles nobody out
PROFESSIONS = (
    "accountant", "agronomist", "doctor", "engineer", "forester", "it", "nurse", "official", "planner", "teacher",
)  # fmt: skip
OTHER = "other"


def read_people(programme: str, *, on: date, known_by: date | None = None) -> list[Counts]:
    """Count who took up a post by the day: by donor, prefecture and round, its sums, and by round and profession.

    A person counts once a round, where the first posting was. Nothing is counted under a prefecture.
    """
    atlas = read_atlas(on=on, known_by=known_by)
    posts = {
        row.identity.code: row
        for row in PostVersion.objects.known(known_by).filter(identity__programme__code=programme)
        .select_related("identity", "pairing", "place", "round")
    }  # fmt: skip
    donors = dict(
        PairingVersion.objects.known(known_by).filter(identity__programme__code=programme)
        .values_list("identity__code", "donor__code")
    )  # fmt: skip
    fine: Counter[Key] = Counter()
    kinds: Counter[Key] = Counter()
    met: set[tuple[str, str]] = set()
    for served in read_served(programme, on=on, known_by=known_by):
        post = posts.get(served.post)
        if post is None or served.start is None or served.start > on or (served.round, served.person) in met:
            continue
        met.add((served.round, served.person))
        place = atlas.places.get(post.place.code)
        area = place.area if place else post.place.code
        fine[donors.get(post.pairing.code, OTHER) if post.pairing else OTHER, area, served.round] += 1
        kinds[served.round, post.profession if post.profession in PROFESSIONS else OTHER] += 1
    tables = [
        Counts(name, dims, _sums(fine, [_FINE.index(dim) for dim in dims])) for name, dims in PEOPLE_TABLES.items()
    ]
    by_kind = Counts("people-by-profession", ("round", "profession"), dict(kinds), ("profession",))
    return [*tables, every_part(by_kind, (*PROFESSIONS, OTHER))]


_FINE = ("donor", "area", "round")
#: tables of people by name, and what they are split by
PEOPLE_TABLES: Mapping[str, tuple[str, ...]] = {
    "people": _FINE, "people-by-pair": ("donor", "area"), "people-by-prefecture-and-round": ("area", "round"),
    "people-by-prefecture": ("area",), "people-by-round": ("round",), "people-in-all": (),
}  # fmt: skip


def _sums(fine: Mapping[Key, int], at: Sequence[int]) -> dict[Key, int]:
    found: Counter[Key] = Counter()
    for key, count in fine.items():
        found[tuple(key[k] for k in at)] += count
    return dict(found)


def closed_rounds(programme: str, *, on: date, known_by: date | None = None) -> dict[str, frozenset[str]]:
    """Rounds that were over on the day: who was posted in one no longer grows."""
    rows = RoundVersion.objects.known(known_by).filter(identity__programme__code=programme, ends_before__lte=on)
    return {"round": frozenset(rows.values_list("identity__code", flat=True))}


def read_release(
    programme: str, *, on: date, people: tuple[Told, ...], earlier: tuple[Earlier, ...] = (), licence: str = "",
    number: int = 1, known_by: date | None = None,
) -> ReleaseFacts:  # fmt: skip
    """Everything a release holds beside the people it was given."""
    tops = read_tops(programme, on=on, known_by=known_by)
    return ReleaseFacts(
        for_everybody(read_facts(programme, on=on, known_by=known_by, kinds=(PlanKind.FUNDING,))),
        people, _projects(programme, tops, on, known_by), _results(programme, on, known_by),
        _agreed(programme, tops, on, known_by), _voices(programme, tops, on, known_by),
        _contracts(programme, on, known_by),
        dict(
            _rows(ClaimVersion, programme, on, known_by).exclude(place=None)
            .values_list("identity__code", "place__code")
        ),
        {code: profession_called(code) for code in PROFESSIONS}, licence, earlier, number,
    )  # fmt: skip


def _rows(model: Any, programme: str, on: date, known_by: date | None, *with_: str) -> Any:
    rows = read_rows(model, on=on, known_by=known_by, programme=programme)
    return rows.select_related("identity", *with_)


def _projects(programme: str, tops: Mapping[str, str], on: date, known_by: date | None) -> tuple[ProjectRow, ...]:
    known = ProjectVersion.objects.known(known_by).filter(identity__programme__code=programme)
    begun = {pk: day.year for pk, day in known.values_list("identity").annotate(first=Min("starts")) if day}
    return tuple(
        ProjectRow(
            row.identity.code, Both(row.title_en, row.title_zh),
            tops.get(row.pairing.code, row.pairing.code) if row.pairing else "", row.place.code, row.category,
            ProjectStatus(row.status), rough(row.starts, row.starts_precision), begun.get(row.identity_id),
            row.is_synthetic,
        )
        for row in _rows(ProjectVersion, programme, on, known_by, "place", "pairing")
    )  # fmt: skip


def _results(programme: str, on: date, known_by: date | None) -> tuple[Result, ...]:
    """Values for whole places; none of a unit within one, and none of an indicator that counts people."""
    names = {
        row.identity.code: row
        for row in IndicatorVersion.objects.known(known_by).filter(identity__programme__code=programme)
        .select_related("identity").order_by("number")
    }  # fmt: skip
    values = ObservationVersion.objects.known(known_by).filter(
        identity__programme__code=programme, unit="", starts__lte=on
    )  # fmt: skip
    return tuple(
        Result(
            row.indicator.code, Both(names[row.indicator.code].name_en, names[row.indicator.code].name_zh),
            names[row.indicator.code].uom, row.place.code, period, Decimal(row.value), ClaimClass(row.claim_class),
            row.is_synthetic,
        )
        for row in values.select_related("identity", "indicator", "place").order_by("indicator__code", "place__code",
                                                                                   "starts", "identity__code")
        if (period := rough(row.starts, row.starts_precision)) and row.indicator.code in names
        and names[row.indicator.code].uom not in PEOPLE_UOMS
    )  # fmt: skip


def _agreed(programme: str, tops: Mapping[str, str], on: date, known_by: date | None) -> tuple[Agreed, ...]:
    return tuple(
        Agreed(
            row.identity.code, tops.get(row.pairing.code, row.pairing.code), Both(row.text_en, row.text_zh),
            row.is_synthetic,
        )
        for row in _rows(AgreedResultVersion, programme, on, known_by, "pairing")
    )  # fmt: skip


def _voices(programme: str, tops: Mapping[str, str], on: date, known_by: date | None) -> tuple[Voice, ...]:
    """What was said in public: feedback marked for it, signatures with their reservations, what the sides reviewed."""
    names = read_atlas(on=on, known_by=known_by).organisations
    said = [
        Voice(
            RoughDay(row.day), called(FeedbackFrom(row.said_by)), called(FeedbackKind(row.kind)),
            Both(row.text_en or row.text_zh, row.text_zh), row.about, row.place.code if row.place else "",
            reply=Both(row.reply_en or row.reply_zh, row.reply_zh) if row.reply_en or row.reply_zh else None,
            outcome=called(FeedbackOutcome(row.outcome)), is_synthetic=row.is_synthetic,
        )
        for row in _rows(FeedbackVersion, programme, on, known_by, "place")
        if row.is_published and row.about.partition("/")[0] in _OPEN
        and row.said_by not in (FeedbackFrom.SECONDEE, FeedbackFrom.RESIDENT)
    ]  # fmt: skip
    said += [
        Voice(
            RoughDay(row.day), names[row.organisation.code].name if row.organisation.code in names
            else Both(row.organisation.code),
            called(SignatureKind(row.kind)), Both(row.reservation), row.about, donor=row.organisation.code,
            is_synthetic=row.is_synthetic,
        )
        for row in _rows(SignatureVersion, programme, on, known_by, "organisation")
        if row.about.partition("/")[0] in _OPEN
    ]  # fmt: skip
    said += [
        Voice(
            RoughDay.read(str(row.year)), called(ReviewSide(row.side)), Words("releases.voice-review"),
            Both(row.text_en or row.text_zh, row.text_zh),
            f"pairings/{tops.get(row.pairing.code, row.pairing.code)}",
            reply=Both(row.reply_en or row.reply_zh, row.reply_zh) if row.reply_en or row.reply_zh else None,
            is_synthetic=row.is_synthetic,
        )
        for row in _rows(ReviewVersion, programme, on, known_by, "pairing")
    ]  # fmt: skip
    return tuple(sorted(said, key=lambda voice: (voice.day.first, voice.about, voice.text.en)))


#: what may be spoken of in public; needs and plans are of single posts
_OPEN = frozenset({"claims", "evaluations", "projects", "pairings", "agreed_results", "reports"})


def _contracts(programme: str, on: date, known_by: date | None) -> tuple[Spent, ...]:
    """What firms were paid by contract, a year: told only where no firm's own amount can be told from it."""
    groups: dict[tuple[int, str], dict[str, int]] = {}
    counted: Counter[tuple[int, str]] = Counter()
    rows = ContractVersion.objects.known(known_by).filter(identity__programme__code=programme, starts__lte=on)
    for row in rows.select_related("supplier"):
        assert row.starts is not None  # asked for above
        key = (row.starts.year, row.currency)
        firm = row.supplier.code if row.supplier else OTHER
        firms = groups.setdefault(key, {})
        firms[firm] = firms.get(firm, 0) + row.value_minor
        counted[key] += 1
    return tuple(
        Spent(year, counted[year, unit],
              str(Money(sum(firms.values()), unit).amount) if may_tell_amount(list(firms.values())) else None, unit)
        for (year, unit), firms in sorted(groups.items())
    )  # fmt: skip
