"""`money` and `burden`: money five ways, and what a donor bears over all programmes of a record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pairup.cli.main import language
from pairup.cli.options import KNOWN_BY, ON, PROGRAMME, RECORD, day_of, picture_file
from pairup.values.words import Words

if TYPE_CHECKING:
    from pairup.reports.five_ways import FiveWays
    from pairup.values.money import Money

_YEAR = click.option("--year", type=click.IntRange(1900, 2200), help="Only this budget year.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON, and nothing else.")


@click.command()
@RECORD
@PROGRAMME
@click.option("--pairing", default="", help="Only this pairing, with all under it.")
@_YEAR
@ON
@KNOWN_BY
@click.option("--picture", callback=picture_file, metavar="FILE", help="Draw one pairing and year: .svg, .html, .png.")
@_JSON
def money(
    record: Path | str, programme: str | None, pairing: str, year: int | None, on: datetime | None,
    known_by: datetime | None, picture: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Show money five ways by pairing and year: due, pledged, paid, executed, audited.

    Each step names who answers for it; a missing one says so. Gaps between steps and the two purpose tests follow.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services.five_ways import read_five_ways
    from pairup.services.plans import default_programme

    views = read_five_ways(
        programme or default_programme(), on=day_of(on), known_by=known_by.date() if known_by else None,
        pairing=pairing, year=year,
    )  # fmt: skip
    if picture is not None:
        _draw(views, picture)
    if as_json:
        click.echo(json.dumps([view.to_dict() for view in views], ensure_ascii=False))
        return
    if not views:
        click.echo(Words("totals.money-none").say(language()))
    for view in views:
        _print(view)


def _draw(views: Sequence[FiveWays], picture: Path) -> None:
    if len(views) != 1:
        raise click.UsageError(f"A picture is of one pairing and year; there are {len(views)} here.")
    from pairup.reports.five_ways_figure import write_five_bars

    view = views[0]
    currency = next((amount.currency for step in view.steps for amount in step.amounts), "")
    write_five_bars(view, currency, picture, language())
    click.echo(f"Drawn: {picture}", err=True)


def _print(view: FiveWays) -> None:
    say = language()
    facts = {name: getattr(view, name) or "–" for name in ("pairing", "programme", "donor", "place")}
    click.echo(Words("totals.money-heading", facts | {"year": str(view.year)}).say(say))
    for step in view.steps:
        words = f" ({step.words.say(say)})" if step.amounts and step.words else ""
        click.echo(f"  {step.title.say(say)} [{step.owner.say(say)}]: {step.say(say)}{words}")
    for gap in view.gaps:
        click.echo(f"  ! {gap.say(say)}")
    for test in view.tests:
        click.echo(f"  {test.words.say(say)}")


@click.command()
@RECORD
@click.option("--donor", default="", help="Only this donor, by its code.")
@_YEAR
@ON
@KNOWN_BY
@_JSON
def burden(
    record: Path | str, donor: str, year: int | None, on: datetime | None, known_by: datetime | None, as_json: bool
) -> None:
    """Show what each donor bears in every programme of the record, by year. In order of code; nobody is ranked."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services.burdens import read_burdens

    found = read_burdens(on=day_of(on), known_by=known_by.date() if known_by else None, donor=donor, year=year)
    if as_json:
        click.echo(json.dumps([one.to_dict() for one in found], ensure_ascii=False))
        return
    say = language()
    if not found:
        click.echo(Words("totals.burden-none").say(say))
    for (who, when), some in groupby(found, key=lambda one: (one.donor, one.year)):
        click.echo(Words("totals.burden-heading", {"donor": who, "year": str(when)}).say(say))
        for one in some:
            steps = {"due": _told(one.due), "pledged": _told(one.pledged), "paid": _told(one.paid)}
            line = Words("totals.burden-line", {"programme": one.programme} | steps).say(say)
            click.echo(f"  {line}{' · synthetic' if one.is_synthetic else ''}")


def _told(amounts: tuple[Money, ...]) -> str:
    return " + ".join(map(str, amounts)) or Words("totals.step-not-recorded").say(language())
