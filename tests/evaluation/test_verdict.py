"""Claims and panels in, verdicts out: the acceptance tests of the rule, and what a verdict says beside its grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Estimate
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.grading import Gate, Grade, Grading
from pairup.evaluation.panel import Panel
from pairup.evaluation.registration import Registration
from pairup.values.words import Words
from tests.evaluation.test_synthetic import drawn

RISES = {"direction": "rises", "low": 1.5, "high": 2.5, "uom": "outcome"}
A_THIRD_LESS = {"direction": "falls", "low": 0.25, "high": 0.42}
KNOWN = {"smallest_effect": 0.1, "measured_by": "independent", "chosen_on_outcome": False}


def a_design(method: str = "synthetic_did", claim: dict[str, Any] | None = None, **more: Any) -> Design:
    plan = KNOWN | more.pop("plan", {})
    return design_of({"method": method, "claim": claim or RISES, "plan": plan} | more)


def fixed(design: Design) -> Registration:
    return Registration(design.sha256, date(2026, 1, 1), design)


def a_verdict(panel: Panel, design: Design, registered: Registration | None = None) -> Grading:
    grading = evaluate(panel, design, registered=registered or fixed(design)).grading
    assert grading is not None
    return grading


def gate(grading: Grading, number: str) -> Gate:
    return next(one for one in grading.gates if one.number == number)


def a_clear_case(effect: float = 2.0, seed: int = 3) -> Panel:
    return drawn(4, 30, effect, seed=seed)


def test_a_clear_effect_of_the_claimed_size_registered_beforehand_is_supported() -> None:
    grading = a_verdict(a_clear_case(), a_design())

    assert [one.number for one in grading.gates if one.passed is False] == []
    assert grading.grade is Grade.SUPPORTED and grading.strength == "C"


def test_the_same_answer_without_a_registration_is_retrospective_and_supported_in_direction_only() -> None:
    grading = evaluate(a_clear_case(), a_design()).grading

    assert grading and grading.grade is Grade.SUPPORTED_IN_DIRECTION and not grading.is_registered
    assert "retrospective" in grading.words.say() and "回顾性" in grading.words.say("zh_Hans")


def test_the_opposite_effect_contradicts_the_claim() -> None:
    assert a_verdict(a_clear_case(-2.0), a_design()).grade is Grade.CONTRADICTED


def test_a_smaller_effect_is_not_supported_in_size() -> None:
    assert a_verdict(a_clear_case(0.8), a_design()).grade is Grade.NOT_SUPPORTED_IN_SIZE


def test_a_claim_of_a_share_is_of_the_level_without_the_help() -> None:
    panel = drawn(4, 30, 0.0, seed=3)
    higher = replace(panel, outcome=panel.outcome + 20)  # the effect is a tenth of the level
    helped = replace(higher, outcome=higher.outcome + 2.0 * higher.is_on)

    grading = a_verdict(helped, a_design(claim={"direction": "rises", "low": 0.08, "high": 0.12}, plan={
        "smallest_effect": 0.01}))  # fmt: skip

    level = helped.outcome[helped.is_on].mean() - 2.0
    assert grading.grade is Grade.SUPPORTED
    assert f"{200 / level:.2g}" and grading.smallest_detectable and grading.smallest_detectable < 0.08


def test_a_share_of_a_level_that_is_not_positive_cannot_be_told() -> None:
    panel = a_clear_case()
    below = replace(panel, outcome=panel.outcome - panel.outcome.max() - 5)

    grading = a_verdict(below, a_design(claim={"direction": "rises", "low": 0.1, "high": 0.2}))

    assert grading.grade is Grade.CANNOT_TELL
    assert "no interval" in grading.words.say()


def test_every_verdict_is_one_sentence_with_class_design_interval_choice_and_registration() -> None:
    told = a_verdict(a_clear_case(), a_design()).to_dict()["words"]

    assert told["en"].count(".\n") == 0 and told["en"].endswith(").")
    for part in ("evaluated by synthetic difference-in-differences", "95 % interval", "places chosen by", "registered"):
        assert part in told["en"]
    for part in ("评估类", "合成双重差分法", "95%区间", "受助地由", "登记"):
        assert part in told["zh"]


def test_who_measured_must_be_known_and_have_no_stake() -> None:
    unknown = a_verdict(a_clear_case(), design_of({"method": "synthetic_did", "claim": RISES, "plan": {}}))
    party = a_verdict(a_clear_case(), a_design(plan={"measured_by": "party"}))

    assert {unknown.grade, party.grade} == {Grade.CANNOT_TELL}
    assert gate(unknown, "G13").passed is False and "not known" in gate(unknown, "G13").words.say()
    assert "without a stake would pass" in gate(party, "G13").words.say()


def test_a_limit_that_no_gate_has_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="G6 has no limit q"):
        evaluate(a_clear_case(), a_design(gates={"G6": {"q": 0.2}}))


def test_a_limit_of_the_design_decides_in_place_of_the_default() -> None:
    assert gate(a_verdict(a_clear_case(), a_design(gates={"G4": {"weighted": 11}})), "G4").passed is False


def test_lots_make_the_letter_a_and_ask_for_no_trend() -> None:
    grading = a_verdict(a_clear_case(), a_design(plan={"assignment": "randomised"}))

    assert grading.strength == "A" and "drawn by lot" in grading.words.say()
    assert gate(grading, "G6").passed is None and gate(grading, "G10").passed is None


def test_with_too_few_ways_to_choose_one_cluster_no_error_holds() -> None:
    grading = a_verdict(drawn(1, 6, 2.0), a_design("staggered_did"))

    assert gate(grading, "G3").passed is False and grading.grade is Grade.CANNOT_TELL


def test_the_order_of_rows_does_not_change_a_verdict() -> None:
    panel = a_clear_case()
    order = np.random.default_rng(0).permutation(len(panel.outcome))
    start = [int(panel.periods.values[s]) if s < len(panel.periods) else None for s in panel.starts]
    mixed = Panel.from_columns(
        np.array(panel.units)[panel.unit_at[order]], panel.periods.values[panel.period_at[order]],
        panel.outcome[order], [start[panel.unit_at[k]] for k in order],
    )  # fmt: skip

    assert a_verdict(mixed, a_design()).to_dict() == a_verdict(panel, a_design()).to_dict()


def test_the_estimate_of_an_export_carries_its_sentence() -> None:
    estimate: Estimate = evaluate(a_clear_case(), a_design())

    assert estimate.to_dict()["verdict"]["words"]["en"] == estimate.grading.words.say()  # type: ignore[union-attr]
    assert estimate.screen().splitlines()[0] == estimate.grading.words.say()  # type: ignore[union-attr]


def test_a_verdict_names_the_gates_that_were_not_passed_in_plain_words_with_their_numbers_after_them() -> None:
    grading = a_verdict(a_clear_case(), a_design(plan={"measured_by": "party"}, gates={"G4": {"weighted": 11}}))

    told = grading.to_dict()
    assert (
        "not shown: enough periods before the help (G4); a measurement by somebody without a stake (G13)"
        in (told["words"]["en"])
    )
    assert "未能证明援助之前的时段足够多（G4）；由无利害关系者测量（G13）" in told["words"]["zh"]
    assert all(f"({one['number']})" in one["words"] and not one["words"].startswith("G") for one in told["gates"])


@pytest.mark.parametrize("name", [
    "weights-agree", "attrition by arm", "sorting, binomial", "sorting, density", "balance", "correlation left over",
    "how controls enter", "placebo in time",
])  # fmt: skip
def test_an_essential_doubt_that_no_gate_reads_has_a_name_in_both_languages(name: str) -> None:
    words = Gate(name, False, Words("verdict.no-interval")).name

    assert words.say("en") != words.code and words.say("zh_Hans") not in (words.code, words.say("en"))


@pytest.mark.parametrize(("treated", "pool"), [(12, 12), (12, 6), (4, 30)])
def test_a_start_pretended_earlier_is_looked_at_however_many_of_the_places_are_helped(treated: int, pool: int) -> None:
    design = a_design("staggered_did", gates={"G3": {"clusters": 3}})
    panel = drawn(treated, pool, 2.0, seed=3)

    quiet, drifting = a_verdict(panel, design), a_verdict(replace(panel, outcome=panel.outcome + drift(panel)), design)

    assert gate(quiet, "G6").passed and "pretended earlier" in gate(quiet, "G6").words.say()
    assert gate(drifting, "G6").passed is False


def drift(panel: Panel) -> Any:
    """Make treated places drift apart, a deviation of the noise each period."""
    return 1.0 * panel.period_at * panel.is_treated[panel.unit_at]
