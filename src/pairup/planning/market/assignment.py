"""The sparse assignment worth most, with the prices that prove it.

People may stay at home and seats may stay empty. After the reduction of columns and rows come shortest augmenting
paths (Jonker and Volgenant 1987); from given prices only what they get wrong is mended, from both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.market import paths

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
    def of(cls, people: int, person, post, seats) -> Assignment:
        starts = np.searchsorted(person, np.arange(people + 1)).astype(np.int32)
        post = np.ascontiguousarray(post, dtype=np.int32)
        room = np.minimum(seats, np.maximum(1, np.bincount(post, minlength=len(seats))))
        slot_starts = np.concatenate([[0], np.cumsum(room)]).astype(np.int32)
        return cls(starts, post, room.astype(np.int32), slot_starts, np.full(slot_starts[-1], -1, np.int32), np.zeros(len(seats)), np.zeros(people), np.full(people, -1, np.int32))

    def solve(self, worth: Floats) -> float:
        s = self
        if s.is_new:
            if s.slot_starts[-1] <= len(s.profit):
                paths.reduce_columns(s.starts, s.post, worth, s.slot_starts, s.slots, s.price, s.seat_of)
            paths.bid(s.starts, s.post, worth, s.slot_starts, s.slots, s.price, s.profit, s.seat_of, 2)
            s.is_new = False
        else:
            paths.profits(s.starts, s.post, worth, s.price, s.profit)
            paths.keep_what_is_tight(s.starts, s.post, worth, s.seats, s.slot_starts, s.slots, s.price, s.profit, s.seat_of)
        self.a = paths.seat_everybody(s.starts, s.post, worth, s.slot_starts, s.slots, s.price, s.profit, s.seat_of)
        self.b=0
        is_empty = s.slots[s.slot_starts[1:] - 1] < 0
        if np.any(is_empty & (s.price > 0)):
            if s.columns is None:
                s.columns = paths.by_post(s.starts, s.post, len(s.price))
            self.b=paths.lower_prices(*s.columns, worth, s.slot_starts, s.slots, s.price, s.profit, s.seat_of)
        return self.bound()

    def bound(self) -> float:
        return float(self.profit.sum() + self.price @ self.seats)
