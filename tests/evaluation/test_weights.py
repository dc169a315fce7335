"""Weights on the simplex: the least of all, with a proof that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.evaluation.weights import fit_plain, fit_with_ridge, on_simplex


def drawn(seed: int, rows: int, columns: int, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(seed)
    return scale * random.standard_normal((rows, columns)), scale * random.standard_normal(rows)


def plain(matrix, target):  # type: ignore[no-untyped-def]
    return fit_plain(matrix.T @ matrix, matrix.T @ target, float(target @ target))


def test_a_target_inside_the_pool_is_met() -> None:
    matrix = np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 4.0]])

    fit = plain(matrix, np.array([1.0, 2.0]))

    assert fit.weights == pytest.approx([0.25, 0.25, 0.5]) and fit.objective == pytest.approx(0, abs=1e-12)


def test_a_target_outside_takes_the_nearest_unit() -> None:
    fit = plain(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([5.0, 0.0]))

    assert fit.weights == pytest.approx([0, 1]) and fit.objective == pytest.approx(8)


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 15), st.sampled_from([1e-3, 1.0, 1e4]))
@settings(max_examples=150, deadline=None)
def test_the_gap_bounds_what_any_other_weights_could_gain(seed: int, rows: int, columns: int, scale: float) -> None:
    matrix, target = drawn(seed, rows, columns, scale)
    others = np.random.default_rng(seed).dirichlet(np.full(columns, 0.5), 50)

    fit = plain(matrix, target)

    best_other = 0.5 * ((others @ matrix.T - target) ** 2).sum(axis=1).min()
    assert fit.weights.min() >= 0 and fit.weights.sum() == pytest.approx(1)
    assert fit.objective - fit.gap <= best_other + 1e-9 * scale**2
    assert fit.gap <= 1e-8 * scale**2 * (1 + columns)


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 40), st.sampled_from([1e-2, 1.0, 100.0]))
@settings(max_examples=150, deadline=None)
def test_both_solvers_agree_where_there_is_a_ridge(seed: int, rows: int, columns: int, ridge: float) -> None:
    matrix, target = drawn(seed, rows, columns)

    newton = fit_with_ridge(matrix, target, ridge)
    active = fit_plain(matrix.T @ matrix + ridge * np.eye(columns), matrix.T @ target, float(target @ target))

    assert newton.gap <= 1e-9 * (1 + float(target @ target))
    assert newton.weights == pytest.approx(active.weights, abs=1e-6)


def test_a_projection_that_is_on_the_simplex_stays() -> None:
    assert on_simplex(np.array([0.2, 0.3, 0.5])) == pytest.approx([0.2, 0.3, 0.5])


def test_a_ridge_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        fit_with_ridge(np.eye(2), np.zeros(2), 0.0)
