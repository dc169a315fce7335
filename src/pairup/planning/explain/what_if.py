"""What if: some items settled or ruled out, people gone, or other worths. Only the blocks it touches are planned."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from pairup.errors import InputError
from pairup.planning.blocks import Floats
from pairup.planning.explain.replanning import WHY, WhatIf, replanned, within
from pairup.planning.explain.telling import require_known, said
from pairup.planning.limits import block_around
from pairup.planning.plan import Difference, Item, Plan, Status, Stop
from pairup.planning.problems.posting import Posting, PostingProblem

A = TypeVar("A", bound=Item)


def what_if(
    plan: Plan[A], *, force: Iterable[A] = (), forbid: Iterable[A] = (), without: Iterable[str] = (),
    worth: Floats | None = None, stop: Stop = WHY,
) -> WhatIf[A]:  # fmt: skip
    """Plan again with some items settled, some ruled out, people left out of a round, or another worth of the options.

    Among plans worth the same, the one that moves least is given. Of a round only the blocks that change are planned;
    the rest stands. With another `worth` (one number for each option, in their order) both plans are counted by it.
    """
    settled: list[Any] = list(force)
    changed, gone, ruled_out = plan.problem, list(without), list(forbid)
    touched = [*settled, *ruled_out]
    if gone and not isinstance(changed, PostingProblem):
        raise InputError("Only people of a round of postings drop out.", code="answers.no-people", kind=plan.kind)
    for person in gone:
        require_known(person=(person, changed.person_at))
        changed = changed.leaving_out(person)
        touched += [item for item in plan.assignments if item.person == person]  # type: ignore[attr-defined]
    for item in settled:
        _require_option(plan.problem, item)
        if isinstance(changed, PostingProblem) and changed.option_of(Posting(*item)) is None:
            raise InputError(
                f"{said(item)} cannot be settled: it is no option of this round.", hint="Ask why.",
                code="answers.no-option", item=said(item),
            )  # fmt: skip
        changed = changed.forcing(item)
    for item in ruled_out:
        _require_option(plan.problem, item)
        changed = changed.forbidding(item)
    if not isinstance(changed, PostingProblem) or changed.mode != "welfare":
        if worth is not None:
            raise TypeError(f"another worth of a plan of {plan.kind} is asked with a problem of its own")
        return replanned(plan, changed, stop)
    items = [Posting(*item) for item in touched]
    return _in_blocks(plan, changed, items, worth, stop)  # type: ignore[arg-type, return-value]


def what_if_without(plan: Plan[Posting], person: str, stop: Stop = WHY) -> WhatIf[Posting]:
    """Plan again after a person drops out. Only the block around the person is planned; the rest stands."""
    return what_if(plan, without=(person,), stop=stop)


def _in_blocks(
    plan: Plan[Posting], changed: PostingProblem, touched: list[Posting], worth: Floats | None, stop: Stop
) -> WhatIf[Posting]:
    """Plan the blocks that change, and put them into the rest of the plan."""
    old: PostingProblem = plan.problem
    chosen = plan.assignments
    if worth is not None:
        if np.shape(worth) != old.worth.shape:
            raise ValueError(f"{len(old.worth)} options and worth of {np.shape(worth)}")
        touched = touched + [old.posting(int(k)) for k in np.flatnonzero(worth != old.worth)]
        changed = replace(changed, worth=np.asarray(worth, dtype=np.float64))
    if not touched:
        return WhatIf(plan, Difference((), (), 0.0), ())
    part = block_around(changed, *touched)
    known = set(part.people)
    rest = [item for item in chosen if item.person not in known]
    inside = tuple(item for item in chosen if item.person in known)
    found = replanned(within(plan, part, inside), part, stop)
    if not found.plan.has_plan:
        return replace(found, plan=replace(found.plan, problem=changed))
    assert found.plan.objective is not None
    items = tuple(sorted([*rest, *found.plan.chosen]))
    outside = math.fsum(float(changed.worth[at]) for item in rest if (at := changed.option_of(item)) is not None)
    objective = round(outside + found.plan.objective, 9)
    is_proved = found.plan.status is Status.OPTIMAL and plan.status is Status.OPTIMAL
    whole = replace(
        found.plan, problem=changed, chosen=items, objective=objective, bound=objective if is_proved else None,
        status=Status.OPTIMAL if is_proved else Status.FEASIBLE,
    )  # fmt: skip
    return replace(found, plan=whole)


def _require_option(problem: Any, item: Any) -> None:
    if isinstance(problem, PostingProblem):
        require_known(person=(item[0], problem.person_at), post=(item[1], problem.post_at))
