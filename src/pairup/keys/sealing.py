"""Seals a complaint to a body outside, and its answer to whoever holds the receipt code. The browser does the same.

The browser's half is `web/static/web/sealing.js`; fixed vectors and round trips in both directions keep the two alike.
An envelope is: version (1 byte), a fresh public key (65), AES-256-GCM ciphertext and tag. Key and nonce come from ECDH
on P-256 through HKDF-SHA256; the fresh key makes both fresh. P-256 and not X25519: every browser that has WebCrypto has
it, X25519 came to Chromium only in 2025, and an old laptop is what many will write on.

What is sealed is filled up to one of three sizes, so that an envelope tells one of three lengths and no more. Whoever
complained keeps a code of 16 digits. It is stretched in the browser and never sent; out of it come a receipt, which the
record keeps, and the key that answers are sealed with, which lies inside the envelope. Nobody but the two can tell
which answer is whose: the record keeps each under a tag that only they can work out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from pairup.errors import InputError

VERSION = b"\x01"
#: bytes of what is sealed, filled up; four of them say how long the content is
SIZES = (4096, 16384, 65536)
ANSWER_SIZE = 4096
#: answers to one complaint at most; a page asks for all of them each time, whether they are there or not
MOST_ANSWERS = 4
_POINT, _TAG, _NONCE, _LENGTH = 65, 16, 12, 4
#: lengths an envelope can have
ENVELOPES = tuple(len(VERSION) + _POINT + size + _TAG for size in SIZES)
SEALED_ANSWER = _NONCE + ANSWER_SIZE + _TAG
DIGITS = 16
#: rounds of PBKDF2 between a code and what the record keeps of it: half a second in a browser
_ROUNDS = 600_000
_CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """What a code stands for. It opens answers, so it is never shown."""

    receipt: str  # hexadecimal; the record keeps it
    answer_key: bytes


@dataclass(frozen=True, slots=True)
class Complaint:
    """What lay in an envelope."""

    text: str
    answer_key: bytes


def make_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(_CURVE)


def public_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as 65 bytes (X9.62, uncompressed)."""
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def read_public(text: str) -> bytes:
    """Read a public key from base64. Refuses what is no point of the curve."""
    try:
        raw = base64.b64decode(text.strip(), validate=True)
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)
    except ValueError as error:
        raise InputError(
            "This is no public key of a box.", hint="`pairup complaints key` writes one; hand over the file .pub.",
            code="complaints.no-public-key",
        ) from error  # fmt: skip
    if len(raw) != _POINT:
        raise InputError("This is no public key of a box.", code="complaints.no-public-key")
    return raw


def write_public(public: bytes) -> str:
    """Write a public key as it is handed over and published: base64."""
    return base64.b64encode(public).decode()


def mark_of(public: bytes) -> str:
    """The number of a public key: eight groups of five digits, to compare by eye or read out in any language."""
    digest = hashlib.sha256(b"pairup-box-key-1" + public).digest()
    return " ".join(f"{int.from_bytes(digest[at : at + 4]) % 100_000:05d}" for at in range(0, 32, 4))


def write_private(key: ec.EllipticCurvePrivateKey, passphrase: str) -> bytes:
    """Write a private key, encrypted with a passphrase (PKCS 8, PEM)."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )  # fmt: skip


def read_private(content: bytes, passphrase: str) -> ec.EllipticCurvePrivateKey:
    """Read a private key. Refuses another kind of key, and a passphrase that is not its own."""
    try:
        key = serialization.load_pem_private_key(content, passphrase.encode())
    except (ValueError, TypeError) as error:
        raise _no_key() from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != _CURVE.name:
        raise _no_key()
    return key


def _no_key() -> InputError:
    return InputError("This is no key of a box, or the passphrase is another.", code="complaints.no-private-key")


# --- complaints ------------------------------------------------------------------------------------------------------


def seal(text: str, answer_key: bytes, public: bytes) -> bytes:
    """Seal a complaint. Refuses one that is longer than the largest size holds."""
    said = {"text": text, "answer_key": base64.b64encode(answer_key).decode()}
    content = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    size = next((size for size in SIZES if len(content) <= size - _LENGTH), None)
    if size is None:
        raise too_long()
    return seal_with(make_key(), _filled(content, size), public)


def too_long() -> InputError:
    return InputError(
        f"This is longer than {SIZES[-1] // 1024} kB.", hint="Shorten it, or send it in parts; each gets its own code.",
        code="complaints.too-long", kilobytes=SIZES[-1] // 1024,
    )  # fmt: skip


def seal_with(fresh: ec.EllipticCurvePrivateKey, padded: bytes, public: bytes) -> bytes:
    """Seal with a given fresh key. Used once only: key and nonce follow from it."""
    point = public_of(fresh)
    shared = fresh.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public))
    cipher, nonce = _cipher(shared, point, public)
    return VERSION + point + cipher.encrypt(nonce, padded, VERSION + point + public)


def open_sealed(envelope: bytes, key: ec.EllipticCurvePrivateKey) -> Complaint:
    """Open an envelope. Refuses one that was sealed to another key, or changed."""
    public = public_of(key)
    at = len(VERSION) + _POINT
    point, closed = envelope[len(VERSION) : at], envelope[at:]
    try:
        if envelope[:1] != VERSION or len(envelope) not in ENVELOPES:
            raise ValueError("another format")
        shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point))
        cipher, nonce = _cipher(shared, point, public)
        said = json.loads(_emptied(cipher.decrypt(nonce, closed, VERSION + point + public)))
        return Complaint(str(said["text"]), base64.b64decode(said["answer_key"], validate=True))
    except (ValueError, KeyError, TypeError, InvalidTag) as error:
        raise InputError(
            "This complaint was sealed to another key, or was changed.", code="complaints.does-not-open"
        ) from error


def _cipher(shared: bytes, point: bytes, public: bytes) -> tuple[AESGCM, bytes]:
    made = HKDF(hashes.SHA256(), 32 + _NONCE, point + public, b"pairup-complaint-1").derive(shared)
    return AESGCM(made[:32]), made[32:]


def _filled(content: bytes, size: int) -> bytes:
    return len(content).to_bytes(_LENGTH) + content + bytes(size - _LENGTH - len(content))


def _emptied(padded: bytes) -> bytes:
    return padded[_LENGTH : _LENGTH + int.from_bytes(padded[:_LENGTH])]


# --- codes and answers -----------------------------------------------------------------------------------------------


def make_code() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


def read_code(given: str) -> str:
    """Read a code as somebody types it: blanks and strokes between, or the wide digits of a Chinese keyboard."""
    digits = "".join(one for one in unicodedata.normalize("NFKC", given) if one.isdecimal())
    if len(digits) != DIGITS or not digits.isascii():
        raise InputError(f"A code has {DIGITS} digits.", code="complaints.no-code", digits=DIGITS)
    return digits


def receipt_of(code: str) -> Receipt:
    """Stretch a code into the receipt and the key of the answers."""
    stretched = PBKDF2HMAC(hashes.SHA256(), 32, b"pairup-receipt-1", _ROUNDS).derive(read_code(code).encode())
    return Receipt(_derived(stretched, "receipt").hex(), _derived(stretched, "answers"))


def tag_of(answer_key: bytes, number: int) -> str:
    """Under which name the record keeps the answer of this number. Refuses a number that no page asks for."""
    if not 1 <= number <= MOST_ANSWERS:
        raise InputError(
            f"A complaint has answers 1 to {MOST_ANSWERS}.", code="complaints.answer-number", most=MOST_ANSWERS
        )
    return _derived(answer_key, f"tag {number}").hex()


def seal_answer(text: str, answer_key: bytes, number: int) -> bytes:
    """Seal an answer to whoever complained. Refuses one that is too long."""
    content = text.encode()
    if len(content) > ANSWER_SIZE - _LENGTH:
        raise InputError(
            f"An answer holds {ANSWER_SIZE - _LENGTH} bytes, and this one {len(content)}.",
            hint=f"A Chinese character is three bytes; a complaint has up to {MOST_ANSWERS} answers.",
            code="complaints.answer-too-long", bytes=len(content), most=ANSWER_SIZE - _LENGTH,
        )  # fmt: skip
    nonce = os.urandom(_NONCE)
    cipher = AESGCM(_derived(answer_key, "seal"))
    return nonce + cipher.encrypt(nonce, _filled(content, ANSWER_SIZE), tag_of(answer_key, number).encode())


def open_answer(sealed: bytes, answer_key: bytes, number: int) -> str | None:
    """Open an answer; nothing where it is not the answer of this number, as where there is none yet."""
    cipher = AESGCM(_derived(answer_key, "seal"))
    try:
        padded = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], tag_of(answer_key, number).encode())
    except InvalidTag:
        return None
    return _emptied(padded).decode()


def _derived(secret: bytes, what: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, f"pairup-receipt-1 {what}".encode()).derive(secret)
