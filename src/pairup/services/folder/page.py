"""The page that describes a programme folder, written from the record's own models: docs/reference/folder.md."""

from __future__ import annotations

from pairup.exchange.layout import Clock, Column, Kind, Table
from pairup.services.schema import folder_layout

_HEAD = """\
# The programme folder

Written by `python3 dev.py docs` from the record's models.

A programme folder holds one CSV file a table: UTF-8, one header row, the names below. Columns that stay empty may be
left out, and so may tables; a default stands in brackets. `pairup init FOLDER` makes one with example rows, `pairup
check FOLDER` tells everything that is wrong with it, `pairup load FOLDER --record FILE` loads all of it or nothing,
and `pairup save` writes a record as such a folder. A sheet with headers of its own goes in through a
[mapping](mapping.md).

## How things are written

@WRITTEN@

## What loading does

A row is known by its code and first day (in tables marked *one row a code*, by its code alone). A row that says what
is in force already changes nothing. One that differs corrects it: a new version is added, and the old one is kept as
what was known until then. A row that differs from one in force by its first day alone corrects that one. Rows of the
record that the folder does not have stay. `programme.csv` names the programme; without it the mapping's `programme`
or the record's only programme is meant.

Refused, among others: codes that are nowhere, days that cannot be or can be read two ways, rows of one code that
overlap, money below zero that is neither a return nor a correction, a person in two full-time posts for more than
31 days, two pairings of the same parties and channel at once. Only days that are certain count: a term that ends
`2025` and one that begins `2025` may have met for a single day. Not refused, because real programmes do it: two
schemes at once, an overlap at handover, a refund.

## Panels and designs of claims

Beside the tables a folder may hold, for a claim `CLAIM` of `claims.csv`, `panels/CLAIM.csv` (or `.parquet`) and
`designs/CLAIM.toml`, and, where its plan was fixed before the outcome, `plans/CLAIM.toml` with the hash and the day:
the files of [Panel, design, registration and answer](evaluation.md). `pairup claims FOLDER` then evaluates that claim
beside checking all of them, with the false-discovery rate controlled across those that were evaluated; it needs no
record, and `pairup load` leaves these files alone. A panel or a design without the other is refused.

## What saving writes

`pairup save --record FILE FOLDER` writes every version of every row. Each table then has the columns `version`,
`recorded_at`, `superseded_at` and `entry` (the number of its journal entry), tables of a programme `programme`, and
tables with personal columns `sealed` and `closed` in place of these. `journal.jsonl` has one entry a line,
`checkpoints.jsonl` one signed note, `files/` what does not fit a cell (the problem and answer of a plan),
`datapackage.json` (Frictionless) every file with its columns, rows and SHA-256. Loading such a folder needs an empty
record and gives an equal one: every version with its own times, and the journal bit for bit, which must verify. A
file that was changed is refused. What is personal stands in a saved folder as in the record, encrypted under keys
that are in neither: copy the record's key file too, by another way, to where it is to be opened
([people](../explanation/people.md)). Accounts are no part of a saved folder.

## Tables

In the order in which they load. **Bold** columns are needed in every row; *personal* columns are encrypted in the
record, and enter the journal only as a sealed digest. A *span* table also has `from` and `to`, a *day* table `day`,
and every table `code` and the other columns of [every table](#every-table).
"""
_WRITTEN = {
    "Encoding": "UTF-8, with or without its mark. Anything else is asked about, never guessed: a [mapping](mapping.md) "
    'can say `encoding = "gb18030"`',
    "Comments": "Lines that begin with `#`; a `#` in quotes is text",
    "Codes": "Letters, digits, hyphens; compared as NFC. Codes of programmes, places, successions, organisations, "
    "sources and revenue bases hold in the whole record, the others within their programme",
    "Days": "`2016-07-15`, or `2016-07` or `2016` where the source says no more; how precisely a day is known is kept",
    "Spans": "`from` and `to`, the last day included; empty is open. Several rows of one code with different spans are "
    "its history, and may not overlap",
    "Amounts": "Plain decimal text in major units beside a `currency` of three letters: `1234.50`",
    "Numbers": "Digits and a point; no grouping, no exponent; at most 15 digits",
    "Lists": "Items with `;` between; pairs as `key=value;key=value`",
    "Yes and no": "`yes`, `no`, or empty",
    "Formulas": "Text that begins with `=`, `+`, `-`, `@`, a tab or a line end, or with a full-width form of these, is "
    "written with an apostrophe before it, so that no spreadsheet runs it; reading takes the apostrophe off. Negative "
    "numbers stay numbers",
    "Never": "Ethnicity, religion, party, political view, national numbers, biometrics, scores of households: such "
    "columns are refused, in English, Chinese, pinyin and Tibetan",
}
_EVERYWHERE = ("code", "from", "to", "day", "standing", "source", "is_synthetic", "note")
_KINDS = {
    Kind.CODE: "code",
    Kind.TEXT: "text",
    Kind.WHOLE: "whole number",
    Kind.DECIMAL: "number",
    Kind.AMOUNT: "amount",
    Kind.YESNO: "`yes` or `no`",
    Kind.FROM: "day, month or year",
    Kind.TO: "day, month or year",
    Kind.HAPPENED: "day, month or year",
    Kind.DAY: "day",
    Kind.ROUGH: "day, month or year",
    Kind.ITEMS: "list",
    Kind.YEARS: "list of years",
    Kind.PAIRS: "pairs",
    Kind.BYTES: "file",
    Kind.DOCUMENT: "file",
}


def folder_page() -> str:
    """Give the whole page."""
    layout = folder_layout()
    written = "\n".join(f"| {what} | {how} |" for what, how in _WRITTEN.items())
    parts = [_HEAD.replace("@WRITTEN@", f"| What | How |\n|---|---|\n{written}")]
    parts += [_section(table) for table in layout.values()]
    everywhere = {column.name: column for table in layout.values() for column in table.columns}
    parts.append("### Every table\n\n" + _columns([everywhere[name] for name in _EVERYWHERE]))
    return "\n".join(parts)


def _section(table: Table) -> str:
    facts = ["span" if table.clock is Clock.SPAN else "day"]
    facts += ["of one programme" if table.scoped else "of the whole record"]
    facts += ["one row a code"] if table.one_row_a_code else []
    facts += [] if table.by_hand else ["filled by commands, not by hand"]
    columns = [column for column in table.columns if column.name not in _EVERYWHERE]
    return f"### {table.name}.csv\n\n{table.says} ({', '.join(facts)})\n\n{_columns(columns)}"


def _columns(columns: list[Column]) -> str:
    rows = ["| Column | Holds | Meaning |", "|---|---|---|"]
    for column in columns:
        name = f"**{column.name}**" if column.required else column.name
        says = column.says[:1].upper() + column.says[1:]
        if column.personal:
            says = "*Personal.* " + says.removesuffix(": personal")
        rows.append(f"| {name} | {_holds(column)} | {says.replace('|', chr(92) + '|').strip()} |")
    return "\n".join(rows) + "\n"


def _holds(column: Column) -> str:
    if column.refers_to:
        return f"code of `{column.refers_to}`"
    if column.choices:
        return ", ".join(f"`{choice}`" for choice in column.choices)
    said = _KINDS[column.kind]
    if column.kind is Kind.TEXT and column.longest:
        return f"{said}, at most {column.longest} signs"
    if column.kind is Kind.DECIMAL and column.places is not None:
        said += f", {column.places} digits after the point"
    if column.lowest is not None and column.highest is not None and column.highest < 1000:
        said += f", {column.lowest} to {column.highest}"
    has_default = column.default not in (None, "") and not callable(column.default)
    return f"{said} [{_default(column)}]" if has_default else said


def _default(column: Column) -> str:
    if isinstance(column.default, bool):
        return "yes" if column.default else "no"
    return str(column.default)
