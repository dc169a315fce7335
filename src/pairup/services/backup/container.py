"""The file that a backup is: a head in plain words, then sealed frames. A file that was cut or changed cannot be read.

    line 1   JSON: format, cipher, and what the backup says of itself
    line 2   SHA-256 of line 1
    frames   1 byte (1 = the last), 4 bytes length, the bytes, their seal

Without a passphrase a frame's seal is a SHA-256 over the seal before it and its own bytes, which finds damage. With
one, frames are AES-256-GCM under a key that scrypt makes of it; the seal of the head goes into every frame, so that
neither head nor frames can be exchanged. A frame's number is its nonce: the key is of this file alone, by its salt.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import secrets
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pairup.errors import InputError

FORMAT = 1
FRAME = 1 << 20
_HEAD = struct.Struct(">BI")
_LAST, _MORE = 1, 0
#: scrypt's cost: 32 MiB and a tenth of a second a guess
_COST = {"n": 1 << 15, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class _Seal:
    """Seals frames one after another and opens them; without a cipher it only chains digests."""

    head: bytes
    cipher: AESGCM | None

    def close(self, number: int, flag: int, raw: bytes, before: bytes) -> tuple[bytes, bytes]:
        """Give what is written of a frame, and its seal."""
        if self.cipher is not None:
            sealed = self.cipher.encrypt(_nonce(number), raw, self.head + bytes([flag]))
            return sealed, sealed[-16:]
        seal = hashlib.sha256(before + bytes([flag]) + raw).digest()
        return raw + seal, seal

    def open(self, number: int, flag: int, sealed: bytes, before: bytes) -> tuple[bytes, bytes] | None:
        """Give a frame's bytes and its seal; None where the frame is not what was written."""
        if self.cipher is not None:
            try:
                return self.cipher.decrypt(_nonce(number), sealed, self.head + bytes([flag])), sealed[-16:]
            except InvalidTag:
                return None
        raw, seal = sealed[:-32], sealed[-32:]
        is_whole = seal == hashlib.sha256(before + bytes([flag]) + raw).digest()
        return (raw, seal) if is_whole else None


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _key(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> tuple[AESGCM, str]:
    """Make the key of a file, and a mark by which a wrong passphrase is told from a damaged file."""
    raw = hashlib.scrypt(passphrase.encode(), salt=salt, maxmem=1 << 28, dklen=48, **cost)
    return AESGCM(raw[:32]), hashlib.sha256(b"mark" + raw[32:]).hexdigest()[:16]


class Frames(io.RawIOBase):
    """Writes bytes as sealed frames; `finish` writes the last one and brings all of it to the disk."""

    def __init__(self, out: BinaryIO, about: Mapping[str, Any], passphrase: str | None) -> None:
        head: dict[str, Any] = {"pairup_backup": FORMAT, "cipher": None, "about": dict(about)}
        cipher = None
        if passphrase is not None:
            salt = secrets.token_bytes(16)
            cipher, mark = _key(passphrase, salt, _COST)
            head["cipher"] = {
                "name": "AES-256-GCM", "kdf": "scrypt", "salt": base64.b64encode(salt).decode(), "mark": mark, **_COST
            }  # fmt: skip
        line = json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        self._out, self._number, self._waiting = out, 0, bytearray()
        self._last = hashlib.sha256(line).digest()
        self._seal = _Seal(self._last, cipher)
        out.write(line + b"\n" + self._last.hex().encode() + b"\n")

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._waiting += data
        while len(self._waiting) > FRAME:
            self._put(_MORE, bytes(self._waiting[:FRAME]))
            del self._waiting[:FRAME]
        return len(data)

    def finish(self) -> None:
        self._put(_LAST, bytes(self._waiting))
        self._waiting.clear()
        self._out.flush()
        os.fsync(self._out.fileno())

    def _put(self, flag: int, raw: bytes) -> None:
        written, self._last = self._seal.close(self._number, flag, raw, self._last)
        self._out.write(_HEAD.pack(flag, len(written)) + written)
        self._number += 1


class Unframed(io.RawIOBase):
    """Reads what frames hold, front to back; a frame that is missing or changed is refused."""

    def __init__(self, path: Path, file: BinaryIO, head: Head, passphrase: str | None) -> None:
        self._path, self._file, self._number = path, file, 0
        self._seal = _Seal(head.seal, _opened(path, head, passphrase))
        self._before, self._held, self._is_last = head.seal, b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._held and not self._is_last:
            self._next()
        taken = min(len(buffer), len(self._held))
        buffer[:taken] = self._held[:taken]
        self._held = self._held[taken:]
        return taken

    def drain(self) -> None:
        """Read to the end, so that the whole file is known to be what was written."""
        while not self._is_last:
            self._next()
        self._held = b""
        if self._file.read(1):
            raise _damaged(self._path, self._number)

    def _next(self) -> None:
        start = self._file.read(_HEAD.size)
        if len(start) < _HEAD.size:
            raise _cut(self._path)
        flag, size = _HEAD.unpack(start)
        if flag not in (_LAST, _MORE) or size > FRAME + 64:
            raise _damaged(self._path, self._number)
        sealed = self._file.read(size)
        if len(sealed) < size:
            raise _cut(self._path)
        found = self._seal.open(self._number, flag, sealed, self._before)
        if found is None:
            raise _damaged(self._path, self._number)
        self._held, self._before = found
        self._is_last = flag == _LAST
        self._number += 1


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says of itself in plain words, and the seal over that."""

    about: dict[str, Any]
    cipher: dict[str, Any] | None
    seal: bytes
    size: int


def read_head(path: Path) -> Head:
    """Read what a backup says of itself; no passphrase is needed. Refuses a file that is none, or a changed head."""
    try:
        with path.open("rb") as file:
            line, said = file.readline(FRAME * 64), file.readline(200)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", hint="Name a file that `pairup backup` made.",
            code="backups.unreadable", path=str(path), error=error.strerror or "",
        ) from error  # fmt: skip
    seal = hashlib.sha256(line.rstrip(b"\n")).digest()
    if not line.startswith(b'{"about":') or said.strip() != seal.hex().encode():
        raise InputError(
            f"{path} is no backup of pairup, or its beginning was changed.", hint="Take another backup.",
            code="backups.no-backup", path=str(path),
        )  # fmt: skip
    head = json.loads(line)
    if head["pairup_backup"] != FORMAT:
        raise InputError(
            f"{path} has format {head['pairup_backup']}; this version reads {FORMAT}.",
            hint="Restore it with the version that made it.",
            code="backups.format", path=str(path), found=head["pairup_backup"], known=FORMAT,
        )  # fmt: skip
    return Head(head["about"], head["cipher"], seal, len(line) + len(said))


@contextmanager
def frames_of(path: Path, passphrase: str | None) -> Iterator[Unframed]:
    """Open the frames of a backup; on leaving without an error, all of the file has been read and found whole."""
    head = read_head(path)
    with path.open("rb") as file:
        file.seek(head.size)
        frames = Unframed(path, file, head, passphrase)
        yield frames
        frames.drain()


def _opened(path: Path, head: Head, passphrase: str | None) -> AESGCM | None:
    if head.cipher is None:
        return None
    if passphrase is None:
        raise InputError(
            f"{path} is encrypted.", hint="Give its passphrase with --passphrase-file.",
            code="backups.passphrase-needed", path=str(path),
        )  # fmt: skip
    salt = base64.b64decode(head.cipher["salt"])
    cipher, mark = _key(passphrase, salt, {name: int(head.cipher[name]) for name in _COST})
    if mark != head.cipher["mark"]:
        raise InputError(
            f"This is not the passphrase of {path}.", hint="Blanks and line ends at its end do not count.",
            code="backups.passphrase-wrong", path=str(path),
        )  # fmt: skip
    return cipher


def _cut(path: Path) -> InputError:
    return InputError(
        f"{path} is not whole: its end is missing.", hint="Take another backup; copy it again from where it was made.",
        code="backups.cut", path=str(path),
    )  # fmt: skip


def _damaged(path: Path, frame: int) -> InputError:
    return InputError(
        f"{path} was changed in frame {frame}.", hint="Take another backup; copy it again from where it was made.",
        code="backups.damaged", path=str(path), frame=frame,
    )  # fmt: skip
