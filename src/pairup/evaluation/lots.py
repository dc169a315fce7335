"""What was drawn by lot: units or clusters, within strata, each with a first period of help; what could have come.

A declared draw fixes the number of lots with each first period in each stratum. Every way to deal these out again is as
likely as the one that came, which is all that randomisation inference uses (Fisher 1935; Imbens and Rubin 2015, ch. 5).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import AssignedBy, Design
from pairup.evaluation.panel import Panel
from pairup.values.words import Words

Ints = NDArray[np.int64]
_BLOCK = 64
_BY_LOT = (AssignedBy.RANDOMISED, AssignedBy.LOTTERY, AssignedBy.STEPPED_WEDGE)


@dataclass(frozen=True, eq=False)
class Lots:
    """codes : of the L lots, sorted. at : of each unit, its lot. starts : (L,), place of the first helped period.

    stratum : (L,), places in `strata`; all of one where the design names none.
    """

    codes: tuple[str, ...]
    at: Ints
    starts: Ints
    stratum: Ints
    strata: tuple[str, ...]

    def treated(self, last: int) -> Ints:
        """Count the lots ever helped before a place among the periods, by stratum."""
        counts: Ints = np.bincount(self.stratum, weights=self.starts < last, minlength=len(self.strata)).astype(int)
        return counts

    @property
    def sizes(self) -> Ints:
        sizes: Ints = np.bincount(self.stratum, minlength=len(self.strata))
        return sizes

    def count(self) -> int:
        """Count the ways in which the lots could have come."""
        ways = 1
        for s in range(len(self.strata)):
            of_each = np.unique(self.starts[self.stratum == s], return_counts=True)[1].tolist()
            ways *= math.factorial(sum(of_each)) // math.prod(math.factorial(one) for one in of_each)
        return ways

    def every(self) -> Ints:
        """Give every way, (ways, L): the first periods of the lots. Call `count` before."""
        places = [np.flatnonzero(self.stratum == s) for s in range(len(self.strata))]
        each = [list(_orders(tuple(sorted(self.starts[where].tolist())))) for where in places]
        ways = np.empty((self.count(), len(self.codes)), dtype=np.int64)
        for row, dealt in enumerate(itertools.product(*each)):
            for where, starts in zip(places, dealt, strict=True):
                ways[row, where] = starts
        return ways

    def draws(self, many: int, seed: int) -> Ints:
        """Draw ways at random, (many, L). Each block of draws has a stream of its own, whoever computes it."""
        in_order = self.starts[np.lexsort((np.arange(len(self.codes)), self.stratum))]
        ways = np.empty((many, len(self.codes)), dtype=np.int64)
        for block, first in enumerate(range(0, many, _BLOCK)):
            rows = min(_BLOCK, many - first)
            key = np.random.default_rng([seed, block]).random((rows, len(self.codes)))
            places = np.argsort(self.stratum + key, axis=1, kind="stable")
            np.put_along_axis(ways[first : first + rows], places, np.broadcast_to(in_order, places.shape), axis=1)
        return ways


def _orders(starts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Give each different order of numbers, some of them equal, once."""
    if not starts:
        yield ()
    for first in sorted(set(starts)):
        rest = list(starts)
        rest.remove(first)
        for others in _orders(tuple(rest)):
            yield (first, *others)


def declared_lots(panel: Panel, design: Design) -> Lots | Words:
    """Read what was drawn from panel and design, or say what keeps it from being a draw.

    Not a draw: an assignment that is not declared; units of a cluster that start apart; whole clusters that start
    together in every case although the lots are said to be units (their errors would be taken for independent); a lot
    that lies in two strata.
    """
    if design.plan.assignment not in _BY_LOT:
        return Words("experiments.missing-assignment", {"assignment": design.plan.assignment.value})
    clustered, last = design.clusters == "cluster", len(panel.periods)
    shared = _starts_of(panel.cluster_at, panel.starts, len(panel.clusters))
    if clustered and isinstance(shared, int):
        return Words("experiments.missing-one-start", {"cluster": panel.clusters[shared]})
    many_in_one = len(panel.clusters) < len(panel.units)
    if not clustered and many_in_one and not isinstance(shared, int) and len(set(np.minimum(shared, last))) > 1:
        return Words("experiments.missing-clusters", {"clusters": len(panel.clusters), "units": len(panel.units)})
    codes = panel.clusters if clustered else panel.units
    at = panel.cluster_at if clustered else np.arange(len(panel.units))
    words = panel.labels[design.strata] if design.strata else ("",) * len(panel.units)
    strata, of_unit = np.unique(np.array(words, dtype=object).astype(str), return_inverse=True)
    stratum = _starts_of(at, of_unit.astype(np.int64), len(codes))
    if isinstance(stratum, int):
        return Words("experiments.missing-one-stratum", {"lot": codes[stratum], "strata": design.strata})
    starts = _starts_of(at, np.minimum(panel.starts, last), len(codes))
    assert not isinstance(starts, int)
    return Lots(codes, at, starts, stratum, tuple(strata.tolist()))


def _starts_of(group: Ints, values: Ints, count: int) -> Ints | int:
    """Give the one value of each group, or the place of the first group that has two."""
    least = np.full(count, np.iinfo(np.int64).max)
    most = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(least, group, values)
    np.maximum.at(most, group, values)
    apart = np.flatnonzero(least != most)
    return int(apart[0]) if len(apart) else least
