"""Plan a round of the record by a fair order, and keep it as a run beside the price it has."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from pairup.errors import InputError
from pairup.planning.fair_plans import Order, plan_fair
from pairup.planning.plan import UNTIL_PROVED, Progress, Stop
from pairup.planning.posting import plan_postings
from pairup.services.access import require_may
from pairup.services.plans import Asked, Draft, keep, posting_weights, problem_bytes, read_problem_of


def draft(
    asked: Asked, order: Order, *, points: float, actor: str, at: datetime, stop: Stop = UNTIL_PROVED, seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Draft, dict[str, Any]]:  # fmt: skip
    """Plan the round for worth and then by the order, and keep the second; give what its price is beside the first.

    The run keeps that too, under `fair`. `stop` holds for the plan worth most; the other ends by counted work.
    """
    require_may(actor, "plan.draft")
    require_postings(asked.kind)
    problem = read_problem_of(asked)
    welfare = plan_postings(problem, stop=stop, seed=seed, progress=progress)
    welfare.assignments  # noqa: B018  refuses where there is no plan
    fair = plan_fair(welfare, order, points=points, seed=seed)
    told = fair.beside(welfare)
    digest = hashlib.sha256(problem_bytes(problem)).hexdigest()
    code = keep(asked, fair.plan, read_digest=digest, actor=actor, at=at, further={"fair": told})
    return Draft(code, asked, fair.plan, posting_weights(asked).named()), told


def require_postings(kind: str) -> None:
    """Refuse every other kind: pairings lift the lowest coverage first as they are, funding has orders of its own."""
    if kind != "postings":
        raise InputError(
            f"A plan of {kind} has no places to fill alike.",
            hint="Ask for postings. Pairings lift the lowest coverage first as they are.",
            code="fairness.fair-kind", kind=kind,
        )  # fmt: skip
