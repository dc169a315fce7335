"""Search a stable round part by part: what is plain by offers and rotations, the rest by chains, then by proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pairup.planning.blocking import Market, blockers
from pairup.planning.plan import Ended, Status, Stop, Watch
from pairup.planning.problems.posting import Ints, PostingProblem
from pairup.planning.round_form import formulate
from pairup.planning.stability.lists import lists_of
from pairup.planning.stability.parts import most_matched, parts_of
from pairup.planning.stability.plain import best_plain
from pairup.planning.stability.programme import best_ranked
from pairup.planning.stability.settling import Settling
from pairup.values.words import Words

#: the programme is asked where a part has no more pairs, and no more entries in its stability rows, than this
PAIRS, ENTRIES = 20_000, 400_000
#: a part with more pairs than this is searched by so many nodes of the programme, and is then left unproved
LARGE, NODES = 2_000, 500
#: closings tried for each part, where the work is not told; fewer where so many pairs have then been looked through
TRIES, PAIRS_TRIED = 200, 20_000_000
#: closings tried between two looks at the clock
MORE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives. `fewest` and `most` are proved: nobody can do with fewer who leave, or place more."""

    options: Ints | None  # of the whole problem
    fewest: int
    most: int
    is_proved: bool  # fewest leave, then most placed, then most worth
    ended: Ended = Ended.PROOF
    clash: tuple[Words, ...] = ()
    is_infeasible: bool = False
    work: int = 0
    parts: int = 1


Tell = Callable[[Found], None]


def is_plain(problem: PostingProblem) -> bool:
    """Whether deferred acceptance alone gives a stable plan."""
    is_limited = bool(problem.quotas) or problem.most_per_donor_and_place is not None or bool(problem.must_fill.any())
    return not (is_limited or problem.couples or problem.locks or any(problem.teams))


def search(
    problem: PostingProblem, market: Market, stop: Stop, seed: int, tell: Tell, watch: Watch | None = None
) -> Found:
    """Search every part; tell the whole each time it is better. With a `watch`, go on until its time is over."""
    if is_plain(problem):
        best = best_plain(market)
        whole = Found(best.options, 0, len(best.options) if best.is_proved else best.most_placed, best.is_proved)
        if best.is_proved:
            return whole
        tell(replace(whole, ended=Ended.WORK))
    parts = _Parts(problem, market, seed, tell)
    found = parts.searched(stop)
    if watch is not None and stop.work is None and not (found.is_proved or found.is_infeasible):
        tell(found)
        parts.until_killed(watch)
        return parts.joined()
    return found


class _Parts:
    """The parts of a round, and the search in each."""

    def __init__(self, problem: PostingProblem, market: Market, seed: int, tell: Tell) -> None:
        self.problem, self.seed, self.tell = problem, seed, tell
        self.parts = list(parts_of(market))
        self.chains: dict[int, Settling] = {}
        self.found: list[Found] = []

    def joined(self) -> Found:
        return joined(self.problem, self.parts, self.found)

    def searched(self, stop: Stop) -> Found:
        """A plan of every part, then better ones, then the proof where parts are small enough."""
        watch, work = stop.watch(), stop.work
        for at, part in enumerate(self.parts):
            market = Market(part)
            if is_plain(part):
                best = best_plain(market)
                most = len(best.options) if best.is_proved else best.most_placed
                ended = Ended.PROOF if best.is_proved else Ended.WORK
                self.found.append(Found(best.options, 0, most, best.is_proved, ended))
            else:
                self.chains[at] = Settling(market, self.seed)
                self.found.append(Found(None, 0, _most(market), False, Ended.WORK))
                self.keep(at)
        self.tell(self.joined())
        for at, part in enumerate(self.parts):
            if at in self.chains:
                usual = max(10, min(TRIES, PAIRS_TRIED // max(1, len(part.worth))))
                self.go_on(at, usual if work is None else min(usual, work // len(self.parts)))
        for at, part in enumerate(self.parts):
            if self.found[at].is_proved:
                continue
            spent = sum(each.work for each in self.found)
            share = None if watch.left is None else watch.left / (len(self.parts) - at) ** 0.5
            left = None if work is None else max(0, work - spent)
            self.found[at] = _proved(part, self.found[at], Stop(share, left), self.seed)
            if self.found[at].is_infeasible:
                return self.found[at]
            self.tell(self.joined())
        return self.joined()

    def keep(self, at: int) -> None:
        """Keep what the chains of a part have found."""
        chain = self.chains[at]
        options = None if chain.best is None else chain.best.options
        self.found[at] = replace(self.found[at], options=options, work=chain.done)

    def go_on(self, at: int, tries: int) -> None:
        """Try more closings of a part; tell each time a plan is found that fewer would leave."""
        for done in range(0, tries, MORE):
            if self.chains[at].go_on(min(MORE, tries - done)):
                self.keep(at)
                self.tell(self.joined())
        self.found[at] = replace(self.found[at], work=self.chains[at].done)

    def until_killed(self, watch: Watch) -> None:
        """Go on with the parts that people would leave and that are not proved."""
        while not watch.is_over:
            going = [
                at for at, chain in self.chains.items()
                if not self.found[at].is_proved and (chain.best is None or chain.best.leaving > 0)
            ]  # fmt: skip
            if not going:
                return
            for at in going:
                self.found[at] = replace(self.found[at], ended=Ended.CLOCK)
                if self.chains[at].go_on(MORE):
                    self.keep(at)
                    self.tell(self.joined())


def search_apart(asked: tuple[PostingProblem, Stop, int], tell: Callable[[Any], None]) -> None:
    """Search in a process of its own until it is ended; where people would still leave, more closings are tried."""
    problem, stop, seed = asked
    watch = stop.watch()
    tell(search(problem, Market(problem), stop, seed, tell, watch))


def joined(problem: PostingProblem, parts: list[PostingProblem], found: list[Found]) -> Found:
    """The whole of what was found in the parts."""
    has_plan = all(part.options is not None for part in found)
    chosen = [
        problem.options_of(part.posting(k) for k in (each.options if each.options is not None else []))
        for part, each in zip(parts, found, strict=True)
    ]
    options = np.sort(np.concatenate([*chosen, np.zeros(0, dtype=np.int64)])) if has_plan else None
    ends = {each.ended for each in found}
    ended = Ended.CLOCK if Ended.CLOCK in ends else Ended.WORK if Ended.WORK in ends else Ended.PROOF
    return Found(
        options, sum(each.fewest for each in found), sum(each.most for each in found),
        all(each.is_proved for each in found), ended, work=sum(each.work for each in found), parts=len(parts),
    )  # fmt: skip


def _most(market: Market) -> int:
    """No plan places more: the most that fit on the posts, whatever couples, teams and limits say."""
    lists = lists_of(market, np.flatnonzero(market.is_open))
    nobody = np.full(len(market.problem.people), -1, dtype=np.int64)
    return int(most_matched(lists.starts, lists.order, lists.post, lists.seats, nobody))


def _proved(part: PostingProblem, first: Found, stop: Stop, seed: int) -> Found:
    """Ask the programme for the best, with the plan at hand to start from, where the part is small enough."""
    market = Market(part)
    pairs = int(market.is_open.sum())
    if pairs > PAIRS or _entries(market) > ENTRIES:
        return first if first.options is not None else _feasible(part, market, stop, seed)
    work = stop.work
    if pairs > LARGE and first.options is not None:
        work = NODES if work is None else min(work, NODES)
    is_stable = is_plain(part) or (first.options is not None and _leaving(part, first.options) == 0)
    ranked = best_ranked(part, market, first.options, is_stable, Stop(stop.seconds, work), seed)
    answer, bounds = ranked.answer, ranked.bounds
    if answer.status is Status.INFEASIBLE:
        return Found(None, 0, 0, False, Ended.PROOF, answer.clash, True, answer.nodes)
    options, fewest = first.options, 0
    if bounds and bounds[0] is not None:
        fewest = max(0, round(-bounds[0]))
    if answer.taken is not None:
        new = np.flatnonzero(answer.taken)
        key = (_leaving(part, new), -len(new), -float(part.worth[new].sum()))
        is_better = options is None or key < (
            _leaving(part, options), -len(options), -float(part.worth[options].sum())
        )  # fmt: skip
        options = new if is_better or answer.status is Status.OPTIMAL else options
    most = first.most
    if answer.status is Status.OPTIMAL and options is not None:
        most = len(options)
    elif options is not None and len(bounds) > 1 and bounds[1] is not None and fewest == _leaving(part, options):
        most = min(most, round(bounds[1]))
    return Found(
        options, fewest, most, answer.status is Status.OPTIMAL, answer.ended, work=first.work + answer.nodes
    )  # fmt: skip


def _feasible(part: PostingProblem, market: Market, stop: Stop, seed: int) -> Found:
    """Any plan that keeps the requirements, placing as many as can be, where the chains found none."""
    closed = tuple(part.posting(k) for k in np.flatnonzero(~market.is_open).tolist())
    asked = replace(part, forbids=tuple(sorted({*part.forbids, *closed})), worth=np.ones(len(part.worth)))
    writing = formulate(asked, seed, one_post_only=True)
    answer = writing.form.solve(stop)
    if answer.status is Status.INFEASIBLE:
        return Found(None, 0, 0, False, Ended.PROOF, answer.clash, True)
    options = None if answer.taken is None else np.flatnonzero(answer.taken[writing.take])
    return Found(options, 0, _most(market), False, Ended.WORK, work=answer.nodes)


def _entries(market: Market) -> int:
    """About how many entries the stability rows would have."""
    problem, options = market.problem, np.flatnonzero(market.is_open)
    counts = np.bincount(problem.option_person[options]), np.bincount(problem.option_post[options])
    return int(sum((count.astype(np.int64) ** 2).sum() for count in counts)) // 2


def _leaving(part: PostingProblem, options: Ints) -> int:
    return len(blockers(part, [part.posting(k) for k in options.tolist()]))
