"""What is asked of a drafted plan: why, who else could, what resolves a clash, what a wish would cost, what differs.

Nothing is kept but a changed plan that somebody asks to keep, as a draft of its own.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pairup.errors import InputError, NoPlanError
from pairup.planning.explain import WhatIf, relaxations
from pairup.planning.explain.telling import moves_of
from pairup.planning.plan import Audience, Difference, Reason, Stop
from pairup.planning.repaired import Repair
from pairup.record.acting import Role, acting, whole
from pairup.record.models import Person
from pairup.services import explanations, plans, write
from pairup.services.access import require_may
from pairup.services.plan_reviews import opened, require_whole
from pairup.values.words import Words


def why(run: str, item: tuple[str, ...], *, programme: str, on: date, confirm: bool = False) -> Reason[Any] | Words:
    """Why a draft chose an item or not. A side asks of its own people or posts, and is told of nobody else."""
    _, is_whole = opened(run, programme)
    if not is_whole:
        _require_own_item(item, programme)
    with nullcontext() if is_whole else whole():
        return explanations.why(
            run, item, programme=programme, for_=Audience.OFFICE if is_whole else Audience.PUBLIC, confirm=confirm
        )  # fmt: skip


def _require_own_item(item: tuple[str, ...], programme: str) -> None:
    if acting().actor.role is Role.RECIPIENT_OFFICE:  # a host would learn who else was a candidate
        is_own = False
    else:
        is_own = Person.objects.filter(programme__code=programme, code=item[0]).exists()
    if not is_own:
        raise InputError(f"{' '.join(item)} is not here.", code="rounds.missing", run=" ".join(item))


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who could take a post: what they would be worth there, and where the draft has them."""

    person: str
    donor: str
    worth: float
    posts: tuple[str, ...]


def read_choices(run: str, post: str, *, programme: str, on: date) -> list[Choice]:
    """Everybody who could take a post, the most worth first. Only for whoever reads the whole draft."""
    require_whole(run, programme)
    plan = explanations.plan_of(plans.read_run(run, programme=programme))
    problem = plan.problem
    if plan.kind != "postings" or post not in problem.posts:
        raise InputError(f"There is no post {post} in {run}.", code="rounds.missing", run=post)
    at = problem.posts.index(post)
    where: dict[str, list[str]] = {}
    for item in plan.chosen:
        where.setdefault(item.person, []).append(item.post)
    found = [
        Choice(problem.people[int(who)], problem.donors[int(who)], float(worth),
               tuple(where.get(problem.people[int(who)], ())))
        for who, of, worth in zip(problem.option_person, problem.option_post, problem.worth, strict=True)
        if int(of) == at
    ]  # fmt: skip
    return sorted(found, key=lambda one: (post not in one.posts, -one.worth, one.person))


def resolve(run: str, *, programme: str, on: date, seconds: float = 30.0) -> list[Words]:
    """Of each requirement of a clash: whether relaxing it alone would make a plan possible."""
    require_whole(run, programme)
    plan = explanations.plan_of(plans.read_run(run, programme=programme))
    return [one.words() for one in relaxations(plan, Stop(seconds=seconds))]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of a draft: items settled and ruled out, people left out, posts closed."""

    lock: tuple[tuple[str, ...], ...] = ()
    forbid: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.lock) + len(self.forbid) + len(self.without) + len(self.closed)


def ask_wishes(run: str, wishes: Wishes, *, programme: str, on: date) -> WhatIf[Any] | Repair | None:
    """How a draft would change: by the fewest moves where people drop out or posts close, else planned again.

    Nothing is kept. None where nothing is wished. Refuses to mix a repair with wishes: one after the other.
    """
    require_whole(run, programme)
    if not wishes.count:
        return None
    if wishes.closed or wishes.without:
        if wishes.lock or wishes.forbid:
            raise InputError(
                "A repair and wishes are asked one after the other.", hint="Keep the first answer as a draft.",
                code="rounds.one-after-the-other",
            )  # fmt: skip
        return explanations.repair_run(run, without=wishes.without, closed=wishes.closed, programme=programme)
    return explanations.ask_what_if(run, force=wishes.lock, forbid=wishes.forbid, programme=programme)


def keep_wishes(
    run: str, wishes: Wishes, *, actor: str, at: datetime, programme: str, key: str | None = None
) -> str:  # fmt: skip
    """Keep the changed plan as a draft of its own; give its code. The one before stays.

    A `key` used before gives the draft that was kept under it.
    """
    require_may(actor, "plan.draft")
    row = require_whole(run, programme)
    if key is not None and (before := drafted_under(key)):
        return before
    found = ask_wishes(run, wishes, programme=programme, on=at.date())
    if found is None:
        raise InputError("Nothing is wished.", code="rounds.no-wish")
    if isinstance(found, Repair):
        return explanations.keep_repair(run, found, actor=actor, at=at, programme=programme, key=key)
    if not found.plan.has_plan:
        raise NoPlanError(
            f"Run {run} cannot be changed so.", code="record.run-without-plan", run=run, status=found.plan.status
        )
    full = plans.read_run(run, programme=programme)
    asked = plans.Asked.of(row.answer["asked"])
    return plans.keep(asked, found.plan, read_digest=full.read_digest, actor=actor, at=at, key=key)


def compare(run: str, other: str, *, programme: str, on: date) -> tuple[Difference[Any], tuple[Words, ...]]:
    """What another draft of the same kind chooses in place of this one: rows, points, and who moves."""
    one, two = require_whole(run, programme), require_whole(other, programme)
    if one.kind != two.kind:
        raise InputError(
            f"{run} plans {one.kind}, {other} plans {two.kind}.", hint="Compare drafts of one kind.",
            code="rounds.two-kinds", run=run, other=other,
        )  # fmt: skip
    mine, theirs = (explanations.plan_of(plans.read_run(code, programme=programme)) for code in (run, other))
    difference = mine.compare(theirs)
    return difference, moves_of(difference)


def drafted_under(key: str) -> str:
    """The draft that was kept under a key; nothing where none was."""
    entry = write.entry_under(key)
    return "" if entry is None else str(json.loads(bytes(entry.leaf))["facts"].get("run", ""))
