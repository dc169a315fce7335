#!/usr/bin/env python3
"""Walk through the demo in a real browser, and write the guided tour: its pictures, and the page that tells them.

    just tour                        make the demo anew (some minutes), walk through it, write docs/tour
    just tour --demo FOLDER          walk through a demo that is there
    just tour --only home            take one picture alone

Needs Chromium and the packages of the tests. Passwords of the sample accounts are read from the demo's own folder.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from PIL import Image

from tests.web.browser import chromium, served, sign_in

FOLDER = Path(__file__).parent / "tour"
#: colours that a picture keeps, and bytes that it may have
COLOURS, LARGEST = 64, 120_000
DESK, SHORT, TELEPHONE = (1280, 860), (1280, 480), (320, 860)
HERE = "/in/xizang/"


@dataclass(frozen=True)
class Stop:
    """A page on the way: whose, where, in which language and look, and what is told beside it."""

    name: str
    path: str
    text: str
    who: str = "office"
    language: str = "en"
    size: tuple[int, int] = DESK
    is_dark: bool = False
    to: str = ""  # what is scrolled to


@dataclass(frozen=True)
class Day:
    """A role's day, as a heading and its stops."""

    title: str
    stops: tuple[Stop, ...]


DAYS = (
    Day("A programme office", (
        Stop("home", HERE, "The day begins with what waits: follow-ups of visits, handover files, checks that are due, "
             "each with its owner and its day. The day at the foot can be set back: every page answers as of any day."),
        Stop("round", f"{HERE}rounds/national-12/", "A round says where it stands and what comes next. Here posts are "
             "asked for, people are nominated, a plan was drafted and adopted.", language="zh-hans"),
        Stop("plan", f"{HERE}plans/postings-national-12-1/", "A plan says how good it provably is before it says "
             "anything else, then who goes where. Each row leads to why, to who else could, and to what it would cost "
             "to settle it otherwise."),
        Stop("fairness", f"{HERE}plans/postings-national-12-1/", "Below it stands how the burden falls: posts at "
             "altitude by donor, seats filled by place.", language="zh-hans", to="#table-burdens"),
        Stop("visits", f"{HERE}visits/visits-national-12-1/", "A supervision visit is planned as days on the road, "
             "with the altitude each night is slept at."),
    )),
    Day("A donor office", (
        Stop("nominations", f"{HERE}rounds/national-12/people/", "Against its quota a donor nominates people under "
             "codes. Nothing that tells who they are stands on the page.", who="donor"),
        Stop("money", f"{HERE}money/ln-nagqu/2026/", "Money is told five ways for each pairing and year: due, pledged, "
             "given, spent and certified as built. Where two of them part, the page says by how much.", who="donor",
             language="zh-hans"),
    )),
    Day("A county", (
        Stop("needs", f"{HERE}needs/", "A county states needs in its own words, says who asked for them and how, and "
             "asks for a post. It can do the same in a spreadsheet, without a line.", who="county"),
        Stop("telephone", f"{HERE}needs/", "The same page on a telephone of 320 px.", who="county", language="zh-hans",
             size=TELEPHONE),
        Stop("project", f"{HERE}projects/J-ln-nagqu-2005-05/", "A project has its life, its money and its works on one "
             "page, with what was asked of its safeguards and what nobody has answered.", who="county",
             language="zh-hans"),
    )),
    Day("A secondee", (
        Stop("me", f"{HERE}me/", "A secondee has one page: my posting, what waits for me, two questions to check in. "
             "The home office sees that I checked in, not what I said.", who="secondee", language="zh-hans"),
        Stop("record", f"{HERE}me/record/", "What is kept of me, on what ground, until when, and who looked.",
             who="secondee", language="zh-hans"),
    )),
    Day("An evaluator", (
        Stop("claims", f"{HERE}claims/", "Every claim that somebody made in public stands here with its speaker, its "
             "class and its verdict. Most are reported, and nothing here confirms them: the page says so.",
             who="evaluator"),
        Stop("claim", f"{HERE}claims/demo-clinic-visits/", "One claim with its verdict, what says otherwise, and "
             "what was evaluated.", who="evaluator", language="zh-hans"),
        Stop("result", f"{HERE}results/clinic_visits/", "An indicator over the years, and the rows behind it.",
             who="evaluator", is_dark=True),
    )),
    Day("An administrator", (
        Stop("accounts", f"{HERE}administration/", "Accounts are opened, invited and closed here; roles are given with "
             "a first and a last day.", who="administrator", language="zh-hans"),
        Stop("journal", f"{HERE}administration/journal/", "Every change is an entry in a chain that nobody can shorten "
             "or rewrite unseen. Checkpoints go to all three offices.", who="administrator"),
    )),
    Day("Everybody", (
        Stop("sign-in", "/account/login/", "For everything that is not public, one signs in: with a password and a "
             "second factor, or by a passkey. At the foot of every page is the way to complain to a body "
             "outside.", who="", size=SHORT),
    )),
)  # fmt: skip


@contextmanager
def demo(folder: Path | None) -> Iterator[Path]:
    """A demo that is there, or one made anew for this walk."""
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory() as place:
        made = Path(place) / "demo"
        words = ["demo", "--programme", "xizang", "--into", str(made)]
        subprocess.run([sys.executable, "-c", "from pairup.cli.main import main; main()", *words], check=True)  # noqa: S603
        yield made


def accounts(folder: Path) -> dict[str, str]:
    lines = (folder / "accounts.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines)


def walk(browser: Any, address: str, passwords: dict[str, str], only: tuple[str, ...]) -> None:
    """Take every picture, or only some. Refuses a page that does not answer, and a picture that is too large."""
    signed: dict[str, Any] = {}
    for stop in (stop for day in DAYS for stop in day.stops if not only or stop.name in only):
        if stop.who and stop.who not in signed:
            page = browser.new_page()
            sign_in(page, address, stop.who, passwords[stop.who])
            signed[stop.who] = page.context.storage_state()
        locale = "en-GB" if stop.language == "en" else "zh-CN"  # a browser writes days in its own language
        context = browser.new_context(storage_state=signed.get(stop.who), locale=locale)
        context.set_default_timeout(90_000)
        (FOLDER / f"{stop.name}.png").write_bytes(taken(context.new_page(), address, stop))
        context.close()
        click.echo(f"{stop.name}.png")


def taken(page: Any, address: str, stop: Stop) -> bytes:
    width, height = stop.size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if stop.is_dark else "light", reduced_motion="reduce")
    page.context.add_cookies([{"name": "pairup_language", "value": stop.language, "url": address}])
    answer = page.goto(address + stop.path)
    if answer is None or answer.status != 200:
        raise click.ClickException(f"{stop.path} answers {answer and answer.status}.")
    page.wait_for_load_state("networkidle")
    if stop.to:
        page.locator(stop.to).scroll_into_view_if_needed()
        page.evaluate("at => document.querySelector(at).scrollIntoView()", stop.to)
    return smaller(page.screenshot(), stop.name)


def smaller(png: bytes, name: str) -> bytes:
    """The same picture with a palette of few colours."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    if len(out.getvalue()) > LARGEST:
        raise click.ClickException(f"{name}.png has {len(out.getvalue()):,} bytes, over {LARGEST:,}.")
    return out.getvalue()


def page() -> str:
    """The page that tells the tour."""
    lines = [
        "# A guided tour",
        "",
        "Written by `just tour`, which walks through the demo of Xizang in a real browser. People, posts, money and",
        "needs of the demo are synthetic, and say so wherever they stand; half of the pictures are in Chinese.",
    ]
    for day in DAYS:
        lines += ["", f"## {day.title}"]
        for stop in day.stops:
            lines += ["", stop.text, "", f"![{alt(stop)}]({stop.name}.png)"]
    return "\n".join(lines) + "\n"


def alt(stop: Stop) -> str:
    told = ["in Chinese" if stop.language != "en" else "in English", f"{stop.size[0]} px wide"]
    return f"The page {stop.path}, " + ", ".join([*told, *(["dark"] if stop.is_dark else [])])


@click.command()
@click.option(
    "--demo", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A demo's folder."
)
@click.option("--only", multiple=True, help="Take this picture alone; may be said again.")
def main(folder: Path | None, only: tuple[str, ...]) -> None:
    """Write docs/tour."""
    FOLDER.mkdir(exist_ok=True)
    with demo(folder) as found, served(found / "record.sqlite3") as address, chromium() as browser:
        walk(browser, address, accounts(found), only)
    (FOLDER / "index.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
