"""`weigh`: what can be asked of a portfolio beside the plan worth most, from a problem file or a drafted run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pairup.cli.main import language
from pairup.cli.options import PROGRAMME, RECORD_PLACE, picture_file
from pairup.values.words import Words

if TYPE_CHECKING:
    from pairup.planning.plan import Plan, Stop
    from pairup.planning.problems import Funding

#: scenarios of cost that are drawn, and the share of them that counts as worst
SCENARIOS, WORST = 200, 0.1


@click.command()
@click.argument("run", required=False)
@click.option("--problem", type=click.Path(path_type=Path, dir_okay=False), help="A problem file; no record is needed.")
@click.option("--record", type=RECORD_PLACE, help="The record that holds RUN.")
@PROGRAMME
@click.option("--floors", is_flag=True, help="Say what each floor costs, and what one more point of share would.")
@click.option("--frontier", callback=picture_file, metavar="FILE",
              help="Draw welfare against equity: .svg, .html or .png; and say each plan.")  # fmt: skip
@click.option("--risk", type=click.FloatRange(min=0, min_open=True), metavar="SPREAD",
              help="Say what a plan costs whose lines bear the worst tenth of cases, as 0.2.")  # fmt: skip
@click.option("--rule", type=click.Choice(["equal-shares"]), help="Say what another rule would choose, and its price.")
@click.option("--lottery", metavar="SHARE", help="Draw lots among near ties that lose so much at most, as 1%.")
@click.option("--steps", type=click.IntRange(min=2), default=6, show_default=True, help="Plans of the frontier.")
@click.option("--seconds", type=click.FloatRange(min=0), help="Stop each plan after this long. [default: until proved]")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def weigh(
    run: str | None, problem: Path | None, record: Path | str | None, programme: str | None, floors: bool,
    frontier: Path | None, risk: float | None, rule: str | None, lottery: str | None, steps: int,
    seconds: float | None, seed: int,
) -> None:  # fmt: skip
    """Weigh a portfolio: its floors, its fairness, its risks, another rule, a lottery. Changes nothing.

    Takes --problem FILE, or RUN of --record FILE.
    """
    if (problem is None) == (run is None) or (run is None) != (record is None):
        raise click.UsageError("Give one of --problem FILE and RUN with --record FILE.")
    from pairup.cli.plan import share_of
    from pairup.cli.plan_file import exit_code_of
    from pairup.planning.plan import Stop

    within = None if lottery is None else share_of(lottery, "--lottery")
    stop = Stop(seconds=seconds)
    plan = _planned(problem, stop, seed) if problem else _kept(str(run), record, programme)
    click.echo(plan.verdict().say(language()))
    if not plan.has_plan:
        raise click.exceptions.Exit(exit_code_of(plan))
    told: list[Iterator[Words]] = []
    told += [_floors(plan, stop)] if floors else []
    told += [_frontier(plan, steps, stop, frontier)] if frontier else []
    told += [_risk(plan, risk, stop)] if risk else []
    told += [_shares(plan, stop)] if rule else []
    told += [_drawn(plan, within, seed)] if within is not None else []
    for part in told:
        for words in part:
            click.echo(words.say(language()))


def _planned(problem: Path, stop: Stop, seed: int) -> Plan[Funding]:
    from pairup.cli.main import refuse
    from pairup.errors import InputError
    from pairup.planning.funding import plan_funding
    from pairup.planning.problems import read_problem_file

    try:
        asked: Any = read_problem_file(problem, "funding")
    except InputError as error:
        raise click.exceptions.Exit(refuse(error)) from None
    return plan_funding(asked, stop=stop, seed=seed)


def _kept(run: str, record: Path | str | None, programme: str | None) -> Plan[Funding]:
    from pairup.services import open_record

    assert record is not None
    open_record(record)
    from pairup.services import lotteries

    return lotteries.portfolio_of(run, programme=programme)


def _floors(plan: Plan[Funding], stop: Stop) -> Iterator[Words]:
    from pairup.planning.portfolio.floors import floor_costs

    for cost in floor_costs(plan, stop=stop):
        yield cost.words()


def _frontier(plan: Plan[Funding], steps: int, stop: Stop, path: Path) -> Iterator[Words]:
    from pairup.planning.plan import number
    from pairup.planning.portfolio.equity import frontier
    from pairup.reports.planning_figures import FrontierMark, write_frontier

    points = frontier(plan.problem, steps=steps, stop=stop, seed=plan.run.seed)
    for point in points:
        gap = "?" if point.plan.gap is None else f"{100 * point.plan.gap:.2f} %"
        yield Words("funding.frontier-point", {
            "worth": number(point.worth), "smallest": number(point.smallest), "gini": number(point.gini, 3), "gap": gap,
        })  # fmt: skip
    if points:
        write_frontier([FrontierMark(p.worth, p.smallest, number(p.worth)) for p in points], path, language())
        click.echo(f"Drawn: {path}", err=True)


def _risk(plan: Plan[Funding], spread: float, stop: Stop) -> Iterator[Words]:
    from pairup.planning.plan import number
    from pairup.planning.portfolio.uncertain import cost_scenarios, overruns, plan_under_risk

    factors = cost_scenarios(plan.problem, spread=spread, count=SCENARIOS, seed=plan.run.seed)
    for overrun in overruns(plan.problem, plan.chosen, factors, WORST):
        if overrun.worst > 0:
            yield overrun.words()
    careful = plan_under_risk(plan.problem, factors, worst=WORST, stop=stop, seed=plan.run.seed)
    if not careful.plan.has_plan or careful.plan.objective is None or not careful.is_within:
        yield Words("funding.risk-none")
        return
    lost = (plan.objective or 0.0) - careful.plan.objective
    facts = {"spread": number(spread, 2), "worth": number(careful.plan.objective), "lost": number(lost)}
    yield Words("funding.risk", facts)


def _shares(plan: Plan[Funding], stop: Stop) -> Iterator[Words]:
    from pairup.planning.portfolio.shares import plan_equal_shares, told_apart

    shares = plan_equal_shares(plan.problem, stop=stop, seed=plan.run.seed)
    yield shares.verdict()
    if shares.has_plan:
        yield from told_apart(shares, plan)


def _drawn(plan: Plan[Funding], within: float, seed: int) -> Iterator[Words]:
    from pairup.planning.portfolio.lottery import lottery

    found = lottery(plan, within=within, seed=seed)
    yield found.words()
    for one, other in found.groups:
        drawn = one if one in found.drawn else other
        yield Words("funding.drawn", {"one": " ".join(one), "other": " ".join(other), "drawn": " ".join(drawn)})
