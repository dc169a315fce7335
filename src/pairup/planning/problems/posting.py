"""The posting question: people to posts for one round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.planning.problems.posting_file import (
    Ranking,
    check_ranks,
    read_couples,
    read_options,
    read_people,
    read_posts,
    read_quotas,
    read_ranks,
    read_teams,
)
from pairup.values.reading import Reading, head
from pairup.values.words import Words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Flags = NDArray[np.bool_]


class Posting(NamedTuple):
    """A person in a post."""

    person: str
    post: str

    def to_dict(self) -> dict[str, Any]:
        return {"person": self.person, "post": self.post}


class Couple(NamedTuple):
    """Two people who serve in one place or stay at home; with `together`, in one of these post pairs (best first)."""

    people: tuple[str, str]
    together: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, eq=False)
class PostingProblem:
    """Who may take which post, and what it is worth. Build it with `from_columns` or `from_dict`.

    Rows stand in the order of their identifiers whatever the order given, so that it cannot change a plan.
    `refusal` says why a pair that is no option is none; it is no part of the file.
    """

    kind = "postings"
    mode: str
    people: tuple[str, ...]
    donors: tuple[str, ...]  # of each person
    person_first: Days
    person_last: Days
    posts: tuple[str, ...]
    places: tuple[str, ...]  # of each post
    seats: Ints
    must_fill: Flags
    teams: tuple[str | None, ...]  # of each post
    post_first: Days
    post_last: Days
    option_person: Ints
    option_post: Ints
    worth: Floats
    quotas: tuple[tuple[str, int], ...] = ()
    most_per_donor_and_place: int | None = None
    couples: tuple[Couple, ...] = ()
    person_ranks: Mapping[str, Ranking] = field(default_factory=dict)
    post_ranks: Mapping[str, Ranking] = field(default_factory=dict)
    locks: tuple[Posting, ...] = ()
    forbids: tuple[Posting, ...] = ()
    one_donor_teams: tuple[str, ...] = ()  # teams whose people all come from one donor, whichever it is
    refusal: Callable[[Posting], Words | None] | None = field(default=None, repr=False)

    @classmethod
    def from_columns(
        cls,
        people: Sequence[tuple[str, str, date | None, date | None]],
        posts: Sequence[tuple[str, str, int, bool, str | None, date | None, date | None]],
        option_person: Sequence[int] | Ints,
        option_post: Sequence[int] | Ints,
        option_worth: Sequence[float] | Floats,
        *,
        mode: str = "welfare",
        quotas: Mapping[str, int] | None = None,
        most_per_donor_and_place: int | None = None,
        couples: Iterable[Couple | tuple[str, str]] = (),
        person_ranks: Mapping[str, Ranking] | None = None,
        post_ranks: Mapping[str, Ranking] | None = None,
        locks: Iterable[tuple[str, ...]] = (),
        forbids: Iterable[tuple[str, ...]] = (),
        one_donor_teams: Iterable[str] = (),
        refusal: Callable[[Posting], Words | None] | None = None,
        reading: Reading | None = None,
    ) -> PostingProblem:
        """Build a problem from columns; refuse what cannot be, with every finding.

        People are (id, donor, first day, last day); posts (id, place, seats, must_fill, team, first day, last day);
        options are three columns: index of the person, index of the post, worth.
        """
        reading = reading or Reading()
        reading.once((row[0] for row in people), "people")
        reading.once((row[0] for row in posts), "posts")
        _check_days(reading, "people", [(row[0], row[2], row[3]) for row in people])
        _check_days(reading, "posts", [(row[0], row[5], row[6]) for row in posts])
        by_person = sorted(range(len(people)), key=lambda k: people[k][0])
        by_post = sorted(range(len(posts)), key=lambda k: posts[k][0])
        who = _rank(by_person)[np.asarray(option_person, dtype=np.int64)]
        what = _rank(by_post)[np.asarray(option_post, dtype=np.int64)]
        order = np.lexsort((what, who))
        who, what, worth = who[order], what[order], np.asarray(option_worth, dtype=np.float64)[order]
        people, posts = [people[k] for k in by_person], [posts[k] for k in by_post]
        for k in np.flatnonzero((np.diff(who) == 0) & (np.diff(what) == 0)):
            reading.refuse("option-twice", "options", first=people[who[k]][0], second=posts[what[k]][0])
        for k in np.flatnonzero(~np.isfinite(worth)):
            reading.refuse("not-a-number", "options", found=f"{people[who[k]][0]}, {posts[what[k]][0]}: {worth[k]}")
        problem = cls(
            mode, tuple(row[0] for row in people), tuple(row[1] for row in people),
            _days(row[2] for row in people), _days(row[3] for row in people),
            tuple(row[0] for row in posts), tuple(row[1] for row in posts),
            _still(np.array([row[2] for row in posts], dtype=np.int64)),
            _still(np.array([row[3] for row in posts], dtype=np.bool_)), tuple(row[4] for row in posts),
            _days(row[5] for row in posts), _days(row[6] for row in posts),
            _still(who), _still(what), _still(worth), tuple(sorted((quotas or {}).items())), most_per_donor_and_place,
            tuple(sorted((_couple(said) for said in couples), key=lambda couple: couple.people)),
            {key: _tidy(ranks) for key, ranks in sorted((person_ranks or {}).items())},
            {key: _tidy(ranks) for key, ranks in sorted((post_ranks or {}).items())},
            tuple(sorted({Posting(*lock) for lock in locks})), tuple(sorted({Posting(*pair) for pair in forbids})),
            tuple(sorted(set(one_donor_teams))), refusal,
        )  # fmt: skip
        problem._check(reading)
        reading.require()
        if mode == "stable":
            _ = problem.places_in_lists  # written into columns once, when the lists are read
        return problem

    def _check(self, reading: Reading) -> None:
        """Find what no plan could make sense of."""
        for where, pairs in (("locks", self.locks), ("forbids", self.forbids)):
            for pair in pairs:
                is_known = reading.known(pair.person, self.person_at, where, "people")
                is_known = reading.known(pair.post, self.post_at, where, "posts") and is_known
                if is_known and where == "locks" and pair not in self.option_at:
                    reading.refuse("lock-outside", where, "hint-lock", first=pair.person, second=pair.post)
        seen: set[str] = set()
        for couple in self.couples:
            for person in couple.people:
                if reading.known(person, self.person_at, "couples", "people") and person in seen:
                    reading.refuse("two-couples", "couples", person=person)
                seen.add(person)
            for post in sorted({post for pair in couple.together or () for post in pair}):
                reading.known(post, self.post_at, "couples", "posts")
            if self.mode == "stable" and couple.together is None:
                first, second = couple.people
                reading.refuse("couple-unranked", "couples", "hint-together", first=first, second=second)
        teams = {team: 0 for team in self.teams if team}
        for team in self.one_donor_teams:
            if reading.known(team, teams, "one_donor_teams", "teams") and self.mode == "stable":
                reading.refuse("one-donor-stable", "one_donor_teams", "hint-one-donor", team=team)
        if self.mode == "stable" and not (self.person_ranks or self.post_ranks or self.couples):
            reading.refuse("no-preferences", "preferences", "hint-preferences")
        check_ranks(reading, "people", self.person_ranks, self.person_at, "posts", self.post_at)
        check_ranks(reading, "posts", self.post_ranks, self.post_at, "people", self.person_at)

    @classmethod
    def from_dict(cls, said: Any, file: str = "") -> PostingProblem:
        """Read a problem file of kind `postings`."""
        reading = Reading(file)
        optional = (
            "mode", "quotas", "most_per_donor_and_place", "couples", "preferences", "locks", "forbids",
            "one_donor_teams",
        )  # fmt: skip
        found = head(reading, said, "postings", ("people", "posts", "options"), optional)
        people, posts = read_people(reading, found["people"]), read_posts(reading, found["posts"])
        ids = [row[0] for row in people], [row[0] for row in posts]
        who, what, worth = read_options(reading, found["options"], *ids)
        limit = found.get("most_per_donor_and_place")
        ranks = found.get("preferences")
        told = reading.keys(ranks, "preferences", (), ("people", "posts")) if ranks is not None else None
        return cls.from_columns(
            people, posts, who, what, worth,
            mode=reading.one_of(found.get("mode") or "welfare", "mode", ("welfare", "stable")) or "welfare",
            quotas=read_quotas(reading, found.get("quotas")),
            most_per_donor_and_place=None if limit is None else reading.whole(limit, "most_per_donor_and_place"),
            couples=[Couple(*row) for row in read_couples(reading, found.get("couples"))],
            person_ranks=read_ranks(reading, (told or {}).get("people"), "preferences.people"),
            post_ranks=read_ranks(reading, (told or {}).get("posts"), "preferences.posts"),
            locks=reading.pairs(found.get("locks"), "locks"), forbids=reading.pairs(found.get("forbids"), "forbids"),
            one_donor_teams=read_teams(reading, found.get("one_donor_teams")), reading=reading,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Give the problem file; `from_dict` of it is an equal problem."""
        people = zip(self.people, self.donors, self.person_first, self.person_last, strict=True)
        days = zip(self.post_first, self.post_last, strict=True)
        posts = zip(self.posts, self.places, self.seats, self.must_fill, self.teams, days, strict=True)
        options = zip(self.option_person.tolist(), self.option_post.tolist(), self.worth.tolist(), strict=True)
        ranks = {
            "people": {key: [list(group) for group in groups] for key, groups in self.person_ranks.items()},
            "posts": {key: [list(group) for group in groups] for key, groups in self.post_ranks.items()},
        }
        return {
            "kind": "postings", "version": 1, "mode": self.mode,
            "people": [
                {"id": code, "donor": donor, "from": _iso(first), "to": _iso(last)}
                for code, donor, first, last in people
            ],
            "posts": [
                {"id": code, "place": place, "seats": int(seats), "must_fill": bool(must), "team": team,
                 "from": _iso(first), "to": _iso(last)}
                for code, place, seats, must, team, (first, last) in posts
            ],
            "options": [
                {"person": self.people[k], "post": self.posts[j], "worth": worth} for k, j, worth in options
            ],
            "quotas": dict(self.quotas), "most_per_donor_and_place": self.most_per_donor_and_place,
            "couples": [
                list(couple.people) if couple.together is None
                else {"people": list(couple.people), "together": [list(pair) for pair in couple.together]}
                for couple in self.couples
            ],
            "preferences": ranks if self.person_ranks or self.post_ranks else None,
            "locks": [list(pair) for pair in self.locks], "forbids": [list(pair) for pair in self.forbids],
            **({"one_donor_teams": list(self.one_donor_teams)} if self.one_donor_teams else {}),
        }  # fmt: skip

    @cached_property
    def person_at(self) -> dict[str, int]:
        return {code: at for at, code in enumerate(self.people)}

    @cached_property
    def post_at(self) -> dict[str, int]:
        return {code: at for at, code in enumerate(self.posts)}

    @cached_property
    def option_at(self) -> dict[Posting, int]:
        """Where each option stands in the columns."""
        pairs = zip(self.option_person.tolist(), self.option_post.tolist(), strict=True)
        return {Posting(self.people[k], self.posts[j]): at for at, (k, j) in enumerate(pairs)}

    @cached_property
    def _keys(self) -> Ints:
        """One number for each option; they stand in order."""
        return self.option_person * len(self.posts) + self.option_post

    def options_of(self, items: Iterable[tuple[str, str]]) -> Ints:
        """Where items stand in the columns, -1 for what is no option."""
        pairs = [(self.person_at.get(person, -1), self.post_at.get(post, -1)) for person, post in items]
        who, what = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return self._found(who, what)

    def _found(self, who: Ints, what: Ints) -> Ints:
        keys = who * len(self.posts) + what
        at = np.minimum(np.searchsorted(self._keys, keys), max(0, len(self._keys) - 1))
        is_option = (who >= 0) & (what >= 0)
        is_option[is_option] = self._keys[at[is_option]] == keys[is_option] if len(self._keys) else False
        return np.where(is_option, at, -1)

    @cached_property
    def places_in_lists(self) -> tuple[Ints, Ints]:
        """For each option: the tie group of the post in the person's list and of the person in the post's (or -1)."""
        by_person = self._places(self.person_ranks, self.person_at, self.post_at, is_of_people=True)
        return by_person, self._places(self.post_ranks, self.post_at, self.person_at, is_of_people=False)

    def _places(
        self, ranks: Mapping[str, Ranking], own: Mapping[str, int], other: Mapping[str, int], is_of_people: bool
    ) -> Ints:
        keys = np.fromiter((own[key] for key in ranks), np.int64, len(ranks))
        lengths = np.fromiter(map(len, ranks.values()), np.int64, len(ranks))
        groups = [group for groups in ranks.values() for group in groups]
        sizes = np.fromiter(map(len, groups), np.int64, len(groups))
        named = np.fromiter(map(other.get, chain.from_iterable(groups), repeat(-1)), np.int64, int(sizes.sum()))
        place = np.arange(len(groups)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        mine, place = np.repeat(np.repeat(keys, lengths), sizes), np.repeat(place, sizes)
        at = self._found(*((mine, named) if is_of_people else (named, mine)))
        found = np.full(len(self.worth), -1, dtype=np.int64)
        found[at[at >= 0]] = place[at >= 0]
        return _still(found)

    def option_of(self, item: Posting) -> int | None:
        """Where one option stands in the columns, found without a table of all; None where it is no option."""
        at = int(self.options_of([item])[0])
        return at if at >= 0 else None

    def posting(self, option: int) -> Posting:
        return Posting(self.people[self.option_person[option]], self.posts[self.option_post[option]])

    @cached_property
    def is_free(self) -> Flags:
        """For each option: whether the post lies within the person's dates, as far as both are given."""
        starts, ends = self.person_first[self.option_person], self.person_last[self.option_person]
        # a comparison with NaT (not given) is false
        return ~((self.post_first[self.option_post] < starts) | (self.post_last[self.option_post] > ends))

    def forbidding(self, item: Posting) -> PostingProblem:
        """The same question without this posting."""
        locks = tuple(lock for lock in self.locks if lock != item)
        return replace(self, forbids=tuple(sorted({*self.forbids, item})), locks=locks)

    def forcing(self, item: Posting) -> PostingProblem:
        """The same question with this posting settled."""
        forbids = tuple(pair for pair in self.forbids if pair != item)
        return replace(self, locks=tuple(sorted({*self.locks, item})), forbids=forbids)

    def leaving_out(self, person: str) -> PostingProblem:
        """The same question after a person drops out (their locks go too; a partner stays at home)."""
        gone = {Posting(person, self.posts[j]) for j in self.option_post[self.option_person == self.person_at[person]]}
        return replace(
            self,
            forbids=tuple(sorted({*self.forbids, *gone})),
            locks=tuple(x for x in self.locks if x.person != person),
        )

    def after(self, gone: Sequence[str], shut: Sequence[str]) -> PostingProblem:
        """The same question after people drop out and posts close: a closed post need not be filled, in no team."""
        people = np.array([person in gone for person in self.people], dtype=np.bool_)
        posts = np.array([post in shut for post in self.posts], dtype=np.bool_)
        teams = tuple(None if is_shut else team for team, is_shut in zip(self.teams, posts.tolist(), strict=True))
        ruled_out = np.flatnonzero(people[self.option_person] | posts[self.option_post])
        return replace(
            self, must_fill=self.must_fill & ~posts, teams=teams,
            one_donor_teams=tuple(team for team in self.one_donor_teams if team in teams),
            locks=tuple(lock for lock in self.locks if lock.person not in gone and lock.post not in shut),
            forbids=tuple(sorted({*self.forbids, *(self.posting(int(k)) for k in ruled_out)})),
        )  # fmt: skip

    def part(self, people: Flags, posts: Flags) -> PostingProblem:
        """The question over some people and posts only; the options between them are kept."""
        kept = people[self.option_person] & posts[self.option_post]
        new_person, new_post = np.cumsum(people) - 1, np.cumsum(posts) - 1
        at, seat = np.flatnonzero(people), np.flatnonzero(posts)
        names, jobs = {self.people[k] for k in at}, {self.posts[j] for j in seat}
        teams = tuple(self.teams[j] for j in seat)
        return replace(
            self,
            people=tuple(self.people[k] for k in at), donors=tuple(self.donors[k] for k in at),
            person_first=self.person_first[at], person_last=self.person_last[at],
            posts=tuple(self.posts[j] for j in seat), places=tuple(self.places[j] for j in seat),
            seats=self.seats[seat], must_fill=self.must_fill[seat], teams=teams,
            one_donor_teams=tuple(team for team in self.one_donor_teams if team in teams),
            post_first=self.post_first[seat], post_last=self.post_last[seat],
            option_person=new_person[self.option_person[kept]], option_post=new_post[self.option_post[kept]],
            worth=self.worth[kept], couples=tuple(couple for couple in self.couples if names & set(couple.people)),
            locks=tuple(lock for lock in self.locks if lock.person in names and lock.post in jobs),
            forbids=tuple(pair for pair in self.forbids if pair.person in names and pair.post in jobs),
            person_ranks={key: ranks for key, ranks in self.person_ranks.items() if key in names},
            post_ranks={key: ranks for key, ranks in self.post_ranks.items() if key in jobs},
        )  # fmt: skip


def _check_days(reading: Reading, where: str, rows: list[tuple[str, date | None, date | None]]) -> None:
    for code, first, last in rows:
        if first and last and last < first:
            reading.refuse("days-backwards", where, id=code, first=str(first), last=str(last))


def _couple(said: Couple | tuple[Any, ...]) -> Couple:
    """Put a couple of one place in order; a couple with post pairs keeps the order the pairs are in."""
    couple = said if isinstance(said, Couple) else Couple((said[0], said[1]))
    first, second = couple.people
    return Couple((min(first, second), max(first, second))) if couple.together is None else couple


def _tidy(ranks: Ranking) -> Ranking:
    return tuple(tuple(sorted(group)) for group in ranks if group)


def _rank(order: list[int]) -> Ints:
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _days(days: Iterable[date | None]) -> Days:
    return _still(
        np.array([np.datetime64("NaT") if day is None else np.datetime64(day) for day in days], dtype="datetime64[D]")
    )


def _still(column: NDArray[Any]) -> NDArray[Any]:
    column.setflags(write=False)
    return column


def _iso(day: Any) -> str | None:
    return None if np.isnat(day) else str(day)
