"""What people of a round could add to later rounds: their prices there, and which posts now keep them from it.

The price of a person is what the later round loses without them, exactly, of the round as an assignment of people to
seats: it is the highest price of theirs in the dual (Shapley and Shubik, International Journal of Game Theory 1, 1971).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Flags, Floats, Ints
from pairup.planning.market.plain import PlainPlan, plain_plan
from pairup.planning.problems.posting import PostingProblem

Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Later:
    """What a later round would lose without each of its people, and the days of the posts each could take."""

    problem: PostingProblem
    price: Floats
    first: Days
    last: Days
    is_open: Flags  # has a post whose days are not given

    @classmethod
    def of(cls, problem: PostingProblem) -> Later:
        """Solve the round as an assignment of people to seats: teams, couples, quotas and caps are left out of it."""
        people = len(problem.people)
        found = _alone(problem, problem.worth)
        post, who = problem.option_post, problem.option_person
        first, last = problem.post_first[post], problem.post_last[post]
        is_open = np.zeros(people, dtype=np.bool_)
        is_open[who[np.isnat(first) | np.isnat(last)]] = True
        begins = np.full(people, np.datetime64("9999-12-31"))
        ends = np.full(people, np.datetime64("0001-01-01"))
        dated = ~(np.isnat(first) | np.isnat(last))
        np.minimum.at(begins, who[dated], first[dated])
        np.maximum.at(ends, who[dated], last[dated])
        return cls(problem, _losses(problem, found), begins, ends, is_open)


def _alone(problem: PostingProblem, worth: Floats) -> PlainPlan:
    """The round as an assignment of people to seats, with other worths."""
    loose = replace(
        problem, worth=worth, teams=(None,) * len(problem.posts), couples=(), quotas=(), locks=(),
        most_per_donor_and_place=None, must_fill=np.zeros(len(problem.posts), dtype=np.bool_),
    )  # fmt: skip
    found = plain_plan(loose)
    assert found is not None  # nothing is locked and nothing must be filled
    return found


def taken_alone(problem: PostingProblem, worth: Floats) -> Ints:
    """The options taken where the round is an assignment with these worths."""
    return _alone(problem, worth).options


def rolled_out(problem: PostingProblem, options: Ints, later: Sequence[Later], rest: int) -> float:
    """What later rounds are worth after these options of a round are taken, each an assignment planned for itself.

    Only rounds with people in common with this one are looked at: the others feel it through them alone.
    """
    total, before = 0.0, [(problem, options)]
    for one in later:
        if problem.person_at.keys().isdisjoint(one.problem.person_at):
            continue
        busy = np.zeros(len(one.problem.worth), dtype=np.bool_)
        for earlier, taken in before:
            busy |= kept_from(one.problem, earlier, taken, rest)
        found = _alone(one.problem, np.where(busy, -1.0, one.problem.worth)).options
        total += float(one.problem.worth[found].sum())
        before.append((one.problem, found))
    return total


def kept_from(problem: PostingProblem, earlier: PostingProblem, options: Ints, rest: int) -> Flags:
    """Which options are out of reach for people who took these options of another round.

    They are those that share a day with what was taken, `rest` days on either side; a day that is not given is shared.
    """
    names = [earlier.people[k] for k in earlier.option_person[options].tolist()]
    who = np.array([problem.person_at.get(name, -1) for name in names], dtype=np.int64)
    held, post = who[who >= 0], earlier.option_post[options][who >= 0]
    out, home = np.zeros(len(problem.worth), dtype=np.bool_), np.timedelta64(rest, "D")
    if not len(held):
        return out
    first, last = (days[problem.option_post] for days in (problem.post_first, problem.post_last))
    while len(held):  # one round more for each further posting of the same person
        one, at = np.unique(held, return_index=True)
        is_held = np.zeros(len(problem.people), dtype=np.bool_)
        is_held[one] = True
        begins: Days = np.full(len(problem.people), np.datetime64("NaT"), "datetime64[D]")
        ends: Days = begins.copy()
        begins[one], ends[one] = earlier.post_first[post[at]], earlier.post_last[post[at]]
        # a comparison with a day that is not given (NaT) is false, so the two are not apart
        person = problem.option_person
        apart = (last + home < begins[person]) | (ends[person] + home < first)
        out |= is_held[person] & ~apart
        held, post = np.delete(held, at), np.delete(post, at)
    return out


def option_prices(problem: PostingProblem, later: Sequence[Later], rest: int = 0) -> Floats:
    """For each option, what its person would add to the later rounds that it keeps them from: the most of any.

    An option whose days end `rest` days before a round's posts for that person begin keeps nobody from it.
    """
    price, home = np.zeros(len(problem.worth)), np.timedelta64(rest, "D")
    first, last = (days[problem.option_post] for days in (problem.post_first, problem.post_last))
    for other in later:
        if problem.person_at.keys().isdisjoint(other.problem.person_at):
            continue
        there = np.array([other.problem.person_at.get(person, -1) for person in problem.people], dtype=np.int64)
        options = np.flatnonzero(there[problem.option_person] >= 0)
        who = there[problem.option_person[options]]
        apart = (last[options] + home < other.first[who]) | (other.last[who] + home < first[options])
        keeps = ~apart | other.is_open[who]
        price[options] = np.maximum(price[options], np.where(keeps, other.price[who], 0.0))
    return price


def prices_of(problem: PostingProblem, later: Sequence[PostingProblem], rest: int = 0) -> Floats:
    """What each person of a round would add to later rounds at the margin, whatever post they took: at least 0."""
    price = np.zeros(len(problem.people))
    np.maximum.at(price, problem.option_person, option_prices(problem, [Later.of(one) for one in later], rest))
    return price


def _losses(problem: PostingProblem, found: PlainPlan) -> Floats:
    """What the assignment loses without each person.

    Their seat falls to whoever gives up least for it: nobody (its price), somebody at home, or somebody whose own seat
    falls to the next. So it is the price of the person, and the cheapest such path beyond it, over losses of options
    that are never below 0: found for all seats at once, from the ends of the paths.
    """
    loss, price = found.prices.loss, found.prices.second
    seat = np.full(len(problem.people), -1, dtype=np.int64)
    seat[problem.option_person[found.options]] = problem.option_post[found.options]
    order = np.argsort(problem.option_post, kind="stable")
    order = order[np.isfinite(loss[order])]
    post, person = problem.option_post[order], problem.option_person[order]
    order, post, person = (column[seat[person] != post] for column in (order, post, person))
    starts = np.flatnonzero(np.diff(post, prepend=-1))
    reached, after, step = post[starts], seat[person], loss[order]
    beyond = np.maximum(price, 0.0)
    while len(starts):
        through = step + np.where(after >= 0, beyond[after], 0.0)
        less = np.minimum(beyond[reached], np.minimum.reduceat(through, starts))
        if np.all(less >= beyond[reached] - 1e-9):
            break
        beyond[reached] = less
    lost, is_seated = np.zeros(len(seat)), seat >= 0
    lost[is_seated] = np.maximum(np.nan_to_num(found.prices.first[is_seated]), 0.0) + beyond[seat[is_seated]]
    return lost
