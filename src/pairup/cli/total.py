"""`totals` and `total`: what each total means, its figures, and the rows under them."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pairup.cli.main import language
from pairup.cli.options import DAY, KNOWN_BY, ON, RECORD, day_of

if TYPE_CHECKING:
    from pairup.reports.totals import Counted, Definition, Figure
    from pairup.services.totals import Answer


@click.command()
def totals() -> None:
    """List every total: what it means, what it can be asked by, how nothing is counted twice, and its currency."""
    from pairup.reports.totals import DEFINITIONS

    say = language()
    for one in DEFINITIONS.values():
        click.echo(f"{one.name}: {one.title.say(say)}")
        for words in (one.says, one.hierarchy_words, one.currency_words):
            click.echo(f"  {words.say(say)}")
        click.echo(f"  table {one.table}; by {', '.join(one.by)}")


def _pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if wrong := [key for key, sign, value in pairs if not (key and sign and value)]:
        raise click.BadParameter(f"{wrong[0]}: write KEY=VALUE, as place=nyingchi.")
    return {key: value for key, _, value in pairs}


@click.command()
@click.argument("name")
@RECORD
@click.option("--programme", help="Only this programme. [default: all of the record]")
@click.option("--by", multiple=True, metavar="KEY", help="Split by donor, year, place …; may be repeated.")
@click.option("--where", multiple=True, callback=_pairs, metavar="KEY=VALUE", help="Only these rows; may be repeated.")
@click.option("--first", type=DAY, help="Count from this day on.")
@click.option("--last", type=DAY, help="Count up to this day, that one included.")
@click.option("--into", metavar="CURRENCY", help="Convert by the dated rates of the record; both are shown.")
@ON
@KNOWN_BY
@click.option("--rows", "with_rows", is_flag=True, help="List the rows under the figures and what each counts.")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, and nothing else.")
def total(
    name: str, record: Path, programme: str | None, by: tuple[str, ...], where: dict[str, str], first: datetime | None,
    last: datetime | None, into: str | None, on: datetime | None, known_by: datetime | None, with_rows: bool,
    as_csv: bool, as_json: bool,
) -> None:  # fmt: skip
    """Compute the total NAME as of a day, as known by a day; --rows shows what it is made of.

    `pairup totals` lists the names. A key left empty means that a row has none. Nothing recorded is not zero.
    """
    from datetime import timedelta

    from pairup.services import open_record

    open_record(record)
    from pairup.services import totals as service

    asked: dict[str, Any] = {
        "on": day_of(on), "known_by": known_by.date() if known_by else None, "programme": programme, "by": by,
        "where": where, "first": first.date() if first else None,
        "after": last.date() + timedelta(days=1) if last else None, "into": into,
    }  # fmt: skip
    answer = service.total(name, **asked)
    rows = service.rows_of(name, **asked) if with_rows else []
    if as_json:
        click.echo(json.dumps(service.to_dict(answer, rows), ensure_ascii=False))
    elif as_csv:
        table = service.rows_table(answer.of, rows, answer.split) if with_rows else service.figures_table(answer)
        csv.writer(sys.stdout, lineterminator="\n").writerows(table)
    else:
        _print(answer, rows)


def _print(answer: Answer, rows: list[Counted]) -> None:
    """Print every figure, the same in the currencies recorded, and its rows."""
    say, of = language(), answer.of
    click.echo(f"{of.title.say(say)}, {answer.asked.on}. {of.says.say(say)}")
    if not answer.figures:
        click.echo("Nothing is recorded, which is not zero." if say == "en" else "没有记录；没有记录不等于零。")
    for figure in answer.figures:
        click.echo(_line(figure, say))
        for row in (row for row in rows if (row.key, row.uom) == (figure.key, figure.uom)):
            click.echo(f"    {_row(of, row, say)}")
    for figure in answer.originals:
        click.echo(f"  {'as recorded' if say == 'en' else '原币'}: {_line(figure, say)}")


def _line(figure: Figure, say: str) -> str:
    told = f"{figure.amount.normalize():,f}"
    if figure.is_range:
        from pairup.reports.totals import in_units

        told += f"–{in_units(figure.definition, figure.high, figure.uom).normalize():,f}"
    key = " · ".join(part or "–" for part in figure.key)
    rows = f"{figure.rows} rows" if say == "en" else f"{figure.rows} 行"
    made_up = (", synthetic" if say == "en" else "，合成数据") if figure.is_synthetic else ""
    return f"{key + ': ' if key else ''}{told} {figure.uom} ({rows}{made_up})"


def _row(of: Definition, row: Counted, say: str) -> str:
    from pairup.reports.totals import in_units

    shown = " ".join(f"{name}={value}" for name, value in row.part.shown.items() if value)
    why = f"; {row.why.say(say)}" if row.why else ""
    return f"{row.part.table}/{row.part.code} {in_units(of, row.counts, row.uom).normalize():,f} ({shown}{why})"
