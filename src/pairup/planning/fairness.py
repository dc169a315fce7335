"""How fair a posting plan is: needs left unmet with their reason, donors' burdens, and envy between places.

A place envies another where the other's people, put into its own posts as well as they fit, would be worth more to it
than the people it has (Foley, Yale Economic Essays 7, 1967; Varian, Journal of Economic Theory 9, 1974). Spreads are
told as lowest, highest, mean and Gini coefficient (Gini, 1912): 0 where all are alike. Rows by place are for signed-in
offices; everybody else reads spreads and counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pairup.planning.blocks import Floats, Ints
from pairup.planning.linear import LinearProgramme
from pairup.planning.plan import Audience, Plan
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Spread:
    """How a figure is spread over those who have it."""

    count: int
    lowest: float
    highest: float
    mean: float
    gini: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """The spread of some values, none below 0; None where there are none."""
        rows = sorted(values)
        if not rows:
            return None
        count, total = len(rows), sum(rows)
        weighted = sum((2 * k - count - 1) * value for k, value in enumerate(rows, start=1))
        return cls(count, rows[0], rows[-1], total / count, weighted / (count * total) if total else 0.0)

    def to_dict(self) -> dict[str, Any]:
        return {
            "count": self.count, "lowest": round(self.lowest, 4), "highest": round(self.highest, 4),
            "mean": round(self.mean, 4), "gini": round(self.gini, 4),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Burden:
    """People a donor sends, of its quota (or of its people, where it has no quota)."""

    donor: str
    sent: int
    of: int

    @property
    def share(self) -> float:
        return self.sent / self.of if self.of else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {"donor": self.donor, "sent": self.sent, "of": self.of}


@dataclass(frozen=True, slots=True)
class PlaceShare:
    """What a place got: seats filled, and points of the most it could get if every best candidate were its own."""

    place: str
    seats: int
    filled: int
    points: float
    most: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "place": self.place, "seats": self.seats, "filled": self.filled, "points": self.points, "most": self.most,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Envy:
    """A place that would rather have another's people: what its own are worth to it, and what those would be."""

    place: str
    other: str
    own: float
    there: float

    def to_dict(self) -> dict[str, Any]:
        return {"place": self.place, "other": self.other, "own": self.own, "there": self.there}


@dataclass(frozen=True, slots=True)
class Unmet:
    """A post with seats left empty, and why."""

    post: str
    place: str
    empty: int
    reason: Words

    def to_dict(self) -> dict[str, Any]:
        return {"post": self.post, "place": self.place, "empty": self.empty, "reason": self.reason.to_dict()}


@dataclass(frozen=True, slots=True)
class Fairness:
    """The figures of one plan."""

    burdens: tuple[Burden, ...]
    places: tuple[PlaceShare, ...]
    envies: tuple[Envy, ...]
    unmet: tuple[Unmet, ...]

    @property
    def burden(self) -> Spread | None:
        return Spread.of(row.share for row in self.burdens if row.of)

    @property
    def filled(self) -> Spread | None:
        """Of the seats of each place, the share filled."""
        return Spread.of(row.filled / row.seats for row in self.places if row.seats)

    @property
    def candidates(self) -> Spread | None:
        """Of the points of a place's best candidates, the share it got: its part of the good candidates."""
        return Spread.of(row.points / row.most for row in self.places if row.most > 0)

    @property
    def envious(self) -> int:
        return len({row.place for row in self.envies})

    @property
    def reasons(self) -> dict[str, int]:
        """Empty seats by the code of their reason."""
        found: Counter[str] = Counter()
        for row in self.unmet:
            found[row.reason.code] += row.empty
        return dict(sorted(found.items()))

    def to_dict(self, for_: Audience = Audience.OFFICE) -> dict[str, Any]:
        """Give the figures; rows by donor, place and post only to an office."""
        spreads = {"burden": self.burden, "filled": self.filled, "candidates": self.candidates}
        told: dict[str, Any] = {key: spread.to_dict() if spread else None for key, spread in spreads.items()}
        told |= {"envious": self.envious, "places_counted": len(self.places), "reasons": self.reasons}
        if for_ is Audience.OFFICE:
            told["burdens"] = [row.to_dict() for row in self.burdens]
            told["places"] = [row.to_dict() for row in self.places]
            told["envies"] = [row.to_dict() for row in self.envies]
            told["unmet"] = [row.to_dict() for row in self.unmet]
        return told


def fairness_of(plan: Plan[Posting]) -> Fairness:
    """Work out the figures of a plan from its problem. Refuses where there is no plan."""
    problem: PostingProblem = plan.problem
    chosen = np.array([problem.option_at[item] for item in plan.assignments], dtype=np.int64)
    return Fairness(
        tuple(_burdens(problem, chosen)), tuple(_places(problem, chosen)), tuple(_envies(problem, chosen)),
        tuple(_unmet(problem, chosen)),
    )  # fmt: skip


def places_of(plan: Plan[Posting]) -> tuple[PlaceShare, ...]:
    """What each place got, without the other figures. Refuses where there is no plan."""
    return tuple(_places(plan.problem, plan.problem.options_of(plan.assignments)))


def _burdens(problem: PostingProblem, chosen: Ints) -> Iterable[Burden]:
    sent = Counter(problem.donors[k] for k in sorted(set(problem.option_person[chosen].tolist())))
    have, quota = Counter(problem.donors), dict(problem.quotas)
    for donor in sorted({*have, *quota}):
        yield Burden(donor, sent[donor], quota.get(donor, have[donor]))


def _places(problem: PostingProblem, chosen: Ints) -> Iterable[PlaceShare]:
    seats: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    points: dict[str, float] = defaultdict(float)
    most: dict[str, float] = defaultdict(float)
    best: list[list[float]] = [[] for _ in problem.posts]
    for post, worth in zip(problem.option_post.tolist(), problem.worth.tolist(), strict=True):
        best[post].append(worth)
    for post, place in enumerate(problem.places):
        seats[place] += int(problem.seats[post])
        most[place] += sum(sorted(best[post], reverse=True)[: int(problem.seats[post])])
    for option in chosen.tolist():
        place = problem.places[problem.option_post[option]]
        filled[place] += 1
        points[place] += float(problem.worth[option])
    for place in sorted(seats):
        yield PlaceShare(place, seats[place], filled[place], round(points[place], 6), round(most[place], 6))


def _envies(problem: PostingProblem, chosen: Ints) -> Iterable[Envy]:
    """Compare each place with each whose people it could take; exact values only where a quick bound leaves doubt."""
    own: dict[str, float] = defaultdict(float)
    where: dict[int, set[str]] = defaultdict(set)
    for option in chosen.tolist():
        place = problem.places[problem.option_post[option]]
        own[place] += float(problem.worth[option])
        where[int(problem.option_person[option])].add(place)
    reach: dict[tuple[str, str], list[int]] = defaultdict(list)
    free = np.flatnonzero(problem.is_free & np.isin(problem.option_person, np.array(sorted(where), dtype=np.int64)))
    for option in free.tolist():
        here = problem.places[problem.option_post[option]]
        for there in where[int(problem.option_person[option])] - {here}:
            reach[here, there].append(option)
    for (place, other), options in sorted(reach.items()):
        worth = problem.worth[options]
        person, post = problem.option_person[options], problem.option_post[options]
        if min(_most(worth, person), _most(worth, post, problem.seats)) <= own[place]:
            continue
        value = _assigned(worth, person, post, problem.seats)
        if value > own[place] + 1e-6:
            yield Envy(place, other, round(own[place], 6), round(value, 6))


def _most(worth: Floats, side: Ints, seats: Ints | None = None) -> float:
    """What one side could bring at most if the other never ran out."""
    total = 0.0
    for key in np.unique(side):
        rows = np.sort(worth[side == key])[::-1]
        total += float(rows[: 1 if seats is None else int(seats[key])].sum())
    return total


def _assigned(worth: Floats, person: Ints, post: Ints, seats: Ints) -> float:
    """The most these people are worth in these posts. An assignment's programme has whole vertices."""
    _, row = np.unique(person, return_inverse=True)
    posts, column = np.unique(post, return_inverse=True)
    people = int(row.max()) + 1
    programme = LinearProgramme()
    programme.add_rows(
        np.full(people + len(posts), -np.inf), np.concatenate([np.ones(people), seats[posts].astype(np.float64)])
    )
    index = np.stack([row, people + column], axis=1).ravel()
    programme.add_columns(worth, 2 * np.arange(len(worth) + 1), index, np.ones(len(index)))
    solved = programme.solve()
    return solved.value if solved is not None else 0.0


def _unmet(problem: PostingProblem, chosen: Ints) -> Iterable[Unmet]:
    filled = np.bincount(problem.option_post[chosen], minlength=len(problem.posts))
    table = _Table(problem, chosen)
    for post in np.flatnonzero(filled < problem.seats).tolist():
        empty = int(problem.seats[post] - filled[post])
        yield Unmet(problem.posts[post], problem.places[post], empty, table.reason(post))


class _Table:
    """Who sits where, and what is full."""

    def __init__(self, problem: PostingProblem, chosen: Ints) -> None:
        self.problem = problem
        people = sorted(set(problem.option_person[chosen].tolist()))
        self.posted = set(people)
        self.filled = Counter(problem.option_post[chosen].tolist())
        self.sent = Counter(problem.donors[k] for k in people)
        pairs = zip(problem.option_person[chosen].tolist(), problem.option_post[chosen].tolist(), strict=True)
        self.there = Counter((problem.donors[k], place) for k, place in {(k, problem.places[j]) for k, j in pairs})
        self.coupled = {problem.person_at[name] for couple in problem.couples for name in couple.people}
        self.barred = {problem.option_at[pair] for pair in problem.forbids if pair in problem.option_at}
        self.options: dict[int, list[int]] = defaultdict(list)
        for option, post in enumerate(problem.option_post.tolist()):
            self.options[post].append(option)
        self.team: dict[str, list[int]] = defaultdict(list)
        for post, team in enumerate(problem.teams):
            if team is not None:
                self.team[team].append(post)

    def reason(self, post: int) -> Words:
        """Why a seat stays empty: the first of these that says it all."""
        problem, own = self.problem, self.options[post]
        if not own:
            return Words("fairness.nobody")
        able = [k for k in own if problem.is_free[k] and k not in self.barred]
        if not able:
            return Words("fairness.away", {"count": len(own)})
        if (team := problem.teams[post]) is not None and self.filled[post] == 0:
            lacking = sum(1 for other in self.team[team] if not self.options[other])
            return Words("fairness.team", {"team": team, "lacking": lacking})
        people = [int(problem.option_person[k]) for k in able]
        at_home = [k for k in people if k not in self.posted]
        if not at_home:
            return Words("fairness.elsewhere", {"count": len(people)})
        if all(k in self.coupled for k in at_home):
            return Words("fairness.personal", {"count": len(at_home)})
        quota, most = dict(problem.quotas), problem.most_per_donor_and_place
        single = [k for k in at_home if k not in self.coupled]
        if all(self.sent[problem.donors[k]] >= quota.get(problem.donors[k], len(problem.people)) for k in single):
            donors = sorted({problem.donors[k] for k in single})
            return Words("fairness.quota", {"donors": ", ".join(donors), "count": len(single)})
        place = problem.places[post]
        if most is not None and all(self.there[problem.donors[k], place] >= most for k in single):
            return Words("fairness.cap", {"most": most, "count": len(single)})
        return Words("fairness.dearer", {"count": len(at_home)})


def in_order(places: Sequence[PlaceShare]) -> list[float]:
    """Fill shares from the lowest up: what leximin compares."""
    return sorted(row.filled / row.seats for row in places if row.seats)
