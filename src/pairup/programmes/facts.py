"""Read the facts of a programme that come with the package. Standard library only.

Facts stand in `PROGRAMME/facts/TABLE.csv`, in the format of a programme folder (docs/reference/folder.md).
"""

from __future__ import annotations

import csv
from importlib.resources import files

from pairup.errors import InputError

Rows = list[dict[str, str]]


def read_facts(programme: str) -> dict[str, Rows]:
    """Read every table of facts of a programme, by table name, rows in the order of the file.

    Cells are texts as they stand; columns that a file leaves out are absent from its rows.

    >>> [row["official_code"] for row in read_facts("xizang")["places"] if row["code"] == "nyingchi"]
    ['542600', '540400']
    """
    folder = files("pairup.programmes").joinpath(programme, "facts")
    if not folder.is_dir():
        raise InputError(
            f"The package holds no facts of a programme {programme!r}.",
            hint=f"Programmes with facts: {', '.join(programmes_with_facts())}.",
            code="programmes.no-facts",
            programme=programme,
        )
    tables: dict[str, Rows] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        table, dot, kind = entry.name.rpartition(".")
        if dot and kind == "csv":
            lines = entry.read_text(encoding="utf-8").splitlines()
            tables[table] = list(csv.DictReader(line for line in lines if line and not line.startswith("#")))
    return tables


def programmes_with_facts() -> list[str]:
    """Name the programmes whose facts come with the package, sorted."""
    home = files("pairup.programmes")
    return sorted(entry.name for entry in home.iterdir() if entry.is_dir() and entry.joinpath("facts").is_dir())
