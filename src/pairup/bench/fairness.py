"""How long it takes to say how firm and how fair a plan is, and what fair plans cost, on seeded rounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from pairup.bench.measure import Row, measured
from pairup.bench.rounds import tied_round
from pairup.planning.fair_plans import plan_fair
from pairup.planning.fairness import fairness_of
from pairup.planning.firmness import alternatives, survival
from pairup.planning.plan import Plan, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.worth import Parts

#: each small round of this size shares nothing with the others
PART = 40


def true_round(size: int, seed: int) -> PostingProblem:
    """A round of `size` posts that falls apart, as rounds do whose pairings fix the place."""
    people: list[tuple[str, str, None, None]] = []
    posts: list[tuple[str, str, int, bool, str | None, None, None]] = []
    who, what, worth, couples = list[int](), list[int](), list[float](), list[tuple[str, str]]()
    for part in range(max(1, size // PART)):
        one, name = tied_round(PART, seed * 1000 + part, tightness=3.0), f"{part:03d}"
        who += (one.option_person + len(people)).tolist()
        what += (one.option_post + len(posts)).tolist()
        worth += one.worth.tolist()
        people += [(name + code, name + donor, None, None) for code, donor in zip(one.people, one.donors, strict=True)]
        posts += [
            (name + code, name + place, 1, False, None if team is None else name + team, None, None)
            for code, place, team in zip(one.posts, one.places, one.teams, strict=True)
        ]
        couples += [(name + couple.people[0], name + couple.people[1]) for couple in one.couples]
    return PostingProblem.from_columns(people, posts, who, what, worth, couples=couples)


def rows(is_quick: bool, seed: int) -> list[Row]:
    """Rows of the table: survival, alternatives, the figures, and the two fair orders."""
    plan = plan_postings(true_round(400 if is_quick else 2_000, seed), stop=Stop(work=20_000))
    size = f"{len(plan.problem.posts)} posts"
    found = []
    for name, function in (("survival", _survival), ("alternatives", _alternatives), ("figures", _figures)):
        took = measured(function, plan)
        found.append(took.row(Row("postings", f"{name}, {size}", "pairup", note=str(took.answer or ""))))
    for order in ("weighted", "leximin"):
        took = measured(_fair, plan, order)
        if took.answer is not None:
            score, bound, note = took.answer
            found.append(took.row(Row("postings", f"{order}, {size}", "pairup", score, bound=bound, note=note)))
    return found


def _survival(plan: Plan[Posting]) -> str:
    worth = plan.problem.worth
    first = np.round(worth * np.random.default_rng(0).random(len(worth)))
    told = survival(plan, Parts(("one", "other"), np.stack([first, worth - first], axis=1)), jobs=1)
    gap = max(shift.gap for shift in told.alone + told.drawn)
    return f"{told.firm} of {len(told.times)} firm, {told.shifts} shifts, largest gap {100 * gap:.3f} %"


def _alternatives(plan: Plan[Posting]) -> str:
    found = alternatives(plan, jobs=1)
    return ", ".join(f"{one.shared} shared (at least {one.fewest})" for one in found)


def _figures(plan: Plan[Posting]) -> str:
    told = fairness_of(plan)
    return f"{told.envious} of {len(told.places)} places envy another"


def _fair(plan: Plan[Posting], order: Any) -> tuple[float | None, float | None, str]:
    fair = plan_fair(plan, order)
    said = "proved" if fair.is_proved else "not proved"
    return fair.score if order == "weighted" else fair.plan.objective, fair.bound, f"price {fair.price:g}, {said}"
