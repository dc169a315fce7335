"""The funding question written as named requirements, one choice a way; and its floors to the last digit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from pairup.planning.blocks import Flags
from pairup.planning.form import Form
from pairup.planning.problems.funding import Floats, Funding, FundingProblem, Ints


def form_of(problem: FundingProblem, worth: Floats, seed: int, *, floors: bool) -> tuple[Form, Ints]:
    """Write the question for some worth of the ways, with or without the floors; gives the choice of each way."""
    form = Form(seed)
    take = form.choose(worth)
    edges = np.searchsorted(problem.way_project, np.arange(len(problem.projects) + 1))
    ways = {project.id: take[edges[at] : edges[at + 1]] for at, project in enumerate(problem.projects)}
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
    for (tag, share), row in zip(problem.floors, floor_rows(problem), strict=True) if floors else ():
        form.require(form.name("floor", tag=tag, percent=f"{100 * share:g}"), take, as_floats(row), low=0.0)
    place_of = np.array([problem.projects[at].place or "" for at in problem.way_project.tolist()])
    for place, least in problem.least:
        own = place_of == place
        form.require(
            form.name("place-least", place=place, worth=f"{least:g}"), take[own], problem.worth[own], low=least
        )
    _settled(problem, form, take, ways)
    return form, take


def as_floats(row: list[Decimal]) -> Floats:
    """Give a row for a solver."""
    return np.array([float(part) for part in row])


def floor_rows(problem: FundingProblem) -> list[list[Decimal]]:
    """Of each floor and way: spending toward the tag, less its share of all spending on money lines."""
    is_money = np.array([line.is_money for line in problem.lines], dtype=np.bool_)
    spent = [Decimal(0)] * len(problem.ways)
    for way, line, load in zip(
        problem.load_way.tolist(), problem.load_line.tolist(), problem.load.tolist(), strict=True
    ):
        if is_money[line]:
            spent[way] += Decimal(repr(load))
    rows = []
    for tag, share in problem.floors:
        parts = [
            amount * (Decimal(repr(float(problem.projects[at].tags.get(tag, 0.0)))) - Decimal(repr(share)))
            for at, amount in zip(problem.way_project.tolist(), spent, strict=True)
        ]
        rows.append(parts)
    return rows


def broken_floors(rows: list[list[Decimal]], taken: Flags) -> list[int]:
    """Which floors a choice of ways does not keep, to the last digit."""
    chosen = np.flatnonzero(taken).tolist()
    return [at for at, row in enumerate(rows) if sum((row[way] for way in chosen), Decimal(0)) < 0]


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
