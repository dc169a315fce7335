"""Solvers of the plain assignment problem: n people, n posts, some pairs, the sum of worths as large as can be.

Each takes columns (index of the person, index of the post, worth as whole numbers) and gives the worth it reached.
"""

from __future__ import annotations

import lap
import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import linear_sum_assignment
from scipy.optimize import linear_sum_assignment as dense_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from pairup.bench.measure import second_call

Ints = NDArray[np.int64]


def warm_lapmod(size: int, person: Ints, post: Ints, worth: Ints) -> tuple[float, float]:
    """The second call of `lapmod`, and its CPU seconds."""
    return second_call(lapmod, size, person, post, worth)


def warm_ortools(size: int, person: Ints, post: Ints, worth: Ints) -> tuple[float, float]:
    """The second call of `ortools`, and its CPU seconds."""
    return second_call(ortools, size, person, post, worth)


def warm_scipy_sparse(size: int, person: Ints, post: Ints, worth: Ints) -> tuple[float, float]:
    """The second call of `scipy_sparse`, and its CPU seconds."""
    return second_call(scipy_sparse, size, person, post, worth)


def lapmod(size: int, person: Ints, post: Ints, worth: Ints) -> float:
    """`lap.lapmod`, sparse; people in order."""
    starts = np.searchsorted(person, np.arange(size + 1)).astype(np.int32)
    top = int(worth.max()) + 1
    cost, _, _ = lap.lapmod(size, (top - worth).astype(np.float64), starts, post.astype(np.int32))
    return float(top * size - cost)


def ortools(size: int, person: Ints, post: Ints, worth: Ints) -> float:
    """OR-Tools `SimpleLinearSumAssignment`."""
    solver = linear_sum_assignment.SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(person, post, -worth)
    if solver.solve() != solver.OPTIMAL:
        raise ValueError("no perfect assignment")
    return float(-solver.optimal_cost())


def scipy_sparse(size: int, person: Ints, post: Ints, worth: Ints) -> float:
    """scipy `min_weight_full_bipartite_matching` (LAPJVsp)."""
    graph = csr_array((worth.astype(np.float64), (person, post)), shape=(size, size))
    rows, columns = min_weight_full_bipartite_matching(graph, maximize=True)
    return float(graph[rows, columns].sum())


def scipy_dense(size: int, person: Ints, post: Ints, worth: Ints) -> float:
    """scipy `linear_sum_assignment`, dense."""
    table = np.full((size, size), -1e6)
    table[person, post] = worth
    rows, columns = dense_assignment(table, maximize=True)
    return float(table[rows, columns].sum())
