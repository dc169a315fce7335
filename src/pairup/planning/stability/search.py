"""Search a stable round part by part: what is plain by offers and rotations, the rest by chains, then by proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pairup.planning.blocking import Market, blockers
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.problems.posting import Ints, PostingProblem
from pairup.planning.round_form import formulate
from pairup.planning.stability.kernels import most_matched
from pairup.planning.stability.lists import lists_of
from pairup.planning.stability.parts import parts_of
from pairup.planning.stability.plain import best_plain
from pairup.planning.stability.programme import best_ranked
from pairup.planning.stability.settling import settle_round
from pairup.values.words import Words

#: the programme is asked where a part has no more pairs, and no more entries in its stability rows, than this
PAIRS, ENTRIES = 20_000, 400_000
#: a part with more pairs than this is searched by so many nodes of the programme, and is then left unproved
LARGE, NODES = 2_000, 500
#: closings tried for each part, where the work is not told
TRIES = 200


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


def search(problem: PostingProblem, market: Market, stop: Stop, seed: int, tell: Tell) -> Found:
    """Search every part; tell the whole after each, as soon as there is a plan."""
    if is_plain(problem):
        best = best_plain(market)
        whole = Found(best.options, 0, len(best.options) if best.is_proved else best.most_placed, best.is_proved)
        if best.is_proved:
            return whole
        tell(replace(whole, ended=Ended.WORK))
    watch = stop.watch()
    parts = list(parts_of(market))
    found = []
    work = 0
    for part in parts:  # a plan of every part first
        left = None if stop.work is None else max(1, (stop.work - work) // (len(parts) - len(found)))
        found.append(_first(part, left, seed))
        work += found[-1].work
    tell(joined(problem, parts, found))
    for at, part in enumerate(parts):
        if not found[at].is_proved:
            nodes = None if stop.work is None else max(0, stop.work - work)
            share = None if watch.left is None else max(0.0, watch.left * (at + 1) / len(parts) ** 0.5 / len(parts))
            found[at] = _proved(part, found[at], Stop(share, nodes), seed)
            work += found[at].work
            if found[at].is_infeasible:
                return found[at]
            tell(joined(problem, parts, found))
    return joined(problem, parts, found)


def search_apart(asked: tuple[PostingProblem, Stop, int], tell: Callable[[Any], None]) -> None:
    """Search in a process of its own until it is ended: after the proof is given up, closings are tried on."""
    problem, stop, seed = asked
    market = Market(problem)
    whole = search(problem, market, stop, seed, tell)
    tell(whole)
    if whole.is_proved or whole.is_infeasible or is_plain(problem) or stop.work is not None:
        return
    parts = list(parts_of(market))
    found = [_within(problem, whole, part) for part in parts]
    tries, watch = TRIES, stop.watch()
    while any(each.fewest > 0 for each in found) and not watch.is_over:
        tries *= 2
        for at, part in enumerate(parts):
            if found[at].fewest > 0:  # so many leave
                again = _first(part, tries, seed + tries)
                if again.options is not None and _leaving(part, again.options) < found[at].fewest:
                    found[at] = replace(again, fewest=_leaving(part, again.options))
        options = joined(problem, parts, found).options
        tell(replace(whole, options=options, ended=Ended.CLOCK))


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


def _first(part: PostingProblem, work: int | None, seed: int) -> Found:
    """A plan of a part, by offers where it is plain, else by chains; the bounds that are known without a search."""
    market = Market(part)
    if is_plain(part):
        best = best_plain(market)
        most = len(best.options) if best.is_proved else best.most_placed
        return Found(best.options, 0, most, best.is_proved, Ended.PROOF if best.is_proved else Ended.WORK)
    settled, done = settle_round(market, TRIES if work is None else min(work, TRIES), seed)
    options = None if settled is None else settled.options
    return Found(options, 0, _most(market), False, Ended.WORK, work=done)


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


def _within(problem: PostingProblem, whole: Found, part: PostingProblem) -> Found:
    """What was found, as far as it lies in a part; `fewest` says how many leave it there."""
    chosen = [] if whole.options is None else [problem.posting(k) for k in whole.options.tolist()]
    options = part.options_of(chosen)
    options = options[options >= 0]
    return Found(options, _leaving(part, options), whole.most, False)


