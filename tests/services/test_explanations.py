"""Why a stored plan chose or did not: the office reads no health, family or preference, the person reads their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.errors import InputError, PairupError
from pairup.planning.plan import Audience, Reason
from pairup.services import explanations, plans
from tests.services import cast
from tests.services.cast import LATER, a_programme, changed, draft, load

#: words of what is told to nobody but the person
PERSONAL = ("prefer", "fitness", "unfit", "certificate", "partner", "couple", "altitude", "family", "health")


def run_of(kind: str, programme: cast.Tables | None = None) -> str:
    load(programme or a_programme())
    return draft(kind).run


def say(run: str, *item: str, for_: Audience = Audience.OFFICE) -> str:
    told = explanations.why(run, item, for_=for_)
    return f"{told.say('en')} {told.say('zh_Hans')}"


@pytest.mark.parametrize("kind", ["pairings", "postings", "funding"])
def test_a_stored_plan_is_made_whole_again_and_nothing_is_solved(record: Path, kind: str) -> None:
    load(a_programme())
    drafted = draft(kind)

    again = explanations.plan_of(plans.read_run(drafted.run))

    assert again.assignments == drafted.plan.assignments
    assert (again.status, again.objective, again.bound) == (
        drafted.plan.status, drafted.plan.objective, drafted.plan.bound
    )  # fmt: skip


def test_a_chosen_posting_says_what_the_next_best_plan_would_lose(record: Path) -> None:
    run = run_of("postings")

    reason = explanations.why(run, ("P-1", "clinic"))

    assert isinstance(reason, Reason) and reason.cost == 17  # P-5 in the clinic, P-1 in the ward, P-3 at home


def test_a_posting_that_was_not_chosen_says_what_it_would_cost(record: Path) -> None:
    run = run_of("postings")

    reason = explanations.why(run, ("P-5", "clinic"))

    assert isinstance(reason, Reason) and reason.cost == 17
    assert any("P-1" in detail.say() for detail in reason.details)


@pytest.mark.parametrize(
    ("cells", "table", "code"),
    [
        ({"outcome": "unfit"}, "fitness", "F-3"),
        ({"altitude_m": "3000"}, "fitness", "F-3"),
        ({"to": "2028-05"}, "fitness", "F-3"),
        ({"highest_altitude_m": "3000"}, "people", "P-3"),
    ],
)
def test_only_the_person_reads_a_reason_of_health(record: Path, table: str, code: str, cells: dict[str, str]) -> None:
    run = run_of("postings", changed(a_programme(), table, code, **cells))

    office, public, person = (say(run, "P-3", "clinic", for_=audience) for audience in (
        Audience.OFFICE, Audience.PUBLIC, Audience.PERSON,
    ))  # fmt: skip

    assert "personal condition" in office and public == office
    assert [word for word in PERSONAL if word in office.lower()] == []
    assert any(word in person.lower() for word in PERSONAL)


def test_only_the_person_reads_that_a_couple_stays_together(record: Path) -> None:
    programme = changed(a_programme(), "people", "P-6", round="national-2", to="2031-07")
    run = run_of("postings", programme)  # P-6 is a nurse, and no post takes one

    office, person = (say(run, "P-5", "ward", for_=audience) for audience in (Audience.OFFICE, Audience.PERSON))

    assert [word for word in PERSONAL if word in office.lower()] == []
    assert office != person


@pytest.mark.parametrize(("person", "post"), [("P-4", "clinic"), ("P-2", "clinic"), ("P-1", "ward"), ("P-3", "ward")])
def test_the_office_never_reads_a_personal_word(record: Path, person: str, post: str) -> None:
    run = run_of("postings")

    said = say(run, person, post).lower()

    assert said and [word for word in PERSONAL if word in said] == []


def test_a_correction_changes_no_reason_of_an_earlier_plan(record: Path) -> None:
    run = run_of("postings")
    before = say(run, "P-2", "clinic")

    load({"fitness": changed(a_programme(), "fitness", "F-1", outcome="unfit")["fitness"]}, LATER)
    load({"people": changed(a_programme(), "people", "P-2", highest_altitude_m="")["people"]}, LATER)

    assert say(run, "P-2", "clinic") == before
    assert "personal condition" not in say(run, "P-1", "clinic")


@pytest.mark.parametrize("kind", ["pairings", "funding"])
def test_pairings_and_projects_are_explained_too(record: Path, kind: str) -> None:
    run = run_of(kind)
    item = {"pairings": ("DN-A", "west"), "funding": ("J-3", "start-2027")}[kind]

    reason = explanations.why(run, item)

    assert isinstance(reason, Reason) and reason.say("en") != reason.say("zh_Hans")


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("postings", ("P-1",)),
        ("postings", ("P-1", "clinic", "more")),
        ("postings", ("P-99", "clinic")),
        ("postings", ("P-1", "nowhere")),
        ("pairings", ("DN-Z", "east")),
        ("funding", ("J-99", "start-2027")),
        ("visits", ("base", "1")),
    ],
)
def test_what_cannot_be_explained_is_refused(record: Path, kind: str, item: tuple[str, ...]) -> None:
    run = run_of(kind)

    with pytest.raises(InputError):
        explanations.why(run, item)


def test_a_run_without_a_plan_is_refused_with_its_clash(record: Path) -> None:
    run = run_of("postings", changed(a_programme(), "posts", "school", must_fill="yes", profession="forester"))

    with pytest.raises(PairupError) as refused:
        explanations.why(run, ("P-1", "clinic"))

    assert refused.value.exit_code == 3 and "school" in str(refused.value)
