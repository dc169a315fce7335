"""What fails under the record, as a refusal: a full or broken disk, a damaged file, a server that went away.

SQLite says what happened by the name of its code, PostgreSQL by its five letters, the system by its number; words that
a driver happens to use are not read, but for the one fault that SQLite's driver gives no code. Loads no Django.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from pairup.errors import StorageError

#: by what is common to the beginning of a code
_SQLITE = {
    "SQLITE_FULL": "full", "SQLITE_CORRUPT": "damaged", "SQLITE_NOTADB": "damaged", "SQLITE_IOERR": "failed",
    "SQLITE_CANTOPEN": "failed", "SQLITE_READONLY": "closed", "SQLITE_PERM": "closed", "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
}  # fmt: skip
_POSTGRESQL = {
    "53100": "full", "XX001": "damaged", "XX002": "damaged", "58": "failed", "25006": "closed", "08": "gone",
    "57P": "gone", "53300": "busy", "55P03": "busy", "40001": "busy", "40P01": "busy",
}  # fmt: skip
_SYSTEM = {
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EFBIG: "full", errno.EIO: "failed", errno.EROFS: "closed",
}  # fmt: skip


def refusal_of(error: BaseException | None) -> StorageError | None:
    """Tell a failure of the disk, the file or the server as a refusal; None for anything else, which is a bug."""
    for one in _causes(error):
        what, said = _known(one)
        if what:
            return _refusal(what, said)
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what brought it about: Django wraps what a driver raises."""
    while error is not None:
        yield error
        error = error.__cause__


def _known(error: BaseException) -> tuple[str, str]:
    """What an error is here, and what the database or the system calls it."""
    driver = type(error).__module__.partition(".")[0]
    if driver in ("sqlite3", "pysqlite3"):
        name = str(getattr(error, "sqlite_errorname", ""))
        if not name and re.match("Could not decode to UTF-8", str(error)):  # a text that is none any more
            return "damaged", "SQLITE_CORRUPT"
        return _by_beginning(_SQLITE, name), name
    if driver == "psycopg":
        name = getattr(error, "sqlstate", None) or ""
        if not name and type(error).__name__ in ("OperationalError", "InterfaceError"):  # nobody is there to say it
            return "gone", "08006"
        return _by_beginning(_POSTGRESQL, name), name
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        return _SYSTEM[error.errno], errno.errorcode[error.errno]
    return "", ""


def _by_beginning(kinds: dict[str, str], name: str) -> str:
    return next((what for beginning, what in kinds.items() if name.startswith(beginning)), "")


def _refusal(what: str, said: str) -> StorageError:
    if what == "full":
        return StorageError(
            f"The disk is full ({said}): not saved. Nothing was half-written, and reading goes on. "
            "Make room, then do it again.", code="record.disk-full", said=said,
        )  # fmt: skip
    if what == "damaged":
        return StorageError(
            f"The record is damaged where this was read ({said}): nothing is shown of it and nothing was written. "
            "`pairup health` says what is damaged; a backup can be restored beside it.",
            code="record.damaged", said=said,
        )  # fmt: skip
    if what == "gone":
        return StorageError(
            f"The server of the record does not answer any more ({said}). What was being written is there whole or "
            "not at all: once it answers, look before you do it again.", code="record.server-gone", said=said,
        )  # fmt: skip
    if what == "busy":
        return StorageError(
            f"Others were writing the record all the time ({said}): not saved. Do it again.", code="record.busy",
            said=said,
        )  # fmt: skip
    if what == "closed":
        return StorageError(
            f"The record may only be read here ({said}): not saved. Whoever writes it needs its file and its folder.",
            code="record.read-only", said=said,
        )  # fmt: skip
    return StorageError(
        f"The disk failed ({said}). What was being written is there whole or not at all. Look at the disk, then at "
        "the record: `pairup health`, `pairup verify`.", code="record.disk-failed", said=said,
    )  # fmt: skip
