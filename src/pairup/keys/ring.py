"""The key file: one random key a person and drawer, each wrapped by a master key, in a file beside the record.

It is no part of the record, of a saved folder, or of a backup of either. A destroyed key leaves its id and the day, so
that what it closed is known to be erased rather than merely unreadable. The master key lies in the same file, or in
one that `PAIRUP_MASTER_KEY` names.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pairup.errors import ConflictError, InputError
from pairup.keys.closing import ID_BYTES, Key

if TYPE_CHECKING:
    import sqlite3

_NONCE = 12
_SCHEMA = """
CREATE TABLE master (number INTEGER PRIMARY KEY, mark TEXT NOT NULL, raw BLOB);
CREATE TABLE keys (
    id BLOB PRIMARY KEY, subject TEXT NOT NULL, drawer TEXT NOT NULL, wrapped BLOB, made TEXT NOT NULL, destroyed TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX living ON keys (subject, drawer) WHERE wrapped IS NOT NULL;
CREATE TABLE erased (subject TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What the file says of a key, without the key."""

    id: bytes
    subject: str
    drawer: str
    made: str
    destroyed: str | None


class KeyRing:
    """The open key file. Use it as a context: it closes the file at the end."""

    def __init__(self, path: Path, connection: sqlite3.Connection, master_file: Path | None) -> None:
        self.path = path
        self._file = connection
        self._master_file = master_file
        self._master = AESGCM(self._read_master())

    @classmethod
    def open(cls, path: Path, *, create: bool = False, master: Path | None = None) -> Self:
        """Open a key file, or make one that only this user can read. Refuses one that others can read."""
        if not path.exists():
            if not create:
                raise InputError(
                    f"There is no key file at {path}, and so what is personal here cannot be opened.",
                    hint="Put the record's key file there, or name it with PAIRUP_KEYS.",
                    code="vault.no-keys", path=str(path),
                )  # fmt: skip
            _make(path, master)
        if path.stat().st_mode & 0o077:
            raise InputError(
                f"Others can read the key file {path}.", hint=f"chmod 600 {path}", code="vault.keys-readable",
                path=str(path),
            )  # fmt: skip
        return cls(path, _connect(path), master)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    # reading

    def known(self, ids: Iterable[bytes]) -> dict[bytes, Key | None]:
        """Give the keys of these ids; None for one that was destroyed. An id that the file never had is left out."""
        found: dict[bytes, Key | None] = {}
        for part in _parts(sorted(set(ids))):
            marks = ",".join("?" * len(part))
            rows = self._file.execute(f"SELECT id, subject, drawer, wrapped FROM keys WHERE id IN ({marks})", part)  # noqa: S608
            for key_id, subject, drawer, wrapped in rows:
                found[bytes(key_id)] = self._unwrapped(bytes(key_id), subject, drawer, wrapped) if wrapped else None
        return found

    def held(self, subject: str | None = None) -> list[Held]:
        """List keys, destroyed ones too, of everybody or one person."""
        every = "SELECT id, subject, drawer, made, destroyed FROM keys "
        order = "ORDER BY subject, drawer, made, id"
        if subject is None:
            rows = self._file.execute(every + order)
        else:
            rows = self._file.execute(f"{every} WHERE subject = ? {order}", (subject,))
        return [Held(bytes(row[0]), *row[1:]) for row in rows]

    def erased(self, subjects: Iterable[str]) -> dict[str, str]:
        """Of these people, those who were erased, and when."""
        found: dict[str, str] = {}
        for part in _parts(sorted(set(subjects))):
            marks = ",".join("?" * len(part))
            found.update(self._file.execute(f"SELECT subject, at FROM erased WHERE subject IN ({marks})", part))  # noqa: S608
        return found

    # changing

    def keys_for(self, wanted: Iterable[tuple[str, str]], *, at: datetime) -> dict[tuple[str, str], Key]:
        """Give the living key of each person and drawer, making those that are missing.

        New ones are safe on the disk when this returns: a record that refers to a key finds it.
        """
        asked = set(wanted)
        with self._changing():
            made = {}
            for subject, drawer in sorted(asked - self._living(asked).keys()):
                key = Key(os.urandom(ID_BYTES), subject, drawer, AESGCM.generate_key(256))
                made[subject, drawer] = key
            self._file.executemany(
                "INSERT INTO keys (id, subject, drawer, wrapped, made) VALUES (?, ?, ?, ?, ?)",
                [(key.id, key.subject, key.drawer, self._wrapped(key), at.isoformat()) for key in made.values()],
            )
            return self._living(asked - made.keys()) | made

    def destroy(self, ids: Iterable[bytes], *, at: datetime) -> int:
        """Destroy keys; what they closed is gone, here and in every copy. Give how many were still there."""
        with self._changing():
            done = 0
            for part in _parts(sorted(set(ids))):
                marks = ",".join("?" * len(part))
                done += self._file.execute(
                    f"UPDATE keys SET wrapped = NULL, destroyed = ? WHERE id IN ({marks}) AND wrapped IS NOT NULL",  # noqa: S608
                    (at.isoformat(), *part),
                ).rowcount
        self._compact()
        return done

    def erase(self, subject: str, *, at: datetime) -> int:
        """Destroy every key of a person and remember that they were erased: nothing of them is closed again."""
        with self._changing():
            self._file.execute("INSERT OR IGNORE INTO erased VALUES (?, ?)", (subject, at.isoformat()))
        return self.destroy((one.id for one in self.held(subject)), at=at)

    def rotate(self) -> int:
        """Wrap every key by a new master key, and forget the old one; give how many were wrapped.

        With the master key in a file of its own, copies of the key file from before are worthless afterwards.
        """
        new = AESGCM.generate_key(256)
        with self._changing():
            rows = list(self._file.execute("SELECT id, subject, drawer, wrapped FROM keys WHERE wrapped IS NOT NULL"))
            keys = [self._unwrapped(bytes(row[0]), row[1], row[2], row[3]) for row in rows]
            if self._master_file is not None:
                _write_secret(_next(self._master_file), new)
            self._master = AESGCM(new)
            self._file.executemany("UPDATE keys SET wrapped = ? WHERE id = ?", [(self._wrapped(k), k.id) for k in keys])
            kept = None if self._master_file is not None else new
            self._file.execute("UPDATE master SET mark = ?, raw = ? WHERE number = 1", (_mark(new), kept))
        if self._master_file is not None:
            os.replace(_next(self._master_file), self._master_file)
        self._compact()
        return len(keys)

    def copy_into(self, path: Path) -> None:
        """Copy the key file to a new place, for a record restored elsewhere. Refuses a place that is taken."""
        if path.exists():
            raise ConflictError(f"{path} exists already.", code="record.exists", path=str(path))
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(_connect(path)) as other:
            self._file.backup(other)

    # parts

    def _living(self, asked: set[tuple[str, str]]) -> dict[tuple[str, str], Key]:
        found: dict[tuple[str, str], Key] = {}
        for part in _parts(sorted({subject for subject, _ in asked})):
            marks = ",".join("?" * len(part))
            rows = self._file.execute(
                f"SELECT id, subject, drawer, wrapped FROM keys WHERE subject IN ({marks}) AND wrapped IS NOT NULL",  # noqa: S608
                part,
            )
            for key_id, subject, drawer, wrapped in rows:
                if (subject, drawer) in asked:
                    found[subject, drawer] = self._unwrapped(bytes(key_id), subject, drawer, wrapped)
        return found

    def _wrapped(self, key: Key) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._master.encrypt(nonce, key.raw, key.bound_to("wrapped") + key.id)

    def _unwrapped(self, key_id: bytes, subject: str, drawer: str, wrapped: bytes) -> Key:
        bound = "\n".join(("pairup-closed-1", subject, drawer, "wrapped")).encode() + key_id
        try:
            return Key(key_id, subject, drawer, self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound))
        except InvalidTag:
            raise _bad_file(self.path) from None

    def _read_master(self) -> bytes:
        mark, raw = self._file.execute("SELECT mark, raw FROM master WHERE number = 1").fetchone()
        if raw is not None:
            return bytes(raw)
        places = [] if self._master_file is None else [self._master_file, _next(self._master_file)]
        for place in places:  # the second holds it after a rotation that was cut off at its last step
            if place.exists() and _mark(found := base64.b64decode(place.read_text(encoding="ascii"))) == mark:
                if place != self._master_file:
                    os.replace(place, places[0])
                return found
        raise InputError(
            f"The master key of the key file {self.path} is not at hand.",
            hint="PAIRUP_MASTER_KEY names the file that holds it.",
            code="vault.no-master-key", path=str(self.path),
        )  # fmt: skip

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def _compact(self) -> None:
        """Write the file anew, so that nothing of a destroyed key is left between its pages."""
        self._file.execute("VACUUM")


def _make(path: Path, master: Path | None) -> None:
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}.", code="record.no-folder", path=str(path.parent))
    raw = AESGCM.generate_key(256)
    if master is not None:
        if master.exists():
            raw = base64.b64decode(master.read_text(encoding="ascii"))
        else:
            _write_secret(master, raw)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with contextlib.closing(_connect(part)) as file:
            file.executescript(_SCHEMA)
            file.execute("INSERT INTO master VALUES (1, ?, ?)", (_mark(raw), None if master is not None else raw))
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(part, path)
    finally:
        part.unlink()


def _connect(path: Path) -> sqlite3.Connection:
    import sqlite3  # late: the services choose which SQLite this is

    file: Any = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        for pragma in ("secure_delete=ON", "journal_mode=DELETE", "synchronous=EXTRA", "foreign_keys=ON"):
            file.execute(f"PRAGMA {pragma}")
    except sqlite3.DatabaseError:
        raise _bad_file(path) from None
    connection: sqlite3.Connection = file
    return connection


def _write_secret(path: Path, raw: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(base64.b64encode(raw) + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _mark(raw: bytes) -> str:
    return hashlib.sha256(b"pairup-master\n" + raw).hexdigest()[:16]


def _parts(items: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


def _bad_file(path: Path) -> ConflictError:
    return ConflictError(
        f"{path} is not the key file of this record, or was changed.",
        hint="Put back the key file that belongs to it.", code="vault.bad-keys", path=str(path),
    )  # fmt: skip
