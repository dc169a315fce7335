"""Power from a baseline: chances that rise with the effect, the smallest effect seen, and a registration that stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.design_file import design_of
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from pairup.evaluation.power import power_of
from pairup.evaluation.registration import Registration, read_registration, write_registration
from tests.evaluation import panels
from tests.evaluation.test_synthetic import drawn
from tests.evaluation.test_verdict import a_design

QUICK = a_design(inference={"kind": "placebo", "repetitions": 40})
TRENDS = design_of({"method": "staggered_did", "claim": {"direction": "rises", "low": 1, "high": 2, "uom": "outcome"}})


def test_the_chance_rises_with_the_effect_from_the_level_of_the_interval() -> None:
    found = power_of(drawn(4, 30, 0.0), QUICK, [0.0001, 0.3, 1.0, 5.0], draws=60)

    chances = [chance.detected for chance in found.chances]
    assert chances == sorted(chances) and chances[0] <= 0.15 and chances[-1] == 1
    assert found.smallest and found.chances[1].effect < found.smallest * 3
    assert all(chance.supported is not None and chance.supported <= chance.detected for chance in found.chances)


def test_the_smallest_effect_is_seen_as_often_as_it_says_in_new_panels() -> None:
    smallest = power_of(drawn(4, 40, 0.0), QUICK, [], draws=100).smallest
    assert smallest is not None

    seen = sum(
        low > 0
        for seed in range(60)
        for low, _ in [evaluate(drawn(4, 40, smallest, seed=100 + seed), QUICK).interval]  # type: ignore[misc]
    )

    assert 36 <= seen <= 60  # 80 % of 60, give or take what one baseline knows of the next


def test_a_difference_of_differences_needs_less_the_more_units_are_helped() -> None:
    panel = panels.drawn({5: 5, None: 80})

    few, many = (power_of(panel, TRENDS, [1.0], treated=count, draws=20).smallest for count in (5, 30))

    assert few is not None and many is not None and many < few


def test_a_plan_after_the_last_period_says_how_many_are_helped() -> None:
    units, periods = 24, 12
    outcome = 10 + np.random.default_rng(1).standard_normal((units, periods)) * 0.2
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(2010, 2010 + periods), units)
    start = [2030 if k < 3 else None for k in unit]
    panel = Panel.from_columns([f"u{k:02d}" for k in unit], period, outcome.ravel(), start)

    found = power_of(panel, design_of({"method": "synthetic_did"}), [0.05, 0.2], draws=20)

    assert (found.treated, found.after) == (3, 4)
    assert found.chances[1].detected == 1 and found.to_dict()["uom"] == "share"


def test_a_panel_without_a_programme_is_asked_for_one() -> None:
    with pytest.raises(InputError, match="neither has nor plans treated units"):
        power_of(panels.drawn({None: 10}), TRENDS, [1.0])


def test_a_programme_that_leaves_nobody_to_compare_with_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be tried"):
        power_of(panels.drawn({None: 10}), TRENDS, [1.0], treated=9)


def test_one_worker_and_eight_give_the_same_curve() -> None:
    panel = drawn(4, 20, 0.0)

    one, eight = (power_of(panel, QUICK, [0.5, 1.0], draws=20, jobs=jobs).to_dict() for jobs in (1, 8))

    assert one == eight


def test_a_registration_is_read_as_it_was_written_and_never_written_over(tmp_path: Path) -> None:
    design = a_design(gates={"G6": {"p": 0.2}}, window={"from": 2001, "to": 2010}, pool=["a", "b"])
    file = tmp_path / "fixed.toml"

    write_registration(file, Registration(design.sha256, date(2026, 3, 1), design))

    read = read_registration(file)
    assert (read.design_sha256, read.day, read.design) == (design.sha256, date(2026, 3, 1), design)
    assert read.deviations(design) == ()
    with pytest.raises(InputError, match="is there already"):
        write_registration(file, read)
