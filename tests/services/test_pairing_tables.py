"""Pairing questions from the record: worth by its parts, and over years what donors can give and places need."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.errors import InputError
from tests.services.cast import ON, a_programme, adopt, changed, draft, held, load, with_rows


def placed() -> dict[str, list[dict[str, str]]]:
    """The programme with both donors on the map."""
    programme = with_rows(
        a_programme(), "places", "code name_en level official_code latitude longitude",
        "aland Aland province 1 26.1 119.3", "bland Bland province 2 39.9 116.4",
    )  # fmt: skip
    programme = changed(programme, "organisations", "DN-A", place="aland")
    return changed(programme, "organisations", "DN-B", place="bland")


def said(words) -> list[str]:
    return [str(one) for one in words]


def test_the_worth_of_a_round_names_what_is_missing(record: Path) -> None:
    load(a_programme())

    found = draft("pairings")

    assert found.weights["distance"] == "10 x nearness, 0 from 4000 km on"
    missing = " / ".join(said(found.missing))
    assert "distance is not told for 4 of 4 pairs: a place has no coordinates; no points are counted" in missing
    assert "sector fit is not told for 2 of 4 pairs: no needs of the place, or no projects of the donor" in missing


def test_distance_and_sectors_count_where_the_record_has_them(record: Path) -> None:
    from pairup.services import plans

    load(placed())
    before = plans.read_asking(plans.ask("pairings", programme=None, round_code=None, on=ON), on=ON)
    load(changed(placed(), "projects", "J-0", pairing="a-east", category="health"))
    after = plans.read_asking(plans.ask("pairings", programme=None, round_code=None, on=ON), on=ON)

    worth = [{(row["donor"], row["recipient"]): row["worth"] for row in one.problem["options"]}
             for one in (before, after)]  # fmt: skip
    assert worth[1]["DN-A", "east"] - worth[0]["DN-A", "east"] == 20  # a need of health, and now a project of it
    assert not any(words.code == "pairings.missing-distance" for words in before.missing)


def test_over_years_a_donor_gives_what_envelopes_plan_and_a_place_needs_what_projects_cost(record: Path) -> None:
    load(a_programme())

    found = draft("pairings", years=(2027, 2027))

    assert found.plan.problem.years == (2027,)
    assert {row.id: row.need for row in found.plan.problem.recipients} == {"east": (1400.0,), "west": (900.0,)}
    assert sum(item.amount for item in found.plan.assignments) == 2000 and found.plan.status == "optimal"
    assert found.plan.further["coverage"]["share"] == "1217/1400"  # one yuan more for one is one less for the other
    assert "capacity of DN-A: 0 year(s) by Money owed: Xizang, 1 by envelopes" in said(found.missing)


def test_over_years_a_donor_gives_what_the_money_rule_says_where_its_revenue_is_known(record: Path) -> None:
    load(with_rows(
        a_programme(), "revenue_bases", "code donor year amount currency from to is_synthetic",
        "B-1 DN-A 2026 1200000 CNY 2026 2026 yes",
    ))  # fmt: skip

    found = draft("pairings", years=(2027, 2027))

    assert {row.id: row.capacity for row in found.plan.problem.donors} == {"DN-A": (1200.0,), "DN-B": (1000.0,)}
    assert "capacity of DN-A: 1 year(s) by Money owed: Xizang, 0 by envelopes" in said(found.missing)


def test_a_donor_without_an_amount_for_every_year_is_left_out_and_named(record: Path) -> None:
    load(a_programme())

    found = draft("pairings", years=(2027, 2028))

    assert [row.id for row in found.plan.problem.donors] == ["DN-A"]
    assert "DN-B is left out: neither the money rule nor envelopes give what it can give in 2028" in said(found.missing)


def test_years_of_which_nothing_is_known_are_refused_with_what_to_do(record: Path) -> None:
    load(a_programme())
    before = held()

    with pytest.raises(InputError, match="does not say what donors can give") as refused:
        draft("pairings", years=(2040, 2041))

    assert "revenue_bases.csv" in refused.value.hint and held() == before


def test_a_plan_over_years_is_explained_and_not_adopted(record: Path) -> None:
    from pairup.services import explanations

    load(a_programme())
    run = draft("pairings", years=(2027, 2027)).run

    assert "west" in str(explanations.why(run, ("DN-B", "west")))
    assert "DN-B – west – 2027" in str(explanations.why(run, ("DN-B", "west", "2027")))
    with pytest.raises(InputError, match="plan over years"):
        adopt(run)


def test_the_years_of_a_portfolio_make_no_plan_of_pairings_over_years(record: Path) -> None:
    load(a_programme())

    found = draft("pairings", horizon=(2027, 2028))

    assert not hasattr(found.plan.problem, "years") and "years" not in found.asked.to_dict()


def test_a_report_tells_of_the_round_and_not_of_a_plan_over_years(record: Path) -> None:
    from pairup.services.reporting import latest_runs

    load(a_programme())
    run = draft("pairings").run
    draft("pairings", years=(2027, 2027))

    assert latest_runs("twin", on=ON)["pairings"][0].identity.code == run
