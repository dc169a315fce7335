"""The smallest change of seats and quotas after which nobody would leave.

With couples a stable plan may not exist, but one does after each number of seats has moved by at most two, and all of
them together have grown by at most four (Nguyen and Vohra, Amer. Econ. Review 108, 2018). What is found here is
checked; that nothing smaller would do is said only where it is proved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np

from pairup.planning.blocking import Blocker, Market, blockers
from pairup.planning.plan import UNTIL_PROVED, Plan, Status, Stop, Watch
from pairup.planning.problems.posting import Ints, Posting, PostingProblem
from pairup.planning.stability.parts import parts_of
from pairup.planning.stability.programme import best_ranked
from pairup.planning.stability.settling import settle_round
from pairup.values.words import Words

#: closings tried for each change that is looked at
TRIES = 20
#: seats of posts that are changed one after the other, and how far one post's seats may move
STEPS, FAR = 8, 2
#: a part with no more pairs than this is asked of the programme, so that smaller changes are ruled out
SMALL = 1_500
#: smaller changes of a part that are asked of it at most
ASKED = 300


@dataclass(frozen=True, slots=True)
class Change:
    """What to change: seats of posts (+ or -), quotas of donors and the cap of donors at places (+).

    `problem` is the round after the change and `chosen` a plan of it that nobody would leave. Both are None where no
    change was found. `is_smallest`: proved that no smaller total would do.
    """

    seats: tuple[tuple[str, int], ...] = ()
    quotas: tuple[tuple[str, int], ...] = ()
    cap: int = 0
    problem: PostingProblem | None = None
    chosen: tuple[Posting, ...] | None = None
    is_smallest: bool = False

    @property
    def total(self) -> int:
        """Seats and quotas moved, up and down alike."""
        return sum(abs(by) for _, by in (*self.seats, *self.quotas)) + self.cap

    @property
    def words(self) -> tuple[Words, ...]:
        """The change in words, its size first."""
        if self.problem is None:
            return (Words("stable.no-change"),)
        if self.total == 0:
            return (Words("stable.is-stable"),)
        said = [Words("stable.change-smallest" if self.is_smallest else "stable.change", {"total": self.total})]
        for post, by in self.seats:
            said.append(Words("stable.seats-more" if by > 0 else "stable.seats-fewer", {"post": post, "by": abs(by)}))
        said += [Words("stable.quota-more", {"donor": donor, "by": by}) for donor, by in self.quotas]
        return (*said, *([Words("stable.cap-more", {"by": self.cap})] if self.cap else []))


def smallest_quota_change(plan: Plan[Posting], *, stop: Stop = UNTIL_PROVED) -> Change:
    """Look for the smallest change of seats and quotas after which nobody would leave.

    Looked for part by part: limits are raised as far as the plan without them needs, then seats are moved one at a
    time where somebody would leave. The search is counted, and heuristic where parts are large.
    """
    problem: PostingProblem = plan.problem
    if problem.kind != "postings" or problem.mode != "stable":
        raise TypeError("only a stable round has seats and quotas to change for stability")
    leaving = blockers(problem, plan.assignments)
    if not leaving:
        return Change(problem=problem, chosen=plan.assignments, is_smallest=True)
    watch = stop.watch()
    found: list[_Moved] = []
    for part in parts_of(Market(problem)):
        moved = _in_part(part, leaving, watch, plan.run.seed)
        if moved is None:
            return Change()
        found.append(moved)
    seats = {post: by for moved in found for post, by in moved.seats.items() if by}
    quotas = {donor: by for moved in found for donor, by in moved.quotas.items() if by}
    cap = max((moved.cap for moved in found), default=0)
    changed = _changed(problem, seats, quotas, cap)
    # a part where nobody would leave keeps its plan
    kept = {person for moved in found for person in moved.people}
    chosen = [item for moved in found for item in moved.chosen]
    chosen += [item for item in plan.assignments if item.person not in kept]
    if blockers(changed, chosen):
        return Change()
    total = sum(map(abs, [*seats.values(), *quotas.values()])) + cap
    is_smallest = total == 1 and plan.status is Status.OPTIMAL
    is_smallest |= all(moved.is_smallest for moved in found) and plan.status is Status.OPTIMAL and cap == 0
    return Change(
        tuple(sorted(seats.items())), tuple(sorted(quotas.items())), cap, changed, tuple(sorted(chosen)), is_smallest
    )  # fmt: skip


@dataclass
class _Moved:
    """What is moved in a part."""

    seats: Counter[str]
    quotas: Counter[str]
    cap: int = 0
    chosen: tuple[Posting, ...] = ()
    people: frozenset[str] = frozenset()
    is_smallest: bool = False

    @property
    def total(self) -> int:
        return sum(map(abs, [*self.seats.values(), *self.quotas.values()])) + self.cap


def _in_part(part: PostingProblem, leaving: list[Blocker], watch: Watch, seed: int) -> _Moved | None:
    """The change of one part; None where none is found."""
    inside = set(part.people)
    mine = [group for group in leaving if group[0].person in inside]
    if not mine:
        return _Moved(Counter(), Counter(), is_smallest=True)
    free = replace(part, quotas=(), most_per_donor_and_place=None)
    moves: Counter[str] = Counter()
    chosen, left = _settled(free, moves, seed)
    for _ in range(STEPS):
        if not left or watch.is_over:
            break
        tried = [(len(after), move, plan, after) for move, plan, after in _moves(free, moves, left, seed)]
        if not tried:
            break
        _, move, chosen, left = min(tried, key=lambda row: (row[0], row[1]))
        moves[move[0]] += move[1]
    if left:
        return None
    best = _moved(part, moves, chosen)
    for post in sorted(moves):  # what turns out not to be needed is taken back
        fewer = _with(moves, post, -1 if moves[post] > 0 else 1)
        chosen, left = _settled(free, fewer, seed)
        if not left and (other := _moved(part, fewer, chosen)).total < best.total:
            best, moves = other, fewer
    return _at_least(part, best, watch, seed)


def _moves(
    part: PostingProblem, moves: Counter[str], left: list[Blocker], seed: int
) -> Iterator[tuple[tuple[str, int], tuple[Posting, ...], list[Blocker]]]:
    """Try a seat more, and a seat fewer, in each post for which somebody would leave."""
    for post in sorted({item.post for group in left for item in group}):
        for by in (1, -1):
            seats = int(part.seats[part.post_at[post]]) + moves[post] + by
            if abs(moves[post] + by) <= FAR and seats >= 1:
                chosen, after = _settled(part, _with(moves, post, by), seed)
                yield (post, by), chosen, after


def _with(moves: Counter[str], post: str, by: int) -> Counter[str]:
    """The moves and one more; unlike a sum of counters it keeps what is below zero."""
    new = moves.copy()
    new[post] += by
    return new


def _settled(part: PostingProblem, moves: Counter[str], seed: int) -> tuple[tuple[Posting, ...], list[Blocker]]:
    """A plan of a part after seats have moved, and who would leave it."""
    changed = _changed(part, moves, {}, 0)
    market = Market(changed)
    best, _ = settle_round(market, TRIES, seed)
    options: Ints = np.zeros(0, dtype=np.int64) if best is None else best.options
    chosen = tuple(changed.posting(k) for k in options.tolist())
    return chosen, blockers(changed, chosen, market)


def _moved(part: PostingProblem, moves: Counter[str], chosen: tuple[Posting, ...]) -> _Moved:
    """What has moved, with the quotas and the cap that the plan needs."""
    sent = Counter(part.donors[part.person_at[item.person]] for item in chosen)
    quotas = Counter({donor: max(0, sent[donor] - most) for donor, most in part.quotas})
    there = Counter(
        (part.donors[part.person_at[item.person]], part.places[part.post_at[item.post]]) for item in chosen
    )  # fmt: skip
    most = part.most_per_donor_and_place
    cap = 0 if most is None else max(0, max(there.values(), default=0) - most)
    return _Moved(moves.copy(), quotas, cap, chosen, frozenset(part.people))


def _at_least(part: PostingProblem, best: _Moved, watch: Watch, seed: int) -> _Moved:
    """Look for a smaller change, of one first, then of two and so on; small parts only.

    Where every smaller change was ruled out, the change is proved to be the smallest; so many are asked at most.
    """
    if best.total == 1:
        return replace(best, is_smallest=True)
    if len(part.worth) > SMALL or best.cap:
        return best
    single, asked, is_proved = list(_single(part)), 0, True
    for total in range(1, best.total):
        for parts in combinations_with_replacement(single, total):
            moved = _together(parts)
            if moved.total < total or not _is_possible(part, moved):
                continue  # up and down again: asked already as a smaller one
            if asked == ASKED or watch.is_over:
                return best
            asked += 1
            changed = _changed(part, dict(moved.seats), dict(moved.quotas), moved.cap)
            market = Market(changed)
            ranked = best_ranked(changed, market, None, True, Stop(watch.left, 200), seed)
            if ranked.answer.taken is not None:
                chosen = tuple(changed.posting(k) for k in np.flatnonzero(ranked.answer.taken).tolist())
                if not blockers(changed, chosen, market):
                    return replace(moved, chosen=chosen, people=frozenset(part.people), is_smallest=is_proved)
            is_proved = is_proved and ranked.answer.status is Status.INFEASIBLE
    return replace(best, is_smallest=is_proved)


def _together(changes: tuple[tuple[dict[str, int], dict[str, int], int], ...]) -> _Moved:
    """Several changes as one."""
    moved = _Moved(Counter(), Counter())
    for seats, quotas, cap in changes:
        moved.seats.update(seats)
        moved.quotas.update(quotas)
        moved.cap += cap
    return moved


def _is_possible(part: PostingProblem, moved: _Moved) -> bool:
    """Whether a change leaves each post a seat."""
    return all(part.seats[part.post_at[post]] + by >= 1 for post, by in moved.seats.items())


def _single(part: PostingProblem) -> Iterator[tuple[dict[str, int], dict[str, int], int]]:
    """Every change by one: of a quota that can bind, with more seats too, of the cap, of the seats of a post."""
    people = Counter(part.donors)
    codes = sorted(donor for donor, most in part.quotas if people[donor] > most)
    yield from (({}, {donor: 1}, 0) for donor in codes)
    if part.most_per_donor_and_place is not None:
        yield {}, {}, 1
    for post, seats in zip(part.posts, part.seats.tolist(), strict=True):
        yield {post: 1}, {}, 0
        if seats > 1:
            yield {post: -1}, {}, 0


def _changed(problem: PostingProblem, seats: dict[str, int], quotas: dict[str, int], cap: int) -> PostingProblem:
    """The round after a change."""
    new = problem.seats.copy()
    for post, by in seats.items():
        new[problem.post_at[post]] += by
    new.setflags(write=False)
    most = problem.most_per_donor_and_place
    return replace(
        problem, seats=new, quotas=tuple((donor, limit + quotas.get(donor, 0)) for donor, limit in problem.quotas),
        most_per_donor_and_place=None if most is None else most + cap,
    )  # fmt: skip
