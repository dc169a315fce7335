"""The pages of a release: whole in both languages, every link leads somewhere, nothing comes from outside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from posixpath import dirname, join, normpath

import pytest

from pairup.reports.disclosure import Told
from pairup.reports.facts import Origin
from pairup.reports.release.facts import ReleaseFacts, for_everybody
from pairup.reports.release.frozen import sha256, with_manifest
from pairup.reports.release.site import release_files
from pairup.values.words import Words
from tests.reports.cast import sample_claims, sample_facts

TABLES = (
    Told("people-in-all", (), {(): 60}), Told("people-by-round", ("round",), {("R1",): 60}),
    Told("people-by-prefecture", ("area",), {("north",): 60, ("south",): None}),
    Told("people-by-prefecture-and-round", ("area", "round"), {("north", "R1"): 60, ("south", "R1"): None}),
)  # fmt: skip


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    facts = ReleaseFacts(for_everybody(sample_facts()), TABLES, licence="CC-BY-4.0")
    return with_manifest(release_files(facts, {}, ()), programme="p", day=facts.report.programme.day, version="1")


class Page(HTMLParser):
    """Addresses and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.to += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def pages(files: dict[str, bytes]) -> dict[str, Page]:
    return {name: Page(text.decode()) for name, text in files.items() if name.endswith(".html")}


def test_every_link_leads_to_a_file_of_the_release_and_to_a_place_on_it(files: dict[str, bytes]):
    parsed = pages(files)

    lost = []
    for name, page in parsed.items():
        for to in page.to:
            path, _, anchor = to.partition("#")
            target = normpath(join(dirname(name), path)) if path else name
            if target not in files or (anchor and anchor not in parsed[target].ids):
                lost.append(f"{name}: {to}")
    assert lost == []
    assert len(parsed) > 10


def test_no_page_has_a_script_a_form_or_anything_from_outside(files: dict[str, bytes]):
    for name, page in pages(files).items():
        assert not page.tags & {"script", "form", "iframe", "object"}, name
        assert not [to for to in page.to if "//" in to or to.startswith("/")], name
        assert len(page.ids) == len(set(page.ids)), name


def test_both_languages_have_the_same_pages_each_in_its_own_words(files: dict[str, bytes]):
    english = {name[3:] for name in files if name.startswith("en/")}

    assert english == {name[3:] for name in files if name.startswith("zh/")}
    assert b'<html lang="zh-Hans">' in files["zh/money.html"] and "资金".encode() in files["zh/money.html"]
    for name in sorted(files):
        if name.startswith("zh/") and name.endswith(".html"):
            text = re.sub(r"<[^>]+>", " ", files[name].decode())
            assert not re.search(r"\breleases\.[a-z-]+", text), name


def test_a_first_page_is_under_100_kb(files: dict[str, bytes]):
    for name in files:
        if name.endswith(".html") and name.count("/") <= 1:
            assert len(files[name]) + len(files["style.css"]) < 100_000, name


def test_every_page_says_that_it_holds_synthetic_rows(files: dict[str, bytes]):
    for name in files:
        if name.endswith(".html"):
            assert "合成数据".encode() in files[name], name


def test_hidden_counts_are_said_to_be_hidden_and_no_size_is_drawn(files: dict[str, bytes]):
    assert b'"people": null' in files["data/people-by-prefecture.json"]
    assert "not shown" in files["en/pairings.html"].decode()


def test_the_data_are_described_file_by_file(files: dict[str, bytes]):
    package = json.loads(files["data/datapackage.json"])

    assert package["licenses"] == [{"name": "CC-BY-4.0"}]
    for resource in package["resources"]:
        content = files[f"data/{resource['path']}"]
        head = content.decode("utf-8-sig").splitlines()[0].split(",")
        assert resource["hash"] == f"sha256:{sha256(content)}" and resource["bytes"] == len(content)
        assert [field["name"] for field in resource["schema"]["fields"]] == head
    manifest = json.loads(files["manifest.json"])["files"]
    assert set(manifest) == set(files) - {"manifest.json"}


def test_facts_for_everybody_hold_nothing_of_one_post_or_person():
    facts = for_everybody(sample_facts())

    assert facts.followed is None and facts.itinerary is None and facts.unmet == () and facts.tables == ()
    assert {one.people for one in facts.pairings} | {one.people for one in facts.rounds} == {None}
    assert for_everybody(replace(facts, totals=())).totals == ()


def test_a_claim_of_a_few_people_is_left_out_and_the_records_own_count_never_stands_beside_one():
    few, many, money = (
        replace(sample_claims()[0], code=code, uom=uom, figure=Decimal(figure), computed=Decimal(computed),
                conflicts=("FEW",), notes=(Words("claims.record-beside", {"computed": computed, "uom": uom}),))
        for code, uom, figure, computed in (("FEW", "people", 8, 7), ("MANY", "people", 12000, 11873),
                                            ("CASH", "CNY", 900, 800))
    )  # fmt: skip

    people, cash = for_everybody(replace(sample_facts(), claims=(few, many, money))).claims

    assert (people.code, people.computed, people.notes, people.conflicts) == ("MANY", None, (), ())
    assert cash.computed == 800 and len(cash.notes) == 1


def test_rows_of_people_are_not_counted_where_tables_are_listed():
    facts = sample_facts()
    origins = tuple(Origin(name, Words(f"services.table-{name}"), 123, 0) for name in ("postings", "money"))

    assert [one.table for one in for_everybody(replace(facts, origins=origins)).origins] == ["money"]
