"""Both pages and the rows behind them, as a reader gets them."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pairup.errors import InputError
from pairup.reports.facts import Both, NameFacts, Origin, ProgrammeFacts, ReportFacts, RowTable, SourceFacts, WorthPart
from pairup.reports.public_report import public_report
from pairup.reports.render import to_html
from pairup.reports.round_report import round_report
from pairup.reports.write import write_report
from pairup.values.codes import Preset
from pairup.values.words import Words

from .cast import a_pairing, sample_facts, sample_followed, sample_money, sample_tables
from .pages import Page, broken_links, read

PAGES = ("index.html", "public.html")
#: for tests that look at one thing: no other figures to draw
BARE: dict[str, object] = {"rounds": (), "portfolio": None, "itinerary": None, "followed": None, "donor_places": {}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("report")
    write_report(sample_facts(), into)
    return into


@pytest.fixture(scope="module")
def office(folder: Path) -> Page:
    return read(folder / "index.html")


@pytest.fixture(scope="module")
def public(folder: Path) -> Page:
    return read(folder / "public.html")


def test_every_link_of_every_page_leads_somewhere(folder: Path) -> None:
    pages = [str(path.relative_to(folder)) for path in folder.rglob("*.html")]

    assert len(pages) == 7
    assert broken_links(folder, pages) == []


def test_a_broken_link_would_be_seen(folder: Path, tmp_path: Path) -> None:
    text = (folder / "public.html").read_text(encoding="utf-8")
    (tmp_path / "public.html").write_text(text.replace('id="def-paid"', 'id="def-gone"'), encoding="utf-8")

    assert set(broken_links(tmp_path, ["public.html"])) == {"#def-paid"}


def test_numbers_of_the_office_link_to_rows_and_numbers_for_everyone_to_definitions(office: Page, public: Page) -> None:
    assert {"rows/money.html#k-aa-north", "rows/money.html#k-aa-north/2015", "rows/posts.html"} <= set(office.links)
    assert {"#def-paid", "#def-post", "#def-pairing", "#def-project"} <= set(public.links)
    assert not [link for link in public.links if not link.startswith("#")]


def test_everyone_reads_no_exact_count_of_people_beside_a_claim_nor_as_rows_of_a_table() -> None:
    note = Words("claims.record-beside", {"computed": 11873, "uom": "people"})
    people = replace(sample_facts().claims[0], notes=(note,))
    few = replace(people, code="c-few", figure=Decimal(8))
    origins = tuple(Origin(name, Words(f"services.table-{name}"), 4711, 0) for name in ("postings", "people"))
    facts = replace(sample_facts(), claims=(people, few), origins=origins)

    told = {make: to_html(make(facts)) for make in (round_report, public_report)}

    assert all(word in told[round_report] for word in ("11,873", "c-few", "4,711"))
    assert not [word for word in ("11,873", "11873", "c-few", "4,711") if word in told[public_report]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nothing_of_the_outside_and_runs_no_script(folder: Path, name: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    page = Page(text)

    addresses = set(re.findall(r"(?:https?:)?//[\w.]+", text))
    loading = [found for _, found in page.elements if "src" in found or "style" in found or "onclick" in found]

    assert addresses <= {"http://www.w3.org"}
    assert not [tag for tag, _ in page.elements if tag in ("script", "link", "img", "iframe", "object")]
    assert loading == []
    assert len(text.encode()) < 10_000_000


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_the_style_sheet_that_stands_in_the_page_and_nothing_else(folder: Path, name: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    sheet = re.search(r"<style>(.*?)</style>", text, re.S)
    assert sheet is not None

    digest = base64.b64encode(hashlib.sha256(sheet[1].encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed_with_every_id_once(folder: Path, name: str) -> None:
    page = read(folder / name)

    assert page.faults == []
    assert sorted(page.ids) == sorted(set(page.ids))


@pytest.mark.parametrize("name", PAGES)
def test_figures_carry_their_text_and_say_in_words_what_they_show(folder: Path, name: str) -> None:
    pictures = [found for tag, found in read(folder / name).elements if tag == "svg"]

    assert len(pictures) >= 10
    assert all(found["role"] == "img" and len(str(found["aria-label"])) > 20 for found in pictures)
    assert len({found["aria-label"] for found in pictures}) == len(pictures)


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_captions_and_scoped_heads(folder: Path, name: str) -> None:
    elements = read(folder / name).elements
    tables = [tag for tag, _ in elements].count("table")

    assert tables == [tag for tag, _ in elements].count("caption") > 0
    assert all(found.get("scope") in ("col", "row") for tag, found in elements if tag == "th")


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_stand_in_the_page_and_are_marked(folder: Path, name: str) -> None:
    page = read(folder / name)

    assert "On 23 November 2026 the record of The Fold programme" in re.sub(r"\s+", " ", page.text("en"))
    assert "截至2026年11月23日，谷地计划" in page.text("zh-Hans")
    assert not re.findall("[\u4e00-\u9fff]", page.text("en").replace("合成数据", ""))
    classes = {
        found.get("class"): found.get("lang") for tag, found in page.elements if tag == "span" and "class" in found
    }
    assert classes == {"en": "en", "zh": "zh-Hans"}


def test_the_word_synthetic_stands_on_every_page_in_every_figure_and_file_name(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        if path.name != "claims.html":
            text = path.read_text(encoding="utf-8")
            assert "Synthetic" in text and "合成数据" in text, path.name
    for name in PAGES:
        text = (folder / name).read_text(encoding="utf-8")
        figures = re.findall(r"<figure.*?</figure>", text, re.S)
        stamped = [figure for figure in figures if 'class="stamp"' in figure]
        assert len(stamped) >= 4
        for figure in stamped:
            drawn = re.findall(r"<svg.*?</svg>", figure, re.S)
            assert len(drawn) == 2 and all("Synthetic · 合成数据" in svg for svg in drawn)
    names = {path.name for path in folder.rglob("*.csv")}
    assert names == {
        "money.synthetic.csv", "works.synthetic.csv", "posts.synthetic.csv", "pairings.synthetic.csv", "claims.csv",
    }  # fmt: skip


def test_sourced_facts_alone_carry_no_stamp(tmp_path: Path) -> None:
    facts = ReportFacts(
        ProgrammeFacts("fold", Both("Fold", "谷"), Preset.OFFER_LED, date(2026, 11, 23), "EUR"),
        places=sample_facts().places,
        pairings=(a_pairing("aa-north", "AA", "north", rows=None),),
    )

    write_report(facts, tmp_path)

    for name in PAGES:
        assert "Synthetic ·" not in (tmp_path / name).read_text(encoding="utf-8")


def test_the_public_page_has_no_post_no_person_no_itinerary_and_nothing_under_a_prefecture(folder: Path) -> None:
    text = (folder / "public.html").read_text(encoding="utf-8")
    office = (folder / "index.html").read_text(encoding="utf-8")

    for hidden in (
        "T-0007",
        "T-0191",
        "p-2",
        "Teacher of physics",
        "Highcombe",
        "高坪",
        "Clinic site",
        "Village clinics",
    ):
        assert hidden in office, hidden
        assert hidden not in text, hidden


def test_the_public_page_rounds_every_count_of_people(folder: Path) -> None:
    text = re.sub(r"<[^>]*>", "|", (folder / "public.html").read_text(encoding="utf-8"))
    office = re.sub(r"<[^>]*>", "|", (folder / "index.html").read_text(encoding="utf-8"))

    for exact, shown in (("2,138", "2,140"), ("6,012", "6,010"), ("11,873", "11,875"), ("|42|", "|40|")):
        assert exact in office and exact not in text, exact
        assert shown in text
    assert "under 10" in text and "不足10" in text


def test_the_public_lists_follow_official_codes(folder: Path) -> None:
    text = (folder / "public.html").read_text(encoding="utf-8")
    table = text[text.index("Pairings by donor and prefecture") :]

    order = [table.index(name) for name in ("Cardon Steel → Northfold", "Brightwater → Southmere")]
    assert table.index("Aldermark → Northfold") < order[1] and order == sorted(order)


def test_missing_money_is_said_in_words(office: Page) -> None:
    words = office.text("en")

    assert "no base" in words and "no rows" in words
    assert "无基数" in office.text("zh-Hans")


def test_names_stand_in_tibetan_where_the_record_has_them(public: Page) -> None:
    assert "བྱང་ལུང" in public.text("bo")


def test_a_claim_tells_its_sources_class_and_standing(office: Page) -> None:
    words = re.sub(r"\s+", " ", office.text("en"))

    assert "c-1 · S9 · About 12,000 people were posted." in words
    assert "news story, 2024, S1 reported, reported" in words


def test_an_absent_signature_is_printed(office: Page) -> None:
    assert "no signature on record" in office.text("en")


def test_equal_facts_give_equal_bytes_in_another_process_with_no_fonts(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><fontconfig><dir>/nonexistent</dir></fontconfig>', encoding="utf-8")
    here = Path(__file__).parent
    script = (
        f"import sys; sys.path.insert(0, {str(here.parent)!r})\n"
        "from pathlib import Path\nfrom reports.cast import sample_facts\n"
        "from pairup.reports.write import write_report\n"
        f"write_report(sample_facts(), Path({str(tmp_path / 'again')!r}))\n"
    )

    subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7", "FONTCONFIG_FILE": str(empty)},
    )

    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
    again = {path.relative_to(tmp_path / "again"): path.read_bytes() for path in (tmp_path / "again").rglob("*.*")}
    assert first == again


def test_a_programme_with_nothing_in_it_still_opens_with_five_sentences(tmp_path: Path) -> None:
    programme = ProgrammeFacts("new", Both("New", "新"), Preset.REQUEST_LED, date(2026, 11, 23), "EUR")

    written = write_report(ReportFacts(programme), tmp_path)

    assert [path.name for path in written] == ["index.html", "public.html"]
    for path in written:
        lead = re.search(r'<ul class="lead">(.*?)</ul>', path.read_text(encoding="utf-8"), re.S)
        assert lead is not None and lead[1].count("<li>") == 5


@pytest.mark.parametrize(
    "column",
    ["fitness", "altitude_limit_m", "prefers", "family_note", "certificate_expiry", "attested", "clearance", "refuses"],
)
def test_personal_columns_are_refused_and_nothing_is_written(tmp_path: Path, column: str) -> None:
    table = RowTable("people", Both("People", "人员"), ("code", column), (("T-1", "x"),))
    facts = sample_facts(tables=(*sample_tables(sample_money()), table))

    with pytest.raises(InputError, match="personal") as refused:
        write_report(facts, tmp_path)

    assert refused.value.code == "reports.personal-column"
    assert list(tmp_path.iterdir()) == []


def test_points_named_after_a_preference_are_refused(tmp_path: Path) -> None:
    followed = replace(sample_followed(), parts=(WorthPart(Both("preference", "意愿"), 15),))

    with pytest.raises(InputError, match="personal"):
        write_report(sample_facts(followed=followed), tmp_path)


def test_a_number_whose_rows_were_not_given_is_refused(tmp_path: Path) -> None:
    facts = sample_facts(**BARE, tables=sample_tables(sample_money())[1:])

    with pytest.raises(InputError, match="'money'"):
        write_report(facts, tmp_path)


def test_an_area_smaller_than_a_prefecture_is_refused(tmp_path: Path) -> None:
    places = tuple(replace(p, area="high") if p.code == "high" else p for p in sample_facts().places)

    with pytest.raises(InputError, match="'high' counts towards 'high'"):
        write_report(sample_facts(places=places), tmp_path)


def test_a_key_without_rows_has_a_place_that_says_so(tmp_path: Path) -> None:
    facts = sample_facts(**BARE)
    tables = tuple(replace(t, rows=t.rows[4:]) if t.name == "money" else t for t in facts.tables)

    write_report(replace(facts, tables=tables), tmp_path)

    text = (tmp_path / "rows" / "money.html").read_text(encoding="utf-8")
    assert '<p id="k-aa-north/2010">No rows for aa-north / 2010' in text
    assert broken_links(tmp_path, ["index.html"]) == []


def test_text_of_the_record_is_escaped(tmp_path: Path) -> None:
    bad = Both("<script>alert(1)</script> & Sons", "<script>甲</script>")
    pairing = replace(a_pairing("aa-north", "AA", "north"), donor=NameFacts("AA", bad, "11"), reason=bad)
    sources = (SourceFacts("<script>", "<script>", "<script>"),)
    table = RowTable("pairings", bad, ("code", "<script>"), (("aa-north", "<script>"),), ("code",))
    programme = replace(sample_facts(**BARE).programme, name=bad)

    facts = ReportFacts(
        programme, places=sample_facts(**BARE).places, pairings=(pairing,), sources=sources, tables=(table,)
    )
    write_report(facts, tmp_path)

    for page in ("index.html", "public.html", "rows/pairings.html"):
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert "<script" not in text and "&lt;script&gt;" in text, page
