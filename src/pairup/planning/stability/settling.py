"""A good plan of a round with couples, teams, quotas, caps and posts that must be filled, by counted work.

Offers settle who is in no couple, chains settle the couples. What the plan then breaks is mended by closing seats: a
quota closes the seats for whose sake the fewest would leave, a team that is not full is not sent, a post that must be
filled is given whom it costs least. Closed seats are then tried against others, and what the fewest would leave is
kept. Closing seats where limits bind is the idea of Kamada and Kojima (Amer. Econ. Review 105, 2015).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pairup.planning.blocking import LAST, Held, Market, team_would_come
from pairup.planning.limits import Limit, limits_that_bind
from pairup.planning.problems.posting import Flags, Ints
from pairup.planning.stability.chains import leaving, settle
from pairup.planning.stability.lists import lists_of
from pairup.planning.stability.plain import offered

#: moves of a chain for each person, before it is said to turn in circles
MOVES = 20
#: so often a plan is mended before it is given up
MENDS = 60
#: so often of these, people are sent away for others of whom more may be sent; after that seats are closed
SENDING = 8


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
    kept: set[int] = field(default_factory=set)  # posts that are closed last

    def copy(self) -> Closing:
        return Closing(self.seats.copy(), set(self.teams), self.barred.copy(), set(self.bound))


class Arena:
    """A round in columns, in which plans are settled and mended."""

    def __init__(self, market: Market, seed: int) -> None:
        self.market, self.problem, self.random = market, market.problem, np.random.default_rng(seed)
        problem = market.problem
        options = np.flatnonzero(market.is_open & ~market.is_coupled[problem.option_person])
        self.lists = lists_of(market, options)
        self.limits = list(limits_that_bind(problem))
        pairs = [market.open_pairs(couple) for couple in problem.couples]
        self.couples = np.concatenate([[0], np.cumsum([len(row) for row in pairs], dtype=np.int64)]).astype(np.int64)
        self.first = problem.options_of(pair[0] for row in pairs for pair in row)
        self.second = problem.options_of(pair[1] for row in pairs for pair in row)
        self.in_team = np.array([team is not None for team in problem.teams])
        self.inside = []
        for limit in self.limits:
            self.inside.append(np.zeros(len(problem.worth), dtype=np.bool_))
            self.inside[-1][limit.options] = True
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
                lists.person, lists.post, self.market.liked, wanted, seats, waiting, held, self.agents,
                MOVES * len(self.agents),
            )  # fmt: skip
        return np.asarray(held[held >= 0])

    def mended(self, closing: Closing) -> Settled | None:
        """Settle, close what the plan breaks, and settle again, until it keeps every requirement; None if it cannot."""
        for turn in range(MENDS):
            options = self.settled(closing)
            if not self._is_mended(closing, options, turn):
                continue
            return Settled(options, self.leaving(options))
        return None

    def leaving(self, options: Ints) -> int:
        """How many would leave a plan: as many as `blockers` names."""
        problem, market = self.problem, self.market
        held = Held(market, options)
        is_waiting = self.in_team & (held.seated == 0)
        taken = np.full(len(problem.people), -1, dtype=np.int64)
        taken[problem.option_person[options]] = options
        found = leaving(
            self.lists.starts, self.lists.order, self.couples, self.first, self.second, problem.option_person,
            problem.option_post, market.liked, market.wanted, problem.seats, is_waiting, taken,
        )  # fmt: skip
        return int(found) + sum(team_would_come(market, team, held) is not None for team in market.posts_of_team)

    def _is_mended(self, closing: Closing, options: Ints, turn: int) -> bool:
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
        is_full = np.zeros(len(problem.worth), dtype=np.bool_)  # options of those of whom no more may be sent
        for limit, inside in zip(self.limits, self.inside, strict=True):
            if inside[options].sum() >= limit.most:
                is_full |= inside
        if turn >= SENDING:
            is_full[:] = True
        cuts = [
            self._is_cut(closing, held, options, limit, inside, is_full)
            for limit, inside in zip(self.limits, self.inside, strict=True)
        ]
        return not any(cuts)

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

    def _is_cut(self, closing: Closing, held: Held, options: Ints, limit: Limit, inside: Flags, is_full: Flags) -> bool:
        """Close seats or options where a limit is broken, half of those too many at a time; False where it is kept."""
        problem, market = self.problem, self.market
        broken = options[inside[options]]
        over = len(broken) - limit.most
        if over <= 0:
            return False
        wish = np.flatnonzero(market.is_open & (market.liked < held.liked[problem.option_person]))
        wish = wish[~market.is_coupled[problem.option_person[wish]]]
        posts = problem.option_post
        demand = np.bincount(posts[wish], minlength=len(problem.posts))
        outside, own = wish[~is_full[wish]], wish[inside[wish]]
        taker = np.full(len(problem.posts), LAST)  # the best place of somebody else who would come
        np.minimum.at(taker, posts[outside], market.wanted[outside])
        ahead = own[market.wanted[own] < taker[posts[own]]]
        before = np.bincount(posts[ahead], minlength=len(problem.posts))
        ranked = []
        for k in broken.tolist():
            post = int(posts[k])
            is_last = bool(problem.must_fill[post]) or post in closing.kept
            if k not in closing.bound:
                if taker[post] < LAST:  # sent away for somebody else, with those who would come first
                    cost = int(before[post]) + int(market.wanted[k] < taker[post])
                    ranked.append(
                        (is_last, min(cost, int(demand[post])), float(problem.worth[k]), k, cost <= demand[post])
                    )
                else:
                    ranked.append((is_last, int(demand[post]), float(problem.worth[k]), k, False))
        ranked.sort()
        if (team := self._team_instead(closing, broken, over, sum(row[1] for row in ranked[:over]))) is not None:
            closing.teams.add(team)
            return True
        for _, _, _, k, is_sent_away in ranked[: (over + 1) // 2]:
            post = int(posts[k])
            if is_sent_away or problem.must_fill[post]:
                closing.barred[own[(posts[own] == post) & (market.wanted[own] <= taker[post])]] = True
                closing.barred[k] = True
            else:
                closing.seats[post] = max(0, min(closing.seats[post], held.seated[post]) - 1)
        return True

    def _team_instead(self, closing: Closing, broken: Ints, over: int, leaving: int) -> str | None:
        """The smallest team that makes room for so many, where more than one would leave else: it leaves as one."""
        problem, market = self.problem, self.market
        seats = np.bincount(problem.option_post[broken], minlength=len(problem.posts))
        rooms = [
            (int(seats[posts].sum()), team) for team, posts in market.posts_of_team.items()
            if seats[posts].any() and not problem.must_fill[posts].any() and not closing.kept & set(posts)
        ]  # fmt: skip
        if leaving <= 1 or not rooms:
            return None
        return min([row for row in rooms if row[0] >= over], default=max(rooms))[1]

    def beside(self, closing: Closing) -> Closing:
        """Another closing: what was closed (seat, option, team) is open, and closed again last; or a team goes."""
        problem, other = self.problem, closing.copy()
        self.agents = self.random.permutation(self.agents)
        changes: list[tuple[str, Any]] = [("seat", post) for post in np.flatnonzero(closing.seats < problem.seats)]
        changes += [("option", k) for k in np.flatnonzero(closing.barred) if not closing.bound]
        changes += [("team", team) for team in sorted(closing.teams)]
        sent = [
            team for team, posts in self.market.posts_of_team.items()
            if team not in closing.teams and not problem.must_fill[posts].any()
        ]  # fmt: skip
        if sent and self.random.random() < 0.25:
            other.teams.add(
                sent[int(self.random.integers(len(sent)))]
            )  # as one it leaves once, and makes room for many
            other.seats = problem.seats.copy()
        elif changes:
            kind, what = changes[int(self.random.integers(len(changes)))]
            if kind == "seat":
                other.seats[what] = problem.seats[what]
                other.kept = {int(what)}
            elif kind == "option":
                other.barred[what] = False
                other.kept = {int(problem.option_post[what])}
            else:
                other.teams.discard(what)
                other.kept = set(self.market.posts_of_team[what])
        return other


class Settling:
    """A search for the plan that the fewest would leave; it can go on. The same seed gives the same plans."""

    def __init__(self, market: Market, seed: int) -> None:
        self.arena = Arena(market, seed)
        self.closing = self.arena.open_closing()
        self.best = self.arena.mended(self.closing)
        self.done = 1

    def go_on(self, tries: int) -> bool:
        """Try so many closings more; say whether a plan was found that fewer would leave."""
        before = self.best
        for _ in range(tries):
            if self.best is not None and self.best.leaving == 0:
                break
            self.done += 1
            other = self.arena.beside(self.closing)
            found = self.arena.mended(other)
            if found is not None and (self.best is None or found.key <= self.best.key):
                self.best, self.closing = found, other
        return self.best is not None and (before is None or self.best.key < before.key)


def settle_round(market: Market, tries: int, seed: int) -> tuple[Settled | None, int]:
    """Give the best plan found in so many tries, and how many were made."""
    search = Settling(market, seed)
    search.go_on(tries - 1)
    return search.best, search.done
