"""Letters that carry a checkpoint to the three offices: files of RFC 5322 that any mail program can send.

Nothing is sent from here (`services.mail` does, where an operator named a server). The same note gives the same
letters, byte for byte.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from pairup.errors import InputError
from pairup.journal.checkpoint import PublicKey, open_note
from pairup.values.words import Words

#: who keeps checkpoints; a rewritten journal would have to suit all three
OFFICES = ("programme_office", "donor_office", "recipient_office")
#: one address of a mail box, in the letters that every mail server takes; nothing that could begin another header
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Who sends, and the mail boxes of each office."""

    sender: str
    offices: Mapping[str, tuple[str, ...]]


def read_addresses(path: Path) -> Addresses:
    """Read the operator's file of addresses: TOML, `from = "…"` and a list of addresses for each of the three offices.

    Refused: a file that is missing or no TOML, an office without an address, an address that is none, another name.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"The offices' addresses cannot be read from {path}: {error}.",
            hint=f'Write it: from = "…", and for each of {", ".join(OFFICES)} a list of addresses.',
            code="log.no-addresses", path=str(path), said=str(error),
        ) from error  # fmt: skip
    lists = {name: [said.get(name)] if name == "from" else said.get(name) for name in ("from", *OFFICES)}
    wrong = sorted(set(said) - set(lists)) + [name for name, some in lists.items() if not _are_addresses(some)]
    if wrong:
        raise InputError(
            f"{path} does not give each office its addresses: {', '.join(wrong)}.",
            hint='For example: recipient_office = ["records@office.example"].',
            code="log.bad-addresses", path=str(path), names=", ".join(wrong),
        )  # fmt: skip
    return Addresses(said["from"], {office: tuple(said[office]) for office in OFFICES})


def _are_addresses(some: object) -> bool:
    if not isinstance(some, list) or not some:
        return False
    return all(is_address(one) for one in some)


def is_address(given: object) -> bool:
    """Whether something is the address of a mail box, and no more than that."""
    return isinstance(given, str) and _ADDRESS.fullmatch(given) is not None


def letters(note: str, key: PublicKey, addresses: Addresses) -> Iterator[tuple[str, bytes]]:
    """Give the name and the bytes of each office's letter: the note as it was signed, and how to keep it.

    Refused: a note that the key did not sign.
    """
    mark = open_note(note, [key])
    facts = {"log": mark.origin, "size": mark.size, "day": mark.at.date(), "key": str(key), "note": note.strip()}
    text = "\n\n".join(Words("log.letter", facts).say(language) for language in ("en", "zh_Hans"))
    for office, boxes in addresses.offices.items():
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["To"] = addresses.sender, ", ".join(boxes)
        letter["Subject"] = Words("log.letter-subject", facts).say("en")
        letter["Date"] = mark.at
        name = f"checkpoint-{mark.at:%Y%m%dT%H%M%SZ}-{mark.size}"
        letter["Message-ID"] = f"<{name}-{mark.head.hex()[:16]}-{office}@{addresses.sender.partition('@')[2]}>"
        letter.set_content(f"{text}\n", cte="base64")
        letter.add_attachment(note.encode(), maintype="text", subtype="plain", filename=f"{name}.txt")
        letter.set_boundary(f"{name}-{mark.head.hex()}")
        yield f"{name}-{office}.eml", letter.as_bytes()
