"""A first plan of a round, quickly: what stands where the search has no time. No solver is asked."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pairup.planning.plan import Watch
from pairup.planning.problems.posting import Couple, PostingProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: the clock is looked at once in so many steps; a team or a couple takes about so many
_LOOK, _GROUP = 2_000, 20


def greedy_postings(problem: PostingProblem, watch: Watch | None = None) -> list[int] | None:
    """Give options that keep every requirement, or None where this simple way finds none.

    In order: locks, what must be filled, teams, couples, then single postings by worth. When the time of `watch` is
    over, what need not be filled stays empty; a small round is planned all the same.
    """
    pace = _Pace(watch)
    table = _Table(problem)
    teams: dict[str, list[int]] = defaultdict(list)
    for at, team in enumerate(problem.teams):
        if team is not None:
            teams[team].append(at)
    if not _fill_what_must(table, teams):
        return None
    for team in sorted(teams, key=lambda name: (-table.promise(teams[name]), name)):
        if not any(table.seated[at] for at in teams[team]) and not pace.is_over(_GROUP):
            table.fill_team(teams[team], only_if_worth_it=True)
    for couple in problem.couples:
        if not any(table.own[person] for person in table.members(couple)) and not pace.is_over(_GROUP):
            table.place(couple)
    for option in table.singles():
        if pace.is_over(1):
            break
        table.put(option)
    if not all(len(table.senders(teams[team])) <= 1 for team in problem.one_donor_teams):
        return None  # couples put together may have mixed a team
    return sorted(option for own in table.own for option in own)


def _fill_what_must(table: _Table, teams: dict[str, list[int]]) -> bool:
    """Take the locks, complete the teams and couples they begin, and fill the posts that must be."""
    problem = table.problem
    if not all(table.put(problem.option_at[lock]) for lock in problem.locks):
        return False
    for team in sorted(teams):
        is_begun = any(problem.must_fill[at] or table.seated[at] for at in teams[team])
        if is_begun and not table.fill_team(teams[team]):
            return False
    begun = [couple for couple in problem.couples if any(table.own[person] for person in table.members(couple))]
    if not all(table.complete(couple) for couple in begun):
        return False
    wanted = [int(at) for at in np.flatnonzero(problem.must_fill) if problem.teams[at] is None]
    for post in sorted(wanted, key=lambda at: (len(table.by_post[at]), at)):
        while table.seated[post] < problem.seats[post]:
            if not table.fill(post, set()):
                return False
    return True


class _Pace:
    """Looks at the clock now and then."""

    def __init__(self, watch: Watch | None) -> None:
        self.watch, self.steps, self.has_ended = watch, 0, False

    def is_over(self, steps: int) -> bool:
        self.steps += steps
        if self.steps >= _LOOK:
            self.steps, self.has_ended = 0, self.watch is not None and self.watch.is_over
        return self.has_ended


class _Lists:
    """The options of each person, or of each post, best first."""

    def __init__(self, of: Ints, worth: Floats, count: int) -> None:
        self.order = np.lexsort((-worth, of))
        self.starts = np.searchsorted(of[self.order], np.arange(count + 1))

    def __getitem__(self, at: int) -> list[int]:
        listed: list[int] = self.order[self.starts[at] : self.starts[at + 1]].tolist()
        return listed


class _Table:
    """Who sits where so far, and what is left of every limit."""

    def __init__(self, problem: PostingProblem) -> None:
        self.problem = problem
        self.who, self.what = problem.option_person.tolist(), problem.option_post.tolist()
        self.worth: list[float] = problem.worth.tolist()
        self.seated = [0] * len(problem.posts)
        self.own: list[list[int]] = [[] for _ in problem.people]
        self.by_post = _Lists(problem.option_post, problem.worth, len(problem.posts))
        self.by_person = _Lists(problem.option_person, problem.worth, len(problem.people))
        self.quota = dict(problem.quotas)
        self.sent: Counter[str] = Counter()
        self.sent_to: Counter[tuple[str, str]] = Counter()
        self.is_open = problem.is_free.copy()
        for pair in problem.forbids:
            if pair in problem.option_at:
                self.is_open[problem.option_at[pair]] = False
        self.paired = {person for couple in problem.couples for person in self.members(couple)}

    def members(self, couple: Couple) -> tuple[int, int]:
        return self.problem.person_at[couple.people[0]], self.problem.person_at[couple.people[1]]

    def singles(self) -> list[int]:
        """The options outside teams and couples that are open and worth something, best first."""
        problem = self.problem
        is_alone = np.ones(len(problem.people), dtype=np.bool_)
        is_alone[sorted(self.paired)] = False
        is_single = np.array([team is None for team in problem.teams], dtype=np.bool_)
        kept = self.is_open & (problem.worth > 0) & is_alone[problem.option_person] & is_single[problem.option_post]
        options = np.flatnonzero(kept)
        best_first: list[int] = options[np.argsort(-problem.worth[options], kind="stable")].tolist()
        return best_first

    def put(self, option: int) -> bool:
        """Take an option if every limit allows it."""
        problem, person, post = self.problem, self.who[option], self.what[option]
        if not self.is_open[option] or self.seated[post] >= problem.seats[post]:
            return False
        if any(self.meet(self.what[other], post) for other in self.own[person]):
            return False
        donor, place = problem.donors[person], problem.places[post]
        is_here = any(problem.places[self.what[other]] == place for other in self.own[person])
        if not self.own[person] and self.sent[donor] >= self.quota.get(donor, len(self.own)):
            return False
        most = problem.most_per_donor_and_place
        if most is not None and not is_here and self.sent_to[donor, place] >= most:
            return False
        self.sent[donor] += not self.own[person]
        self.sent_to[donor, place] += not is_here
        self.own[person].append(option)
        self.seated[post] += 1
        return True

    def drop(self, option: int) -> None:
        problem, person, post = self.problem, self.who[option], self.what[option]
        donor, place = problem.donors[person], problem.places[post]
        self.own[person].remove(option)
        self.seated[post] -= 1
        self.sent[donor] -= not self.own[person]
        self.sent_to[donor, place] -= not any(problem.places[self.what[other]] == place for other in self.own[person])

    def meet(self, one: int, other: int) -> bool:
        """Whether two posts share a day, or may: a date is not given."""
        problem = self.problem
        starts, ends = problem.post_first[[one, other]], problem.post_last[[one, other]]
        if np.isnat(starts).any() or np.isnat(ends).any():
            return True
        return bool(starts[0] <= ends[1] and starts[1] <= ends[0])

    def fill(self, post: int, seen: set[int]) -> bool:
        """Fill one seat of a post; where everybody suitable sits in another one, move somebody (Kuhn's method)."""
        for option in self.by_post[post]:
            if self.who[option] not in self.paired and self.put(option):
                return True
        for option in self.by_post[post]:
            person = self.who[option]
            if person in seen or person in self.paired or len(self.own[person]) != 1 or len(seen) > 200:
                continue
            held = self.own[person][0]
            if self.problem.posting(held) in self.problem.locks or self.problem.teams[self.what[held]] is not None:
                continue
            seen.add(person)
            self.drop(held)
            if self.put(option):
                if self.fill(self.what[held], seen):
                    return True
                self.drop(option)
            self.put(held)
        return False

    def promise(self, posts: Iterable[int]) -> float:
        """What a team would bring if everybody were free."""
        seats = self.problem.seats.tolist()
        return math.fsum(self.worth[option] for post in posts for option in self.by_post[post][: seats[post]])

    def senders(self, posts: list[int]) -> set[str]:
        """The donors of those who sit in some posts."""
        own = (option for options in self.own for option in options if self.what[option] in set(posts))
        return {self.problem.donors[self.who[option]] for option in own}

    def fill_team(self, posts: list[int], only_if_worth_it: bool = False) -> bool:
        """Fill all seats of a team's posts, or none; where its people come from one donor, try one after the other."""
        donors = self.problem.donors
        if self.problem.teams[posts[0]] not in self.problem.one_donor_teams:
            return self._fill_team(posts, set(donors), only_if_worth_it)
        best = {donor: 0.0 for post in posts for donor in sorted({donors[self.who[k]] for k in self.by_post[post]})}
        for post in posts:
            for option in reversed(self.by_post[post]):
                best[donors[self.who[option]]] += self.worth[option]
        begun = self.senders(posts)
        able = [donor for donor in sorted(best, key=lambda one: (-best[one], one)) if begun <= {donor}]
        return any(self._fill_team(posts, {donor}, only_if_worth_it) for donor in able)

    def _fill_team(self, posts: list[int], donors: set[str], only_if_worth_it: bool) -> bool:
        """Fill all seats of a team's posts by people of some donors, or none."""
        done: list[int] = []
        for post in sorted(posts, key=lambda at: (len(self.by_post[at]), at)):
            for option in self.by_post[post]:
                if self.seated[post] == self.problem.seats[post]:
                    break
                if self.problem.donors[self.who[option]] not in donors:
                    continue
                if self.who[option] not in self.paired and self.put(option):
                    done.append(option)
            if self.seated[post] < self.problem.seats[post]:
                break
        is_full = all(self.seated[post] == self.problem.seats[post] for post in posts)
        if is_full and (not only_if_worth_it or sum(self.worth[option] for option in done) > 0):
            return True
        for option in done:
            self.drop(option)
        return False

    def together(self, couple: Couple, with_teams: bool = False) -> list[tuple[int, int]]:
        """The option pairs a couple accepts (outside teams), best first."""
        first, second = self.members(couple)
        if couple.together is not None:
            accepted = set(couple.together)
            pairs = [
                (a, b) for a in self.by_person[first] for b in self.by_person[second]
                if (self.problem.posts[self.what[a]], self.problem.posts[self.what[b]]) in accepted
            ]  # fmt: skip
        else:
            places = self.problem.places
            pairs = [
                (a, b) for a in self.by_person[first] for b in self.by_person[second]
                if places[self.what[a]] == places[self.what[b]]
            ]  # fmt: skip
        if not with_teams:
            pairs = [pair for pair in pairs if all(self.problem.teams[self.what[option]] is None for option in pair)]
        return sorted(pairs, key=lambda pair: (-self.worth[pair[0]] - self.worth[pair[1]], pair))

    def place(self, couple: Couple) -> bool:
        """Give a couple the best pair that is left and worth something."""
        for a, b in self.together(couple):
            if self.worth[a] + self.worth[b] <= 0:
                break
            if self.put(a):
                if self.put(b):
                    return True
                self.drop(a)
        return False

    def complete(self, couple: Couple) -> bool:
        """Place the partner of somebody who is locked in a post."""
        first, second = self.members(couple)
        if self.own[first] and self.own[second]:
            return len(self.own[first]) == len(self.own[second]) == 1 and any(
                [a] == self.own[first] and [b] == self.own[second] for a, b in self.together(couple, with_teams=True)
            )
        placed = first if self.own[first] else second
        if len(self.own[placed]) > 1:
            return False
        for a, b in self.together(couple):
            held, new = (a, b) if placed == first else (b, a)
            if held in self.own[placed] and self.put(new):
                return True
        return False
