"""Tell from an export of the log, and checkpoints kept elsewhere, whether anything was changed afterwards.

`python -m pairup.journal.verify EXPORT --key FILE [--checkpoint FILE …]` needs no record, no database and no Django; it
is short so that a stranger can read it before trusting it. docs/reference/journal-export.md has the format.

It recomputes all of it: the log is complete and in order, each row is what its entry said of it, each row that is in
force was never ended and each that was ended is not, the head of the log is the one that was signed, and the log begins
with the log of every checkpoint kept elsewhere. The last is what an owner of the database cannot get round, with the
signing key or without: somebody else holds the paper.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from pairup.errors import PairupError
from pairup.journal.checkpoint import Checkpoint, PublicKey, open_note
from pairup.journal.tree import Frontier
from pairup.values.findings import Finding
from pairup.values.words import Words

#: files of an export
ENTRIES, ROWS, HEAD = "entries.jsonl", "rows.jsonl", "checkpoint.txt"
#: so many findings are told; the rest is counted
_TOLD = 100


@dataclass(slots=True)
class Seen:
    """What a walk over the log found, and what it has to remember."""

    findings: list[Finding] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    heads: dict[int, bytes] = field(default_factory=dict)
    last: datetime | None = None
    count: int = 0
    ended: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, what: str, file: str, row: int | None = None, **facts: Any) -> None:
        self.count += 1
        if self.count <= _TOLD:
            self.findings.append(Finding(Words(f"log.{what}", facts), file, row))


def verify(export: Path, keys: Sequence[PublicKey], kept: Sequence[str] = ()) -> list[Finding]:
    """Walk over an export once and give what does not hold; an empty list is a record nobody changed.

    keys : that the programme's offices were given when the log began. kept : notes of checkpoints kept elsewhere.
    Refuses an export whose files are missing. A checkpoint kept elsewhere that cannot be relied on is a refusal too:
    it is the reader's own paper, and an answer without it would be worth nothing.
    """
    for name in (ENTRIES, ROWS, HEAD):
        if not (export / name).is_file():
            raise PairupError(f"{export} has no {name}.", hint="Export it anew.", code="log.no-file", file=name)
    anchors = [open_note(note, keys) for note in kept]
    seen = Seen()
    _walk(export, seen, {anchor.size for anchor in anchors})
    _check_head(export, keys, seen)
    for anchor in anchors:
        _check_anchor(anchor, seen)
    if seen.count > _TOLD:
        seen.findings.append(Finding(Words("log.more", {"count": seen.count - _TOLD})))
    return seen.findings


def _walk(export: Path, seen: Seen, sizes: set[int]) -> None:
    """Read entries and rows side by side: the rows stand in the order of the entries that added them."""
    with (export / ENTRIES).open("rb") as entries, (export / ROWS).open("rb") as rows:
        parcels = _parcels(rows, seen)
        waiting = next(parcels, None)
        for number, line in enumerate(entries, start=1):
            leaf = line.rstrip(b"\n")
            seen.frontier.append(leaf)
            if seen.frontier.size in sizes:
                seen.heads[seen.frontier.size] = seen.frontier.head()
            mine: list[_Row] = []
            while waiting is not None and waiting[0] <= number:
                if waiting[0] == number:
                    mine = waiting[1]
                else:
                    seen.note("rows-of-nothing", ROWS, entry=waiting[0])
                waiting = next(parcels, None)
            _check_entry(number, leaf, mine, seen)
        if waiting is not None:
            seen.note("rows-of-nothing", ROWS, entry=waiting[0])
    for (_, table), left in sorted(seen.ended.items()):
        for which in sorted(left):
            seen.note("ended-by-nothing", ROWS, table=table, which=which)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    table: str
    said: bytes  # the canonical JSON that was hashed
    which: str  # code and number of the version
    programme: str  # whose code it is; empty where all programmes share it
    is_in_force: bool


def _parcels(rows: Iterable[bytes], seen: Seen) -> Iterator[tuple[int, list[_Row]]]:
    """Give the rows of one entry after another."""
    entry = 0
    parcel: list[_Row] = []
    for line, text in enumerate(rows, start=1):
        try:
            said = json.loads(text)
            at, table, row = said["entry"], said["table"], said["row"]
            code = json.loads(row)
            which = f"{code['code']} {code['number']}"
            one = _Row(line, table, row.encode(), which, said["programme"], said["in_force"])
        except (ValueError, KeyError, TypeError, AttributeError):
            seen.note("row-unreadable", ROWS, line)
            continue
        if at != entry:
            if parcel:
                yield entry, parcel
            if at < entry:
                seen.note("rows-out-of-order", ROWS, line, entry=at)
            entry, parcel = at, []
        parcel.append(one)
    if parcel:
        yield entry, parcel


def _check_entry(number: int, leaf: bytes, rows: list[_Row], seen: Seen) -> None:
    """Check one entry against its place, its moment and the rows that it says it added and ended."""
    try:
        said = json.loads(leaf)
        at, programme, tables = datetime.fromisoformat(said["at"]), said["programme"] or "", said["rows"]
        is_plain = rfc8785.dumps(said) == leaf
        found = said["number"]
    except (ValueError, KeyError, TypeError):
        seen.note("entry-unreadable", ENTRIES, number)
        return
    if found != number:
        seen.note("entry-misplaced", ENTRIES, number, found=found)
    if not is_plain:
        seen.note("entry-not-canonical", ENTRIES, number)
    if seen.last is not None and at < seen.last:
        seen.note("entry-before", ENTRIES, number)
    seen.last = at if seen.last is None else max(at, seen.last)
    digests: dict[str, Any] = defaultdict(hashlib.sha256)
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        digests[row.table].update(hashlib.sha256(row.said).digest())
        counts[row.table] += 1
    for table in sorted(set(tables) | set(counts)):
        kept = tables.get(table, {"added": 0, "digest": "", "superseded": []})
        if counts[table] != kept["added"] or (kept["added"] and digests[table].hexdigest() != kept["digest"]):
            seen.note("rows-changed", ENTRIES, number, table=table, added=kept["added"], found=counts[table])
        _end(number, programme, table, kept["superseded"], seen)
    for row in rows:
        if not row.is_in_force:  # a later entry has to say so; what is left over at the end was ended by nobody
            seen.ended[row.programme, row.table].add(row.which)


def _end(number: int, programme: str, table: str, ended: Sequence[str], seen: Seen) -> None:
    """Match what an entry ended with the rows that the export shows as ended; each is ended once."""
    for which in ended:
        for whose in (programme, ""):
            if which in seen.ended[whose, table]:
                seen.ended[whose, table].discard(which)
                break
        else:
            seen.note("still-in-force", ENTRIES, number, table=table, which=which)


def _check_head(export: Path, keys: Sequence[PublicKey], seen: Seen) -> None:
    """Check the export's own checkpoint: it is of this log, and of all of it."""
    try:
        found = open_note((export / HEAD).read_text(encoding="utf-8"), keys)
    except PairupError as refused:
        seen.note("head-unsigned", HEAD, reason=Words(refused.code, refused.facts))
        return
    if found.size != seen.frontier.size:
        seen.note("head-other-size", HEAD, said=found.size, found=seen.frontier.size)
    elif found.head != seen.frontier.head():
        seen.note("head-other", HEAD, size=found.size)


def _check_anchor(anchor: Checkpoint, seen: Seen) -> None:
    day = anchor.at.date().isoformat()
    if anchor.size > seen.frontier.size:
        seen.note("rolled-back", ENTRIES, said=anchor.size, found=seen.frontier.size, day=day)
    elif anchor.size and seen.heads[anchor.size] != anchor.head:
        seen.note("history-rewritten", ENTRIES, size=anchor.size, day=day)


def main(words: Sequence[str] | None = None) -> int:
    """Verify from the command line: 0 where all holds, 1 where something does not."""
    parser = argparse.ArgumentParser(prog="pairup.journal.verify", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("export", type=Path, help="folder that `pairup export-journal` wrote")
    parser.add_argument("--key", type=Path, required=True, help="file with the log's public key, one a line")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="a checkpoint kept elsewhere")
    asked = parser.parse_args(words)
    try:
        keys = [PublicKey.read(line) for line in asked.key.read_text(encoding="utf-8").splitlines() if line.strip()]
        findings = verify(asked.export, keys, [path.read_text(encoding="utf-8") for path in asked.checkpoint])
    except (PairupError, OSError, UnicodeError) as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return 1
    for finding in findings:
        print(finding)  # noqa: T201
    if not findings:
        held = "log.holds" if asked.checkpoint else "log.holds-alone"
        print(Words(held, {"checkpoints": len(asked.checkpoint)}))  # noqa: T201
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
