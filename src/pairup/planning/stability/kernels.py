"""Compiled loops of a stable round: offers and answers, rotations, their order, and the best of them.

Throughout, `order[starts[p]:starts[p + 1]]` are the options of person p, best first; an option has a `person`, a
`post` and a `standing` (smaller is liked better by the post); `at[p]` is where in `order` person p stands, -1 at home.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pairup.engines.kernels import compiled
from pairup.planning.problems.posting import Flags, Ints


@compiled
def _is_worse(one: int, other: int, wanted: Ints, standing: Ints, person: Ints, promoted: Flags) -> bool:
    """Whether a post likes option `one` less: by tie group, then who was refused by all goes first, then standing."""
    if wanted[one] != wanted[other]:
        return bool(wanted[one] > wanted[other])
    if promoted[person[one]] != promoted[person[other]]:
        return bool(promoted[person[other]])
    return bool(standing[one] > standing[other])


@compiled
def offers(  # noqa: C901
    starts: Ints, order: Ints, person: Ints, post: Ints, wanted: Ints, standing: Ints, seats: Ints, is_promoting: bool
) -> Ints:
    """Let people offer and posts keep the best so far; give where each person stands.

    With `is_promoting`, a person refused by their whole list goes through it once more, and is then preferred among
    equals (Kiraly, Algorithmica 60, 2011). Each post keeps a heap with its least liked on top; it makes this long.
    """
    count = len(starts) - 1
    size = np.bincount(post[order], minlength=len(seats))
    base = np.zeros(len(seats) + 1, dtype=np.int64)
    for h in range(len(seats)):
        base[h + 1] = base[h] + min(seats[h], size[h])
    heap = np.empty(base[-1], dtype=np.int64)  # options
    filled = np.zeros(len(seats), dtype=np.int64)
    at = np.full(count, -1, dtype=np.int64)
    following = starts[:-1].copy()
    promoted = np.zeros(count, dtype=np.bool_)
    for root in range(count):
        p = root
        while p >= 0:
            if following[p] == starts[p + 1]:
                if not is_promoting or promoted[p] or starts[p] == starts[p + 1]:
                    break
                promoted[p] = True
                following[p] = starts[p]
            k = order[following[p]]
            h, low = post[k], base[post[k]]
            if filled[h] < base[h + 1] - low:
                spot = filled[h]
                filled[h] += 1
                while spot > 0 and _is_worse(k, heap[low + (spot - 1) // 2], wanted, standing, person, promoted):
                    heap[low + spot] = heap[low + (spot - 1) // 2]
                    spot = (spot - 1) // 2
                heap[low + spot] = k
                at[p] = following[p]
                following[p] += 1
                break
            if filled[h] == 0 or not _is_worse(heap[low], k, wanted, standing, person, promoted):
                following[p] += 1
                continue
            at[p] = following[p]
            following[p] += 1
            p = person[heap[low]]
            at[p] = -1
            spot = 0
            while True:
                child = 2 * spot + 1
                if child >= filled[h]:
                    break
                if child + 1 < filled[h] and _is_worse(
                    heap[low + child + 1], heap[low + child], wanted, standing, person, promoted
                ):
                    child += 1
                if not _is_worse(heap[low + child], k, wanted, standing, person, promoted):
                    break
                heap[low + spot] = heap[low + child]
                spot = child
            heap[low + spot] = k
    return at


@compiled
def rotations(  # noqa: C901
    starts: Ints, order: Ints, person: Ints, post: Ints, standing: Ints, seats: Ints, at: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """From what is best for people, find every rotation down to what is best for posts (Gusfield and Irving 1989).

    A rotation is a ring of people each of whom moves to the best post that likes them more than its worst person,
    who is the next of the ring. Gives for each move its rotation, person, where from, where to and the standing of
    the post's worst after it; and the standing of each post's worst before all (-1: it has free seats, and keeps who
    it has in every stable plan). This function is long because the search is one loop over one stack.
    """
    count, limit = len(starts) - 1, len(order)
    base = np.zeros(len(seats) + 1, dtype=np.int64)
    filled = np.zeros(len(seats), dtype=np.int64)
    for p in range(count):
        if at[p] >= 0:
            filled[post[order[at[p]]]] += 1
    for h in range(len(seats)):
        base[h + 1] = base[h] + filled[h]
    inside = np.empty(base[-1], dtype=np.int64)
    spot = base[:-1].copy()
    for p in range(count):
        if at[p] >= 0:
            h = post[order[at[p]]]
            inside[spot[h]] = order[at[p]]
            spot[h] += 1
    worst = np.full(len(seats), -1, dtype=np.int64)  # where in `inside`
    before = np.full(len(seats), -1, dtype=np.int64)
    for h in range(len(seats)):
        if filled[h] == seats[h]:
            for i in range(base[h], base[h + 1]):
                if worst[h] < 0 or standing[inside[i]] > standing[inside[worst[h]]]:
                    worst[h] = i
            before[h] = standing[inside[worst[h]]]
    moves = np.empty((5, limit), dtype=np.int64)
    done = rotation = 0
    now, following = at.copy(), at + 1
    is_settled = at < 0
    place = np.full(count, -1, dtype=np.int64)  # on the stack
    stack = np.empty(count, dtype=np.int64)
    for root in range(count):
        while not is_settled[root]:
            depth = 1
            stack[0] = root
            place[root] = 0
            while depth > 0:
                p, other = stack[depth - 1], -1
                while following[p] < starts[p + 1]:
                    k = order[following[p]]
                    h = post[k]
                    if worst[h] < 0:
                        break  # a free seat: who prefers it would leave, so nobody moves past it
                    if standing[k] < standing[inside[worst[h]]]:
                        other = person[inside[worst[h]]]
                        break
                    following[p] += 1
                if other < 0 or is_settled[other]:
                    while depth > 0:  # whoever waits for a person who never moves never moves
                        depth -= 1
                        is_settled[stack[depth]] = True
                        place[stack[depth]] = -1
                elif place[other] < 0:
                    stack[depth] = other
                    place[other] = depth
                    depth += 1
                else:
                    top, depth = depth, place[other]
                    for i in range(depth, top):
                        q = stack[i]
                        place[q] = -1
                        k = order[following[q]]
                        h = post[k]
                        inside[worst[h]] = k
                        for j in range(base[h], base[h + 1]):
                            if standing[inside[j]] > standing[inside[worst[h]]]:
                                worst[h] = j
                        moves[0, done], moves[1, done] = rotation, q
                        moves[2, done], moves[3, done] = now[q], following[q]
                        moves[4, done] = standing[inside[worst[h]]]
                        done += 1
                        now[q] = following[q]
                        following[q] += 1
                    rotation += 1
    return moves[0, :done], moves[1, :done], moves[2, :done], moves[3, :done], moves[4, :done], before


@compiled
def precedence(  # noqa: C901
    order: Ints, post: Ints, standing: Ints, moves: tuple[Ints, Ints, Ints, Ints, Ints, Ints], people: int
) -> tuple[Ints, Ints]:
    """Which rotation must be made before which: arrays (before, after).

    A person's moves follow one another, and so do the changes of a post's worst. A person moves past a post only
    after the rotation by which the post has come to like its worst better than them. Long, as all is one pass.
    """
    rotation, who, came, went, worst_after, worst_before = moves
    count = len(rotation)
    starts = np.zeros(len(worst_before) + 1, dtype=np.int64)
    for j in range(count):
        starts[post[order[went[j]]] + 1] += 1
    for h in range(len(worst_before)):
        starts[h + 1] += starts[h]
    history, spot = np.empty(count, dtype=np.int64), starts[:-1].copy()
    for j in range(count):
        h = post[order[went[j]]]
        history[spot[h]] = j
        spot[h] += 1
    size = 2 * count
    for j in range(count):
        size += went[j] - came[j] - 1
    before, after = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    done = 0
    last = np.full(people, -1, dtype=np.int64)
    for j in range(count):
        r = rotation[j]
        if last[who[j]] >= 0:
            before[done], after[done] = last[who[j]], r
            done += 1
        last[who[j]] = r
        for c in range(came[j] + 1, went[j]):
            k = order[c]
            h = post[k]
            if standing[k] > worst_before[h]:
                continue
            low, high = starts[h], starts[h + 1]
            while low < high:  # the first change after which the worst is liked better than this person
                middle = (low + high) // 2
                if worst_after[history[middle]] < standing[k]:
                    high = middle
                else:
                    low = middle + 1
            before[done], after[done] = rotation[history[low]], r
            done += 1
    for h in range(len(worst_before)):
        for i in range(starts[h] + 1, starts[h + 1]):
            before[done], after[done] = rotation[history[i - 1]], rotation[history[i]]
            done += 1
    return before[:done], after[:done]


@compiled
def best_closure(weight: Any, before: Ints, after: Ints) -> Flags:  # noqa: C901
    """Choose things, each with all that must come before it, so that their weights sum to the most (Picard 1976).

    A minimum cut, by the blocking flows of Dinic. Exact where the weights are whole numbers. This function is long
    because numba has no closures over the flow.
    """
    count, edges = len(weight), len(before)
    source, sink = count, count + 1
    tail = np.empty(2 * (edges + count), dtype=np.int64)
    head = np.empty(2 * (edges + count), dtype=np.int64)
    room = np.zeros(2 * (edges + count))
    total = 1.0
    for i in range(count):
        total += abs(weight[i])
    for e in range(edges):
        tail[2 * e], head[2 * e], room[2 * e] = after[e], before[e], total
    for i in range(count):
        e = edges + i
        if weight[i] > 0:
            tail[2 * e], head[2 * e], room[2 * e] = source, i, weight[i]
        else:
            tail[2 * e], head[2 * e], room[2 * e] = i, sink, -weight[i]
    for e in range(edges + count):
        tail[2 * e + 1], head[2 * e + 1] = head[2 * e], tail[2 * e]
    starts = np.zeros(count + 3, dtype=np.int64)
    for e in range(len(tail)):
        starts[tail[e] + 1] += 1
    for i in range(count + 2):
        starts[i + 1] += starts[i]
    out, spot = np.empty(len(tail), dtype=np.int64), starts[:-1].copy()
    for e in range(len(tail)):
        out[spot[tail[e]]] = e
        spot[tail[e]] += 1
    level, queue = np.empty(count + 2, dtype=np.int64), np.empty(count + 2, dtype=np.int64)
    path = np.empty(count + 2, dtype=np.int64)
    while True:
        level[:] = -1
        level[source], queue[0] = 0, source
        low, high = 0, 1
        while low < high:
            i = queue[low]
            low += 1
            for j in range(starts[i], starts[i + 1]):
                e = out[j]
                if room[e] > 0 and level[head[e]] < 0:
                    level[head[e]] = level[i] + 1
                    queue[high] = head[e]
                    high += 1
        if level[sink] < 0:
            return level[:count] >= 0
        spot[:] = starts[:-1]
        depth, i = 0, source
        while True:
            if i == sink:
                least = room[path[0]]
                for d in range(1, depth):
                    least = min(least, room[path[d]])
                back = depth
                for d in range(depth - 1, -1, -1):
                    room[path[d]] -= least
                    room[path[d] ^ 1] += least
                    if room[path[d]] <= 0:
                        back = d
                depth = back
                i = tail[path[depth]]
            while spot[i] < starts[i + 1]:
                e = out[spot[i]]
                if room[e] > 0 and level[head[e]] == level[i] + 1:
                    break
                spot[i] += 1
            if spot[i] < starts[i + 1]:
                path[depth] = out[spot[i]]
                depth += 1
                i = head[out[spot[i]]]
            elif depth == 0:
                break
            else:
                depth -= 1
                i = tail[path[depth]]
                spot[i] += 1


@compiled
def worth_most(
    starts: Ints, order: Ints, person: Ints, post: Ints, wanted: Ints, standing: Ints, seats: Ints, worth: Any
) -> Ints:
    """Where each person stands in the stable plan worth most of strict lists; one kernel, so that one is loaded."""
    at = offers(starts, order, person, post, wanted, standing, seats, False)
    moves = rotations(starts, order, person, post, standing, seats, at)
    rotation, who, came, went = moves[0], moves[1], moves[2], moves[3]
    if len(rotation) == 0:
        return at
    weight = np.zeros(rotation[-1] + 1)
    for j in range(len(rotation)):
        weight[rotation[j]] += worth[order[went[j]]] - worth[order[came[j]]]
    before, after = precedence(order, post, standing, moves, len(at))
    made = best_closure(weight, before, after)
    for j in range(len(rotation)):
        if made[rotation[j]]:
            at[who[j]] = max(at[who[j]], went[j])
    return at
