"""Why a stable round is as it is: who prefers what to a posting."""

from __future__ import annotations

from pairup.planning.blocking import Market, blockers
from pairup.planning.explain.telling import barred_posting, require_known, told_to
from pairup.planning.plan import Audience, Plan, Reason
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.values.words import Words


def why_stable(plan: Plan[Posting], item: Posting, for_: Audience, confirm: bool = False) -> Reason[Posting]:
    """Say why a person is, or is not, in a post of a stable round: who prefers what to it."""
    item = Posting(*item)
    problem: PostingProblem = plan.problem
    require_known(person=(item.person, problem.person_at), post=(item.post, problem.post_at))
    words = barred_posting(problem, item)
    market = Market(problem)
    held = {chosen.person: chosen.post for chosen in plan.assignments}
    if words is None and item not in market.pairs:
        words = Words("planning.not-accepted", item._asdict())
    if words is None and item in plan.chosen:
        words = Words("planning.stable-chosen", item._asdict())
    if words is None and item.person in market.coupled:
        words = Words("planning.stable-couple", item._asdict())
    rank = market.person_rank.get(item.person, {})
    now = held.get(item.person)
    if words is None and now is not None and rank[now] <= rank[item.post]:
        words = Words("planning.stable-person-prefers", item._asdict())
    elif words is None and any(list(group[0]) == list(item) for group in blockers(problem, plan.chosen)):
        words = Words("planning.stable-blocks", item._asdict())
    words = words or Words("planning.stable-post-prefers", item._asdict())
    return Reason(item, told_to(words, for_))
