"""Why a plan of pairings or funding is as it is. These questions are small: they are planned again."""

from __future__ import annotations

from pairup.planning.explain.replanning import reason_by_replanning
from pairup.planning.explain.telling import require_known, said
from pairup.planning.plan import Audience, Plan, Reason
from pairup.planning.problems.funding import Funding, FundingProblem
from pairup.planning.problems.pairing import PairingProblem, Tie
from pairup.values.words import Words


def why_pairing(plan: Plan[Tie], item: Tie, for_: Audience, confirm: bool = False) -> Reason[Tie]:
    """Say why a donor is, or is not, paired with a recipient."""
    item = Tie(*item)
    problem: PairingProblem = plan.problem
    donors, recipients = {row.id for row in problem.donors}, {row.id for row in problem.recipients}
    require_known(donor=(item.donor, donors), recipient=(item.recipient, recipients))
    if item not in problem.option_at:
        words = problem.refusal(item) if problem.refusal else None
        return Reason(item, words or Words("planning.not-an-option", {"item": said(item)}))
    if item in problem.forbids:
        return Reason(item, Words("planning.pair-forbid", item._asdict()))
    return reason_by_replanning(plan, item, for_, problem, plan.assignments)


def why_funding(plan: Plan[Funding], item: Funding, for_: Audience, confirm: bool = False) -> Reason[Funding]:
    """Say why a project is, or is not, carried out in a way."""
    item = Funding(*item)
    problem: FundingProblem = plan.problem
    require_known(project=(item.project, {project.id for project in problem.projects}))
    if item not in problem.option_at:
        words = problem.refusal(item) if problem.refusal else None
        return Reason(item, words or Words("planning.not-an-option", {"item": said(item)}))
    if item in problem.forbids or (item.project,) in problem.forbids:
        return Reason(item, Words("planning.project-forbid", {"item": said(item)}))
    return reason_by_replanning(plan, item, for_, problem, plan.assignments)
