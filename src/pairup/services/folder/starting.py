"""Starts a programme folder: every table with its header and a commented example row."""

from __future__ import annotations

import re
from pathlib import Path

from pairup.errors import ConflictError, InputError
from pairup.exchange.layout import Column, Kind, Table
from pairup.exchange.sheets import write_sheet
from pairup.services.schema import folder_layout
from pairup.values.words import Words

_README = """\
A programme folder for pairup
=============================

One CSV file (UTF-8) a table. The first row names the columns; lines that begin with # are comments.
Below each header stands an example row as a comment: copy it without the # and fill it.
Columns that stay empty may be taken out; files that stay empty as well.

    pairup check {folder}                         all findings, nothing written
    pairup load {folder} --record my.sqlite3      into a record; a new one is made

Days are written 2016-07-15, or 2016-07 or 2016 where no more is known; `to` is the last day, that one included.
Several rows of one code with different spans are its history. Amounts are plain decimal numbers in major units.
docs/reference/folder.md describes every table and column; docs/reference/mapping.md says how a sheet of your own,
with its own headers, goes in unchanged (mapping.toml has an example).

No ethnicity, religion, party, political view, national number or biometrics: such columns are refused.
People have codes here, never names.
"""
_MAPPING = """\
# How a sheet of your own becomes a table of this folder. docs/reference/mapping.md lists every key.
#
# [[table]]
# file = "2024项目.csv"
# table = "projects"
# encoding = "gb18030"        # as Excel in Chinese saves CSV; leave out for UTF-8
# header_row = 3              # rows above are titles
# skip_rows = ["合计"]         # rows that begin with one of these are totals
# ignore = ["备注"]
# constants = { currency = "CNY", status = "approved" }
# templates = { code = "2024-{序号}", title_en = "{项目名称}" }
# units = { cost = "万元" }
# values = { category = { "医疗" = "health", "教育" = "education" } }
#
# [table.columns]
# "项目名称" = "title_zh"
# "类别" = "category"
# "总投资（万元）" = "cost"
# "开工日期" = "from"
"""
_EXAMPLES = {
    Kind.CODE: "example-1",
    Kind.WHOLE: "1",
    Kind.DECIMAL: "1.5",
    Kind.AMOUNT: "1234.50",
    Kind.YESNO: "no",
    Kind.FROM: "2024-07",
    Kind.TO: "2027-06-30",
    Kind.HAPPENED: "2024-07-15",
    Kind.DAY: "2024-07-15",
    Kind.ROUGH: "2024",
    Kind.ITEMS: "one;two",
    Kind.YEARS: "2026;2027",
    Kind.PAIRS: "kind=growth;from=622;to=2117",
}


def init_folder(folder: Path | str, name: str, *, currency: str = "CNY") -> list[Path]:
    """Write an empty programme into a new or empty folder, and give the files. It passes the check as it is."""
    folder = Path(folder)
    if not re.fullmatch(r"\w[\w-]{0,79}", name):
        facts = {"name": name}
        raise InputError(
            Words("folder.bad-name", facts).say(),
            hint=Words("folder.bad-name.hint", facts).say(),
            code="folder.bad-name",
            **facts,
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        facts = {"folder": str(folder)}
        raise ConflictError(
            Words("folder.not-empty", facts).say(),
            hint=Words("folder.not-empty.hint", facts).say(),
            code="folder.not-empty",
            **facts,
        )
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"README.txt": _README.format(folder=folder.name), "mapping.toml": _MAPPING}
    for table in folder_layout().values():
        if table.by_hand:
            texts[f"{table.name}.csv"] = _table_text(table, name, currency)
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8", newline="")
    return [folder / file for file in sorted(texts)]


def _table_text(table: Table, name: str, currency: str) -> str:
    header = [column.name for column in table.columns]
    lines = list(write_sheet(header, [[example(column, currency) for column in table.columns]]))
    text = lines[0] + "# " + lines[1]
    if table.name == "programme":
        cells = {"code": name, "name_en": name, "preset": "mandate_led", "currency": currency}
        text += list(write_sheet(header, [[cells.get(column, "") for column in header]]))[1]
    return text


def example(column: Column, currency: str) -> str:
    """Give what may stand in a cell of a column; nothing where most rows leave it empty."""
    if column.name in ("standing", "source", "note"):
        return ""
    if column.choices:
        return column.choices[0]
    if column.name == "currency" or column.longest == 3:  # a text of three signs is a currency in every table
        return currency
    if column.refers_to:
        return f"{column.refers_to}-code" if column.required else ""
    if column.highest == 1:
        return "0.8"
    return _EXAMPLES.get(column.kind, "text" if column.required else "")
