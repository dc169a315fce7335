"""Claims beside the record's own totals: whole programme, place or round; never one donor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pairup.evaluation.claim import Claim, ClaimResult, Verdict
from pairup.evaluation.claim_lines import lines
from pairup.services import claims
from pairup.services.claims import WHOLE, Totals
from pairup.values.codes import ClaimClass
from tests.services import cast
from tests.services.cast import ADOPTED, FIRST, LATER, ON, a_programme, adopt, changed, draft, load, with_rows


def a_claim(computes: str, **cells: str) -> Claim:
    return Claim(
        code="C", speaker="an office", day=None, text_en="Said.", text_zh="", claim_class=ClaimClass.REPORTED,
        subject=computes, computes=computes, **cells,  # type: ignore[arg-type]
    )  # fmt: skip


def total(computes: str, on: date = ON, known_by: date | None = None, **cells: str) -> tuple[Decimal, str] | None:
    found = Totals("twin", on=on, known_by=known_by).of(a_claim(computes, **cells))
    return (found.figure, found.uom) if found else None


def result(results: list[ClaimResult], code: str) -> ClaimResult:
    return next(each for each in results if each.claim.code == code)


# --- totals -------------------------------------------------------------------------------------------------


def test_people_are_counted_once_over_days_places_and_rounds(record: Path) -> None:
    load(with_rows(
        a_programme(), "postings", "code person post status from to is_synthetic",
        "R-1 P-0 old-clinic ended_early 2025-01-10 2025-02-05 yes",
    ))  # fmt: skip

    assert total("people_posted") == (1, "people")
    assert total("people_posted", scope="round 1") == (1, "people")
    assert total("people_posted", place="upland", covers_from="2025", covers_to="2025") == (1, "people")
    assert total("people_posted", place="west") is None
    assert total("people_posted", scope="round 2") is None


def test_a_round_that_was_adopted_counts_only_from_its_first_day(record: Path) -> None:
    load(a_programme())
    adopt(draft("postings").run)

    assert total("people_posted", scope="round 2") is None
    assert total("people_posted", on=date(2028, 7, 1), scope="round 2") == (3, "people")
    assert total("people_posted", on=date(2028, 7, 1)) == (4, "people")


def test_money_is_what_was_paid_less_returns_in_the_programme_s_currency(record: Path) -> None:
    load(with_rows(
        a_programme(), "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-8 2025-05 a-east payment 2025 500 EUR yes", "M-9 2026-01 a-east correction 2025 -1 CNY yes",
    ))  # fmt: skip

    assert total("money_paid") == (Decimal("1048.50"), "CNY")
    assert total("money_paid", covers_from="2025", covers_to="2025") == (Decimal("1049.50"), "CNY")
    assert total("money_paid", on=date(2025, 5, 31)) == (Decimal("800"), "CNY")


def test_projects_donors_and_counties_are_counted_as_of_the_end_of_the_days_claimed(record: Path) -> None:
    load(a_programme())

    assert total("projects") == (1, "projects")
    assert total("projects", covers_from="2010") == (0, "projects")
    assert total("donors") == (2, "donors")
    assert total("donors", covers_to="1994") is None
    assert total("counties_paired") == (1, "counties")
    assert total("counties_paired", covers_to="1995") is None


def test_a_total_of_a_place_counts_what_arrives_there(record: Path) -> None:
    load(a_programme())

    assert total("money_paid", place="west") == (Decimal("300"), "CNY")
    assert total("money_paid", place="upland") == (Decimal("1049.50"), "CNY")
    assert total("donors", place="east") == (1, "donors")
    assert total("counties_paired", place="west") is None
    assert total("projects", place="east") is None


def test_a_total_that_the_record_does_not_have_is_none(record: Path) -> None:
    load(a_programme())

    assert total("trees_planted") is None
    assert total("") is None


@pytest.mark.parametrize("computes", ["people_posted", "projects", "money_paid", "donors", "counties_paired"])
@pytest.mark.parametrize("scope", ["DN-A", "Fujian", "enterprises", "first ten years"])
def test_no_total_stands_beside_a_claim_of_one_donor(record: Path, computes: str, scope: str) -> None:
    load(a_programme())

    assert scope not in WHOLE
    assert total(computes, scope=scope) is None


def test_a_synthetic_total_says_so_and_one_of_facts_does_not(record: Path) -> None:
    load(a_programme())
    totals = Totals("twin", on=ON)

    money, donors = totals.of(a_claim("money_paid")), totals.of(a_claim("donors"))

    assert money is not None and money.is_synthetic
    assert donors is not None and not donors.is_synthetic


def test_totals_are_those_that_were_known_on_a_day(record: Path) -> None:
    load(a_programme())
    load({"money": changed(a_programme(), "money", "M-2", amount="1")["money"]}, LATER)

    assert total("money_paid") == (Decimal("250.50"), "CNY")
    assert total("money_paid", known_by=FIRST.date()) == (Decimal("1049.50"), "CNY")


# --- verdicts -----------------------------------------------------------------------------------------------


def test_every_claim_has_a_verdict_in_both_languages(record: Path) -> None:
    load(a_programme())

    results = claims.check(on=ON)

    assert [each.claim.code for each in results] == ["C-1", "C-2", "C-3"]
    assert result(results, "C-1").verdict is Verdict.HOLDS
    for language in ("en", "zh_Hans"):
        said = "\n".join(lines(results, language))
        assert "C-1" in said and "services." not in said and "claims." not in said


def test_a_claim_whose_arithmetic_is_wrong_is_told(record: Path) -> None:
    load(changed(a_programme(), "claims", "C-1", figure="341"))

    assert result(claims.check(on=ON), "C-1").verdict is Verdict.ARITHMETIC_WRONG


def test_a_claim_of_one_donor_is_reported_and_nothing_is_computed_beside_it(record: Path) -> None:
    load(a_programme())

    found = result(claims.check(on=ON), "C-3")

    assert (found.verdict, found.computed) == (Verdict.REPORTED_ONLY, None)


def test_a_synthetic_total_contradicts_nobody(record: Path) -> None:
    load(a_programme())

    found = result(claims.check(on=ON), "C-2")  # says 3 people, the record has 1

    assert found.computed is not None and found.computed.figure == 1
    assert found.verdict is Verdict.REPORTED_ONLY


def test_claims_said_later_are_not_checked_yet(record: Path) -> None:
    load(a_programme())
    load({"claims": cast.rows(
        "code day speaker text_en claim_class subject", "C-4 2026-11 an~office Said. reported trees"
    )}, LATER)  # fmt: skip

    assert [each.claim.code for each in claims.check(on=date(2025, 1, 1))] == ["C-1"]
    assert len(claims.check(on=ON)) == 4
    assert len(claims.check(on=ON, known_by=ADOPTED.date())) == 3


def test_every_verdict_stands_under_one_head() -> None:
    assert set(claims.HEADS) == set(Verdict)


# --- series -------------------------------------------------------------------------------------------------

EFFECT = "C-9 2026 an~office Warmer. reported indoor 5 C yes before_after"


def a_series(*lines: str) -> cast.Tables:
    programme = with_rows(
        a_programme(),
        "claims",
        "code day speaker text_en claim_class subject figure uom says_effect comparison",
        EFFECT,
    )
    programme = with_rows(programme, "indicators", "code name_en uom", "indoor Indoor C")
    return with_rows(
        programme,
        "observations",
        "code indicator place unit value claim_class treated_from from to is_synthetic",
        *lines,
    )


def test_units_of_one_place_helped_on_different_days_are_looked_at_one_by_one(record: Path) -> None:
    load(a_series(
        "O-1 indoor east h1 10 measured 2024-01-01 2023 2023 yes",
        "O-2 indoor east h1 15 measured 2024-01-01 2024 2024 yes",
        "O-3 indoor east h2 10 measured - 2023 2023 yes",
        "O-4 indoor east h2 11 measured - 2024 2024 yes",
    ))  # fmt: skip

    found = result(claims.check(on=ON), "C-9")

    assert found.verdict is Verdict.NOT_IDENTIFIED
    assert [check.figure for check in found.checks if check.figure is not None] == [4]


def test_a_series_that_contradicts_itself_is_told_beside_the_claim_and_stops_nothing(record: Path) -> None:
    load(a_series(
        "O-1 indoor east h1 10 measured 2024-01-01 2023 2023 yes",
        "O-2 indoor east h1 15 measured 2020-01-01 2024 2024 yes",
    ))  # fmt: skip

    results = claims.check(on=ON)

    assert len(results) == 4
    assert any(check.words.code == "claims.changing-treatment" for check in result(results, "C-9").checks)


def test_observations_of_later_days_are_not_looked_at(record: Path) -> None:
    load(a_series(
        "O-1 indoor east h1 10 measured 2024-01-01 2023 2023 yes",
        "O-2 indoor east h1 15 measured 2024-01-01 2027 2027 yes",
    ))  # fmt: skip

    found = result(claims.check(on=ON), "C-9")

    assert any(check.words.code == "claims.change-no-series" for check in found.checks)


# --- in the report ------------------------------------------------------------------------------------------


def test_a_report_sets_out_the_claims_with_their_rows(record: Path) -> None:
    load(a_programme())

    told, table = claims.claim_facts("twin", on=ON, known_by=None)

    assert [fact.code for fact in told] == [row[0] for row in table.rows] == ["C-1", "C-2", "C-3"]
    assert {fact.code: fact.computed for fact in told} == {"C-1": None, "C-2": 1, "C-3": None}
    assert [str(fact.day) for fact in told] == ["2024", "2026", "2026"]
