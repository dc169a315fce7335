"""No sum is stored, and none is made beside the register of totals."""

from __future__ import annotations

import ast
import re

import pytest

from pairup.reports.totals import DEFINITIONS
from tests.house.source import ROOT, modules, tree, where

#: aggregates that would make a figure of many rows
AGGREGATES = {"Sum", "Avg", "StdDev", "Variance"}
READERS = ("services/totals", "services/five_ways.py", "services/burdens.py")


def test_no_model_and_no_column_is_a_stored_sum() -> None:
    stored = re.compile(r"(^|_)(total|totals|sum|sums|subtotal|aggregate)(_|$)")
    found = [
        where(path, node)
        for path in modules("record")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.ClassDef) and stored.search(re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()))
        or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and stored.search(node.targets[0].id) and isinstance(node.value, ast.Call))
    ]  # fmt: skip

    assert found == []


def aggregates(parsed: ast.Module) -> list[ast.AST]:
    return [
        node
        for node in ast.walk(parsed)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("django.db")
        and AGGREGATES & {alias.name for alias in node.names}
    ]


def test_rows_of_the_record_are_added_up_in_the_register_of_totals_only() -> None:
    found = [where(path, node) for path in modules() for node in aggregates(tree(path))]

    assert [place for place in found if not place.startswith("src/pairup/services/totals/")] == []
    assert aggregates(ast.parse("from django.db.models import Sum")) != []


def test_every_read_of_a_total_takes_both_days() -> None:
    checked = []
    for path in modules("services"):
        if not any(part in path.as_posix() for part in READERS):
            continue
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and (
                node.name.startswith("read_") or node.name in ("total", "rows_of")
            ):
                checked.append((node.name, {argument.arg for argument in node.args.kwonlyargs}))

    assert {"total", "rows_of", "read_five_ways", "read_burdens", "read_owed"} <= {name for name, _ in checked}
    assert [name for name, takes in checked if not {"on", "known_by"} <= takes] == []


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_total_says_what_it_is_in_both_languages_and_on_its_page(name: str) -> None:
    of = DEFINITIONS[name]
    page = (ROOT / "docs" / "reference" / "totals.md").read_text(encoding="utf-8")

    for words in (of.title, of.says, of.hierarchy_words, of.currency_words):
        for language in ("en", "zh_Hans"):
            assert words.say(language) != words.code
    assert f"\n## {name}\n" in page
    assert "programme" in of.by and len(set(of.by)) == len(of.by)
