"""The wild cluster bootstrap beside a refit of every draw and beside wildboottest; randomisation inference by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pairup.evaluation.few_clusters import (
    Wild,
    mean_differences,
    randomisation_test,
    shuffled,
    wild_cluster,
)


def a_regression(clusters: int, seed: int = 1, effect: float = 0.5):  # type: ignore[no-untyped-def]
    """Rows of clusters that hang together, half of them treated, with a further regressor."""
    random = np.random.default_rng(seed)
    at = np.repeat(np.arange(clusters), random.integers(4, 12, clusters))
    treated = (np.arange(clusters) % 2 == 0).astype(float)[at]
    other = random.standard_normal(len(at))
    outcome = (
        1 + effect * treated + 0.3 * other + random.standard_normal(clusters)[at] + random.standard_normal(len(at))
    )
    return np.column_stack([np.ones(len(at)), treated, other]), outcome, np.array([0.0, 1.0, 0.0]), at


def refitted(regressors, outcome, at, null, values):  # type: ignore[no-untyped-def]
    """Impose the null, turn the residuals of each cluster, fit again: the p by the book, the second column tested."""
    clusters = at.max() + 1
    rest = np.delete(regressors, 1, axis=1)
    below = outcome - null * regressors[:, 1]
    fitted = rest @ np.linalg.lstsq(rest, below, rcond=None)[0]
    residual = below - fitted

    def t(y):  # type: ignore[no-untyped-def]
        inverse = np.linalg.inv(regressors.T @ regressors)
        b = inverse @ regressors.T @ y
        e = y - regressors @ b
        sums = np.array([regressors[at == g].T @ e[at == g] for g in range(clusters)])
        return (b[1] - null) / np.sqrt((inverse @ sums.T @ sums @ inverse)[1, 1])

    found = abs(t(outcome))
    drawn = [
        abs(t(null * regressors[:, 1] + fitted + residual * np.array(signs)[at]))
        for signs in product(values, repeat=clusters)
    ]
    return np.mean(np.array(drawn) >= found * (1 - 1e-9))


@pytest.mark.parametrize("null", [0.0, 1.5])
def test_every_sign_tried_gives_the_p_of_refitting_every_draw(null: float) -> None:
    regressors, outcome, contrast, at = a_regression(8)

    test = wild_cluster(regressors, outcome, contrast, at, null=null)

    assert test and test.is_exact and test.tried == 256 and test.wild is Wild.RADEMACHER
    assert test.p == pytest.approx(refitted(regressors, outcome, at, null, [-1, 1]), abs=1e-12)


def test_five_clusters_are_tried_with_six_values() -> None:
    regressors, outcome, contrast, at = a_regression(4)

    test = wild_cluster(regressors, outcome, contrast, at)

    values = [sign * np.sqrt(size) for sign in (-1, 1) for size in (0.5, 1.0, 1.5)]
    assert test and test.wild is Wild.WEBB and test.is_exact and test.tried == 6**4
    assert test.p == pytest.approx(refitted(regressors, outcome, at, 0.0, values), abs=1e-12)


@pytest.mark.parametrize(("clusters", "theirs"), [(8, 0.3125), (10, 0.3515625), (12, 0.19140625)])
def test_wildboottest_counts_the_more_extreme_alone(clusters: int, theirs: float) -> None:
    test = wild_cluster(*a_regression(clusters, effect=0.9), wild=Wild.RADEMACHER)

    # wildboottest 0.3.2, every sign tried: what was found and its mirror are not counted there
    assert test and theirs <= test.p <= theirs + 2 / 2**clusters


def test_an_interval_ends_where_the_p_crosses_the_level() -> None:
    regressors, outcome, contrast, at = a_regression(10)

    test = wild_cluster(regressors, outcome, contrast, at)

    assert test and test.interval and test.interval[0] < test.value < test.interval[1]
    for end, outward in zip(test.interval, (-1, 1), strict=True):
        just_out = wild_cluster(regressors, outcome, contrast, at, null=end + outward * 1e-6)
        just_in = wild_cluster(regressors, outcome, contrast, at, null=end - outward * 1e-6)
        assert just_out and just_in and just_out.p <= 0.05 < just_in.p


def test_a_mean_for_each_unit_may_be_swept_out_first() -> None:
    regressors, outcome, _, at = a_regression(9)
    means = np.eye(9)[at]
    time = np.arange(len(at)) % 3
    whole = np.column_stack([means, regressors[:, 2], time == 1, time == 2])
    tested = np.zeros(whole.shape[1])
    tested[9] = 1

    def swept(column):  # type: ignore[no-untyped-def]
        return (
            column - (means.T @ column / means.sum(axis=0)[:, None])[at]
            if column.ndim == 2
            else (column - (means.T @ column / means.sum(axis=0))[at])
        )

    one = wild_cluster(whole, outcome, tested, at)
    other = wild_cluster(swept(whole[:, 9:]), swept(outcome), tested[9:], at)

    assert one and other
    assert (one.value, one.se, one.p) == pytest.approx((other.value, other.se, other.p))


def test_draws_are_seeded_and_near_the_exact_p() -> None:
    regressors, outcome, contrast, at = a_regression(14, effect=0.9)
    one, other = (wild_cluster(regressors, outcome, contrast, at, seed=3) for _ in range(2))

    assert one == other and one and not one.is_exact
    again = wild_cluster(regressors, outcome, contrast, at, seed=4)
    assert again and again.p == pytest.approx(one.p, abs=4 * np.sqrt(one.p / 9_999) + 1e-3)


def test_what_cannot_be_tested_is_no_test() -> None:
    regressors, outcome, contrast, at = a_regression(8)

    assert wild_cluster(regressors, np.ones(len(at)), contrast, at) is None  # nothing varies
    assert wild_cluster(regressors, outcome, contrast, np.zeros(len(at), np.int64)) is None  # one cluster
    assert wild_cluster(regressors[:, :1] * 0, outcome, np.array([1.0]), at) is None  # not identified


def test_under_the_null_the_bootstrap_is_near_its_level_where_normal_errors_are_not() -> None:
    wild = normal = 0
    for seed in range(400):
        test = wild_cluster(*a_regression(8, seed=seed, effect=0.0))
        assert test
        wild += test.p <= 0.05
        normal += abs(test.value / test.se) > 1.96

    assert 9 <= wild <= 33  # an exact 99 % interval around 5 % of 400
    assert normal > 40


def test_all_choices_of_two_of_five_are_tried_by_hand() -> None:
    outcome = np.array([5.0, 4.0, 1.0, 2.0, 0.0])
    shuffles = shuffled([1, 1, 0, 0, 0])

    test = randomisation_test(mean_differences(outcome), shuffles)

    assert shuffles.is_exact and len(shuffles.labels) == 10
    assert test.value == pytest.approx(3.5) and test.p == pytest.approx(1 / 10)


def test_lots_within_strata_are_shuffled_within_them() -> None:
    shuffles = shuffled([1, 0, 1, 0, 0], [0, 0, 1, 1, 1])

    assert len(shuffles.labels) == 2 * 3 and list(shuffles.labels[0]) == [1, 0, 1, 0, 0]
    assert (shuffles.labels[:, :2].sum(axis=1) == 1).all()


def test_many_clusters_are_drawn_with_what_was_found_first() -> None:
    labels = [3] * 10 + [5] * 10 + [9] * 20
    one, other = shuffled(labels, seed=1), shuffled(labels, seed=1)

    assert not one.is_exact and one.labels.shape == (1_000, 40)
    assert list(one.labels[0]) == labels and (one.labels == other.labels).all()
    assert (np.sort(one.labels, axis=1) == np.sort(labels)).all()
