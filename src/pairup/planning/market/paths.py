"""Compiled loops of the sparse assignment: reduction, and shortest augmenting paths from either side.

After Jonker and Volgenant (Computing 38, 1987): https://doi.org/10.1007/BF02278710. People may stay at home at worth
0 and seats may stay empty, so both sides have prices of at least 0, and a search may end at somebody who goes home or
at a seat that is given up. The state is three arrays that these loops write into: `price` of each post, `profit` of
each person, `seat_of` each person (-1: at home), and `slots`, who sits on each seat of a post (-1: nobody).
Throughout, `profit + price >= worth` for every option, with equality for who is seated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled

Ints = NDArray[Any]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@compiled
def by_post(starts: Ints, post: Ints, posts: int) -> tuple[Ints, Ints, Ints]:
    """Give the options of each post: starts, then person and option in the order of people."""
    post_starts = np.zeros(posts + 1, np.int32)
    for k in range(len(post)):
        post_starts[post[k] + 1] += 1
    for j in range(posts):
        post_starts[j + 1] += post_starts[j]
    fill = post_starts[:posts].copy()
    person, option = np.empty(len(post), np.int32), np.empty(len(post), np.int32)
    for i in range(len(starts) - 1):
        for k in range(starts[i], starts[i + 1]):
            at = fill[post[k]]
            fill[post[k]] += 1
            person[at], option[at] = i, k
    return post_starts, person, option


@compiled
def profits(starts: Ints, post: Ints, worth: Floats, price: Floats, profit: Floats) -> None:
    """Write what the best option leaves to each person at these prices, at least 0."""
    for i in range(len(starts) - 1):
        best = 0.0
        for k in range(starts[i], starts[i + 1]):
            left = worth[k] - price[post[k]]
            best = max(best, left)
        profit[i] = best


@compiled
def taken(starts: Ints, post: Ints, seat_of: Ints) -> Flags:
    """For each option: whether its person sits there."""
    found = np.zeros(len(post), np.bool_)
    for i in range(len(seat_of)):
        for k in range(starts[i], starts[i + 1]):
            if post[k] == seat_of[i]:
                found[k] = True
                break
    return found


@compiled
def auction(starts: Ints, post: Ints, worth: Floats, price: Floats, step: float, most: int) -> None:
    """Raise prices by bids of at least `step`, from nobody seated until nobody bids or after so many bids."""
    people = len(starts) - 1
    holder = np.full(len(price), -1, np.int32)
    waiting, later = np.arange(people).astype(np.int32), np.empty(people, np.int32)
    count, bids = people, 0
    while count > 0 and bids < most:
        kept = 0
        for at in range(count):
            i = waiting[at]
            first, second, j = 0.0, 0.0, -1
            for k in range(starts[i], starts[i + 1]):
                left = worth[k] - price[post[k]]
                if left > first:
                    first, second, j = left, first, post[k]
                elif left > second:
                    second = left
            if j < 0:
                continue
            bids += 1
            if holder[j] >= 0:
                later[kept] = holder[j]
                kept += 1
            holder[j] = i
            price[j] += first - second + step
        waiting, later = later, waiting
        count = kept


@compiled
def bid(  # noqa: C901  one loop, compiled whole
    starts: Ints,
    post: Ints,
    worth: Floats,
    slot_starts: Ints,
    slots: Ints,
    price: Floats,
    profit: Floats,
    seat_of: Ints,
    rounds: int,
) -> None:
    """Let people without a seat bid for their best post, up to what makes the second best as good (row reduction).

    Only who gains nothing more from another post outbids; ties wait for the next turn or the search by paths.
    It is long because compiled loops keep their state in local arrays.
    """
    people = len(starts) - 1
    waiting = np.empty(people, np.int32)
    count = 0
    for i in range(people):
        if seat_of[i] < 0:
            waiting[count] = i
            count += 1
    for _ in range(rounds):
        at, kept, budget = 0, 0, 8 * people + 64
        total = count
        while at < total:
            i = waiting[at]
            at += 1
            budget -= 1
            first, second, j1, j2 = 0.0, 0.0, -1, -1
            for k in range(starts[i], starts[i + 1]):
                left = worth[k] - price[post[k]]
                if left > second:
                    if left > first:
                        second, j2 = first, j1
                        first, j1 = left, post[k]
                    else:
                        second, j2 = left, post[k]
            profit[i] = first
            if j1 < 0:
                continue
            j, s = j1, slot_starts[j1]
            if slot_starts[j + 1] - s != 1:
                free = -1
                for t in range(s, slot_starts[j + 1]):
                    if slots[t] < 0:
                        free = t
                        break
                if free >= 0:
                    slots[free] = i
                    seat_of[i] = j
                else:
                    waiting[kept] = i
                    kept += 1
                continue
            other = slots[s]
            if first > second:
                price[j] += first - second
                profit[i] = second
            elif other >= 0 and j2 >= 0 and slot_starts[j2 + 1] - slot_starts[j2] == 1 and slots[slot_starts[j2]] < 0:
                j, s = j2, slot_starts[j2]
                other = -1
            if other >= 0:
                if first == second:  # nothing is gained by outbidding
                    waiting[kept] = i
                    kept += 1
                    continue
                seat_of[other] = -1
                if budget > 0:
                    at -= 1
                    waiting[at] = other
                else:
                    waiting[kept] = other
                    kept += 1
            slots[s] = i
            seat_of[i] = j
        count = kept


@compiled
def push(keys: Floats, nodes: Ints, size: int, key: float, node: int) -> int:
    """Put a node into a binary heap; give its new size."""
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if keys[up] <= key:
            break
        keys[at], nodes[at] = keys[up], nodes[up]
        at = up
    keys[at], nodes[at] = key, node
    return size + 1


@compiled
def pop(keys: Floats, nodes: Ints, size: int) -> int:
    """Take the first node out of a binary heap; give its new size."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[at], nodes[at] = keys[down], nodes[down]
        at = down
    keys[at], nodes[at] = key, node
    return size


@compiled
def move_up(
    source: int, post: int, slot: int, slot_starts: Ints, slots: Ints, seat_of: Ints, came_from: Ints
) -> None:  # fmt: skip
    """Fill a slot of a post by who reached it, their slot by who reached theirs, and so on back to the source.

    Writes into `slots` and `seat_of`.
    """
    j, s = post, slot
    i = came_from[j]
    while True:
        before = seat_of[i]
        slots[s] = i
        seat_of[i] = j
        if i == source:
            return
        j = before
        s = slot_starts[j]
        while slots[s] != i:
            s += 1
        i = came_from[j]


@compiled
def seat_everybody(  # noqa: C901  one loop, compiled whole
    starts: Ints,
    post: Ints,
    worth: Floats,
    slot_starts: Ints,
    slots: Ints,
    price: Floats,
    profit: Floats,
    seat_of: Ints,
) -> int:
    """From everybody without a seat who has a profit, take the cheapest path to a free seat or to somebody's home.

    It is long because a compiled search keeps its state in local arrays.
    """
    people, posts = len(starts) - 1, len(price)
    far = np.inf
    distance = np.full(posts, far)
    came_from = np.empty(posts, np.int32)  # the person who reached the post
    is_done = np.zeros(posts, np.bool_)
    touched = np.empty(posts, np.int32)
    scanned = np.empty(posts, np.int32)
    ready = np.empty(posts, np.int32)
    keys, nodes = np.empty(len(post) + 1), np.empty(len(post) + 1, np.int32)
    label = np.empty(people)
    searches = 0
    for source in range(people):
        if seat_of[source] >= 0 or profit[source] <= 0.0:
            continue
        searches += 1
        size = touched_count = scanned_count = ready_count = 0
        home, home_at = profit[source], source
        at_distance, end = 0.0, -1
        i, base = source, 0.0
        label[source] = 0.0
        post_at = -1
        slot_at = slot_end = 0
        while True:
            # scan the options of person i, reached at distance `base`
            own, held = profit[i], seat_of[i]
            for k in range(starts[i], starts[i + 1]):
                j = post[k]
                if is_done[j] or j == held:
                    continue
                reach = own + price[j] - worth[k]
                reach = base + (reach if reach > 0.0 else 0.0)
                if reach < distance[j] and reach < home:
                    if distance[j] == far:
                        touched[touched_count] = j
                        touched_count += 1
                    distance[j] = reach
                    came_from[j] = i
                    if reach <= base:
                        last = slots[slot_starts[j + 1] - 1]
                        if last < 0:
                            end = j
                            break
                        is_done[j] = True
                        ready[ready_count] = j
                        ready_count += 1
                    else:
                        size = push(keys, nodes, size, reach, j)
            if end >= 0:
                at_distance = base
                break
            # the next person: another seat of the post at hand, a post as near as this one, or the nearest in the heap
            if slot_at < slot_end:
                i = slots[slot_at]
                slot_at += 1
            else:
                if ready_count > 0:
                    ready_count -= 1
                    post_at = ready[ready_count]
                else:
                    post_at = -1
                    while size > 0:
                        j = nodes[0]
                        key = keys[0]
                        size = pop(keys, nodes, size)
                        if not is_done[j] and key <= distance[j]:
                            post_at = j
                            break
                    if post_at < 0 or distance[post_at] >= home:
                        at_distance = home
                        break
                    base = distance[post_at]
                    is_done[post_at] = True
                    if slots[slot_starts[post_at + 1] - 1] < 0:
                        end, at_distance = post_at, base
                        break
                scanned[scanned_count] = post_at
                scanned_count += 1
                slot_at, slot_end = slot_starts[post_at] + 1, slot_starts[post_at + 1]
                i = slots[slot_starts[post_at]]
            label[i] = base
            if base + profit[i] < home:
                home, home_at = base + profit[i], i
        # prices: everything nearer than the end moves by what it is nearer
        profit[source] = max(0.0, profit[source] - at_distance)
        for t in range(scanned_count):
            j = scanned[t]
            step = at_distance - distance[j]
            if step > 0.0:
                price[j] += step
                for s in range(slot_starts[j], slot_starts[j + 1]):
                    profit[slots[s]] = max(0.0, profit[slots[s]] - step)
        # seats: along the path, from its end
        if end < 0:
            i = home_at
            profit[i] = 0.0
            if i != source:
                j = seat_of[i]
                s = slot_starts[j]
                while slots[s] != i:
                    s += 1
                seat_of[i] = -1
                move_up(source, j, s, slot_starts, slots, seat_of, came_from)
        else:
            j = end
            s = slot_starts[j]
            while slots[s] >= 0:
                s += 1
            move_up(source, j, s, slot_starts, slots, seat_of, came_from)
        for t in range(touched_count):
            distance[touched[t]] = far
            is_done[touched[t]] = False
    return searches


@compiled
def keep_what_is_tight(
    starts: Ints,
    post: Ints,
    worth: Floats,
    seats: Ints,
    slot_starts: Ints,
    slots: Ints,
    price: Floats,
    profit: Floats,
    seat_of: Ints,
) -> None:
    """Seat again who sat, where that is still as good as anything else; the others lose their seat."""
    for s in range(len(slots)):
        slots[s] = -1
    filled = np.zeros(len(price), np.int32)
    for i in range(len(starts) - 1):
        j = seat_of[i]
        seat_of[i] = -1
        if profit[i] <= 0.0:
            continue
        first = -1
        for k in range(starts[i], starts[i + 1]):
            if profit[i] + price[post[k]] - worth[k] <= 1e-12:
                if post[k] == j and filled[j] < seats[j]:
                    first = j
                    break
                if first < 0 and filled[post[k]] < seats[post[k]]:
                    first = post[k]
        if first >= 0:
            slots[slot_starts[first] + filled[first]] = i
            filled[first] += 1
            seat_of[i] = first
