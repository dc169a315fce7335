"""What every generated programme keeps, whatever the seed: the record's columns, references, flags, closed lists."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from itertools import pairwise

import pytest

from pairup.programmes.catalogue import PROGRAMMES, build
from pairup.programmes.facts import read_facts
from pairup.programmes.synthetic.ground import day_after, first_day
from pairup.programmes.synthetic.rows import Tables
from tests.programmes.built import SEED, built, digest
from tests.programmes.record_contract import read_contract

CONTRACT = read_contract()
#: nothing about these may ever be a column
FORBIDDEN = re.compile(
    r"ethnic|nation|relig|party|polit|\bsex\b|gender|^age$|birth|passport|id_number|finger|face|diagnos|^name$|first_name|last_name",
)


@pytest.fixture(scope="module", params=sorted(PROGRAMMES))
def tables(request: pytest.FixtureRequest) -> Tables:
    return built(request.param)


def test_the_contract_is_read_whole() -> None:
    assert {"places", "pairings", "posts", "people", "money", "claims", "sites"} <= set(CONTRACT)
    assert CONTRACT["posts"].refers["continues"] == "posts"
    assert CONTRACT["money"].lists["kind"] >= {"pledge", "return"}


@pytest.mark.parametrize("programme", ["wenchuan", "partners"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(programme: str) -> None:
    again, other = build(programme, SEED), build(programme, SEED + 1)

    assert digest(again) == digest(built(programme))
    assert digest(other) != digest(again)


def test_every_table_and_column_is_one_of_the_record(tables: Tables) -> None:
    assert set(tables) <= set(CONTRACT)
    for name, rows in tables.items():
        assert set(rows[0]) <= CONTRACT[name].allows(), name
        assert len({tuple(row) for row in rows}) == 1, f"{name}: rows differ in columns"


def test_every_cell_is_plain_text_that_fits_its_column(tables: Tables) -> None:
    for name, rows in tables.items():
        table = CONTRACT[name]
        for row in rows:
            assert all(type(cell) is str for cell in row.values()), (name, row)
            assert row["code"] and len(row["code"]) <= 80
            assert all(row[column] for column in table.needed), (name, row)
            assert all(len(row.get(column, "")) <= most for column, most in table.longest.items()), (name, row)
            assert all(row.get(column, "") in {"yes", "no", ""} for column in table.booleans), (name, row)


def test_closed_lists_hold_only_their_own_values(tables: Tables) -> None:
    for name, rows in tables.items():
        for column, allowed in CONTRACT[name].lists.items():
            assert {row.get(column, "") for row in rows} <= allowed | {""}, (name, column)


def test_every_reference_resolves(tables: Tables) -> None:
    known = {name: {row["code"] for row in rows} for name, rows in tables.items()}

    for name, rows in tables.items():
        for column, target in CONTRACT[name].refers.items():
            missing = {row.get(column, "") for row in rows} - {""} - known.get(target, set())
            assert not missing, (name, column, sorted(missing)[:5])


def test_lists_of_codes_resolve_too(tables: Tables) -> None:
    known = {name: {row["code"] for row in rows} for name, rows in tables.items()}
    listed = (
        ("posts", "open_to", "organisations"),
        ("people", "prefers", "places"),
        ("projects", "needs_projects", "projects"),
        ("projects", "excludes_projects", "projects"),
    )

    for name, column, target in listed:
        for row in tables[name]:
            assert set(filter(None, row[column].split(";"))) <= known[target], (name, column, row["code"])


def test_no_row_of_a_code_overlaps_another_of_that_code(tables: Tables) -> None:
    for name, rows in tables.items():
        spans = defaultdict(list)
        for row in rows:
            if CONTRACT[name].dated:
                assert first_day(row) < day_after(row), (name, row)
                spans[row["code"]].append((first_day(row), day_after(row)))
            else:
                assert row["day"], (name, row)
                spans[row["code"]].append((row["day"], row["day"] + "~"))
        for code, held in spans.items():
            held.sort()
            assert all(a[1] <= b[0] for a, b in pairwise(held)), (name, code, held)


def test_whatever_is_not_of_the_facts_is_flagged_synthetic(tables: Tables, request: pytest.FixtureRequest) -> None:
    programme = PROGRAMMES[request.node.callspec.params["tables"]]
    facts = read_facts(programme.name) if programme.has_facts else {}

    for name, rows in tables.items():
        known = facts.get(name, [])
        assert all(
            row[column] == cell for row, fact in zip(rows, known, strict=False) for column, cell in fact.items()
        ), name
        assert all(row["is_synthetic"] == "yes" for row in rows[len(known) :]), name


def test_people_money_and_works_are_synthetic_without_exception(tables: Tables) -> None:
    for name in (
        "people",
        "posts",
        "postings",
        "fitness",
        "attestations",
        "host_views",
        "money",
        "works",
        "revenue_bases",
        "envelopes",
        "needs",
        "sites",
    ):
        assert all(row["is_synthetic"] == "yes" for row in tables.get(name, [])), name


def test_no_column_holds_an_attribute_that_must_not_be_kept(tables: Tables) -> None:
    columns = {(name, column) for name, rows in tables.items() for column in rows[0]}

    assert not [pair for pair in columns if FORBIDDEN.search(pair[1])]


def test_nobody_stands_in_two_posts_at_once(tables: Tables) -> None:
    held = defaultdict(list)
    for row in tables.get("postings", []):
        held[row["person"]].append((row["from"], row["to"]))

    for person, spans in held.items():
        spans.sort()
        assert all(a[1] < b[0] for a, b in pairwise(spans)), person


def test_couples_name_each_other_and_share_a_donor(tables: Tables) -> None:
    people = {row["code"]: row for row in tables["people"]}
    couples = [row for row in people.values() if row["partner"]]

    assert couples
    for row in couples:
        assert people[row["partner"]]["partner"] == row["code"]
        assert people[row["partner"]]["donor"] == row["donor"]


def test_a_post_continues_one_of_the_round_before_at_the_same_place(tables: Tables) -> None:
    posts = {row["code"]: row for row in tables["posts"]}

    for row in posts.values():
        if row["continues"]:
            before = posts[row["continues"]]
            assert before["place"] == row["place"] and before["profession"] == row["profession"]
            assert before["from"] < row["from"]


def test_tables_survive_a_csv_file(tables: Tables) -> None:
    for rows in tables.values():
        sheet = io.StringIO(newline="")
        writer = csv.DictWriter(sheet, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

        assert list(csv.DictReader(io.StringIO(sheet.getvalue(), newline=""))) == rows


def test_each_programme_of_the_catalogue_can_be_planned(tables: Tables, request: pytest.FixtureRequest) -> None:
    programme = PROGRAMMES[request.node.callspec.params["tables"]]

    assert any(row["code"] == programme.round for row in tables["rounds"])
    assert {row["budget_year"] for row in tables["envelopes"]} == {
        str(year) for year in range(programme.horizon[0], programme.horizon[1] + 1)
    }
    assert [row["place"] for row in tables["sites"] if row["is_base"] == "yes"] == [programme.visit["base"]]
