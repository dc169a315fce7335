"""A round nobody would leave: stable postings, with the fewest blockers where couples, teams or limits make some.

In order: fewest who would leave, most people placed, most worth. Without couples, teams or limits deferred
acceptance (Gale and Shapley, Amer. Math. Monthly 69, 1962) gives a stable plan; with strict preferences all stable
plans lie between what is best for people and what is best for posts, and a small integer programme finds the best of
them (stability rows as in Rothblum, Math. Programming 54, 1992). Couples follow the programme of Manlove, McBride and
Trimble (Constraints 22, 2017). Each person takes one post at most here, whatever the dates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Any

import numpy as np

from pairup.planning.blocking import Blocker, Market, blockers, team_would_come
from pairup.planning.explain import why_stable
from pairup.planning.form import Ranked
from pairup.planning.outcome import plan_of
from pairup.planning.plan import Ended, Plan, Planner, Progress, Status, Stop
from pairup.planning.problems.posting import Couple, Posting, PostingProblem
from pairup.planning.round_form import Writing, formulate
from pairup.planning.solvers import Answer
from pairup.values.words import Words

#: more pairs than this are left to deferred acceptance alone
PAIRS = 20_000
#: so often a team that would come is told to the programme before it gives up the proof
TEAM_CUTS = 50


def plan_stable(
    problem: PostingProblem, *, planner: Planner[Posting], stop: Stop, seed: int, progress: Progress | None
) -> Plan[Posting]:
    """Choose postings that the fewest would leave, then that place the most, then that are worth most."""
    watch = stop.watch()
    market = Market(problem)
    allowed = set(market.pairs)
    for lock in problem.locks:
        if lock not in allowed:
            clash = (Words("planning.lock", lock._asdict()), Words("planning.not-accepted", lock._asdict()))
            return plan_of(
                problem, planner, why_stable, Answer(Status.INFEASIBLE, Ended.PROOF, clash=clash), [], [], watch, seed
            )
    first = deferred_acceptance(market) if is_plain(problem) else None
    if first is not None and _is_strict(market):
        allowed = _between(market, first, deferred_acceptance(market, posts_offer=True))
    if progress:
        progress(Words("planning.doing-stable", {"pairs": len(allowed)}), 0, 1)
    if len(allowed) > PAIRS:
        ranked = Ranked(Answer(Status.UNKNOWN, Ended.WORK), (None, None, None))
    else:
        ranked = _search(problem, market, allowed, first, Stop(watch.left, stop.work), seed)
    if progress:
        progress(Words("planning.doing-stable", {"pairs": len(allowed)}), 1, 1)
    return _plan(problem, planner, ranked, first, watch, seed)


def is_plain(problem: PostingProblem) -> bool:
    """Whether deferred acceptance alone gives a stable plan."""
    is_limited = bool(problem.quotas) or problem.most_per_donor_and_place is not None or bool(problem.must_fill.any())
    return not (is_limited or problem.couples or problem.locks or any(problem.teams))


def deferred_acceptance(market: Market, posts_offer: bool = False) -> dict[Posting, int]:
    """Let one side offer and the other keep the best so far; ties go to the higher worth, then by identifier."""
    worth = {item: float(market.problem.worth[at]) for item, at in market.pairs.items()}
    wishes: dict[str, list[Posting]] = defaultdict(list)
    for item in market.pairs:
        wishes[item.post if posts_offer else item.person].append(item)
    liking = market.post_rank if posts_offer else market.person_rank
    for key, items in wishes.items():
        ranks = [liking[key][item.person if posts_offer else item.post] for item in items]
        marked = sorted(zip(ranks, [-worth[item] for item in items], items, strict=True), reverse=True)
        wishes[key] = [item for _, _, item in marked]  # the best stands last, to be taken off first
    room = {key: market.seats(key) if posts_offer else 1 for key in wishes}
    kept: dict[str, list[tuple[int, float, Any, Posting]]] = defaultdict(list)
    waiting = sorted(wishes, reverse=True)
    while waiting:
        key = waiting.pop()
        while room[key] and wishes[key]:
            item = wishes[key].pop()
            to = item.person if posts_offer else item.post
            seats = 1 if posts_offer else market.seats(to)
            rank = market.person_rank[to][item.post] if posts_offer else market.post_rank[to][item.person]
            heappush(kept[to], (-rank, worth[item], _Last(item), item))
            room[key] -= 1
            if len(kept[to]) > seats:
                sent_away = heappop(kept[to])[3]
                other = sent_away.post if posts_offer else sent_away.person
                room[other] += 1
                if other != key:
                    waiting.append(other)
    return {entry[3]: market.pairs[entry[3]] for entries in kept.values() for entry in entries}


@dataclass(frozen=True, slots=True)
class _Last:
    """Orders postings from the last to the first, so that of equals the last is sent away."""

    item: Posting

    def __lt__(self, other: _Last) -> bool:
        return self.item > other.item


def _is_strict(market: Market) -> bool:
    return all(
        len(set(rank.values())) == len(rank)
        for ranks in (market.person_rank, market.post_rank)
        for rank in ranks.values()
    )


def _between(market: Market, best: Iterable[Posting], worst: Iterable[Posting]) -> set[Posting]:
    """The pairs in which a person is at least as well off as in `worst` and no better than in `best`."""
    top, low = ({item.person: market.person_rank[item.person][item.post] for item in plan} for plan in (best, worst))
    return {
        item for item in market.pairs
        if item.person in top and top[item.person] <= market.person_rank[item.person][item.post] <= low[item.person]
    }  # fmt: skip


def _search(
    problem: PostingProblem,
    market: Market,
    allowed: set[Posting],
    first: dict[Posting, int] | None,
    stop: Stop,
    seed: int,
) -> Ranked:
    """Solve for fewest blockers, most placed, most worth; teams that would come are told as they are found."""
    watch = stop.watch()
    options = np.array(sorted(market.pairs[item] for item in allowed), dtype=np.int64)
    part = replace(
        problem, option_person=problem.option_person[options], option_post=problem.option_post[options],
        worth=problem.worth[options],
    )  # fmt: skip
    writing = formulate(part, seed, one_post_only=True)
    rows = _Rows(writing, Market(part), is_exact=first is not None)
    rows.write()
    start = None if first is None else writing.form.completed([part.option_at[item] for item in first])
    told: set[Blocker] = set()
    while True:
        left = Stop(watch.left, stop.work)
        ranked = writing.form.solve_in_order(rows.aims(), left, start)
        start = None
        if ranked.answer.taken is None:
            return ranked
        chosen = [part.posting(k) for k in np.flatnonzero(ranked.answer.taken[writing.take]).tolist()]
        held = {item.person: item.post for item in chosen}
        new = {
            (team, group) for team in writing.sent
            if (group := team_would_come(rows.market, team, held)) is not None and group not in told
        }  # fmt: skip
        if new and len(told) < TEAM_CUTS and ranked.answer.status is Status.OPTIMAL:
            for team, group in sorted(new):
                rows.team_may_come(team, group)
                told.add(group)
            continue
        taken = np.zeros(len(problem.worth), dtype=np.bool_)
        taken[options] = ranked.answer.taken[writing.take]
        proved = ranked.answer.status is Status.OPTIMAL and not new
        status = Status.OPTIMAL if proved else Status.FEASIBLE
        return Ranked(replace(ranked.answer, status=status, taken=taken), ranked.bounds)


class _Rows:
    """The stability rows of a round. A `leaves` choice allows one blocker and counts it."""

    def __init__(self, writing: Writing, market: Market, is_exact: bool) -> None:
        self.writing, self.market, self.form, self.is_exact = writing, market, writing.form, is_exact
        self.leaves: list[int] = []
        self.take = {item: int(writing.take[at]) for item, at in writing.problem.option_at.items()}
        self.by_post: dict[str, list[Posting]] = defaultdict(list)
        self.by_person: dict[str, list[Posting]] = defaultdict(list)
        for item in self.take:
            self.by_post[item.post].append(item)
            self.by_person[item.person].append(item)
        self.team_leaves: dict[str, int] = {}

    def write(self) -> None:
        for item in sorted(self.take):
            if item.person not in self.market.coupled:
                self._single(item)
        for couple in self.writing.problem.couples:
            for pair in self.market.open_pairs(couple):
                self._pair(couple, pair)

    def aims(self) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
        fewest, placed, worth = (np.zeros(self.form.count) for _ in range(3))
        fewest[self.leaves] = -1.0
        placed[self.writing.take] = 1.0
        worth[self.writing.take] = self.writing.problem.worth
        return [fewest, placed, worth]

    def _leave(self) -> list[int]:
        """A choice that allows one blocker, or none where a stable plan is known to exist."""
        if self.is_exact:
            return []
        self.leaves.append(int(self.form.choose(np.zeros(1))[0]))
        return [self.leaves[-1]]

    def _as_good(self, item: Posting) -> list[int]:
        """The choices in which the person is as well off as with this item."""
        rank = self.market.person_rank[item.person]
        return [self.take[other] for other in self.by_person[item.person] if rank[other.post] <= rank[item.post]]

    def _preferred(self, item: Posting, without: tuple[str, ...] = ()) -> list[int]:
        """The choices in which the post has somebody it likes as well as this person."""
        rank = self.market.post_rank[item.post]
        return [
            self.take[other] for other in self.by_post[item.post]
            if other.person != item.person and other.person not in without and rank[other.person] <= rank[item.person]
        ]  # fmt: skip

    def _unless(self, needed: float, parts: list[tuple[list[int], float]]) -> None:
        """Require that the parts together reach what keeps a blocker away."""
        choices = [choice for own, _ in parts for choice in own]
        values = [value for own, value in parts for _ in own]
        self.form.require(self.form.name("stable"), choices, values, low=needed)

    def _waiting(self, *posts: str) -> tuple[list[int], int]:
        """The teams of posts: while one is not sent, nobody blocks with a post of it alone."""
        teams = {team for post in posts if (team := self.market.team(post)) is not None}
        return [self.writing.sent[team] for team in sorted(teams)], len(teams)

    def _single(self, item: Posting) -> None:
        seats = float(self.market.seats(item.post))
        sent, teams = self._waiting(item.post)
        parts = [(self._as_good(item), seats), (self._preferred(item), 1.0), (self._leave(), seats), (sent, -seats)]
        self._unless(seats - seats * teams, parts)

    def _pair(self, couple: Couple, pair: tuple[Posting, Posting]) -> None:
        """The ways in which a couple could leave for this pair; see `blocking`."""
        a, b = pair
        pairs = self.market.open_pairs(couple)
        better = pairs[: pairs.index(pair)]
        worse = pairs[pairs.index(pair) + 1 :]
        at = self.writing.pairs
        leave = self._leave()
        stays_b = [at[other] for other in worse if other[1] == b]
        stays_a = [at[other] for other in worse if other[0] == a]
        sent, teams = self._waiting(a.post, b.post)
        for stays, mover, partner in ((stays_b, a, b), (stays_a, b, a)):
            if stays:  # the partner is there already and stays; the mover needs room
                same = mover.post == partner.post
                seats = float(self.market.seats(mover.post) - same)
                without = (partner.person,) if same else ()
                self._unless(-seats * teams, [
                    (self._preferred(mover, without), 1.0), (leave, seats), (stays, -seats), (sent, -seats),
                ])  # fmt: skip
        one, two = (int(choice) for choice in self.form.choose(np.zeros(2)))
        if a.post != b.post:
            self._closed(one, a, float(self.market.seats(a.post)))
            self._closed(two, b, float(self.market.seats(b.post)))
        else:
            liked, other = sorted(pair, key=lambda item: self.market.post_rank[item.post][item.person])
            seats = float(self.market.seats(a.post))
            self._closed(one, liked, seats - 1, (other.person,))
            self._closed(two, other, seats, (liked.person,))
        content = [at[other] for other in [*better, pair]] + stays_a + stays_b
        self._unless(1.0 - teams, [(content, 1.0), ([one, two], 1.0), (leave, 1.0), (sent, -1.0)])

    def _closed(self, choice: int, item: Posting, seats: float, without: tuple[str, ...] = ()) -> None:
        """Allow a choice to say that a post is closed to somebody: so many seats hold people it likes as well."""
        self._unless(0.0, [(self._preferred(item, without), 1.0), ([choice], -seats)])

    def team_may_come(self, team: str, group: Blocker) -> None:
        """Require that this team is sent, or somebody in the group is as well off, or that it counts as a blocker."""
        if team not in self.team_leaves:
            self.team_leaves[team] = int(self.form.choose(np.zeros(1))[0])
            self.leaves.append(self.team_leaves[team])
        as_good = [choice for item in group for choice in self._as_good(item)]
        self._unless(1.0, [([self.writing.sent[team]], 1.0), (as_good, 1.0), ([self.team_leaves[team]], 1.0)])


def _plan(
    problem: PostingProblem,
    planner: Planner[Posting],
    ranked: Ranked,
    first: dict[Posting, int] | None,
    watch: Any,
    seed: int,
) -> Plan[Posting]:
    """Make the plan; what was not proved is said to be unknown."""
    answer = ranked.answer
    if answer.taken is None and answer.status is not Status.INFEASIBLE and first is not None:
        taken = np.zeros(len(problem.worth), dtype=np.bool_)
        taken[sorted(first.values())] = True
        answer = replace(answer, status=Status.FEASIBLE, taken=taken)
    if answer.taken is None:
        return plan_of(problem, planner, why_stable, answer, [], [], watch, seed)
    options = np.flatnonzero(answer.taken).tolist()
    items = [problem.posting(k) for k in options]
    found = blockers(problem, items)
    is_proved = answer.status is Status.OPTIMAL
    fewest = 0 if not found else None
    if ranked.bounds and ranked.bounds[0] is not None:
        fewest = max(0, round(-ranked.bounds[0]))
    bound = float(len(items)) if is_proved else _most_placed(problem)
    further = {
        "blocking_pairs": [list(group[0]) for group in found],
        "blocking_groups": [[list(item) for item in group] for group in found],
        "blocking_bound": fewest,
        "worth": round(float(problem.worth[options].sum()), 9),
    }
    if not is_proved and bound <= len(items):
        answer = replace(answer, bound=None)
    else:
        answer = replace(answer, bound=bound)
    ones = [1.0] * len(items)
    return plan_of(problem, planner, why_stable, answer, items, ones, watch, seed, further)


def _most_placed(problem: PostingProblem) -> float:
    return float(min(len(np.unique(problem.option_person)), int(problem.seats.sum())))
