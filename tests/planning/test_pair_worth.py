"""What a pairing is worth, part by part; what is missing counts nothing and is named."""

from __future__ import annotations

from datetime import date

from pairup.planning.pair_worth import Giver, PairingWeights, Taker, missing_words, pair_points
from pairup.rules.register import find_rule

WEIGHTS = PairingWeights.on(date(2026, 11, 23))
LHASA, BEIJING, FUZHOU = (29.65, 91.1), (39.9075, 116.39723), (26.06, 119.31)


def points(giver: Giver, taker: Taker, most: int = 2, **more):
    return pair_points(giver, taker, WEIGHTS, most_posts=most, **more)


def test_the_parts_are_named_and_add_up():
    giver = Giver("FJ", FUZHOU, frozenset({"doctor"}), frozenset({"health"}))
    taker = Taker("lhasa", LHASA, ("doctor", "teacher"), {"health": 5, "education": 3})

    found = points(giver, taker, liked={"donor": 2, "recipient": 3})

    assert found.missing == frozenset()
    assert {name: round(value, 1) for name, value in found.points.items()} == {
        "need": 40, "fit": 20, "sector": 12.5, "distance": 3.0, "preference": 5,
    }  # fmt: skip
    assert found.worth == 81


def test_who_is_nearer_is_worth_more_and_far_away_is_worth_nothing_and_not_less():
    near, far = (points(Giver("D", at), Taker("lhasa", LHASA)).points["distance"] for at in (BEIJING, (-30.0, -70.0)))

    assert near > points(Giver("D", FUZHOU), Taker("lhasa", LHASA)).points["distance"] > far == 0


def test_what_is_missing_is_a_state_and_never_a_number():
    found = points(Giver("FJ"), Taker("lhasa", LHASA))

    assert found.points == {} and found.missing == {"need", "fit", "sector", "distance", "preference"}


def test_both_sides_must_have_spoken_for_the_preference_not_to_be_missing():
    one = points(Giver("FJ"), Taker("lhasa"), liked={"donor": 4})
    both = points(Giver("FJ"), Taker("lhasa"), liked={"donor": 4, "recipient": 0})

    assert one.points == both.points == {"preference": 4}
    assert "preference" in one.missing and "preference" not in both.missing


def test_missing_parts_are_counted_in_words():
    giver = Giver("FJ", FUZHOU, frozenset({"doctor"}), frozenset({"health"}))
    both = {"donor": 1, "recipient": 1}
    places = Taker("lhasa", LHASA, ("doctor",), {"health": 1}), Taker("zayu", None, ("doctor",), {"health": 1})
    rows = [points(giver, place, liked=both) for place in places]

    assert [str(words) for words in missing_words(rows)] == [
        "distance is not told for 1 of 2 pairs: a place has no coordinates; no points are counted"
    ]


def test_the_weights_are_those_of_a_dated_rule_and_of_its_first_version_before():
    rule = find_rule("pairing_weights.general")

    assert PairingWeights.on(date(1994, 1, 1)) == PairingWeights.of(rule.versions[0]) == WEIGHTS
    assert WEIGHTS.named()["distance"] == "10 x nearness, 0 from 4000 km on"
