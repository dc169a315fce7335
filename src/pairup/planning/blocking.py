"""Who would leave a stable round: people and posts that prefer each other to what the plan gives them. No solver here.

A person and a post block where the person prefers the post to what they hold and the post has a free seat or prefers
the person to somebody in it. A couple blocks as a whole, as Manlove, McBride and Trimble define it (Constraints 22,
2017, https://doi.org/10.1007/s10601-016-9249-7): one moves while the other stays, or both move, with room or
somebody less preferred in each place. A team blocks as a whole: all its seats are empty and for each there is a person
(outside couples) who would come; a person and a post of a team that is not sent do not block alone. Locks, quotas and
caps limit the plan, not who would rather leave.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np

from pairup.planning.problems.posting import Couple, Flags, Ints, Posting, PostingProblem

#: the postings that one blocker would take instead
Blocker = tuple[Posting, ...]
#: a place behind every place in a list: at home, or with somebody who is not in it
LAST = np.iinfo(np.int64).max


class Market:
    """Both sides' preferences over the pairs that both accept and that are eligible.

    `liked` is the tie group of the post in the person's list and `wanted` that of the person in the post's, for each
    option of the problem; `is_open` says which options both sides accept.
    """

    def __init__(self, problem: PostingProblem) -> None:
        self.problem = problem
        self.coupled = {person: couple for couple in problem.couples for person in couple.people}
        self.liked, self.wanted = problem.places_in_lists
        self.is_coupled = np.zeros(len(problem.people), dtype=np.bool_)
        self.is_coupled[[problem.person_at[person] for person in self.coupled]] = True
        self.is_open: Flags = problem.is_free & (self.wanted >= 0)
        self.is_open &= (self.liked >= 0) | self.is_coupled[problem.option_person]
        ruled_out = problem.options_of(problem.forbids)
        self.is_open[ruled_out[ruled_out >= 0]] = False

    @cached_property
    def pairs(self) -> dict[Posting, int]:
        """The pairs both sides accept, and where they stand in the columns."""
        return {self.problem.posting(at): at for at in np.flatnonzero(self.is_open).tolist()}

    @cached_property
    def person_rank(self) -> dict[str, dict[str, int]]:
        return {person: _places(ranks) for person, ranks in self.problem.person_ranks.items()}

    @cached_property
    def post_rank(self) -> dict[str, dict[str, int]]:
        return {post: _places(ranks) for post, ranks in self.problem.post_ranks.items()}

    @cached_property
    def open_of_post(self) -> tuple[Ints, Ints]:
        """The open options grouped by post: where each post's begin, and the options."""
        options = np.flatnonzero(self.is_open)
        order = options[np.argsort(self.problem.option_post[options], kind="stable")]
        counts = np.bincount(self.problem.option_post[options], minlength=len(self.problem.posts))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), order

    @cached_property
    def posts_of_team(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, team in enumerate(self.problem.teams):
            if team is not None:
                found[team].append(at)
        return dict(sorted(found.items()))

    def seats(self, post: str) -> int:
        return int(self.problem.seats[self.problem.post_at[post]])

    def team(self, post: str) -> str | None:
        return self.problem.teams[self.problem.post_at[post]]

    def open_pairs(self, couple: Couple) -> list[tuple[Posting, Posting]]:
        """The post pairs a couple accepts, best first, that are open to both members."""
        first, second = couple.people
        accepted = [(a, b) for a, b in dict.fromkeys(couple.together or ()) if a != b or self.seats(a) >= 2]
        own = self.problem.options_of((first, a) for a, _ in accepted)
        partner = self.problem.options_of((second, b) for _, b in accepted)
        is_open = (own >= 0) & (partner >= 0)
        is_open[is_open] = self.is_open[own[is_open]] & self.is_open[partner[is_open]]
        return [
            (Posting(first, a), Posting(second, b))
            for (a, b), both in zip(accepted, is_open.tolist(), strict=True) if both
        ]  # fmt: skip


class Held:
    """Who holds what, seen from both sides: the place in their list of what people hold, and how full posts are."""

    def __init__(self, market: Market, options: Ints) -> None:
        problem = market.problem
        who, what = problem.option_person[options], problem.option_post[options]
        self.liked = np.full(len(problem.people), LAST, dtype=np.int64)
        self.liked[who] = np.where(market.liked[options] >= 0, market.liked[options], LAST)
        self.seated = np.bincount(what, minlength=len(problem.posts))
        self.worst = np.full(len(problem.posts), -1, dtype=np.int64)
        np.maximum.at(self.worst, what, np.where(market.wanted[options] >= 0, market.wanted[options], LAST))
        self.post = np.full(len(problem.people), -1, dtype=np.int64)
        self.post[who] = what

    def would_leave(self, market: Market, options: Ints) -> Flags:
        """Whether the person of each option prefers it to what they hold."""
        return np.asarray(market.liked[options] < self.liked[market.problem.option_person[options]])

    def has_room(self, market: Market, options: Ints) -> Flags:
        """Whether the post of each option has a free seat, or somebody whom it likes less than the person."""
        post = market.problem.option_post[options]
        return np.asarray(
            (self.seated[post] < market.problem.seats[post]) | (self.worst[post] > market.wanted[options])
        )


def blockers(problem: PostingProblem, chosen: Iterable[Posting], market: Market | None = None) -> list[Blocker]:
    """Give everybody who would leave, sorted; empty where the plan is stable."""
    market, items = market or Market(problem), list(chosen)
    options = problem.options_of(items)
    held = Held(market, options[options >= 0])
    found: list[Blocker] = [(problem.posting(at),) for at in single_blockers(market, held).tolist()]
    if problem.couples:
        posts = {item.person: item.post for item in items}
        seated: dict[str, list[str]] = defaultdict(list)
        for person, post in posts.items():
            seated[post].append(person)
        for couple in problem.couples:
            found += _couple_blocks(market, couple, posts, seated)
    for team in market.posts_of_team:
        group = team_would_come(market, team, held)
        if group is not None:
            found.append(group)
    return sorted(found)


def within_limits(problem: PostingProblem, chosen: Iterable[Posting], groups: Iterable[Blocker]) -> list[Blocker]:
    """Give the blockers who could leave and every quota and cap would still be kept.

    Each takes what they would leave for, and who is liked least where there is no room then goes home. The others
    would rather leave too, but could not be had: Kamada and Kojima (J. Econ. Theory 168, 2017,
    https://doi.org/10.1016/j.jet.2016.12.006) do not count such blockers against a plan.
    """
    held = {item.person: item.post for item in chosen}
    inside: dict[str, list[str]] = defaultdict(list)
    for person, post in held.items():
        inside[post].append(person)
    donors = dict(zip(problem.people, problem.donors, strict=True))
    places = dict(zip(problem.posts, problem.places, strict=True))
    seats = dict(zip(problem.posts, problem.seats.tolist(), strict=True))
    quotas, cap = dict(problem.quotas), problem.most_per_donor_and_place
    ranks = {post: _places(liked) for post, liked in problem.post_ranks.items()}
    sent = Counter(donors[person] for person in held)
    there = Counter((donors[person], places[post]) for person, post in held.items())

    def is_kept(group: Blocker) -> bool:
        come = {item.person: item.post for item in group}
        gone = [person for person in come if person in held]
        for post in sorted({*come.values()}):
            stay = [person for person in inside[post] if person not in come]
            over = len(stay) + sum(new == post for new in come.values()) - seats[post]
            rank = ranks.get(post, {})
            gone += sorted(stay, key=lambda person: (-rank.get(person, len(rank)), person))[: max(0, over)]
        to, at = Counter(donors[person] for person in come), Counter((donors[p], places[h]) for p, h in come.items())
        to.subtract(donors[person] for person in gone)
        at.subtract((donors[person], places[held[person]]) for person in gone)
        if any(by > 0 and donor in quotas and sent[donor] + by > quotas[donor] for donor, by in to.items()):
            return False
        return cap is None or not any(by > 0 and there[pair] + by > cap for pair, by in at.items())

    return [group for group in groups if is_kept(group)]


def single_blockers(market: Market, held: Held) -> Ints:
    """The options by which a person outside couples and a post would leave."""
    problem = market.problem
    may = market.is_open & (market.liked < held.liked[problem.option_person])
    if problem.couples:
        may &= ~market.is_coupled[problem.option_person]
    options = np.flatnonzero(may)
    options = options[held.has_room(market, options)]
    if market.posts_of_team:
        is_waiting = np.array([team is not None for team in problem.teams]) & (held.seated == 0)
        options = options[~is_waiting[problem.option_post[options]]]
    return options


def team_would_come(market: Market, team: str, held: Held) -> Blocker | None:
    """For a team that is not sent, give people for all its seats who prefer them to what they hold, or None."""
    problem, posts = market.problem, market.posts_of_team[team]
    if held.seated[posts].any():
        return None
    starts, order = market.open_of_post
    willing: dict[int, list[int]] = {}
    for post in posts:
        options = order[starts[post] : starts[post + 1]]
        options = options[~market.is_coupled[problem.option_person[options]]]
        willing[post] = problem.option_person[options[held.would_leave(market, options)]].tolist()
        if len(willing[post]) < problem.seats[post]:
            return None
    seats = [post for post in posts for _ in range(int(problem.seats[post]))]
    takers: dict[int, int] = {}

    def seat(at: int, seen: set[int]) -> bool:
        for person in willing[seats[at]]:
            if person not in seen:
                seen.add(person)
                if person not in takers or seat(takers[person], seen):
                    takers[person] = at
                    return True
        return False

    if not all(seat(at, set()) for at in range(len(seats))):
        return None
    return tuple(sorted(Posting(problem.people[person], problem.posts[seats[at]]) for person, at in takers.items()))


def _has_room(
    market: Market, seated: Mapping[str, list[str]], post: str, person: str, staying: tuple[str, ...] = ()
) -> bool:
    """Whether a post has a free seat, or somebody in it (none of `staying`) whom it likes less than a person."""
    rank = market.post_rank[post]
    others = [other for other in seated.get(post, []) if other != person]
    if len(others) < market.seats(post):
        return True
    return any(rank.get(other, len(rank)) > rank[person] for other in others if other not in staying)


def _couple_blocks(
    market: Market, couple: Couple, held: Mapping[str, str], seated: Mapping[str, list[str]]
) -> list[tuple[Posting, Posting]]:
    first, second = couple.people
    found = []
    for pair in market.open_pairs(couple):
        if (held.get(first), held.get(second)) == (pair[0].post, pair[1].post):
            break  # what follows is worse than what they have
        if any(market.team(item.post) is not None and not seated.get(item.post) for item in pair):
            continue
        if held.get(second) == pair[1].post:
            moves = _has_room(market, seated, pair[0].post, first, (second,))
        elif held.get(first) == pair[0].post:
            moves = _has_room(market, seated, pair[1].post, second, (first,))
        elif pair[0].post != pair[1].post:
            moves = all(_has_room(market, seated, item.post, item.person) for item in pair)
        else:
            moves = _room_for_two(market, seated, pair)
        if moves:
            found.append(pair)
    return found


def _room_for_two(market: Market, seated: Mapping[str, list[str]], pair: tuple[Posting, Posting]) -> bool:
    """Whether one post would take both: so many free seats, or people who are less preferred, each for one of them."""
    post = pair[0].post
    rank, others = market.post_rank[post], seated.get(post, [])
    free = market.seats(post) - len(others)
    best, worst = sorted(rank[item.person] for item in pair)
    below_best, below_worst = sum(rank[o] > best for o in others), sum(rank[o] > worst for o in others)
    if free >= 2:
        return True
    return below_best >= 1 if free == 1 else below_worst >= 1 and below_best >= 2


def _places(ranks: Iterable[Iterable[str]]) -> dict[str, int]:
    return {code: at for at, group in enumerate(ranks) for code in group}
