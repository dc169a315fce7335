"""Pages say what the code says: commands, settings, refusals, glossary, decisions, links."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from pairup.cli.main import COMMANDS, cli
from tests.house.source import PACKAGE, ROOT, load_file, modules, pages

DOCS = ROOT / "docs"
make_pages = load_file(DOCS / "make_pages.py")


@pytest.mark.parametrize("name", sorted(make_pages.PAGES))
def test_a_generated_page_is_current(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")

    assert written == make_pages.PAGES[name](), "run `python3 dev.py docs`"


def test_every_command_and_option_is_on_the_page_of_commands() -> None:
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")

    missing = [name for name in COMMANDS if f"## pairup {name}\n" not in page]
    for name in COMMANDS:
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        under = command.commands if isinstance(command, click.Group) else {}
        missing += [f"{name} {word}" for word in under if f"## pairup {name} {word}\n" not in page]
        missing += [
            option
            for one in (command, *under.values())
            for parameter in one.params
            for option in parameter.opts[:1]
            if option.startswith("-") and option not in page
        ]
        assert command.help, f"{name} says nothing about itself"

    assert missing == []


def test_the_line_in_the_list_of_commands_is_no_placeholder() -> None:
    assert [name for name, (_, line) in COMMANDS.items() if not re.fullmatch(r"[A-Z].{10,70}\.", line)] == []


def test_every_setting_is_on_the_page_of_settings() -> None:
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    named = {name for path in modules() for name in re.findall(r"\bPAIRUP_[A-Z_]+\b", path.read_text(encoding="utf-8"))}
    listed = set(re.findall(r"^\| `(PAIRUP_[A-Z_]+)`", page, re.MULTILINE))

    assert named == listed


def test_every_refusal_has_a_code_of_its_own_area_and_a_sentence() -> None:
    found = list(make_pages.refusals())

    assert len(found) > 20
    assert [one for one in found if not re.fullmatch(r"[a-z]+\.[a-z0-9-]+", one.code)] == []
    assert [one for one in found if len(one.says) < 1] == []


def test_every_rule_file_is_on_the_page_of_rules() -> None:
    page = (DOCS / "reference" / "rules.md").read_text(encoding="utf-8")
    rules = sorted(path.stem for path in (PACKAGE / "rules" / "data").glob("*.toml"))

    assert rules
    assert [name for name in rules if name not in page] == []


def test_every_table_of_a_folder_is_on_its_page() -> None:
    page = (DOCS / "reference" / "folder.md").read_text(encoding="utf-8")
    tables = {
        name
        for path in modules("record")
        for name in re.findall(r'^    table = "(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert len(tables) > 25
    assert [name for name in sorted(tables) if f"{name}.csv" not in page and f"`{name}`" not in page] == []


def headings(text: str) -> set[str]:
    """Anchors a page offers, as mkdocs and most hosts make them."""
    found = re.findall(r"^#+ (.+?)\s*$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in found}


@pytest.mark.parametrize("page", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in headings(target.read_text(encoding="utf-8"))):
            lost.append(link)

    assert lost == []


DECISIONS = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "index.md")


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_status_and_stands_in_the_list(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    listed = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")

    status = re.search(
        r"^Status: (proposed|accepted|superseded by \[\d{4}\]\([\w.-]+\)), \d{4}-\d\d-\d\d$", text, re.MULTILINE
    )

    assert status is not None
    assert f"]({page.name}) | {status[1].split(' [')[0]}" in listed
    assert text.startswith(f"# {page.stem[:4]} ")
    assert all(f"**{part}.**" in text for part in ("Question", "Choice", "Considered", "Consequence"))


def test_decisions_are_numbered_without_a_hole() -> None:
    assert [page.stem[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


def test_a_fragment_of_change_is_named_and_says_something() -> None:
    found = sorted(path for path in (ROOT / "changes").glob("*.md") if path.name != "README.md")

    assert [
        path.name
        for path in found
        if not re.fullmatch(r"[a-z0-9-]+\.(removed|deprecated|added|changed|fixed)\.md", path.name)
    ] == []
    assert [path.name for path in found if len(path.read_text(encoding="utf-8").strip()) < 20] == []


def test_the_glossary_gives_the_chinese_word_of_every_word_of_the_field() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    field = text.partition("## Words of paired assistance")[2].partition("## ")[0]
    rows = [line for line in field.splitlines() if line.startswith("| ")][1:]

    assert len(rows) > 25
    assert [row for row in rows if not re.search(r"[一-鿿]", row)] == []
