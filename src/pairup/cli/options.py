"""Options that several commands share, and the bar that shows progress."""

from __future__ import annotations

import shutil
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

DAY = click.DateTime(formats=["%Y-%m-%d"])


class RecordPlace(click.ParamType[Path | str]):
    """A record: a file of SQLite, the address of a database, or a file that holds such an address."""

    name = "file"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Path | str:
        if isinstance(value, str) and value.startswith(("postgresql://", "postgres://")):
            return value
        path: Path = click.Path(path_type=Path, dir_okay=False).convert(value, parameter, context)
        return path


RECORD_PLACE = RecordPlace()
RECORD = click.option(
    "--record", type=RECORD_PLACE, required=True, envvar="PAIRUP_DATABASE_URL",
    help="The record: a SQLite file, or a postgresql:// address.",
)  # fmt: skip
PROGRAMME = click.option("--programme", help="Which programme; needed where the record holds several.")
ON = click.option("--on", type=DAY, help="Ask as of this day. [default: today]")
KNOWN_BY = click.option("--known-by", type=DAY, help="With what was recorded by the end of this day. [default: now]")
ACTOR = click.option("--actor", default="programme_office", show_default=True, help="Who does this: role or role:code.")


def now() -> datetime:
    """The door's clock; nothing below it reads one."""
    return datetime.now(UTC).replace(microsecond=0)


def day_of(given: datetime | None) -> date:
    return given.date() if given else now().date()


#: files a picture can be written to
PICTURES = (".svg", ".html", ".png")


def picture_file(context: click.Context, parameter: click.Parameter, given: str | None) -> Path | None:
    """Read the name of a picture, before anything is planned; its ending says what is written."""
    path = None if given is None else Path(given)
    if path is not None and path.suffix not in PICTURES:
        raise click.BadParameter(f"{given} ends in none of {', '.join(PICTURES)}.")
    if path is not None and not path.parent.is_dir():
        raise click.BadParameter(f"There is no folder {path.parent}.")
    return path


class Bar:
    """One line of progress on standard error: what is being done, how far it is, and the best plan and bound so far.

    The line is as wide as the terminal at most, so that it never wraps, and is written ten times a second at most.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.said = "done"  # the closing line
        self._shown = ""
        self._next = 0.0
        self._live = sys.stderr.isatty()

    def __call__(
        self, label: object = "", done: float = 0, total: float = 0, /, *, objective: float | None = None,
        bound: float | None = None,
    ) -> None:  # fmt: skip
        is_end = bool(total) and done >= total
        if not self._live or (time.monotonic() < self._next and not is_end):
            return
        share = int(20 * min(1.0, done / total)) if total else 0
        say = getattr(label, "say", None)
        doing = str(label) if say is None else say(_language())
        self._show(f"{self.label} [{'#' * share}{'.' * (20 - share)}] {far(objective, bound)}{doing}")

    def _show(self, text: str) -> None:
        """Write over the line before, with blanks over what it had more."""
        room = shutil.get_terminal_size((100, 24)).columns - 1
        text = cut(text, room)
        if text != self._shown:
            blanks = " " * max(0, wide(self._shown) - wide(text))
            click.echo(f"\r{text}{blanks}", err=True, nl=False)
            self._shown, self._next = text, time.monotonic() + 0.1

    def close(self, said: str) -> None:
        if not self._live:
            click.echo(f"{self.label}: {said}", err=True)
            return
        self._show(f"{self.label}: {said}")
        click.echo(err=True)


def _language() -> str:
    from pairup.cli.main import language

    return language()


def far(objective: float | None, bound: float | None) -> str:
    """Write the best plan and the bound that no plan passes: `109,210 ≤ 109,719 (0.47 %)`."""
    if objective is None:
        return "" if bound is None else f"≤ {bound:,.0f}  "
    if bound is None:
        return f"{objective:,.0f}  "
    return f"{objective:,.0f} ≤ {bound:,.0f} ({100 * (bound - objective) / max(1.0, abs(objective)):.2f} %)  "


def wide(text: str) -> int:
    """Count the columns of a text on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def cut(text: str, room: int) -> str:
    """Cut a text to so many columns, with a mark where something is left out."""
    if wide(text) <= room:
        return text
    while text and wide(text) > room - 1:
        text = text[:-1]
    return f"{text}…"


@contextmanager
def step(label: str) -> Iterator[Bar]:
    """Show a step of long work. Its closing line is `bar.said`, "done" unless the work says more."""
    bar = Bar(label)
    bar()
    yield bar
    bar.close(bar.said)


def say_findings(findings: list[Any], language: str) -> None:
    """Print findings, refused ones first, each with where it is and what to do."""
    for finding in sorted(findings, key=lambda f: (f.severity, f.file, f.row or 0)):
        mark = "refused" if finding.severity == "refused" else "warning"
        click.echo(f"{mark}: {finding.say(language)}")
