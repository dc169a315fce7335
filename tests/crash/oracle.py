"""Judges a record after a crash, from its database and the children's books alone: no code of pairup is asked.

Every acknowledged entry is there once, with its hash; of everything else all rows are there or none; the database finds
itself whole; the journal's entries are numbered without a hole and each is what its hash says.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Query = Callable[[str], list[tuple[Any, ...]]]
#: tables whose rows carry the token of what wrote them
TAGGED = ("record_needversion", "record_moneylineversion")


@dataclass
class Judged:
    """What was looked at, and what does not hold."""

    acknowledged: int = 0
    begun: int = 0
    backups: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def books(home: Path) -> list[dict[str, Any]]:
    """Every line of every book; a line cut by a kill was not acknowledged to anybody."""
    lines = []
    for path in sorted(home.glob("*.ledger")):
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:
                continue
    return lines


def sqlite_query(path: Path) -> Query:
    """Ask a SQLite file in a connection of our own."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        file = sqlite3.connect(path)
        try:
            return file.execute(sql).fetchall()
        finally:
            file.close()

    return query


def server_query(address: str) -> Query:
    """Ask a server in a connection of our own."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(address) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]

    return query


def judge(query: Query, lines: Sequence[dict[str, Any]], *, is_sqlite: bool = True) -> Judged:
    """Hold a record against what was acknowledged."""
    seen = Judged()
    if is_sqlite:
        seen.wrong += [f"integrity: {said}" for (said,) in query("PRAGMA integrity_check") if said != "ok"]
        seen.wrong += [f"reference: {row}" for row in query("PRAGMA foreign_key_check")]
    hashes = _journal(query, seen)
    for line in lines:
        if "done" in line:
            seen.acknowledged += 1
            if line["number"] not in hashes or (line["hash"] and hashes[line["number"]] != line["hash"]):
                seen.wrong.append(f"lost: {line['done']} was acknowledged as entry {line['number']}")
        elif "backup" in line:
            seen.backups.append(line["backup"])
    _whole(query, lines, seen)
    return seen


def _journal(query: Query, seen: Judged) -> dict[int, str]:
    """Read the journal's hashes by number; entries without a hole, each what its hash says."""
    hashes: dict[int, str] = {}
    entries = query("SELECT number, hash, leaf FROM record_journalentry ORDER BY number")
    for expected, (number, kept, leaf) in enumerate(entries, start=1):
        if number != expected:
            seen.wrong.append(f"journal: {number} stands where {expected} should")
        if hashlib.sha256(b"\x00" + bytes(leaf)).hexdigest() != kept:
            seen.wrong.append(f"journal: entry {number} is not what its hash says")
        hashes[number] = kept
    return hashes


def _whole(query: Query, lines: Sequence[dict[str, Any]], seen: Judged) -> None:
    """Of what was acknowledged all rows are there; of what was only begun all or none."""
    rows: Counter[str] = Counter()
    for table in TAGGED:
        rows.update(dict(query(f"SELECT note, count(*) FROM {table} WHERE note <> '' GROUP BY note")))
    done = {line["done"] for line in lines if "done" in line}
    for line in lines:
        if "begun" in line:
            seen.begun += 1
            wanted = {line["rows"]} if line["begun"] in done else {0, line["rows"]}
            if rows[line["begun"]] not in wanted:
                seen.wrong.append(f"half: {line['begun']} has {rows[line['begun']]} of {line['rows']} rows")
