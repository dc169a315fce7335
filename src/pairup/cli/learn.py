"""`what-we-learn`: before a plan is adopted, what its phasing will let an evaluation see, and what lots would add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pairup.cli.main import language
from pairup.cli.options import PROGRAMME, RECORD_PLACE, now, picture_file

if TYPE_CHECKING:
    from pairup.planning.plan import Plan
    from pairup.services.learning import Learning, Question

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("what-we-learn")
@click.argument("run", required=False)
@click.option("--problem", type=_FILE, help="A problem file of pairings, postings or funding; no record is needed.")
@click.option("--record", type=RECORD_PLACE, help="The record that holds RUN.")
@PROGRAMME
@click.option("--panel", type=_FILE, required=True, metavar="FILE", help="Outcomes of the past by place and year.")
@click.option("--only", metavar="TAG", help="Of a portfolio: only projects with this tag. [default: all]")
@click.option("--until", type=int, metavar="YEAR", help="The last year looked at. [default: two after the last start]")
@click.option("--lag", type=click.IntRange(min=0), default=0, show_default=True, help="Years from a start to its help.")
@click.option("--begins", type=int, metavar="YEAR", help="When it begins, of a plan that does not say.")
@click.option("--picture", callback=picture_file, metavar="FILE", help="Draw points lost against the smallest effect.")
@click.option("--draw", metavar="SHARE", help="Draw the lots that lose so much at most, as 1%; with --into.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write the design of the draw there.")
@click.option("--seconds", type=click.FloatRange(min=0), help="Stop planning a file then. [default: until proved]")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON, and nothing else.")
def what_we_learn(
    run: str | None, problem: Path | None, record: Path | str | None, programme: str | None, panel: Path,
    only: str | None, until: int | None, lag: int, begins: int | None, picture: Path | None, draw: str | None,
    into: Path | None, seconds: float | None, seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Say what a plan will let us learn, and what a lottery among near ties would add. Changes nothing.

    Takes --problem FILE, or RUN of --record FILE. To keep a draw in the record, see `pairup lottery --panel`.

    Long because every option is named once.
    """
    if (problem is None) == (run is None) or (run is None) != (record is None):
        raise click.UsageError("Give one of --problem FILE and RUN with --record FILE.")
    if (draw is None) != (into is None):
        raise click.UsageError("--draw SHARE and --into FOLDER go together.")
    from pairup.cli.plan import share_of
    from pairup.cli.plan_file import exit_code_of
    from pairup.evaluation.panel_file import read_panel
    from pairup.services.learning import Question, what_is_learnt

    within = None if draw is None else share_of(draw, "--draw")
    past = read_panel(panel)
    plan = _planned(problem, seconds, seed) if problem else _kept(str(run), record, programme)
    if not plan.has_plan:
        click.echo(plan.verdict().say(language()), err=as_json)
        return exit_code_of(plan)
    question = Question(only, until, lag, begins)
    learnt = what_is_learnt(plan, past, question, seed=seed)
    if as_json:
        click.echo(json.dumps(learnt.to_dict(), ensure_ascii=False))
    else:
        for words in learnt.words():
            click.echo(words.say(language()))
    if picture is not None:
        _draw(learnt, picture)
    if within is not None and into is not None:
        _write(plan, past, question, within, seed, into, as_json)
    return 0


def _planned(problem: Path, seconds: float | None, seed: int) -> Plan[Any]:
    from pairup.cli.plan_file import planner_of
    from pairup.planning.plan import Stop
    from pairup.planning.problems import read_problem_file

    asked: Any = read_problem_file(problem)
    return planner_of(asked.kind)(asked, stop=Stop(seconds=seconds), seed=seed)


def _kept(run: str, record: Path | str | None, programme: str | None) -> Plan[Any]:
    from pairup.services import open_record

    assert record is not None
    open_record(record)
    from pairup.services.explanations import plan_of
    from pairup.services.plans import read_run

    return plan_of(read_run(run, programme=programme))


def _draw(learnt: Learning, path: Path) -> None:
    from pairup.reports.learning_figure import LearningMark, write_learning
    from pairup.values.words import Words

    marks = [
        LearningMark(one.lottery.expected, one.detectable.smallest, Words("learning.mark-offer", {
            "share": f"{100 * one.within:g}", "draws": len(one.lottery.groups),
        }).say(language()))
        for one in learnt.offers if one.detectable.smallest is not None
    ]  # fmt: skip
    name = Words("learning.mark-plan").say(language())
    planned = None if learnt.planned.smallest is None else LearningMark(0.0, learnt.planned.smallest, name)
    write_learning(marks, planned, path, language())
    click.echo(f"Drawn: {path}", err=True)


def _write(
    plan: Plan[Any], past: Any, question: Question, within: float, seed: int, into: Path, as_json: bool
) -> None:  # fmt: skip
    from pairup.services.learning import draw_to_learn
    from pairup.services.lot_designs import lot_design

    found = draw_to_learn(plan, past, question, within=within, seed=seed)
    design = lot_design(found, past, question, day=now().date())
    design.write(into, past)
    click.echo(design.words(into).say(language()), err=as_json)
