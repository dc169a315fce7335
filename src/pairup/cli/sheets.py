"""`import`, `export`, `template` and `workbook`: sheets in and out of a record."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
from pairup.cli.options import ACTOR, DAY, KNOWN_BY, ON, PROGRAMME, RECORD, day_of, now, step

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
TABLE = click.option("--table", help="Which table it is; not needed where the file or its sheets are called after it.")
MAPPING = click.option("--mapping", type=click.Path(path_type=Path, dir_okay=False), help="How your own columns map.")
#: lines of each kind on the screen; the rest are counted, and stand whole in --diff
SHOWN = 20


@click.command("import")
@FILE
@click.option("--record", type=click.Path(path_type=Path, dir_okay=False), help="The record. [not for --preview]")
@TABLE
@click.option("--sheet", default="", help="Which sheet of a workbook, where several hold something.")
@MAPPING
@PROGRAMME
@click.option("--accept", multiple=True, metavar="WHAT", help="Write: all, new, changed, or a code; may be repeated.")
@click.option("--as-of", type=click.IntRange(min=0), help="For --accept: the entry that the comparison named.")
@click.option("--preview", is_flag=True, help="Propose a mapping of FILE's columns and print it; read nothing in.")
@click.option("--encoding", default="", help="What a text file is written in, for --preview: gb18030, big5 …")
@click.option("--diff", type=click.Path(path_type=Path, dir_okay=False), help="Write the comparison as this workbook.")
@click.option("--keep", is_flag=True, help="Of a large file: keep what was read until it is accepted.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@ACTOR
def import_(
    file: Path, record: Path | None, table: str | None, sheet: str, mapping: Path | None, programme: str | None,
    accept: tuple[str, ...], as_of: int | None, preview: bool, encoding: str, diff: Path | None, keep: bool,
    as_json: bool, actor: str,
) -> None:  # fmt: skip
    """Show what FILE (XLSX or CSV) would change in a record; write only what you accept.

    \f
    Rows are new, changed, the same, conflicting or refused. With --accept, the rows named are written in one step with
    one journal entry; what is refused stays out, as a list to work off. A row that somebody else changed meanwhile
    stays out too, and is kept with both sides (pairup conflicts). The same file again changes nothing.
    """
    if preview:
        return _propose(file, table, sheet, encoding)
    if record is None:
        raise click.UsageError("Missing option '--record': import compares FILE with a record.")
    from pairup.services import open_record

    open_record(record)  # before what reads it is imported
    from pairup.services import imports

    asked: dict[str, Any] = {"table": table, "sheet": sheet, "mapping": mapping, "programme": programme or ""}
    entry: int | None = None
    conflicts: tuple[str, ...] = ()
    with step(f"Reading {file.name}") as bar:
        if accept:
            done = imports.accept_file(
                file, accept=accept, actor=actor, at=now(), keep=keep, as_of=as_of, progress=bar, **asked
            )
            difference, entry, conflicts = done.difference, done.entry, done.conflicts
        else:
            kept = actor if keep else ""
            difference = imports.compare_file(file, keep_for=kept, at=now(), progress=bar, **asked)
    if diff is not None:
        imports.write_difference(difference, into=diff, language=language())
    if as_json:
        click.echo(json.dumps(_as_json(difference, entry, conflicts), ensure_ascii=False, indent=1))
    else:
        _show(difference)
        _close(difference, accept, done.counts if accept else {}, entry)
        if conflicts:
            from pairup.values.words import say

            click.echo(say("imports.kept-conflicts", language(), count=len(conflicts), first=conflicts[0]))
    if difference.critical or (difference.errors and difference.changes_nothing and not entry):
        raise click.exceptions.Exit(1)


def _propose(file: Path, table: str | None, sheet: str, encoding: str) -> None:
    from pairup.services.schema import load_django

    load_django()
    from pairup.services import imports

    click.echo(imports.propose_mapping(file, table=table, sheet=sheet, encoding=encoding), nl=False)


def _show(difference: Any) -> None:
    for name, one in difference.tables.items():
        said = ", ".join(f"{count:,} {_WORD[str(state)]}" for state, count in one.counts.items() if count)
        click.echo(f"{name}: {said or 'no rows'}")
    lines = []
    for name, one in difference.tables.items():
        for at, state in enumerate(one.states):
            if str(state) in ("changed", "conflicting") and (cells := one.cells(at)):
                lines.append(f"{state}: {name} {one.rows.codes[at]}: " + "; ".join(map(_cell, cells)))
            if len(lines) > SHOWN:
                break
    _some(lines)
    for mark, found in (("critical", difference.critical), ("error", difference.errors),
                        ("warning", difference.warnings)):  # fmt: skip
        _some([f"{mark}: {_with_cell(difference, one)}" for one in found[: SHOWN + 1]], len(found))


_WORD = {
    "new": "new", "changed": "changed", "same": "the same", "conflicting": "conflicting", "refused": "refused",
}  # fmt: skip


def _cell(cell: Any) -> str:
    then = "" if cell.then is None or cell.then == cell.old else f" (was {cell.then or '-'} when it was exported)"
    return f"{cell.column} {cell.old or '-'} → {cell.new or '-'}{then}"


def _with_cell(difference: Any, finding: Any) -> str:
    cell = difference.where(finding)
    said: str = finding.say(language())
    return f"{cell} {said}" if cell else said


def _some(lines: list[str], count: int | None = None) -> None:
    for line in lines[:SHOWN]:
        click.echo(line)
    more = (len(lines) if count is None else count) - SHOWN
    if more > 0:
        click.echo(f"… and {'more' if count is None else f'{more:,} more'}; --diff FILE.xlsx has all of them.")


def _close(difference: Any, accept: tuple[str, ...], counts: Any, entry: int | None) -> None:
    found = {str(state): count for state, count in difference.counts.items()}
    left = found["conflicting"] + found["refused"]
    if entry is not None:
        new, changed = (sum(each[at] for each in counts.values()) for at in (0, 1))
        click.echo(f"Written: {new:,} new and {changed:,} changed rows, as entry {entry} of the journal.")
    elif difference.critical:
        click.echo("Nothing was written, and nothing of this can be accepted before that is mended.")
    elif difference.changes_nothing:
        click.echo("Nothing was written: the record says all of it already." if not left else "Nothing was written.")
    elif accept:
        click.echo("Nothing was written: nothing that was accepted is new or changed.")
    else:
        click.echo(
            f"Nothing was written. --accept all writes {found['new']:,} new and {found['changed']:,} changed rows."
        )
        click.echo(
            f"Compared as of entry {difference.as_of}: with --as-of {difference.as_of} beside --accept, rows that "
            "others touch meanwhile stay out."
        )
    if difference.unfilled:
        click.echo(f"Not filled, and left alone: {difference.unfilled:,} rows that the workbook offered.")
    if left and not difference.critical:
        click.echo(f"Left to work off: {left:,}.")


def _as_json(difference: Any, entry: int | None, conflicts: tuple[str, ...]) -> dict[str, Any]:
    def told(found: list[Any]) -> list[dict[str, Any]]:
        return [
            {"file": one.file, "row": one.row, "column": one.column, "cell": difference.where(one)}
            | one.words.to_dict()
            for one in found
        ]

    return {
        "file": difference.file, "sha256": difference.digest, "as_of": difference.as_of,
        "programme": difference.programme,
        "tables": {
            name: {
                "counts": {str(state): count for state, count in one.counts.items()},
                "changed": [
                    {"code": one.rows.codes[at], "state": str(one.states[at])}
                    | {"cells": [[c.column, c.old, c.new, c.then] for c in one.cells(at)]}
                    for at in range(len(one.states)) if str(one.states[at]) in ("changed", "conflicting")
                ],
            }
            for name, one in difference.tables.items()
        },
        "critical": told(difference.critical), "errors": told(difference.errors),
        "warnings": told(difference.warnings), "entry": entry, "conflicts": list(conflicts),
    }  # fmt: skip


@click.command()
@click.argument("table")
@RECORD
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True, help="As what.")
@click.option("--into", type=click.Path(path_type=Path), help="Which file, or of all tables as CSV which folder.")
@click.option("--on", type=DAY, help="Only rows true on this day. [default: of all days]")
@KNOWN_BY
@PROGRAMME
@click.option("--force", is_flag=True, help="Write over what is there.")
def export(
    table: str, record: Path, form: str, into: Path | None, on: datetime | None, known_by: datetime | None,
    programme: str | None, force: bool,
) -> None:  # fmt: skip
    """Write TABLE, or `all` tables that people write, as CSV or XLSX.

    \f
    Every row is written, with its version, so that the file can be changed and imported again; how many rows there are
    stands in the file and on the screen. A workbook's texts are text cells and never formulas.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services import exports

    into = into or Path("tables" if table == "all" and form == "csv" else f"{table}.{form}")
    with step(f"Exporting {table}") as bar:
        written = exports.export_tables(
            table, into=into, form=form, on=on.date() if on else None, known_by=known_by.date() if known_by else None,
            programme=programme, force=force, progress=bar,
        )  # fmt: skip
    for name, count in written.rows.items():
        sheets = written.sheets.get(name, {})
        many = f" in {len(sheets)} sheets: {', '.join(sheets)}" if len(sheets) > 1 else ""
        click.echo(f"{name}: {count:,} rows{many}")
    click.echo(f"Wrote {sum(written.rows.values()):,} rows into {into}.")


LANGUAGE = click.option(
    "--language", "tongue", type=click.Choice(["en", "zh"]), help="Of the notes. [default: PAIRUP_LANGUAGE]"
)
FORCE = click.option("--force", is_flag=True, help="Write over what is there.")


def _tongue(given: str | None) -> str:
    return language() if given is None else {"en": "en", "zh": "zh_Hans"}[given]


@click.command()
@click.argument("table")
@click.option("--record", type=click.Path(path_type=Path, dir_okay=False), help="Offer the codes of this record.")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), help="Which file. [default: TABLE.xlsx]")
@PROGRAMME
@LANGUAGE
@FORCE
def template(
    table: str, record: Path | None, into: Path | None, programme: str | None, tongue: str | None, force: bool
) -> None:
    """Write an empty sheet of TABLE to fill: drop-downs, a note at each column, an example.

    \f
    Columns that must be filled are amber. With --record, codes of other tables can be chosen from a list.
    """
    if record is not None:
        from pairup.services import open_record

        open_record(record)
    else:
        from pairup.services.schema import load_django

        load_django()
    from pairup.services import templates

    into = into or Path(f"{table}.xlsx")
    templates.write_template(
        table,
        into=into,
        on=day_of(None) if record else None,
        language=_tongue(tongue),
        programme=programme,
        force=force,
    )
    click.echo(f"Wrote {into}. Fill the sheet {table}, then: pairup import {into} --record RECORD")


@click.command()
@click.argument("office")
@RECORD
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), help="Which file. [default: OFFICE.xlsx]")
@ON
@PROGRAMME
@LANGUAGE
@FORCE
@ACTOR
def workbook(
    office: str, record: Path, into: Path | None, on: datetime | None, programme: str | None, tongue: str | None,
    force: bool, actor: str,
) -> None:  # fmt: skip
    """Write OFFICE's own rows as a workbook to fill without a network and send back.

    \f
    It holds the office's needs, posts, signatures and what else is its own, and a row to sign for each thing it has
    not signed yet. It is sealed: when it comes back (`pairup import`), a row that changed in the record meanwhile is
    shown with both sides and the rest is accepted.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services import workbooks

    into = into or Path(f"{office}.xlsx")
    issued = workbooks.issue_workbook(
        office, into=into, on=day_of(on), actor=actor, at=now(), programme=programme, language=_tongue(tongue),
        force=force,
    )  # fmt: skip
    for name, count in issued.rows.items():
        click.echo(f"{name}: {count:,} rows")
    click.echo(f"Wrote workbook {issued.number} into {into}, entry {issued.entry} of the journal.")
    click.echo(f"Not signed yet: {issued.offered:,}. When it comes back: pairup import {into} --record {record}")
