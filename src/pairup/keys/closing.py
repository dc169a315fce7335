"""Closes and opens texts with AES-256-GCM (NIST SP 800-38D): one key a person and drawer, a fresh nonce a text.

A closed text is base64 of: format (1 byte), key's id (16), nonce (12), ciphertext and tag. What it belongs to is
authenticated with it: the person and drawer of the key, and a context that the caller names. Put elsewhere, it does
not open.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pairup.errors import ConflictError

FORMAT = b"\x01"
ID_BYTES = 16
_NONCE = 12


@dataclass(slots=True, repr=False)
class Key:
    """The key of one drawer of one person. It is secret, so it is never shown."""

    id: bytes
    subject: str  # programme/code of the person
    drawer: str  # what is kept together and destroyed together
    raw: bytes
    _cipher: AESGCM = field(init=False)

    def __post_init__(self) -> None:
        self._cipher = AESGCM(self.raw)

    def bound_to(self, context: str) -> bytes:
        """Give what is authenticated with a text beside its content."""
        return "\n".join(("pairup-closed-1", self.subject, self.drawer, context)).encode()

    def close(self, content: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return FORMAT + self.id + nonce + self._cipher.encrypt(nonce, content, self.bound_to(context))

    def open(self, closed: bytes, context: str) -> bytes:
        at = len(FORMAT) + ID_BYTES
        return self._cipher.decrypt(closed[at : at + _NONCE], closed[at + _NONCE :], self.bound_to(context))


def close_text(key: Key, content: bytes, context: str) -> str:
    """Close content for one context: give it as text that a cell or a column can hold."""
    return base64.b64encode(key.close(content, context)).decode()


def _raw(closed: str) -> bytes:
    try:
        raw = base64.b64decode(closed, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if raw[:1] != FORMAT or len(raw) < len(FORMAT) + ID_BYTES + _NONCE + 16:
        raise _changed("unreadable")
    return raw


def key_id_of(closed: str) -> bytes:
    """Give the id of the key that a text was closed with."""
    return _raw(closed)[len(FORMAT) : len(FORMAT) + ID_BYTES]


def open_text(key: Key, closed: str, context: str) -> bytes:
    """Open a text. Refused: one that was changed, or stands where it was not put."""
    try:
        return key.open(_raw(closed), context)
    except InvalidTag:
        raise _changed(context.partition("\n")[0]) from None


def _changed(where: str) -> ConflictError:
    return ConflictError(
        f"A closed part of {where} was changed, or belongs to another row.",
        hint="`pairup verify` says which rows differ; a backup has them as they were.",
        code="vault.changed", where=where,
    )  # fmt: skip
