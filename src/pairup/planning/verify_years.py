"""Does a plan over years keep its question? Written without any solver, in fractions as the numbers were written."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pairup.planning.problems.pairing import Tie
from pairup.planning.problems.pairing_years import Given, YearOption, YearsProblem, exact

Say = Callable[..., None]


def check_years(problem: YearsProblem, chosen: Sequence[Given], say: Say) -> float:
    """Check the chosen rows; give their objective, summed anew."""
    option_of = {row.tie: row for row in problem.options}
    kept = [item for item in chosen if item.tie in option_of and item.year in problem.years]
    for item in set(chosen) - set(kept):
        say("broken-no-option", item=f"{item.donor} {item.recipient} {item.year}")
    for donor, recipient, year in Counter(item[:3] for item in kept):
        if sum(1 for item in kept if item[:3] == (donor, recipient, year)) > 1:
            say("broken-twice")
    _settled(problem, kept, say)
    for item in kept:
        _amount(problem, option_of[item.tie], item, say)
    _donors(problem, kept, say)
    _recipients(problem, kept, say)
    if problem.least_share:
        for who, share in _shares(problem, kept).items():
            if share < exact(problem.least_share):
                say("broken-share-least", recipient=who[0], least=problem.least_share, found=str(share))
    return _worth(problem, option_of, kept)


def check_coverage(
    problem: YearsProblem, chosen: Sequence[Given], told: Mapping[str, Any], is_optimal: bool, say: Say
) -> None:
    """What is told of coverage is so: the least share of all who may be helped, and no proof that is none."""
    left_out = {(who, year) for who, year in told.get("nobody_may_help", ())}
    reached = [min(Fraction(1), share) for who, share in _shares(problem, chosen).items() if who not in left_out]
    found = str(min(reached)) if reached else None
    if told.get("share") != found:
        say("broken-share", said=told.get("share"), found=found)
    elif found is not None and not _is_bound(told["bound"], Fraction(found), is_optimal):
        say("broken-share", said=told["bound"], found=found)
    for who in left_out:
        if _shares(problem, chosen).get(who, Fraction(0)) > 0:
            say("broken-share", said="nobody may help", found=f"{who[0]} {who[1]}")


def _is_bound(bound: str | None, share: Fraction, is_optimal: bool) -> bool:
    return bound is not None and (Fraction(bound) == share if is_optimal else Fraction(bound) >= share)


def _settled(problem: YearsProblem, kept: Sequence[Given], say: Say) -> None:
    rows = {item[:3] for item in kept}
    for row in set(problem.forbids) & rows:
        say("broken-forbid", item=" ".join(map(str, row)))
    for row in set(problem.locks) - rows:
        say("broken-lock", item=" ".join(map(str, row)))


def _amount(problem: YearsProblem, option: YearOption, item: Given, say: Say) -> None:
    """A tie gives between its least and its most, in whole units."""
    amount = exact(item.amount)
    facts = {"donor": item.donor, "recipient": item.recipient, "year": str(item.year), "found": str(amount)}
    if amount < max(exact(option.least), Fraction(0)):
        say("broken-tie-least", **facts, least=option.least)
    if option.most is not None and amount > exact(option.most):
        say("broken-tie-most", **facts, most=option.most)
    if (amount / problem.step).denominator != 1:
        say("broken-unit", **facts, unit=str(problem.step))


def _donors(problem: YearsProblem, kept: Sequence[Given], say: Say) -> None:
    given: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for item in kept:
        given[item.donor, item.year] += exact(item.amount)
    partners = Counter((item.donor, item.year) for item in kept)
    for donor in problem.donors:
        for year, capacity in zip(problem.years, donor.capacity, strict=True):
            found = given[donor.id, year]
            if found > exact(capacity):
                say("broken-year-capacity", donor=donor.id, year=str(year), capacity=capacity, found=str(found))
            most = donor.most_partners
            if most is not None and partners[donor.id, year] > most:
                say("broken-most-partners", donor=f"{donor.id} {year}", most=most, found=partners[donor.id, year])


def _recipients(problem: YearsProblem, kept: Sequence[Given], say: Say) -> None:
    got: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for item in kept:
        got[item.recipient, item.year] += exact(item.amount)
    helped = Counter((item.recipient, item.year) for item in kept)
    for taker in problem.recipients:
        for year, need in zip(problem.years, taker.need, strict=True):
            found = got[taker.id, year]
            if found > exact(need):
                say("broken-year-need", recipient=taker.id, year=str(year), need=need, found=str(found))
            most = math.inf if taker.most_donors is None else taker.most_donors
            if not taker.fewest_donors <= helped[taker.id, year] <= most:
                say("broken-donors", recipient=f"{taker.id} {year}", found=helped[taker.id, year])


def _shares(problem: YearsProblem, chosen: Sequence[Given]) -> dict[tuple[str, int | None], Fraction]:
    """What part of its need each recipient is given, in a year or in all; who needs nothing has no share."""
    shares: dict[tuple[str, int | None], Fraction] = {}
    for taker in problem.recipients:
        needs: dict[int | None, Fraction] = defaultdict(Fraction)
        got: dict[int | None, Fraction] = defaultdict(Fraction)
        for year, need in zip(problem.years, taker.need, strict=True):
            needs[year if problem.share_of == "years" else None] += exact(need)
        for item in chosen:
            if item.recipient == taker.id:
                got[item.year if problem.share_of == "years" else None] += exact(item.amount)
        shares |= {(taker.id, year): got[year] / need for year, need in needs.items() if need}
    return shares


def _worth(problem: YearsProblem, option_of: Mapping[Tie, YearOption], kept: Sequence[Given]) -> float:
    """Points of ties and amounts, of sectors that a donor strong in them serves, less ties begun and ended."""
    parts = [option_of[item.tie].worth + option_of[item.tie].worth_per_unit * item.amount for item in kept]
    strong = {donor.id: donor.sectors for donor in problem.donors}
    before = {(tie.donor, tie.recipient) for tie in problem.existing}
    for year in problem.years:
        now = {(item.donor, item.recipient) for item in kept if item.year == year}
        parts += [-problem.start_cost] * len(now - before) + [-problem.change_cost] * len(before - now)
        served = {(recipient, sector) for donor, recipient in now for sector in strong[donor]}
        parts += [points for row in problem.recipients for sector, points in row.sectors if (row.id, sector) in served]
        before = now
    return math.fsum(parts)
