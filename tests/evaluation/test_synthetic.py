"""Synthetic control and synthetic difference-in-differences beside published numbers and known effects."""

from __future__ import annotations

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from tests.evaluation.panels import a_panel, published

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
