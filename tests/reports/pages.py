"""Read pages as a browser would, for tests: ids, links, open elements, text by language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

_VOID = {"meta", "input", "br", "hr", "img", "link"}
_OPTIONAL = {"td", "th", "tr"}  # row pages leave these end tags out, as HTML allows


class Page(HTMLParser):
    """One parsed page. `faults` holds end tags that close nothing and elements never closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.words: dict[str, list[str]] = {"en": [], "zh-Hans": []}
        self.feed(text)
        self.close()
        self.faults += [tag for tag, _ in self._open if tag not in _OPTIONAL]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if tag not in _VOID:
            self._open.append((tag, str(found.get("lang") or (self._open[-1][1] if self._open else "en"))))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1][0] != tag and self._open[-1][0] in _OPTIONAL:
            self._open.pop()
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        else:
            self.faults.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in ("style", "title"):
            self.words.setdefault(self._open[-1][1], []).append(data)

    def text(self, language: str) -> str:
        return " ".join(self.words[language])


def read(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def broken_links(folder: Path, pages: Iterable[str]) -> list[str]:
    """Give the links of these pages that lead to no file, or to no such place in it."""
    parsed = cache(read)
    broken = []
    for name in pages:
        here = (folder / name).resolve()
        for link in parsed(here).links:
            file, _, anchor = link.partition("#")
            target = (here.parent / unquote(file)).resolve() if file else here
            if not target.exists() or (anchor and unquote(anchor) not in parsed(target).ids):
                broken.append(link)
    return broken
