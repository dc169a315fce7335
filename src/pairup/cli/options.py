"""Options that several commands share, and the bar that shows progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

DAY = click.DateTime(formats=["%Y-%m-%d"])
RECORD = click.option(
    "--record", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The record: one SQLite file."
)
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
    """One line of progress on standard error: what is being done, and how far it is."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.said = "done"  # the closing line
        self._shown: tuple[float, float | None, float | None] = (-1, None, None)
        self._live = sys.stderr.isatty()

    def __call__(
        self, label: object = "", done: float = 0, total: float = 0, /, *, objective: float | None = None,
        bound: float | None = None,
    ) -> None:  # fmt: skip
        share = int(20 * done / total) if total else 0
        shown = share, objective, bound
        if self._live and shown != self._shown:
            self._shown = shown
            far = "" if objective is None else f" {objective:,.0f}" + ("" if bound is None else f" of {bound:,.0f}")
            text = f"\r{self.label} [{'#' * share}{'.' * (20 - share)}]{far} {label}"
            click.echo(f"{text[:110]:<110}", err=True, nl=False)

    def close(self, said: str) -> None:
        click.echo(f"\r{self.label}: {said:<90}" if self._live else f"{self.label}: {said}", err=True)


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
