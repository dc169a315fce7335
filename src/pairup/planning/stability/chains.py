"""Compiled chains of offers with couples: whoever would leave does, whoever loses a seat looks again (counted).

Roth and Vande Vate (Econometrica 58, 1990) reach a stable plan so where nobody is in a couple; with couples the chain
may turn in circles, as in the matching of doctors (Roth and Peranson, Amer. Econ. Review 89, 1999). So it is counted,
and the plan that the fewest would leave is kept.
"""

from __future__ import annotations

import numpy as np

from pairup.engines.kernels import compiled
from pairup.planning.problems.posting import Flags, Ints


@compiled
def _worst(h: int, inside: Ints, base: Ints, filled: Ints, wanted: Ints, staying: int, person: Ints) -> int:
    """Where in `inside` the least liked of a post stands (not `staying`), -1 if nobody is there."""
    found = -1
    for i in range(base[h], base[h] + filled[h]):
        if person[inside[i]] != staying and (found < 0 or wanted[inside[i]] > wanted[inside[found]]):
            found = i
    return found


@compiled
def _has_room(
    k: int, seats: Ints, inside: Ints, base: Ints, filled: Ints, wanted: Ints, person: Ints, post: Ints, staying: int
) -> bool:
    h = post[k]
    if filled[h] < seats[h]:
        return True
    i = _worst(h, inside, base, filled, wanted, staying, person)
    return bool(i >= 0 and wanted[inside[i]] > wanted[k])


@compiled
def _pair_blocks(
    a: int, b: int, now_a: int, now_b: int, seats: Ints, inside: Ints, base: Ints, filled: Ints, wanted: Ints,
    person: Ints, post: Ints,
) -> bool:  # fmt: skip
    """Whether a couple would leave for this pair of options, holding options `now_a` and `now_b` (-1 at home)."""
    if now_b == b:
        return _has_room(a, seats, inside, base, filled, wanted, person, post, person[b])
    if now_a == a:
        return _has_room(b, seats, inside, base, filled, wanted, person, post, person[a])
    if post[a] != post[b]:
        return _has_room(a, seats, inside, base, filled, wanted, person, post, -1) and _has_room(
            b, seats, inside, base, filled, wanted, person, post, -1
        )
    h, best, last = post[a], min(wanted[a], wanted[b]), max(wanted[a], wanted[b])
    below_best = below_last = 0
    for i in range(base[h], base[h] + filled[h]):
        below_best += wanted[inside[i]] > best
        below_last += wanted[inside[i]] > last
    free = seats[h] - filled[h]
    if free >= 2:
        return True
    return below_best >= 1 if free == 1 else below_last >= 1 and below_best >= 2


@compiled
def _leaves(p: int, held: Ints, inside: Ints, base: Ints, filled: Ints, post: Ints) -> None:
    """Take a person out of their post; writes into the state."""
    k = held[p]
    if k >= 0:
        h = post[k]
        for i in range(base[h], base[h] + filled[h]):
            if inside[i] == k:
                inside[i] = inside[base[h] + filled[h] - 1]
                break
        filled[h] -= 1
        held[p] = -1


@compiled
def count_blockers(
    starts: Ints, order: Ints, couples: Ints, first: Ints, second: Ints, person: Ints, post: Ints, liked: Ints,
    wanted: Ints, seats: Ints, is_waiting: Flags, held: Ints, inside: Ints, base: Ints, filled: Ints,
) -> int:  # fmt: skip
    """How many singles' pairs and couples' pairs would leave; nobody leaves for a post `is_waiting` for its team."""
    found = 0
    for p in range(len(starts) - 1):
        for c in range(starts[p], starts[p + 1]):
            k = order[c]
            if held[p] >= 0 and liked[k] >= liked[held[p]]:
                break
            if not is_waiting[post[k]] and _has_room(k, seats, inside, base, filled, wanted, person, post, -1):
                found += 1
    for c in range(len(couples) - 1):
        for j in range(couples[c], couples[c + 1]):
            a, b = first[j], second[j]
            now_a, now_b = held[person[a]], held[person[b]]
            if now_a == a and now_b == b:
                break
            if not (is_waiting[post[a]] or is_waiting[post[b]]) and _pair_blocks(
                a, b, now_a, now_b, seats, inside, base, filled, wanted, person, post
            ):
                found += 1
    return found


@compiled
def _rooms(held: Ints, post: Ints, seats: Ints) -> tuple[Ints, Ints, Ints]:
    """The options inside each post: all in one row, where each post's begin, and how many are there."""
    base = np.zeros(len(seats) + 1, dtype=np.int64)
    size = np.bincount(post, minlength=len(seats))
    for h in range(len(seats)):
        base[h + 1] = base[h] + min(seats[h], size[h]) + 2
    inside, filled = np.empty(base[-1], dtype=np.int64), np.zeros(len(seats), dtype=np.int64)
    for k in held:
        if k >= 0:
            inside[base[post[k]] + filled[post[k]]] = k
            filled[post[k]] += 1
    return inside, base, filled


@compiled
def leaving(
    starts: Ints, order: Ints, couples: Ints, first: Ints, second: Ints, person: Ints, post: Ints, liked: Ints,
    wanted: Ints, seats: Ints, is_waiting: Flags, held: Ints,
) -> int:  # fmt: skip
    """How many singles' pairs and couples' pairs would leave what people hold (an option each, or -1)."""
    inside, base, filled = _rooms(held, post, seats)
    return count_blockers(
        starts, order, couples, first, second, person, post, liked, wanted, seats, is_waiting, held, inside, base,
        filled,
    )  # fmt: skip


@compiled
def settle(  # noqa: C901
    starts: Ints, order: Ints, couples: Ints, first: Ints, second: Ints, person: Ints, post: Ints, liked: Ints,
    wanted: Ints, seats: Ints, is_waiting: Flags, begun: Ints, agents: Ints, limit: int,
) -> tuple[Ints, int, int]:  # fmt: skip
    """Let whoever would leave do so, until nobody would or `limit` moves are made.

    `starts` and `order` are the lists of people outside couples, who stand in them strictly; couple c accepts the
    pairs of options `first[j]`, `second[j]` for j from `couples[c]`, best first. `begun` is what each person holds at
    first; `agents` are people, then couples (numbered on), in the order in which they look. Gives the best plan met
    (the option of each person), how many would leave it, and the moves made. Long, since a compiled state has no
    methods.
    """
    people = len(starts) - 1
    held = begun.copy()
    inside, base, filled = _rooms(held, post, seats)
    mate = np.full(people, -1, dtype=np.int64)  # the couple of a person
    for c in range(len(couples) - 1):
        for j in range(couples[c], couples[c + 1]):
            mate[person[first[j]]] = mate[person[second[j]]] = c
    best, fewest, done, turn = held.copy(), -1, 0, 0
    queue = np.empty(len(agents) + 4 * people + 8, dtype=np.int64)
    while True:
        moved = False
        for at in range(len(agents)):
            top = 1
            queue[0] = agents[(at + turn) % len(agents)]
            while top > 0 and done < limit:
                top -= 1
                agent = queue[top]
                new_a = new_b = -1
                if agent < people:
                    for c in range(starts[agent], starts[agent + 1]):
                        k = order[c]
                        if held[agent] >= 0 and liked[k] >= liked[held[agent]]:
                            break
                        if seats[post[k]] > 0 and _has_room(k, seats, inside, base, filled, wanted, person, post, -1):
                            new_a = k
                            break
                else:
                    c = agent - people
                    for j in range(couples[c], couples[c + 1]):
                        a, b = first[j], second[j]
                        now_a, now_b = held[person[a]], held[person[b]]
                        if now_a == a and now_b == b:
                            break
                        if (
                            seats[post[a]] > 0
                            and seats[post[b]] > 0
                            and _pair_blocks(a, b, now_a, now_b, seats, inside, base, filled, wanted, person, post)
                        ):
                            new_a, new_b = a, b
                            break
                if new_a < 0:
                    continue
                done += 1
                moved = True
                _leaves(person[new_a], held, inside, base, filled, post)
                if new_b >= 0:
                    _leaves(person[new_b], held, inside, base, filled, post)
                for k in (new_a, new_b):
                    if k < 0:
                        continue
                    h = post[k]
                    staying = person[new_a] if k == new_b else -1
                    while filled[h] >= seats[h]:
                        i = _worst(h, inside, base, filled, wanted, staying, person)
                        if i < 0:
                            break
                        loser = person[inside[i]]
                        other = mate[loser]
                        _leaves(loser, held, inside, base, filled, post)
                        if other >= 0:
                            for q in (person[first[couples[other]]], person[second[couples[other]]]):
                                _leaves(q, held, inside, base, filled, post)
                            loser = people + other
                        queue[top] = loser
                        top += 1
                        if top >= len(queue) - 4:
                            top -= 1
                    inside[base[h] + filled[h]] = k
                    filled[h] += 1
                    held[person[k]] = k
        found = count_blockers(
            starts, order, couples, first, second, person, post, liked, wanted, seats, is_waiting, held, inside, base,
            filled,
        )  # fmt: skip
        if fewest < 0 or found < fewest:
            best, fewest = held.copy(), found
        if not moved or done >= limit or fewest == 0:
            return best, fewest, done
        turn += 1 + len(agents) // 3
