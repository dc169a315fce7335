"""The page of published answers and the page of real claims are what the code gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.source import ROOT, load_file

published = load_file(ROOT / "docs" / "make_published.py")
real = load_file(ROOT / "docs" / "make_real_claims.py")


def test_every_published_answer_on_the_page_is_met_and_current() -> None:
    if not published.DATA.is_dir():
        pytest.skip("the published panels stand beside the repository, in ../shared")
    found = list(published.lines(published.DATA))
    page = Path(published.PAGE).read_text(encoding="utf-8")

    assert [line.asked for line in found if not line.is_met] == []
    assert [line for line in map(published.line_of, found) if line not in page] == []


def test_every_case_of_real_claims_has_its_claims() -> None:
    results, _ = real.checked()

    for name, _, patterns in real.CASES:
        lost = [pattern for pattern in patterns if not real.codes_of((pattern,), list(results))]
        assert lost == [], name


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("people-growth", "arithmetic_wrong"), ("money-2021", "magnitude_doubtful"), ("money-german", "unit_doubtful"),
        ("people-round-5-853", "contradicted_by"), ("people-round-10-2117", "contradicted_by"),
        ("shigatse-projects", "holds"), ("kizilsu-aid", "holds"), ("namling-sandstorms", "not_identified"),
        ("hospital-outpatients", "not_identified"), ("solar-heat-warm", "not_identified"),
    ],
)  # fmt: skip
def test_what_the_sources_show_is_what_the_code_says(code: str, verdict: str) -> None:
    results, _ = real.checked()

    assert results[code].verdict == verdict
