"""Plan the next round of a record with an eye to rounds after it; the draft is a run of the next round like any other.

A record holds one round's candidates and posts; the rounds after it are drawn, and every line that rests on a draw
says so.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from pairup.errors import InputError
from pairup.planning.futures import Ahead, Expected, own_plan, plan_ahead
from pairup.planning.plan import UNTIL_PROVED, Progress, Stop
from pairup.services.access import require_may
from pairup.services.plans import Asked, Draft, keep, posting_weights, problem_bytes, read_problem_of


def draft(
    asked: Asked, *, rounds: int, actor: str, at: datetime, expected: Expected = Expected(), stop: Stop = UNTIL_PROVED,
    seed: int = 0, progress: Progress | None = None,
) -> tuple[Draft, Ahead]:  # fmt: skip
    """Plan the asked round and those after it, and keep the first as a run. `stop` holds for each plan.

    The run answers the round's own question, so its worth is unpriced and its gap includes what is held back.
    """
    require_may(actor, "plan.draft")
    require_postings(asked.kind)
    problem = read_problem_of(asked)
    ahead = plan_ahead([problem], rounds, expected, stop=stop, seed=seed, progress=progress)
    plan = own_plan(problem, ahead.horizon)
    digest = hashlib.sha256(problem_bytes(problem)).hexdigest()
    code = keep(asked, plan, read_digest=digest, actor=actor, at=at, further={"horizon": ahead.to_dict()})
    return Draft(code, asked, plan, posting_weights(asked).named()), ahead


def require_postings(kind: str) -> None:
    """Refuse every other kind: only rounds of postings follow one another."""
    if kind != "postings":
        raise InputError(
            f"A plan of {kind} has no rounds.", hint="Ask for postings.", code="horizon.kind", kind=kind
        )  # fmt: skip
