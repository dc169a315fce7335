"""Looks at a workbook before anything that trusts it does: the zip, then every XML file in it, as a stream.

Runs in the limited child process only (`exchange.child`). What it refuses: archives that unpack to far more than they
are, that hold archives, links or paths, or bytes that belong to no file; DTDs and entities; macros; anything fetched
from elsewhere; cells so far out that a reader would lay out millions of empty ones.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXException

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

UNPACKED = 200 * 2**20
RATIO = 100
ENTRIES = 1_000
ROWS = 1_048_576  # of a sheet, in every spreadsheet program
COLUMNS = 1_000
AREA = 6_000_000  # cells of the rectangle around all filled ones, which readers lay out whole
FLAWS = 1_000  # told one by one, of a sheet
_SMALL = 2**20  # an entry so small may be packed as tightly as it likes
_PIECE = 2**18
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NESTED = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".pptx", ".ods", ".jar", ".7z", ".rar", ".gz", ".tgz", ".xz")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b\x08", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0")
_MACROS = ("vbaproject", "macrosheets/", "dialogsheets/", "vbadata", "activex/")
_ELSEWHERE = ("externallinks/", "connections.xml", "querytables/", "webextensions/", "ctrlprops/")
_XML = (".xml", ".rels", ".vml")


class Refused(Exception):
    """Why a file is not read: a code of the domain `imports`, and its facts."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(slots=True)
class Seen:
    """What the scan learned of a workbook. `errors` are cells that hold a spreadsheet's error, by file of the sheet."""

    is_1904: bool = False
    formulas: int = 0
    errors: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)  # name of a sheet to its file


def scan(raw: bytes) -> Seen:
    """Scan a workbook. Raises `Refused` with the first reason not to read it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError) as error:
        raise Refused("not-a-workbook", error=str(error)) from None
    _check_entries(entries, len(raw))
    _check_layout(raw, entries)
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise Refused("not-a-workbook", error="xl/workbook.xml")
    seen, links = Seen(), _Links()
    for entry in sorted(entries, key=lambda entry: entry.filename):
        _check_entry(archive, entry, seen, links)
    seen.sheets = links.sheets()
    return seen


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > ENTRIES:
        raise Refused("zip-entries", found=len(entries), most=ENTRIES)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED:
        raise Refused("zip-size", found=unpacked // 2**20, most=UNPACKED // 2**20)
    if unpacked > _SMALL and unpacked > RATIO * size:
        raise Refused("zip-ratio", found=unpacked // size, most=RATIO)
    seen: set[str] = set()
    for entry in entries:
        if entry.file_size > _SMALL and entry.file_size > RATIO * max(1, entry.compress_size):
            raise Refused("zip-ratio", found=entry.file_size // max(1, entry.compress_size), most=RATIO)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Refused("zip-link", name=entry.filename)
        if entry.flag_bits & 0x1:
            raise Refused("encrypted")
        if entry.filename.casefold() in seen:
            raise Refused("zip-twice", name=entry.filename)
        seen.add(entry.filename.casefold())
        _check_name(entry.filename)


def _check_name(name: str) -> None:
    lower = name.casefold()
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or "\0" in name:
        raise Refused("zip-path", name=name)
    if lower.endswith(_NESTED):
        raise Refused("zip-nested", name=name)
    if any(word in lower for word in _MACROS):
        raise Refused("macros", name=name)
    if any(word in lower for word in _ELSEWHERE):
        raise Refused("outside-links", name=name)


def _check_layout(raw: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse overlapping entries, and bytes that belong to none: a file that is two things at once."""
    at = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        start = entry.header_offset
        if start < at:
            raise Refused("zip-overlap", name=entry.filename)
        if start - at > (24 if at else 0) or raw[start : start + 4] != b"PK\x03\x04":  # 24: a data descriptor
            raise Refused("zip-extra")
        name, extra = (int.from_bytes(raw[start + k : start + k + 2], "little") for k in (26, 28))
        at = start + 30 + name + extra + entry.compress_size
    directory = raw.find(b"PK\x01\x02", at)
    if entries and (directory < 0 or directory - at > 24):
        raise Refused("zip-extra")
    end = raw.rfind(b"PK\x05\x06")
    if end < 0 or end + 22 != len(raw):
        raise Refused("zip-extra")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, seen: Seen, links: _Links) -> None:
    name = entry.filename
    is_xml = name.lower().endswith(_XML)
    look = _looker(name, seen, links) if is_xml else None
    parser = _Scan(look) if look else None
    first = True
    try:
        with archive.open(entry) as file:
            while piece := file.read(_PIECE):
                if first and piece.startswith(_ARCHIVES):
                    raise Refused("zip-nested", name=name)
                first = False
                if parser:
                    parser.feed(piece)
        if parser and not first:
            parser.close()
    except DefusedXmlException:
        raise Refused("xml-entities", name=name) from None
    except SAXException as error:
        raise Refused("broken-xml", name=name, error=_line(error)) from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, RuntimeError, OSError) as error:
        raise Refused("broken-zip", name=name, error=_line(error)) from None
    except Exception as error:  # zlib.error and its like have no common base; a refusal goes on as it is
        if isinstance(error, (Refused, MemoryError)):
            raise
        raise Refused("broken-zip", name=name, error=_line(error)) from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


Look = Callable[[str, dict[str, str]], None]


class _Scan(DefusedExpatParser):  # type: ignore[misc]
    """Hands each start tag to `look`, without the price of SAX events; DTDs and entities are refused."""

    def __init__(self, look: Look) -> None:
        self.look = look
        super().__init__(forbid_dtd=True)

    def reset(self) -> None:
        super().reset()
        self._parser.StartElementHandler = self.look
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None


def _looker(name: str, seen: Seen, links: _Links) -> Look:
    lower = name.lower()
    if lower.startswith("xl/worksheets/") and lower.endswith(".xml"):
        return _Cells(name, seen)
    if lower.endswith(".rels"):
        return links.relation if lower == "xl/_rels/workbook.xml.rels" else _check_relation
    if lower == "xl/workbook.xml":

        def workbook(tag: str, said: dict[str, str]) -> None:
            plain = tag.rpartition(":")[2]
            if plain == "workbookPr" and said.get("date1904", "0") not in ("0", "false"):
                seen.is_1904 = True
            elif plain == "sheet":
                links.sheet(said)

        return workbook
    if lower == "[content_types].xml":
        return _check_content_type
    return lambda tag, said: None


def _check_content_type(tag: str, said: dict[str, str]) -> None:
    kind = said.get("ContentType", "").lower()
    if "macroenabled" in kind or "vbaproject" in kind:
        raise Refused("macros", name=kind)


def _check_relation(tag: str, said: dict[str, str]) -> None:
    if said.get("TargetMode") == "External" and not said.get("Type", "").endswith("/hyperlink"):
        raise Refused("outside-links", name=said.get("Target", "")[:80])


class _Links:
    """Which file holds which sheet: the workbook names a relation, and the relation names the file."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.files: dict[str, str] = {}

    def sheet(self, said: dict[str, str]) -> None:
        relation = next((value for key, value in said.items() if key.endswith(":id")), "")
        self.names[said.get("name", "")] = relation

    def relation(self, tag: str, said: dict[str, str]) -> None:
        _check_relation(tag, said)
        target = said.get("Target", "")
        self.files[said.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"

    def sheets(self) -> dict[str, str]:
        return {name: self.files.get(relation, "") for name, relation in self.names.items()}


class _Cells:
    """Follows the cells of one sheet: how far out they lie, which are formulas, which hold an error."""

    def __init__(self, name: str, seen: Seen) -> None:
        self.name = name
        self.seen = seen
        self.row = self.column = self.last_row = self.last_column = 0
        self.first_row, self.first_column = ROWS, COLUMNS
        self.errors = seen.errors.setdefault(name, [])

    def __call__(self, tag: str, said: dict[str, str]) -> None:
        plain = tag.rpartition(":")[2] if ":" in tag else tag
        if plain == "c":
            self.cell(said)
        elif plain == "row":
            self.row = self.number(said.get("r", str(self.row + 1)))
            self.column = 0
        elif plain == "f":
            self.seen.formulas += 1
        elif plain == "dimension":
            for corner in said.get("ref", "").split(":"):
                if corner:
                    self.measure(*self.place(corner))

    def cell(self, said: dict[str, str]) -> None:
        if "r" in said:
            self.row, self.column = self.place(said["r"])
        else:
            self.row, self.column = max(1, self.row), self.column + 1
        self.measure(self.row, self.column)
        if said.get("t") == "e" and len(self.errors) < FLAWS:
            self.errors.append((self.row, self.column))

    def measure(self, row: int, column: int) -> None:
        """Grow the rectangle around all cells, which may not become too large."""
        if row > ROWS or column > COLUMNS:
            raise Refused("far-cell", row=row, column=column, rows=ROWS, columns=COLUMNS)
        if row < self.first_row:
            self.first_row = row
        if column < self.first_column:
            self.first_column = column
        if row > self.last_row or column > self.last_column:
            self.last_row, self.last_column = max(row, self.last_row), max(column, self.last_column)
            if self.last_row * (self.last_column - self.first_column + 1) > AREA:
                raise Refused("too-many-cells", rows=self.last_row, columns=self.last_column, most=AREA)

    def number(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()) or len(text) > 7 or int(text) < 1:
            raise Refused("broken-cell", found=text[:40])
        if int(text) > ROWS:
            raise Refused("far-cell", row=int(text), column=1, rows=ROWS, columns=COLUMNS)
        return int(text)

    def place(self, text: str) -> tuple[int, int]:
        found = _CELL.fullmatch(text.replace("$", ""))
        if not found:
            raise Refused("broken-cell", found=text[:40])
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
        return int(found[2]), column
