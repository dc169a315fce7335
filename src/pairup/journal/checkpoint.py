"""Checkpoints: how long the log was and what its head was, signed, for others to keep.

A checkpoint is a signed note as transparency logs use it (C2SP `tlog-checkpoint` and `signed-note`): lines of text, an
empty line, and one signature (Ed25519, RFC 8032) a line. Whoever keeps one can tell later whether the log they are
shown still begins with what was there on that day; nobody can make the log forget that, not even with the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pairup.errors import InputError
from pairup.journal.tree import Hash
from pairup.values.words import Words

#: the kind of key, as the format numbers them
_ED25519 = b"\x01"
_DASH = "—"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log called `origin` had `size` entries and this head at a moment."""

    origin: str
    size: int
    head: Hash
    at: datetime

    def text(self) -> str:
        """Give the lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_b64(self.head)}\n{self.at.isoformat()}\n"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What checks a checkpoint: a name and 32 bytes, written `name+hash+key`."""

    name: str
    raw: bytes

    @property
    def tag(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(f"{self.name}\n".encode() + _ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.tag.hex()}+{_b64(_ED25519 + self.raw)}"

    @classmethod
    def read(cls, said: str) -> PublicKey:
        """Read a key as it is written. Refuses one that is torn or of another kind."""
        name, _, rest = said.strip().partition("+")
        tag, _, coded = rest.partition("+")
        raw = _bytes(coded)
        if raw is None or len(raw) != 33 or raw[:1] != _ED25519 or not name:
            raise _no_key(said)
        key = cls(name, raw[1:])
        if key.tag.hex() != tag:
            raise _no_key(said)
        return key


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """What signs checkpoints. It is secret, so it is never shown; `text` is for the file that holds it."""

    name: str
    seed: bytes

    @classmethod
    def new(cls, name: str) -> SigningKey:
        """Make a key from the machine's own randomness. Refuses a name with a plus sign or white space."""
        if not name or "+" in name or any(letter.isspace() for letter in name):
            raise InputError(
                f"{name!r} cannot name a log.", hint="Use letters, digits, dots, dashes and slashes.",
                code="log.bad-name", name=name,
            )  # fmt: skip
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self._key().public_key().public_bytes_raw())

    def text(self) -> str:
        """Write the key as the format has it."""
        return f"PRIVATE+KEY+{self.name}+{self.public.tag.hex()}+{_b64(_ED25519 + self.seed)}"

    @classmethod
    def read(cls, said: str) -> SigningKey:
        """Read a key as `text` wrote it; the text of a refusal shows nothing of it."""
        parts = said.strip().split("+", 4)  # what is coded may hold a plus of its own
        raw = _bytes(parts[4]) if len(parts) == 5 and parts[:2] == ["PRIVATE", "KEY"] else None
        if raw is None or len(raw) != 33 or raw[:1] != _ED25519:
            raise _no_key("PRIVATE+KEY+…")
        key = cls(parts[2], raw[1:])
        if key.public.tag.hex() != parts[3]:
            raise _no_key("PRIVATE+KEY+…")
        return key

    def sign(self, checkpoint: Checkpoint) -> str:
        """Give the note: the checkpoint's lines, an empty line, the signature."""
        text = checkpoint.text()
        signature = self.public.tag + self._key().sign(text.encode())
        return f"{text}\n{_DASH} {self.name} {_b64(signature)}\n"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def open_note(note: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """Check a note's signature and give its checkpoint.

    Refused: a note that none of the keys signed, a signature that does not fit, lines that are no checkpoint. Further
    signatures by keys that are not at hand (of witnesses) are passed over.
    """
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    known = {(key.name, key.tag): key for key in keys}
    is_signed = False
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, coded = rest.partition(" ")
        signature = _bytes(coded)
        if dash != _DASH or signature is None or len(signature) < 5:
            raise _no_note("unreadable")
        key = known.get((name, signature[:4]))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(signature[4:], text.encode())
        except InvalidSignature:
            raise _no_note("forged") from None
        is_signed = True
    if not is_signed:
        raise _no_note("unsigned")
    return _read(text)


def _read(text: str) -> Checkpoint:
    lines = text.splitlines()
    try:
        origin, size, head, at = lines[:4]
        found = Checkpoint(origin, int(size), base64.b64decode(head, validate=True), datetime.fromisoformat(at))
    except (ValueError, binascii.Error):
        raise _no_note("lines") from None
    if len(found.head) != 32 or found.size < 0 or str(found.size) != size or not origin:
        raise _no_note("lines")
    return found


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(said: str) -> bytes | None:
    try:
        return base64.b64decode(said, validate=True)
    except (ValueError, binascii.Error):
        return None


def _no_key(said: str) -> InputError:
    return InputError(
        f"This is no key of a log: {said[:60]}", hint="Give it as it was published: name+hash+key.",
        code="log.no-key", said=said[:60],
    )  # fmt: skip


def _no_note(what: str) -> InputError:
    fault = Words(f"log.note-{what}")
    return InputError(
        f"This checkpoint cannot be relied on: {fault}.", hint="Compare it with the copies that the offices keep.",
        code="log.no-checkpoint", fault=fault,
    )  # fmt: skip
