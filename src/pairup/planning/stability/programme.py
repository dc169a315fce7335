"""A stable round as an integer programme: fewest who would leave, then most placed, then most worth.

Stability rows as in Rothblum (Math. Programming 54, 1992); couples follow the programme of Manlove, McBride and
Trimble (Constraints 22, 2017). Teams that would come are told to the programme as they are found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pairup.planning.blocking import Blocker, Held, Market, blockers, team_would_come
from pairup.planning.form import Ranked
from pairup.planning.plan import Status, Stop
from pairup.planning.problems.posting import Couple, Flags, Ints, Posting, PostingProblem
from pairup.planning.round_form import Writing, formulate

#: so often a team that would come is told to the programme before it gives up the proof
TEAM_CUTS = 50


def best_ranked(
    problem: PostingProblem, market: Market, first: Ints | None, is_stable: bool, stop: Stop, seed: int
) -> Ranked:
    """Solve for fewest blockers, most placed, most worth; `taken` is over the options of the problem.

    `first` are the options of a plan at hand; with `is_stable`, a plan that nobody would leave is known to exist.
    """
    watch = stop.watch()
    options = np.flatnonzero(market.is_open)
    part = replace(
        problem, option_person=problem.option_person[options], option_post=problem.option_post[options],
        worth=problem.worth[options],
    )  # fmt: skip
    writing = formulate(part, seed, one_post_only=True)
    rows = Rows(writing, Market(part), is_stable)
    rows.write()
    start = None
    if first is not None:
        items = [problem.posting(k) for k in first.tolist()]
        start = rows.start(part.options_of(items), blockers(part, items, rows.market))
    told: set[Blocker] = set()
    while True:
        ranked = writing.form.solve_in_order(rows.aims(), Stop(watch.left, stop.work), start)
        start = None
        if ranked.answer.taken is None:
            return ranked
        held = Held(rows.market, np.flatnonzero(ranked.answer.taken[writing.take]))
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


class Rows:
    """The stability rows of a round. A `leaves` choice allows one blocker and counts it."""

    def __init__(self, writing: Writing, market: Market, is_exact: bool) -> None:
        self.writing, self.market, self.form, self.is_exact = writing, market, writing.form, is_exact
        self.leaves: dict[Blocker, int] = {}  # the choice that allows each blocker; of a team, whatever its people
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
        fewest[sorted({*self.leaves.values(), *self.team_leaves.values()})] = -1.0
        placed[self.writing.take] = 1.0
        worth[self.writing.take] = self.writing.problem.worth
        return [fewest, placed, worth]

    def _leave(self, *blocker: Posting) -> list[int]:
        """A choice that allows one blocker, or none where a stable plan is known to exist."""
        if self.is_exact:
            return []
        self.leaves[blocker] = int(self.form.choose(np.zeros(1))[0])
        return [self.leaves[blocker]]

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
        parts = [(self._as_good(item), seats), (self._preferred(item), 1.0), (self._leave(item), seats), (sent, -seats)]
        self._unless(seats - seats * teams, parts)

    def _pair(self, couple: Couple, pair: tuple[Posting, Posting]) -> None:
        """The ways in which a couple could leave for this pair; see `blocking`."""
        a, b = pair
        pairs = self.market.open_pairs(couple)
        better = pairs[: pairs.index(pair)]
        worse = pairs[pairs.index(pair) + 1 :]
        at = self.writing.pairs
        leave = self._leave(a, b)
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
        preferred = self._preferred(item, without)
        self._unless(0.0, [(preferred, 1.0), ([choice], -seats)])
        self.form.derive(choice, preferred, int(seats))

    def team_may_come(self, team: str, group: Blocker) -> None:
        """Require that this team is sent, or somebody in the group is as well off, or that it counts as a blocker."""
        if team not in self.team_leaves and not self.is_exact:
            self.team_leaves[team] = int(self.form.choose(np.zeros(1))[0])
        as_good = [choice for item in group for choice in self._as_good(item)]
        leave = [self.team_leaves[team]] if team in self.team_leaves else []
        self._unless(1.0, [([self.writing.sent[team]], 1.0), (as_good, 1.0), (leave, 1.0)])

    def start(self, options: Ints, leaving: Sequence[Blocker]) -> Flags:
        """The choices of a plan that is at hand, with the helping ones and those who leave it filled in."""
        taken = self.form.completed(self.writing.take[options])
        taken[[self.leaves[blocker] for blocker in leaving if blocker in self.leaves]] = True
        return taken
