"""Terms in post, altitude classes, handovers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.errors import RuleError
from pairup.rules.register import Rule, find_rule
from pairup.rules.service import altitude_class, may_overlap, term_span
from pairup.values.days import Span

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("rule", "starts", "last"),
    [
        ("term_officials.xizang", date(2028, 7, 1), date(2031, 6, 30)),
        ("term_technical.xizang", date(2028, 7, 1), date(2029, 12, 31)),
        ("term_doctors.xizang", date(2028, 3, 1), date(2029, 2, 28)),
        ("term_teachers.xizang", date(2027, 8, 31), date(2029, 2, 27)),
    ],
)
def test_a_term_ends_the_day_before_its_months_are_over(rule: str, starts: date, last: date) -> None:
    assert term_span(find_rule(rule).on(DAY), starts) == Span(starts, last)


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(1, 60))
def test_terms_that_follow_each_other_leave_no_day_out(starts: date, months: int) -> None:
    block = {"from": "1990", "published": "1990", "months": months, "source": "a test", "standing": "verified"}
    version = Rule.read("term.test", [block]).versions[0]

    last = term_span(version, starts).last

    assert last is not None
    assert 28 * months - 1 <= (last - starts).days + 1 <= 31 * months


@pytest.mark.parametrize(
    ("metres", "number"),
    [(2999, None), (3000, 1), (3499, 1), (3500, 2), (4000, 3), (4499, 3), (4500, 4), (4999, 4), (5000, None)],
)
def test_an_altitude_has_the_class_its_rule_tells_and_no_other(metres: int, number: int | None) -> None:
    found = altitude_class(find_rule("altitude_classes.xizang").on(DAY), metres)

    assert found.number == number
    assert (number is None) is ("none is told" in str(found.words))


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [
        (Span(date(2025, 1, 1), date(2028, 7, 31)), Span(date(2028, 7, 1), None), True),
        (Span(date(2025, 1, 1), date(2028, 8, 1)), Span(date(2028, 7, 1), None), False),
        (Span(date(2025, 1, 1), date(2026, 1, 1)), Span(date(2028, 7, 1), None), True),
        (Span(date(2025, 1, 1), None), Span(date(2028, 7, 1), None), False),
    ],
)
def test_two_posts_may_overlap_for_a_handover_only(one: Span, other: Span, allowed: bool) -> None:
    version = find_rule("handover_overlap.general").on(DAY)

    assert may_overlap(version, one, other) is allowed
    assert may_overlap(version, other, one) is allowed


def test_a_rule_without_the_term_asked_for_is_refused() -> None:
    with pytest.raises(RuleError, match="has no term months"):
        term_span(find_rule("handover_overlap.general").on(DAY), DAY)


def test_the_altitude_rules_carry_what_a_journey_asks_for() -> None:
    for name in ("visit_altitude.general", "visit_altitude.xizang"):
        terms = find_rule(name).on(DAY).terms

        assert sorted(terms) == ["above_m", "first_night_m", "gain_m", "rest_every_m"]
