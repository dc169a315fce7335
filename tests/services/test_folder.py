"""Programme folders in: checked whole, then loaded whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairup.errors import AccessError, ConflictError, InputError
from pairup.exchange.sheets import write_sheet
from pairup.services import folder
from pairup.services.folder import FolderRefused
from pairup.services.schema import folder_layout
from pairup.values.findings import Finding

FIRST = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 9, tzinfo=UTC)
Tables = dict[str, list[dict[str, str]]]


def a_programme() -> Tables:
    """Two pairings of one programme, a post with a handover, some money and a project with a history."""
    return {
        "programme": [{"code": "twin", "name_en": "Twin", "preset": "mandate_led", "currency": "CNY", "from": "1994"}],
        "places": [
            {"code": "hill", "name_en": "Hill", "level": "county", "official_code": "1", "to": "2014"},
            {"code": "hill", "name_en": "Hill", "level": "county", "official_code": "2", "from": "2015"},
            {"code": "dale", "name_en": "Dale", "level": "county", "parent": "hill", "other_names": "Dell;Den"},
        ],
        "organisations": [
            {"code": "CN-FJ", "name_en": "Fujian", "kind": "government"},
            {"code": "CN-GD", "name_en": "Guangdong", "kind": "government"},
        ],
        "pairings": [
            {"code": "fj-hill", "donor": "CN-FJ", "place": "hill", "channel": "territorial", "from": "1994",
             "to": "2016-07"},
            {"code": "gd-hill", "donor": "CN-GD", "place": "hill", "channel": "territorial", "from": "2016-07"},
        ],
        "rounds": [{"code": "national-1", "scheme": "national", "ordinal": "1", "from": "1995", "to": "1998"}],
        "people": [
            {"code": "P-1", "donor": "CN-FJ", "profession": "doctor", "skills": "surgery", "prefers": "dale;hill",
             "highest_altitude_m": "4500", "partner": "P-2", "is_synthetic": "yes"},
            {"code": "P-2", "donor": "CN-FJ", "profession": "nurse", "partner": "P-1", "is_synthetic": "yes"},
        ],
        "posts": [
            {"code": "Q-1", "round": "national-1", "place": "hill", "title_en": "Surgeon", "profession": "doctor"},
            {"code": "Q-2", "round": "national-1", "place": "dale", "title_en": "Surgeon", "profession": "doctor",
             "continues": "Q-1"},
        ],
        "postings": [
            {"code": "R-1", "person": "P-1", "post": "Q-1", "status": "completed", "from": "1995-07-01",
             "to": "1998-06-30"},
            {"code": "R-2", "person": "P-1", "post": "Q-2", "status": "completed", "from": "1998-06-01",
             "to": "2001-06-30"},
        ],
        "projects": [
            {"code": "J-1", "title_en": "Clinic", "category": "health", "status": "works", "place": "hill",
             "pairing": "fj-hill", "cost": "1200000.50", "currency": "CNY", "from": "1996", "to": "1997"},
            {"code": "J-1", "title_en": "Clinic", "category": "health", "status": "operating", "place": "hill",
             "pairing": "fj-hill", "cost": "1200000.50", "currency": "CNY", "from": "1998", "start_years": "1996;1997"},
        ],
        "money": [
            {"code": "M-1", "day": "1996-03", "pairing": "fj-hill", "project": "J-1", "kind": "payment",
             "budget_year": "1996", "amount": "1200000.50", "currency": "CNY"},
            {"code": "M-2", "day": "1997", "pairing": "fj-hill", "kind": "return", "budget_year": "1997",
             "amount": "-0.50", "currency": "CNY", "note": "=found over"},
        ],
        "claims": [
            {"code": "C-1", "day": "2024", "speaker": "news story, 2024", "text_en": "Grew.", "claim_class": "reported",
             "subject": "trees", "figure": "240", "uom": "%", "arithmetic": "kind=growth;from=622;to=2117"},
        ],
    }  # fmt: skip


def load(tables: Mapping[str, Any], at: datetime = FIRST, **options: Any) -> folder.Loaded:
    return folder.load_tables(tables, actor="programme_office", at=at, **options)


def told(found: list[Finding]) -> list[str]:
    for one in found:
        assert one.say("en") and one.say("zh_Hans") != one.say("en")
    return [f"{one.file}:{one.row or ''}:{one.column}:{one.words.code.removeprefix('folder.')}" for one in found]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    from pairup.record.models import TABLES, JournalEntry

    held = {name: list(model.objects.order_by("pk").values_list()) for name, model in TABLES.items()}
    return held | {"journal": list(JournalEntry.objects.values_list("number", "hash"))}


def write_tables(path: Path, tables: Tables) -> Path:
    path.mkdir(exist_ok=True)
    for name, rows in tables.items():
        names = list(dict.fromkeys(key for row in rows for key in row)) or ["code"]
        lines = write_sheet(names, ([row.get(name, "") for name in names] for row in rows))
        (path / f"{name}.csv").write_text("".join(lines), encoding="utf-8", newline="")
    return path


def test_a_programme_in_memory_passes_and_loads_in_one_entry(record: Path) -> None:
    from pairup.record.models import ClaimVersion, JournalEntry, MoneyLineVersion, PersonVersion, ProjectVersion
    from pairup.services.personal import open_rows
    from pairup.services.write import check_journal

    assert folder.check_tables(a_programme()) == []

    loaded = load(a_programme())

    assert loaded.total == (20, 0, 0) and loaded.entry == 1 and loaded.programme == "twin"
    assert JournalEntry.objects.count() == 1 and check_journal() == []
    (person,) = open_rows(PersonVersion.objects.filter(identity__code="P-1"))
    assert (person.prefers, person.partner, person.highest_altitude_m) == (["dale", "hill"], "P-2", 4500)
    line = MoneyLineVersion.objects.get(identity__code="M-1")
    assert (line.amount_minor, line.day, line.day_precision) == (120_000_050, date(1996, 3, 1), "month")
    later = ProjectVersion.objects.on(date(2000, 1, 1)).get()
    assert (later.status, later.start_years, later.ends_before) == ("operating", [1996, 1997], None)
    assert ClaimVersion.objects.get().arithmetic == {"kind": "growth", "from": "622", "to": "2117"}


def test_a_folder_loads_as_its_tables_do(new_record: Callable[[str], Path], tmp_path: Path) -> None:
    path = write_tables(tmp_path / "twin", a_programme())

    assert folder.check_folder(path) == []
    new_record("one")
    assert folder.load_folder(path, actor="programme_office", at=FIRST).total == (20, 0, 0)
    from_files = everything()
    new_record("two")
    load(a_programme())
    in_memory = everything()

    for name in folder_layout():
        if name not in ("people", "money"):  # sealed under a new salt; an apostrophe-free `=` is read as it stands
            assert from_files[name] == in_memory[name], name


def test_the_same_rows_again_change_nothing(record: Path) -> None:
    load(a_programme())
    before = everything()

    again = load(a_programme(), LATER)

    assert again.total == (0, 0, 20) and again.entry is None
    assert everything() == before


def test_a_changed_row_supersedes_and_the_old_one_is_kept(record: Path) -> None:
    from pairup.record.models import PairingVersion

    load(a_programme())
    tables = a_programme()
    tables["pairings"][1]["to"] = "2028-06-30"

    loaded = load(tables, LATER)

    assert loaded.counts["pairings"] == (0, 1, 1)
    old, new = PairingVersion.objects.filter(identity__code="gd-hill").order_by("number")
    assert (old.ends_before, old.superseded_at, new.ends_before, new.number) == (None, LATER, date(2028, 7, 1), 2)
    assert PairingVersion.objects.on(date(2030, 1, 1), known_by=FIRST.date()).get() == old
    assert not PairingVersion.objects.on(date(2030, 1, 1)).exists()


def test_a_row_that_differs_by_its_first_day_alone_corrects_it(record: Path) -> None:
    from pairup.record.models import PlaceVersion

    load(a_programme())
    tables = a_programme()
    tables["places"][0]["to"], tables["places"][1]["from"] = "2015", "2016"

    loaded = load(tables, LATER)

    assert loaded.counts["places"] == (0, 2, 1)
    assert [row.starts for row in PlaceVersion.objects.known().filter(official_code="2")] == [date(2016, 1, 1)]


def test_a_money_line_with_another_day_is_a_correction_and_not_a_second_payment(record: Path) -> None:
    from pairup.record.models import MoneyLineVersion

    load(a_programme())
    tables = a_programme()
    tables["money"][0]["day"] = "1996-04"

    loaded = load(tables, LATER)

    assert loaded.counts["money"] == (0, 1, 1)
    assert sorted(MoneyLineVersion.objects.known().values_list("amount_minor", flat=True)) == [-50, 120_000_050]


def test_rows_that_stand_in_the_record_are_known_to_a_partial_folder(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    part = {"money": [{**a_programme()["money"][0], "code": "M-3"}]}

    alone, against = folder.check_tables(part), folder.check_tables(part, record=record)

    assert told(alone) == [
        ":::no-programme", "money.csv:2:pairing:unknown-code", "money.csv:2:project:unknown-code",
    ]  # fmt: skip
    assert against == []
    assert load(part, LATER).total == (1, 0, 0)


def test_what_stands_in_the_record_counts_against_new_rows(record: Path) -> None:
    load(a_programme())
    tables = a_programme()
    part = {
        "places": [{"code": "hill", "name_en": "Hill", "level": "county", "from": "2020"}],
        "pairings": [{**tables["pairings"][1], "code": "again"}],
        "postings": [
            {**tables["postings"][1], "code": "R-3", "from": "1999-01-01"},
            {**tables["postings"][1], "code": "R-4", "from": "1999-02-01", "full_time": "no"},
        ],
    }

    with pytest.raises(FolderRefused) as refused:
        load(part, LATER)

    assert told(refused.value.facts["findings"]) == [
        "pairings.csv:2:code:two-pairings",
        "places.csv:2:from:spans-overlap",
        "postings.csv:2:person:two-posts",
    ]


@pytest.mark.parametrize(
    ("kind", "rule", "is_kept"),
    [("rule", "selection_age.xizang", True), ("rule", "", False), ("rule", "selection_age.nowhere", False),
     ("licence", "", True), ("safeguarding", "selection_age.xizang", False), ("political", "", False)],
)  # fmt: skip
def test_an_attestation_of_a_rule_names_one_and_no_other_kind_does(kind: str, rule: str, is_kept: bool) -> None:
    tables = a_programme() | {"attestations": [{"code": "A-1", "person": "P-1", "kind": kind, "rule": rule,
                                                "is_synthetic": "yes"}]}  # fmt: skip

    assert (told(folder.check_tables(tables)) == []) is is_kept


def test_a_second_posting_is_judged_by_the_corrected_row_and_not_by_the_old_one(record: Path) -> None:
    load(a_programme())
    tables = a_programme()
    cut = {**tables["postings"][1], "to": "1998-12-31", "status": "ended_early"}
    part = {"postings": [cut, {**tables["postings"][1], "code": "R-3", "from": "1999-01-01"}]}

    assert load(part, LATER).counts["postings"] == (1, 1, 0)


def test_a_posting_in_the_record_that_is_not_full_time_leaves_room_for_one_that_is(record: Path) -> None:
    tables = a_programme()
    tables["postings"][1]["full_time"] = "no"
    load(tables)

    assert load({"postings": [{**tables["postings"][1], "code": "R-3", "full_time": "yes"}]}, LATER).total.new == 1


def test_the_folders_of_two_programmes_share_places_and_keep_their_codes_apart(record: Path) -> None:
    from pairup.record.models import Pairing, Place

    load(a_programme())
    other = a_programme()
    other["programme"][0]["code"] = "other"

    loaded = load(other, LATER)

    assert loaded.counts["places"] == (0, 0, 3) and loaded.counts["pairings"] == (2, 0, 0)
    assert Place.objects.count() == 2 and Pairing.objects.filter(code="fj-hill").count() == 2
    with pytest.raises(FolderRefused) as refused:
        load({"rounds": [{"code": "r", "scheme": "s", "ordinal": "1"}]}, LATER)
    assert told(refused.value.facts["findings"]) == [":::no-programme"]


BAD = {
    "unknown code": ("money", 0, "pairing", "fj-hil", "money.csv:2:pairing:unknown-code"),
    "unknown preference": ("people", 0, "prefers", "dale;hull", "people.csv:2:prefers:unknown-code"),
    "impossible day": ("money", 0, "day", "2023-02-29", "money.csv:2:day:not-a-day"),
    "below zero": ("money", 0, "amount", "-1", "money.csv:2:amount:below-zero"),
    "closed list": ("places", 0, "level", "shire", "places.csv:2:level:not-in-list"),
    "two posts": ("postings", 1, "from", "1998-05-01", "postings.csv:3:person:two-posts"),
    "twice": ("money", 1, "code", "M-1", "money.csv:3:code:one-row-a-code"),
    "overlap": ("places", 1, "from", "2010", "places.csv:3:from:spans-overlap"),
    "backwards": ("rounds", 0, "to", "1990", "rounds.csv:2:to:span-backwards"),
    "forbidden": ("people", 0, "民族", "x", "people.csv::民族:forbidden-column"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_one_finding_refuses_the_whole_and_leaves_the_record_as_it_was(record: Path, name: str) -> None:
    table, row, column, text, expected = BAD[name]
    load(a_programme())
    before = everything()
    tables = a_programme()
    tables["places"].append({"code": "new", "name_en": "New", "level": "county"})
    tables[table][row][column] = text

    with pytest.raises(FolderRefused) as refused:
        load(tables, LATER)

    assert told(refused.value.facts["findings"]) == [expected]
    assert "1" in str(refused.value) and refused.value.exit_code == 1
    assert everything() == before


def test_all_findings_of_a_folder_are_collected(tmp_path: Path) -> None:
    path = write_tables(tmp_path / "twin", a_programme())
    (path / "needs.csv").write_bytes("code,place,category\nn,墨脱,health\n".encode("gb18030"))
    (path / "works.csv").write_text('code,project\n"w\n', encoding="utf-8")
    (path / "proyects.csv").write_text("code\n", encoding="utf-8")
    (path / "runs.csv").write_text("code\n", encoding="utf-8")
    (path / "teams.csv").write_text("", encoding="utf-8")
    (path / "list.xlsx").write_bytes(b"PK")
    (path / "rounds.csv").write_text("code,scheme,ordinal\nr,s,one\nr,s\n", encoding="utf-8")

    found = folder.check_folder(path)

    assert told(found) == [
        "list.xlsx:::not-csv",
        "needs.csv:2::encoding-asked",
        "posts.csv:2:round:unknown-code",
        "posts.csv:3:round:unknown-code",
        "proyects.csv:::unknown-table",
        "rounds.csv:2:ordinal:not-whole",
        "rounds.csv:3::row-length",
        "rounds.csv:3:ordinal:empty-cell",
        "runs.csv:::table-not-by-hand",
        "teams.csv:::empty-file",
        "works.csv:2::broken-row",
    ]


def test_a_load_that_breaks_while_it_writes_leaves_nothing(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.services import write

    load(a_programme())
    before = everything()
    tables = a_programme()
    tables["claims"].append({**tables["claims"][0], "code": "C-2"})
    tables["money"].append({**tables["money"][0], "code": "M-9"})

    def breaks(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(write.Doing, "leaf", breaks)
    with pytest.raises(OSError, match="disk full"):
        load(tables, LATER)

    assert everything() == before


def test_only_an_office_loads(record: Path) -> None:
    with pytest.raises(AccessError):
        folder.load_tables(a_programme(), actor="evaluator", at=FIRST)


def test_a_refused_load_leaves_no_new_record_and_keeps_an_old_one(tmp_path: Path, record: Path) -> None:
    path = write_tables(tmp_path / "twin", a_programme())
    new = tmp_path / "new.sqlite3"
    assert folder.load_into(record, path, actor="programme_office", at=FIRST).total.new == 20
    write_tables(path, a_programme() | {"rounds": []})

    with pytest.raises(FolderRefused):
        folder.load_into(new, path, actor="programme_office", at=FIRST)
    assert not new.exists()

    write_tables(path, a_programme())
    assert dict(folder.load_into(record, path, actor="programme_office", at=LATER).items())["places"] == (0, 0, 3)


def test_a_started_folder_passes_its_own_check_and_its_examples_are_comments(tmp_path: Path, record: Path) -> None:
    made = folder.init_folder(tmp_path / "mine", "mine")

    assert {path.stem for path in made if path.suffix == ".csv"} == {n for n, t in folder_layout().items() if t.by_hand}
    assert folder.check_folder(tmp_path / "mine") == []
    assert folder.load_folder(tmp_path / "mine", actor="programme_office", at=FIRST).total == (1, 0, 0)
    with pytest.raises(ConflictError, match="not empty"):
        folder.init_folder(tmp_path / "mine", "mine")
    with pytest.raises(InputError, match="code"):
        folder.init_folder(tmp_path / "other", "no/such name")


def test_an_example_row_without_its_mark_is_read(tmp_path: Path) -> None:
    folder.init_folder(tmp_path / "mine", "mine")
    for path in (tmp_path / "mine").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("\n# ", "\n"), encoding="utf-8", newline="")

    found = folder.check_folder(tmp_path / "mine")

    assert {one.words.code for one in found} == {"folder.unknown-code", "folder.two-programmes"}


def test_a_folder_that_is_not_there_or_holds_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        folder.check_folder(tmp_path / "none")
    assert told(folder.check_folder(tmp_path)) == [f"{tmp_path.name}:::no-tables"]
    assert told(folder.check_folder(tmp_path, mapping=tmp_path / "m.toml")) == ["m.toml:::no-mapping"]
    assert told(folder.check_tables({"place": []})) == ["place:::unknown-table"]


def test_a_mapped_sheet_and_plain_tables_load_together(record: Path, tmp_path: Path) -> None:
    from pairup.record.models import ProjectVersion

    load(a_programme())
    (tmp_path / "2024项目.csv").write_bytes("项目,投资\n卫生院,12.5\n中学,8\n".encode("gb18030"))
    (tmp_path / "2025项目.csv").write_text("项目,投资\n水渠,3\n", encoding="utf-8")
    (tmp_path / "readme.csv").write_text("x", encoding="utf-8")
    part = """
[[table]]
file = "{year}项目.csv"
table = "projects"
{encoding}
columns = {{ "项目" = ["title_zh", "title_en"], "投资" = "cost" }}
constants = {{ category = "health", status = "approved", place = "hill", currency = "CNY", from = "{year}" }}
templates = {{ code = "{year}-{{row}}" }}
units = {{ cost = "万元" }}
"""
    mapping = 'programme = "twin"\nignore_files = ["readme.csv"]\n'
    mapping += part.format(year=2024, encoding='encoding = "gb18030"') + part.format(year=2025, encoding="")
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")

    assert folder.check_folder(tmp_path, record=record) == []
    loaded = folder.load_folder(tmp_path, actor="programme_office", at=LATER)

    assert loaded.counts == {"projects": (3, 0, 0)}
    new = ProjectVersion.objects.filter(recorded_at=LATER).order_by("identity__code")
    assert [(row.identity.code, row.title_zh, row.cost_minor) for row in new] == [
        ("2024-2", "卫生院", 12_500_000), ("2024-3", "中学", 8_000_000), ("2025-2", "水渠", 3_000_000),
    ]  # fmt: skip


def test_progress_says_what_is_done(record: Path) -> None:
    steps: list[tuple[str, int, int]] = []

    load(a_programme(), progress=lambda label, done, total: steps.append((label.say(), done, total)))

    assert steps[0][0] == "reading programme" and steps[-1] == ("written", 20, 20)
    assert all(done <= total for _, done, total in steps)


def test_a_few_lines_are_loaded_without_the_codes_of_all_lines(record: Path) -> None:
    """Three million lines of money took a gigabyte, of which a thousand new ones used a few."""
    tables = a_programme()
    line = tables["money"][0]
    tables["money"] = [line | {"code": f"M-{at}"} for at in range(30)]
    folder.load_tables(tables, actor="programme_office", at=FIRST)
    few = {"money": [line | {"code": "M-new", "passes_on": "M-7"}, line | {"code": "M-3", "amount": "12"}]}

    with CaptureQueriesContext(connection) as asked:
        loaded = folder.load_tables({"programme": tables["programme"]} | few, actor="programme_office", at=LATER)

    assert (loaded.counts["money"].new, loaded.counts["money"].changed) == (1, 1)
    of_codes = [
        one["sql"] for one in asked if re.search(r'"record_moneyline"\."code".* FROM "record_moneyline"', one["sql"])
    ]
    assert of_codes and all(" IN (" in sql or "LIMIT" in sql for sql in of_codes), of_codes
