"""Put routes that a search has met together anew: those worth most of which no two see the same site (set packing).

A search by shaking moves one journey a little at a time. Among the routes of all the journeys it has been at, others
fit together better; finding those is a set packing problem, which HiGHS solves over the routes that can matter.
As in the route pools of vehicle routing (Rochat & Taillard, Journal of Heuristics 1, 1995).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pairup.planning.blocks import Block
from pairup.planning.linear import LinearProgramme
from pairup.planning.plan import Stop
from pairup.planning.solvers import solve_block
from pairup.planning.visits.problem import Numbers
from pairup.planning.visits.ways import Ints

Path = tuple[int, ...]
_MOST_ROUTES = 8_000  # of one packing
_MOST_CHOICES = 1_000  # that HiGHS chooses among
_MOST_KEPT = 60_000


class Pool:
    """Routes met so far. `groups` gives each day a number; days of one number can swap their routes."""

    def __init__(self, groups: Sequence[int], worth: Numbers) -> None:
        self.groups, self.worth = list(groups), worth
        self.routes: dict[tuple[int, frozenset[int]], Path] = {}
        self.price = np.zeros(len(worth))  # of each site, from the last packing

    def add(self, day: int, path: Path) -> None:
        """Keep a route of one day. Of two with the same sites, the later one is kept."""
        if path:
            self.routes[self.groups[day], frozenset(path)] = path

    def best(self, known: float, grain: float, stop: Stop, seed: int) -> list[Path] | None:
        """Give a route for each day (some may be empty), worth `grain` or more above `known`; None: none was found."""
        watch = stop.watch()
        keys = self._promising()
        if not keys:
            return None
        worth = np.array([self.worth[list(key[1])].sum() for key in keys])
        sites = sorted({site for key in keys for site in key[1]})
        row = {site: k for k, site in enumerate(sites)}
        high = np.array([1.0] * len(sites) + [float(self.groups.count(g)) for g in range(max(self.groups) + 1)])
        columns = [[*(row[site] for site in sorted(key[1])), len(sites) + key[0]] for key in keys]
        relaxed = LinearProgramme(seed)
        relaxed.add_rows(np.full(len(high), -np.inf), high)
        starts = np.cumsum([0, *map(len, columns)])
        relaxed.add_columns(worth, starts, np.concatenate(columns), np.ones(starts[-1]))
        solved = relaxed.solve(None if watch.left is None else 0.6 * watch.left)
        if solved is None:
            return None
        self.price = np.zeros(len(self.worth))
        self.price[sites] = solved.price[: len(sites)]
        room = solved.value - known - grain * (1 - 1e-6)
        if room < 0:
            return None
        can = np.flatnonzero(solved.reduced >= -room - 1e-6)
        can = np.sort(can[np.argsort(-solved.reduced[can], kind="stable")[:_MOST_CHOICES]])
        block = _block([columns[k] for k in can], worth[can], high)
        answer = solve_block(block, Stop(watch.left, stop.work), seed, None)
        if answer.taken is None or worth[can][answer.taken].sum() < known + grain * (1 - 1e-6):
            return None
        return self._by_day([keys[k] for k in can[answer.taken]])

    def _promising(self) -> list[tuple[int, frozenset[int]]]:
        """Give the routes worth most at the prices of the last packing; forget the least promising of too many."""
        keys = list(self.routes)
        if len(keys) <= _MOST_ROUTES:
            return keys
        gain = self.worth - self.price
        gains = np.array([gain[list(key[1])].sum() for key in keys])
        order = np.argsort(-gains, kind="stable")
        if len(keys) > _MOST_KEPT:
            self.routes = {keys[k]: self.routes[keys[k]] for k in order[: _MOST_KEPT // 2]}
        return [keys[k] for k in np.sort(order[:_MOST_ROUTES])]

    def _by_day(self, chosen: list[tuple[int, frozenset[int]]]) -> list[Path]:
        left = list(chosen)
        found: list[Path] = []
        for group in self.groups:
            at = next((k for k, key in enumerate(left) if key[0] == group), None)
            found.append(() if at is None else self.routes[left.pop(at)])
        return found


def _block(columns: list[list[int]], worth: Numbers, high: Numbers) -> Block:
    """Write the packing as rows over choices."""
    rows: Ints = np.concatenate(columns).astype(np.int64)
    choices = np.repeat(np.arange(len(columns)), [len(column) for column in columns])
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(high)))]).astype(np.int64)
    count = len(columns)
    return Block(
        np.arange(count), np.arange(len(high)), starts, choices[order], np.ones(len(rows)),
        np.full(len(high), -np.inf), high, worth, np.zeros(count), np.ones(count),
    )  # fmt: skip
