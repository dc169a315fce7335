"""Kernels that better a set of day routes: take stops out, put others in, keep what is better or nearly so.

Taking out strings of neighbouring stops follows slack induction by string removals (Christiaens & Vanden Berghe,
Transportation Science 54, 2020); where a site fits is told in constant time from the times of the route, forwards and
backwards (Savelsbergh, ORSA Journal on Computing 4, 1992); gain per time as in the iterated local search for team
orienteering (Vansteenwegen et al., Computers & Operations Research 36, 2009). Holding some sites back is ours.

Route r is row r of `path`: the morning's place, `size[r]` stops, the evening's place. `ready[r, k]` is when the team
can leave its k-th place, `late[r, k]` when it must arrive there at the latest. `day_of` is -1 for a site not seen.
`sites` has a row for each site: opens, closes, stay, worth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled
from pairup.planning.visits.problem import Numbers
from pairup.planning.visits.ways import Ints, back, go

Dice = NDArray[np.uint64]


@compiled
def draw(dice: Dice) -> float:
    """Draw a number from 0 up to 1, and step the dice (xorshift64*)."""
    x = dice[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    dice[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def retime(
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, hours: Numbers, kind: int, r: int, path: Ints,
    size: Ints, ready: Numbers, late: Numbers,
) -> bool:  # fmt: skip
    """Work out the times of one route anew; says whether it fits. Writes into `ready` and `late`."""
    n, t = size[r], hours[0]
    ready[r, 0] = t
    for k in range(1, n + 1):
        site = path[r, k]
        begin = max(go(steady, legs, pieces, kind, path[r, k - 1], site, t), sites[site, 0])
        if begin > sites[site, 1]:
            return False
        t = begin + sites[site, 2]
        ready[r, k] = t
    late[r, n + 1] = hours[1]
    if go(steady, legs, pieces, kind, path[r, n], path[r, n + 1], t) > hours[1]:
        return False
    for k in range(n, 0, -1):
        site = path[r, k]
        until = back(steady, legs, pieces, kind, site, path[r, k + 1], late[r, k + 1]) - sites[site, 2]
        late[r, k] = min(until, sites[site, 1])
    return True


@compiled
def place(
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, kind: int, r: int, path: Ints, ready: Numbers,
    late: Numbers, site: int, low: int, high: int, waits: float,
) -> tuple[float, int]:  # fmt: skip
    """Find where a site costs least after the places `low` up to `high` of a route: its cost and the place before.

    The cost is the longer road, mixed with the delay of what follows by the share `waits`. -1: it fits nowhere.
    """
    best, at = np.inf, -1
    opens, closes, stay = sites[site, 0], sites[site, 1], sites[site, 2]
    is_plain = len(pieces) == 0
    for k in range(low, high):
        t, until = ready[r, k], late[r, k + 1]
        if t > closes:
            break
        if opens + stay > until:
            continue
        before, after = path[r, k], path[r, k + 1]
        if is_plain:
            begin = max(t + steady[before, site], opens)
            arrive = begin + stay + steady[site, after]
        else:
            begin = max(go(steady, legs, pieces, kind, before, site, t), opens)
            arrive = go(steady, legs, pieces, kind, site, after, begin + stay)
        if begin > closes or arrive > until:
            continue
        cost = steady[before, site] + steady[site, after] - steady[before, after]
        if waits > 0.0:
            was = max(t + steady[before, after], sites[after, 0])
            cost = (1.0 - waits) * cost + waits * (arrive - was)
        cost = max(cost, 0.0)
        if cost < best:
            best, at = cost, k
    return best, at


@compiled
def take_out(path: Ints, size: Ints, day_of: Ints, r: int, low: int, high: int) -> None:
    """Take the stops `low` up to `high` (the first is 1) out of a route. Writes into it."""
    for k in range(low, high):
        day_of[path[r, k]] = -1
    gone = high - low
    for k in range(high, size[r] + 2):
        path[r, k - gone] = path[r, k]
    size[r] -= gone


@compiled
def place_of(path: Ints, size: Ints, r: int, site: int) -> int:
    """Give where a site stands in a route."""
    at = 1
    while path[r, at] != site:
        at += 1
    return at


@compiled
def ruin(near: Ints, path: Ints, size: Ints, day_of: Ints, dice: Dice, strength: float) -> None:  # noqa: C901 - calls cost
    """Take stops out around a place drawn at random: strings of routes, the nearest stops, or any. Writes into them.

    Long, as a call for each way would cost as much as the way.
    """
    days, count = len(size), size.sum()
    if count == 0:
        return
    seed = int(draw(dice) * len(near))
    way = draw(dice)
    if way < 0.7:
        longest = min(strength, max(1.0, count / days))
        left = int(draw(dice) * max(1.0, 4.0 * strength / (1.0 + longest) - 1.0)) + 1
        touched = np.zeros(days, np.bool_)
        for site in near[seed]:
            r = day_of[site]
            if r < 0 or touched[r]:
                continue
            touched[r] = True
            length = int(draw(dice) * min(float(size[r]), longest)) + 1
            low = place_of(path, size, r, site) - int(draw(dice) * length)
            kept = 0
            if draw(dice) < 0.3 and 1 < length < size[r]:  # leave a run in the middle where it is
                kept = 1 + int(draw(dice) * (size[r] - length))
            low = max(1, min(low, size[r] - length - kept + 1))
            first = 1 + int(draw(dice) * (length - 1))
            if kept > 0:
                take_out(path, size, day_of, r, low + first + kept, low + length + kept)
                take_out(path, size, day_of, r, low, low + first)
            else:
                take_out(path, size, day_of, r, low, low + length)
            left -= 1
            if left == 0:
                break
    elif way < 0.9:
        left = int(draw(dice) * 1.5 * strength) + 1
        for site in near[seed]:
            r = day_of[site]
            if r >= 0:
                at = place_of(path, size, r, site)
                take_out(path, size, day_of, r, at, at + 1)
                left -= 1
                if left == 0:
                    break
    else:
        for _ in range(min(count, int(draw(dice) * strength) + 1)):
            pick = int(draw(dice) * count)
            for r in range(days):
                if pick < size[r]:
                    take_out(path, size, day_of, r, pick + 1, pick + 2)
                    break
                pick -= size[r]
            count -= 1


@compiled
def refill(  # noqa: C901 - as its docstring says
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, hours: Numbers, kinds: Ints, wanted: Ints,
    path: Ints, size: Ints, ready: Numbers, late: Numbers, day_of: Ints, dice: Dice, is_full: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Put sites in, the best gain for its cost first, until none fits. Writes into the routes.

    Each site's gain is blurred; with some chance, sites are held back until all others had their turn. `is_full[r,
    site]` says that the site is known not to fit into route r. The function is long since a call for each step would
    cost more than the step.
    """
    days, many = len(size), len(wanted)
    waits = 0.0 if draw(dice) < 0.5 else draw(dice)
    power, blur = 2.0 * draw(dice), draw(dice)
    share = 0.0 if draw(dice) < 0.4 else 0.5 * draw(dice)
    absent, gain, held = np.empty(many, np.int64), np.empty(many), np.empty(many, np.bool_)
    cost, at = np.empty((many, days)), np.empty((many, days), np.int64)
    count = 0
    for site in wanted:
        if day_of[site] >= 0:
            continue
        fits = False
        for r in range(days):
            cost[count, r], at[count, r] = np.inf, -1
            if not is_full[r, site]:
                cost[count, r], at[count, r] = place(
                    sites, steady, legs, pieces, kinds[r], r, path, ready, late, site, 0, size[r] + 1, waits
                )
                fits = fits or at[count, r] >= 0
        if fits:
            absent[count] = site
            gain[count] = sites[site, 3] ** power * (1.0 - blur * draw(dice))
            held[count] = draw(dice) < share
            count += 1
    while count > 0:
        best, top, r = -1.0, -1, -1
        for turn in range(2):
            for k in range(count):
                if turn == 1 or not held[k]:
                    for day in range(days):
                        if at[k, day] >= 0 and gain[k] > best * (cost[k, day] + 0.1):
                            best, top, r = gain[k] / (cost[k, day] + 0.1), k, day
            if top >= 0:
                break
        position = at[top, r] + 1
        for j in range(size[r] + 1, position - 1, -1):
            path[r, j + 1] = path[r, j]
        path[r, position] = absent[top]
        size[r] += 1
        day_of[absent[top]] = r
        retime(sites, steady, legs, pieces, hours, kinds[r], r, path, size, ready, late)
        kept = 0
        for k in range(count):
            if k == top:
                continue
            site, before = absent[k], at[k, r]
            if before >= 0:
                low = before if before < position - 1 else before + 1
                if before != position - 1:  # its place is still there: does it still fit?
                    cost[k, r], at[k, r] = place(
                        sites, steady, legs, pieces, kinds[r], r, path, ready, late, site, low, low + 1, waits
                    )
                if before == position - 1 or at[k, r] < 0:
                    cost[k, r], at[k, r] = place(
                        sites, steady, legs, pieces, kinds[r], r, path, ready, late, site, 0, size[r] + 1, waits
                    )
                else:
                    other, where = place(
                        sites, steady, legs, pieces, kinds[r], r, path, ready, late, site, position - 1, position + 1,
                        waits,
                    )  # fmt: skip
                    if other < cost[k, r]:
                        cost[k, r], at[k, r] = other, where
            fits = False
            for day in range(days):
                fits = fits or at[k, day] >= 0
            if fits:
                absent[kept], gain[kept], held[kept] = absent[k], gain[k], held[k]
                for day in range(days):
                    cost[kept, day], at[kept, day] = cost[k, day], at[k, day]
                kept += 1
        count = kept


@compiled
def value(sites: Numbers, steady: Numbers, path: Ints, size: Ints, road: float) -> float:
    """Give the worth of what is seen, less `road` for each unit of the way."""
    total = 0.0
    for r in range(len(size)):
        for k in range(1, size[r] + 1):
            total += sites[path[r, k], 3] - road * steady[path[r, k - 1], path[r, k]]
        total -= road * steady[path[r, size[r]], path[r, size[r] + 1]]
    return total


@compiled
def untangle(
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, hours: Numbers, kind: int, r: int, path: Ints,
    size: Ints, ready: Numbers, late: Numbers,
) -> None:  # fmt: skip
    """Turn parts of a route around while that makes the way shorter and the route still fits (2-opt). Writes into it.

    Taking out and putting in again never turns a long part around.
    """
    n = size[r]
    for _ in range(n):
        is_better = False
        for i in range(n):
            for j in range(i + 2, n + 1):
                a, b, c, d = path[r, i], path[r, i + 1], path[r, j], path[r, j + 1]
                if steady[a, c] + steady[b, d] >= steady[a, b] + steady[c, d] - 1e-9:
                    continue
                before, after = 0.0, steady[a, c] + steady[b, d]
                for k in range(i, j + 1):
                    before += steady[path[r, k], path[r, k + 1]]
                for k in range(i + 1, j):
                    after += steady[path[r, k + 1], path[r, k]]
                if after >= before - 1e-9:
                    continue
                path[r, i + 1 : j + 1] = path[r, i + 1 : j + 1][::-1].copy()
                if retime(sites, steady, legs, pieces, hours, kind, r, path, size, ready, late):
                    is_better = True
                else:
                    path[r, i + 1 : j + 1] = path[r, i + 1 : j + 1][::-1].copy()
        if not is_better:
            break
    retime(sites, steady, legs, pieces, hours, kind, r, path, size, ready, late)


@compiled
def anneal(  # noqa: C901 - as its docstring says
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, hours: Numbers, kinds: Ints, wanted: Ints,
    near: Ints, path: Ints, size: Ints, best_path: Ints, best_size: Ints, dice: Dice, rounds: int, heat: float,
    road: float, strength: float, met: Ints, good: float,
) -> int:  # fmt: skip
    """Shake and refill for so many rounds at one heat. Writes into the routes, and the best of them into the `best_`.

    `road` only leads the search. New routes of journeys that are kept and are worth `good` or more are written into
    `met` (day, number of stops, stops), until it is full; gives how many. Long, since copying within one function is
    cheap.
    """
    days, most = path.shape
    ready, late = np.zeros((2, days, most)), np.zeros((2, days, most))
    day_of = np.full((2, len(sites)), -1, np.int64)
    trial, trial_size = path.copy(), size.copy()
    is_full = np.zeros((days, len(sites)), np.bool_)
    for r in range(days):
        retime(sites, steady, legs, pieces, hours, kinds[r], r, path, size, ready[0], late[0])
        if len(pieces) == 0:
            untangle(sites, steady, legs, pieces, hours, kinds[r], r, path, size, ready[0], late[0])
        for k in range(1, size[r] + 1):
            day_of[0, path[r, k]] = r
    mine = value(sites, steady, path, size, road)
    known = value(sites, steady, best_path, best_size, 0.0)
    count = 0
    for round_ in range(rounds):
        for r in range(days):
            trial_size[r] = size[r]
            for k in range(size[r] + 2):
                trial[r, k], ready[1, r, k], late[1, r, k] = path[r, k], ready[0, r, k], late[0, r, k]
        day_of[1] = day_of[0]
        ruin(near, trial, trial_size, day_of[1], dice, strength)
        for r in range(days):
            is_same = trial_size[r] == size[r]
            if not is_same and not retime(
                sites, steady, legs, pieces, hours, kinds[r], r, trial, trial_size, ready[1], late[1]
            ):  # where roads close, leaving a stop out can be slower
                take_out(trial, trial_size, day_of[1], r, 1, trial_size[r] + 1)
                retime(sites, steady, legs, pieces, hours, kinds[r], r, trial, trial_size, ready[1], late[1])
            for site in wanted:  # what did not fit before does not fit where nothing was taken out
                is_full[r, site] = round_ > 0 and is_same and day_of[0, site] < 0
        refill(
            sites, steady, legs, pieces, hours, kinds, wanted, trial, trial_size, ready[1], late[1], day_of[1], dice,
            is_full,
        )  # fmt: skip
        theirs = value(sites, steady, trial, trial_size, road)
        seen = value(sites, steady, trial, trial_size, 0.0)
        if theirs > mine + heat * np.log(max(draw(dice), 1e-12)):
            mine = theirs
            for r in range(days):
                is_new = size[r] != trial_size[r]
                for k in range(1, size[r] + 1):
                    is_new = is_new or path[r, k] != trial[r, k]
                if is_new and seen >= good and count < len(met):
                    met[count, 0], met[count, 1] = r, trial_size[r]
                    met[count, 2 : trial_size[r] + 2] = trial[r, 1 : trial_size[r] + 1]
                    count += 1
                size[r] = trial_size[r]
                for k in range(size[r] + 2):
                    path[r, k], ready[0, r, k], late[0, r, k] = trial[r, k], ready[1, r, k], late[1, r, k]
            day_of[0] = day_of[1]
        if seen > known + 1e-9:
            known = seen
            for r in range(days):
                best_size[r] = trial_size[r]
                for k in range(trial_size[r] + 2):
                    best_path[r, k] = trial[r, k]
    return count
