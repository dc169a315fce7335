"""A design is read once, hashed by what it says, and holds no key without a meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.errors import InputError
from pairup.evaluation.design import Method
from pairup.evaluation.design_file import design_of, read_design

FULL = """
method     = "staggered_did"
comparison = "not_yet_treated"
control    = "regression"
covariates = []
anticipation = 0
clusters   = "unit"
window     = {from = 2005, to = 2020}
pool       = []
predictors = []
inference  = {kind = "bootstrap", repetitions = 999}
level      = 0.95

[claim]
direction = "falls"
low       = 0.25
high      = 0.42
uom       = "share"

[plan]
smallest_effect   = 0.05
second_method     = "synthetic_did"
chosen_on_outcome = false
measured_by       = "independent"
alternatives      = ["wind_speed"]
assignment        = "not_random"

[gates]
G6 = {p = 0.10}
"""


def refused(said: object) -> set[str]:
    with pytest.raises(InputError) as refusal:
        design_of(said)
    return {finding.words.code for finding in refusal.value.facts["findings"]}


def test_the_design_of_the_format_is_read(tmp_path: Path) -> None:
    (tmp_path / "design.toml").write_text(FULL)

    design = read_design(tmp_path / "design.toml")

    assert design.method is Method.STAGGERED_DID and design.columns == ("wind_speed",)
    assert design.claim and not design.claim.rises and design.claim.high == 0.42
    assert design.gates["G6"] == {"p": 0.10}


def test_a_default_written_out_is_the_same_design() -> None:
    short = design_of({"method": "staggered_did"})

    assert short.sha256 == design_of({"method": "staggered_did", "level": 0.95, "anticipation": 0, "pool": []}).sha256
    assert short.sha256 != design_of({"method": "staggered_did", "level": 0.9}).sha256


def test_a_design_survives_its_own_file() -> None:
    import tomllib

    design = design_of(tomllib.loads(FULL))

    assert design_of(design.to_dict()) == design


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"method": "magic"}, "reading.not-one-of"),
        ({"method": "staggered_did", "covariate": ["x"]}, "reading.unknown-key"),
        ({"method": "synthetic_did", "comparison": "never_treated"}, "evaluation.key-unused"),
        ({"method": "staggered_did", "predictors": [{"column": "x"}]}, "evaluation.key-unused"),
        ({"method": "staggered_did", "window": {"from": 2020, "to": 2005}}, "evaluation.window-backwards"),
        ({"method": "staggered_did", "window": {"from": 2020, "to": "2021-01-01"}}, "evaluation.kinds-differ-window"),
        ({"method": "staggered_did", "level": 1.0}, "reading.out-of-range"),
        ({"method": "staggered_did", "gates": {"G15": {"p": 0.1}}}, "reading.unknown-key"),
        ({"method": "staggered_did", "claim": {"direction": "falls", "low": 0}}, "evaluation.band-zero"),
        ({"method": "staggered_did", "claim": {"direction": "falls", "low": 3, "high": 2}},
         "evaluation.band-backwards"),
        ({"method": "staggered_did", "claim": {"direction": "falls", "low": 0.1}, "plan": {"smallest_effect": 0.2}},
         "evaluation.smallest-above-claim"),
        ({"method": "discontinuity"}, "evaluation.no-threshold"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_by_name(said: object, code: str) -> None:
    assert refused(said) == {code}


def test_an_empty_key_that_a_method_does_not_use_is_no_offence() -> None:
    assert design_of({"method": "synthetic_did", "predictors": [], "comparison": ""}).method is Method.SYNTHETIC_DID
