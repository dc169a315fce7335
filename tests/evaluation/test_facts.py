"""The claims that come with the package: the known contradictions are found, by rules that know none of them."""

from __future__ import annotations

import pytest

from pairup.evaluation.claims import Claim, ClaimResult, Verdict, check_claims, contradictions

facts = pytest.importorskip("pairup.programmes.facts", reason="the facts come with pairup.programmes")


@pytest.fixture(scope="module")
def results() -> dict[str, ClaimResult]:
    tables = facts.read_facts("xizang")
    parents = {row["code"]: row["parent"] for row in tables["places"] if row.get("parent")}
    found = check_claims([Claim.read(row) for row in tables["claims"]], parents=parents)
    return {result.claim.code: result for result in found}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("people-growth", Verdict.ARITHMETIC_WRONG),
        ("money-2021", Verdict.MAGNITUDE_DOUBTFUL),
        ("money-german", Verdict.UNIT_DOUBTFUL),
        ("namling-area-2016", Verdict.UNIT_DOUBTFUL),
        ("people-round-5-853", Verdict.CONTRADICTED_BY),
        ("people-round-10-2117", Verdict.CONTRADICTED_BY),
        ("projects-since-2012", Verdict.CONTRADICTED_BY),
        ("projects-2016-2019", Verdict.CANNOT_BE_TOLD),
        ("shigatse-projects", Verdict.HOLDS),
        ("shigatse-money", Verdict.HOLDS),
        ("shigatse-people", Verdict.HOLDS),
        ("kizilsu-aid", Verdict.HOLDS),
        ("kizilsu-works-share", Verdict.HOLDS),
        ("namling-sandstorms", Verdict.NOT_IDENTIFIED),
        ("lhasa-sand-days", Verdict.NOT_IDENTIFIED),
        ("hospital-outpatients", Verdict.NOT_IDENTIFIED),
        ("s5-solar-heat", Verdict.NOT_IDENTIFIED),
        ("s9-people", Verdict.REPORTED_ONLY),
        ("study-growth-did", Verdict.CANNOT_BE_TOLD),
    ],
)
def test_a_known_case_has_its_verdict(results: dict[str, ClaimResult], code: str, verdict: Verdict) -> None:
    assert results[code].verdict is verdict


def test_the_known_contradictions_stand_side_by_side_and_no_others(results: dict[str, ClaimResult]) -> None:
    assert [group.codes for group in contradictions(results.values())] == [
        ("money-2019-2022", "money-2021"),
        ("money-30-years", "money-german"),
        ("namling-area-2016", "namling-area-2017"),
        ("people-round-10-2114", "people-round-10-2117"),
        ("people-round-5-850", "people-round-5-853"),
        ("projects-30-years", "projects-since-2012", "projects-to-2019"),
    ]


@pytest.mark.parametrize("programme", ["xizang", "wenchuan"])
def test_every_check_says_what_it_saw_in_both_languages(programme: str) -> None:
    claims = [Claim.read(row) for row in facts.read_facts(programme)["claims"]]

    for result in check_claims(claims):
        for words in (result.words, *(check.words for check in result.checks)):
            assert words.say("en") not in ("", words.code)
            assert words.say("zh_Hans") not in ("", words.code, words.say("en"))
