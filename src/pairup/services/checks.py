"""What is kept beside a posting plan: its weights with their day, how firm it is, and how fair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pairup.planning.fair_plans import ORDERS, fair_words, plan_fair, price_of_filling
from pairup.planning.fairness import fairness_of
from pairup.planning.firmness import Alternative, alternatives, survival
from pairup.planning.plan import Plan
from pairup.planning.problems import Posting, PostingProblem
from pairup.planning.worth import Candidate, Opening, Parts, PostingWeights, posting_parts
from pairup.values.words import Words

#: draws of all weights together; each weight alone comes on top
DRAWS = 6
#: a round with more options than this is several times the largest of record, and is not planned again by the way
LARGEST = 300_000


def parts_of(
    problem: PostingProblem, people: Sequence[Candidate], openings: Sequence[Opening],
    pairs: Sequence[tuple[int, int]], weights: PostingWeights,
) -> Parts:  # fmt: skip
    """The worth of each option of a problem, by the parts that any option earns, in the problem's own order."""
    at = problem.option_at
    rows = np.array([at[Posting(people[k].code, openings[j].code)] for k, j in pairs], dtype=np.int64)
    return posting_parts(people, openings, pairs, weights).ordered(np.argsort(rows)).earned()


def posting_checks(
    plan: Plan[Posting], parts: Parts, weights: PostingWeights, *, seed: int = 0, jobs: int | None = None
) -> dict[str, Any]:
    """Work out all of it; what a run keeps under `checks`.

    Empty where there is no plan, no worth to weigh, or a round so large that planning it again takes too long.
    """
    if not plan.has_plan or plan.problem.mode == "stable" or len(plan.problem.worth) > LARGEST:
        return {}
    fairness = fairness_of(plan)
    prices = price_of_filling(plan, [row.post for row in fairness.unmet if row.reason.code == "fairness.elsewhere"])
    told = fairness.to_dict()
    for row in told["unmet"]:
        price = prices.get(row["post"])
        row["price"] = None if price is None else price[0]
    return {
        "weights": {"since": weights.since.isoformat(), "points": weights.named()},
        "survival": survival(plan, parts, draws=DRAWS, seed=seed, jobs=jobs, is_proving=False).to_dict(),
        "alternatives": [_difference(one) for one in alternatives(plan, seed=seed, jobs=jobs)],
        "fairness": told,
        "fair": [plan_fair(plan, order, seed=seed).beside(plan) for order in ORDERS],
    }  # fmt: skip


def _difference(one: Alternative) -> dict[str, Any]:
    """An alternative as the rows in which it differs, each a pair of person and post."""
    return one.to_dict() | {"lost": [list(item) for item in one.lost], "gained": [list(item) for item in one.gained]}


def check_words(checks: Mapping[str, Any]) -> list[Words]:
    """Tell the checks, one line each."""
    if not checks:
        return []
    survived, fair = checks["survival"], checks["fairness"]
    lines = [
        Words(
            "firmness.survival",
            {"percent": survived["percent"], "share": f"{100 * survived['share']:.1f}", "firm": survived["firm"],
             "of": survived["of"], "shifts": len(survived["alone"]) + len(survived["drawn"])},
        )
    ]  # fmt: skip
    for number, one in enumerate(checks["alternatives"], start=1):
        facts = {"number": number, "changed": len(one["gained"]), "loss": f"{one['loss']:g}", "fewest": one["fewest"]}
        lines.append(Words("firmness.alternative", facts))
    for key in ("burden", "filled", "candidates"):
        if fair[key]:
            low, high = (f"{100 * fair[key][end]:.0f}" for end in ("lowest", "highest"))
            lines.append(
                Words(f"fairness.spread-{key}", {"low": low, "high": high, "gini": f"{fair[key]['gini']:.2f}"})
            )
    lines.append(Words("fairness.envious", {"count": fair["envious"], "of": fair["places_counted"]}))
    for code, count in fair["reasons"].items():
        lines.append(Words("fairness.reason", {"count": count, "reason": Words(f"fairness.short-{code[9:]}")}))
    lines += [fair_words(one) for one in checks.get("fair", ())]
    return lines
