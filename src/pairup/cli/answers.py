"""`why`, `what-if` and `repair`: questions to a drafted plan of a record, or to the plan of a problem file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
from pairup.cli.options import ACTOR, PROGRAMME, RECORD_PLACE, now

RECORD = click.option("--record", type=RECORD_PLACE, help="The record that holds RUN.")
PROBLEM = click.option(
    "--problem", type=click.Path(path_type=Path, dir_okay=False),
    help="Plan this problem file first, then ask; no record, no RUN.",
)  # fmt: skip
WITHOUT = click.option("--without", multiple=True, metavar="PERSON", help="Somebody who leaves. May be repeated.")


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[RUN] ITEM...")
@RECORD
@PROBLEM
@PROGRAMME
@click.option("--confirm", is_flag=True, help="Plan again, so that the cost is exact.")
def why(
    words: tuple[str, ...], record: Path | str | None, problem: Path | None, programme: str | None, confirm: bool
) -> None:
    """Say why RUN chose ITEM or did not, and what the other way would cost.

    ITEM is a person and a post, a donor and a place (with a year, of a plan over years), or a project and a way. The
    answer comes from prices, in milliseconds: exact where they allow, else at least and at most.
    """
    _one_of(record, problem)
    if problem is not None:
        asked = _asked(problem)
        click.echo(_planned(asked).why(_item_of(asked, words), confirm=confirm).say(language()))
        return
    run, rest = words[0], words[1:]
    if not rest:
        raise click.UsageError("Say which item: a person and a post, a donor and a place, or a project and a way.")
    click.echo(_explanations(record).why(run, rest, programme=programme, confirm=confirm).say(language()))


@click.command("what-if")
@click.argument("run", required=False)
@RECORD
@PROBLEM
@PROGRAMME
@click.option("--force", nargs=2, multiple=True, metavar="PERSON POST", help="An item that is settled; repeatable.")
@click.option("--forbid", nargs=2, multiple=True, metavar="PERSON POST", help="An item that is ruled out; repeatable.")
@WITHOUT
def what_if(
    run: str | None, record: Path | str | None, problem: Path | None, programme: str | None,
    force: tuple[tuple[str, str], ...], forbid: tuple[tuple[str, str], ...], without: tuple[str, ...],
) -> None:  # fmt: skip
    """Say how RUN would change with items settled, items ruled out, or people left out.

    Of a round only the blocks that change are planned again. Nothing is kept.
    """
    _require_run(record, problem, run)
    if not (force or forbid or without):
        raise click.UsageError("Say what changes: --force, --forbid or --without.")
    if problem is not None:
        from pairup.planning.explain import what_if as ask

        asked = _asked(problem)
        settled, ruled_out = ([_item_of(asked, words) for words in items] for items in (force, forbid))
        found = ask(_planned(asked), force=settled, forbid=ruled_out, without=without)
    else:
        found = _explanations(record).ask_what_if(run, force=force, forbid=forbid, without=without, programme=programme)
    click.echo(found.say(language()))
    raise click.exceptions.Exit(_exit_code(found.plan))


@click.command()
@click.argument("run", required=False)
@RECORD
@PROBLEM
@PROGRAMME
@WITHOUT
@click.option("--closed", multiple=True, metavar="POST", help="A post that closes. May be repeated.")
@click.option("--agreed", multiple=True, metavar="PERSON", help="Somebody who agreed to their post: they move last.")
@click.option(
    "--agreed-file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A text file of people who agreed, one a line.",
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Keep the repaired plan as a run, to be adopted; needs --record.")
@click.option("--moves", type=click.IntRange(min=0), help="Keep this point of the curve. [default: the fewest moves]")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw the curve to this SVG file.")
@click.option("--json", "as_json", is_flag=True, help="Print the repair as JSON, and nothing else.")
@ACTOR
def repair(
    run: str | None, record: Path | str | None, problem: Path | None, programme: str | None, without: tuple[str, ...],
    closed: tuple[str, ...], agreed: tuple[str, ...], agreed_file: Path | None, keep: bool, moves: int | None,
    picture: Path | None, as_json: bool, actor: str,
) -> None:  # fmt: skip
    """Mend RUN after somebody drops out: the fewest moves, and what each further move would gain.

    People who agreed to their post move last. The distance to planning from zero is stated.

    Long because every option is named once.
    """
    _require_run(record, problem, run)
    if not (without or closed):
        raise click.UsageError("Say what happened: --without PERSON or --closed POST.")
    if problem is not None and (keep or moves is not None):
        raise click.UsageError("--keep and --moves need a record.")
    promised = [*agreed, *(_lines(agreed_file) if agreed_file else ())]
    if problem is not None:
        from pairup.planning.repair import repair as mend

        found = mend(_planned(_asked(problem)), without=without, closed=closed, agreed=promised)
    else:
        explanations = _explanations(record)
        found = explanations.repair_run(run, without=without, closed=closed, agreed=promised, programme=programme)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False))
    else:
        click.echo(found.say(language()))
    if picture is not None and found.curve and found.bound is not None:
        picture.write_text(_drawn(found), encoding="utf-8")
    if keep:
        code = explanations.keep_repair(run, found, moves=moves, actor=actor, at=now(), programme=programme)
        click.echo(f"Kept as run {code}. Next: pairup adopt {code} --record {record}", err=as_json)
    raise click.exceptions.Exit(_exit_code(found.plan))


def _one_of(record: Path | str | None, problem: Path | None) -> None:
    if (problem is None) == (record is None):
        raise click.UsageError("Give one of --problem FILE and --record FILE.")


def _require_run(record: Path | str | None, problem: Path | None, run: str | None) -> None:
    _one_of(record, problem)
    if (run is None) == (record is not None):
        raise click.UsageError("RUN is a run of a record: give both, or --problem FILE alone.")


def _explanations(record: Path | str | None) -> Any:
    from pairup.services import open_record

    assert record is not None
    open_record(record)
    from pairup.services import explanations

    return explanations


def _asked(problem: Path) -> Any:
    from pairup.planning.problems import read_problem_file

    return read_problem_file(problem)


def _planned(asked: Any) -> Any:
    """Plan a question, whatever its kind."""
    from pairup.cli.plan_file import planner_of

    return planner_of(asked.kind)(asked)


def _item_of(asked: Any, words: tuple[str, ...]) -> Any:
    from pairup.planning.problems import Funding, Posting, Tie, YearsProblem

    kinds: dict[str, Any] = {"postings": Posting, "pairings": Tie, "funding": Funding}
    if asked.kind not in kinds:
        raise click.UsageError("Only plans of postings, pairings and funding are asked item by item.")
    if isinstance(asked, YearsProblem) and len(words) == 3:
        return words
    if len(words) != 2:
        raise click.UsageError("An item has two parts: PERSON POST, DONOR PLACE or PROJECT WAY.")
    return kinds[asked.kind](*words)


def _drawn(found: Any) -> str:
    """The curve of a repair as SVG."""
    from pairup.reports.figures import Frame, Moved, moves
    from pairup.reports.pictures import to_svg
    from pairup.values.words import say

    curve = [Moved(step.moves, max(0.0, found.bound - step.worth), step.is_proved) for step in found.curve]
    titles = say("answers.curve-moves", language()), say("answers.curve-points", language())
    drawn: str = to_svg(moves(curve, titles, Frame()).to_dict(), name="moves", alt=", ".join(titles))
    return drawn


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _exit_code(plan: Any) -> int:
    from pairup.cli.plan_file import exit_code_of

    return exit_code_of(plan)
