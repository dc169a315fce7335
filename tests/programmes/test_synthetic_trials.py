"""The claims that the demos evaluate: each answer is the honest one for what was planted."""

from __future__ import annotations

from datetime import date

import pytest

from pairup.evaluation.design_file import design_of
from pairup.evaluation.evaluate import estimator_of, evaluate, prepared
from pairup.evaluation.grading import Grade
from pairup.evaluation.panel import Panel
from pairup.evaluation.registration import Registration
from pairup.programmes.partners import lot
from pairup.programmes.synthetic import stories, trials
from pairup.programmes.synthetic.rows import Tables, merged
from pairup.programmes.synthetic.trials import TRIALS, Trial


@pytest.fixture(scope="module", params=[0, 1, 2])
def tables(request: pytest.FixtureRequest) -> Tables:
    return merged(stories.demo_valley(request.param), trials.demo_trials(request.param))


def panel_of(trial: Trial, tables: Tables) -> Panel:
    rows = [row for row in tables["observations"] if row["indicator"] == trial.indicator]
    other = {(row["indicator"], row["place"], row["from"]): float(row["value"]) for row in tables["observations"]}
    return Panel.from_columns(
        [row["place"] + row["unit"] for row in rows], [int(row["from"][:4]) for row in rows],
        [float(row["value"]) for row in rows],
        [int(row["treated_from"][:4]) if row["treated_from"] else None for row in rows],
        cluster=[row["place"] for row in rows],
        columns={name: [other[name, row["place"], row["from"]] for row in rows]
                 for name in design_of(dict(trial.design)).columns},
    )  # fmt: skip


def trial(claim: str) -> Trial:
    return next(one for one in TRIALS if one.claim == claim)


def test_heating_by_lot_is_told_near_its_planted_truth(tables: Tables) -> None:
    solar = trial("demo-solar-before-after")
    design = design_of(dict(solar.design))

    found = estimator_of(design.method)(prepared(panel_of(solar, tables), design), design)

    assert found.effect is not None and found.effect.interval is not None
    assert found.effect.value == pytest.approx(float(solar.truth), abs=0.3)
    assert found.effect.interval[1] - found.effect.interval[0] < 1


def test_the_basin_has_nobody_to_compare_with(tables: Tables) -> None:
    basin = trial("demo-basin-before-after")
    design = design_of(dict(basin.design))

    found = estimator_of(design.method)(prepared(panel_of(basin, tables), design), design)

    assert found.effect is None and found.missing


def test_one_county_alone_is_among_what_happens_elsewhere(tables: Tables) -> None:
    clinics = trial("demo-clinic-visits")
    design = design_of(dict(clinics.design))

    found = estimator_of(design.method)(prepared(panel_of(clinics, tables), design), design)

    assert found.effect is not None and found.effect.p is not None and found.effect.p > 0.05


def test_every_trial_has_its_claim_its_series_and_its_day(tables: Tables) -> None:
    claims = {row["code"]: row for row in tables["claims"]}

    for one in TRIALS:
        assert claims[one.claim]["subject"] == one.indicator
        days = {row["treated_from"] for row in tables["observations"] if row["indicator"] == one.indicator}
        assert days - {""} == {str(one.opened)}


def test_counties_lie_in_the_open_atlantic_and_say_that_they_are_invented(tables: Tables) -> None:
    placed = [row for row in tables["places"] if row.get("latitude")]

    assert len(placed) == len(trials.COUNTIES)
    for row in placed:
        assert -2 < float(row["latitude"]) < 2 and -33 < float(row["longitude"]) < -27
        assert "invented" in row["name_en"] and "虚构" in row["name_zh"]


@pytest.mark.parametrize("seed", range(4))
def test_what_triage_by_lot_did_is_less_than_before_and_after_says(seed: int) -> None:
    tables = lot.by_lot({"pairings": [{"place": "old-shore"}, {"place": "far-mill"}]}, seed)
    (claim,), design = tables["claims"], design_of(dict(lot.TRIAL.design))

    panel = half_years(tables)
    found = evaluate(panel, design, registered=Registration(design.sha256, date(2024, 9, 1), design), seed=seed)

    assert found.grading is not None and found.grading.grade is Grade.NOT_SUPPORTED_IN_SIZE
    assert found.value == pytest.approx(lot.TAUGHT_EFFECT, abs=1.5)
    assert -design.claim.high <= float(claim["figure"]) <= -design.claim.low < lot.TAUGHT_EFFECT
    assert int(panel.is_treated.sum()) == 12


def test_everything_of_the_trial_by_lot_says_that_it_is_invented() -> None:
    tables = lot.by_lot({"pairings": [{"place": "old-shore"}]}, 0)

    assert all(row["is_synthetic"] == "yes" and "planted truth" in row["note"] for name in tables
               for row in tables[name])  # fmt: skip
    assert all("invented" in row["name_en"] and "虚构" in row["name_zh"] for row in tables["places"])


def half_years(tables: Tables) -> Panel:
    rows = tables["observations"]
    return Panel.from_columns(
        [row["place"] for row in rows], [date.fromisoformat(row["from"]) for row in rows],
        [float(row["value"]) for row in rows],
        [date.fromisoformat(row["treated_from"]) if row["treated_from"] else None for row in rows],
        cluster=[row["place"] for row in rows],
    )  # fmt: skip
