"""Clustered least squares beside the formulas written out with whole matrices, and published degrees of freedom."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pairup.evaluation.least_squares import fitted

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def written_out(x: Floats, y: Floats, cluster: Floats, at: int) -> tuple[float, float, float]:
    """Coefficient, CR2 error and Satterthwaite's degrees of freedom by N x N matrices."""
    bread = np.linalg.inv(x.T @ x)
    hat = np.eye(len(x)) - x @ bread @ x.T
    rest = hat @ y
    meat, columns = np.zeros((x.shape[1], x.shape[1])), []
    for g in np.unique(cluster):
        inside = cluster == g
        values, vectors = np.linalg.eigh(hat[np.ix_(inside, inside)])
        root = (vectors * np.where(values > 1e-9, 1 / np.sqrt(np.maximum(values, 1e-9)), 0)) @ vectors.T
        score = x[inside].T @ root @ rest[inside]
        meat += np.outer(score, score)
        columns.append(hat[:, inside] @ root @ x[inside] @ bread[:, at])
    together = np.array(columns) @ np.array(columns).T
    error = np.sqrt((bread @ meat @ bread)[at, at])
    return float((bread @ x.T @ y)[at]), float(error), float(np.trace(together) ** 2 / (together**2).sum())


def drawn(seed: int, clusters: int = 7) -> tuple[Floats, Floats, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    random = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), random.integers(1, 6, clusters))
    x = np.column_stack([np.ones(len(cluster)), cluster % 2, random.standard_normal(len(cluster))])
    return x, random.standard_normal(len(cluster)) + cluster, cluster


@pytest.mark.parametrize("seed", range(5))
def test_the_error_and_its_degrees_are_those_of_the_whole_matrices(seed: int) -> None:
    x, y, cluster = drawn(seed)

    fit = fitted(x, y[:, None], cluster, 1)

    assert fit
    assert (fit.values[0], fit.errors[0], fit.degrees) == pytest.approx(written_out(x, y, cluster, 1))


def test_two_groups_have_neymans_variance_and_the_degrees_of_imbens_and_kolesar() -> None:
    one, other = np.array([1.0, 4, 2]), np.random.default_rng(1).standard_normal(27)
    y = np.concatenate([one, other])
    x = np.column_stack([np.ones(30), np.arange(30) < 3])

    fit = fitted(x, y[:, None], np.arange(30), 1)

    assert fit
    assert fit.errors[0] == pytest.approx(np.sqrt(one.var(ddof=1) / 3 + other.var(ddof=1) / 27))
    # (N0 + N1)^2 (N0 - 1)(N1 - 1) / (N1^2 (N1 - 1) + N0^2 (N0 - 1)), their equation for one binary regressor: about 2.5
    assert fit.degrees == pytest.approx(30**2 * 26 * 2 / (9 * 2 + 27**2 * 26))


def test_errors_by_pair_are_those_of_the_differences_in_pairs() -> None:
    random = np.random.default_rng(2)
    y, pair, helped = random.standard_normal(12), np.repeat(np.arange(6), 2), np.tile([0.0, 1.0], 6)
    x = np.column_stack([helped, pair[:, None] == np.arange(6)])

    fit = fitted(x, y[:, None], pair, 0)

    differences = y[1::2] - y[::2]
    p = stats.ttest_1samp(differences, 0)
    assert fit and fit.values[0] == pytest.approx(differences.mean())
    assert fit.errors[0] == pytest.approx(differences.std(ddof=1) / np.sqrt(6))
    assert fit.degrees == pytest.approx(5) and p.df == 5


def test_a_weight_of_two_with_equal_rows_gives_the_same_coefficient_as_two_rows() -> None:
    x, y, cluster = drawn(3)
    double = np.arange(len(y)) % 3 == 0

    weighted = fitted(x, y[:, None], cluster, 1, np.where(double, 2.0, 1.0))
    order = np.concatenate([np.arange(len(y)), np.flatnonzero(double)])
    repeated = fitted(x[order], y[order][:, None], cluster[order], 1)

    assert weighted and repeated and weighted.values[0] == pytest.approx(repeated.values[0])


def test_a_sum_of_other_columns_is_left_out_and_never_answers() -> None:
    x, y, cluster = drawn(4)
    doubled = np.column_stack([x, x[:, 2] * 3])

    alone, beside = fitted(x, y[:, None], cluster, 1), fitted(doubled, y[:, None], cluster, 1)

    assert alone and beside and alone.errors[0] == pytest.approx(beside.errors[0])
    assert fitted(doubled, y[:, None], cluster, 3) is None
