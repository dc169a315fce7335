"""Blocks are solved exactly, whatever start and tolerances say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.planning.blocks import ceiling, split
from pairup.planning.form import Form
from pairup.planning.plan import Ended, Status, Stop


def a_form(worth: list[float], rows: list[tuple[list[int], list[float], float]]) -> Form:
    """Choices worth so much, under rows `sum of value x choice <= high`."""
    form = Form()
    form.choose(np.array(worth))
    for at, (choices, values, high) in enumerate(rows):
        form.require(form.name("line", line=f"row{at}", capacity=high), choices, values, high=high)
    return form


@st.composite
def small_forms(draw: st.DrawFn) -> Form:
    size = draw(st.integers(1, 6))
    worth = draw(st.lists(st.sampled_from([-2.0, 1, 2, 2.5, 7]), min_size=size, max_size=size))
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        choices = draw(st.lists(st.integers(0, size - 1), unique=True, min_size=1))
        values = draw(st.lists(st.sampled_from([1.0, 1, 2, 0.1]), min_size=len(choices), max_size=len(choices)))
        rows.append((choices, values, draw(st.sampled_from([0.0, 0.5, 1, 2, 3]))))
    return a_form(worth, rows)


def best_value(form: Form) -> float:
    whole = form.whole()
    best = -np.inf
    for code in range(2**form.count):
        taken = np.array([code >> at & 1 for at in range(form.count)], dtype=bool)
        sums = [
            whole.value[a:b] @ taken[whole.index[a:b]] for a, b in zip(whole.starts, whole.starts[1:], strict=False)
        ]
        if all(total <= high + 1e-12 for total, high in zip(sums, whole.high, strict=True)):
            best = max(best, float(whole.worth[taken].sum()))
    return best


@given(small_forms(), st.sampled_from([Stop(), Stop(work=100), Stop(seconds=60)]))
def test_a_start_never_passes_for_the_best(form, stop):
    answer = form.solve(stop, np.zeros(form.count, dtype=bool))

    value = float(form.whole().worth[answer.taken].sum())
    assert answer.status is Status.OPTIMAL and value == pytest.approx(best_value(form)) == pytest.approx(answer.bound)


@given(small_forms())
def test_the_bound_without_a_search_is_a_bound(form):
    loose, blocks = split(form.whole())
    whole = form.whole()

    most = sum(ceiling(block) for block in blocks) + float(np.maximum(whole.worth[loose], 0).sum())

    assert most >= best_value(form) - 1e-9


def test_a_bound_without_a_search_counts_as_many_of_the_best_as_a_row_allows():
    form = a_form([5, 4, 3, 2], [([0, 1, 2, 3], [1, 1, 1, 1], 2)])

    assert ceiling(form.whole()) == 9


def test_parts_that_share_no_row_are_blocks_and_a_row_that_cannot_bind_ties_nothing():
    form = a_form([1] * 5, [([0, 1], [1, 1], 1), ([2, 3], [1, 1], 1), ([0, 1, 2, 3], [1, 1, 1, 1], 4)])

    loose, blocks = split(form.whole())

    assert loose.tolist() == [4] and [block.choices.tolist() for block in blocks] == [[0, 1], [2, 3]]


def test_a_choice_that_is_ruled_out_ties_nothing_together():
    form = a_form([1] * 3, [([0, 1], [1, 1], 1), ([1, 2], [1, 1], 1)])
    form.settle(form.name("forbid", person="p", post="q"), 1, 0)

    assert split(form.whole())[1] == [] and form.solve().taken.tolist() == [True, False, True]


def test_aims_in_order_are_met_in_order():
    form = a_form([0, 0, 0], [([0, 1, 2], [1, 1, 1], 2), ([0, 1], [1, 1], 1)])
    most, worth = np.ones(3), np.array([3.0, 5, -9])

    ranked = form.solve_in_order([most, worth])

    assert ranked.answer.taken.tolist() == [False, True, True] and ranked.bounds == (2, -4)


def test_work_of_nothing_ends_by_work_or_proof():
    rng = np.random.default_rng(3)
    loads = rng.integers(10, 90, (3, 40)).astype(float)
    form = a_form(rng.integers(10, 99, 40).tolist(), [(list(range(40)), row.tolist(), 600.0) for row in loads])

    answer = form.solve(Stop(work=0), np.zeros(40, dtype=bool))

    assert answer.ended is Ended.WORK and answer.status is Status.FEASIBLE
    assert answer.bound >= float(form.whole().worth[answer.taken].sum())
