"""Style sheets and scripts ask for nothing that the oldest browsers of docs/decisions/0020 do not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import PACKAGE

DECISION = PACKAGE.parents[1] / "docs" / "decisions" / "0020-oldest-browser.md"
SHEETS = sorted(path for path in PACKAGE.rglob("*.css") if path.is_file())
SCRIPTS = sorted((PACKAGE / "web" / "static").rglob("*.js"))
PROPERTIES = set(
    re.findall(
        r"\S+",
        """-webkit-text-size-adjust align-items background border border-bottom border-collapse border-color border-left
    border-radius border-top box-shadow box-sizing break-after break-before break-inside clear color column-gap content
    cursor display flex flex-wrap float font font-family font-size font-style font-variant-numeric font-weight gap
    grid-column grid-template-columns height justify-self left letter-spacing line-height list-style margin
    margin-bottom margin-left margin-right margin-top max-width min-height min-width opacity outline outline-offset
    overflow overflow-wrap overflow-x padding padding-left padding-right padding-top pointer-events position right
    scroll-padding-top text-align text-decoration text-decoration-color text-underline-offset top vertical-align
    white-space width word-break z-index""",
    )
)
#: the page is read and written as well without these
MAY_BE_LACKING = {"accent-color", "content-visibility", "text-decoration-thickness", "text-wrap"}
SELECTORS = {"after", "before", "checked", "focus", "hover", "last-child", "last-of-type", "not", "root", "target"}
SELECTORS_LACKING = {"focus-visible", "details-content"}
FUNCTIONS = {"calc", "clamp", "min", "minmax", "repeat", "var"}
AT_RULES = {"media", "page"}
#: what is younger, as it would stand in a script
YOUNGER = {
    "?.": r"\?\.(?!\d)", "??": r"\?\?", "a private field": r"this\.#", "a number of any size": r"\b\d+n\b",
    "import()": r"\bimport\(", "an assignment with a condition": r"(\|\||&&|\?\?)=",
    "a younger method": r"\.(replaceAll|findLast|toSorted|toReversed|hasOwn|flat|flatMap|fromEntries|matchAll)\(",
    "a younger function": r"\b(structuredClone|queueMicrotask|AggregateError|WeakRef)\b",
    "at()": r"(?<![\w.])\w+\.at\(", "await outside of a function": r"(?m)^(const \w+ = )?await ",
    "a block of a class": r"\bstatic \{",
}  # fmt: skip


def plain(text: str) -> str:
    """The same without comments and what stands in quotes."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r'"[^"]*"', '""', text)


def strange_in(sheet: str) -> Iterator[str]:
    """What a style sheet asks for that is on no list."""
    text = plain(sheet)
    yield from (f"@{name}" for name in re.findall(r"@([\w-]+)", text) if name not in AT_RULES)
    for selector, body in re.findall(r"([^{}]*)\{([^{}]*)\}", text):
        for name in re.findall(r":{1,2}([a-z-]+)", re.sub(r"\([\w-]+:[^)]*\)", "", selector)):
            if name not in SELECTORS | SELECTORS_LACKING:
                yield f":{name}"
        for said in filter(None, (part.strip() for part in body.split(";"))):
            name, _, value = said.partition(":")
            if not name.startswith("--") and name.strip() not in PROPERTIES | MAY_BE_LACKING:
                yield name.strip()
            yield from (f"{one}()" for one in re.findall(r"([a-z-]+)\(", value) if one not in FUNCTIONS)


def strange_in_script(script: str) -> Iterator[str]:
    text = re.sub(r"(?m)^\s*//.*$", "", script)
    yield from (name for name, form in YOUNGER.items() if re.search(form, text))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_asks_for_what_the_oldest_browsers_have(path: Path) -> None:
    assert list(strange_in(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_what_the_oldest_browsers_understand(path: Path) -> None:
    assert list(strange_in_script(path.read_text(encoding="utf-8"))) == []


def test_there_are_style_sheets_and_scripts_to_read() -> None:
    assert len(SHEETS) >= 3 and len(SCRIPTS) >= 3


@pytest.mark.parametrize(
    ("sheet", "found"),
    [
        ("a:has(b){color:red}", ":has"), ("@container (width>1rem){a{color:red}}", "@container"),
        ("a{inset:0}", "inset"), ("a{color:color-mix(in srgb,red,blue)}", "color-mix()"),
    ],
)  # fmt: skip
def test_what_is_younger_in_a_sheet_would_be_seen(sheet: str, found: str) -> None:
    assert found in list(strange_in(sheet))


@pytest.mark.parametrize("script", ["a?.b", "a ?? b", "x.replaceAll('a', 'b')", "list.at(-1)", "a ||= b", "1n"])
def test_what_is_younger_in_a_script_would_be_seen(script: str) -> None:
    assert list(strange_in_script(script))


def test_what_may_be_lacking_is_told_in_the_decision() -> None:
    said = DECISION.read_text(encoding="utf-8")

    assert [name for name in MAY_BE_LACKING | SELECTORS_LACKING if name not in said] == []
