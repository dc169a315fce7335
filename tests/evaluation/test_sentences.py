"""How figures stand in sentences: thousands set apart, no exponents, and per cent as each language writes it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from pairup.evaluation.design import ClaimedEffect, Design, Method
from pairup.evaluation.estimate import Estimate
from pairup.evaluation.evaluate import evaluate
from pairup.values.figures import count, per_cent, said, said_exactly
from pairup.values.words import LANGUAGES
from tests.evaluation.panels import drawn

#: four digits or more that nothing sets apart, or an exponent
BARE = re.compile(r"(?<![\d.,\w])\d{4,}(?!\d)|\d[eE][+-]?\d")
SHARE = Design(Method.STAGGERED_DID, claim=ClaimedEffect(rises=True, low=0.0001, high=20.84))


@pytest.fixture(scope="module")
def estimate() -> Estimate:
    return evaluate(drawn({4: 1100, None: 1100}, effect=3000.0, noise=1e-7), SHARE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_a_bare_thousand_or_an_exponent(estimate: Estimate, language: str) -> None:
    assert estimate.grading is not None
    told = [estimate.screen(language), estimate.grading.words.say(language)]
    told += [gate.told.say(language) for gate in estimate.grading.gates]

    assert [text for text in told if BARE.search(text)] == []
    assert "2,200" in told[1]


def test_per_cent_is_written_as_each_language_writes_it(estimate: Estimate) -> None:
    assert estimate.grading is not None and estimate.grading.words.facts["claim"].say() == "rises by 0.01 % to 2,084 %"

    assert (per_cent(0.123).say(), per_cent(0.123).say("zh_Hans")) == ("12.3 %", "12.3%")
    assert " %" not in estimate.grading.words.say("zh_Hans")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2084.4, "2,084"), (999.96, "1,000"), (0.00001234, "0.00001234"), (-0.05, "-0.05"), (0.0, "0"),
        (float("inf"), "∞"), (float("-inf"), "-∞"), (float("nan"), "–"), (123456789.0, "123,456,789"),
    ],
)  # fmt: skip
def test_an_estimate_is_written_with_four_digits_that_count(value: float, text: str) -> None:
    assert said(value) == text


def test_a_figure_that_somebody_gave_is_written_as_given() -> None:
    assert said_exactly(Decimal("20631000000.00")) == "20,631,000,000" and count(2084) == "2,084"
