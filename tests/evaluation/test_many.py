"""Many claims: the same bytes for any number of workers, any order and any engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pairup.bench.evaluation.claims import claims_folder, digest
from pairup.engines.many import working_on
from pairup.errors import InputError
from pairup.evaluation.claim_folder import check_claim_folder, read_claim_folder
from pairup.evaluation.design import ClaimedEffect, Design, Inference, InferenceKind, Method
from pairup.evaluation.many import Answered, evaluate_many
from tests.evaluation.panels import drawn as parallel
from tests.evaluation.test_synthetic import drawn
from tests.measurement.conftest import HAS_SPARK

CLAIM = ClaimedEffect(rises=True, low=0.5, high=1.5, is_share=False)
DESIGNS = [
    Design(Method.SYNTHETIC_DID, claim=CLAIM, inference=Inference(InferenceKind.PLACEBO, 30)),
    Design(Method.SYNTHETIC_CONTROL, claim=CLAIM),
]
PANELS = [drawn(1 + seed % 3, 15, 1.0, seed=seed) for seed in range(6)]
ASKED = [DESIGNS[at % 2] for at in range(6)]


def said(answers: list[Answered]) -> bytes:
    return json.dumps([one.to_dict() for one in answers], sort_keys=True).encode()


def test_one_worker_and_eight_give_the_same_bytes() -> None:
    alone = said(evaluate_many(PANELS, ASKED, jobs=1))

    with working_on("threads"):
        assert said(evaluate_many(PANELS, ASKED, jobs=8)) == alone
    assert said(evaluate_many(PANELS, ASKED, jobs=8)) == alone


@pytest.mark.skipif(not HAS_SPARK, reason="no pyspark or no java: pip install 'pairup[spark]' and Java 17")
def test_the_same_call_over_spark_gives_the_same_bytes() -> None:
    folder = read_claim_folder(claims_folder(3, 12, 12, 0))
    alone = said(evaluate_many(PANELS, ASKED, jobs=1)), [one.to_dict() for one in check_claim_folder(folder, jobs=1)]

    with working_on("local[2]", jobs=2):
        spread = said(evaluate_many(PANELS, ASKED)), [one.to_dict() for one in check_claim_folder(folder)]

    assert spread == alone


def test_the_order_of_the_claims_changes_no_answer() -> None:
    forward, backward = evaluate_many(PANELS, ASKED, jobs=1), evaluate_many(PANELS[::-1], ASKED[::-1], jobs=1)

    assert said(forward) == said(backward[::-1])


def test_an_answer_has_its_doubts() -> None:
    (told,) = [one.to_dict() for one in evaluate_many(PANELS[2:3], DESIGNS[0])]

    assert {"in_time", "before", "without", "placebos"} <= set(told) and "run" not in told
    assert set(told["without"]) == {f"u{at:03d}" for at in range(18)} and len(told["placebos"]) == 30


def test_a_method_without_these_doubts_is_answered_without_them() -> None:
    (answer,) = evaluate_many([parallel({4: 5, None: 5})], Design(Method.STAGGERED_DID))

    assert answer.in_time is None and answer.estimate.value


def test_one_design_too_few_is_refused() -> None:
    with pytest.raises(InputError, match="6 panels and 2 designs"):
        evaluate_many(PANELS, DESIGNS)


def test_a_folder_of_claims_is_the_same_for_one_worker_and_eight(tmp_path: Path) -> None:
    folder = read_claim_folder(claims_folder(4, 12, 12, 0))

    alone = [one.to_dict() for one in check_claim_folder(folder, jobs=1)]
    with working_on("threads"):
        together = [one.to_dict() for one in check_claim_folder(folder, jobs=8)]

    assert digest(alone) == digest(together)
    assert [one["words"]["code"] for one in alone] == ["verdict.sentence"] * 4
