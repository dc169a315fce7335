"""From documents to the files of a release: a page a document and language, one style sheet, pictures and data.

Pages link to each other by relative addresses, so that the folder stands anywhere. No script, nothing from outside.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files as package_files
from urllib.parse import quote

from pairup.reports import palette
from pairup.reports.document import (
    Definition,
    Document,
    Figure,
    Inline,
    Link,
    Place,
    Table,
    blocks_of,
    text_in,
)
from pairup.reports.pictures import to_svg
from pairup.reports.release.downloads import data_files
from pairup.reports.release.facts import ReleaseFacts
from pairup.reports.release.frame import told
from pairup.reports.release.frozen import MANIFEST, PROTECTION, protection
from pairup.reports.release.pages import HOME, MENU, METHODS, make_pages
from pairup.reports.render import TAGS, Apart, contents, inline, style_sheet, written
from pairup.values.words import LANGUAGES

STYLE = "style.css"
#: the folder of each language
FOLDERS = {"en": "en", "zh_Hans": "zh"}
_MOST_LISTED = 8  # sections of a page are listed at its top up to so many
_NAMES = {"en": "English", "zh_Hans": "中文"}
#: what a page may load: files of its own site, no script
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def release_files(
    facts: ReleaseFacts, closed: Mapping[str, frozenset[str]], digests: tuple[str, ...]
) -> dict[str, bytes]:
    """Give every file of a release but its manifest. Equal facts give equal bytes."""
    data = data_files(facts)
    day = facts.report.programme.day
    data[PROTECTION] = protection(day, facts.people, closed, facts.earlier, digests)
    pages = make_pages(facts, {name: len(content) for name, content in data.items()})
    found: dict[str, bytes] = {STYLE: _style().encode(), **data}
    for language in LANGUAGES:
        site = _Site(pages, language)
        for path in pages:
            found[f"{FOLDERS[language]}/{path}"] = site.page(path).encode()
        found |= site.pictures
    found["index.html"] = _door(pages[HOME]).encode()
    return dict(sorted(found.items()))


def _style() -> str:
    own = (package_files("pairup.reports.release") / "release.css").read_text(encoding="utf-8")
    return style_sheet() + own


@dataclass(frozen=True, slots=True)
class _Drawn:
    path: str
    width: str
    height: str


class _Site:
    """The pages of one language. `pictures` fills while pages are written."""

    def __init__(self, pages: Mapping[str, Document], language: str) -> None:
        self.pages = pages
        self.language = language
        self.pictures: dict[str, bytes] = {}
        self._homes = {anchor: path for path, page in reversed(list(pages.items())) for anchor in _anchors(page)}
        self._here = HOME

    def page(self, path: str) -> str:
        """Write one page."""
        self._here = path
        document = self.pages[path]
        with written(Apart(self.language, self._link, self._picture)):
            return self._around(document, contents(document))

    # --- addresses, all relative to the page that is written ---

    def _to(self, path: str) -> str:
        """The way from this page to a file of its language."""
        return "../" * self._here.count("/") + quote(path)

    def _link(self, link: Link) -> str:
        if isinstance(link, Definition):
            return f"{self._to(METHODS)}#def-{link.code}" if self._here != METHODS else f"#def-{link.code}"
        if not isinstance(link, Place):
            return ""
        if link.anchor == MANIFEST or link.anchor.startswith("data/"):
            return self._to("") + "../" + quote(link.anchor)
        if link.anchor in self.pages:
            return self._to(link.anchor)
        if link.anchor in _anchors(self.pages[self._here]):
            return "#" + quote(link.anchor)
        home = self._homes.get(link.anchor)
        return f"{self._to(home)}#{quote(link.anchor)}" if home else ""

    def _picture(self, figure: Figure) -> str:
        """Write the picture as a file of its own, loaded when it comes into sight."""
        name = (
            f"{FOLDERS[self.language]}/pictures/{self._here.removesuffix('.html').replace('/', '-')}-{figure.name}.svg"
        )
        alt = text_in(figure.alt, self.language)
        drawn = to_svg(figure.specs[self.language], name=figure.name, alt=alt)
        size = _SIZE.search(drawn)
        width, height = size.groups() if size else ("760", "400")
        self.pictures[name] = _in_the_dark(drawn).encode()
        source = self._to("pictures/" + name.rpartition("/")[2])
        return (
            f'<div class="scroll" role="group" tabindex="0" aria-labelledby="cap-{figure.name}">'
            f'<img loading="lazy" src="{html.escape(source)}" width="{width}" height="{height}" '
            f'alt="{html.escape(alt, quote=True)}"></div>\n'
        )

    # --- what stands around ---

    def _say(self, text: Inline) -> str:
        return html.escape(text_in(text, self.language))

    def _menu(self) -> str:
        entries = []
        for path, name in MENU.items():
            if path in self.pages:
                now = ' aria-current="page"' if path == self._here else ""
                entries.append(f'<li><a href="{self._to(path)}"{now}>{self._say(told(f"menu-{name}"))}</a></li>')
        return "".join(entries)

    def _others(self) -> str:
        """The same page in the other languages."""
        links = []
        for other in LANGUAGES:
            if other != self.language:
                to = self._to("") + "../" + FOLDERS[other] + "/" + quote(self._here)
                tag = TAGS[other]
                links.append(f'<a href="{to}" lang="{tag}" hreflang="{tag}" rel="alternate">{_NAMES[other]}</a>')
        return " ".join(links)

    def _around(self, document: Document, inside: str) -> str:
        on_page = "".join(
            f'<li><a href="#{section.anchor}">{inline(section.title)}</a></li>' for section in document.sections
        )
        local = (
            f'<nav class="local" aria-labelledby="contents"><h2 id="contents">{self._say(told("on-this-page"))}</h2>'
            f"<ol>{on_page}</ol></nav>\n" if 1 < len(document.sections) <= _MOST_LISTED else ""
        )  # fmt: skip
        band = f'<aside class="band">{inline(document.stamp)}</aside>\n' if document.stamp is not None else ""
        footer = "".join(f"<p>{inline(line)}</p>\n" for line in document.footer)
        home = self.pages[HOME]
        heading = self._say(document.title)
        title = heading if document is home else f"{heading} · {self._say(home.title)}"
        body = (
            f'<a class="skip" href="#main">{self._say(told("skip"))}</a>\n{band}<header class="site">\n'
            f'<p class="name"><a href="{self._to(HOME)}">{self._say(home.title)}</a></p>'
            f'<p class="languages">{self._others()}</p>\n'
            f'<nav class="menu" aria-label="{self._say(told("menu"))}"><ul>{self._menu()}</ul></nav>\n</header>\n'
            f'<main id="main">\n<h1>{heading}</h1>\n<p class="subtitle">{inline(document.subtitle)}</p>\n'
            f"{local}{inside}</main>\n<footer>\n{footer}</footer>\n"
        )
        return _html(title, TAGS[self.language], body, self._to("") + "../" + STYLE)


def _anchors(page: Document) -> set[str]:
    """Everything of a page that can be linked to."""
    found = {section.anchor for section in page.sections}
    for block in blocks_of(page):
        if isinstance(block, Table):
            found |= {block.name, *block.anchors} - {""}
        elif isinstance(block, Figure):
            found.add(f"fig-{block.name}")
    return found


def _html(title: str, language: str, body: str, style: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f'<title>{title}</title>\n<link rel="stylesheet" href="{style}">\n</head>\n'
        f'<body class="release">\n{body}</body>\n</html>\n'
    )


def _door(home: Document) -> str:
    """The page at the folder's own address: which language. Neither comes before the other by more than the order."""
    parts = []
    for language in LANGUAGES:
        to = f"{FOLDERS[language]}/{HOME}"
        title, on = (html.escape(text_in(text, language)) for text in (home.title, home.subtitle))
        parts.append(
            f'<section lang="{TAGS[language]}"><h2>{title}</h2><p class="subtitle">{on}</p>'
            f'<p><a class="enter" href="{to}">{_NAMES[language]}</a></p></section>'
        )
    stamps = ""
    if home.stamp is not None:
        stamps = f'<aside class="band">{html.escape(text_in(home.stamp, "en"))}</aside>\n'
    title = " · ".join(dict.fromkeys(text_in(home.title, language) for language in LANGUAGES))
    body = f'{stamps}<main id="main" class="door">\n<h1>{html.escape(title)}</h1>\n{"".join(parts)}\n</main>\n'
    return _html(html.escape(title), "en", body, STYLE)


def _in_the_dark(svg: str) -> str:
    """Give a picture its colours for readers who ask for dark pages."""
    swaps = "".join(
        f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in palette.DARK.items()
    )
    end = svg.index(">") + 1
    return f"{svg[:end]}<style>@media screen and (prefers-color-scheme:dark){{{swaps}}}</style>{svg[end:]}\n"
