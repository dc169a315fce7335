"""The weights of a posting: a dated rule that both sides can see, and the parts a worth is made of."""

from __future__ import annotations

from datetime import date, timedelta

from pairup.planning.worth import PARTS, Candidate, Opening, PostingWeights, posting_parts, posting_points
from pairup.rules.register import find_rule
from pairup.values.days import Span

RULE = find_rule("posting_weights.general")
FIRST = RULE.versions[0].starts
TERM = Span(date(2028, 7, 1), date(2031, 6, 30))
LIN = Candidate("Lin", "FJ", "doctor", frozenset({"surgery"}), frozenset({"zh", "bo"}), 5, 20, True, TERM,
                prefers=("damxung", "nang"))  # fmt: skip
CLINIC = Opening("clinic", "nang", "doctor", TERM, frozenset({"FJ"}), skills_desired=frozenset({"surgery", "birth"}),
                 priority=4, local_languages=frozenset({"bo"}))  # fmt: skip


def test_weights_hold_from_the_day_of_their_rule() -> None:
    changed = RULE.with_version(
        from_=date(2027, 1, 1), published=date(2026, 12, 1), source="a test", standing="verified",
        **dict(RULE.versions[0].terms) | {"skills": 60},
    )  # fmt: skip

    before, after = (PostingWeights.on(date(2027, 1, 1) + timedelta(days=k), rule=changed) for k in (-1, 0))

    assert (before.skills, before.since) == (40, FIRST)
    assert (after.skills, after.since) == (60, date(2027, 1, 1))
    assert PostingWeights.on(date(2027, 1, 1), date(2026, 11, 30), changed) == before


def test_a_plan_of_an_earlier_day_uses_the_first_weights() -> None:
    assert PostingWeights.on(date(2010, 1, 1)) == PostingWeights.on(FIRST)


def test_parts_add_up_to_the_worth_of_a_posting() -> None:
    weights = PostingWeights.on(FIRST)

    parts = posting_parts([LIN], [CLINIC], [(0, 0)], weights)

    assert dict(zip(parts.names, parts.points[0].tolist(), strict=True)) == {
        "filled": 50, "priority": 32, "experience": 15, "skills": 20, "language": 10, "preference": 10,
    }  # fmt: skip
    assert parts.worth.tolist() == [sum(posting_points(LIN, CLINIC, weights).values())]


def test_every_part_has_a_weight_of_its_name_and_none_is_age_or_sex() -> None:
    assert set(PARTS) <= set(PostingWeights.on(FIRST).named())
    assert not {"age", "sex", "gender"} & set(PARTS)
