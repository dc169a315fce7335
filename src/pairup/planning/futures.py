"""Rounds that nobody knows yet, drawn from the last one that is known: what is asked again, and who is still there.

A draw keeps each post of the known round with a given share (a team as a whole), and each person with a given share
for every round that passes; who has gone is replaced by somebody new with the options of a person of the same donor,
drawn with replacement (the bootstrap: Efron, Annals of Statistics 7(1), 1979). So the later rounds are as large as the
known one and alike it in what they need, and no more than that is claimed. Nothing is locked in them and nothing must
be filled, for nobody can promise that of a round that is not known.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.planning.blocks import Flags, Floats, Ints
from pairup.planning.horizon import Horizon, plan_rounds
from pairup.planning.plan import PROVED, UNTIL_PROVED, Plan, Progress, Status, Stop, gap_of, number
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Expected:
    """What is taken to hold of rounds that are not known; shares of one, assumptions and no finding.

    `posts` of the round are asked again, `people` of it are candidates of the next one too. Nobody serves within
    `rest` days after a posting. Prices are averaged over `draws` futures.
    """

    posts: float = 0.9
    people: float = 0.5
    rest: int = 365
    draws: int = 16

    def to_dict(self) -> dict[str, Any]:
        return {"posts": self.posts, "people": self.people, "rest": self.rest, "draws": self.draws}


@dataclass(frozen=True, slots=True)
class Ahead:
    """A horizon, how many of its rounds are known, and what was taken to hold of the others."""

    horizon: Horizon
    known: int
    expected: Expected

    def to_dict(self) -> dict[str, Any]:
        """Give the figures; no row of a round that nobody knows."""
        told = self.horizon.to_dict()
        for at, row in enumerate(told["rounds"]):
            row["is_drawn"] = at >= self.known
        return told | {"known": self.known, "expected": self.expected.to_dict()}


def plan_ahead(
    known: Sequence[PostingProblem], rounds: int, expected: Expected = Expected(), *, stop: Stop = UNTIL_PROVED,
    seed: int = 0, compare: bool = True, progress: Progress | None = None,
) -> Ahead:  # fmt: skip
    """Plan `rounds` rounds in order: the known ones, then rounds drawn from the last of them.

    Prices look at the known rounds that follow and at futures drawn anew; the rounds planned after the known ones are
    one more draw, so what is said of them is an example and no forecast. Refuses fewer rounds than are known.
    """
    if not known or rounds < len(known):
        raise InputError(
            f"{rounds} rounds are asked for and {len(known)} are given.",
            hint="Give one round or more, and ask for as many at least.", code="horizon.too-few",
            asked=rounds, given=len(known),
        )  # fmt: skip
    last, count = len(known) - 1, max(0, rounds - len(known))
    example = [drawn(known[last], ahead + 1, np.random.default_rng([seed, ahead, 2**31]), expected)
               for ahead in range(count)]  # fmt: skip
    problems = [*known, *example]

    luck = np.random.default_rng([seed, 2**31]).random(len(known[last].people))
    turns: defaultdict[int, Iterator[int]] = defaultdict(itertools.count)

    def sample(at: int, random: np.random.Generator) -> list[PostingProblem]:
        # turn by turn everybody's luck goes once round, so each person is there in their share of the draws: a price
        # that is high by luck would hold people back in vain
        stays = (luck + next(turns[at]) / expected.draws) % 1.0
        first = max(at, last)
        return [*known[at + 1 :], *(drawn(known[last], ahead - last, random, expected, stays)
                                    for ahead in range(first + 1, len(problems)))]  # fmt: skip

    found = plan_rounds(
        problems, samples=expected.draws if count else 1, sample=sample, rest=expected.rest, stop=stop, seed=seed,
        compare=compare, progress=progress,
    )  # fmt: skip
    return Ahead(found, len(known), expected)


def drawn(
    problem: PostingProblem, ahead: int, random: np.random.Generator, expected: Expected, luck: Floats | None = None
) -> PostingProblem:
    """Draw the round that comes `ahead` rounds after this one; its days are moved by as many lengths of this one.

    `luck` of each person, from 0 to 1, says who stays: those below the share.
    """
    moved = _length(problem) * ahead
    again = _posts(problem, random, expected.posts)
    stays = (random.random(len(problem.people)) if luck is None else luck) < expected.people**ahead
    like = _like(problem, stays, random)
    starts = np.searchsorted(problem.option_person, np.arange(len(problem.people) + 1))
    names = tuple(
        code if is_old else f"{code}+{ahead}"
        for code, is_old in zip(problem.people, stays.tolist(), strict=True)
    )  # fmt: skip
    options = np.concatenate([np.arange(starts[k], starts[k + 1]) for k in like.tolist()] or [np.zeros(0, np.int64)])
    person = np.repeat(np.arange(len(like)), np.diff(starts)[like])
    kept = again[problem.option_post[options]]
    options, person = options[kept], person[kept]
    post_at = np.cumsum(again) - 1
    seats = np.flatnonzero(again).tolist()
    old = {code for code, is_old in zip(problem.people, stays.tolist(), strict=True) if is_old}
    return PostingProblem.from_columns(
        [(names[k], problem.donors[k], _day(problem.person_first[like[k]], moved),
          _day(problem.person_last[like[k]], moved)) for k in range(len(names))],
        [(problem.posts[j], problem.places[j], int(problem.seats[j]), False, problem.teams[j],
          _day(problem.post_first[j], moved), _day(problem.post_last[j], moved)) for j in seats],
        person, post_at[problem.option_post[options]], problem.worth[options], quotas=dict(problem.quotas),
        most_per_donor_and_place=problem.most_per_donor_and_place,
        couples=[couple for couple in problem.couples if couple.together is None and old.issuperset(couple.people)],
    )  # fmt: skip


def _posts(problem: PostingProblem, random: np.random.Generator, share: float) -> Flags:
    """Which posts are asked again; a team stands or falls as one."""
    luck = dict[str, float]()
    flags = []
    for team, own in zip(problem.teams, random.random(len(problem.posts)).tolist(), strict=True):
        flags.append((own if team is None else luck.setdefault(team, own)) < share)
    return np.array(flags, dtype=np.bool_)


def _like(problem: PostingProblem, stays: Flags, random: np.random.Generator) -> Ints:
    """Whose options each candidate has: their own, or those of anybody of the same donor."""
    like = np.arange(len(problem.people))
    donor = np.unique(np.array(problem.donors), return_inverse=True)[1] if problem.people else like
    order = np.argsort(donor, kind="stable")
    bounds = np.searchsorted(donor[order], np.arange(int(donor.max(initial=-1)) + 2))
    for first, last in itertools.pairwise(bounds.tolist()):
        new = order[first:last][~stays[order[first:last]]]
        like[new] = order[first + random.integers(0, last - first, len(new))]
    return like


def _length(problem: PostingProblem) -> np.timedelta64:
    """Days of a round, from the first day of any post to the last; none where no days are given."""
    first, last = problem.post_first, problem.post_last
    if np.isnat(first).all() or np.isnat(last).all():
        return np.timedelta64(0, "D")
    return np.timedelta64(int((np.nanmax(last) - np.nanmin(first)).astype(np.int64)) + 1, "D")


def _day(day: np.datetime64, moved: np.timedelta64) -> Any:
    return None if np.isnat(day) else (day + moved).item()


def own_plan(problem: PostingProblem, horizon: Horizon) -> Plan[Posting]:
    """The first round's plan as an answer to the round by itself: its worth, and the bound of the round alone.

    Without a bound where the horizon was not compared with rounds planned for themselves.
    """
    first = horizon.rounds[0]
    bound = None if horizon.myopic is horizon.rounds else horizon.myopic[0].plan.bound
    gap = gap_of(first.worth, bound)
    status = Status.OPTIMAL if gap is not None and gap <= PROVED else Status.FEASIBLE
    return replace(first.plan, problem=problem, status=status, objective=first.worth, bound=bound, prices=None)


def ahead_words(ahead: Mapping[str, Any]) -> Iterator[Words]:
    """Tell a horizon from its figures, one line each: every round, all of them, and what is not known."""
    rounds, myopic, known = ahead["rounds"], ahead["myopic"], ahead["known"]
    for at, (row, alone) in enumerate(zip(rounds, myopic, strict=True), start=1):
        facts = {
            "round": at, "chosen": row["chosen"], "worth": number(row["worth"]), "gap": percent(row["gap"]),
            "bound": "–" if row["bound"] is None else number(row["bound"]), "objective": number(row["objective"]),
            "alone": number(alone["worth"]), "priced": row["priced"],
        }  # fmt: skip
        yield Words("horizon.known" if at <= known else "horizon.drawn", facts)
    yield Words("horizon.total", {
        "worth": number(ahead["total"]), "bound": "–" if ahead["bound"] is None else number(ahead["bound"]),
        "gap": percent(ahead["gap"]), "alone": number(ahead["myopic_total"]),
    })  # fmt: skip
    facts = {"people": ahead["held_back"], "cost": number(ahead["cost_now"])}
    yield Words("horizon.held-back", facts | {"later": number(ahead["total"] - ahead["myopic_total"])})
    if len(rounds) > known:
        said = ahead["expected"]
        yield Words("horizon.unknown", {
            "from": known + 1, "posts": f"{100 * said['posts']:g}", "people": f"{100 * said['people']:g}",
            "rest": said["rest"], "draws": said["draws"],
        })  # fmt: skip


def percent(gap: float | None) -> str:
    """A gap in per cent, or a dash."""
    return "–" if gap is None else f"{number(100 * gap, 2 if gap >= 0.0001 else 5)} %"
