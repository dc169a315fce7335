"""The smallest effect a phasing shows: its error is that of every assignment chance could make, and its power holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from pairup.evaluation.design import AssignedBy, Design, Known, Method
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from pairup.evaluation.phasing import Stratum, by_lots, by_phasing


def a_past(units: int, periods: int, seed: int = 0, hold: float = 0.0) -> Panel:
    """Draw outcomes that nothing was done to: levels of units, a trend for all, and noise that may hold on."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((units, periods))
    for t in range(1, periods):
        noise[:, t] += hold * noise[:, t - 1]
    wide = 10 + random.standard_normal(units)[:, None] + np.cumsum(random.standard_normal(periods)) + noise
    return as_panel(wide, [None] * units)


def as_panel(wide, starts, **more) -> Panel:
    units, periods = wide.shape
    return Panel.from_columns(
        [f"u{k:02d}" for k in range(units) for _ in range(periods)], list(range(2000, 2000 + periods)) * units,
        wide.ravel(), [start for start in starts for _ in range(periods)], **more,
    )  # fmt: skip


def effect_of(wide, starts) -> float:
    found = evaluate(as_panel(wide, starts), Design(Method.STAGGERED_DID)).found
    return found.effect.value


def test_the_error_of_a_phasing_is_the_spread_over_every_assignment():
    past = a_past(7, 6, seed=3)
    starts = {"u00": 2030, "u01": 2030, "u02": 2031}

    told = by_phasing(past, starts, 2032)

    dealt = [2003, 2003, 2004, None, None, None, None]  # the one stretch of the past with three years before
    ways = sorted(set(itertools.permutations(dealt)), key=str)
    values = [effect_of(past.outcomes, way) for way in ways]
    assert told.stretches == 1 and told.ways == len(ways) == 105
    assert told.error == pytest.approx(np.sqrt(np.mean(np.square(values)))) and abs(np.mean(values)) < 1e-9
    times = stats.t.ppf(0.975, 4) + stats.t.ppf(0.8, 4)
    assert told.smallest == pytest.approx(times * told.error) and (told.begun, told.compared) == (3, 4)


def test_the_error_of_lots_is_the_spread_over_every_draw():
    past = a_past(12, 6, seed=4)
    strata = [Stratum((f"u{2 * k:02d}", f"u{2 * k + 1:02d}"), 2030, None, 1) for k in range(6)]

    told = by_lots(past, strata, 2032)

    after, before = past.outcomes[:, 3:].mean(axis=1), past.outcomes[:, :3].mean(axis=1)
    apart = np.array([[values[2 * k] - values[2 * k + 1] for k in range(6)] for values in (after, before)])
    left = apart[0] - (apart[0] @ apart[1]) / (apart[1] @ apart[1]) * apart[1]
    values = [np.mean(np.array(signs) * left) for signs in itertools.product((1, -1), repeat=6)]
    assert told.ways == 64 and told.error == pytest.approx(np.sqrt(np.mean(np.square(values))))


def test_an_effect_of_the_size_told_is_seen_as_often_as_told():
    """Power 80 %: an exact 99 % interval around 400 runs holds 0.75 to 0.85; the plan's past is one run of each."""
    strata = [Stratum((f"u{2 * k:02d}", f"u{2 * k + 1:02d}"), 2030, None, 1) for k in range(20)]
    smallest = np.mean([by_lots(a_past(40, 6, seed=seed), strata, 2032).smallest for seed in range(20)])
    seen, runs = 0, 400
    for run in range(runs):
        wide = a_past(40, 6, seed=1000 + run).outcomes.copy()
        first = np.random.default_rng(run).integers(0, 2, 20)
        apart = np.array([1.0, -1.0])
        for k in range(20):
            wide[2 * k + first[k], 3:] += smallest
        after, before = wide[:, 3:].mean(axis=1).reshape(20, 2), wide[:, :3].mean(axis=1).reshape(20, 2)
        sign = np.where(first == 0, 1, -1)
        design = np.column_stack([np.ones(20), sign * (before @ apart)])
        answer, rest = np.linalg.lstsq(design, sign * (after @ apart), rcond=None)[:2]
        error = np.sqrt(rest[0] / 18 * np.linalg.inv(design.T @ design)[0, 0])
        seen += abs(answer[0] / error) > stats.t.ppf(0.975, 18)

    assert 0.74 <= seen / runs <= 0.86


def test_later_starts_and_fewer_places_show_less():
    past = a_past(30, 14, seed=1)
    many = {f"u{k:02d}": 2030 for k in range(15)}
    few = {f"u{k:02d}": 2030 for k in range(4)}

    assert by_phasing(past, many, 2033).smallest < by_phasing(past, few, 2033).smallest
    assert by_phasing(past, many, 2033).smallest < by_phasing(past, many, 2030).smallest


@pytest.mark.parametrize(
    "starts, until, periods, code",
    [
        ({}, 2031, 8, "learning.missing-none"),
        ({"elsewhere": 2030}, 2031, 8, "learning.missing-none"),
        ({"u00": 2035}, 2031, 8, "learning.missing-none"),
        ({f"u{k:02d}": 2030 for k in range(6)}, 2031, 8, "learning.missing-comparison"),
        ({"u00": 2030}, 2031, 8, "learning.missing-ways"),
        ({"u00": 2030, "u01": 2030, "u02": 2030}, 2040, 8, "learning.missing-periods"),
    ],
)
def test_what_cannot_be_seen_is_said_and_is_no_number(starts, until, periods, code):
    told = by_phasing(a_past(6, periods), starts, until, level=0.9 if code != "learning.missing-ways" else 0.95)

    assert told.smallest is None and [words.code for words in told.missing] == [code]


def test_five_pairs_are_too_few_for_any_draw_to_show_anything():
    strata = [Stratum((f"u{2 * k:02d}", f"u{2 * k + 1:02d}"), 2030, None, 1) for k in range(5)]

    told = by_lots(a_past(12, 8), strata, 2032)

    assert told.smallest is None and told.missing[0].facts == {"ways": 32, "least": 40}


def test_the_order_of_rows_and_units_that_were_helped_or_have_holes_change_nothing():
    past = a_past(12, 8, seed=2)
    wide = np.vstack([past.outcomes, past.outcomes[:2] + 50])
    wide[13, 4] = np.nan
    longer = as_panel(wide, [None] * 12 + [2004, None])
    starts = {"u00": 2030, "u01": 2031, "u12": 2030, "u02": 2031}

    assert by_phasing(longer, starts, 2032) == by_phasing(past, starts, 2032)


def test_what_lots_show_is_what_the_comparison_of_a_trial_finds():
    """The error told before lies near the one that the trial itself reports, over the same years."""
    past = a_past(40, 6, seed=7)
    units = tuple(f"u{k:02d}" for k in range(40))
    told = by_lots(past, [Stratum(units, 2003, None, 20)], 2005)
    starts = [2003 if k % 2 else None for k in range(40)]
    design = Design(Method.RANDOMISED, plan=Known(assignment=AssignedBy.LOTTERY))
    pytest.importorskip("pairup.evaluation.randomised")

    found = evaluate(as_panel(past.outcomes, starts), design).found

    assert found.effect.se == pytest.approx(told.error, rel=0.15)
