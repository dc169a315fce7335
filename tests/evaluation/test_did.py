"""A look back at a series: a change is never called an effect; beside a group, the arithmetic is right."""

from __future__ import annotations

import csv
import json
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.errors import InputError, NotIdentifiedError
from pairup.evaluation.did import Change, ChangeKind, Observed, Permuted, look_at_change

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "evaluate"
CUT = date(2010, 1, 1)


def series(*lines: str, cut: date = CUT) -> list[Observed]:
    """Make series of lines `PLACE FIRST_YEAR VALUE VALUE …`; a place with a star is helped from `cut` on."""
    rows = []
    for line in lines:
        name, first, *values = line.split()
        for year, value in enumerate(values, start=int(first)):
            treated = cut if name.endswith("*") else None
            rows.append(Observed(name, name, date(year, 1, 1), date(year, 12, 31), float(value), treated))
    return rows


def test_before_and_after_alone_identify_nothing() -> None:
    change = look_at_change(series("a* 2008 60 58 40 38"))

    assert (change.kind, change.before, change.after) == (ChangeKind.BEFORE_AFTER, 59, 39)
    assert (change.value, change.interval, change.p) == (None, None, None)
    assert "not an effect" in str(change.words)
    with pytest.raises(NotIdentifiedError):
        _ = change.effect


def test_a_worked_example_gives_the_difference_of_differences() -> None:
    # helped: 10 -> 16 and 14 -> 22, others: 8 -> 11 and 12 -> 13; (6 + 8) / 2 - (3 + 1) / 2 = 5
    change = look_at_change(series("a* 2009 10 16", "b* 2009 14 22", "c 2009 8 11", "d 2009 12 13"))

    assert (change.kind, change.before, change.after) == (ChangeKind.TWO_GROUPS, 12, 19)
    assert change.value == 5
    # changes 6, 8, 3, 1: standard error sqrt(2/2 + 2/2); of 6 ways the real one is the most extreme on its side
    assert change.se == pytest.approx(2**0.5)
    assert change.p == pytest.approx(2 / 6)
    assert change.interval is None  # 6 ways cannot give 95 %
    assert "too few places" in str(change.words)
    with pytest.raises(NotIdentifiedError):
        _ = change.effect


def test_on_the_logarithmic_scale_the_value_is_a_share() -> None:
    change = look_at_change(series("a* 2009 100 40", "b* 2009 50 20", "c 2009 10 5", "d 2009 30 15"), is_log=True)

    assert change.value == pytest.approx(0.4 / 0.5 - 1)
    with pytest.raises(InputError, match="logarithm"):
        look_at_change(series("a* 2009 0 40", "c 2009 10 5"), is_log=True)


def test_units_of_a_place_count_as_one_place() -> None:
    rows = series("a* 2009 10 20", "c 2009 10 10", "d 2009 10 10")
    crowd = [
        Observed(f"house {k}", "a*", date(year, 1, 1), date(year, 12, 31), value, CUT)
        for k in range(50)
        for year, value in ((2009, 10.0), (2010, 20.0))
    ]

    assert look_at_change(rows + crowd).value == look_at_change(rows).value
    assert look_at_change(rows + crowd).treated == 1


def test_spans_that_hold_the_day_and_units_seen_on_one_side_are_left_out() -> None:
    day = date(2010, 7, 1)
    change = look_at_change(series("a* 2009 10 999 20", "c 2009 10 777 11", "d 2011 5", cut=day))

    assert (change.value, change.left_out, change.others) == (9, 1, 1)


def test_help_that_comes_at_several_times_is_not_compared_two_by_two() -> None:
    rows = series("a* 2008 1 2 3 4") + series("b* 2008 1 2 3 4", cut=date(2011, 1, 1)) + series("c 2008 1 1 1 1")

    assert look_at_change(rows).kind is ChangeKind.STAGGERED
    assert look_at_change(rows).value is None


@pytest.mark.parametrize("rows", [[], series("c 2008 1 2 3"), series("a* 2010 1 2", "c 2008 1 2 3")])
def test_without_a_helped_place_on_both_sides_there_is_nothing_to_see(rows: list[Observed]) -> None:
    assert look_at_change(rows).kind is ChangeKind.NO_SERIES


def test_a_place_cannot_be_helped_from_two_days() -> None:
    rows = series("a* 2008 1 2 3")

    with pytest.raises(InputError, match="treated_from"):
        look_at_change([*rows, Observed("x", "a*", date(2012, 1, 1), date(2012, 12, 31), 1.0, None)])


def test_order_of_rows_does_not_matter_and_the_seed_repeats() -> None:
    rng = np.random.default_rng(3)
    rows = series(
        *(f"{chr(97 + k)}{'*' if k < 10 else ''} 2008 {' '.join(map(str, rng.normal(5, 1, 4)))}" for k in range(20))
    )

    assert look_at_change(rows, seed=5, draws=500) == look_at_change(rows[::-1], seed=5, draws=500)
    assert look_at_change(rows, seed=5, draws=500) != look_at_change(rows, seed=6, draws=500)


def by_trying(changes: np.ndarray, treated: np.ndarray, effect: float) -> tuple[float, float]:
    """Both one-sided p of a constant effect, by trying every way."""
    left = changes - effect * treated
    real, up, down, ways = left[treated].mean() - left[~treated].mean(), 0, 0, 0
    for pick in combinations(range(len(changes)), int(treated.sum())):
        chosen = np.isin(np.arange(len(changes)), pick)
        found = left[chosen].mean() - left[~chosen].mean()
        up, down, ways = up + (found >= real - 1e-9), down + (found <= real + 1e-9), ways + 1
    return up / ways, down / ways


@given(st.integers(3, 5), st.integers(3, 4), st.integers(0, 10**6))
def test_the_interval_keeps_the_effects_that_the_permutation_test_keeps(many: int, others: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    changes, treated = rng.normal(0, 1, many + others), np.arange(many + others) < many
    test = Permuted.of(treated, seed=0, draws=1)

    found = test.interval(changes, 0.8)

    assert test.is_exact
    assert found is not None
    low, high = found
    for effect, kept in ((low + 1e-6, True), (high - 1e-6, True), (low - 1e-6, False), (high + 1e-6, False)):
        assert bool(min(by_trying(changes, treated, effect)) > 0.1) is kept
    assert test.p(changes) == pytest.approx(min(1.0, 2 * min(by_trying(changes, treated, 0.0))))


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    # 600 draws, seeded: 12 places, 6 helped by lot, effect 2, heavy tails. Exact 99 % limits of a coverage of 95 %.
    rng, covered = np.random.default_rng(20261123), 0
    for _ in range(600):
        treated = np.zeros(12, bool)
        treated[rng.choice(12, 6, replace=False)] = True
        changes = rng.standard_t(3, 12) + 2.0 * treated
        found = Permuted.of(treated, seed=0, draws=1).interval(changes, 0.95)
        covered += found is not None and found[0] <= 2.0 <= found[1]

    assert 0.925 <= covered / 600 <= 0.975


def test_a_slope_before_is_seen() -> None:
    rng = np.random.default_rng(1)
    rows = [
        Observed(name, name, date(year, 1, 1), date(year, 12, 31), slope * (year - 2000) + rng.normal(0, 0.1), treated)
        for k in range(12)
        for name, slope, treated in [(f"p{k}", 1.0 if k < 6 else 0.0, CUT if k < 6 else None)]
        for year in range(2000, 2015)
    ]

    change = look_at_change(rows)

    assert change.trend_p is not None
    assert change.trend_p < 0.01


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published panels are not beside the repository")
def test_a_published_two_by_two_is_met() -> None:
    refs = next(one for one in json.loads((SHARED / "reference.json").read_text()) if one["id"] == "prop99")["refs"]
    published = next(ref for ref in refs if ref["q"] == "DID ATT")
    with (SHARED / "prop99.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))

    change = look_at_change(panel(table))

    assert change.value == pytest.approx(published["v"], abs=published["tol"])
    assert (change.treated, change.others, change.interval) == (1, 38, None)


def panel(table: list[dict[str, str]]) -> list[Observed]:
    helped = {row["state"] for row in table if row["treated"] == "1"}
    start = date(min(int(row["year"]) for row in table if row["treated"] == "1"), 1, 1)
    return [
        Observed(
            row["state"], row["state"], date(int(row["year"]), 1, 1), date(int(row["year"]), 12, 31),
            float(row["packs_per_capita"]), start if row["state"] in helped else None,
        )
        for row in table
    ]  # fmt: skip


stories = pytest.importorskip("pairup.programmes.synthetic.stories", reason="the stories come with pairup.programmes")


def story(indicator: str, seed: int) -> list[Observed]:
    rows = stories.demo_valley(seed)["observations"]
    return [
        Observed(
            row.get("unit") or row["place"], row["place"], read(row["from"]), read(row["to"], last=True),
            float(row["value"]), read(row["treated_from"]) if row["treated_from"] else None,
        )
        for row in rows
        if row["indicator"] == indicator
    ]  # fmt: skip


def read(text: str, *, last: bool = False) -> date:
    parts = [int(part) for part in text.split("-")]
    return date(*parts) if len(parts) == 3 else date(parts[0], 12, 31) if last else date(parts[0], 1, 1)  # type: ignore[arg-type]


def test_beside_a_group_the_planted_truth_is_met_and_before_and_after_misses_it() -> None:
    truths = (("indoor_temperature", False, stories.HEATING_EFFECT), ("sandstorm_days", True, stories.BELT_EFFECT))
    kept = 0
    for indicator, is_log, truth in truths:
        for seed in range(5):
            change: Change = look_at_change(story(indicator, seed), is_log=is_log, is_synthetic=True, draws=999)
            assert change.interval is not None
            assert change.before is not None
            assert change.after is not None
            seen = change.after / change.before - 1 if is_log else change.after - change.before
            kept += change.interval[0] <= truth <= change.interval[1]
            assert abs(seen) > abs(truth)
            assert str(change.words).startswith("Synthetic data.")

    assert kept >= 8  # of 10 intervals of 95 %
