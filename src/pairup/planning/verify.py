"""Does a plan keep its problem? Written without any solver and from the words of the problem alone.

Sums of loads and shares are taken in decimals as they were written, so that no rounding hides a breach.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from pairup.planning.blocking import Market, blockers
from pairup.planning.plan import PROVED, Plan, Status, gap_of
from pairup.planning.problems.funding import Funding, FundingProblem
from pairup.planning.problems.pairing import PairingProblem, Tie
from pairup.planning.problems.pairing_years import YearsProblem
from pairup.planning.problems.posting import Couple, Posting, PostingProblem
from pairup.planning.verify_visits import check_visits
from pairup.planning.verify_years import check_coverage, check_years
from pairup.values.findings import Finding
from pairup.values.words import Words

Say = Callable[..., None]


def check_plan(problem: Any, plan: Plan[Any]) -> list[Finding]:
    """Give every way in which a plan breaks its problem or its own figures; none is the hoped-for answer."""
    found: list[Finding] = []

    def say(code: str, **facts: Any) -> None:
        found.append(Finding(Words(f"planning.{code}", facts), str(problem.kind)))

    if problem.kind == "visits":
        return check_visits(problem, plan.chosen, plan.objective) if plan.has_plan else []
    if plan.has_plan:
        objective = check_chosen(problem, plan.chosen, say)
        if plan.objective is None or not math.isclose(plan.objective, objective, rel_tol=1e-9, abs_tol=1e-6):
            say("broken-objective", said=plan.objective, found=objective)
        if plan.bound is not None and plan.objective is not None and plan.bound < plan.objective - 1e-6:
            say("broken-bound", bound=plan.bound, objective=plan.objective)
        gap = gap_of(plan.objective, plan.bound)
        if plan.status is Status.OPTIMAL and (gap is None or gap > PROVED):
            say("broken-status", status=plan.status.value, gap=gap)
        if getattr(problem, "mode", "") == "stable":
            _stable(problem, plan, say)
        if isinstance(problem, YearsProblem):
            check_coverage(problem, plan.chosen, plan.further.get("coverage", {}), plan.status is Status.OPTIMAL, say)
    elif plan.status is Status.INFEASIBLE and not plan.conflicts:
        say("broken-no-conflict")
    return found


def _stable(problem: PostingProblem, plan: Plan[Any], say: Say) -> None:
    """Whoever would leave is named, and called fewest only where as few are proved."""
    found, said = blockers(problem, plan.chosen), plan.further.get("blocking_pairs", [])
    if [list(group[0]) for group in found] != said:
        say("broken-blockers", said=len(said), found=len(found))
    fewest = plan.further.get("blocking_bound")
    if (fewest is not None and fewest > len(found)) or (plan.status is Status.OPTIMAL and fewest != len(found)):
        say("broken-blockers", said=fewest, found=len(found))


def check_chosen(problem: Any, chosen: Sequence[Any], say: Say) -> float:
    """Check the chosen rows; give their objective, summed anew."""
    if len(set(chosen)) < len(chosen):
        say("broken-twice")
    if isinstance(problem, PostingProblem):
        return _postings(problem, chosen, say)
    if isinstance(problem, PairingProblem):
        return _pairings(problem, chosen, say)
    if isinstance(problem, YearsProblem):
        return check_years(problem, chosen, say)
    if isinstance(problem, FundingProblem):
        return _funding(problem, chosen, say)
    raise TypeError(f"no checker for {type(problem).__name__}")


def _postings(problem: PostingProblem, chosen: Sequence[Posting], say: Say) -> float:
    options = problem.options_of(chosen)  # looked up, so that a large market is not written out to check a plan of it
    worth = {item: float(problem.worth[k]) for item, k in zip(chosen, options.tolist(), strict=True) if k >= 0}
    _settled(chosen, worth, problem.locks, problem.forbids, say)
    kept = [item for item in chosen if item in worth]
    seated = Counter(item.post for item in kept)
    for post, seats, must in zip(problem.posts, problem.seats.tolist(), problem.must_fill.tolist(), strict=True):
        if seated[post] > seats:
            say("broken-seats", post=post, seats=seats, found=seated[post])
        if must and seated[post] < seats:
            say("broken-must-fill", post=post, seats=seats, found=seated[post])
    posts_of: dict[str, list[str]] = defaultdict(list)
    for item in kept:
        posts_of[item.person].append(item.post)
    if problem.mode == "stable":
        _accepted(problem, kept, posts_of, say)
    _people(problem, posts_of, say)
    _limits(problem, posts_of, say)
    _teams(problem, seated, say)
    _one_donor(problem, kept, say)
    place_of = dict(zip(problem.posts, problem.places, strict=True))
    for couple in problem.couples:
        _couple(place_of, couple, posts_of, say)
    if problem.mode == "stable":
        return float(len(posts_of))
    return math.fsum(worth[item] for item in kept)


def _settled(
    chosen: Sequence[Any], options: Container[Any], locks: Sequence[Any], forbids: Sequence[Any], say: Say
) -> None:
    """Only options are chosen; what is locked is, and what is ruled out is not. A row may be the start of an item."""
    ruled_out, lengths = {tuple(row) for row in forbids}, {len(row) for row in forbids}
    for item in chosen:
        if item not in options:
            say("broken-no-option", item=" ".join(item))
        if any(tuple(item)[:length] in ruled_out for length in lengths):
            say("broken-forbid", item=" ".join(item))
    for row in locks:
        if not any(tuple(item)[: len(row)] == tuple(row) for item in chosen):
            say("broken-lock", item=" ".join(row))


def _teams(problem: PostingProblem, seated: Counter[str], say: Say) -> None:
    teams: dict[str, list[str]] = defaultdict(list)
    for post, team in zip(problem.posts, problem.teams, strict=True):
        if team is not None:
            teams[team].append(post)
    for team, posts in teams.items():
        is_full = all(seated[post] == problem.seats[problem.post_at[post]] for post in posts)
        if not is_full and any(seated[post] for post in posts):
            say("broken-team", team=team)


def _one_donor(problem: PostingProblem, kept: Sequence[Posting], say: Say) -> None:
    donors: dict[str, set[str]] = defaultdict(set)
    for item in kept if problem.one_donor_teams else ():
        team = problem.teams[problem.post_at[item.post]]
        if team in problem.one_donor_teams:
            donors[team].add(problem.donors[problem.person_at[item.person]])
    for team, senders in donors.items():
        if len(senders) > 1:
            say("broken-team-donors", team=team, donors=", ".join(sorted(senders)))


def _accepted(problem: PostingProblem, kept: list[Posting], posts_of: dict[str, list[str]], say: Say) -> None:
    """In a stable round both sides accept each other, and a person takes one post."""
    is_open = Market(problem).is_open[problem.options_of(kept)]
    for item, both in zip(kept, is_open.tolist(), strict=True):
        if not both:
            say("broken-not-accepted", item=" ".join(item))
    for person, posts in posts_of.items():
        if len(posts) > 1:
            say("broken-two-posts", person=person)


def _people(problem: PostingProblem, posts_of: dict[str, list[str]], say: Say) -> None:
    """One post at a time, and only on days the person is free."""
    rows = [(problem.person_at[person], problem.post_at[post]) for person, posts in posts_of.items() for post in posts]
    who, what = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    # a comparison with a day that is not given (NaT) is false
    is_away = problem.post_first[what] < problem.person_first[who]
    is_away |= problem.post_last[what] > problem.person_last[who]
    for k in np.flatnonzero(is_away).tolist():
        say("broken-away", person=problem.people[who[k]], post=problem.posts[what[k]])
    for person, posts in posts_of.items():
        at = [problem.post_at[post] for post in posts] if len(posts) > 1 else []
        spans = [(problem.post_first[k], problem.post_last[k]) for k in at]
        for k, (first, last) in enumerate(spans):
            for other_first, other_last in spans[:k]:
                if not (last < other_first or other_last < first):
                    say("broken-two-posts", person=person)


def _limits(problem: PostingProblem, posts_of: dict[str, list[str]], say: Say) -> None:
    donor_of = dict(zip(problem.people, problem.donors, strict=True))
    place_of = dict(zip(problem.posts, problem.places, strict=True))
    sent = Counter(donor_of[person] for person in posts_of)
    for donor, quota in problem.quotas:
        if sent[donor] > quota:
            say("broken-quota", donor=donor, quota=quota, found=sent[donor])
    if problem.most_per_donor_and_place is not None:
        there = Counter(
            (donor_of[person], place) for person, posts in posts_of.items() for place in {place_of[p] for p in posts}
        )
        for (donor, place), count in there.items():
            if count > problem.most_per_donor_and_place:
                say("broken-cap", donor=donor, place=place, most=problem.most_per_donor_and_place, found=count)


def _couple(place_of: dict[str, str], couple: Couple, posts_of: dict[str, list[str]], say: Say) -> None:
    first, second = (posts_of.get(person, []) for person in couple.people)
    if couple.together is not None:
        is_kept = not first and not second
        is_kept = is_kept or (len(first) == len(second) == 1 and (first[0], second[0]) in couple.together)
    else:
        is_kept = {place_of[post] for post in first} == {place_of[post] for post in second}
    if not is_kept:
        say("broken-couple", first=couple.people[0], second=couple.people[1])


def _pairings(problem: PairingProblem, chosen: Sequence[Tie], say: Say) -> float:
    options = problem.option_at
    _settled(chosen, options, problem.locks, problem.forbids, say)
    kept = [tie for tie in chosen if tie in options]
    carried: dict[str, Decimal] = defaultdict(Decimal)
    for tie in kept:
        carried[tie.donor] += _exact(problem.load[options[tie]])
    partners = Counter(tie.donor for tie in kept)
    for donor in problem.donors:
        if carried[donor.id] > _exact(donor.capacity):
            say("broken-capacity", id=donor.id, capacity=donor.capacity, found=str(carried[donor.id]))
        if donor.most_partners is not None and partners[donor.id] > donor.most_partners:
            say("broken-most-partners", donor=donor.id, most=donor.most_partners, found=partners[donor.id])
    helped = Counter(tie.recipient for tie in kept)
    for recipient in problem.recipients:
        most = recipient.most_donors if recipient.most_donors is not None else len(problem.donors)
        if not recipient.fewest_donors <= helped[recipient.id] <= most:
            say("broken-donors", recipient=recipient.id, found=helped[recipient.id])
    lost = sum(1 for tie in problem.existing if tie not in chosen)
    return math.fsum([*(float(problem.worth[options[tie]]) for tie in kept), *([-problem.change_cost] * lost)])


def _funding(problem: FundingProblem, chosen: Sequence[Funding], say: Say) -> float:
    project_of = {project.id: project for project in problem.projects}
    ways = {Funding(project.id, way.id): way for project in problem.projects for way in project.ways}
    _settled(chosen, ways, problem.locks, problem.forbids, say)
    kept = [item for item in chosen if item in ways]
    projects = Counter(item.project for item in kept)
    for project, count in projects.items():
        if count > 1:
            say("broken-two-ways", project=project)
        for other in project_of[project].needs:
            if not projects[other]:
                say("broken-needs", project=project, other=other)
        for other in project_of[project].excludes:
            if projects[other]:
                say("broken-excludes", project=project, other=other)
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for item in kept:
        for line, load in ways[item].loads.items():
            spent[line] += _exact(load)
    for line_row in problem.lines:
        if spent[line_row.id] > _exact(line_row.capacity):
            say("broken-capacity", id=line_row.id, capacity=line_row.capacity, found=str(spent[line_row.id]))
    _floors(problem, kept, say)
    _places(problem, kept, say)
    return math.fsum(ways[item].worth for item in kept)


def _places(problem: FundingProblem, kept: Sequence[Funding], say: Say) -> None:
    """Every place reaches what it was promised."""
    place_of = {project.id: project.place for project in problem.projects}
    for place, least in problem.least:
        own = [item for item in kept if place_of[item.project] == place]
        found = sum((_exact(problem.worth[problem.option_at[item]]) for item in own), Decimal(0))
        if found < _exact(least):
            say("broken-place-least", place=place, least=least, found=str(found))


def _floors(problem: FundingProblem, kept: Sequence[Funding], say: Say) -> None:
    money = {line.id for line in problem.lines if line.is_money}
    project_of = {project.id: project for project in problem.projects}
    cost: dict[str, Decimal] = {}
    for item in kept:
        way = next(way for way in project_of[item.project].ways if way.id == item.way)
        cost[item.project] = sum((_exact(load) for line, load in way.loads.items() if line in money), Decimal(0))
    for tag, share in problem.floors:
        toward = sum((_exact(project_of[p].tags.get(tag, 0.0)) * amount for p, amount in cost.items()), Decimal(0))
        if toward < _exact(share) * sum(cost.values(), Decimal(0)):
            say("broken-floor", tag=tag, share=share, found=str(toward), spent=str(sum(cost.values())))


def _exact(value: float) -> Decimal:
    """A number as it was written, not as the machine holds it."""
    return Decimal(repr(float(value)))
