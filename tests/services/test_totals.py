"""Totals of the record: one definition each, rows that add up to them, nothing counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from pairup.errors import ConflictError, InputError
from pairup.record.acting import acting_as
from pairup.reports.totals import DEFINITIONS, in_units
from pairup.services import totals
from pairup.services.totals import Answer, rows_of, total
from pairup.services.totals.claimed import read_claimed
from pairup.services.totals.ground import Ground
from tests.services.cast import ON, Tables, a_programme, changed, load, rows, with_rows

MARCH_2030 = datetime(2030, 3, 1, 9, tzinfo=UTC)


def told(answer: Answer) -> dict[str, tuple[Decimal, str]]:
    """Figures by their key, joined."""
    return {"/".join(figure.key): (figure.amount, figure.uom) for figure in answer.figures}


def handed_on(tables: Tables) -> Tables:
    """East hands 300 of its 800 on to Dale, which hands 100 of it back to West."""
    return with_rows(
        tables, "money", "code day pairing kind budget_year amount currency passes_on is_synthetic",
        "M-5 2025-06 a-dale payment 2025 300 CNY M-2 yes",
        "M-6 2025-07 b-west payment 2025 100 CNY M-5 yes",
    )  # fmt: skip


def rich(tables: Tables) -> Tables:
    """Everything that a total can be made of: works, parts of projects, several currencies, an indicator."""
    tables = handed_on(tables)
    tables = with_rows(
        tables, "money", "code day pairing project kind budget_year amount currency is_synthetic",
        "M-7 2025-08 b-west - payment 2025 40 EUR yes", "M-8 2026-02 b-west J-0 audited 2025 290 CNY yes",
    )  # fmt: skip
    tables = with_rows(
        tables, "works", "code day project pairing value currency is_synthetic", "W-1 2025-10 J-0 b-west 280 CNY yes"
    )
    tables = with_rows(
        tables, "projects", "code title_en category status place pairing cost currency part_of from is_synthetic",
        "J-9 Pump infrastructure works west b-west 200 CNY J-0 2001 yes",
    )  # fmt: skip
    tables |= {
        "revenue_bases": rows(
            "code donor year amount currency from to is_synthetic", "A-24 DN-A 2024 1000000 CNY 2024 2024 yes"
        ),
        "commitments": rows(
            "code pairing budget_year due currency from to is_synthetic", "Q-1 a-east 2025 1000 CNY 2025 2025 yes"
        ),
        "indicators": rows("code name_en uom adds_up is_synthetic", "wells Wells wells running yes"),
        "observations": rows(
            "code indicator place value claim_class from to is_synthetic",
            "O-1 wells east 4 reported 2024 2024 yes", "O-2 wells west 5 measured 2025 2025 yes",
        ),
    }  # fmt: skip
    return tables


# --- rows add up --------------------------------------------------------------------------------------------


def questions() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every total by nothing, by each of its keys and by some two of them."""
    for name, of in DEFINITIONS.items():
        yield name, ()
        yield from ((name, (key,)) for key in of.by)
        yield from ((name, by) for by in list(combinations(of.by, 2))[:: len(of.by)])


def test_the_rows_under_every_figure_add_up_to_it(record: Path) -> None:
    load(rich(a_programme()))
    ground, asked, met = Ground(None), 0, set()

    for name, by in questions():
        where = {"indicator": "wells"} if name == "observed" else {}
        answer = total(name, on=ON, by=by, where=where, ground=ground)
        found = rows_of(name, on=ON, by=by, where=where, ground=ground)

        for figure in answer.figures:
            under = [row for row in found if (row.key, row.uom) == (figure.key, figure.uom)]
            assert sum(row.counts for row in under) == figure.value, (name, by)
            assert sum(row.part.rows for row in under) == figure.rows, (name, by)
        assert {(row.key, row.uom) for row in found} == {(f.key, f.uom) for f in answer.figures}
        asked += 1
        met |= {name} if answer.figures else set()

    assert asked > 200
    assert met == set(DEFINITIONS)


def test_what_a_total_is_split_by_does_not_change_what_money_adds_up_to(record: Path) -> None:
    load(rich(a_programme()))
    whole = {figure.uom: figure.value for figure in total("money_paid", on=ON).figures}

    for key in DEFINITIONS["money_paid"].by:
        sums: dict[str, int] = {}
        for figure in total("money_paid", on=ON, by=[key]).figures:
            sums[figure.uom] = sums.get(figure.uom, 0) + int(figure.value)
        assert sums == whole, key

    assert whole == {"CNY": 104950, "EUR": 4000}


def test_money_of_two_programmes_whose_pairings_have_one_code_stays_with_its_own(record: Path) -> None:
    load(a_programme())
    load({
        "programme": rows("code name_en preset currency from is_synthetic", "other Other mandate_led CNY 2020 yes"),
        "pairings": rows("code donor place channel from is_synthetic", "a-east DN-A west territorial 2020 yes"),
        "money": rows(
            "code day pairing kind budget_year amount currency is_synthetic",
            "M-2 2025-02 a-east payment 2025 70 CNY yes",
        ),
    })  # fmt: skip

    split = told(total("money_paid", on=ON, by=["programme"]))

    assert {key: amount for key, (amount, _) in split.items()} == {"other": 70, "twin": Decimal("1049.50")}
    for programme, (amount, _) in split.items():
        assert total("money_paid", on=ON, programme=programme).one.amount == amount
        assert sum(row.counts for row in rows_of("money_paid", on=ON, programme=programme)) == amount * 100


@pytest.mark.parametrize("actor", ["programme_office", "donor_office:DN-A", "donor_office:DN-B", "evaluator"])
def test_a_total_as_known_by_a_day_before_a_correction_is_what_it_was_then(record: Path, actor: str) -> None:
    load(a_programme())
    with acting_as(actor):
        before = told(total("money_paid", on=ON, by=["pairing"]))
    corrected = changed(a_programme(), "money", "M-2", amount="801")
    load(changed(corrected, "money", "M-4", amount="302"), at=MARCH_2030)

    with acting_as(actor):
        then, now = (told(total("money_paid", on=ON, known_by=day, by=["pairing"])) for day in (ON, None))
        under = rows_of("money_paid", on=ON, known_by=ON)

    assert before == then != now
    assert sum(row.counts for row in under) == sum(amount for amount, _ in then.values()) * 100


# --- a whole and its parts ------------------------------------------------------------------------------------


def test_money_handed_on_counts_once_and_shows_where_it_is_now(record: Path) -> None:
    load(handed_on(a_programme()))

    assert total("money_paid", on=ON).one.amount == Decimal("1049.50")
    assert told(total("money_paid", on=ON, by=["place"])) == {
        "east": (Decimal("449.50"), "CNY"), "dale": (Decimal("200"), "CNY"), "west": (Decimal("400"), "CNY"),
    }  # fmt: skip
    assert told(total("money_paid", on=ON, by=["donor"])) == {
        "DN-A": (Decimal("749.50"), "CNY"), "DN-B": (Decimal("300"), "CNY")
    }  # fmt: skip
    assert told(total("money_paid", on=ON, where={"place": "west"}, by=["donor"])) == {
        "DN-A": (Decimal("100"), "CNY"), "DN-B": (Decimal("300"), "CNY")
    }  # fmt: skip


def test_lines_that_hand_each_other_on_in_a_circle_count_as_their_own(record: Path) -> None:
    load(with_rows(
        a_programme(), "money", "code day pairing kind budget_year amount currency passes_on is_synthetic",
        "M-5 2025-06 a-dale payment 2025 3 CNY M-6 yes", "M-6 2025-07 b-west payment 2025 2 CNY M-5 yes",
    ))  # fmt: skip

    assert total("money_paid", on=ON).one.amount == Decimal("1054.50")


def test_a_line_that_hands_on_what_was_not_known_yet_counts_as_its_own(record: Path) -> None:
    load(with_rows(
        a_programme(), "money", "code day pairing kind budget_year amount currency passes_on is_synthetic",
        "M-5 2026-12 a-east payment 2026 50 CNY - yes", "M-6 2026-11 a-dale payment 2026 20 CNY M-5 yes",
    ))  # fmt: skip

    assert total("money_paid", on=ON, where={"year": "2026"}).one.amount == 20
    assert total("money_paid", on=date(2027, 1, 1), where={"year": "2026"}).one.amount == 50


def test_the_cost_of_a_part_is_within_the_whole_and_stands_where_the_part_lies(record: Path) -> None:
    load(with_rows(
        a_programme(), "projects",
        "code title_en category status place pairing cost currency part_of from is_synthetic",
        "J-9 Pump infrastructure works dale a-dale 200 CNY J-0 2001 yes",
        "J-8 Tap infrastructure works dale a-dale 50 EUR J-0 2001 yes",
    ))  # fmt: skip

    by_place = total("project_cost", on=ON, by=["place"], where={"status": "operating"})
    dale = rows_of("project_cost", on=ON, where={"place": "dale"})

    assert told(by_place) == {"west": (Decimal("300"), "CNY")}
    assert [(f.amount, f.uom) for f in total("project_cost", on=ON).figures] == [
        (Decimal("3300"), "CNY"), (Decimal("0"), "EUR")
    ]  # fmt: skip
    assert [(row.part.code, in_units(DEFINITIONS["project_cost"], row.counts, row.uom)) for row in dale] == [
        ("J-9", Decimal("200")), ("J-8", Decimal("0"))
    ]  # fmt: skip
    assert total("projects", on=ON).one.value == 1


def test_each_person_counts_once_in_a_figure_and_each_posting_once(record: Path) -> None:
    load(with_rows(
        a_programme(), "postings", "code person post status from to is_synthetic",
        "R-1 P-0 old-clinic ended_early 2025-01-10 2025-02-05 yes",
    ))  # fmt: skip

    assert total("people_posted", on=ON).one.value == 1
    assert total("postings", on=ON).one.value == 2
    assert told(total("people_posted", on=ON, by=["round", "scheme"])) == {
        "national-1/national": (Decimal(1), "people")
    }
    assert [(row.part.code, row.counts, row.why and row.why.code) for row in rows_of("people_posted", on=ON)] == [
        ("R-1", 1, None), ("R-0", 0, "totals.counted-already"),
    ]  # fmt: skip


def moved(tables: Tables) -> Tables:
    """Dale leaves East for West in 2016, and its pairing goes from Aland to Bland in 2020."""
    tables = with_rows(
        tables, "places", "code name_en level parent official_code from", "dale Dale county west 90201 2016"
    )
    tables["places"] = [r | {"to": "2015"} if r.get("official_code") == "90111" else r for r in tables["places"]]
    tables["pairings"] = [r | {"to": "2019"} if r["code"] == "a-dale" else r for r in tables["pairings"]]
    tables = with_rows(
        tables, "pairings", "code donor place channel level parent from", "a-dale DN-B dale territorial county - 2020"
    )
    return with_rows(
        tables, "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-5 2015 a-dale payment 2015 1 CNY yes", "M-6 2016-01-01 a-dale payment 2016 2 CNY yes",
        "M-7 2019-12-31 a-dale payment 2019 4 CNY yes", "M-8 2020-01-01 a-dale payment 2020 8 CNY yes",
    )  # fmt: skip


def test_a_row_stands_where_its_place_lay_and_whose_pairing_it_was_on_its_own_day(record: Path) -> None:
    load(moved(a_programme()))
    asked = {"where": {"pairing": "a-dale"}, "by": ["prefecture", "donor", "top"]}

    figures = {"/".join(figure.key): figure.amount for figure in total("money_paid", on=ON, **asked).figures}
    listed: dict[str, Decimal] = {}
    for row in rows_of("money_paid", on=ON, **asked):
        listed["/".join(row.key)] = listed.get("/".join(row.key), Decimal(0)) + Decimal(row.counts) / 100

    assert figures == listed == {"east/DN-A/a-east": 1, "west/DN-A/a-east": 6, "west/DN-B/a-dale": 8}
    for key, value, amount in (("place", "west", 14), ("donor", "DN-B", 8)):
        assert total("money_paid", on=ON, where={"pairing": "a-dale", key: value}).one.amount == amount


# --- currencies ---------------------------------------------------------------------------------------------


RATES = "code currency into rate from to source is_synthetic"


def euros(*rates: str) -> Tables:
    tables = with_rows(
        a_programme(), "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-7 2025-08-03 b-west payment 2025 40 EUR yes", "M-8 2025-09-03 b-west payment 2025 0.05 EUR yes",
    )  # fmt: skip
    return tables | ({"exchange_rates": rows(RATES, *rates)} if rates else {})


def test_currencies_are_kept_apart_until_somebody_asks(record: Path) -> None:
    load(euros())

    answer = total("money_paid", on=ON)

    assert told(Answer(answer.of, answer.asked, answer.figures[:1])) == {"": (Decimal("1049.50"), "CNY")}
    assert [(figure.amount, figure.uom) for figure in answer.figures] == [
        (Decimal("1049.50"), "CNY"), (Decimal("40.05"), "EUR")
    ]  # fmt: skip
    with pytest.raises(InputError, match="2 figures"):
        _ = answer.one


def test_a_conversion_goes_by_the_rate_of_each_line_s_day_and_shows_both(record: Path) -> None:
    load(euros("X-1 EUR CNY 8 2025-08 2025-08 bank yes", "X-2 EUR CNY 9.5 2025-09 2025-09 bank yes"))

    answer = total("money_paid", on=ON, into="CNY")
    words = [row.why.say() for row in rows_of("money_paid", on=ON, into="CNY") if row.why]

    assert answer.one.amount == Decimal("1049.50") + 320 + Decimal("0.48")  # 0.475 rounds half to even
    assert [(figure.amount, figure.uom) for figure in answer.originals] == [
        (Decimal("1049.50"), "CNY"), (Decimal("40.05"), "EUR")
    ]  # fmt: skip
    assert words == ["EUR 40.00 at 8 (X-1; bank)", "EUR 0.05 at 9.5 (X-2; bank)"]


def test_a_conversion_without_a_rate_for_the_day_is_refused(record: Path) -> None:
    load(euros("X-1 EUR CNY 8 2025-08 2025-08 bank yes"))

    with pytest.raises(InputError, match="no rate from EUR into CNY for 2025-09-03; row M-8"):
        total("money_paid", on=ON, into="CNY")


def test_two_rates_that_disagree_are_refused(record: Path) -> None:
    load(euros("X-1 EUR CNY 8 2025 2025 bank yes", "X-2 EUR CNY 9 2025 2025 bureau yes"))

    with pytest.raises(ConflictError, match="X-1, X-2 disagree"):
        total("money_paid", on=ON, into="CNY")


# --- indicators ---------------------------------------------------------------------------------------------


def an_indicator(adds_up: str, *observations: str) -> Tables:
    return a_programme() | {
        "indicators": rows("code name_en uom adds_up is_synthetic", f"X Things things {adds_up} yes"),
        "observations": rows("code indicator place value claim_class from to is_synthetic", *observations),
    }


def by_year(**more: str) -> dict[str, tuple[Decimal, Decimal]]:
    answer = total("observed", on=ON, by=["year"], where={"indicator": "X", **more})
    return {figure.key[0]: (Decimal(figure.value), Decimal(figure.high)) for figure in answer.figures}


def test_a_flow_is_added_over_places_and_periods_and_a_quarter_is_within_its_year(record: Path) -> None:
    load(an_indicator(
        "flow", "O-1 X east 10 reported 2024 2024 yes", "O-2 X east 4 reported 2024-01 2024-03 yes",
        "O-3 X west 5 reported 2025 2025 yes",
    ))  # fmt: skip

    assert by_year() == {"2024": (10, 10), "2025": (5, 5)}
    assert total("observed", on=ON, where={"indicator": "X"}).one.value == 15


def test_a_stock_is_added_over_places_at_one_time_only(record: Path) -> None:
    load(an_indicator(
        "stock", "O-1 X east 10 reported 2024 2024 yes", "O-2 X east 8 reported 2025 2025 yes",
        "O-3 X west 5 reported 2024 2024 yes",
    ))  # fmt: skip

    assert by_year() == {"2024": (15, 15), "2025": (13, 13), "2026": (13, 13)}


def test_two_rows_that_disagree_are_both_kept_and_make_a_range(record: Path) -> None:
    load(an_indicator("flow", "O-1 X east 2114 reported 2022 2022 yes", "O-2 X east 2117 reported 2022 2022 yes"))

    assert by_year() == {"2022": (2114, 2117)}
    why = rows_of("observed", on=ON, where={"indicator": "X"})[0].why
    assert why is not None and "O-1: 2114, O-2: 2117" in why.say()


def test_claims_of_a_round_that_differ_are_both_kept_with_their_source_beside_the_count(record: Path) -> None:
    load(with_rows(
        a_programme(), "claims",
        "code day speaker text_en claim_class subject scope figure uom computes source standing",
        "C-8 2022 an~agency Posted. reported people_posted round~10 2117 people people_posted S58 reported",
        "C-9 2024 a~paper Posted. reported people_posted round~10 2114 people people_posted S55 reported",
    ))  # fmt: skip

    told_of = {one.scope: one for one in read_claimed("people_posted", on=ON)}

    assert str(told_of["round 10"]) == "round 10: 2,114–2,117 people (C-9 2,114 S55; C-8 2,117 S58)"
    assert [one.scope for one in read_claimed("people_posted", on=date(2023, 1, 1))] == ["round 10"]
    assert total("people_posted", on=ON, by=["scheme", "round"]).one.value == 1


def test_classes_of_evidence_are_never_added_together(record: Path) -> None:
    load(an_indicator("flow", "O-1 X east 10 reported 2024 2024 yes", "O-2 X west 4 measured 2024 2024 yes"))

    assert told(total("observed", on=ON, where={"indicator": "X"})) == {
        "measured": (Decimal(4), "things"), "reported": (Decimal(10), "things")
    }  # fmt: skip


@pytest.mark.parametrize("rule", ["-", "never"])
def test_an_indicator_that_does_not_say_how_it_adds_up_is_refused(record: Path, rule: str) -> None:
    load(an_indicator(rule, "O-1 X east 10 reported 2024 2024 yes"))

    with pytest.raises(InputError, match="not added up"):
        total("observed", on=ON, where={"indicator": "X"})


# --- refusals, and nothing -------------------------------------------------------------------------------------


def test_nothing_recorded_is_no_figure_and_not_zero(record: Path) -> None:
    load(a_programme())

    answer = total("money_audited", on=ON)

    assert answer.figures == ()
    with pytest.raises(InputError, match="Nothing is recorded of money_audited"):
        _ = answer.one


@pytest.mark.parametrize(
    ("name", "asked", "says"),
    [
        ("money_spent", {}, "no total 'money_spent'"),
        ("money_paid", {"by": ["colour"]}, "cannot be asked by 'colour'"),
        ("people_posted", {"into": "EUR"}, "no money"),
        ("observed", {}, "different indicators"),
        ("observed", {"where": {"indicator": "Y"}}, "no indicator 'Y'"),
    ],
)
def test_a_question_that_has_no_answer_is_refused(record: Path, name: str, asked: dict[str, object], says: str) -> None:
    load(a_programme())

    with pytest.raises(InputError, match=says):
        total(name, on=ON, **asked)  # type: ignore[arg-type]


def test_a_total_as_json_and_as_tables_holds_its_rows(record: Path) -> None:
    load(a_programme())
    answer, under = total("money_paid", on=ON, by=["year"]), rows_of("money_paid", on=ON, by=["year"])

    said = totals.to_dict(answer, under)
    listed = totals.rows_table(answer.of, under, answer.split)

    assert said["figures"] == [
        {"key": {"year": "2025"}, "value": "1049.50", "uom": "CNY", "rows": 3, "is_synthetic": True}
    ]
    assert [row["code"] for row in said["rows"]] == ["M-2", "M-3", "M-4"]
    counts = listed[0].index("counts")
    assert sum(Decimal(line[counts]) for line in listed[1:]) == Decimal("1049.50")
    assert totals.figures_table(answer)[1] == ["2025", "1049.5", "", "CNY", "3", "yes"]


def test_many_totals_on_one_ground_read_its_people_and_projects_once(record: Path) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    load(a_programme())
    ground = Ground(None)
    asked = [
        ("people_posted", {}),
        ("people_posted", {"place": "east"}),
        ("projects", {}),
        ("projects", {"place": "west"}),
    ]

    with CaptureQueriesContext(connection) as met:
        together = [totals.total(name, on=ON, where=where, ground=ground).figures for name, where in asked]

    said = [query["sql"] for query in met]
    for table in ("record_postingversion", "record_postversion", "record_personversion", "record_projectversion"):
        assert sum(f'FROM "{table}"' in sql for sql in said) == 1, table
    assert together == [totals.total(name, on=ON, where=where).figures for name, where in asked]
