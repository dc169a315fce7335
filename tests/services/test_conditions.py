"""What a round asks beyond a post's own row, read from the record, and who is told why."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from pairup.planning import worth
from pairup.planning.plan import Audience
from pairup.planning.verify import check_plan
from pairup.planning.worth import posting_points
from pairup.services import explanations, plans, reporting
from pairup.services.reporting import people
from pairup.values.words import Words
from tests.services import cast
from tests.services.cast import a_programme, adopt, changed, draft, load

RULES = "altitude_classes.xizang;handover_least.general"


def handed_over(last_day: str = "2028-06-30", free: str = "2028-06", **cells: str) -> cast.Tables:
    """The clinic goes on from the round before, whose doctor leaves on a day; P-1 is free from another on."""
    programme = changed(a_programme(), "programme", "twin", rules=RULES)
    for row in programme["posts"]:
        row["continues"] = "old-clinic" if row["code"] == "clinic" else ""
        row["term"] = "full"
    programme = changed(programme, "postings", "R-0", **({"to": last_day} | cells))
    return changed(programme, "people", "P-1", **{"from": free})


def may_take(person: str, post: str) -> bool:
    found = plans.round_tables(plans.ask("postings", programme=None, round_code=None, on=cast.ON))
    return (person, post) in {(found.people[k].code, found.openings[j].code) for k, j in found.pairs}


@pytest.mark.parametrize(
    ("last_day", "free", "is_in_time"),
    [
        ("2028-06-30", "2028-06-25", True),
        ("2028-06-30", "2028-06-26", True),  # five days with the one before, this one and the last counted
        ("2028-06-30", "2028-06-27", False),
        ("2028-07-05", "2028-07-01", True),  # the term itself begins in time
        ("2028-07-04", "2028-07-01", False),
        ("2028-05-31", "2028-05-27", True),
        ("2028-05-31", "2028-05-28", False),
        ("2028-05-30", "2028-07-01", True),  # who left more than 31 days before hands nothing over
    ],
)
def test_a_newcomer_meets_the_one_before_for_as_many_days_as_the_rule_asks(
    record: Path, last_day: str, free: str, is_in_time: bool
) -> None:
    load(handed_over(last_day, free))

    assert may_take("P-1", "clinic") is is_in_time


def test_without_the_rule_or_for_a_mission_no_handover_is_asked(record: Path) -> None:
    programme = handed_over(free="2028-07-01")
    load(changed(programme, "programme", "twin", rules="altitude_classes.xizang"))

    assert may_take("P-1", "clinic")

    load({"programme": programme["programme"]}, cast.DRAFTED)
    assert not may_take("P-1", "clinic")

    load({"posts": changed(programme, "posts", "clinic", term="mission")["posts"]}, cast.LATER)
    assert may_take("P-1", "clinic")


def test_who_comes_too_late_is_told_by_when_and_how_long(record: Path) -> None:
    load(handed_over(free="2028-07-01"))
    run = draft("postings").run

    said = explanations.why(run, ("P-1", "clinic"), for_=Audience.OFFICE)

    assert said.code == "worth.handover-missed"  # type: ignore[union-attr]
    assert "2028-06-26" in said.say() and "5 days" in said.say() and "2028-07-01" in said.say("zh_Hans")


def test_the_checker_sees_a_posting_that_comes_too_late_for_the_handover(record: Path) -> None:
    load(handed_over(free="2028-06-25"))
    drafted = draft("postings")
    assert ("P-1", "clinic") in drafted.plan.assignments and check_plan(drafted.plan.problem, drafted.plan) == []

    said = drafted.plan.problem.to_dict()
    next(row for row in said["people"] if row["id"] == "P-1")["from"] = "2028-06-27"
    found = check_plan(type(drafted.plan.problem).from_dict(said), drafted.plan)

    assert [finding.words.code for finding in found] == ["planning.broken-away"]


def test_an_adopted_posting_begins_with_the_handover(record: Path) -> None:
    from pairup.record.models import PostingVersion

    load(handed_over())
    adopt(draft("postings").run)

    rows = PostingVersion.objects.known().filter(post__code="clinic").values_list("starts", "starts_precision")
    assert list(rows) == [(date(2028, 6, 26), "day")]


def test_the_report_follows_a_post_from_the_day_its_handover_begins(record: Path) -> None:
    load(handed_over())
    adopt(draft("postings").run)

    followed = reporting.read_facts("twin", on=cast.ON).followed

    assert followed is not None and (followed.post, followed.term_start, followed.term_end) == (
        "clinic", date(2028, 6, 26), date(2031, 6, 30),
    )  # fmt: skip


def test_who_holds_the_post_and_stays_hands_over_to_nobody(record: Path) -> None:
    programme = handed_over()
    stays = "P-0 DN-A national-2 doctor surgery 9 - - - 2028-08 2031-07 yes"
    columns = (
        "code donor round profession skills years_in_profession prefers partner highest_altitude_m from to is_synthetic"
    )
    programme = cast.with_rows(programme, "people", columns, stays)
    for row in programme["posts"]:
        row["from"] = "2028-08" if row["code"] == "clinic" else row["from"]
    programme = changed(programme, "postings", "R-0", to="2028-07-20")
    programme["fitness"] += [dict(programme["fitness"][0], code="F-0", person="P-0")]
    load(programme)

    assert may_take("P-0", "clinic")
    run = draft("postings")
    assert check_plan(run.plan.problem, run.plan) == []


def selecting(*attestations: str, clearance: str = "", **post: str) -> cast.Tables:
    """The programme names an age rule that acts; the clinic may ask for a clearance."""
    programme = changed(a_programme(), "programme", "twin", rules=f"{RULES};selection_age.partners")
    columns = "code person kind rule holds from to is_synthetic"
    everybody = [f"A-{k} P-{k} rule selection_age.partners yes - - yes" for k in (1, 2, 4, 5)]
    for row in programme["posts"]:
        row["clearance"] = clearance if row["code"] == "clinic" else ""
    return cast.with_rows(programme, "attestations", columns, *everybody, *attestations)


def test_an_age_limit_is_a_rule_that_is_met_not_met_or_not_known(record: Path) -> None:
    load(selecting())
    first = draft("postings").run
    no = cast.rows(
        "code person kind rule holds from to is_synthetic",
        "A-3 P-3 rule selection_age.partners no - - yes",
        "A-1b P-1 rule selection_age.partners no 2028 - yes",
    )
    load({"attestations": no}, cast.LATER)

    assert not may_take("P-3", "clinic") and not may_take("P-1", "clinic")
    person, office, public = (
        explanations.why(first, ("P-3", "clinic"), for_=audience)
        for audience in (Audience.PERSON, Audience.OFFICE, Audience.PUBLIC)
    )
    assert person.code == "worth.rule-not-known"  # type: ignore[union-attr]
    assert "Not known" in person.say() and "不明确" in person.say("zh_Hans")
    assert office == public and office.say() == "A personal condition."


def test_a_rule_that_is_kept_as_told_and_not_applied_asks_nothing(record: Path) -> None:
    programme = selecting()
    load(changed(programme, "programme", "twin", rules=f"{RULES};selection_age.xizang"))

    assert may_take("P-3", "clinic")


@pytest.mark.parametrize(
    ("valid", "kind", "is_cleared"),
    [
        ("- -", "safeguarding", True),
        ("2028-07-01 2028-07-01", "safeguarding", True),
        ("- 2028-06-30", "safeguarding", False),
        ("2028-07-02 -", "safeguarding", False),
        ("- -", "professional_standing", False),
    ],
)
def test_a_clearance_is_asked_for_and_holds_for_its_days(record: Path, valid: str, kind: str, is_cleared: bool) -> None:
    load(selecting(f"C-1 P-1 {kind} - yes {valid} yes", clearance="safeguarding"))

    assert may_take("P-1", "clinic") is is_cleared
    assert not may_take("P-2", "clinic")
    assert may_take("P-1", "ward")


def test_the_office_reads_no_word_of_a_clearance_and_the_person_does(record: Path) -> None:
    load(selecting(clearance="safeguarding"))
    run = draft("postings").run

    office, person = (
        explanations.why(run, ("P-1", "clinic"), for_=audience) for audience in (Audience.OFFICE, Audience.PERSON)
    )

    assert office.say("en") == "A personal condition." and office.say("zh_Hans") == "个人原因。"
    assert "clearance" in person.say()


@pytest.mark.parametrize(("last", "is_valid"), [("2028-06-30", False), ("2028-07-01", True)])
def test_a_licence_with_its_days_counts_on_them_alone(record: Path, last: str, is_valid: bool) -> None:
    programme = selecting(f"L-1 P-1 licence - yes - {last} yes")
    for row in programme["posts"]:
        row["licence_needed"] = "yes" if row["code"] == "clinic" else ""
    for row in programme["people"]:
        row["licensed"] = "yes" if row["code"] in ("P-1", "P-5") else ""
    load(programme)

    assert may_take("P-1", "clinic") is is_valid
    assert may_take("P-5", "clinic")


def test_a_host_refuses_a_candidate_and_only_the_candidate_reads_it(record: Path) -> None:
    views = ("V-1 clinic P-1 - yes - - yes", "V-2 ward P-5 - yes - 2026-10 yes")
    load(cast.with_rows(a_programme(), "host_views", "code post person rank refuses from to is_synthetic", *views))
    run = draft("postings").run

    assert not may_take("P-1", "clinic")
    assert may_take("P-1", "ward")
    assert may_take("P-5", "ward")  # that view was given up
    assert explanations.why(run, ("P-1", "clinic")).say() == "A personal condition."
    assert "host" in explanations.why(run, ("P-1", "clinic"), for_=Audience.PERSON).say()


def worth_of(person: str, post: str) -> dict[str, int]:
    asked = plans.ask("postings", programme=None, round_code=None, on=cast.ON)
    found = plans.round_tables(asked)
    who = next(one for one in found.people if one.code == person)
    return posting_points(who, next(o for o in found.openings if o.code == post), plans.posting_weights(asked))


def test_the_host_ranks_the_post_goes_on_and_a_place_behind_earns_more(record: Path) -> None:
    programme = handed_over()
    for row in programme["posts"]:  # the school goes on too, whose holder had none of what it wished for
        row["continues"] = {"clinic": "old-clinic", "school": "old-school"}.get(row["code"], "")
    columns = (
        "code round place pairing title_en profession seats must_fill priority skills_desired need from to is_synthetic"
    )
    programme = cast.with_rows(
        programme,
        "posts",
        columns,
        "old-school national-1 west b-west Teacher teacher 1 no 3 maths - 2025-07 2028-06 yes",
    )
    programme = changed(
        changed(programme, "posts", "old-clinic", skills_desired="surgery"), "posts", "school", skills_desired="maths"
    )
    programme = changed(programme, "people", "P-4", skills="maths")
    views = ("V-1 clinic P-3 1 no - - yes", "V-2 clinic P-1 2 no - - yes")
    load(cast.with_rows(programme, "host_views", "code post person rank refuses from to is_synthetic", *views))

    assert worth_of("P-3", "clinic")["host_preference"] == 15
    assert worth_of("P-1", "clinic")["host_preference"] == 10
    assert worth_of("P-5", "clinic")["continuity"] == 8  # from Aland, as the one before
    assert "continuity" not in worth_of("P-4", "school")  # nobody held it
    assert worth_of("P-4", "school")["fair_share"] == 12  # the clinic's holder had all, the school's none
    assert "fair_share" not in worth_of("P-5", "clinic")


def of_a_team(lead: str, one_lead: str) -> cast.Tables:
    """Clinic and ward are a team, open to both donors; a doctor of Bland could take one of them."""
    programme = a_programme()
    for row in programme["posts"]:
        is_in = row["code"] in ("clinic", "ward")
        row |= {"team": "T-1" if is_in else "", "open_to": "DN-A;DN-B" if is_in else ""}
    programme = cast.with_rows(
        programme,
        "teams",
        "code name_en round lead one_lead from to is_synthetic",
        f"T-1 Team national-2 {lead} {one_lead} 2028-07 2031-06 yes",
    )
    columns = (
        "code donor round profession skills years_in_profession prefers partner highest_altitude_m from to is_synthetic"
    )
    programme = cast.with_rows(
        programme, "people", columns, "P-7 DN-B national-2 doctor surgery 15 dale - - 2028-06 2031-07 yes"
    )
    programme["fitness"] += [dict(programme["fitness"][1], code="F-7", person="P-7")]
    return programme


@pytest.mark.parametrize(
    ("lead", "one_lead", "donors"), [("-", "no", {"DN-A", "DN-B"}), ("-", "yes", {"DN-A"}), ("DN-A", "yes", {"DN-A"})]
)
def test_a_team_comes_from_one_organisation_where_that_is_asked(
    record: Path, lead: str, one_lead: str, donors: set[str]
) -> None:
    load(of_a_team(lead, one_lead))

    plan = draft("postings").plan

    sent = {item.person for item in plan.assignments if item.post in ("clinic", "ward")}
    assert len(sent) == 2 and {"DN-B" if person == "P-7" else "DN-A" for person in sent} == donors
    assert may_take("P-7", "ward") is (lead == "-")
    assert plan.problem.one_donor_teams == (("T-1",) if (lead, one_lead) == ("-", "yes") else ())


@pytest.mark.parametrize(("most", "filled"), [("", 3), ("1", 2)])
def test_a_round_may_limit_the_people_of_a_donor_at_a_place(record: Path, most: str, filled: int) -> None:
    programme = a_programme()
    for row in programme["rounds"]:
        row["most_per_donor_and_place"] = most if row["code"] == "national-2" else ""
    clinic, ward = (next(row for row in programme["posts"] if row["code"] == code) for code in ("clinic", "ward"))
    ward["place"] = clinic["place"]
    load(programme)

    plan = draft("postings").plan

    assert plan.problem.most_per_donor_and_place == (int(most) if most else None)
    assert len(plan.assignments) == filled


def test_the_page_tells_no_wish_by_its_name() -> None:
    told = people._parts({"filled": 50, "preference": 5, "host_preference": 15}, {"filled": 50, "host_preference": 10})

    assert [(part.name.code, part.chosen, part.runner_up) for part in told] == [
        ("services.points-filled", 50, 50), ("worth.part-personal", 20, 10),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_every_reason_that_is_told_has_its_line_under_an_empty_post(language: str) -> None:
    source = Path(worth.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'"worth\.([a-z-]+)"', source))
    open_to_all = {code for code in codes if f"worth.{code}" not in worth.PERSONAL}

    assert {"handover-missed", "licence-expired", "personal-condition"} <= open_to_all
    for code in open_to_all:
        line = Words(f"services.unmet-{code}", {"count": 2, "of": 3}).say(language)
        assert "services." not in line and "2" in line and "3" in line
