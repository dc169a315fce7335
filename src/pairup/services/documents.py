"""Documents: the bytes beside the record under their own hash, checked each time they are read.

`RECORD.files/ab/abcd…` holds each content once, read-only. The file and its folders are on disk before the row that
names it is committed, so a row never names bytes that a power cut took. A record on a server keeps them beside the
file that holds its address, or in the folder that PAIRUP_FILES names.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from django.db import connection

from pairup.errors import ConflictError, InputError
from pairup.record.models import DocumentVersion
from pairup.services import lives, write
from pairup.services.access import require_may
from pairup.values.findings import Finding
from pairup.values.words import Words

#: bytes; a scan of a long contract is a tenth of it
LARGEST = 100 * 2**20


def files_folder() -> Path:
    """The folder that holds the bytes of the open record: PAIRUP_FILES, or beside the record's file."""
    if named := os.environ.get("PAIRUP_FILES"):
        return Path(named)
    if place := connection.settings_dict.get("PLACE"):
        return Path(f"{place}.files")
    raise InputError(
        "A record that is named by an address alone has no folder for its documents.",
        hint="PAIRUP_FILES names one; or write the address into a file and give that file as the record.",
        code="lifecycle.no-files-folder",
    )  # fmt: skip


def add(
    code: str, path: Path, *, kind: str, title: str, actor: str, at: datetime, programme: str | None = None,
    cells: Mapping[str, str] = MappingProxyType({}),
) -> lives.Done:  # fmt: skip
    """Keep a file as a document, or as the next edition of one from that day on.

    The same bytes are kept once. Refuses an empty file, one that is too large, and an edition that changes nothing.
    """
    require_may(actor, "document.add")
    data = _read(path)
    digest = hashlib.sha256(data).hexdigest()
    day = lives.day_of(at)
    said = {"kind": kind, "title_en": title, "sha256": digest, "size": str(len(data)), **cells,
            "media_type": mimetypes.guess_type(path.name)[0] or "application/octet-stream"}  # fmt: skip
    _keep(data, digest)
    with write.alone():
        home = lives.programme_of(programme)
        known = DocumentVersion.objects.known().filter(identity__code=code, identity__programme__code=home)
        row = known.on(day).select_related("identity").first()
        if row is not None and row.sha256 == digest:
            raise ConflictError(
                f"{code} is these bytes already.", code="lifecycle.same-bytes", document=code, version=row.number
            )  # fmt: skip
        if row is None:
            writing = lives.added("documents", [{"code": code, "from": day.isoformat(), **said}], programme=home)
        else:
            writing = lives.changed_from("documents", row, day, said, programme=home)
        facts = {"document": code, "sha256": digest}
        with write.command("document.add", actor=actor, at=at, programme=home, facts=facts) as doing:
            writing(doing)
    return lives.Done("documents", code, digest, doing.entry.number)


def add_next(
    stem: str, path: Path, *, kind: str, title: str, actor: str, at: datetime, programme: str,
    cells: Mapping[str, str] = MappingProxyType({}),
) -> lives.Done:  # fmt: skip
    """Keep a file as a new document under the next free code `STEM-1`, `STEM-2` …; whoever else adds one waits."""
    with write.alone():
        code = lives.free_code("documents", stem, programme=programme)
        return add(code, path, kind=kind, title=title, actor=actor, at=at, programme=programme, cells=cells)


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if not 0 < size <= LARGEST:
            raise InputError(
                f"{path} holds {size:,} bytes; a document holds 1 to {LARGEST:,}.",
                code="lifecycle.document-size", path=str(path), size=size, largest=LARGEST,
            )  # fmt: skip
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", code="lifecycle.unreadable", path=str(path)
        ) from error


def _keep(data: bytes, digest: str) -> None:
    """Put bytes under their hash: written beside, forced to disk, named, and the folders forced to disk too."""
    folder = files_folder()
    shelf = folder / digest[:2]
    place = shelf / digest
    if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == digest:
        return
    shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, part = tempfile.mkstemp(dir=shelf, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(part, 0o400)
        os.replace(part, place)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    for each in (shelf, folder, folder.parent):
        _force(each)


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_document(
    code: str, *, on: date, known_by: date | None = None, programme: str | None = None
) -> tuple[DocumentVersion, bytes]:
    """The edition in use on a day and its bytes, which must be those that were kept."""
    home = lives.programme_of(programme)
    rows = DocumentVersion.objects.on(on, known_by=known_by).filter(identity__programme__code=home)
    row = rows.filter(identity__code=code).select_related("identity").first()
    if row is None or not row.sha256:
        raise InputError(
            f"There is no document {code!r} held here on {on}.", hint="`pairup history documents CODE` shows editions.",
            code="lifecycle.no-document", document=code, day=on,
        )  # fmt: skip
    return row, _checked(row.sha256, code)


def _checked(digest: str, code: str) -> bytes:
    try:
        data = (files_folder() / digest[:2] / digest).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise ConflictError(
            f"The bytes of {code} are missing or are not those that were kept.",
            hint="Put the file back from a backup; the record says which bytes it was.",
            code="lifecycle.bytes-changed", document=code, sha256=digest,
        )  # fmt: skip
    return data


def check_documents() -> list[Finding]:
    """Look at every file that a row names; findings name the document whose bytes are missing or others."""
    found = []
    rows = DocumentVersion.objects.exclude(sha256="").order_by("pk").values_list("identity__code", "sha256")
    for code, digest in dict.fromkeys(rows):
        try:
            _checked(str(digest), code)  # a damaged row may hold no text
        except ConflictError:
            found.append(Finding(Words("lifecycle.bytes-changed", {"document": code, "sha256": digest}), file="files"))
    return found
