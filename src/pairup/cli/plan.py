"""`plan`, `why` and `adopt`: from a problem file without a database, or from a record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pairup.cli.main import language
from pairup.cli.options import ACTOR, DAY, PROGRAMME, RECORD, RECORD_PLACE, day_of, now, picture_file, step

if TYPE_CHECKING:
    from pairup.planning.fair_plans import Order
    from pairup.services.plans import Asked, Draft

KINDS = click.Choice(["pairings", "postings", "funding", "visits"])


@click.command()
@click.argument("kind", type=KINDS)
@click.option(
    "--problem", "problems", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="A problem file; no record is needed. Of postings several: rounds in order.",
)  # fmt: skip
@click.option("--record", type=RECORD_PLACE, help="Plan from this record.")
@PROGRAMME
@click.option("--round", "round_code", help="Which round. [default: the next one]")
@click.option("--on", type=DAY, help="Plan as the record stands on this day. [default: today]")
@click.option("--known-by", type=DAY, help="With what was recorded by the end of this day. [default: now]")
@click.option(
    "--years",
    help="Budget years, as 2026-2030. Of a portfolio: [default: the years of the envelopes]. Of pairings: plan who "
    "gives how much to whom in each of these years.",
)
@click.option(
    "--without", multiple=True, metavar="DONOR", help="Of pairings: say what changes if this donor leaves; repeatable."
)
@click.option(
    "--joins", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Of pairings, with --problem: say what changes if the donors and recipients of this file join.",
)  # fmt: skip
@click.option("--days", type=click.IntRange(min=1), default=8, show_default=True, help="Days of a journey.")
@click.option("--nights", type=click.Choice(["anywhere", "return"]), default="anywhere", show_default=True)
@click.option("--seconds", type=click.FloatRange(min=0), help="Stop after this long. [default: until proved]")
@click.option("--work", type=click.IntRange(min=0), help="Stop after this much counted work, which can be repeated.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--rounds", type=click.IntRange(min=1),
    help="Of postings: look so many rounds ahead. Rounds that are not given are drawn. --seconds holds for each plan.",
)  # fmt: skip
@click.option(
    "--rest", type=click.IntRange(min=0), default=365, show_default=True,
    help="With several rounds: days at home after a posting before the next; an assumption.",
)  # fmt: skip
@click.option(
    "--fair", type=click.Choice(["leximin", "weighted"]),
    help="Of postings: plan by this order of the seats filled at places, and say its price in points.",
)  # fmt: skip
@click.option(
    "--fair-points", type=click.FloatRange(min=0), default=100.0, show_default=True,
    help="With --fair weighted: points for the first seat of a place; each further seat counts less.",
)  # fmt: skip
@click.option(
    "--checks/--no-checks",
    default=None,
    help="Of postings of a record: say how firm and how fair the plan is. [default: yes, unless --seconds is given]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON, and nothing else.")
@click.option(
    "--plot", callback=picture_file, metavar="FILE", help="Draw how plan and bound came closer: .svg, .html or .png."
)
@ACTOR
def plan(
    kind: str, problems: tuple[Path, ...], record: Path | str | None, programme: str | None, round_code: str | None,
    on: datetime | None, known_by: datetime | None, years: str | None, without: tuple[str, ...],
    joins: Path | None, days: int, nights: str, seconds: float | None, work: int | None, seed: int,
    rounds: int | None, rest: int, fair: Order | None,
    fair_points: float, checks: bool | None, as_json: bool, plot: Path | None, actor: str,
) -> None:  # fmt: skip
    """Draft a plan of KIND. A draft changes nothing until it is adopted.

    Long because every option is named once.
    """
    if bool(problems) == (record is not None):
        raise click.UsageError("Give one of --problem FILE and --record FILE.")
    if without and kind != "pairings":
        raise click.UsageError("--without DONOR is asked of pairings; of a round, ask `pairup what-if`.")
    if joins is not None and (kind != "pairings" or len(problems) != 1 or without):
        raise click.UsageError("--joins FILE is asked of pairings with one --problem FILE, and not with --without.")
    from pairup.cli.plan_rounds import How, plan_files, plan_of_record, require_sense
    from pairup.planning.plan import Stop

    stop = Stop(seconds, work)
    how = How(rounds, rest, fair, fair_points, stop, seed, as_json, plot)
    require_sense(kind, len(problems), how)
    if len(problems) == 1 and how.is_plain:
        from pairup.cli.plan_file import plan_problem_file

        raise click.exceptions.Exit(
            plan_problem_file(
                kind,
                problems[0],
                seconds=seconds,
                work=work,
                seed=seed,
                as_json=as_json,
                plot=plot,
                without=without,
                joins=joins,
            )
        )
    if record is None:
        raise click.exceptions.Exit(plan_files(kind, problems, how))
    from pairup.cli.plan_file import draw, exit_code_of, tell_more
    from pairup.services import open_record

    open_record(record)
    from pairup.services import plans

    def ask() -> Asked:
        return plans.ask(
            kind, programme=programme, round_code=round_code, on=day_of(on),
            known_by=known_by.date() if known_by else None,
            horizon=_years(years) if kind != "pairings" else None, days=days, nights=nights,
            years=_years(years) if kind == "pairings" else None,
        )  # fmt: skip

    if not how.is_plain:
        raise click.exceptions.Exit(plan_of_record(record, ask, actor, how))
    asked = ask()
    if without:
        plans.require_donors_of(asked, without)
    with step(f"Planning {kind}") as bar:
        drafted = plans.draft(
            asked, actor=actor, at=now(), stop=stop, seed=seed, progress=bar,
            with_checks=seconds is None if checks is None else checks,
        )  # fmt: skip
        bar.said = drafted.plan.status.value
    change = plans.without_donors(drafted.plan, without, stop=stop) if without and drafted.plan.has_plan else None
    if as_json:
        import json

        more = {"without": {"donors": list(without), **change.to_dict()}} if change is not None else {}
        click.echo(json.dumps(_told(drafted) | more, ensure_ascii=False))
    else:
        _tell(drafted, record)
        tell_more(drafted.plan, change)
    draw(drafted.plan, plot)
    raise click.exceptions.Exit(exit_code_of(drafted.plan if change is None else change.plan))


def _tell(drafted: Draft, record: Path | str) -> None:
    """Print a draft: the plan, what its worth is made of, how firm and how fair it is."""
    from pairup.services.checks import check_words

    click.echo(drafted.plan.screen(language()))
    click.echo("Worth is made of: " + "; ".join(f"{name} {points}" for name, points in drafted.weights.items()))
    for words in drafted.missing:
        click.echo(f"Missing: {words.say(language())}" if ".missing-" in words.code else words.say(language()))
    if drafted.checks:
        click.echo(f"These weights hold from {drafted.checks['weights']['since']}.")
    for words in check_words(drafted.checks):
        click.echo(words.say(language()))
    if drafted.asked.years is not None:
        click.echo(f"Kept as run {drafted.run}. Next: pairup why {drafted.run} DONOR PLACE --record {record}")
        return
    click.echo(f"Kept as run {drafted.run}. Next: pairup adopt {drafted.run} --record {record}")


def _told(drafted: Draft) -> dict[str, Any]:
    """The answer of a draft, with its run, its checks and what its worth could not be told from."""
    told = drafted.plan.to_dict() | {"record_run": drafted.run}
    told |= {"checks": dict(drafted.checks)} if drafted.checks else {}
    return told | ({"missing": [words.to_dict() for words in drafted.missing]} if drafted.missing else {})


def _years(given: str | None) -> tuple[int, int] | None:
    if given is None:
        return None
    first, _, last = given.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise click.UsageError(f"--years {given!r} is not like 2026-2030.")
    years = int(first), int(last or first)
    if years[1] < years[0]:
        raise click.UsageError(f"--years {given!r} ends before it begins.")
    return years


@click.command()
@click.argument("run")
@RECORD
@PROGRAMME
@click.option("--within", default="1%", show_default=True, help="What the draw may lose of the plan's worth, as 1%.")
@click.option("--seed", type=click.IntRange(min=0), required=True, help="The seed of the draw; the journal keeps it.")
@click.option("--deviation", type=click.FloatRange(min=0), default=1.0, show_default=True,
              help="Standard deviation of the outcome an evaluation would measure.")  # fmt: skip
@click.option("--panel", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Outcomes of the past by place and year: draw only among places that these tell apart, and write "
              "the design into --into.")  # fmt: skip
@click.option("--only", metavar="TAG", help="With --panel: only projects with this tag. [default: all]")
@click.option("--until", type=int, metavar="YEAR", help="With --panel: the last year looked at.")
@click.option("--lag", type=click.IntRange(min=0), default=0, help="With --panel: years from a start to its help.")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="With --panel: the folder of the design."
)
@ACTOR
def lottery(
    run: str, record: Path | str, programme: str | None, within: str, seed: int, deviation: float, panel: Path | None,
    only: str | None, until: int | None, lag: int, into: Path | None, actor: str,
) -> None:  # fmt: skip
    """Draw lots among the near ties of the drafted portfolio RUN, and keep the draw as a run that can be adopted.

    With --panel the lottery is the design of an evaluation, and the journal keeps its hash.
    """
    if (panel is None) != (into is None):
        raise click.UsageError("--panel FILE and --into FOLDER go together.")
    from pairup.services import open_record

    share = share_of(within, "--within")
    past = None
    if panel is not None:
        from pairup.evaluation.panel_file import read_panel

        past = read_panel(panel)
    open_record(record)
    from pairup.services import lotteries
    from pairup.services.learning import Question

    found = lotteries.draw(
        run, within=share, seed=seed, deviation=deviation, actor=actor, at=now(), programme=programme,
        evaluated=None if past is None else lotteries.Evaluated(past, Question(only, until, lag)),
    )  # fmt: skip
    click.echo(found.lottery.words().say(language()))
    for one, other in found.lottery.groups:
        mark = one if one in found.lottery.drawn else other
        click.echo(f"  {' '.join(one)} | {' '.join(other)}: {' '.join(mark)}")
    if found.design is not None and past is not None and into is not None:
        found.design.write(into, past)
        click.echo(found.design.words(into).say(language()))
    click.echo(f"Kept as run {found.run}. Next: pairup adopt {found.run} --record {record}")


def share_of(given: str, option: str) -> float:
    """Read a share, as 1% or 0.01."""
    try:
        return float(given.removesuffix("%")) / (100.0 if given.endswith("%") else 1.0)
    except ValueError:
        raise click.UsageError(f"{option} {given!r} is not like 1% or 0.01.") from None


@click.command()
@click.argument("run")
@RECORD
@PROGRAMME
@ACTOR
def adopt(run: str, record: Path | str, programme: str | None, actor: str) -> None:
    """Take the drafted plan RUN into the record. Refused if the record changed since."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import plans

    added = plans.adopt(run, actor=actor, at=now(), programme=programme)
    said = ", ".join(f"{count:,} rows of {table}" for table, count in added.items()) or "no row: nothing changes"
    click.echo(f"Adopted {run}: {said}. Next: pairup report --record {record}")
