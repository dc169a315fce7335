"""Mail: the server that an operator named, and letters handed to it one by one. Without one nothing is ever sent.

A letter is claimed by its key before it is sent, so that two runs at once, or one that is repeated, send it once. A
letter that the server does not take gives its claim back and is sent by the next run. A run that is killed between
claim and answer leaves the claim: a letter is lost rather than sent twice, and the next day's says again what it said.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import SplitResult, unquote, urlsplit

from pairup.errors import ConflictError, InputError
from pairup.journal.checkpoint import PublicKey
from pairup.journal.letters import Addresses, is_address, letters
from pairup.record.acting import whole
from pairup.record.mail import MailSent

#: seconds that a server may take to answer
_PATIENCE = 20
#: days after which it is forgotten that a letter was sent
_REMEMBERED = timedelta(days=35)
_PORTS = {"smtp": 587, "smtps": 465}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed in. `smtps` speaks TLS from the first byte; `smtp` turns to it, but on this machine."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, letter: bytes, sender: str, to: Sequence[str]) -> None:
        """Hand in one letter. Refused: an address that the server does not take; a server that fails.

        What a server answers is not told on: it may repeat the letter, an address or the password.
        """
        try:
            with self._open() as line:
                if self.user:
                    line.login(self.user, self.password)
                line.sendmail(sender, list(to), letter)
        except smtplib.SMTPRecipientsRefused as error:
            raise ConflictError(
                "The mail server does not take an address.", hint="It is tried again by the next run.",
                code="mail.address-refused",
            ) from error  # fmt: skip
        except (smtplib.SMTPException, OSError) as error:
            raise ConflictError(
                f"The mail server {self.host}:{self.port} took no letter ({type(error).__name__}).",
                hint="Nothing is lost: run it again.",
                code="mail.server-failed", host=self.host, port=self.port, said=type(error).__name__,
            ) from error  # fmt: skip

    def _open(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE, context=ssl.create_default_context())
        line = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE)
        if self.host not in _LOCAL:
            try:
                line.starttls(context=ssl.create_default_context())
            except (smtplib.SMTPException, OSError):
                line.close()
                raise
        return line


def is_on() -> bool:
    """Whether an operator named a server, a sender and the site's address: all three, or no mail."""
    return all(os.environ.get(name) for name in ("PAIRUP_MAIL_URL", "PAIRUP_MAIL_FROM", "PAIRUP_MAIL_SITE"))


def named_server() -> Server:
    """The server of PAIRUP_MAIL_URL: `smtps://USER:PASSWORD@HOST:PORT` or `smtp://…`, parts percent-encoded.

    Refused: none, another scheme, no host. What was given is not repeated, since a password stands in it.
    """
    given = os.environ.get("PAIRUP_MAIL_URL", "")
    if not given:
        raise InputError(
            "No mail server is named, so nothing is sent.", hint="Set PAIRUP_MAIL_URL.", code="mail.no-server"
        )
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise InputError(
            "PAIRUP_MAIL_URL is no address of a mail server.", hint="Write smtps://USER:PASSWORD@HOST:PORT.",
            code="mail.bad-server",
        )  # fmt: skip
    return Server(
        parts.scheme, parts.hostname, port or _PORTS[parts.scheme], unquote(parts.username or ""),
        unquote(parts.password or ""),
    )  # fmt: skip


def named_sender() -> str:
    """The address that letters come from, of PAIRUP_MAIL_FROM. Refuses what is none."""
    given = os.environ.get("PAIRUP_MAIL_FROM", "")
    if not is_address(given):
        raise InputError(
            f"PAIRUP_MAIL_FROM is no mail address: {given!r}.", code="mail.bad-address", given=given,
        )  # fmt: skip
    return given


def named_site() -> str:
    """The site's address, that links in letters begin with, of PAIRUP_MAIL_SITE. Refuses what is none."""
    given = os.environ.get("PAIRUP_MAIL_SITE", "").rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("https", "http") or not parts.netloc or "@" in parts.netloc or parts.query:
        raise InputError(
            f"PAIRUP_MAIL_SITE is no address of a site: {given!r}.", hint="For example https://pairs.example.org.",
            code="mail.bad-site", given=given,
        )  # fmt: skip
    return given


def send_once(key: str, letter: bytes, *, server: Server, sender: str, to: Sequence[str], at: datetime) -> bool:
    """Send a letter unless one of this key was sent; gives whether it was sent now. A refused one may be sent again."""
    with whole():
        _, is_new = MailSent.objects.get_or_create(key=key, defaults={"at": at})
    if not is_new:
        return False
    try:
        server.send(letter, sender, to)
    except BaseException:
        with whole():
            MailSent.objects.filter(key=key).delete()
        raise
    return True


@whole()
def was_sent(key: str) -> bool:
    """Whether a letter of this key was sent."""
    return bool(MailSent.objects.filter(key=key).exists())


@whole()
def forget_sent(*, at: datetime) -> None:
    """Forget which letters were sent more than 35 days ago."""
    MailSent.objects.filter(at__lt=at - _REMEMBERED).delete()


def send_checkpoint(note: str, key: PublicKey, addresses: Addresses, *, server: Server, at: datetime) -> list[str]:
    """Send a signed checkpoint to the offices that have had none today; gives which it was sent to.

    Refused: a server that fails, or that does not take an office's address, after the others were sent theirs. A
    checkpoint signed later in the day says all that an earlier one said, so the next run sends that.
    """
    sent, refused = [], None
    for (office, boxes), (_, letter) in zip(addresses.offices.items(), letters(note, key, addresses), strict=True):
        try:
            wanted = f"checkpoint {at.date().isoformat()} {office}"
            if send_once(wanted, letter, server=server, sender=addresses.sender, to=boxes, at=at):
                sent.append(office)
        except ConflictError as error:
            refused = error
    if refused is not None:
        raise refused
    return sent
