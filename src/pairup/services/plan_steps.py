"""The steps of a draft after it is drafted: before the sides, tried, and its adoption taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pairup.errors import ConflictError, InputError, NoPlanError
from pairup.planning.plan import Status
from pairup.record.models import AdoptionVersion, PostingVersion, VisitVersion
from pairup.services import plans, write
from pairup.services.access import require_may
from pairup.services.plan_reviews import require_whole

#: kinds whose adoption only adds rows, which can be taken back
TAKEN_BACK = {"postings": PostingVersion, "visits": VisitVersion}


def put_forward(run: str, *, actor: str, at: datetime, programme: str) -> int:
    """Put a draft before the sides: from now on each reads what is its own. Give the journal's entry.

    Refuses a run without a plan, and one that was put forward before.
    """
    require_may(actor, "plan.put-forward")
    row = require_whole(run, programme)
    if row.status not in (Status.OPTIMAL, Status.FEASIBLE):
        raise NoPlanError(
            f"Run {run} has no plan to show: it is {row.status}.", code="record.run-without-plan", run=run,
            status=row.status,
        )  # fmt: skip
    with write.command(
        "plan.put-forward", actor=actor, at=at, programme=programme, key=f"put-forward/{programme}/{run}",
        facts={"run": run},
    ) as doing:  # fmt: skip
        pass
    return doing.entry.number


class _Undone(Exception):
    """Ends a command that was tried only."""


def try_adopt(run: str, *, actor: str, at: datetime, programme: str) -> dict[str, int]:
    """What adopting a draft would write, by table: it is done, counted and undone. Refused where adopting would be."""
    added: dict[str, int] = {}
    try:
        with write.alone():
            added = plans.adopt(run, actor=actor, at=at, programme=programme)
            raise _Undone
    except _Undone:
        return added


def withdraw_adoption(run: str, *, actor: str, at: datetime, reason: str, programme: str) -> int:
    """Take back what adopting a draft added, while nothing has changed it; give how many rows.

    Rows stay readable as of before. Refused where a row was changed since, where the kind changes older rows
    (pairings, projects), and without a reason. The same draft is not adopted again: draft anew.
    """
    require_may(actor, "plan.withdraw")
    if not reason.strip():
        raise InputError("Say why.", code="rounds.no-reason")
    with write.alone():
        adopted = AdoptionVersion.objects.known().filter(run__code=run, identity__programme__code=programme).first()
        kind = require_whole(run, programme).kind
        if adopted is None:
            raise InputError(f"{run} was not adopted.", code="rounds.not-adopted", run=run)
        model: Any = TAKEN_BACK.get(kind)
        if model is None:
            raise InputError(
                f"Adopting {kind} changed rows that stood before; it is not taken back as a whole.",
                hint="Correct the rows one by one.", code="rounds.not-taken-back", run=run,
            )  # fmt: skip
        added = model.objects.filter(entry=adopted.entry_id)
        if added.exclude(superseded_at=None).exists():
            raise ConflictError(
                f"What {run} added was changed since.", hint="Correct the rows one by one.",
                code="rounds.changed-since", run=run,
            )  # fmt: skip
        with write.command(
            "plan.withdraw", actor=actor, at=at, programme=programme, facts={"run": run, "reason": reason}
        ) as doing:
            doing.supersede(model, list(added.values_list("pk", flat=True)))
            doing.supersede(AdoptionVersion, [adopted.pk])
            return len(doing.superseded[model.table])
