"""Money five ways: steps with their owners, missing ones as states, gaps, purpose tests; burdens over programmes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pairup.reports.five_ways import FiveWays, StepState
from pairup.services import claims
from pairup.services.burdens import read_burdens
from pairup.services.five_ways import read_five_ways
from pairup.services.totals import rows_of, total
from tests.services.cast import ON, Tables, a_programme, load, rows, with_rows
from tests.services.published_tables import SHIGATSE, SHIGATSE_SUMS, kizilsu, shigatse

IN_2015 = date(2015, 12, 31)


def a_view(programme: str = "twin", on: date = date(2027, 6, 1), **asked: object) -> FiveWays:
    views = read_five_ways(programme, on=on, **asked)  # type: ignore[arg-type]
    assert len(views) == 1
    return views[0]


def of_made_up_donors() -> Tables:
    """The small programme with donors that are made up, so that their gaps may be told."""
    tables = a_programme()
    for row in tables["organisations"]:
        row["is_synthetic"] = "yes"
    return tables


# --- the steps ----------------------------------------------------------------------------------------------


def test_the_audit_table_of_2014_comes_out_five_ways(record: Path) -> None:
    load(kizilsu())

    view = a_view("border", on=IN_2015)

    assert [(step.name, step.say()) for step in view.steps[1:]] == [
        ("pledged", "CNY 417,590,000.00"), ("paid", "CNY 404,600,000.00"), ("executed", "CNY 399,200,000.00"),
        ("audited", "CNY 404,600,000.00"),
    ]  # fmt: skip
    assert view.step("due").state is StepState.NOT_DUE
    assert "Money owed: Xinjiang" in view.step("due").say()
    assert [gap.say() for gap in view.gaps] == [
        "pledged CNY 417,590,000.00, paid CNY 404,600,000.00: 96.9 %, CNY 12,990,000.00 less.",
        "paid CNY 404,600,000.00, works done CNY 399,200,000.00: 98.7 %, CNY 5,400,000.00 less.",
    ]  # fmt: skip
    assert total("project_cost", on=IN_2015).one.amount == Decimal("1326270000")


def test_every_step_names_who_answers_for_it(record: Path) -> None:
    load(kizilsu())

    owners = [step.owner.say() for step in a_view("border", on=IN_2015).steps]

    assert owners == [
        "programme office, by the rule", "donor", "donor", "recipient, who certifies works", "audit office"
    ]  # fmt: skip


def test_what_is_due_names_the_rule_its_version_the_base_and_its_source(record: Path) -> None:
    load(a_programme() | {
        "revenue_bases": rows(
            "code donor year amount currency from to source standing",
            "A-24 DN-A 2024 1000000 CNY 2024 2024 T-1 reported",
        )
    })  # fmt: skip

    step = a_view(pairing="a-east", year=2025).step("due")
    row = rows_of("money_due", on=ON, where={"year": "2025"})[0].part

    assert (step.say(), step.source) == ("CNY 1,000.00", "T-1")
    assert step.words is not None and "Money owed: Xizang" in step.words.say() and "2024" in step.words.say()
    assert row.code == "A-24"
    assert (row.shown["rule"], row.shown["base"], row.shown["source"]) == (
        "money_quota.xizang", "CNY 1,000,000.00", "T-1"
    )  # fmt: skip


NOTICES = "code pairing budget_year rule rule_from base due currency from to source standing"


def test_what_was_notified_stands_beside_what_the_rule_gives(record: Path) -> None:
    load(a_programme() | {
        "revenue_bases": rows(
            "code donor year amount currency from to source standing",
            "A-24 DN-A 2024 1000000 CNY 2024 2024 T-1 reported",
        ),
        "commitments": rows(
            NOTICES, "Q-A a-east 2025 money_quota.xizang 2010-01-01 1000000 990 CNY 2025 2025 T-1 reported",
            "Q-B b-west 2025 - - - 400 CNY 2025 2025 T-1 reported",
        ),
    })  # fmt: skip

    apart, alone = (a_view(pairing=pairing, year=2025) for pairing in ("a-east", "b-west"))
    row = rows_of("money_notified", on=ON, where={"pairing": "a-east"})[0].part

    assert (apart.step("due").say(), apart.gaps[0].say()) == (
        "CNY 1,000.00", "notified CNY 990.00, by the rule CNY 1,000.00."
    )  # fmt: skip
    assert (alone.step("due").say(), str(alone.step("due").words)) == (
        "CNY 400.00", "as notified; the rule gives no amount"
    )  # fmt: skip
    assert (row.code, row.shown["rule"], row.shown["rule_from"]) == ("Q-A", "money_quota.xizang", "2010-01-01")


def test_a_step_without_rows_is_a_state_and_never_a_nought(record: Path) -> None:
    load(a_programme())

    view = a_view(pairing="b-west", year=2025)

    assert [step.state for step in view.steps] == [
        StepState.NOT_DUE, StepState.NOT_RECORDED, StepState.RECORDED, StepState.NOT_RECORDED, StepState.NOT_RECORDED
    ]  # fmt: skip
    assert [step.say() for step in view.steps[1:]] == ["not recorded", "CNY 300.00", "not recorded", "not recorded"]
    assert "0.00" not in view.step("due").say()


# --- gaps ---------------------------------------------------------------------------------------------------


def test_money_without_works_is_told_once_the_year_is_over(record: Path) -> None:
    load(of_made_up_donors())

    over, running = (a_view(pairing="b-west", year=2025, on=day) for day in (date(2026, 1, 1), date(2025, 12, 31)))

    assert [gap.say() for gap in over.gaps] == [
        "paid CNY 300.00; works done: not recorded.", "paid CNY 300.00; audited: not recorded.",
    ]  # fmt: skip
    assert running.gaps == ()


def test_no_real_donor_is_shown_short_by_made_up_rows(record: Path) -> None:
    load(a_programme())

    view = a_view(pairing="b-west", year=2025)

    assert [gap.code for gap in view.gaps] == ["totals.gap-not-told"]
    assert view.tests == ()


# --- purpose tests ------------------------------------------------------------------------------------------


def tagged(*lines: str) -> Tables:
    return with_rows(
        of_made_up_donors(), "money",
        "code day pairing kind budget_year amount currency grassroots_share livelihood_share is_synthetic", *lines
    )  # fmt: skip


def test_the_two_purpose_tests_weigh_the_same_money_by_tags_of_their_own(record: Path) -> None:
    load(tagged(
        "M-5 2024-03 a-east payment 2024 600 CNY 1 0 yes", "M-6 2024-04 a-east payment 2024 400 CNY 0.75 1 yes"
    ))  # fmt: skip

    tests = {test.tag: test for test in a_view(pairing="a-east", year=2024).tests}

    assert (tests["grassroots"].passes, tests["grassroots"].reached) == (True, Decimal("0.9"))
    assert (tests["livelihood"].passes, tests["livelihood"].reached) == (False, Decimal("0.4"))


def test_a_line_without_tags_takes_those_of_its_project_and_else_decides_nothing(record: Path) -> None:
    load(tagged("M-5 2024-03 a-east payment 2024 600 CNY - - yes"))

    untagged = a_view(pairing="a-east", year=2024).tests
    of_project = a_view(pairing="b-west", year=2025).tests

    assert [test.passes for test in untagged] == [None, None]
    assert [test.passes for test in of_project] == [True, True]


def test_there_is_no_purpose_test_before_its_rule(record: Path) -> None:
    load(tagged("M-5 2013-03 a-east payment 2013 600 CNY 1 1 yes"))

    assert a_view(pairing="a-east", year=2013).tests == ()


# --- beside what was claimed --------------------------------------------------------------------------------


def test_the_claimed_totals_of_shigatse_stand_beside_the_computed_ones(record: Path) -> None:
    load(shigatse(), datetime(2018, 12, 20, tzinfo=UTC))
    on = date(2019, 1, 1)

    by_donor = total("money_paid", on=on, by=["donor"])
    projects = total("projects", on=on, by=["donor"])
    beside = {result.claim.code: result for result in claims.check("shig", on=on)}

    assert {f.key[0]: f.amount for f in by_donor.figures} == {donor: money for donor, _, money, _ in SHIGATSE}
    assert {f.key[0]: f.value for f in projects.figures} == {donor: count for donor, count, _, _ in SHIGATSE}
    for code, figure in (("all-projects", SHIGATSE_SUMS[0]), ("all-money", SHIGATSE_SUMS[1])):
        computed = beside[code].computed
        assert computed is not None and computed.figure == figure == beside[code].claim.figure


# --- burdens ------------------------------------------------------------------------------------------------


def second_programme() -> Tables:
    """Another programme in the same record, in which Aland helps too."""
    return {
        "programme": rows("code name_en preset currency from is_synthetic", "other Other mandate_led EUR 2020 yes"),
        "pairings": rows("code donor place channel from is_synthetic", "o-1 DN-A west territorial 2020 yes"),
        "money": rows(
            "code day pairing kind budget_year amount currency is_synthetic",
            "O-1 2025-02 o-1 payment 2025 70 EUR yes", "O-2 2024-02 o-1 pledge 2024 90 EUR yes",
        ),
    }  # fmt: skip


def test_a_donor_s_burden_is_seen_over_all_programmes_in_order_of_code(record: Path) -> None:
    load(a_programme())
    load(second_programme())

    found = read_burdens(on=ON)

    assert [(one.donor, one.year, one.programme, *map(str, one.paid)) for one in found] == [
        ("DN-A", 2024, "other"), ("DN-A", 2025, "other", "EUR 70.00"), ("DN-A", 2025, "twin", "CNY 749.50"),
        ("DN-B", 2025, "twin", "CNY 300.00"),
    ]  # fmt: skip
    assert [one.programme for one in read_burdens(on=ON, donor="DN-A", year=2025)] == ["other", "twin"]
    assert [(str(one.pledged[0]), one.paid) for one in read_burdens(on=ON, year=2024)] == [("EUR 90.00", ())]


def test_a_burden_is_the_one_known_on_a_day(record: Path) -> None:
    load(a_programme())
    load(second_programme(), datetime(2027, 1, 1, tzinfo=UTC))

    then = read_burdens(on=ON, known_by=ON)

    assert {one.programme for one in then} == {"twin"}
    assert {one.programme for one in read_burdens(on=ON)} == {"other", "twin"}


@pytest.mark.parametrize("known_by", [None, ON])
def test_a_picture_of_the_five_steps_has_words_where_there_is_no_amount(record: Path, known_by: date | None) -> None:
    from pairup.reports.five_ways_figure import five_bars

    load(a_programme())

    drawn = str(five_bars(a_view(pairing="b-west", year=2025, known_by=known_by), "CNY").to_dict(validate=False))

    assert "not recorded" in drawn and "'paid · donor'" in drawn


def test_the_office_s_report_tells_what_a_programme_s_donors_bear_in_the_others(record: Path) -> None:
    from pairup.reports.between_section import between_blocks, burden_blocks
    from pairup.services.reporting import read_facts

    load(of_made_up_donors())
    alone = read_facts("twin", on=ON)
    load(second_programme())

    facts = read_facts("twin", on=ON)

    assert alone.burdens == () and burden_blocks(alone.burdens) == []
    assert [(one.donor, one.programme, one.year) for one in facts.burdens] == [
        ("DN-A", "other", 2024), ("DN-A", "other", 2025)
    ]  # fmt: skip
    assert len(burden_blocks(facts.burdens)) == 1
    assert "b-west" in str(between_blocks(facts.five_ways))
