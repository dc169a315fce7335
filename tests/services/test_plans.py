"""A plan is drafted from the record as of a day, kept as a run, and changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pairup.errors import AccessError, InputError, NoPlanError
from pairup.planning.plan import Status, Stop
from pairup.services import plans, tables
from tests.services import cast
from tests.services.cast import ADOPTED, DRAFTED, LATER, ON, a_programme, adopt, changed, draft, held, load, with_rows


def openings(round_code: str = "national-2") -> dict[str, int | None]:
    return {o.code: o.altitude_m for o in tables.read_openings("twin", round_code, on=ON)[0]}


def candidates() -> list[str]:
    return [person.code for person in tables.read_candidates("twin", "national-2", on=ON)]


def without_altitudes() -> cast.Tables:
    programme = a_programme()
    for place in programme["places"]:
        place["altitude_m"] = ""
    return programme


# --- what is asked ------------------------------------------------------------------------------------------


def test_what_is_left_open_is_filled_in_from_the_record(record: Path) -> None:
    load(a_programme())

    asked = plans.ask("postings", programme=None, round_code=None, on=ON)
    funds = plans.ask("funding", programme=None, round_code=None, on=ON)

    assert (asked.programme, asked.round) == ("twin", "national-2")
    assert (funds.round, funds.horizon) == ("", (2027, 2028))


def test_a_round_recorded_later_was_not_the_next_one_before(record: Path) -> None:
    load(a_programme())
    load({"rounds": cast.rows("code scheme ordinal from to", "national-1b national 1 2027-01 2027-12")}, LATER)

    assert plans.default_round("twin", on=ON) == "national-1b"
    assert plans.default_round("twin", on=ON, known_by=DRAFTED.date()) == "national-2"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"kind": "postings", "programme": "other"}, "record.no-programme"),
        ({"kind": "postings", "round_code": "national-9"}, "record.no-round"),
        ({"kind": "funding", "on": date(2090, 1, 1)}, "record.no-envelopes"),
    ],
)
def test_what_the_record_does_not_hold_is_refused_with_what_it_holds(
    record: Path, options: dict[str, object], code: str
) -> None:
    load(a_programme())

    with pytest.raises(InputError) as refused:
        plans.ask(**({"programme": "twin", "round_code": None, "on": ON} | options))  # type: ignore[arg-type]

    assert refused.value.code == code
    assert refused.value.hint


def test_a_programme_without_rounds_or_a_base_says_what_to_add(record: Path) -> None:
    programme = a_programme()
    bare = {name: programme[name] for name in ("sources", "programme", "places", "organisations", "pairings")}
    load(bare)

    with pytest.raises(InputError, match=r"rounds\.csv"):
        plans.ask("postings", programme=None, round_code=None, on=ON)
    with pytest.raises(InputError, match=r"sites\.csv"):
        draft("visits")


def test_a_record_without_a_programme_does_not_guess_one(record: Path) -> None:
    with pytest.raises(InputError) as refused:
        plans.default_programme()

    assert (refused.value.code, "none yet" in refused.value.hint) == ("record.which-programme", True)


# --- altitude: unknown is not low ---------------------------------------------------------------------------


def test_a_place_of_unknown_altitude_takes_the_highest_of_what_it_lies_in(record: Path) -> None:
    load(changed(a_programme(), "places", "upland", altitude_m="4800"))

    assert openings() == {"clinic": 3650, "school": 4500, "ward": 4800}


def test_a_place_in_a_known_area_asks_for_the_certificate_of_that_area(record: Path) -> None:
    load(a_programme())

    problem = plans.read_problem_of(plans.ask("postings", programme=None, round_code=None, on=ON))

    assert openings()["ward"] == 3650
    assert {p.person for p in problem.option_at if p.post == "ward"} == {
        "P-1",
        "P-3",
        "P-5",
    }  # P-2's own limit is 3,000 m


def test_where_nothing_is_known_a_programme_with_classes_asks_for_the_highest(record: Path) -> None:
    load(without_altitudes())

    assert openings() == {"clinic": 5000, "school": 5000, "ward": 5000}
    assert candidates() == ["P-1", "P-2", "P-3", "P-4", "P-5"]


def test_where_nothing_is_known_a_programme_without_classes_asks_for_its_highest_known_post(record: Path) -> None:
    programme = changed(a_programme(), "programme", "twin", rules="")
    load(changed(programme, "places", "east", altitude_m=""))

    assert openings() == {"clinic": 4500, "school": 4500, "ward": 4500}


def test_in_low_country_without_classes_an_unknown_altitude_asks_for_no_certificate(record: Path) -> None:
    load(changed(without_altitudes(), "programme", "twin", rules=""))

    assert openings() == {"clinic": None, "school": None, "ward": None}


def test_a_circle_of_parents_ends(record: Path) -> None:
    load(changed(changed(without_altitudes(), "places", "upland", parent="dale"), "programme", "twin", rules=""))

    assert openings()["ward"] is None


# --- rows that come more than once --------------------------------------------------------------------------


def test_people_and_posts_told_in_several_spans_stand_in_a_round_once(record: Path) -> None:
    programme = with_rows(
        a_programme(), "people", "code donor round profession from to is_synthetic",
        "P-1 DN-A national-2 doctor 2032 2033 yes",
    )  # fmt: skip
    load(with_rows(
        programme, "posts", "code round place pairing title_en profession from to is_synthetic",
        "ward national-2 dale a-dale Doctor doctor 2031-07 2031-12 yes",
    ))  # fmt: skip

    problem = plans.read_problem_of(plans.ask("postings", programme=None, round_code=None, on=ON))

    assert (problem.people.count("P-1"), problem.posts.count("ward")) == (1, 1)
    assert str(problem.post_first[problem.posts.index("ward")]) == "2031-07-01"


def test_a_post_of_two_seats_takes_two_people(record: Path) -> None:
    load(changed(a_programme(), "posts", "clinic", seats="2", open_to="DN-A;DN-B"))

    plan = draft("postings").plan

    assert sum(1 for item in plan.assignments if item.post == "clinic") == 2


def test_a_post_is_open_to_the_donors_it_names_and_else_to_its_pairing_s(record: Path) -> None:
    programme = changed(a_programme(), "posts", "ward", open_to="DN-B")
    load(changed(programme, "posts", "clinic", open_to="DN-A;DN-B"))

    opened = {o.code: sorted(o.open_to) for o in tables.read_openings("twin", "national-2", on=ON)[0]}

    assert opened == {"clinic": ["DN-A", "DN-B"], "school": ["DN-B"], "ward": ["DN-B"]}


def test_a_partner_who_is_not_in_the_round_binds_nobody(record: Path) -> None:
    load(a_programme())
    assert tables.read_couples("twin", "national-2", on=ON) == []

    load({"people": changed(a_programme(), "people", "P-6", round="national-2")["people"]}, LATER)

    assert tables.read_couples("twin", "national-2", on=ON) == [("P-5", "P-6")]
    assert tables.read_couples("twin", "national-2", on=ON, known_by=DRAFTED.date()) == []


def test_several_quotas_and_several_envelopes_add_up(record: Path) -> None:
    programme = with_rows(a_programme(), "quotas", "code round donor people", "K-A2 national-2 DN-A 3")
    load(with_rows(
        programme, "envelopes", "code pairing budget_year amount currency from to is_synthetic",
        "E-1b a-east 2027 250.50 CNY 2027 2027 yes",
    ))  # fmt: skip

    limits = tables.read_envelopes("twin", on=ON, horizon=(2027, 2027))

    assert tables.read_quotas("twin", "national-2", on=ON) == {"DN-A": 7, "DN-B": 4}
    assert str(limits["a-east-2027"]) == "CNY 1,250.50"


# --- money --------------------------------------------------------------------------------------------------


def test_two_currencies_are_never_weighed_against_each_other(record: Path) -> None:
    load(changed(a_programme(), "projects", "J-2", currency="EUR"))

    with pytest.raises(InputError) as refused:
        draft("funding")

    assert refused.value.code == "record.project-currency"
    assert "EUR" in str(refused.value) and "CNY" in str(refused.value)


def test_two_currencies_in_one_envelope_are_refused(record: Path) -> None:
    load(with_rows(
        a_programme(), "envelopes", "code pairing budget_year amount currency from to is_synthetic",
        "E-1b a-east 2027 250 EUR 2027 2027 yes",
    ))  # fmt: skip

    with pytest.raises(InputError) as refused:
        draft("funding")

    assert refused.value.code == "money.two-currencies"


def test_what_was_planned_before_leaves_less_in_the_envelopes(record: Path) -> None:
    load(a_programme())
    adopt(draft("funding").run)  # J-1 from 2027 to 2028 takes 500 a year, J-2 takes 900

    again = draft("funding", ADOPTED)

    capacity = {line.id: line.capacity for line in again.plan.problem.lines}
    assert capacity == {"a-east-2027": 500, "a-east-2028": 500, "b-west-2027": 100}
    assert again.plan.assignments == ()  # J-3 would need 900


# --- the run ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", plans.KINDS)
def test_a_draft_adds_a_run_and_nothing_else(record: Path, kind: str) -> None:
    load(a_programme())
    before = held()

    drafted = draft(kind)

    after = held()
    assert {name for name in after if after[name] != before[name]} == {"runs", "journal"}
    assert drafted.plan.status is Status.OPTIMAL
    assert plans.read_run(drafted.run).is_synthetic
    assert drafted.weights


@pytest.mark.parametrize("kind", plans.KINDS)
def test_the_same_record_day_and_seed_give_the_same_run(record: Path, kind: str) -> None:
    load(a_programme())

    one, two = (plans.read_run(draft(kind).run) for _ in range(2))

    assert one.identity.code != two.identity.code
    assert bytes(one.problem) == bytes(two.problem)
    assert one.answer["assignments"] == two.answer["assignments"]


def test_a_plan_of_facts_alone_is_not_called_synthetic(record: Path) -> None:
    programme = a_programme()
    for table in programme.values():
        for row in table:
            row["is_synthetic"] = "no"
    load(programme)

    assert not plans.read_run(draft("postings").run).is_synthetic


def test_one_synthetic_candidate_makes_the_plan_synthetic(record: Path) -> None:
    programme = a_programme()
    for table in programme.values():
        for row in table:
            row["is_synthetic"] = "no"
    load(changed(programme, "people", "P-3", is_synthetic="yes"))

    assert plans.read_run(draft("postings").run).is_synthetic
    assert not plans.read_run(draft("funding").run).is_synthetic


def test_a_post_that_must_be_filled_and_nobody_may_take_is_a_state_with_a_clash(record: Path) -> None:
    load(changed(a_programme(), "posts", "school", must_fill="yes", profession="forester"))

    drafted = draft("postings")

    assert drafted.plan.status is Status.INFEASIBLE
    assert any("school" in words.say() for words in drafted.plan.conflicts)
    assert plans.read_run(drafted.run).answer["assignments"] is None
    with pytest.raises(NoPlanError, match="school"):
        _ = drafted.plan.assignments


@pytest.mark.parametrize("kind", plans.KINDS)
def test_no_time_at_all_still_gives_a_state(record: Path, kind: str) -> None:
    load(a_programme())

    asked = plans.ask(kind, programme=None, round_code=None, on=ON, days=3)
    drafted = plans.draft(asked, actor=cast.OFFICE, at=DRAFTED, stop=Stop(seconds=0))

    assert drafted.plan.status in (Status.OPTIMAL, Status.FEASIBLE, Status.UNKNOWN)


def test_an_actor_without_the_right_is_refused_before_the_solve(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(a_programme())
    asked = plans.ask("postings", programme=None, round_code=None, on=ON)
    before = held()

    monkeypatch.setitem(plans.PLANNERS, "postings", lambda *_, **__: pytest.fail("it solved"))
    with pytest.raises(AccessError):
        plans.draft(asked, actor="public", at=DRAFTED)

    assert held() == before


def test_a_run_is_asked_again_with_what_was_known_the_day_it_was_drafted(record: Path) -> None:
    load(a_programme())
    run = plans.read_run(draft("postings").run)

    told = plans.asked_of(run)

    assert told == replace(plans.Asked.of(run.answer["asked"]), known_by=DRAFTED.date())


def test_a_run_that_is_not_there_is_refused_with_those_that_are(record: Path) -> None:
    load(a_programme())
    run = draft("funding").run

    with pytest.raises(InputError, match=run):
        plans.read_run("nothing")
    with pytest.raises(InputError):
        plans.read_run(run, on=date(2020, 1, 1))
