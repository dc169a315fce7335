"""The sparse assignment worth most, with the prices that prove it.

People may stay at home and seats may stay empty. After the reduction of columns and rows come shortest augmenting
paths (Jonker and Volgenant 1987); from given prices only what they get wrong is mended, from both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.planning.market import backward, paths

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass
class Assignment:
    """Options sorted by person, and the state of their assignment; solved anew it starts from where it stands."""

    starts: Ints  # of each person, and the end
    post: Ints
    seats: Ints
    slot_starts: Ints
    slots: Ints
    price: Floats
    profit: Floats
    seat_of: Ints
    is_new: bool = True
    columns: tuple[Ints, Ints, Ints] | None = None

    @classmethod
    def of(cls, people: int, person: NDArray[Any], post: NDArray[Any], seats: NDArray[Any]) -> Assignment:
        """Begin with nobody seated; `person` and `post` are of each option, people in order."""
        starts = np.searchsorted(person, np.arange(people + 1)).astype(np.int32)
        post = np.ascontiguousarray(post, dtype=np.int32)
        room = np.minimum(seats, np.maximum(1, np.bincount(post, minlength=len(seats))))
        slot_starts = np.concatenate([[0], np.cumsum(room)]).astype(np.int32)
        return cls(
            starts,
            post,
            room.astype(np.int32),
            slot_starts,
            np.full(slot_starts[-1], -1, np.int32),
            np.zeros(len(seats)),
            np.zeros(people),
            np.full(people, -1, np.int32),
        )

    def solve(self, worth: Floats) -> float:
        """Seat people for the most worth; give its value, which the prices prove."""
        worth = np.ascontiguousarray(worth, dtype=np.float64)
        state = (self.slot_starts, self.slots, self.price, self.profit, self.seat_of)
        if self.is_new:
            self._near(worth)
            paths.bid(self.starts, self.post, worth, *state, 2)
            self.is_new = False
        else:
            paths.profits(self.starts, self.post, worth, self.price, self.profit)
            paths.keep_what_is_tight(self.starts, self.post, worth, self.seats, *state)
            paths.bid(self.starts, self.post, worth, *state, 1)
        paths.seat_everybody(self.starts, self.post, worth, *state)
        is_open = self.slots[self.slot_starts[1:] - 1] < 0
        if np.any(is_open & (self.price > 0)):
            if self.columns is None:
                self.columns = paths.by_post(self.starts, self.post, len(self.price))
            starts, person, option = self.columns
            backward.lower_prices(starts, person, option, worth, *state)
        return self.bound()

    def _near(self, worth: Floats) -> None:
        """Bring prices near by three auctions, each six times as fine as the one before (Bertsekas 1988)."""
        if len(self.post) and int(self.seats.max()) == 1:
            step = max(float(worth.max()), 0.0) / 30
            for _ in range(3 if step > 0 else 0):
                paths.auction(self.starts, self.post, worth, self.price, step, 20 * len(self.profit))
                step /= 6
            np.maximum(0.0, self.price - 6 * step, out=self.price)

    def bound(self) -> float:
        """What the prices add up to: no plan is worth more."""
        return float(self.profit.sum() + self.price @ self.seats)

    def taken(self) -> NDArray[np.int64]:
        """The options taken, in the order of people."""
        return np.flatnonzero(paths.taken(self.starts, self.post, self.seat_of))
