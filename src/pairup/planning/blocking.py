"""Who would leave a stable round: people and posts that prefer each other to what the plan gives them. No solver here.

A person and a post block where the person prefers the post to what they hold and the post has a free seat or prefers
the person to somebody in it. A couple blocks as a whole, as Manlove, McBride and Trimble define it (Constraints 22,
2017, https://doi.org/10.1007/s10601-016-9249-7): one moves while the other stays, or both move, with room or
somebody less preferred in each place. A team blocks as a whole: all its seats are empty and for each there is a person
(outside couples) who would come; a person and a post of a team that is not sent do not block alone. Locks, quotas and
caps limit the plan, not who would rather leave.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pairup.planning.problems.posting import Couple, Posting, PostingProblem

#: the postings that one blocker would take instead
Blocker = tuple[Posting, ...]


class Market:
    """Both sides' preferences over the pairs that both accept and that are eligible."""

    def __init__(self, problem: PostingProblem) -> None:
        self.problem = problem
        self.person_rank = {person: _places(ranks) for person, ranks in problem.person_ranks.items()}
        self.post_rank = {post: _places(ranks) for post, ranks in problem.post_ranks.items()}
        forbidden = set(problem.forbids)
        self.coupled = {person: couple for couple in problem.couples for person in couple.people}
        self.pairs = {
            item: at
            for item, at in problem.option_at.items()
            if problem.is_free[at] and item not in forbidden and self._is_accepted(item)
        }

    def _is_accepted(self, item: Posting) -> bool:
        if item.person not in self.post_rank.get(item.post, {}):
            return False
        return item.person in self.coupled or item.post in self.person_rank.get(item.person, {})

    def seats(self, post: str) -> int:
        return int(self.problem.seats[self.problem.post_at[post]])

    def team(self, post: str) -> str | None:
        return self.problem.teams[self.problem.post_at[post]]

    def open_pairs(self, couple: Couple) -> list[tuple[Posting, Posting]]:
        """The post pairs a couple accepts, best first, that are open to both members."""
        first, second = couple.people
        pairs = [(Posting(first, a), Posting(second, b)) for a, b in dict.fromkeys(couple.together or ())]
        return [
            (a, b) for a, b in pairs
            if a in self.pairs and b in self.pairs and (a.post != b.post or self.seats(a.post) >= 2)
        ]  # fmt: skip


def blockers(problem: PostingProblem, chosen: Iterable[Posting]) -> list[Blocker]:
    """Give everybody who would leave, sorted; empty where the plan is stable."""
    market = Market(problem)
    held = {item.person: item.post for item in chosen}
    seated: dict[str, list[str]] = defaultdict(list)
    for person, post in held.items():
        seated[post].append(person)
    found: list[Blocker] = []
    for item in market.pairs:
        if item.person not in market.coupled and _would_leave(market, held, item):
            is_waiting = market.team(item.post) is not None and not seated[item.post]
            if not is_waiting and _has_room(market, seated, item.post, item.person):
                found.append((item,))
    for couple in problem.couples:
        found += _couple_blocks(market, couple, held, seated)
    for team in sorted({team for team in problem.teams if team is not None}):
        group = team_would_come(market, team, held)
        if group is not None:
            found.append(group)
    return sorted(found)


def team_would_come(market: Market, team: str, held: Mapping[str, str]) -> Blocker | None:
    """For a team that is not sent, give people for all its seats who prefer them to what they hold, or None."""
    posts = [post for post in market.problem.posts if market.team(post) == team]
    if any(post in posts for post in held.values()):
        return None
    seats = [post for post in posts for _ in range(market.seats(post))]
    takers: dict[str, int] = {}

    def seat(at: int, seen: set[str]) -> bool:
        for person in willing[seats[at]]:
            if person not in seen:
                seen.add(person)
                if person not in takers or seat(takers[person], seen):
                    takers[person] = at
                    return True
        return False

    willing: dict[str, list[str]] = defaultdict(list)
    for item in market.pairs:
        if item.post in posts and item.person not in market.coupled and _would_leave(market, held, item):
            willing[item.post].append(item.person)
    if not all(seat(at, set()) for at in range(len(seats))):
        return None
    return tuple(sorted(Posting(person, seats[at]) for person, at in takers.items()))


def _would_leave(market: Market, held: Mapping[str, str], item: Posting) -> bool:
    rank = market.person_rank[item.person]
    now = held.get(item.person)
    return now is None or rank[item.post] < rank.get(now, len(rank))


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
