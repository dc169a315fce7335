"""Plan a problem file: no database, no Django, and with `--json` nothing on standard output but the answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pairup.cli.main import language, refuse
from pairup.cli.options import step
from pairup.errors import InputError
from pairup.planning.plan import Plan, Status, Stop

if TYPE_CHECKING:
    from pairup.planning.pairing import Change
    from pairup.planning.problems import Joining

#: exit codes, as the format of problem files says
DONE, REFUSED, USAGE, NO_PLAN, STOPPED = 0, 1, 2, 3, 4
KINDS = ("pairings", "postings", "funding", "visits")


def plan_problem_file(
    kind: str,
    problem: Path,
    seconds: float | None = None,
    work: int | None = None,
    seed: int = 0,
    as_json: bool = False,
    echo: Callable[[str], None] = click.echo,
    plot: Path | None = None,
    without: tuple[str, ...] = (),
    joins: Path | None = None,
) -> int:
    """Plan the problem in a file, print the plan, draw its solve where asked, and give the exit code.

    `without` names donors of pairings that leave, `joins` is a file of those who join: what changes is told too, and
    the exit code is of that plan.
    Long because what is told of a plan is told in one place.
    0 a plan, 1 refused input, 2 usage, 3 proved that no plan exists, 4 stopped before a plan was found.
    """
    if kind not in KINDS:
        click.echo(f"{kind!r} is no kind of plan. Kinds: {', '.join(KINDS)}.", err=True)
        return USAGE
    from pairup.planning.problems import read_joining, read_problem_file

    try:
        asked: Any = read_problem_file(problem, kind)
        joining = None if joins is None else read_joining(joins, asked)
        if without:
            from pairup.planning.pairing import require_donors

            require_donors(asked, without)
    except InputError as error:
        return refuse(error)
    stop = Stop(seconds, work)
    plan = _watched(kind, asked, stop, seed)
    change, more = None, {}
    if without and plan.has_plan:
        change = _without(plan, without, stop)
        more = {"without": {"donors": list(without), **change.to_dict()}}
    elif joining is not None and plan.has_plan:
        change = _with(plan, joining, stop)
        more = {"joins": change.to_dict()}
    if as_json:
        echo(json.dumps(plan.to_dict() | more, ensure_ascii=False))
    else:
        echo(plan.screen(language()))
        for line in resolving(plan):
            echo(line)
        tell_more(plan, change, echo)
    draw(plan, plot)
    return exit_code_of(plan if change is None else change.plan)


def _without(plan: Plan[Any], donors: tuple[str, ...], stop: Stop) -> Change:
    from pairup.planning.pairing import what_if_donors_leave

    return what_if_donors_leave(plan, donors, stop)


def _with(plan: Plan[Any], joining: Joining, stop: Stop) -> Change:
    from pairup.planning.pairing import what_if_joins

    return what_if_joins(plan, *joining, stop=stop)


def tell_more(plan: Plan[Any], change: Change | None, echo: Callable[[str], None] = click.echo) -> None:
    """Say how far a plan over years covers the need, and what changes where donors leave."""
    if "coverage" in plan.further:
        from pairup.planning.pairing import coverage_words

        for words in coverage_words(plan):
            echo(words.say(language()))
    if change is not None:
        echo(change.say(language()))


def _watched(kind: str, asked: Any, stop: Stop, seed: int) -> Plan[Any]:
    """Plan, with a line of progress where somebody sees it; elsewhere standard error stays empty."""
    planner = planner_of(kind)
    if not sys.stderr.isatty():
        return planner(asked, stop=stop, seed=seed)
    with step(f"Planning {kind}") as bar:
        plan = planner(asked, stop=stop, seed=seed, progress=bar)
        bar.said = plan.status.value
    return plan


def draw(plan: Plan[Any], path: Path | None) -> None:
    """Draw how a plan was found; only then are the packages of pictures loaded."""
    if path is None:
        return
    from pairup.reports.solve_figure import write_solve

    write_solve(plan, path, language())
    click.echo(f"Drawn: {path}", err=True)


def resolving(plan: Plan[Any]) -> list[str]:
    """Say of each requirement of a clash whether relaxing it alone makes a plan possible, for half a minute."""
    if plan.status is not Status.INFEASIBLE:
        return []
    from pairup.planning.explain import relaxations

    return [relaxation.words().say(language()) for relaxation in relaxations(plan, Stop(seconds=30.0))]


def planner_of(kind: str) -> Callable[..., Plan[Any]]:
    """Load the planner of a kind, and no other."""
    if kind == "postings":
        from pairup.planning.posting import plan_postings

        return plan_postings
    if kind == "pairings":
        from pairup.planning.pairing import plan_pairings

        return plan_pairings
    if kind == "funding":
        from pairup.planning.funding import plan_funding

        return plan_funding
    from pairup.planning.visits import plan_visits

    return plan_visits


def exit_code_of(plan: Plan[Any]) -> int:
    """The exit code that says what came of a plan."""
    return {Status.INFEASIBLE: NO_PLAN, Status.UNKNOWN: STOPPED}.get(plan.status, DONE)
