"""Synthetic control and synthetic difference-in-differences beside published numbers and known effects."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate, prepared
from pairup.evaluation.frank_wolfe import did_as_published
from pairup.evaluation.panel import Panel
from pairup.evaluation.placebos import draws_of, interval_of, rank_of
from pairup.evaluation.synthetic_control import fit_controls, fit_each_other
from tests.evaluation.panels import _PUBLISHED, a_panel, published

CONTROL = design_of({"method": "synthetic_control"})
SDID = design_of({"method": "synthetic_did"})


def of(name: str, unit: str, period: str, outcome: str, treated: str, start: int, without: str = "") -> Panel:
    rows = [row for row in published(name) if row[unit] != without and row[outcome]]
    return Panel.from_columns(
        [row[unit] for row in rows], [int(row[period]) for row in rows], [float(row[outcome]) for row in rows],
        [start if row[unit] == treated else None for row in rows],
    )  # fmt: skip


def smoking() -> Panel:
    return of("prop99.csv", "state", "year", "packs_per_capita", "California", 1989)


@pytest.mark.parametrize(
    ("panel", "value", "p", "near"),
    [
        (("prop99.csv", "state", "year", "packs_per_capita", "California", 1989), -19.51363, 3 / 39, 1e-4),
        (("basque.csv", "regionname", "year", "gdpcap", "Basque Country (Pais Vasco)", 1970, "Spain (Espana)"),
         -0.8945885, None, 1e-5),
        (("germany.csv", "country", "year", "gdp", "West Germany", 1990), -1297.477, 1 / 17, 1e-2),
        (("sweden_carbon_tax.csv", "country", "year", "CO2_transport_capita", "Sweden", 1990), -0.283677, 2 / 15, 1e-5),
    ],
    ids=["California", "Basque Country", "West Germany", "Sweden"],
)  # fmt: skip
def test_a_synthetic_control_on_outcomes_is_the_exact_optimum(
    panel: tuple[str, ...], value: float, p: float | None, near: float
) -> None:
    estimate = evaluate(of(*panel), CONTROL)  # type: ignore[arg-type]

    assert estimate.value == pytest.approx(value, abs=near)
    if p is not None:
        assert estimate.found.effect and estimate.found.effect.p == pytest.approx(p, abs=1e-9)
    assert estimate.found.certificate and estimate.found.certificate.gap <= 1e-9 * estimate.found.certificate.objective


def test_california_gives_the_exact_synthetic_difference() -> None:
    estimate = evaluate(smoking(), SDID)

    assert estimate.value == pytest.approx(-15.605398, abs=1e-5)
    assert estimate.found.effect and 7.0 <= estimate.found.effect.se <= 11.5  # type: ignore[operator]
    assert sum(estimate.found.unit_weights.values()) == pytest.approx(1)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    few = design_of({"method": "synthetic_did", "inference": {"kind": "placebo", "repetitions": 20}})

    one, again, other = (evaluate(smoking(), few, seed=seed) for seed in (0, 0, 1))

    assert one.interval == again.interval != other.interval


def drawn(treated: int, pool: int, effect: float, seed: int = 0, starts: tuple[int, ...] = (11,)) -> Panel:
    random = np.random.default_rng(seed)
    factors, units = random.standard_normal((2, 16)).cumsum(axis=1), treated + pool
    outcomes = random.random((units, 2)) @ factors + 0.1 * random.standard_normal((units, 16))
    rows = []
    for unit in range(units):
        start = starts[unit % len(starts)] if unit < treated else None
        for at in range(16):
            is_on = start is not None and at + 1 >= start
            rows.append((f"u{unit:03d}", at + 1, outcomes[unit, at] + effect * is_on, start))
    return Panel.from_columns(*(list(column) for column in zip(*rows, strict=True)))  # type: ignore[arg-type]


@pytest.mark.parametrize("starts", [(11,), (9, 12)], ids=["one start", "two starts"])
def test_a_known_effect_is_found_within_its_interval(starts: tuple[int, ...]) -> None:
    design = design_of({"method": "synthetic_did", "inference": {"kind": "placebo", "repetitions": 50}})

    estimate = evaluate(drawn(4, 30, 2.0, starts=starts), design)

    assert estimate.interval and estimate.interval[0] <= 2.0 <= estimate.interval[1]
    assert estimate.value == pytest.approx(2.0, abs=0.3)


def test_a_constant_effect_moves_the_estimate_one_for_one() -> None:
    for design in (CONTROL, SDID):
        assert evaluate(drawn(1, 20, 3.0), design).value - evaluate(drawn(1, 20, 0.0), design).value == pytest.approx(3)


def test_the_jackknife_needs_two_treated_units_of_a_start() -> None:
    design = design_of({"method": "synthetic_did", "inference": {"kind": "jackknife"}})

    assert evaluate(drawn(1, 20, 1.0), design).interval is None
    assert evaluate(drawn(5, 20, 1.0), design).interval is not None


def test_no_p_below_one_over_the_units_exists() -> None:
    estimate = evaluate(drawn(1, 9, 100.0), CONTROL)

    assert estimate.found.effect and estimate.found.effect.p == pytest.approx(1 / 10)


def test_one_comparison_unit_is_no_pool() -> None:
    estimate = evaluate(a_panel("a 3 1 2 5 6", "b - 1 2 3 4"), SDID)

    assert estimate.identification is Identification.NOT_IDENTIFIED
    assert [words.code for words in estimate.found.missing] == ["evaluation.missing-pool"]


def test_an_inference_that_a_method_has_not_is_refused() -> None:
    with pytest.raises(InputError, match="no inference by analytic"):
        evaluate(drawn(1, 9, 0.0), design_of({"method": "synthetic_control", "inference": {"kind": "analytic"}}))


def test_the_rule_of_the_authors_program_gives_their_digits() -> None:
    """A peer gives -12.19 here; the optimum is -15.605398, the program's own stop -15.603828."""
    wide, is_treated = smoking().outcomes, smoking().is_treated

    assert did_as_published(wide[is_treated], wide[~is_treated], 19) == pytest.approx(-15.603828, abs=1e-6)


def test_weights_end_at_the_optimum_wherever_the_search_could_stop_early() -> None:
    estimate = evaluate(smoking(), SDID)

    assert estimate.found.certificate and estimate.found.certificate.gap <= 1e-9 * estimate.found.certificate.objective


def beijing() -> Panel:
    """Give the stations of Zheng and Chen, hour by hour around the alert; five values are missing."""
    path = _PUBLISHED / "beijing_pm25_orange_alert.csv.gz"
    if not path.is_file():
        pytest.skip("the published panels stand beside the repository, in ../shared")
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    hours = {hour: at for at, hour in enumerate(sorted({row["time"] for row in rows}))}
    alerted = {row["pollutant_station_code"] for row in rows if row["alert_if"] == "1"}
    return Panel.from_columns(
        [row["pollutant_station_code"] for row in rows], [hours[row["time"]] for row in rows],
        [float(row["pm25"]) if row["pm25"] not in ("", "NA") else float("nan") for row in rows],
        [48 if row["pollutant_station_code"] in alerted else None for row in rows],
    )  # fmt: skip


def test_missing_hours_in_beijing_are_drawn_between_their_neighbours_and_said() -> None:
    estimate = evaluate(beijing(), design_of({"method": "synthetic_did", "inference": {"kind": "jackknife"}}))
    used = prepared(beijing(), SDID)

    assert [one.words.facts["count"] for one in estimate.findings if one.words.code == "synthetic.interpolated"] == [5]
    assert estimate.value == pytest.approx(-32.88066, abs=0.05)
    assert estimate.found.effect and estimate.found.effect.se == pytest.approx(7.95, abs=0.005)
    stations, pool = used.outcomes[used.is_treated], used.outcomes[~used.is_treated]
    assert did_as_published(stations, pool, 48) == pytest.approx(-32.88066, abs=1e-4)


def test_a_hole_is_filled_only_where_that_carries_no_effect_across_the_start() -> None:
    panel = a_panel(
        "a 11 0 1 2 3 4 5 6 7 8 . 90 91 92", "b 11 0 1 2 3 . 5 6 7 8 9 90 91 92", "c - 0 . 2 3 4 5 6 7 8 9 10 11 12",
        "d - . 1 2 3 4 5 6 7 8 9 10 11 12", "e - 0 . 2 . 4 5 6 7 8 9 10 11 12", "f - 0 1 2 3 4 5 6 7 8 9 10 11 12",
    )  # fmt: skip

    used = prepared(panel, SDID)

    assert used.units == ("b", "c", "f")  # a's hole lies at its start, d's at the end, and e has too many
    assert used.outcomes[0, 4] == pytest.approx(4) and used.outcomes[1, 1] == pytest.approx(1)


def with_covariate(panel: Panel, slope: float, seed: int = 1, missing: bool = False) -> Panel:
    extra = 3 * np.random.default_rng(seed).standard_normal(len(panel.outcome))
    outcome = panel.outcome + slope * extra
    if missing:
        extra[5] = np.nan
    return Panel.from_columns(
        np.array(panel.units)[panel.unit_at], panel.period_at + 1, outcome,
        [int(panel.starts[at]) + 1 if panel.is_treated[at] else None for at in panel.unit_at], columns={"x": extra},
    )  # fmt: skip


def test_a_covariate_that_moves_the_outcome_is_taken_off() -> None:
    panel = with_covariate(drawn(4, 30, 2.0), 5.0)
    design = design_of({"method": "synthetic_did", "covariates": ["x"]})

    estimate = evaluate(panel, design)

    assert estimate.value == pytest.approx(2.0, abs=0.2)
    assert abs(evaluate(panel, SDID).value - 2.0) > 0.5
    assert [check.figure for check in estimate.checks if check.name == "covariate x"] == pytest.approx([5.0], abs=0.05)


def test_a_covariate_with_a_hole_is_named_and_one_that_stands_still_changes_nothing() -> None:
    design = design_of({"method": "synthetic_did", "covariates": ["x"]})
    still = replace(with_covariate(drawn(2, 9, 1.0), 0.0), columns={"x": np.repeat(np.arange(11.0), 16)})

    missing = evaluate(with_covariate(drawn(2, 9, 1.0), 1.0, missing=True), design)

    assert missing.identification is Identification.NOT_IDENTIFIED
    assert [words.code for words in missing.found.missing] == ["synthetic.covariate-missing"]
    assert evaluate(still, design).value == pytest.approx(evaluate(still, SDID).value)
    assert {check.words.code for check in evaluate(still, design).checks} >= {"synthetic.no-slope"}


@pytest.mark.parametrize("kind", ["jackknife", "bootstrap"])
def test_an_error_needs_two_treated_units_of_a_start_and_says_so(kind: str) -> None:
    design = design_of({"method": "synthetic_did", "inference": {"kind": kind, "repetitions": 60}})

    alone, several = evaluate(drawn(1, 20, 1.0), design), evaluate(drawn(6, 20, 1.0), design)

    assert alone.interval is None and [check.words.code for check in alone.found.checks] == ["synthetic.no-error"]
    assert several.interval and several.interval[0] <= 1.0 <= several.interval[1]


def test_errors_by_placebo_hold_the_effect_as_often_as_they_say() -> None:
    few = design_of({"method": "synthetic_did", "inference": {"kind": "placebo", "repetitions": 100}})
    held = sum(
        low <= 1.0 <= high
        for seed in range(120)
        for low, high in [evaluate(drawn(5, 25, 1.0, seed=seed), few).interval]  # type: ignore[misc]
    )

    assert 106 <= held <= 120  # an exact 99 % interval around 95 % of 120


def test_several_treated_units_have_an_exact_rank_and_their_pooled_fit_beside() -> None:
    estimate = evaluate(drawn(2, 12, 4.0), CONTROL)

    assert len(estimate.found.placebos) == 66  # every pair of the pool
    assert estimate.found.effect and estimate.found.effect.p == pytest.approx(1 / 67)
    assert [check.figure for check in estimate.checks if check.name == "pooled fit"] == pytest.approx([4.0], abs=0.4)


def test_constant_outcomes_have_no_effect_and_no_fault() -> None:
    panel = a_panel("a 4 1 1 1 1 1", "b - 1 1 1 1 1", "c - 1 1 1 1 1", "d - 1 1 1 1 1")

    for design in (CONTROL, SDID):
        assert evaluate(panel, design).value == pytest.approx(0, abs=1e-12)
        assert evaluate(panel, design).found.effect.p != 0  # type: ignore[union-attr]


def test_four_hundred_units_with_every_placebo_are_each_at_their_optimum() -> None:
    random = np.random.default_rng(0)
    outcomes: np.ndarray[Any, Any] = random.random((400, 3)) @ random.standard_normal((3, 40)).cumsum(axis=1)
    outcomes += 0.3 * random.standard_normal((400, 40))

    controls = fit_each_other(outcomes, 30)

    assert (np.abs(np.diag(controls.weights)) == 0).all() and controls.weights.sum(axis=1) == pytest.approx(1)
    assert (controls.proofs <= 1e-9 * controls.objectives).all()


def test_effects_that_placebos_do_not_exclude_end_where_the_rank_crosses_the_level() -> None:
    panel = drawn(1, 24, 1.0)
    wide, pool = panel.outcomes[:1], panel.outcomes[1:]
    fit, others = fit_controls(wide, pool, 10), fit_each_other(pool, 10)
    taken = draws_of(24, [1], 999, 0)

    low, high = interval_of([fit.squares], [others.squares], taken, float(fit.values[0]), 0.8)  # type: ignore[misc]

    for shift, is_in in ((low - 1e-6, False), (low + 1e-6, True), (high - 1e-6, True), (high + 1e-6, False)):
        moved = replace(fit, gaps=fit.gaps - shift * (np.arange(16) >= 10))
        assert (rank_of([moved.squares], [others.squares], taken) > 0.2) == is_in  # type: ignore[operator]
    assert interval_of([fit.squares], [others.squares], draws_of(24, [1], 999, 0), 1.0, 0.99) is None


def test_an_interval_by_rank_and_the_p_agree_about_nothing() -> None:
    for seed in range(12):
        estimate = evaluate(drawn(1, 24, 0.4, seed=seed), CONTROL)
        told = [check.words.facts for check in estimate.checks if check.name == "interval by rank"]
        assert estimate.found.effect and estimate.found.effect.p is not None
        for facts in told:
            holds_nothing = float(facts["low"]) <= 0 <= float(facts["high"])
            assert holds_nothing == (estimate.found.effect.p > 0.05)
