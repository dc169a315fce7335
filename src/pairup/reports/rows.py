"""The rows behind the numbers of the office's page: a page a table, an address for every group, and the same as CSV."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Sequence

from pairup.errors import InputError
from pairup.reports.facts import RowLink, RowTable
from pairup.reports.render import key_anchor, page
from pairup.reports.said import STAMP
from pairup.values.words import LANGUAGES, Words

#: parts of column names that never leave the record: health, family, wishes, and how a person is
PERSONAL = (
    "fitness", "outcome", "altitude_limit", "certificate", "health", "family", "spouse", "couple", "prefer",
    "wants_call", "well", "attest", "clearance", "refuse", "real_name", "birth", "sex", "phone",
)  # fmt: skip


def require_no_personal_columns(tables: Iterable[RowTable]) -> None:
    """Refuse a table with a column about fitness, family or preference."""
    for table in tables:
        for column in table.columns:
            words = column.split("_")
            if any(column.startswith(name) or name in words for name in PERSONAL):
                raise InputError(
                    f"The report cannot show the column {column!r} of {table.name}: it is personal.",
                    hint="Leave the column out of the rows that the report is given.",
                    code="reports.personal-column",
                    column=column,
                    table=table.name,
                )


def require_known_tables(links: Iterable[RowLink], tables: Sequence[RowTable]) -> None:
    """Refuse a number whose rows are not among the tables."""
    known = {table.name for table in tables}
    for link in links:
        if link.table not in known:
            raise InputError(
                f"A number of the report links to rows of {link.table!r}, and the report was given no such table.",
                hint="Add the table to the facts, or give the number no link.",
                code="reports.no-such-rows",
                table=link.table,
            )


def csv_name(table: RowTable) -> str:
    """Name the file of a table's rows; the name says so where any row is synthetic."""
    return f"{table.name}.synthetic.csv" if table.is_synthetic else f"{table.name}.csv"


def to_csv(table: RowTable) -> str:
    """Write the rows as the folder format has them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(_sorted(table))
    return text.getvalue()


def rows_page(table: RowTable, links: Iterable[RowLink], *, home: str) -> str:
    """Write the rows as a page; every key of `links` has an address on it, even where no row answers to it."""
    keys = {link.key for link in links if link.table == table.name and link.key}
    both = [table.title.say(language) for language in LANGUAGES]
    title = " · ".join(dict.fromkeys(both))
    stamp = f'<p class="band">{STAMP}</p>\n' if table.is_synthetic else ""
    back = " · ".join(Words("reports.back", {}).say(language) for language in LANGUAGES)
    note = " · ".join(
        Words("reports.rows-note", {"rows": f"{len(table.rows):,}"}).say(language) for language in LANGUAGES
    )
    file = html.escape(csv_name(table))
    heads = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in table.columns)
    body = (
        f'<div class="page rows">\n{stamp}<header>\n<p><a href="{home}">{html.escape(back)}</a></p>\n'
        f"<h1>{html.escape(title)}</h1>\n"
        f'<p class="subtitle">{html.escape(note)} · <a href="{file}">{file}</a></p>\n</header>\n'
        f'<main id="main"><div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n'
        f"{_bodies(table, keys)}</table></div>\n"
        f"{_unanswered(table, keys)}</main>\n</div>\n"
    )
    return page(f"{title} · {STAMP}" if table.is_synthetic else title, body)


def _sorted(table: RowTable) -> list[tuple[str, ...]]:
    at = [table.columns.index(name) for name in table.group_by]
    return sorted(table.rows, key=lambda row: (*(row[k] for k in at), row))


def _bodies(table: RowTable, keys: set[tuple[str, ...]]) -> str:
    """Write rows in order; a group that is linked to is a body of its own, a wider one an anchor where it begins."""
    at = [table.columns.index(name) for name in table.group_by]
    seen: set[tuple[str, ...]] = set()
    out: list[str] = []
    open_key: tuple[str, ...] | None = None
    for row in _sorted(table):
        full = tuple(row[k] for k in at)
        linked = [full[:n] for n in range(1, len(full) + 1) if full[:n] in keys]
        narrow = linked[-1] if linked else ()
        if narrow != open_key:
            name = f' id="{html.escape(key_anchor(narrow))}"' if narrow and narrow not in seen else ""
            out.append(f"<tbody{name}>\n")
            open_key = narrow
            seen.add(narrow)
        anchors = "".join(f'<a id="{html.escape(key_anchor(key))}"></a>' for key in linked if key not in seen)
        seen.update(linked)
        first, *others = (html.escape(cell, quote=False) for cell in row)
        out.append(f'<tr><th scope="row">{anchors}{first}' + "".join(f"<td>{cell}" for cell in others) + "\n")
    return "".join(out)


def _unanswered(table: RowTable, keys: set[tuple[str, ...]]) -> str:
    at = [table.columns.index(name) for name in table.group_by]
    present = {tuple(row[k] for k in at)[:n] for row in table.rows for n in range(1, len(at) + 1)}
    lines = []
    for key in sorted(keys - present):
        text = " · ".join(Words("reports.no-such-group", {"key": " / ".join(key)}).say(one) for one in LANGUAGES)
        lines.append(f'<p id="{html.escape(key_anchor(key))}">{html.escape(text)}</p>\n')
    return "".join(lines)
