"""Search for the cheapest plan in which every recipient has one donor: donors are settled one after the other."""

from __future__ import annotations

import numpy as np

from pairup.engines.kernels import compiled
from pairup.planning.pairing.kernels import FAR, Floats, Ints, best_share, lower_bound, tried_out


@compiled
def dive(  # noqa: C901  one compiled loop
    cost: Ints, load: Ints, room: Ints, price: Floats, jobs: Ints, donors: Ints, budget: float, few: int, limit: int,
    grain: Ints, noise: float, first: int, rounds: int, looks: int,
    seed: int,
) -> tuple[float, Ints, Ints, int]:  # fmt: skip
    """Give the jobs of a part to its donors for less than `budget`; give cost, jobs, owners and effort.

    One donor after the other takes the share that leaves the lowest bound for the rest; the last `few` are tried out.
    Ends early where the bound of the rest says that the budget cannot be kept. Of the next `looks` donors the one is
    settled that loses least. A seed below 0 goes on with the chance as it stands.
    Long because compiled code keeps its loops whole.
    """
    if seed >= 0:
        np.random.seed(seed)
    done_jobs, done_owner, done = np.empty(len(jobs), np.int64), np.empty(len(jobs), np.int64), 0
    nothing = np.empty(0, dtype=np.int64)
    price = price.copy()
    spent, effort = 0.0, 0
    jobs, donors = jobs.copy(), np.random.permutation(donors)
    steps = first
    while True:
        bound = lower_bound(cost, load, room, price, jobs, donors, budget - spent, steps)
        effort += steps * len(jobs) * len(donors) // 4
        steps = rounds
        if spent + bound > budget - 1 + 1e-6:
            return 0.0, nothing, nothing, effort
        if len(donors) <= few:
            best, owner, nodes = tried_out(cost, load, room, price, jobs, donors, budget - spent, limit)
            effort += nodes * 4
            if len(owner) == 0:
                return 0.0, nothing, nothing, effort
            for k in range(len(jobs)):
                done_jobs[done], done_owner[done] = jobs[k], donors[owner[k]]
                done += 1
            return spent + best, done_jobs, done_owner, effort
        chosen, lowest, taken = 0, 1e300, np.empty(0, dtype=np.bool_)
        gain, weight = np.empty(len(jobs)), np.empty(len(jobs), np.int64)
        for x in range(min(looks, len(donors))):
            i = donors[x]
            after = price[i] * room[i]
            for k in range(len(jobs)):
                j = jobs[k]
                other = 1e300
                for y in donors:
                    if y != i:
                        other = min(other, cost[j, y] + price[y] * load[j, y])
                weight[k] = load[j, i]
                gain[k] = -1.0 if cost[j, i] >= FAR else min(other, FAR) - cost[j, i]
                after += other
                if noise > 0 and cost[j, i] < FAR:
                    gain[k] += noise * (np.random.random() - 0.5)
            share = best_share(gain, weight, room[i], grain[i])
            for k in range(len(jobs)):
                if share[k]:
                    after -= gain[k]
            effort += len(jobs) * (room[i] // grain[i] // 8 + len(donors) // 4)
            if after < lowest:
                lowest, chosen, taken = after, x, share
        i = donors[chosen]
        donors = np.concatenate((donors[:chosen], donors[chosen + 1 :]))
        kept = 0
        for k in range(len(jobs)):
            j = jobs[k]
            if taken[k]:
                done_jobs[done], done_owner[done] = j, i
                done += 1
                spent += cost[j, i]
            else:
                jobs[kept] = j
                kept += 1
        jobs = jobs[:kept].copy()


@compiled
def improve(
    cost: Ints, load: Ints, room: Ints, price: Floats, owner: Ints, near: Ints, wide: float, grain: Ints,
    few: int, limit: int, effort: int, seed: int, looks: int,
) -> int:  # fmt: skip
    """Take some donors' jobs away and give them out anew, again and again; `owner` is improved in place.

    That are between four and `wide` donors at a time, small parts as often as large ones. Ends after so much
    `effort`; gives the effort.
    """
    np.random.seed(seed)
    count, size = cost.shape
    used, marked = 0, np.zeros(size, dtype=np.bool_)
    while used < effort:
        part = max(2, min(size, int(np.exp(np.log(4.0) + np.random.random() * (np.log(wide + 4.0) - np.log(4.0))))))
        marked[:] = False
        donors = np.empty(part, dtype=np.int64)
        donors[0] = np.random.randint(size)
        marked[donors[0]] = True
        have, tries = 1, 0
        while have < part:
            j = np.random.randint(count)
            tries += 1
            i = owner[j] if tries > 20 * size else near[j, np.random.randint(near.shape[1])]
            if tries > 40 * size:
                i = np.random.randint(size)
            if not marked[i] and (tries > 20 * size or marked[owner[j]]):
                donors[have], marked[i] = i, True
                have += 1
        used += tries
        inside, budget = 0, 1.0
        jobs = np.empty(count, dtype=np.int64)
        for j in range(count):
            if marked[owner[j]]:
                jobs[inside] = j
                inside += 1
                budget += cost[j, owner[j]]
        jobs = jobs[:inside].copy()
        used += count
        noise = 0.0 if np.random.random() < 0.5 else 2.0 * np.random.random()
        small = few + np.random.randint(2)
        _, found, givers, spent = dive(
            cost, load, room, price, jobs, donors, budget, small, limit, grain, noise, 30, 15, looks, -1
        )
        used += spent
        for k in range(len(found)):
            owner[found[k]] = givers[k]
    return used
