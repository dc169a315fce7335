"""A round written down as choices and requirements.

One 0/1 choice for each option; a team is one more choice, which its posts' seats equal (and one for each donor that
could send it, where all its people come from one); a couple's postings are equal
place by place, or are the sum of the post pairs they accept. A person who could serve in several posts one after the
other has a row for each set of posts that are open on one day. The formulation is tight: without teams and couples
it is an assignment problem, whose linear relaxation is whole already.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from pairup.planning.form import Form
from pairup.planning.limits import grouped, limits_that_bind
from pairup.planning.problems.posting import Couple, Flags, Ints, Posting, PostingProblem

_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Writing:
    """A posting question written down: its form, the choice of each option, and who may serve twice."""

    problem: PostingProblem
    form: Form
    take: Ints
    several: Flags
    by_person: dict[int, Ints] = field(default_factory=dict)  # options, in order
    by_post: dict[int, Ints] = field(default_factory=dict)
    cliques: dict[int, list[frozenset[int]]] = field(default_factory=dict)  # choices that meet, of who may serve twice
    pairs: dict[tuple[Posting, Posting], int] = field(default_factory=dict)  # of couples that list what they accept
    sent: dict[str, int] = field(default_factory=dict)  # of teams

    def any_of(self, name: int, person: int, choices: list[int]) -> list[int]:
        """Give choices whose sum is 1 as soon as one of these is taken; all are of a person who may serve twice.

        Where all of them meet on one day they are such choices themselves. Else one more choice is added: of those
        that meet on one day at most one is taken, so their sum is a tighter row than each of them.
        """
        meeting = _largest({frozenset(choices) & clique for clique in self.cliques[person]})
        if len(meeting) <= 1:
            return choices
        used = int(self.form.choose(np.zeros(1))[0])
        for here in meeting:
            self.form.require(name, [*sorted(here), used], [1.0] * len(here) + [-1.0], high=0.0)
        self.form.derive(used, choices)
        return [used]


def _largest(sets: set[frozenset[int]]) -> list[frozenset[int]]:
    """Leave out the sets that lie in another one."""
    kept: list[frozenset[int]] = []
    for one in sorted(sets, key=lambda one: (-len(one), sorted(one))):
        if one and not any(one <= other for other in kept):
            kept.append(one)
    return kept


def formulate(problem: PostingProblem, seed: int, one_post_only: bool = False) -> Writing:
    """Write the question down; with `one_post_only`, nobody serves twice whatever the dates."""
    form = Form(seed)
    several = np.zeros(len(problem.people), dtype=np.bool_) if one_post_only else may_serve_twice(problem)
    options = np.arange(len(problem.worth))
    by_person, by_post = (dict(grouped(key, options)) for key in (problem.option_person, problem.option_post))
    writing = Writing(problem, form, form.choose(problem.worth), several, by_person, by_post)
    _one_post_at_a_time(writing)
    _seats(writing)
    _teams(writing)
    _most(writing)
    for couple in problem.couples:
        (_same_place if couple.together is None else _accepted)(writing, couple)
    for k in np.flatnonzero(~problem.is_free):
        person, post = problem.posting(int(k))
        form.settle(form.name("away", person=person, post=post), writing.take[k], 0)
    for value, pairs, code in ((1, problem.locks, "lock"), (0, problem.forbids, "forbid")):
        for pair in pairs:
            if (at := problem.option_at.get(pair)) is not None:
                form.settle(form.name(code, person=pair.person, post=pair.post), writing.take[at], value)
    return writing


def may_serve_twice(problem: PostingProblem) -> Flags:
    """For each person: whether two of the posts open to them follow one another, all dates given."""
    first, last = problem.post_first[problem.option_post], problem.post_last[problem.option_post]
    dated = ~(np.isnat(first) | np.isnat(last)) & problem.is_free
    who = problem.option_person[dated]
    earliest_end = np.full(len(problem.people), np.iinfo(np.int64).max)
    latest_start = np.full(len(problem.people), np.iinfo(np.int64).min)
    np.minimum.at(earliest_end, who, last[dated].astype(np.int64))
    np.maximum.at(latest_start, who, first[dated].astype(np.int64))
    return np.asarray(earliest_end < latest_start)


def _one_post_at_a_time(writing: Writing) -> None:
    """A row for each person; for who may serve twice, a row for each day on which a post of theirs begins."""
    problem, form = writing.problem, writing.form
    names = np.array([form.name("person-one-post", person=person) for person in problem.people], dtype=np.int64)
    single = ~writing.several[problem.option_person]
    form.require_each(names, problem.option_person[single], writing.take[single], 1.0, high=1.0)
    for person, options in grouped(problem.option_person, np.flatnonzero(~single)):
        first, last = problem.post_first[problem.option_post[options]], problem.post_last[problem.option_post[options]]
        undated = np.isnat(first) | np.isnat(last)
        writing.cliques[person] = _largest(
            {
                frozenset(writing.take[options[undated | ((first <= day) & (day <= last))]].tolist())
                for day in np.unique(first[~undated])
            }
        )
        for clique in writing.cliques[person]:
            form.require(int(names[person]), sorted(clique), high=1.0)


def _seats(writing: Writing) -> None:
    problem, form = writing.problem, writing.form
    seats = problem.seats.astype(np.float64)
    names = [form.name("post-seats", post=post, seats=int(n)) for post, n in zip(problem.posts, seats, strict=True)]
    form.require_each(np.array(names, dtype=np.int64), problem.option_post, writing.take, 1.0, high=seats)
    served = np.bincount(problem.option_post, minlength=len(problem.posts)) > 0
    for at in np.flatnonzero(problem.must_fill):
        here = writing.take[writing.by_post.get(int(at), _NONE)]
        code = "post-filled" if served[at] else "post-nobody"
        form.require(form.name(code, post=problem.posts[at], seats=int(seats[at])), here, low=float(seats[at]))


def _teams(writing: Writing) -> None:
    problem, form = writing.problem, writing.form
    members: dict[str, list[int]] = defaultdict(list)
    for at, team in enumerate(problem.teams):
        if team is not None:
            members[team].append(at)
    for team, posts in sorted(members.items()):
        name, sent = form.name("team", team=team), int(form.choose(np.zeros(1))[0])
        writing.sent[team] = sent
        for post in posts:
            here, seats = writing.take[writing.by_post.get(post, _NONE)], float(problem.seats[post])
            form.require(name, [*here, sent], [1.0] * len(here) + [-seats], 0.0, 0.0)
            for choice in here if seats > 1 else ():  # tighter than the sum alone
                form.require(name, [choice, sent], [1.0, -1.0], high=0.0)
        sources = np.sort(np.concatenate([writing.by_post.get(post, _NONE) for post in posts]))
        form.derive(sent, writing.take[sources].tolist())
        if team in problem.one_donor_teams:
            _one_donor(writing, team, posts, sent)


def _one_donor(writing: Writing, team: str, posts: list[int], sent: int) -> None:
    """A choice for each donor that could send the team: at every post all seats are that donor's, or none of its.

    As tight as a team of that donor alone; at most one of these is sent.
    """
    problem, form = writing.problem, writing.form
    name, senders = form.name("team-one-donor", team=team), []
    own = {post: writing.by_post.get(post, _NONE) for post in posts}
    for donor in sorted({problem.donors[problem.option_person[k]] for here in own.values() for k in here}):
        sends = int(form.choose(np.zeros(1))[0])
        senders.append(sends)
        sources: list[int] = []
        for post, options in own.items():
            is_theirs = np.array([problem.donors[problem.option_person[k]] == donor for k in options], dtype=np.bool_)
            here = writing.take[options[is_theirs]].tolist()
            form.require(name, [*here, sends], [1.0] * len(here) + [-float(problem.seats[post])], 0.0, 0.0)
            sources += here
        form.derive(sends, sources)
    form.require(name, [*senders, sent], [1.0] * len(senders) + [-1.0], 0.0, 0.0)


def _most(writing: Writing) -> None:
    """Quotas of donors, and of donors at a place. They count people, however many posts a person takes."""
    problem, form = writing.problem, writing.form
    for limit in limits_that_bind(problem):
        name, row = form.name(limit.code, **limit.facts), list[int]()
        form.may_wait(name)
        twice = writing.several[problem.option_person[limit.options]]
        row += writing.take[limit.options[~twice]].tolist()
        for person, options in grouped(problem.option_person, limit.options[twice]):
            row += writing.any_of(name, person, writing.take[options].tolist())
        form.require(name, row, high=float(limit.most))


def _same_place(writing: Writing, couple: Couple) -> None:
    """Place by place, one serves there exactly if the other does."""
    problem, form = writing.problem, writing.form
    name = form.name("couple-place", first=couple.people[0], second=couple.people[1])
    own: list[dict[str, list[int]]] = []
    for person in couple.people:
        own.append(defaultdict(list))
        for k in writing.by_person.get(problem.person_at[person], _NONE):
            own[-1][problem.places[problem.option_post[k]]].append(int(writing.take[k]))
    for place in sorted({*own[0], *own[1]}):
        sides = []
        for person, at in zip(couple.people, own, strict=True):
            choices = at.get(place, [])
            if choices and writing.several[problem.person_at[person]]:
                used = writing.any_of(name, problem.person_at[person], choices)
                if used != choices:
                    form.require(name, [*used, *choices], [1.0] + [-1.0] * len(choices), high=0.0)
                choices = used
            sides.append(choices)
        form.require(name, sides[0] + sides[1], [1.0] * len(sides[0]) + [-1.0] * len(sides[1]), 0.0, 0.0)


def _accepted(writing: Writing, couple: Couple) -> None:
    """A couple that lists the post pairs it accepts takes one of them, or both stay at home."""
    problem, form = writing.problem, writing.form
    name = form.name("couple-pairs", first=couple.people[0], second=couple.people[1])
    through: list[dict[int, list[int]]] = [defaultdict(list), defaultdict(list)]
    pairs = []
    for posts in dict.fromkeys(couple.together or ()):
        a, b = (Posting(person, post) for person, post in zip(couple.people, posts, strict=True))
        first, second = problem.option_at.get(a), problem.option_at.get(b)
        if first is None or second is None:
            continue  # a pair that is no option for one of them is not open to the couple
        pair = int(form.choose(np.zeros(1))[0])
        form.derive(pair, [int(writing.take[first]), int(writing.take[second])], 2)
        writing.pairs[a, b] = pair
        pairs.append(pair)
        through[0][first].append(pair)
        through[1][second].append(pair)
    form.require(name, pairs, high=1.0)
    for person, open_to in zip(couple.people, through, strict=True):
        for k in writing.by_person.get(problem.person_at[person], _NONE).tolist():
            form.require(name, [int(writing.take[k]), *open_to[k]], [1.0] + [-1.0] * len(open_to[k]), 0.0, 0.0)
