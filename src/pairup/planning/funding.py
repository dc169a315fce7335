"""Money to projects over years: the portfolio worth most, within what each line holds and the floors on purposes."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from pairup.planning.explain import why_funding
from pairup.planning.form import Form
from pairup.planning.outcome import plan_of
from pairup.planning.plan import UNTIL_PROVED, Plan, Progress, Stop
from pairup.planning.problems.funding import Funding, FundingProblem, Ints


def plan_funding(
    problem: FundingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Funding]:
    """Choose the projects worth most, each in one way.

    Where no plan exists, `conflicts` names a smallest set of requirements that clash.
    """
    watch = stop.watch()
    form = Form(seed)
    take = form.choose(problem.worth)
    ways = {project.id: take[problem.way_project == at] for at, project in enumerate(problem.projects)}
    for project in problem.projects:
        form.require(form.name("one-way", project=project.id), ways[project.id], high=1.0)
        for other in project.needs:
            signs = [1.0] * len(ways[project.id]) + [-1.0] * len(ways[other])
            choices = np.concatenate([ways[project.id], ways[other]])
            form.require(form.name("needs", project=project.id, other=other), choices, signs, high=0.0)
    for one, other in problem.exclusions:
        name = form.name("excludes", project=one, other=other)
        form.require(name, np.concatenate([ways[one], ways[other]]), high=1.0)
    for at, line in enumerate(problem.lines):
        own = problem.load_line == at
        name = form.name("line", line=line.id, capacity=line.capacity)
        form.require(name, take[problem.load_way[own]], problem.load[own], high=line.capacity)
    _floors(problem, form, take)
    _settled(problem, form, take, ways)
    nothing = None if problem.locks else form.completed([])  # carrying out nothing keeps every other requirement
    answer = form.solve(stop, nothing, progress, "funding")
    options = [] if answer.taken is None else np.flatnonzero(answer.taken[take]).tolist()
    return plan_of(
        problem, plan_funding, why_funding, answer, [problem.ways[k] for k in options], problem.worth[options].tolist(),
        watch, seed,
    )  # fmt: skip


def _floors(problem: FundingProblem, form: Form, take: Ints) -> None:
    """Spending toward a tag, less its share of all spending on money lines, is not below zero."""
    is_money = np.array([line.is_money for line in problem.lines], dtype=np.bool_)
    spent = [Decimal(0)] * len(problem.ways)
    for way, line, load in zip(
        problem.load_way.tolist(), problem.load_line.tolist(), problem.load.tolist(), strict=True
    ):
        if is_money[line]:
            spent[way] += Decimal(repr(load))
    for tag, share in problem.floors:
        name = form.name("floor", tag=tag, percent=f"{100 * share:g}")
        over = [
            amount * (Decimal(repr(float(problem.projects[at].tags.get(tag, 0.0)))) - Decimal(repr(share)))
            for at, amount in zip(problem.way_project.tolist(), spent, strict=True)
        ]
        form.require(name, take, [float(value) for value in over], low=0.0)


def _settled(problem: FundingProblem, form: Form, take: Ints, ways: dict[str, Ints]) -> None:
    for row in problem.locks:
        name = form.name("project-lock", item=" – ".join(row))
        if len(row) == 1:
            form.require(name, ways[row[0]], low=1.0)
        else:
            form.settle(name, take[problem.option_at[Funding(*row)]], 1)
    for row in problem.forbids:
        name = form.name("project-forbid", item=" – ".join(row))
        for choice in ways[row[0]] if len(row) == 1 else [take[problem.option_at[Funding(*row)]]]:
            form.settle(name, choice, 0)
