"""Claims judged together: false discoveries held, nothing ever raised, and a folder of panels and designs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.claim import Claim, Verdict
from pairup.evaluation.claim_folder import check_claim_folder, read_claim_folder
from pairup.evaluation.claim_lines import lines
from pairup.evaluation.claims import check_claims
from pairup.evaluation.design_file import design_of
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.grading import Grade
from pairup.evaluation.judging import judged
from pairup.evaluation.keeping import finite, kept
from pairup.evaluation.placebo_paths import gaps_without_help
from pairup.values.words import Words
from tests.evaluation.panels import drawn

DESIGN = design_of({"method": "staggered_did"})


def an_answer(p: float, grade: Grade | None = Grade.SUPPORTED, value: float = 2.0) -> dict:  # type: ignore[type-arg]
    words = Words("evaluations.refusal", {"said": f"graded {grade}"}).to_dict()
    verdict = {"grade": grade.value, "strength": "C", "registered": True} if grade else None
    return {
        "identification": "identified", "value": value, "p": p, "interval": [value - 1, value + 1], "verdict": verdict,
        "told": {"verdict": words, "missing": []}, "drawn": {"level": 0.95},
    }  # fmt: skip


def test_an_effect_that_is_none_among_many_is_lowered_and_says_what_it_was_alone() -> None:
    answers = {f"c{k}": an_answer(0.04 if k == 0 else 0.6) for k in range(10)}

    found = judged(answers, dict.fromkeys(answers, "xizang 2026"))

    assert found["c0"].verdict is Verdict.CANNOT_BE_TOLD and found["c0"].is_lowered
    assert "10 evaluated claims" in found["c0"].words.say() and "graded supported" in found["c0"].words.say()
    assert "10条" in found["c0"].words.say("zh_Hans")


def test_claims_of_another_year_do_not_count() -> None:
    answers = {f"c{k}": an_answer(0.04 if k == 0 else 0.6) for k in range(10)}

    found = judged(answers, {code: code for code in answers})

    assert found["c0"].verdict is Verdict.SUPPORTED and found["c0"].adjusted == pytest.approx(0.04)


def test_a_claim_without_a_p_is_judged_by_its_interval() -> None:
    answers = {f"c{k}": an_answer(0.6) for k in range(10)} | {"c0": an_answer(0.6) | {"p": None}}

    found = judged(answers, dict.fromkeys(answers, 1))

    # an interval of 2 ± 1 at 95 % has z 3.92, p 0.00009; times 10 times the tenth harmonic number
    assert found["c0"].p == pytest.approx(8.85e-5, rel=0.01)
    assert found["c0"].adjusted == pytest.approx(8.85e-5 * 10 * 2.929, rel=0.01)


def test_no_share_of_false_successes_above_the_level_among_claims_without_an_effect() -> None:
    random = np.random.default_rng(0)
    false = 0
    for _ in range(400):
        answers = {f"c{k}": an_answer(float(p)) for k, p in enumerate(random.uniform(size=20))}
        found = judged(answers, dict.fromkeys(answers, 1))
        false += any(one.verdict is Verdict.SUPPORTED for one in found.values())

    assert false <= 0.05 * 400


def test_what_is_not_identified_says_what_is_missing() -> None:
    alone = drawn({3: 6})

    found = judged({"c": kept(evaluate(alone, DESIGN))}, {"c": 1})["c"]

    assert found.verdict is Verdict.NOT_IDENTIFIED and "untreated" in found.words.say()


def test_an_estimate_whose_design_names_no_size_has_no_verdict() -> None:
    found = judged({"c": kept(evaluate(drawn({3: 20, None: 20}), DESIGN))}, {"c": 1})["c"]

    assert found.verdict is Verdict.CANNOT_BE_TOLD and "no verdict" in found.words.say()


def test_a_kept_answer_has_no_clock_and_nothing_that_json_has_not() -> None:
    estimate = evaluate(drawn({3: 20, None: 20}), DESIGN)

    assert kept(estimate) == kept(replace(estimate, run=replace(estimate.run, seconds=99.0)))
    assert finite({"a": [float("inf"), float("nan"), 1, np.float64(2), True]}) == {"a": [None, None, 1, 2.0, True]}


def a_claim(**cells: object) -> Claim:
    return Claim("c", "an office", says_effect=True, comparison="before_after", **cells)  # type: ignore[arg-type]


def test_a_design_answers_the_question_that_before_and_after_left_open() -> None:
    alone = check_claims([a_claim()])[0]
    designed = check_claims([a_claim()], judged=judged({"c": an_answer(0.001)}, {"c": 1}))[0]

    assert alone.verdict is Verdict.NOT_IDENTIFIED
    assert designed.verdict is Verdict.SUPPORTED and designed.words.say() == "graded supported"


def test_no_evaluation_lifts_a_claim_whose_arithmetic_is_wrong() -> None:
    wrong = a_claim(figure=Decimal(341), uom="%", arithmetic={"kind": "growth", "from": "622", "to": "2117"})

    found = check_claims([wrong], judged=judged({"c": an_answer(0.001)}, {"c": 1}))[0]

    assert found.verdict is Verdict.ARITHMETIC_WRONG and found.judged is not None


def test_a_grade_without_words_of_effect_decides_nothing() -> None:
    plain = replace(a_claim(), says_effect=False)

    assert check_claims([plain], judged=judged({"c": an_answer(0.001)}, {"c": 1}))[0].verdict is Verdict.REPORTED_ONLY


# --- folders ------------------------------------------------------------------------------------------------

HEAD = "code,day,speaker,text_en,text_zh,claim_class,subject,says_effect,comparison\n"


def a_folder(path: Path, claims: int = 3) -> Path:
    """A folder in which the first claim has no panel and each other one has one, with help from period 3 on."""
    for name in ("panels", "designs"):
        (path / name).mkdir(parents=True)
    rows = [f"c{k},2026,an office,Warmer.,更暖。,reported,heat,yes,before_after" for k in range(claims)]
    (path / "claims.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    for k in range(1, claims):
        panel = drawn({3: 20, None: 20}, effect=3.0, seed=k)
        cells = [
            f"{panel.units[u]},{panel.periods.label(t)},{value:.6f},{3 if panel.is_treated[u] else ''}"
            for u, t, value in zip(panel.unit_at, panel.period_at, panel.outcome, strict=True)
        ]
        (path / "panels" / f"c{k}.csv").write_text("unit,period,outcome,treated_from\n" + "\n".join(cells) + "\n")
        (path / "designs" / f"c{k}.toml").write_text('method = "staggered_did"\n')
    return path


def test_every_claim_of_a_folder_is_checked_and_those_with_a_panel_are_evaluated(tmp_path: Path) -> None:
    results = check_claim_folder(read_claim_folder(a_folder(tmp_path)), jobs=1)

    assert [result.judged is not None for result in results] == [False, True, True]
    assert results[1].judged is not None and float(results[1].judged.value or 0) == pytest.approx(3.0, abs=0.6)
    for language in ("en", "zh_Hans"):
        assert "evaluations." not in "\n".join(lines(results, language))


def test_one_and_two_workers_give_the_same_answers(tmp_path: Path) -> None:
    folder = read_claim_folder(a_folder(tmp_path))

    one, two = (check_claim_folder(folder, jobs=jobs) for jobs in (1, 2))

    assert [result.to_dict() for result in one] == [result.to_dict() for result in two]


def test_a_bad_panel_stops_its_own_claim_alone(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "panels" / "c1.csv").write_text("unit,period,outcome,treated_from\na,1,x,\n")

    results = check_claim_folder(read_claim_folder(folder), jobs=1)

    assert results[1].verdict is Verdict.CANNOT_BE_TOLD and "refused" in results[1].words.say()
    assert results[2].judged is not None and results[2].judged.value is not None


@pytest.mark.parametrize("left", ["designs/c1.toml", "panels/c1.csv"])
def test_a_panel_or_a_design_alone_is_refused(tmp_path: Path, left: str) -> None:
    folder = a_folder(tmp_path)
    (folder / left).unlink()

    with pytest.raises(InputError) as refused:
        read_claim_folder(folder)

    assert refused.value.code == "evaluations.file-alone"


def test_a_folder_without_claims_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_claim_folder(tmp_path)

    assert refused.value.code == "evaluations.no-claims"


def test_gaps_of_places_without_help_are_those_of_their_own_synthetic_controls() -> None:
    panel = drawn({6: 1, None: 6}, periods=9, seed=3)
    design = design_of({"method": "synthetic_control"})

    gaps = gaps_without_help(panel, design)

    after = [float(np.mean(path[5:])) for path in gaps]
    assert len(gaps) == 6
    assert sorted(after) == pytest.approx(sorted(evaluate(panel, design).found.placebos))
    assert gaps_without_help(drawn({6: 2, None: 6}), design) == ()
    assert gaps_without_help(panel, DESIGN) == ()
