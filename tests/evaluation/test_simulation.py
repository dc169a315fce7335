"""Worlds of known truth: the same for any number of workers, a target that can fail, and a rule that seldom does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pairup.bench import simulation
from pairup.evaluation.simulation.coverage import held
from pairup.evaluation.simulation.exact import interval_of, is_met
from pairup.evaluation.simulation.verdicts import WORLDS, design_for, one, simulate
from pairup.evaluation.simulation.worlds import TRUTHS, Kind, World, draw

FEW = World(Kind.WAGES, 6, 30, 16, 6)


def test_an_exact_interval_of_a_share_is_that_of_clopper_and_pearson() -> None:
    assert interval_of(0, 100)[0] == 0 and interval_of(0, 100)[1] == pytest.approx(1 - 0.005 ** (1 / 100))
    assert interval_of(100, 100)[1] == 1


def test_a_target_is_missed_only_where_the_interval_lies_outside_it() -> None:
    assert is_met(7, 100, 0, 0.05) and not is_met(14, 100, 0, 0.05)
    assert is_met(91, 100, 0.93, 0.97) and not is_met(1810, 2000, 0.93, 0.97)


def test_a_world_is_the_same_for_one_worker_and_two() -> None:
    assert simulate(FEW, 60, jobs=1) == simulate(FEW, 60, jobs=2)


def test_an_effect_added_to_the_looks_says_what_a_panel_with_the_effect_says() -> None:
    design = design_for(FEW.kind)
    fresh = replace(FEW, spilled=1e-300)  # looked at anew, with nothing that reaches others
    _, shifted = one(FEW, 3, design, 0)

    random = [np.random.default_rng([0, *FEW.name.encode(), 3]) for _ in range(2)]
    plain, helped = draw(FEW, random[0]), draw(FEW, random[1], TRUTHS[FEW.kind].effect)

    assert np.allclose(helped.outcome - plain.outcome, TRUTHS[FEW.kind].effect * plain.is_on)
    assert {word for word in shifted if word.startswith("registered")} and fresh.name != FEW.name


def test_places_after_a_bad_run_had_one() -> None:
    bad, fair = (draw(replace(FEW, is_bad_run=flag), np.random.default_rng(5)) for flag in (True, False))

    def run(panel: object) -> float:
        wide, is_treated = panel.outcomes, panel.is_treated  # type: ignore[attr-defined]
        before = wide[:, : FEW.before] - wide[:, : FEW.before].mean(axis=0)
        return float((before[:, -3:].mean(axis=1) - before[:, :-3].mean(axis=1))[is_treated].mean())

    assert run(bad) < run(fair)


@pytest.mark.parametrize("world", [WORLDS[1], WORLDS[2], WORLDS[3]], ids=lambda world: world.name)
def test_where_nothing_happened_little_is_supported(world: World) -> None:
    nothing, _ = simulate(world, 60)

    assert is_met(nothing["registered supported at all"], 60, 0, 0.10 if world.is_bad_run else 0.05)
    assert nothing["retrospective supported"] == 0


def test_synthetic_intervals_hold_the_effect_as_often_as_they_say() -> None:
    assert is_met(held("synthetic_did", 100), 100, 0.93, 0.97)


def test_rows_written_in_pieces_stand_in_one_table(tmp_path: Path) -> None:
    first, second = simulation.names()[0], simulation.names()[1]
    for name in (second, first):
        rows = [
            simulation.Simulated(f"{name}; {word}", part, 0.0, 100, 0.02, 0.0, 0.1, "≤ 5 %", True, {"gate G6": 3})
            for word, part in (("nothing", "false success"), ("effect", "power"))
        ]
        simulation.write(tmp_path, {row.name: row for row in rows}, "Said.")

    page = (tmp_path / "simulate.md").read_text()
    assert page.index(f"| {first} |") < page.index(f"| {second} |") and "G6 3 %" in page
    assert len(simulation.read(tmp_path)) == 4
