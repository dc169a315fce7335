"""What would harm is in no table and no list of codes, in any of the languages; free text about people warns."""

from __future__ import annotations

import importlib
from enum import StrEnum
from types import ModuleType

import pytest

from pairup.exchange.forbidden import forbidden, forbidden_in
from pairup.exchange.layout import Column, Kind, Table
from pairup.exchange.reading import read_rows
from pairup.exchange.sheets import sheet_of
from pairup.services.schema import folder_layout
from tests.house.source import module_name, modules

#: columns about people that stand in the clear, and so outlive an erasure under the code: each was looked at
IN_THE_CLEAR = {
    "people": {"donor", "round", "profession", "skills", "languages", "grade", "years_in_profession", "licensed"},
    "fitness": {"person"},
    "attestations": {"person", "kind", "rule", "signed_by"},
    "host_views": {"post", "person"},
    "postings": {
        "person", "post", "status", "full_time", "run", "succeeds", "release_share", "duties", "handover",
    },
    "post_offers": {"person", "post", "answer_due"},
    "person_signatures": {"person", "about", "answer", "paper"},
    "private_facts": {"person", "field"},
    "constraints": {"person"},
    "consents": {"person", "purpose", "language", "asked_by", "how_to_withdraw", "witnessed"},
    "vault_reads": {"person", "purpose", "fields", "by"},
}  # fmt: skip
#: says a forbidden word of something else: two edits that race
_OF_SOMETHING_ELSE = {"lost_race"}
_EVERYWHERE = {"code", "from", "to", "day", "standing", "source", "is_synthetic", "note"}
TABLE = Table(
    "people",
    "Person",
    next(iter(folder_layout().values())).clock,
    True,
    (Column("note", "note", Kind.TEXT),),
    of_people=True,
)


def names_in(layout: dict[str, Table]) -> list[tuple[str, str]]:
    """Every name that somebody could fill something in under: tables, columns, values of lists."""
    found = [(name, name) for name in layout]
    for name, table in layout.items():
        for column in table.columns:
            found += [(f"{name}.{column.name}", text) for text in (column.name, column.field, *column.choices)]
    return [(where, text) for where, text in found if text not in _OF_SOMETHING_ELSE]


def code_lists() -> list[type[StrEnum]]:
    loaded = [importlib.import_module(module_name(path)) for path in modules("values")]
    return [each for module in loaded for each in enums_of(module)]


def enums_of(module: ModuleType) -> list[type[StrEnum]]:
    return [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, StrEnum)]


def test_no_table_column_or_value_of_a_list_is_a_forbidden_attribute() -> None:
    names = names_in(dict(folder_layout()))

    assert len(names) > 400
    assert [(where, said) for where, text in names if (said := forbidden(text))] == []


def test_no_list_of_codes_has_a_forbidden_attribute() -> None:
    lists = code_lists()

    assert len(lists) > 15
    assert [f"{one.__name__}.{item}" for one in lists for item in {*one} - _OF_SOMETHING_ELSE if forbidden(item)] == []


@pytest.mark.parametrize(
    "planted",
    ["minzu", "zong_jiao", "ShenFenZheng", "zzmm", "ethnic_group", "political-view", "family_faith", "民族成分",
     "政治面貌", "身份证号", "ཆོས་ལུགས", "མི་རིགས", "ཏང་ཡོན", "credit_score", "指纹"],
)  # fmt: skip
def test_a_column_planted_in_any_language_goes_red(planted: str) -> None:
    layout = dict(folder_layout())
    people = layout["people"]
    column = Column(planted, planted, Kind.TEXT)
    layout["people"] = Table(people.name, people.noun, people.clock, people.scoped, (*people.columns, column))

    assert [where for where, text in names_in(layout) if forbidden(text)] == [f"people.{planted}"] * 2


def test_what_is_about_people_and_not_closed_was_looked_at() -> None:
    about = {
        name: {column.name for column in table.columns if not column.personal} - _EVERYWHERE
        for name, table in folder_layout().items()
        if name == "people" or any(column.refers_to == "people" for column in table.columns)
    }
    new = {name: columns - IN_THE_CLEAR.get(name, set()) for name, columns in about.items()}

    assert {name: columns for name, columns in new.items() if columns} == {}, (
        "close it (personal = {...}), or say here that it may outlive an erasure under the code"
    )


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("Reliable; party member since 2001", "party"), ("中共党员，表现好", "party"), ("藏族，男", "ethnicity"),
        ("She is a Buddhist.", "religion"), ("信教家庭", "religion"), ("ཆོས་ལུགས་", "religion"), ("dangyuan", "party"),
        ("政审合格", "political view"), ("护照号见附件", "national number"), ("ཏང་ཡོན་", "party"),
        ("Fingerprints on file", "biometrics"),
    ],
)  # fmt: skip
def test_free_text_about_people_warns_of_listed_words(text: str, attribute: str) -> None:
    _, found = read_rows(TABLE, [sheet_of("people", [{"note": text}])])

    assert [(one.words.code, one.words.facts["attribute"], one.severity) for one in found] == [
        ("vault.words-in-text", attribute, "warning")
    ]


@pytest.mark.parametrize(
    "text", ["会藏语，熟悉民族医药", "Prefers a county clinic", "counterparty of the project", "家庭困难"]
)
def test_plain_text_does_not_warn(text: str) -> None:
    assert forbidden_in(text) is None
