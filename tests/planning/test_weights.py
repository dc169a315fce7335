"""The weights of a posting: a dated rule that both sides can see, and the parts a worth is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pairup.planning.worth import PARTS, Candidate, Opening, PostingWeights, posting_parts, posting_points
from pairup.rules.register import find_rule
from pairup.values.days import Span

RULE = find_rule("posting_weights.general")
FIRST, LAST = RULE.versions[0].starts, RULE.versions[-1].starts
TERM = Span(date(2028, 7, 1), date(2031, 6, 30))
LIN = Candidate("Lin", "FJ", "doctor", frozenset({"surgery"}), frozenset({"zh", "bo"}), 5, 20, True, TERM,
                prefers=("damxung", "nang"))  # fmt: skip
CLINIC = Opening("clinic", "nang", "doctor", TERM, frozenset({"FJ"}), skills_desired=frozenset({"surgery", "birth"}),
                 priority=4, local_languages=frozenset({"bo"}))  # fmt: skip


def test_weights_hold_from_the_day_of_their_rule() -> None:
    changed = RULE.with_version(
        from_=date(2027, 1, 1), published=date(2026, 12, 1), source="a test", standing="verified",
        **dict(RULE.versions[-1].terms) | {"skills": 60},
    )  # fmt: skip

    before, after = (PostingWeights.on(date(2027, 1, 1) + timedelta(days=k), rule=changed) for k in (-1, 0))

    assert (before.skills, before.since) == (40, LAST)
    assert (after.skills, after.since) == (60, date(2027, 1, 1))
    assert PostingWeights.on(date(2027, 1, 1), date(2026, 11, 30), changed) == before


def test_a_plan_of_an_earlier_day_uses_the_first_weights() -> None:
    assert PostingWeights.on(date(2010, 1, 1)) == PostingWeights.on(FIRST)


def test_parts_add_up_to_the_worth_of_a_posting() -> None:
    weights = PostingWeights.on(FIRST)

    parts = posting_parts([LIN], [CLINIC], [(0, 0)], weights)

    assert dict(zip(parts.names, parts.points[0].tolist(), strict=True)) == {
        "filled": 50, "priority": 32, "experience": 15, "skills": 20, "language": 10, "preference": 10,
        "host_preference": 0, "continuity": 0, "fair_share": 0,
    }  # fmt: skip
    assert parts.worth.tolist() == [sum(posting_points(LIN, CLINIC, weights).values())]


def points(person: Candidate, post: Opening, day: date = LAST) -> dict[str, int]:
    return posting_points(person, post, PostingWeights.on(day))


@pytest.mark.parametrize(("rank", "expected"), [(0, None), (1, 15), (2, 10), (3, 5), (4, None)])
def test_a_host_ranks_candidates_as_a_person_ranks_places(rank: int, expected: int | None) -> None:
    assert points(LIN, replace(CLINIC, ranked={"Lin": rank, "Wu": 1})).get("host_preference") == expected


def test_a_post_goes_on_by_who_holds_it_or_by_the_donor_that_sent_them() -> None:
    held = replace(CLINIC, held_by=frozenset({"Lin"}), sent_by=frozenset({"FJ"}))

    assert points(LIN, held)["continuity"] == 20
    assert points(replace(LIN, code="Wu"), held)["continuity"] == 8
    assert "continuity" not in points(replace(LIN, code="Wu", donor="HB"), held)
    assert "continuity" not in points(LIN, CLINIC)


@pytest.mark.parametrize(("behind", "skills", "expected"), [
    (0.0, {"surgery", "birth"}, None), (0.5, {"surgery", "birth"}, 6), (1.0, {"surgery", "birth"}, 12),
    (1.0, {"surgery"}, 6), (1.0, set(), None),
])  # fmt: skip
def test_a_place_that_fell_behind_earns_more_by_a_good_candidate(
    behind: float, skills: set[str], expected: int | None
) -> None:
    found = points(replace(LIN, skills=frozenset(skills)), replace(CLINIC, behind=behind))

    assert found.get("fair_share") == expected


def test_before_these_weights_were_published_nothing_was_earned_by_them() -> None:
    post = replace(CLINIC, ranked={"Lin": 1}, held_by=frozenset({"Lin"}), behind=1.0)

    assert set(points(LIN, post)) - set(points(LIN, post, LAST - timedelta(days=1))) == {
        "host_preference", "continuity", "fair_share",
    }  # fmt: skip


def test_only_parts_that_are_earned_are_shifted() -> None:
    parts = posting_parts([LIN], [CLINIC], [(0, 0)], PostingWeights.on(LAST)).earned()

    assert parts.names == ("filled", "priority", "experience", "skills", "language", "preference")
    assert parts.worth.tolist() == [sum(points(LIN, CLINIC).values())]


def test_every_part_has_a_weight_of_its_name_and_none_is_age_or_sex() -> None:
    assert set(PARTS) <= set(PostingWeights.on(FIRST).named())
    assert not {"age", "sex", "gender"} & set(PARTS)
