"""Everything pairup says stands in the catalogue, in English and in Chinese, with the same facts in it."""

from __future__ import annotations

import ast
import gettext
import re
import string
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from pairup.values import codes
from tests.house.source import PACKAGE, module_name, modules, tree, where

LOCALE = PACKAGE / "values" / "locale"
LANGUAGES = ("en", "zh_Hans")
DOMAINS = sorted({path.stem for path in LOCALE.glob("*/LC_MESSAGES/*.po")})
CODE = re.compile(rf"({'|'.join(DOMAINS)})\.[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*")
#: look like codes and are file names, module paths or names of commands
NO_CODES = re.compile(
    r".*\.(sqlite3(-wal|-shm|\.keys|\.secret)?|csv|md|toml|json|html|po|mo)|plan\.(draft|adopt)|pairup\.(web\..*|work)"
)
MODULES = {module_name(path) for path in modules()}
#: what a PairupError takes beside the facts of its words
NO_FACTS = {"hint", "code", "findings"}


@cache
def templates(domain: str, language: str) -> dict[str, str]:
    """Code to template, as the .po file has them."""
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    return {str(message.id): str(message.string) for message in catalogue if message.id}


@cache
def every_template(language: str) -> dict[str, str]:
    return {code: text for domain in DOMAINS for code, text in templates(domain, language).items()}


def holes(template: str) -> set[str]:
    """Names of the facts a template is filled with, those inside format specs too."""
    found: set[str] = set()
    for _, name, spec, _ in string.Formatter().parse(template):
        if name is not None:
            found.add(re.split(r"[.\[]", name)[0])
            found |= holes(spec or "")
    return found


def docstrings(parsed: ast.Module) -> set[int]:
    bodies = [n.body for n in ast.walk(parsed) if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef)) and n.body]
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def is_no_code(text: str) -> bool:
    return bool(NO_CODES.fullmatch(text)) or text in MODULES


def used() -> Iterator[tuple[str, Path, ast.AST]]:
    """Codes that stand whole in the source."""
    for path in modules():
        pieces = {
            id(piece) for node in ast.walk(tree(path)) if isinstance(node, ast.JoinedStr) for piece in node.values
        }
        skipped = (
            docstrings(tree(path)) | pieces | {id(n.left) for n in ast.walk(tree(path)) if isinstance(n, ast.BinOp)}
        )
        for node in ast.walk(tree(path)):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
            if is_text and CODE.fullmatch(node.value) and not is_no_code(node.value):
                yield node.value, path, node
            if isinstance(node, ast.Call) and is_refusal(node) and (code := code_of(node)) and not CODE.fullmatch(code):
                yield code, path, node  # of a part that has no catalogue at all


def said_in_pages() -> Iterator[tuple[str, set[str], Path]]:
    """Codes that the pages' templates say, each with the facts it is given."""
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        for code, facts in re.findall(r"""{% say ["']([^"']+)["'](.*?)%}""", path.read_text(encoding="utf-8")):
            yield code, set(re.findall(r"(\w+)=", facts)), path


def made() -> Iterator[tuple[str, Path, ast.AST]]:
    """Beginnings of codes that are put together: `f"folder.{what}"`, `"folder." + what`."""
    beginning = re.compile(rf"({'|'.join(DOMAINS)})\.([a-z0-9_.-]*[.-])?")
    for path in modules():
        for node in ast.walk(tree(path)):
            first: ast.AST | None = None
            if isinstance(node, ast.JoinedStr) and len(node.values) > 1:
                first = node.values[0]
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                first = node.left
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and beginning.fullmatch(first.value):
                yield first.value, path, node


def test_every_code_in_the_source_has_words_in_both_languages() -> None:
    codes = list(used())
    missing = [
        f"{where(path, node)} {code} ({language})"
        for language in LANGUAGES
        for code, path, node in codes
        if code not in every_template(language)
    ]

    assert len(codes) > 50
    assert missing == []


def test_every_code_in_a_page_has_words_that_ask_for_no_more_than_they_are_given() -> None:
    said = list(said_in_pages())

    assert len(said) > 20
    assert [f"{path.name} {code}" for code, _, path in said if code not in every_template("en")] == []
    assert [f"{path.name} {code}" for code, facts, path in said if holes(every_template("en")[code]) - facts] == []


def test_every_choice_of_a_closed_list_is_called_something() -> None:
    lists = [one for one in vars(codes).values() if isinstance(one, type) and issubclass(one, StrEnum)]
    said = {codes.called(choice).code for one in lists for choice in one}

    assert len(said) > 100
    assert said == set(templates("choices", "en"))


def test_every_beginning_of_a_code_leads_to_words() -> None:
    lost = [
        f"{where(path, node)} {start}…"
        for start, path, node in made()
        if not any(code.startswith(start) for code in every_template("en"))
    ]

    assert lost == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_say_the_same_things_with_the_same_facts(domain: str) -> None:
    english, chinese = (templates(domain, language) for language in LANGUAGES)

    assert sorted(english) == sorted(chinese)
    assert [code for code in english if not english[code].strip() or not chinese[code].strip()] == []
    assert [code for code in english if holes(english[code]) != holes(chinese[code])] == []
    assert [code for code in english if not code.startswith(f"{domain}.")] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_chinese_templates_are_chinese(domain: str) -> None:
    # signs and bare facts need no words; what has words in English has words in Chinese
    english, chinese = (templates(domain, language) for language in LANGUAGES)
    worded = [code for code, text in english.items() if re.search(r"[a-z]{4,}", re.sub(r"\{[^}]*\}", "", text))]

    untranslated = [
        code for code in worded if not re.search(r"[一-鿿]", chinese[code]) and chinese[code] == english[code]
    ]

    assert [code for code in untranslated if not re.fullmatch(r"[A-Z\W\d{}_a-z]{1,12}", english[code])] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_current(domain: str, language: str) -> None:
    compiled = (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").with_suffix(".mo")
    assert compiled.is_file(), "run `python3 dev.py words`"

    with compiled.open("rb") as file:
        said = gettext.GNUTranslations(file)

    written = templates(domain, language)
    assert {code: said.gettext(code) for code in written} == written, "run `python3 dev.py words`"


def given_facts(call: ast.Call) -> set[str] | None:
    """Names of the facts a call hands to a code, where all of them can be read off."""
    named = (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )
    if named == "Words":
        if len(call.args) < 2:
            return set() if not call.keywords else None
        facts = call.args[1]
        if isinstance(facts, ast.Dict) and all(isinstance(key, ast.Constant) for key in facts.keys):
            return {str(key.value) for key in facts.keys if isinstance(key, ast.Constant)}
        return None
    if named.endswith("Error") and all(keyword.arg for keyword in call.keywords):
        return {keyword.arg for keyword in call.keywords if keyword.arg} - NO_FACTS
    return None


def is_refusal(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Name)
        and call.func.id.endswith("Error")
        and any(k.arg == "code" for k in call.keywords)
    )


def code_of(call: ast.Call) -> str | None:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "code"] or call.args[:1]
    if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
        return given[0].value
    return None


def test_templates_ask_for_no_fact_they_are_not_given() -> None:
    checked, wrong = 0, []
    for path in modules():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or (code := code_of(node)) not in every_template("en"):
                continue
            facts = given_facts(node)
            if facts is None:
                continue
            checked += 1
            if lacking := holes(every_template("en")[code]) - facts:
                wrong.append(f"{where(path, node)} {code} lacks {sorted(lacking)}")

    assert checked > 20
    assert wrong == []


def test_nothing_in_the_catalogue_is_said_by_nobody() -> None:
    whole = {code for code, _, _ in used()}
    starts = tuple(start for start, _, _ in made())
    parts = {node.value for path in modules() for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}

    whole |= {code for code, _, _ in said_in_pages()}

    silent = [
        code
        for code in every_template("en")
        if code not in whole and not code.startswith(starts or "\0") and code.partition(".")[2] not in parts
    ]

    assert silent == []
