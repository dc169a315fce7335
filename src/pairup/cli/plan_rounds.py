"""`plan postings` with an eye to later rounds (`--rounds`) or by a fair order (`--fair`): from files, or a record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from pairup.cli.main import language, refuse
from pairup.cli.options import now, step
from pairup.cli.plan_file import DONE, draw, exit_code_of
from pairup.errors import InputError, PairupError
from pairup.values.words import Words

if TYPE_CHECKING:
    from pairup.planning.fair_plans import Order
    from pairup.planning.plan import Plan, Stop
    from pairup.planning.problems import PostingProblem

#: parts of the points for fair filling at which the price is drawn
CURVE = (0.01, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class How:
    """What is asked beside the question: rounds to look at, days at home, a fair order, and how it is told."""

    rounds: int | None
    rest: int
    fair: Order | None
    fair_points: float
    stop: Stop
    seed: int
    as_json: bool
    plot: Path | None

    @property
    def is_plain(self) -> bool:
        return self.rounds is None and self.fair is None


def plan_files(kind: str, files: tuple[Path, ...], how: How) -> int:
    """Plan the rounds of some files in order, or one of them by a fair order; give the exit code."""
    from pairup.planning.problems import read_problem_file

    try:
        problems = [cast("PostingProblem", read_problem_file(file, kind)) for file in files]
        if how.fair is not None:
            return _fair_of(problems[0], how)
        _rounds_of(problems, how)
    except PairupError as error:
        return refuse(error)
    return DONE


def _fair_of(problem: PostingProblem, how: How) -> int:
    from pairup.planning.fair_plans import plan_fair
    from pairup.planning.posting import plan_postings

    with _shown("Planning postings") as bar:
        welfare = plan_postings(problem, stop=how.stop, seed=how.seed, progress=bar)
    if not welfare.has_plan:
        click.echo(json.dumps(welfare.to_dict(), ensure_ascii=False) if how.as_json else welfare.screen(language()))
        return exit_code_of(welfare)
    assert how.fair is not None
    fair = plan_fair(welfare, how.fair, points=how.fair_points, seed=how.seed)
    tell_fair(fair.plan, fair.beside(welfare), how)
    draw_price(welfare, how)
    return DONE


def _rounds_of(problems: list[PostingProblem], how: How) -> None:
    from pairup.planning.futures import Expected, own_plan, plan_ahead

    expected = Expected(rest=how.rest)
    with _shown("Planning rounds") as bar:
        found = plan_ahead(
            problems, how.rounds or len(problems), expected, stop=how.stop, seed=how.seed, progress=bar
        )  # fmt: skip
    plans = [own_plan(problems[0], found.horizon), *(one.plan for one in found.horizon.rounds[1 : found.known])]
    told = found.to_dict()
    tell_rounds(plans, told, how)
    draw_rounds(told, how)


def plan_of_record(record: Path | str, ask: Callable[[], Any], actor: str, how: How) -> int:
    """Plan the round of the record that is open and keep it as a run; give the exit code."""
    from pairup.planning.futures import Expected
    from pairup.services import fair, horizons

    asked = ask()
    with step(f"Planning {asked.kind}") as bar:
        if how.fair is not None:
            drafted, told = fair.draft(
                asked, how.fair, points=how.fair_points, actor=actor, at=now(), stop=how.stop, seed=how.seed,
                progress=bar,
            )  # fmt: skip
        else:
            drafted, ahead = horizons.draft(
                asked, rounds=how.rounds or 1, actor=actor, at=now(), expected=Expected(rest=how.rest), stop=how.stop,
                seed=how.seed, progress=bar,
            )  # fmt: skip
            told = ahead.to_dict()
        bar.said = drafted.plan.status.value
    if how.fair is not None:
        tell_fair(drafted.plan, told, how, drafted.run)
        draw(drafted.plan, how.plot)
    else:
        tell_rounds([drafted.plan], told, how, drafted.run)
        draw_rounds(told, how)
    if not how.as_json:
        click.echo(f"Kept as run {drafted.run}. Next: pairup adopt {drafted.run} --record {record}")
    return exit_code_of(drafted.plan)


def tell_fair(plan: Plan[Any], told: dict[str, Any], how: How, run: str | None = None) -> None:
    """Print a plan by a fair order and its price beside the plan worth most."""
    from pairup.planning.fair_plans import fair_words

    if how.as_json:
        click.echo(json.dumps(plan.to_dict() | {"fair": told} | _kept(run), ensure_ascii=False))
        return
    _say([fair_words(told)])
    click.echo(plan.screen(language()))


def tell_rounds(plans: list[Plan[Any]], told: dict[str, Any], how: How, run: str | None = None) -> None:
    """Print the next round's plan and what is said of every round; with JSON the rows of all known rounds too."""
    from pairup.planning.futures import ahead_words

    if how.as_json:
        for row, plan in zip(told["rounds"], plans, strict=False):
            row["assignments"] = [item.to_dict() for item in plan.assignments]
        click.echo(json.dumps(plans[0].to_dict() | {"horizon": told} | _kept(run), ensure_ascii=False))
        return
    click.echo(plans[0].screen(language()))
    _say(ahead_words(told))


def draw_rounds(told: dict[str, Any], how: How) -> None:
    """Draw the rounds with their gaps."""
    if how.plot is not None:
        from pairup.reports.horizon_figure import write_rounds

        write_rounds(told, how.plot, language())
        click.echo(f"Drawn: {how.plot}", err=True)


def draw_price(welfare: Plan[Any], how: How) -> None:
    """Plan again with more and more points for fair filling, and draw what each costs."""
    if how.plot is None:
        return
    from pairup.planning.fair_plans import plan_fair
    from pairup.reports.horizon_figure import write_price

    given = [(how.fair_points or 100.0) * part for part in CURVE]
    fair = [plan_fair(welfare, "weighted", points=points, seed=how.seed).beside(welfare) for points in given]
    write_price(list(zip(given, fair, strict=True)), how.plot, language())
    click.echo(f"Drawn: {how.plot}", err=True)


def require_sense(kind: str, files: int, how: How) -> None:
    """Refuse options that do not go together, before anything is planned."""
    if files > 1 and how.fair is not None:
        raise click.UsageError("--fair takes one round: give one --problem FILE.")
    if how.rounds is not None and how.fair is not None:
        raise click.UsageError("Give --rounds or --fair, not both.")
    if how.rounds is not None and how.rounds < files:
        raise click.UsageError(f"--rounds {how.rounds} is less than the {files} files given.")
    if kind != "postings" and (files > 1 or not how.is_plain):
        raise InputError(
            f"A plan of {kind} has no rounds and no fair order.", hint="Ask for postings.", code="horizon.kind",
            kind=kind,
        )  # fmt: skip


def _kept(run: str | None) -> dict[str, str]:
    return {} if run is None else {"record_run": run}


def _say(lines: Iterable[Words]) -> None:
    for words in lines:
        click.echo(words.say(language()))


def _shown(label: str) -> Any:
    """A line of progress where somebody sees it; elsewhere standard error stays empty."""
    import sys

    return step(label) if sys.stderr.isatty() else nullcontext()
