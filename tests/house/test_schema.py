"""Attributes that would harm are not in the schema, and people have codes, not names."""

from __future__ import annotations

import ast

import pytest

from pairup.exchange.forbidden import forbidden
from tests.house.source import modules, tree, where

#: words of a column that would say who somebody is
IDENTIFYING = {
    "name",
    "surname",
    "birth",
    "birthday",
    "birthdate",
    "born",
    "age",
    "sex",
    "gender",
    "phone",
    "email",
    "photo",
    "address",
}
ABOUT_PEOPLE = {
    "Person", "PersonVersion", "FitnessCheckVersion", "AttestationVersion", "HostViewVersion",
    "PostingVersion", "CounterpartVersion", "WelfareCheckVersion",
}  # fmt: skip


def columns() -> list[tuple[str, str, str]]:
    """Class, column and place of every field the record declares."""
    found = []
    for path in modules("record"):
        for node in tree(path).body:
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                if (
                    isinstance(line, ast.Assign)
                    and isinstance(line.value, ast.Call)
                    and isinstance(line.targets[0], ast.Name)
                ):
                    found.append((node.name, line.targets[0].id, where(path, line)))
    return found


def test_no_column_names_a_forbidden_attribute() -> None:
    found = [f"{place} {column}: {said}" for _, column, place in columns() if (said := forbidden(column))]

    assert len(columns()) > 150
    assert found == []


def test_rows_about_people_hold_codes_and_no_names() -> None:
    found = [
        f"{place} {column}"
        for name, column, place in columns()
        if name in ABOUT_PEOPLE and set(column.split("_")) & IDENTIFYING
    ]

    assert {
        node.name for path in modules("record") for node in tree(path).body if isinstance(node, ast.ClassDef)
    } >= ABOUT_PEOPLE
    assert found == []


@pytest.mark.parametrize(
    "column", ["ethnicity", "religion", "party_member", "political_view", "id_number", "fingerprint", "household_score"]
)
def test_a_planted_column_would_be_seen(column: str) -> None:
    assert forbidden(column)
