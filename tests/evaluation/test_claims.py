"""Claims beside each other, words of effect, the record's own totals, and one verdict."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.errors import InputError
from pairup.evaluation.claim import CheckName, read_pairs
from pairup.evaluation.claims import Claim, Computed, Verdict, check_claims, contradictions, summary
from pairup.evaluation.did import Observed, look_at_change
from pairup.values.codes import ClaimClass
from pairup.values.days import RoughDay
from tests.evaluation.cast import a_claim, checked, measured

YEAR = "a 40200000000 CNY 2021..2021"
ROUND = "b 20631000000 CNY 2019-07..2022-07"
ALL = "c 64300000000 CNY 1994..2024"


# --- the same thing said twice ------------------------------------------------------------------------------


def test_two_figures_for_one_thing_contradict_each_other() -> None:
    results = checked("a 853 people 2007..2010", "b 850 people 2007..2010")

    assert [results[code].verdict for code in "ab"] == [Verdict.CONTRADICTED_BY] * 2
    assert (results["a"].conflicts, results["b"].conflicts) == (("b",), ("a",))
    same = results["a"].check(CheckName.SAME)
    assert same is not None
    assert "office b" in str(same.words)
    assert "from 850 to 853 people" in str(same.words)


@pytest.mark.parametrize(
    "other",
    [
        "b 850 people 2011..2014",  # another period
        "b 850 people 2007..2010 @tingri",  # another place
        "b 850 projects 2007..2010",  # another unit
        "b 850 people 2007..2010 over",  # a bound that holds both
    ],
)
def test_figures_for_different_things_stand_beside_each_other(other: str) -> None:
    assert checked("a 853 people 2007..2010", other)["a"].verdict is Verdict.REPORTED_ONLY


def test_another_subject_or_scope_is_another_thing() -> None:
    for field in ("subject", "scope"):
        other = a_claim("b 850 people 2007..2010", **{field: "something else"})
        assert checked("a 853 people 2007..2010", other)["a"].verdict is Verdict.REPORTED_ONLY


def test_figures_in_different_units_of_one_kind_are_compared() -> None:
    agreeing = checked("a 30000 mu ..2017", "b 2000 ha ..2017")
    apart = checked("a 30000 mu ..2017", "b 2100 ha ..2017")

    assert agreeing["a"].verdict is Verdict.REPORTED_ONLY
    assert apart["a"].verdict is Verdict.CONTRADICTED_BY


def test_a_figure_told_twice_is_not_confirmed() -> None:
    assert checked("a 853 people 2007..2010", "b 853 people 2007..2010")["a"].verdict is Verdict.REPORTED_ONLY


def test_a_synthetic_claim_never_stands_against_a_real_one() -> None:
    invented = a_claim("b 850 people 2007..2010", is_synthetic=True)

    assert checked("a 853 people 2007..2010", invented)["a"].verdict is Verdict.REPORTED_ONLY


# --- a part beside its whole --------------------------------------------------------------------------------


def test_a_year_above_its_round_is_doubted_where_one_decimal_place_explains_it() -> None:
    results = checked(YEAR, ROUND, ALL)

    part = results["a"].check(CheckName.PART)
    assert results["a"].verdict is Verdict.MAGNITUDE_DOUBTFUL
    assert results["a"].conflicts == ("b",)
    assert part is not None
    assert part.figure == Decimal("4020000000")
    assert [results[code].verdict for code in "bc"] == [Verdict.REPORTED_ONLY] * 2
    assert [check.words.code for check in results["b"].checks] == [
        "claims.part-fits", "claims.whole-part-doubted",
    ]  # fmt: skip


def test_a_year_within_its_round_is_not_doubted() -> None:
    assert checked("a 4020000000 CNY 2021..2021", ROUND, ALL)["a"].verdict is Verdict.REPORTED_ONLY


def test_a_part_that_no_slip_explains_contradicts_its_whole() -> None:
    results = checked("a 10000 projects 1994..2019-03 over", "b 8204 projects 1994..2024")

    assert [results[code].verdict for code in "ab"] == [Verdict.CONTRADICTED_BY] * 2
    assert [results[code].conflicts for code in "ab"] == [("b",), ("a",)]


def test_an_open_end_is_the_day_the_claim_was_said() -> None:
    part = "a 9000 projects 2001..2019"
    later, earlier = (a_claim("b 8204 projects 1994..", day=RoughDay.read(day)) for day in ("2024-08", "2018"))

    assert checked(part, later)["a"].conflicts == ("b",)
    assert checked(part, earlier)["a"].conflicts == ()
    assert checked(part, replace(later, day=None))["a"].conflicts == ("b",)


def test_a_period_that_cannot_be_read_is_compared_with_none() -> None:
    assert checked("a 9000 projects soon..2019", "b 8204 projects 1994..2024")["a"].conflicts == ()


def test_a_part_may_reach_its_whole() -> None:
    assert checked("a 8204 projects 1994..2019", "b 8204 projects 1994..2024 over")["a"].conflicts == ()


@pytest.mark.parametrize(("part", "whole"), [("nang", "nyingchi"), ("nang", "CN-54"), ("nyingchi", "CN-54")])
def test_a_place_lies_in_the_places_above_it(part: str, whole: str) -> None:
    parents = {"nang": "nyingchi", "nyingchi": "CN-54"}

    results = checked(f"a 900 people 2024..2024 @{part}", f"b 800 people 2024..2024 @{whole}", parents=parents)
    turned = checked(f"a 900 people 2024..2024 @{whole}", f"b 800 people 2024..2024 @{part}", parents=parents)

    assert results["a"].verdict is Verdict.CONTRADICTED_BY
    assert turned["a"].verdict is Verdict.REPORTED_ONLY


def test_places_that_lie_in_each_other_in_a_ring_end() -> None:
    parents = {"a": "b", "b": "a"}

    assert checked("a 9 people 2024..2024 @a", "b 8 people 2024..2024 @c", parents=parents)["a"].conflicts == ()


@pytest.mark.parametrize("uom", ["%", "days/year", "°C"])
def test_shares_and_rates_have_no_parts(uom: str) -> None:
    assert checked(f"a 90 {uom} 2021..2021", f"b 80 {uom} 1994..2024")["a"].conflicts == ()


def test_an_area_in_the_wrong_unit_is_doubted() -> None:
    results = checked("a 18000 acre ..2016-10", "b 30000 mu ..2017-09 about", "c 2000 ha ..2024-08 over")

    part = results["a"].check(CheckName.PART)
    assert results["a"].verdict is Verdict.UNIT_DOUBTFUL
    assert part is not None
    assert "18,000 acre is 7,284.34 ha" in str(part.words)
    assert "If mu was meant, it is 1,200 ha" in str(part.words)
    assert results["b"].verdict is Verdict.REPORTED_ONLY


def test_a_number_word_of_the_long_scale_is_doubted() -> None:
    numbers = read_pairs("kind=convert;value=12.8;from_uom=Billionen CNY;to_uom=CNY")

    results = checked(a_claim("a 12800000000000 CNY 1995..2009", arithmetic=numbers), ALL)

    part = results["a"].check(CheckName.PART)
    assert results["a"].verdict is Verdict.UNIT_DOUBTFUL
    assert part is not None
    assert "If billion CNY was meant, it is 12,800,000,000 CNY and fits" in str(part.words)


def test_a_whole_that_is_named_is_looked_at_though_it_counts_something_else() -> None:
    numbers = read_pairs("kind=within;part_of=b")
    whole = a_claim("b 2117 people 2022..2025", subject="all people")

    fits = checked(a_claim("a 292 people 2022..2025", arithmetic=numbers), whole)
    exceeds = checked(a_claim("a 2200 people 2022..2025", arithmetic=numbers), whole)
    lost = checked(a_claim("a 292 people 2022..2025", arithmetic=numbers))

    assert fits["a"].verdict is Verdict.REPORTED_ONLY
    assert [exceeds[code].verdict for code in "ab"] == [Verdict.CONTRADICTED_BY] * 2
    assert lost["a"].verdict is Verdict.CANNOT_BE_TOLD


def test_the_same_telling_figure_for_two_periods_asks_which_is_meant() -> None:
    results = checked("a 2806 projects 2012..2019", "b 2806 projects 2016..2019")

    assert [results[code].verdict for code in "ab"] == [Verdict.CANNOT_BE_TOLD] * 2
    assert results["a"].checks[-1].name is CheckName.PERIOD


def test_round_figures_may_be_the_same_for_two_periods() -> None:
    assert checked("a 20 projects 2012..2019", "b 20 projects 2016..2019")["a"].verdict is Verdict.REPORTED_ONLY


# --- words of effect ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comparison", "verdict"),
    [
        ("", Verdict.NOT_IDENTIFIED),
        ("none", Verdict.NOT_IDENTIFIED),
        ("before_after", Verdict.NOT_IDENTIFIED),
        ("group", Verdict.NOT_IDENTIFIED),
        ("design", Verdict.CANNOT_BE_TOLD),
    ],
)
def test_words_of_effect_need_a_design_and_its_data(comparison: str, verdict: Verdict) -> None:
    claim = a_claim("a -33 % ..2017 about", says_effect=True, comparison=comparison)

    assert checked(claim)["a"].verdict is verdict


def test_sound_arithmetic_does_not_make_an_effect() -> None:
    numbers = read_pairs("kind=growth;from=60;to=40")
    claim = a_claim("a -33 %", arithmetic=numbers, says_effect=True, comparison="before_after")

    assert checked(replace(claim, says_effect=False))["a"].verdict is Verdict.HOLDS
    assert checked(claim)["a"].verdict is Verdict.NOT_IDENTIFIED


def test_wrong_arithmetic_is_said_before_the_missing_effect() -> None:
    numbers = read_pairs("kind=growth;from=60;to=45")
    claim = a_claim("a -33 %", arithmetic=numbers, says_effect=True, comparison="before_after")

    assert checked(claim)["a"].verdict is Verdict.ARITHMETIC_WRONG


def test_a_look_back_is_shown_beside_a_claim_of_effect_and_decides_nothing() -> None:
    rows = [
        Observed(name, name, date(year, 1, 1), date(year, 12, 31), value, date(2010, 1, 1) if name == "a" else None)
        for name, values in (("a", (100.0, 40.0)), ("b", (50.0, 25.0)), ("c", (8.0, 4.0)))
        for year, value in zip((2009, 2010), values, strict=True)
    ]
    claim = a_claim("x -60 % ..2010", says_effect=True, comparison="before_after")
    plain = a_claim("y 5 people 2010..2010")
    looks = {"beside": look_at_change(rows, is_log=True), "alone": look_at_change(rows[:2])}

    for name, figure in (("beside", Decimal("-20")), ("alone", None)):
        results = checked(claim, plain, observed=lambda _, name=name: looks[name])
        check = results["x"].check(CheckName.OBSERVED)

        assert results["x"].verdict is Verdict.NOT_IDENTIFIED
        assert check is not None
        assert check.passed is None
        assert (check.figure is None) if figure is None else (round(check.figure or 0, 6) == figure)
        assert results["y"].check(CheckName.OBSERVED) is None


# --- totals of the record -----------------------------------------------------------------------------------


def with_total(line: str, **total: object) -> Verdict:
    computed = Computed(**{"figure": Decimal(12000), "uom": "people"} | total)  # type: ignore[arg-type]
    return checked(line, computed=lambda _: computed)["a"].verdict


def test_a_synthetic_total_decides_nothing() -> None:
    for figure in (1, 12000, 10**9):
        total = {"figure": Decimal(figure), "is_synthetic": True, "is_complete": True}
        assert with_total("a 12000 people 1994..2024", **total) is Verdict.REPORTED_ONLY


def test_a_sourced_total_that_agrees_bears_the_claim_out() -> None:
    assert with_total("a 12000 people 1994..2024") is Verdict.HOLDS
    assert with_total("a 12500 people 1994..2024 nearly") is Verdict.HOLDS_ROUNDED


def test_a_sourced_total_stands_against_a_claim_only_where_it_is_complete() -> None:
    assert with_total("a 13000 people 1994..2024") is Verdict.REPORTED_ONLY
    assert with_total("a 13000 people 1994..2024", is_complete=True) is Verdict.CONTRADICTED_BY


def test_a_total_of_something_else_is_only_shown() -> None:
    result = checked("a 12000 people 1994..2024", computed=lambda _: Computed(Decimal(12000), "projects"))["a"]

    assert result.verdict is Verdict.REPORTED_ONLY
    assert result.computed == Computed(Decimal(12000), "projects")


# --- verdicts -----------------------------------------------------------------------------------------------


def test_a_measured_or_evaluated_figure_with_nothing_beside_it_cannot_be_told() -> None:
    study = a_claim("b 21 %", claim_class=ClaimClass.EVALUATED)
    results = checked(measured("a 76 projects 2014..2014"), study)

    assert [results[code].verdict for code in "ab"] == [Verdict.CANNOT_BE_TOLD] * 2
    assert "measured" in str(results["a"].words)
    assert "study" in str(results["b"].words)


def test_a_statement_without_a_figure_is_reported_only() -> None:
    assert checked("a - people")["a"].verdict is Verdict.REPORTED_ONLY


def test_contradictions_are_gathered_into_groups_with_their_range() -> None:
    results = checked(
        "a 10000 projects 1994..2019 over", "b 8204 projects 1994..2024", "c 9500 projects 2012..2024 over",
        "d 853 people 2007..2010", "e 850 people 2007..2010", "f 12 ha",
    )  # fmt: skip

    groups = contradictions(results.values())

    assert [group.codes for group in groups] == [("a", "b", "c"), ("d", "e")]
    assert (groups[0].low, groups[0].high, groups[0].uom) == (8204, 10000, "projects")
    assert groups[1].speakers == ("office d", "office e")


def test_the_summary_lists_every_verdict() -> None:
    counts = summary(checked("a 853 people 2007..2010", "b 850 people 2007..2010").values())

    assert set(counts) == set(Verdict)
    assert counts[Verdict.CONTRADICTED_BY] == 2
    assert sum(counts.values()) == 2


def test_no_claims_give_no_results() -> None:
    assert check_claims([]) == []
    assert contradictions([]) == []


@given(st.permutations([YEAR, ROUND, ALL, "d 853 people 2007..2010", "e 850 people 2007..2010", "f 18000 acre ..2016"]))
def test_the_order_of_the_claims_does_not_matter(lines: list[str]) -> None:
    shuffled, plain = checked(*lines), checked(*sorted(lines))

    assert {code: shuffled[code] for code in sorted(shuffled)} == {code: plain[code] for code in sorted(plain)}


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**5),
            st.sampled_from(("people", "CNY", "mu", "ha", "%")),
            st.integers(1994, 2010),
            st.integers(0, 14),
            st.sampled_from(("exact", "about", "over", "under", "nearly")),
        ),
        max_size=12,
    )
)
def test_conflicts_are_mutual_or_the_doubt_is_the_parts(rows: list[tuple[int, str, int, int, str]]) -> None:
    lines = [
        f"c{k:02} {n} {uom} {first}..{first + more} {bound}" for k, (n, uom, first, more, bound) in enumerate(rows)
    ]

    results = checked(*lines)

    one_sided = (Verdict.MAGNITUDE_DOUBTFUL, Verdict.UNIT_DOUBTFUL)
    for code, result in results.items():
        assert code not in result.conflicts
        assert (result.verdict in (Verdict.CONTRADICTED_BY, *one_sided)) is bool(result.conflicts)
        for other in result.conflicts:
            assert code in results[other].conflicts or {result.verdict, results[other].verdict} & set(one_sided)
        for language in ("en", "zh_Hans"):
            said = [check.words.say(language) for check in result.checks] + [result.words.say(language)]
            assert all(text and not text.startswith("claims.") for text in said)


def test_a_row_of_a_folder_is_read_as_a_claim() -> None:
    row = {
        "code": "growth", "day": "2024-08", "speaker": "office", "claim_class": "measured", "figure": "341", "uom": "%",
        "arithmetic": "kind=growth; from=622; to=2117", "says_effect": "yes", "is_synthetic": "no", "note": "",
    }  # fmt: skip

    claim = Claim.read(row)

    assert (claim.figure, claim.claim_class, claim.says_effect) == (Decimal(341), ClaimClass.MEASURED, True)
    assert claim.arithmetic == {"kind": "growth", "from": "622", "to": "2117"}
    assert str(claim.day) == "2024-08"


@pytest.mark.parametrize(("column", "cell"), [("figure", "many"), ("claim_class", "heard"), ("day", "soon")])
def test_a_row_that_cannot_be_read_is_refused(column: str, cell: str) -> None:
    with pytest.raises(InputError):
        Claim.read({"code": "a", column: cell})


def test_results_carry_codes_facts_and_english_as_json() -> None:
    told = checked(YEAR, ROUND)["a"].to_dict()

    assert told["verdict"] == "magnitude_doubtful"
    assert told["words"]["code"] == "claims.verdict-magnitude_doubtful"
    assert told["checks"][0]["figure"] == "4020000000.0"


def test_hundreds_of_claims_about_one_thing_are_checked() -> None:
    chance = random.Random(7)
    years = [(chance.randint(1994, 2010), chance.randint(2011, 2024)) for _ in range(400)]

    results = checked(*(f"c{k} {chance.randint(1, 9999)} people {a}..{b}" for k, (a, b) in enumerate(years)))

    assert len(results) == 400
