"""Somebody at a browser: what they click and fill in, the bytes it takes, the seconds on a slow line."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.web.browser import sign_in

#: bits a second of the line that promises are counted on
SLOW = 64_000
#: milliseconds from here to the server and back on such a line
ROUND_TRIP = 300
#: tabs at most to reach anything on a page by the keyboard
_TABS = 120


class Walk:
    """One person's way through the pages. `clicks` counts what was clicked, `weight()` the bytes both ways."""

    def __init__(self, context: Any, address: str) -> None:
        self.page, self.address, self.clicks, self._files = context.new_page(), address, 0, 0
        self._asked: list[Any] = []
        self.page.on("requestfinished", lambda one: self._asked.append(one))
        self._began = time.monotonic()

    def sign_in(self, name: str, password: str) -> Walk:
        sign_in(self.page, self.address, name, password)
        return self

    def on_a_slow_line(self) -> Walk:
        """From here on 64 kbit/s both ways; counts begin anew."""
        line = self.page.context.new_cdp_session(self.page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": ROUND_TRIP, "downloadThroughput": SLOW / 8, "uploadThroughput": SLOW / 8,
        })  # fmt: skip
        return self.from_here()

    def from_here(self) -> Walk:
        """Count anew."""
        self.clicks, self._files, self._began = 0, 0, time.monotonic()
        self._asked.clear()
        return self

    def open(self, path: str) -> Walk:
        self.page.goto(f"{self.address}{path}")
        return self

    def click(self, text: str, within: str = "") -> Walk:
        """Click a link or button that says this, and wait for the page that it leads to."""
        target = self._called(text, within, "a", "button")
        return self._press_on(target, leads=not (target.get_attribute("href") or "").startswith("#"))

    def click_at(self, place: str, *, leads: bool = True) -> Walk:
        """Click what stands somewhere, where its words are the record's own."""
        return self._press_on(self.page.locator(place).first, leads=leads)

    def _press_on(self, target: Any, *, leads: bool) -> Walk:
        self.clicks += 1
        if not leads:
            target.click()
            return self
        with self.page.expect_navigation(timeout=120_000):
            target.click()
        return self

    def unfold(self, text: str) -> Walk:
        """Click what says this to see what lies under it, if it is not seen yet."""
        summary = self._called(text, "main", "summary")
        if summary.evaluate("one => one.parentElement.open"):
            return self
        return self._press_on(summary, leads=False)

    def wait_for(self, place: str) -> Walk:
        """Wait for what a page brings by itself; where it does not come, fail with what stands there instead."""
        until = time.monotonic() + 180
        while not self.page.locator(place).is_visible():
            assert time.monotonic() < until, f"{place} does not come: {self.reads()}"
            self.page.wait_for_timeout(200)
        return self

    def take(self, text: str, into: Path) -> Path:
        """Click what gives a file, and keep the file."""
        self.clicks += 1
        with self.page.expect_download(timeout=120_000) as given:
            self._called(text, "main", "button").click()
        given.value.save_as(into)
        self._files += into.stat().st_size
        return into

    def attach(self, name: str, file: Path) -> Walk:
        self.page.set_input_files(f"[name={name}]", file)
        self._files += file.stat().st_size
        return self

    def fill(self, within: str = "main", **fields: str) -> Walk:
        """Fill in fields by name; in a list, choose by value."""
        for name, value in fields.items():
            field = self.page.locator(f"{within} [name={name}]:visible")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def tab_to(self, text: str) -> Walk:
        """Reach what says this by the Tab key alone, seeing where one is on the way."""
        for _ in range(_TABS):
            self.page.keyboard.press("Tab")
            said, outline = self.page.evaluate(
                "() => { const at = document.activeElement, look = getComputedStyle(at);"
                " return [at.textContent || '', look.outlineStyle + look.outlineWidth] }"
            )
            if said.strip() == text:
                assert not outline.startswith("none") and not outline.endswith("0px"), f"{text} is not seen to be at"
                return self
        raise AssertionError(f"{text} is not reached by the keyboard")

    def press(self, key: str = "Enter") -> Walk:
        """Press a key that leads to another page."""
        with self.page.expect_navigation(timeout=120_000):
            self.page.keyboard.press(key)
        return self

    def reads(self) -> str:
        """What stands on the page."""
        return str(self.page.inner_text("main"))

    def weight(self) -> int:
        """Bytes that went over the line, both ways, head and body; files as large as they are."""
        return self._files + sum(sum(max(0, size) for size in one.sizes().values()) for one in self._asked)

    def told(self, what: str) -> None:
        """Print what it took; seconds are told and not promised, for the machine is shared."""
        seconds = time.monotonic() - self._began
        sys.stdout.write(f"\n{what}: {self.clicks} clicks, {self.weight():,} bytes, {seconds:.0f} s\n")

    def _called(self, text: str, within: str, *tags: str) -> Any:
        kinds = ", ".join(f"{within} {tag}:visible".strip() for tag in tags)
        return self.page.locator(kinds).filter(has_text=re.compile(rf"^\s*{re.escape(text)}\s*$")).first


@contextmanager
def walking(browser: Any, address: str, **options: Any) -> Iterator[Walk]:
    """A browser of somebody's own, closed afterwards."""
    context = browser.new_context(accept_downloads=True, **options)
    context.set_default_timeout(30_000)
    try:
        yield Walk(context, address)
    finally:
        context.close()
