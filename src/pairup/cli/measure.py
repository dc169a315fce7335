"""Measure indicators from tables of observations: files without any database, or the observations of a record."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
from pairup.cli.options import DAY, PROGRAMME, RECORD_PLACE, day_of

#: exit codes: 3 where nothing asked has a figure
MEASURED, NOTHING = 0, 3
_FILE = click.Path(path_type=Path)


def _list(context: click.Context, parameter: click.Parameter, given: str | None) -> tuple[str, ...]:
    """Read `place,month`."""
    return tuple(word.strip() for word in (given or "").split(",") if word.strip())


@click.command("measure")
@click.argument("data", nargs=-1, type=_FILE, metavar="[DATA]...")
@click.option("--schema", metavar="FILE|NAME", help="What the columns of DATA are: TOML, or a schema that ships.")
@click.option("--record", type=RECORD_PLACE, help="Measure this record's observations.")
@PROGRAMME
@click.option("--indicator", "codes", multiple=True, metavar="CODE", help="Only this one. May be repeated.")
@click.option("--definitions", type=_FILE, multiple=True, metavar="FILE", help="Own indicators: .toml or .py.")
@click.option("--by", callback=_list, metavar="KEY,…", help="Columns, and one of day, month, quarter, year, winter.")
@click.option("--expected", type=_FILE, multiple=True, metavar="FILE", help="Register of who should report: coverage.")
@click.option("--on", type=DAY, help="Days up to this one. [default: all; of a record, today]")
@click.option("--known-by", type=DAY, help="With what was recorded by the end of this day. [default: now]")
@click.option("--engine", default="duckdb", show_default=True, help="duckdb, local[2] or spark://HOST:PORT.")
@click.option("--memory", default="3GB", show_default=True, help="What DuckDB may hold; it spills to disk beyond.")
@click.option("--threads", type=click.IntRange(min=1), help="What DuckDB may use. [default: every core]")
@click.option("--leave-out", is_flag=True, help="Take cells that cannot be as not reported; else they are refused.")
@click.option("--check/--no-check", "is_checked", default=True, help="Look for what is wrong. [default: check]")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write a table an indicator there.")
@click.option("--columns", "as_parquet", is_flag=True, help="Write Parquet, not CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, and nothing else.")
def measure(
    data: tuple[Path, ...], schema: str | None, record: Path | str | None, programme: str | None,
    codes: tuple[str, ...], definitions: tuple[Path, ...], by: tuple[str, ...], expected: tuple[Path, ...],
    on: datetime | None, known_by: datetime | None, engine: str, memory: str, threads: int | None, leave_out: bool,
    is_checked: bool, into: Path | None, as_parquet: bool, as_json: bool,
) -> int:  # fmt: skip
    """Measure indicators of DATA (CSV, Parquet, or folders of Parquet) or of a record.

    Coverage and findings are told beside the figures. Nothing here protects small cells: figures of few people are not
    for publication. Exit codes: 0 measured, 1 refused, 2 usage, 3 nothing asked has a figure.

    \f
    Long because every option is named once.
    """
    if bool(data) == bool(record) or (data and not schema):
        raise click.UsageError("Give DATA and --schema, or --record FILE.")
    from pairup.engines.tables import tables_on
    from pairup.measurement import asking
    from pairup.measurement.told import screen, to_dict, write_tables

    last, known = (day_of(on) if on or record else None), (known_by.date() if known_by else None)
    recorded = _recorded(record, programme, on=day_of(on), known_by=known) if record else None
    with tables_on(engine, memory=memory, threads=threads) as tables:
        if recorded is not None:
            asked = asking.of_record(recorded, tables)
        else:
            asked = asking.of_files(data, str(schema), tables)
        found = asking.ask(
            asked, codes, definitions, by, expected, on=last, known_by=known, leave_out=leave_out, is_checked=is_checked
        )
    if into is not None:
        write_tables(found, into, as_parquet=as_parquet)
    click.echo(json.dumps(to_dict(found), ensure_ascii=False) if as_json else screen(found, language()))
    return MEASURED if found.known else NOTHING


def _recorded(record: Path | str, programme: str | None, *, on: date, known_by: date | None) -> Any:
    from pairup.services import open_record

    open_record(record)
    from pairup.services.observations import read_observation_rows
    from pairup.services.plans import default_programme

    return read_observation_rows(programme or default_programme(), on=on, known_by=known_by)
