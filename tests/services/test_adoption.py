"""Adopting takes a drafted plan into the record whole, keeps the history, and refuses what has been overtaken."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError, InputError, NoPlanError, PairupError
from pairup.services import adoption, plans
from tests.services import cast
from tests.services.cast import ADOPTED, LATER, ON, a_programme, adopt, changed, draft, held, load, with_rows

NEXT = date(2028, 7, 1)


def refusal(run: str, **options: object) -> PairupError:
    """The refusal of an adoption; the record is as it was."""
    before = held()
    with pytest.raises(PairupError) as refused:
        adopt(run, **options)
    assert held() == before
    return refused.value


def pairings(day: date) -> list[str]:
    from pairup.record.models import PairingVersion

    return sorted(PairingVersion.objects.on(day).values_list("identity__code", flat=True))


def test_postings_carry_their_run_and_the_term_of_their_post(record: Path) -> None:
    from pairup.record.models import PostingVersion

    load(a_programme())
    run = draft("postings").run

    assert adopt(run) == {"postings": 3}

    rows = {row.identity.code: row for row in PostingVersion.objects.known().filter(run=run)}
    assert sorted(rows) == ["clinic/P-1", "school/P-4", "ward/P-3"]
    assert {(row.span.first, row.span.last, row.status, row.is_synthetic) for row in rows.values()} == {
        (NEXT, date(2031, 6, 30), "planned", True)
    }


def test_projects_keep_the_days_when_they_were_only_proposed(record: Path) -> None:
    from pairup.record.models import ProjectVersion

    load(a_programme())

    adopt(draft("funding").run)

    known = ProjectVersion.objects.known().filter(identity__code="J-1").order_by("starts")
    assert [(row.starts, row.ends_before, row.status, row.start_years) for row in known] == [
        (date(2026, 1, 1), ON, "proposed", [2027, 2028]),
        (ON, None, "planned", [2027]),
    ]
    assert ProjectVersion.objects.filter(identity__code="J-1").exclude(superseded_at=None).count() == 1
    assert ProjectVersion.objects.on(ON, known_by=date(2026, 11, 11)).get(identity__code="J-1").status == "proposed"


def test_a_visit_is_set_down_with_its_stops(record: Path) -> None:
    from pairup.record.models import VisitVersion

    load(a_programme())
    run = draft("visits").run

    assert adopt(run) == {"visits": 1}

    visit = VisitVersion.objects.known().get()
    assert (visit.run, visit.purpose) == (run, "planned")
    assert visit.stops == ["1:dale-clinic"]


def test_pairings_that_are_kept_are_left_alone(record: Path) -> None:
    load(a_programme())

    assert adopt(draft("pairings").run) == {}

    assert pairings(NEXT) == ["a-dale", "a-east", "b-west"]


def a_swap() -> cast.Tables:
    """Both sides would rather be paired the other way round."""
    return with_rows(
        a_programme(), "pairing_preferences", "code donor place said_by points",
        "V-1 DN-A west DN-A 500", "V-2 DN-B east DN-B 500",
    )  # fmt: skip


def test_pairings_change_from_the_first_day_of_the_round_with_those_under_them(record: Path) -> None:
    from pairup.record.models import PairingVersion

    load(a_swap())
    run = draft("pairings").run

    adopt(run)

    assert pairings(date(2028, 6, 30)) == ["a-dale", "a-east", "b-west"]
    assert pairings(NEXT) == ["a-west-2028", "b-east-2028"]
    ended = PairingVersion.objects.known().get(identity__code="a-dale")
    assert (ended.span.last, ended.ends_precision, ended.reason) == (date(2028, 6, 30), "day", f"plan {run}")
    begun = PairingVersion.objects.known().get(identity__code="a-west-2028")
    assert (begun.level, begun.channel, begun.is_synthetic) == ("prefecture", "territorial", True)
    assert PairingVersion.objects.on(NEXT, known_by=date(2026, 11, 11)).count() == 3


def test_a_pairing_that_ends_before_the_round_is_begun_again_and_never_lengthened(record: Path) -> None:
    from pairup.record.models import PairingVersion

    load(changed(a_programme(), "pairings", "b-west", to="2027-06"))

    assert adopt(draft("pairings").run) == {"pairings": 1}

    assert PairingVersion.objects.known().get(identity__code="b-west").span.last == date(2027, 6, 30)
    assert pairings(date(2028, 1, 1)) == ["a-dale", "a-east"]
    assert pairings(NEXT) == ["a-dale", "a-east", "b-west-2028"]


def offers(kind: str = "school", place: str = "east") -> cast.Tables:
    programme = changed(a_programme(), "programme", "twin", preset="offer_led")
    programme = with_rows(
        programme, "organisations", "code name_en kind place", f"X-1 Helpers {kind} -", f"Y-1 Callers school {place}"
    )
    programme = with_rows(programme, "calls", "code recipient title_en from to", "call-1 Y-1 Reading 2026 2027")
    return with_rows(
        programme, "offers", "code call donor status worth load day", "O-1 call-1 X-1 offered 50 1 2026-10"
    )


@pytest.mark.parametrize(("kind", "channel"), [("school", "school"), ("ngo", "other"), ("enterprise", "enterprise")])
def test_an_accepted_offer_becomes_a_pairing_of_its_donor_s_kind(record: Path, kind: str, channel: str) -> None:
    from pairup.record.models import PairingVersion

    load(offers(kind))

    adopt(draft("pairings").run)

    begun = PairingVersion.objects.known().get(donor__code="X-1")
    assert (begun.recipient.code, begun.place.code, begun.channel) == ("Y-1", "east", channel)
    assert begun.starts == date(2026, 11, 24)


def test_an_offer_to_somebody_without_a_place_is_refused(record: Path) -> None:
    load(offers(place="-"))

    assert refusal(draft("pairings").run).code == "record.no-place"


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", plans.KINDS)
def test_a_run_is_adopted_once(record: Path, kind: str) -> None:
    load(a_programme())
    run = draft(kind).run
    adopt(run)

    refused = refusal(run, at=LATER)

    assert isinstance(refused, ConflictError) and refused.code == "record.adopted-before"


@pytest.mark.parametrize("kind", ["postings", "pairings"])
def test_a_round_takes_one_plan_of_a_kind(record: Path, kind: str) -> None:
    load(a_swap())
    first, second = draft(kind).run, draft(kind).run
    adopt(first)

    refused = refusal(second)

    assert (refused.code, refused.facts["run"]) == ("record.round-adopted-before", first)


def test_an_unknown_run_is_refused(record: Path) -> None:
    load(a_programme())

    assert refusal("postings-national-2-7").code == "record.no-run"


def test_a_run_without_a_plan_is_refused(record: Path) -> None:
    load(changed(a_programme(), "posts", "school", must_fill="yes", profession="forester"))

    refused = refusal(draft("postings").run)

    assert isinstance(refused, NoPlanError) and refused.exit_code == 3


@pytest.mark.parametrize(
    ("kind", "table", "code", "cells"),
    [
        ("postings", "people", "P-1", {"years_in_profession": "1"}),
        ("postings", "fitness", "F-3", {"outcome": "unfit"}),
        ("funding", "projects", "J-1", {"cost": "1001"}),
        ("funding", "envelopes", "E-1", {"amount": "1"}),
        ("visits", "roads", "way", {"minutes": "95"}),
        ("pairings", "pairings", "b-west", {"to": "2026-11-01"}),
    ],
)
def test_a_plan_of_a_record_that_changed_since_is_refused(
    record: Path, kind: str, table: str, code: str, cells: dict[str, str]
) -> None:
    load(a_programme())
    run = draft(kind).run
    load({table: changed(a_programme(), table, code, **cells)[table]}, ADOPTED)

    refused = refusal(run, at=LATER)

    assert (refused.code, "Draft it again" in refused.hint) == ("record.run-outdated", True)


def test_a_plan_of_what_was_known_in_the_past_is_held_to_what_is_known_now(record: Path) -> None:
    load(a_programme())
    load({"people": changed(a_programme(), "people", "P-1", years_in_profession="1")["people"]}, LATER)

    past = draft("postings", LATER, known_by=date(2026, 11, 5)).run

    assert refusal(past, at=LATER).code == "record.run-outdated"


@pytest.mark.parametrize("actor", ["donor_office:DN-A", "recipient_office", "secondee:P-1", "evaluator", "public"])
def test_only_the_programme_office_adopts(record: Path, actor: str) -> None:
    load(a_programme())
    run = draft("postings").run
    before = held()

    with pytest.raises(AccessError):
        plans.adopt(run, actor=actor, at=ADOPTED)

    assert held() == before


@pytest.mark.parametrize("kind", plans.KINDS)
def test_an_adoption_that_breaks_in_the_middle_leaves_nothing_behind(
    record: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pairup.services.write import check_journal

    load(a_swap())
    run = draft(kind).run
    before, whole = held(), adoption._ADOPTERS[kind]

    def breaks(*args: object) -> None:
        whole(*args)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setitem(adoption._ADOPTERS, kind, breaks)
    with pytest.raises(KeyboardInterrupt):
        adopt(run)
    assert held() == before

    monkeypatch.undo()
    adopt(run)
    assert held() != before and check_journal() == []


def test_a_project_in_another_currency_is_refused_before_anything_is_planned(record: Path) -> None:
    load(changed(a_programme(), "projects", "J-1", currency="USD"))
    before = held()

    with pytest.raises(InputError):
        draft("funding")

    assert held() == before
