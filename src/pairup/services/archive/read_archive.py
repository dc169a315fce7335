"""Check and count this archive with nothing but Python 3.8 or later: `python3 read_archive.py`.

It reads every file's checksum, the log of the journal to its head, and builds each row anew from the tables as it was
recorded, to compare with what the journal's entries say of it. FORMAT.txt has the format in words. Signatures of
checkpoints (Ed25519) are not checked here, for Python alone cannot; their heads are.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

_RUNS = tuple("=+-@\t\r\n＝＋－＠")


def main() -> int:
    """Check the folder this file lies in, or the one named; 0 where all holds."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    csv.field_size_limit(2**31 - 1)
    wrong = checksums(folder)
    ended: Counter[tuple[str, str]] = Counter()
    about = json.loads((folder / "archive.json").read_text(encoding="utf-8"))
    leaves = journal(folder, wrong)
    recorded, counts = {}, {}
    for name, table in about["tables"].items():
        counts[name], recorded[name] = rows_of(folder, name, table, about["currency_digits"], ended)
    compare(leaves, recorded, ended, wrong)
    for name, count in counts.items():
        print(f"{name}: {count}")
    print(f"{sum(counts.values())} rows of {len(counts)} tables, {len(leaves)} journal entries, year {about['year']}")
    for said in wrong[:50]:
        print(f"WRONG: {said}", file=sys.stderr)
    print("everything is as it was recorded" if not wrong else f"{len(wrong)} things are not as they were recorded")
    return 1 if wrong else 0


def checksums(folder: Path) -> list:
    """Hold every file to SHA256SUMS, and find files that are in no list."""
    wrong, listed = [], set()
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed.add(name)
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif digest_of(path) != digest:
            wrong.append(f"{name} was changed")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return wrong + [f"{name} is in no list" for name in sorted(found - listed - {"SHA256SUMS"})]


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()


# ------------------------------------------------------------------------------------------------------ the journal


def journal(folder: Path, wrong: list) -> dict:
    """Read the entries in order, build the tree of RFC 9162 over them, and hold every checkpoint's head to it."""
    marks = [json.loads(line) for line in (folder / "checkpoints.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = {mark["size"]: mark["note"].splitlines()[2] for mark in marks}
    leaves: dict[int, Any] = {}
    parts: list[bytes] = []
    with (folder / "journal.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            entry = json.loads(line)
            leaf = entry["leaf"].encode()
            head = hashlib.sha256(b"\x00" + leaf).digest()
            if entry["number"] != number or entry["hash"] != head.hex():
                wrong.append(f"journal entry {number} is not what its hash says")
            size = number - 1
            while size & 1:
                head = node(parts.pop(), head)
                size >>= 1
            parts.append(head)
            leaves[number] = json.loads(leaf)
            if wanted.get(number, "") not in ("", base64.b64encode(head_of(parts)).decode()):
                wrong.append(f"the checkpoint of {number} entries had another head")
    wrong += [f"the checkpoint of {size} entries is of a longer journal" for size in wanted if size > len(leaves)]
    return leaves


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def head_of(parts: list[bytes]) -> bytes:
    head = parts[-1]
    for part in reversed(parts[:-1]):
        head = node(part, head)
    return head


def compare(leaves: dict, recorded: dict, ended: Counter, wrong: list) -> None:
    """Hold what entries say of rows to the rows that are there, and rows that ended to the entries that ended them."""
    for name, digests in recorded.items():
        for number in sorted(set(digests) - set(leaves)):
            wrong.append(f"{name} has rows of an entry {number} that is not there")
    for number, leaf in leaves.items():
        for name, said in leaf["rows"].items():
            count, digest = recorded.get(name, {}).get(number, (0, hashlib.sha256()))
            if count != said["added"] or digest.hexdigest() != said["digest"]:
                wrong.append(f"rows of {name} that journal entry {number} recorded are not what they were")
            ended.subtract((name, which) for which in said["superseded"])
        for name in set(recorded) - set(leaf["rows"]):
            if number in recorded[name]:
                wrong.append(f"{name} has rows that journal entry {number} does not know")
    wrong += [f"{name} {which} ended otherwise than the journal says" for (name, which), n in ended.items() if n]


# --------------------------------------------------------------------------------------------------------- the rows


def rows_of(folder: Path, name: str, table: dict, digits: dict, ended: Counter) -> tuple:
    """Count a table's rows, and digest them by entry as they were recorded."""
    readers = [(column, READERS[column["kind"]]) for column in table["columns"]]
    digests: dict[int, Any] = defaultdict(lambda: [0, hashlib.sha256()])
    count = 0
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        place = {column: at for at, column in enumerate(next(rows))}
        for cells in rows:
            row = {column: untamed(cells[at]) for column, at in place.items()}
            said = {"code": row["code"], "number": int(row["version"])}
            for column, reader in readers:
                reader(said, row[column["name"]], column, row, digits, folder)
            for field in table["later"]:
                if not said[field]:
                    del said[field]
            raw = canonical(said) if table["has_numbers"] else plain(said)
            entry = digests[int(row["entry"])]
            entry[0] += 1
            entry[1].update(hashlib.sha256(raw.encode()).digest())
            if row["superseded_at"]:
                ended[name, f"{said['code']} {said['number']}"] += 1
            count += 1
    return count, digests


def untamed(text: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_RUNS) else text


def plain(said: dict) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """JSON of RFC 8785: keys in the order of UTF-16, numbers as ECMAScript writes them."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def number(value: float) -> str:
    """Write a number as ECMAScript does."""
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    if 0 < point <= 21:
        text = text + "0" * (point - len(text)) if len(text) <= point else f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        text = "0." + "0" * -point + text
    else:
        text = f"{text[0]}{'.' + text[1:] if text[1:] else ''}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return ("-" if sign else "") + text


def _value(read: Callable[..., Any]) -> Callable[..., None]:
    """Read a cell into its field; an empty one is what the column's `default` says."""

    def reader(said: Any, text: str, column: Any, row: Any, digits: Any, folder: Path) -> None:
        said[column["field"]] = read(text, column, folder) if text else column["default"]

    return reader


def _rough(text: str, is_end: bool) -> tuple:
    """A day, month or year as its first day (of an end: the first day after), and how precise it is."""
    day, tilde, precision = text.partition("~")
    if not day:
        return None, precision or "day"
    parts = [int(part) for part in day.split("-")]
    first = date(*[*parts, 1, 1][:3])
    if is_end and len(parts) == 3:
        first += timedelta(days=1)
    elif is_end:
        first = date(first.year + 1, 1, 1) if len(parts) == 1 else (first + timedelta(days=31)).replace(day=1)
    return first.isoformat(), precision if tilde else ("year", "month", "day")[len(parts) - 1]


def _days(field: str, name: str, is_end: bool) -> Callable[..., None]:
    def reader(said: Any, text: str, column: Any, row: Any, digits: Any, folder: Path) -> None:
        said[field], said[name] = _rough(text, is_end)

    return reader


def _amount(said: Any, text: str, column: Any, row: Any, digits: Any, folder: Path) -> None:
    places = digits.get(row[column["currency"]], 2)
    said[column["field"]] = int(Decimal(text).scaleb(places)) if text else column["default"]


def _items(text: str, column: Any, folder: Path) -> Any:
    if text.startswith("json:"):
        return json.loads(text[5:])
    items = [item.strip() for item in text.split(";") if item.strip()]
    if column["kind"] == "years":
        return [int(item) for item in items]
    if column["kind"] == "key=value items":
        return {key.strip(): value.strip() for key, _, value in (item.partition("=") for item in items)}
    return items


def _document(text: str, column: Any, folder: Path) -> Any:
    return json.loads((folder / text).read_text(encoding="utf-8"))


def _rough_text(text: str, column: Any, folder: Path) -> str:
    return "-".join(part if at == 0 else part.zfill(2) for at, part in enumerate(re.split("-", text)))


READERS = {
    "code": _value(lambda text, column, folder: text),
    "text": _value(lambda text, column, folder: text),
    "choice": _value(lambda text, column, folder: text),
    "code of another row": _value(lambda text, column, folder: text),
    "day": _value(lambda text, column, folder: text),
    "day, month or year as text": _value(_rough_text),
    "whole number": _value(lambda text, column, folder: int(text)),
    "number": _value(lambda text, column, folder: f"{Decimal(text):.{column['places']}f}"),
    "yes or no": _value(lambda text, column, folder: text == "yes"),
    "first day": _days("starts", "starts_precision", False),
    "last day": _days("ends_before", "ends_precision", True),
    "day or month or year": _days("day", "day_precision", False),
    "amount": _amount,
    "items": _value(_items),
    "years": _value(_items),
    "key=value items": _value(_items),
    "bytes in a file": _value(lambda text, column, folder: digest_of(folder / text)),
    "JSON in a file": _value(_document),
}

if __name__ == "__main__":
    raise SystemExit(main())
