"""Why a stored plan chose, or did not choose: the plan is made whole again from its run."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from pairup.errors import InputError, NoPlanError
from pairup.planning.explain import WhatIf, what_if, why_funding, why_pairing, why_posting
from pairup.planning.funding import plan_funding
from pairup.planning.pairing import plan_pairings
from pairup.planning.pairing.years_why import why_given
from pairup.planning.plan import Audience, Ended, Plan, Reason, Run, Status
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Funding, Given, Posting, Tie, YearsProblem, read_problem
from pairup.planning.repair import repair
from pairup.planning.repaired import Repair
from pairup.planning.worth import told, why_not
from pairup.record.models import PlanRunVersion
from pairup.services.access import require_may
from pairup.services.plans import Asked, asked_of, keep, read_run, round_tables
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
    further: dict[str, Any] = {}
    if isinstance(problem, YearsProblem):
        item, explainer, further = Given, why_given, {"coverage": answer["coverage"]}
    said = answer["run"]
    return Plan(
        problem, planner, Status(answer["status"]),
        Run(said["solver"], said["versions"], said["seed"], said["seconds"], Ended(said["ended"])),
        tuple(sorted(item(**row) for row in answer["assignments"] or ())), answer["objective"], answer["bound"],
        tuple(Words(words["code"], words["facts"]) for words in answer["conflicts"]), further, explainer,
    )  # fmt: skip


def item_of(kind: str, words: tuple[str, ...]) -> Any:
    """Make an item of a kind of plan from its words."""
    if kind not in KINDS:
        raise InputError(f"A plan of {kind} is not explained item by item.", code="planning.no-items", kind=kind)
    make, _, _, shape = KINDS[kind]
    if len(words) != 2:
        raise InputError(f"A plan of {kind} is asked about {shape}.", code="planning.item-shape", shape=shape)
    return make(*words)


def why(
    run: str,
    item: tuple[str, ...],
    *,
    programme: str | None = None,
    for_: Audience = Audience.OFFICE,
    confirm: bool = False,
) -> Reason[Any] | Words:
    """Say why a run chose an item or not, and what the other way would cost; `confirm` plans again to be exact.

    A person who may not take the post is told by the first requirement that fails; health, family and preference
    read "a personal condition" to all but the person.
    """
    row = read_run(run, programme=programme)
    plan = plan_of(row)
    asked = item if isinstance(plan.problem, YearsProblem) and len(item) == 3 else item_of(row.kind, item)
    if row.kind == "postings":
        found = round_tables(asked_of(row))
        person = next((p for p in found.people if p.code == item[0]), None)
        post = next((o for o in found.openings if o.code == item[1]), None)
        if person is not None and post is not None and (reason := why_not(person, post)):
            return told(reason, to_person=for_ is Audience.PERSON)
    return plan.why(asked, for_, confirm=confirm)


def ask_what_if(
    run: str, *, force: Iterable[tuple[str, ...]] = (), forbid: Iterable[tuple[str, ...]] = (),
    without: Iterable[str] = (), programme: str | None = None,
) -> WhatIf[Any]:  # fmt: skip
    """Say how a run would change with some items settled, some ruled out, or people left out. Nothing is kept."""
    row = read_run(run, programme=programme)
    settled, ruled_out = ([item_of(row.kind, words) for words in items] for items in (force, forbid))
    return what_if(plan_of(row), force=settled, forbid=ruled_out, without=without)


def repair_run(
    run: str, *, without: Iterable[str] = (), closed: Iterable[str] = (), agreed: Iterable[str] = (),
    programme: str | None = None,
) -> Repair:  # fmt: skip
    """Repair the plan of a run after people drop out or posts close. Nothing is kept."""
    return repair(plan_of(read_run(run, programme=programme)), without=without, closed=closed, agreed=agreed)


def keep_repair(
    run: str, found: Repair, *, actor: str, at: datetime, moves: int | None = None, programme: str | None = None,
    key: str | None = None,
) -> str:  # fmt: skip
    """Keep a repaired plan, or a point of its curve, as a run of its own; give its code. It is adopted as any run is.

    It stands for the question that its first run read: adopting refuses where the record has changed since then.
    """
    require_may(actor, "plan.draft")
    row = read_run(run, programme=programme)
    plan = found.plan if moves is None else found.at(moves)
    if not plan.has_plan:
        raise NoPlanError(
            f"Run {run} cannot be repaired, so there is nothing to keep.", code="record.run-without-plan", run=run,
            status=plan.status,
        )  # fmt: skip
    return keep(Asked.of(row.answer["asked"]), plan, read_digest=row.read_digest, actor=actor, at=at, key=key)
