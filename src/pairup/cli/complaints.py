"""`complaints`: the sealed box. The body outside opens and answers; offices carry what they cannot read."""

from __future__ import annotations

import os
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pairup.cli.options import ACTOR, DAY, ON, RECORD, day_of, now
from pairup.errors import ConflictError, InputError
from pairup.keys.phrase import passphrase_in

if TYPE_CHECKING:
    from pairup.keys.box import Kept

_FILE = click.Path(path_type=Path, dir_okay=False)
_KEY = click.option("--key", "key_file", type=_FILE, required=True, help="The file of the body's own key.")
_BOX = click.argument("box_file", metavar="BOX", type=_FILE)
_PASSPHRASE = click.option(
    "--passphrase-file", type=_FILE, help="The passphrase is the first line of this file. [default: ask]"
)


@click.group()
def complaints() -> None:
    """Complaints, sealed in the browser to a body outside the offices.

    `key`, `open` and `answer` are the body's own, on its own machine, without a record and without a network. The
    others are the record's: they name the body and carry files that nobody here can read.
    """


# --- the body outside ------------------------------------------------------------------------------------------------


@complaints.command("key")
@click.option("--into", type=_FILE, required=True, help="The file to make; the public key goes into FILE.pub.")
@_PASSPHRASE
def key(into: Path, passphrase_file: Path | None) -> None:
    """Make a key, encrypted with a passphrase, and print the number to publish."""
    public_file = into.with_name(f"{into.name}.pub")
    for path in (into, public_file):
        if path.exists():
            raise _taken(path)
    from pairup.keys import sealing

    made = sealing.make_key()
    public = sealing.public_of(made)
    _write(into, sealing.write_private(made, _passphrase(passphrase_file, is_new=True)))
    _write(public_file, f"{sealing.write_public(public)}\n".encode(), mode=0o644)
    click.echo(f"{into} opens complaints: keep it and its passphrase, on a machine of your own, and a copy elsewhere.")
    click.echo(f"{public_file} goes to the programme office.")
    click.echo("Publish this number where the offices cannot change it; the page shows it beside the box:")
    click.echo(sealing.mark_of(public))


@complaints.command("open")
@_BOX
@_KEY
@_PASSPHRASE
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="A folder for one file each.")
def open_box(box_file: Path, key_file: Path, passphrase_file: Path | None, into: Path | None) -> None:
    """Open every complaint of a BOX; say which do not open with this key."""
    from pairup.keys import sealing

    own = sealing.read_private(_read(key_file), _passphrase(passphrase_file))
    closed = 0
    for one in _kept(box_file):
        try:
            text = _printable(sealing.open_sealed(one.envelope, own).text)
        except InputError as error:
            closed += 1
            click.echo(f"{one.code}, {one.day}: {error.message}", err=True)
            continue
        if into is None:
            click.echo(f"--- {one.code}, {one.day}\n{text}\n")
        else:
            into.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(into / f"{one.code}.txt", f"{one.day}\n\n{text}\n".encode())
            click.echo(into / f"{one.code}.txt")
    if closed:
        raise InputError(
            f"{closed} complaints do not open with this key.",
            hint="Open them with the key from before, if there was one.",
            code="complaints.not-opened", count=closed,
        )  # fmt: skip


@complaints.command("answer")
@_BOX
@click.argument("code")
@_KEY
@_PASSPHRASE
@click.option("--text", "text_file", type=_FILE, required=True, help="The answer, as a text file.")
@click.option("--number", type=click.IntRange(1, 4), default=1, show_default=True, help="Which answer to it this is.")
@click.option("--into", type=_FILE, required=True, help="The file of answers to make, or to add to.")
def answer(
    box_file: Path, code: str, key_file: Path, passphrase_file: Path | None, text_file: Path, number: int, into: Path
) -> None:
    """Seal an answer to the complaint CODE, for whoever holds its receipt code."""
    from pairup.keys import box, sealing

    kept = next((one for one in _kept(box_file) if one.code == code), None)
    if kept is None:
        raise InputError(f"{box_file} holds no complaint {code}.", code="complaints.missing", complaint=code)
    own = sealing.read_private(_read(key_file), _passphrase(passphrase_file))
    answer_key = sealing.open_sealed(kept.envelope, own).answer_key
    try:
        text = _read(text_file).decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"{text_file} is no text in UTF-8.", code="complaints.no-text", path=str(text_file)) from error
    tag = sealing.tag_of(answer_key, number)
    known = box.read_answers(_read(into)) if into.exists() else []
    if any(one.tag == tag for one in known):
        raise ConflictError(
            f"{into} holds answer {number} to {code} already.", hint="Give the next number.",
            code="complaints.number-taken", path=str(into), number=number, complaint=code,
        )  # fmt: skip
    sealed = box.Answer(tag, sealing.seal_answer(text, answer_key, number))
    _write(into, box.write_answers([*known, sealed]), replaces=True)
    click.echo(f"{into} holds {len(known) + 1} answers. The programme office takes them in; it cannot read them.")


# --- the record ------------------------------------------------------------------------------------------------------


@complaints.command("recipient")
@click.argument("name")
@RECORD
@click.option("--name-zh", default="", help="The body's name in Chinese.")
@click.option("--key-file", type=_FILE, required=True, help="The body's public key, a file .pub.")
@click.option("--published-at", required=True, help="Where the body publishes the key's number.")
@click.option("--post", required=True, help="Where paper reaches the body.")
@click.option("--phone", required=True, help="Where a call reaches the body.")
@click.option("--answer-days", type=click.IntRange(1, 366), required=True, help="Days in which the body answers.")
@click.option("--from", "first", type=DAY, help="First day. [default: today]")
@click.option("--reason", default="", help="Why it changes; the page shows it.")
@ACTOR
def recipient(
    name: str, record: Path | str, name_zh: str, key_file: Path, published_at: str, post: str, phone: str,
    answer_days: int, first: datetime | None, reason: str, actor: str,
) -> None:  # fmt: skip
    """Name the body outside that complaints are sealed to: NAME. This opens the box."""
    service = _service(record)
    said = service.name_recipient(
        name, key=_read(key_file).decode("ascii", "replace"), published_at=published_at, post=post, phone=phone,
        answer_days=answer_days, actor=actor, at=now(), name_zh=name_zh, reason=reason,
        day=first.date() if first else None,
    )  # fmt: skip
    click.echo(f"From {said.day} on complaints are sealed to {said.name_en}, key {said.mark}.")
    click.echo(f"Compare the number with {said.published_at}.")


@complaints.command("close")
@RECORD
@click.option("--reason", required=True, help="Why; the page shows it.")
@ACTOR
def close(record: Path | str, reason: str, actor: str) -> None:
    """Close the box from today on. What it holds stays."""
    _service(record).close(reason=reason, actor=actor, at=now())
    click.echo("The box is closed. What it holds stays, and goes to the body with `pairup complaints export`.")


@complaints.command("export")
@RECORD
@click.option("--into", type=_FILE, required=True, help="The file to make.")
@ACTOR
def export(record: Path | str, into: Path, actor: str) -> None:
    """Write the box for the body outside. Nobody else can read what is in it."""
    if into.exists():
        raise _taken(into)
    _write(into, _service(record).export(actor=actor, at=now()))
    click.echo(f"{into}: for the body that complaints are sealed to, and nobody else can open it.")


@complaints.command("take-answers")
@click.argument("answers_file", metavar="ANSWERS", type=_FILE)
@RECORD
@ACTOR
def take_answers(answers_file: Path, record: Path | str, actor: str) -> None:
    """Take the body's ANSWERS into the record; whoever complained opens them with the receipt code."""
    count = _service(record).take_answers(_read(answers_file), actor=actor, at=now())
    click.echo(f"{count} new answers.")


@complaints.command("count")
@RECORD
@ON
def count(record: Path | str, on: datetime | None) -> None:
    """Say how many complaints came, month by month; under ten only that they were fewer."""
    from pairup.values.words import say

    for month in _service(record).read_counts(on=day_of(on)):
        told = say("complaints.fewer") if month.count is None else str(month.count)
        click.echo(f"{month.first:%Y-%m}: {told}")


# --- parts -----------------------------------------------------------------------------------------------------------


def _service(record: Path | str) -> Any:
    from pairup.services import open_record

    open_record(record)
    from pairup.services import complaints as service

    return service


def _passphrase(file: Path | None, *, is_new: bool = False) -> str:
    given = passphrase_in(file)
    if given is not None:
        return given
    typed: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    return typed


def _kept(path: Path) -> list[Kept]:
    from pairup.keys import box

    return box.read_box(_read(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", code="backups.unreadable", path=str(path),
            error=error.strerror or "",
        ) from error  # fmt: skip


def _write(path: Path, content: bytes, *, mode: int = 0o600, replaces: bool = False) -> None:
    """Write a file that only its owner reads (or all, for a public key), whole or not at all."""
    if path.exists() and not replaces:
        raise _taken(path)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)


def _taken(path: Path) -> ConflictError:
    return ConflictError(f"{path} exists already.", code="record.exists", path=str(path))


#: marks that turn the direction of a line, so that it reads as what it is not
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _printable(text: str) -> str:
    """Leave out what would steer the terminal: a complaint is written by anybody."""
    return "".join(one for one in text if one in "\n\t" or (unicodedata.category(one) != "Cc" and one not in _TURNS))
