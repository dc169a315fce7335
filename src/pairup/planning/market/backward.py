"""The other side of the shortest augmenting paths: from free seats that have a price. See `paths` for the state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled
from pairup.planning.market.paths import pop, push

Ints = NDArray[Any]
Floats = NDArray[np.float64]


@compiled
def lower_prices(  # noqa: C901  one loop, compiled whole
    post_starts: Ints,
    person_of: Ints,
    option_of: Ints,
    worth: Floats,
    slot_starts: Ints,
    slots: Ints,
    price: Floats,
    profit: Floats,
    seat_of: Ints,
) -> int:
    """From every free seat that has a price, take the cheapest path to who is at home or to a seat to give up.

    It is long because a compiled search keeps its state in local arrays.
    """
    people, posts = len(profit), len(price)
    far = np.inf
    distance = np.full(people, far)
    came_from = np.empty(people, np.int32)  # the post that reached the person
    is_done = np.zeros(people, np.bool_)
    touched = np.empty(people, np.int32)
    scanned = np.empty(people, np.int32)
    ready = np.empty(people, np.int32)
    label = np.full(posts, far)
    labelled = np.empty(posts, np.int32)
    reached_by = np.empty(posts, np.int32)
    keys, nodes = np.empty(len(worth) + 1), np.empty(len(worth) + 1, np.int32)
    searches = 0
    for source in range(posts):
        while price[source] > 0.0 and slots[slot_starts[source + 1] - 1] < 0:
            searches += 1
            size = touched_count = scanned_count = ready_count = labelled_count = 0
            up, up_at = price[source], source
            end = -1
            j, base = source, 0.0
            label[source] = 0.0
            labelled[0] = source
            labelled_count = 1
            at_distance = 0.0
            while True:
                for t in range(post_starts[j], post_starts[j + 1]):
                    i = person_of[t]
                    if is_done[i]:
                        continue
                    reach = profit[i] + price[j] - worth[option_of[t]]
                    reach = base + (reach if reach > 0.0 else 0.0)
                    if reach < distance[i] and reach < up:
                        if distance[i] == far:
                            touched[touched_count] = i
                            touched_count += 1
                        distance[i] = reach
                        came_from[i] = j
                        if reach <= base:
                            if seat_of[i] < 0:
                                end = i
                                break
                            is_done[i] = True
                            ready[ready_count] = i
                            ready_count += 1
                        else:
                            size = push(keys, nodes, size, reach, i)
                if end >= 0:
                    at_distance = base
                    break
                found = -1
                while True:
                    found = -1
                    if ready_count > 0:
                        ready_count -= 1
                        found = ready[ready_count]
                    else:
                        while size > 0:
                            i = nodes[0]
                            key = keys[0]
                            size = pop(keys, nodes, size)
                            if not is_done[i] and key <= distance[i]:
                                found = i
                                break
                        if found < 0 or distance[found] >= up:
                            found = -1
                            break
                        base = distance[found]
                        is_done[found] = True
                        if seat_of[found] < 0:
                            break
                    scanned[scanned_count] = found
                    scanned_count += 1
                    if label[seat_of[found]] == far:
                        break
                if found < 0:
                    at_distance = up
                    break
                if seat_of[found] < 0:
                    end, at_distance = found, base
                    break
                j = seat_of[found]
                label[j] = base
                reached_by[j] = found
                labelled[labelled_count] = j
                labelled_count += 1
                if base + price[j] < up:
                    up, up_at = base + price[j], j
            for t in range(labelled_count):
                step = at_distance - label[labelled[t]]
                if step > 0.0:
                    price[labelled[t]] = max(0.0, price[labelled[t]] - step)
            for t in range(scanned_count):
                step = at_distance - distance[scanned[t]]
                if step > 0.0:
                    profit[scanned[t]] += step
            # who was reached moves to the post that reached them, in the seat of who reached that post
            i = end
            if end < 0:
                price[up_at] = 0.0
                i = reached_by[up_at] if up_at != source else -1
                if i >= 0:
                    s, last = slot_starts[up_at], slot_starts[up_at + 1] - 1
                    while slots[s] != i:
                        s += 1
                    while slots[last] < 0:
                        last -= 1
                    slots[s] = slots[last]
                    slots[last] = -1
                    seat_of[i] = -1
            while i >= 0:
                j = came_from[i]
                mover = reached_by[j] if j != source else -1
                s = slot_starts[j]
                while slots[s] != mover:
                    s += 1
                slots[s] = i
                seat_of[i] = j
                i = mover
                if i < 0:
                    break
            for t in range(touched_count):
                distance[touched[t]] = far
                is_done[touched[t]] = False
            for t in range(labelled_count):
                label[labelled[t]] = far
    return searches
