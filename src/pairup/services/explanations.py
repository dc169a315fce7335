"""Why a stored plan chose, or did not choose: the plan is made whole again from its run."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

from pairup.errors import InputError
from pairup.planning.explain import why_funding, why_pairing, why_posting
from pairup.planning.funding import plan_funding
from pairup.planning.pairing import plan_pairings
from pairup.planning.plan import Audience, Ended, Plan, Reason, Run, Status
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Funding, Posting, Tie, read_problem
from pairup.planning.worth import told, why_not
from pairup.record.models import PlanRunVersion
from pairup.services.plans import asked_of, read_run, round_tables
from pairup.values.words import Words

#: of each kind that can be explained item by item: the item, its planner and its explainer
KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Plan[Any]], Callable[..., Reason[Any]], str]] = {
    "pairings": (Tie, plan_pairings, why_pairing, "DONOR PLACE"),
    "postings": (Posting, plan_postings, why_posting, "PERSON POST"),
    "funding": (Funding, plan_funding, why_funding, "PROJECT WAY"),
}


def plan_of(run: PlanRunVersion) -> Plan[Any]:
    """Make the plan of a run again from what was stored; nothing is solved. Refuses visits, which have no items."""
    if run.kind not in KINDS:
        raise InputError(
            f"A plan of {run.kind} is not explained item by item.", code="planning.no-items", kind=run.kind
        )
    item, planner, explainer, _ = KINDS[run.kind]
    answer, problem = run.answer, read_problem(json.loads(zlib.decompress(bytes(run.problem))))
    said = answer["run"]
    return Plan(
        problem, planner, Status(answer["status"]),
        Run(said["solver"], said["versions"], said["seed"], said["seconds"], Ended(said["ended"])),
        tuple(sorted(item(**row) for row in answer["assignments"] or ())), answer["objective"], answer["bound"],
        tuple(Words(words["code"], words["facts"]) for words in answer["conflicts"]), {}, explainer,
    )  # fmt: skip


def why(
    run: str, item: tuple[str, ...], *, programme: str | None = None, for_: Audience = Audience.OFFICE
) -> Reason[Any] | Words:
    """Say why a run chose an item or not, and what the other way would cost.

    A person who may not take the post is told by the first requirement that fails; health, family and preference
    read "a personal condition" to all but the person.
    """
    row = read_run(run, programme=programme)
    plan = plan_of(row)
    make, _, _, shape = KINDS[row.kind]
    if len(item) != 2:
        raise InputError(f"A plan of {row.kind} is asked about {shape}.", code="planning.item-shape", shape=shape)
    if row.kind == "postings":
        found = round_tables(asked_of(row))
        person = next((p for p in found.people if p.code == item[0]), None)
        post = next((o for o in found.openings if o.code == item[1]), None)
        if person is not None and post is not None and (reason := why_not(person, post)):
            return told(reason, to_person=for_ is Audience.PERSON)
    return plan.why(make(*item), for_)
