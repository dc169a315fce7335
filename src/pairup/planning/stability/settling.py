"""A good plan of a round with couples, teams, quotas, caps and posts that must be filled, by counted work.

Offers settle who is in no couple, chains settle the couples. What the plan then breaks is mended by closing seats: a
quota closes the seats for whose sake the fewest would leave, a team that is not full is not sent, a post that must be
filled is given whom it costs least. Closed seats are then tried against others, and what the fewest would leave is
kept. Closing seats where limits bind is the idea of Kamada and Kojima (Amer. Econ. Review 105, 2015).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from pairup.planning.blocking import Held, Market, blockers
from pairup.planning.limits import Limit, limits_that_bind
from pairup.planning.problems.posting import Flags, Ints
from pairup.planning.stability.chains import settle
from pairup.planning.stability.lists import lists_of
from pairup.planning.stability.plain import offered

#: moves of a chain for each person, before it is said to turn in circles
MOVES = 20
#: so often a plan is mended before it is given up
MENDS = 60


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan that keeps every requirement: its options, and how many would leave."""

    options: Ints
    leaving: int

    @property
    def key(self) -> tuple[int, int]:
        return self.leaving, -len(self.options)


@dataclass
class Closing:
    """What is closed for now: seats of each post, teams, options; and who is bound to which option."""

    seats: Ints
    teams: set[str] = field(default_factory=set)
    barred: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    bound: set[int] = field(default_factory=set)

    def copy(self) -> Closing:
        return Closing(self.seats.copy(), set(self.teams), self.barred.copy(), set(self.bound))


class Arena:
    """A round in columns, in which plans are settled and mended."""

    def __init__(self, market: Market, seed: int) -> None:
        self.market, self.problem, self.random = market, market.problem, random.Random(seed)
        problem = market.problem
        options = np.flatnonzero(market.is_open & ~market.is_coupled[problem.option_person])
        self.lists = lists_of(market, options)
        self.limits = list(limits_that_bind(problem))
        pairs = [market.open_pairs(couple) for couple in problem.couples]
        self.couples = np.concatenate([[0], np.cumsum([len(row) for row in pairs], dtype=np.int64)]).astype(np.int64)
        self.first = problem.options_of(pair[0] for row in pairs for pair in row)
        self.second = problem.options_of(pair[1] for row in pairs for pair in row)
        single = np.flatnonzero(np.diff(self.lists.starts) > 0)
        self.agents = np.concatenate([single, len(problem.people) + np.flatnonzero(np.diff(self.couples) > 0)])

    def open_closing(self) -> Closing:
        """Nothing closed but what locks rule out."""
        closing = Closing(self.problem.seats.copy(), barred=np.zeros(len(self.problem.worth), dtype=np.bool_))
        for k in self.problem.options_of(self.problem.locks).tolist():
            self.bind(closing, k)
        return closing

    def bind(self, closing: Closing, option: int) -> None:
        """Leave a person no other option than this."""
        own = self.problem.option_person == self.problem.option_person[option]
        closing.barred |= own
        closing.barred[option] = False
        closing.bound.add(option)

    def settled(self, closing: Closing) -> Ints:
        """The options held after everybody who would leave has, within what is open."""
        seats, waiting = closing.seats.copy(), np.zeros(len(closing.seats), dtype=np.bool_)
        for team in closing.teams:
            waiting[self.market.posts_of_team[team]] = True
        seats[waiting] = 0
        wanted = self.market.wanted
        if closing.bound:
            wanted = wanted.copy()
            wanted[sorted(closing.bound)] = -1  # whom a post is bound to it keeps
        lists = replace(self.lists.without(closing.barred, seats), wanted=wanted)
        at = offered(lists, is_promoting=not lists.is_strict)
        held = np.where(at >= 0, lists.order[at], -1) if len(lists.order) else at
        if len(self.first):
            is_open = ~(closing.barred[self.first] | closing.barred[self.second])
            counts = np.concatenate([[0], np.cumsum(is_open)])
            held, _, _ = settle(
                lists.starts, lists.order, counts[self.couples], self.first[is_open], self.second[is_open],
                lists.person, lists.post, wanted, seats, seats, waiting, held, self.agents, MOVES * len(self.agents),
            )  # fmt: skip
        return np.asarray(held[held >= 0])

    def mended(self, closing: Closing) -> Settled | None:
        """Settle, close what the plan breaks, and settle again, until it keeps every requirement; None if it cannot."""
        for _ in range(MENDS):
            options = self.settled(closing)
            if not self._is_mended(closing, options):
                continue
            items = [self.problem.posting(k) for k in options.tolist()]
            return Settled(options, len(blockers(self.problem, items, self.market)))
        return None

    def _is_mended(self, closing: Closing, options: Ints) -> bool:
        """Close something that a plan breaks; True where it breaks nothing."""
        problem, market = self.problem, self.market
        seated = np.bincount(problem.option_post[options], minlength=len(problem.posts))
        held = Held(market, options)
        must = np.flatnonzero(problem.must_fill & (seated < problem.seats))
        for post in must.tolist():
            team = problem.teams[post]
            closing.teams.discard(team or "")
            closing.seats[post] = problem.seats[post]
            if not self._bind_cheapest(closing, held, options, post):
                closing.bound.clear()  # nobody is left: what was bound is tried anew
                return False
        for team, posts in market.posts_of_team.items():
            short = [post for post in posts if seated[post] < problem.seats[post]]
            if team in closing.teams or not short or not seated[posts].any():
                continue
            if not any(problem.must_fill[posts]):
                closing.teams.add(team)
                return False
            for post in short:
                self._bind_cheapest(closing, held, options, post)
            return False
        if len(must):
            return False
        return not any([self._is_cut(closing, held, options, limit) for limit in self.limits])

    def _bind_cheapest(self, closing: Closing, held: Held, options: Ints, post: int) -> bool:
        """Give a post the person by whom the fewest pairs would come to leave."""
        problem, market = self.problem, self.market
        starts, order = market.open_of_post
        mine = order[starts[post] : starts[post + 1]]
        taken = {int(problem.option_person[k]) for k in closing.bound}
        found = []
        for k in mine.tolist():
            person = int(problem.option_person[k])
            if person in taken or market.is_coupled[person] or closing.barred[k]:
                continue
            low, high = self.lists.starts[person], self.lists.starts[person + 1]
            better = self.lists.order[low:high]
            better = better[market.liked[better] < market.liked[k]]
            found.append((int(held.has_room(market, better).sum()), -float(problem.worth[k]), k))
        if found:
            self.bind(closing, min(found)[2])
        return bool(found)

    def _is_cut(self, closing: Closing, held: Held, options: Ints, limit: Limit) -> bool:
        """Close seats or options where a limit is broken; False where it is kept."""
        problem, market = self.problem, self.market
        broken = np.intersect1d(options, limit.options)
        over = len(broken) - limit.most
        if over <= 0:
            return False
        wish = np.flatnonzero(market.is_open & (market.liked < held.liked[problem.option_person]))
        wish = wish[~market.is_coupled[problem.option_person[wish]]]
        demand = np.bincount(problem.option_post[wish], minlength=len(problem.posts))
        inside = np.zeros(len(problem.worth), dtype=np.bool_)
        inside[limit.options] = True
        starts, order = market.open_of_post
        ranked = sorted(
            (bool(problem.must_fill[problem.option_post[k]]), int(demand[problem.option_post[k]]),
             float(problem.worth[k]), k)
            for k in broken.tolist() if k not in closing.bound
        )  # fmt: skip
        for _, _, _, k in ranked[:over]:
            post = int(problem.option_post[k])
            own = inside[order[starts[post] : starts[post + 1]]]
            if own.all() and not problem.must_fill[post]:
                closing.seats[post] = max(0, min(closing.seats[post], held.seated[post]) - 1)
            else:  # others may take the seat
                closing.barred[k] = True
        return True

    def tries(self, closing: Closing) -> Iterator[Closing]:
        """Closings next to this one: a closed seat, option or team is opened, perhaps another closed; other orders."""
        problem = self.problem
        seats = np.flatnonzero(closing.seats < problem.seats).tolist()
        barred = np.flatnonzero(closing.barred).tolist() if not closing.bound else []
        changes = [("seat", post) for post in seats] + [("option", k) for k in barred]
        changes += [("team", team) for team in sorted(closing.teams)]
        while True:
            other = closing.copy()
            self.random.shuffle(self.agents)
            if changes:
                kind, what = self.random.choice(changes)
                if kind == "seat":
                    other.seats[what] = problem.seats[what]
                    # without another seat to close, the same would be closed again
                    rest = [post for post in range(len(problem.posts)) if post != what and other.seats[post] > 0]
                    if rest:
                        other.seats[self.random.choice(rest)] -= 1
                elif kind == "option":
                    other.barred[what] = False
                else:
                    other.teams.discard(str(what))
            yield other


def settle_round(market: Market, tries: int, seed: int) -> tuple[Settled | None, int]:
    """Give the best plan found in so many tries, and how many were made. The same seed gives the same plan."""
    arena = Arena(market, seed)
    closing = arena.open_closing()
    best = arena.mended(closing)
    done = 1
    while done < tries and (best is None or best.leaving > 0):
        found = None
        for other in arena.tries(closing):
            done += 1
            found = arena.mended(other)
            if (found is not None and (best is None or found.key <= best.key)) or done >= tries:
                break
        if found is not None and (best is None or found.key <= best.key):
            best, closing = found, other
    return best, done
