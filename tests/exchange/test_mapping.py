"""A user's own sheet goes in unchanged; what is not certain stays as it stands and is told under the user's header."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.exchange.mapping import UNITS, plain_day, plain_number, read_mapped, read_mapping
from pairup.exchange.reading import Rows, read_rows
from pairup.values.findings import Finding, Severity
from tests.exchange.layouts import LAYOUT, codes

MAPPING = """
programme = "xizang"

[[table]]
file = "2024项目.csv"
table = "projects"
encoding = "gb18030"
header_row = 3
skip_rows = ["合计", "小计"]
ignore = ["序 号"]
empty = ["—", "无"]
fill_down = ["乡镇"]
constants = { currency = "CNY" }
templates = { code = "{乡镇}-{序号}", title_en = "{项目名称}" }
units = { cost = "万元" }
values = { category = { "医疗" = "health", "教育" = "education" } }

[table.columns]
"项目名称" = "title_zh"
"类别" = "category"
"总投资(万元)" = "cost"
"开工日期" = "from"
"备注" = "note"
"""
SHEET = """\
2024年援藏项目一览表,,,,,,
,,,,,,单位：万元
序号,乡镇,项目名称,类别,总投资（万元）,开工日期,备注
1,甲乡,县医院 扩建,医疗,"1,234.5678",2024年3月5日,
2,,中学宿舍,教 育,８８,2024/4/1,无
,,小计,,1322.5678,,
3,乙乡,卫生院,医疗,—,2024.5,

合计,,,,1322.5678,,
"""


def write(folder: Path, mapping: str = MAPPING, sheet: str = SHEET, encoding: str = "gb18030") -> None:
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    (folder / "2024项目.csv").write_bytes(sheet.encode(encoding))


def read(folder: Path) -> tuple[Rows | None, list[Finding]]:
    plan, found = read_mapping(folder / "mapping.toml", LAYOUT)
    if not plan.parts:
        return None, found
    sheet, more = read_mapped(folder, plan.parts[0], plan, LAYOUT)
    if sheet is None:
        return None, found + more
    rows, most = read_rows(LAYOUT[plan.parts[0].table], [sheet])
    return rows, found + more + most


def test_a_county_sheet_goes_in_unchanged(tmp_path: Path) -> None:
    write(tmp_path)

    rows, found = read(tmp_path)

    assert found == [] and rows is not None
    assert rows.fields["code"] == ["甲乡-1", "甲乡-2", "乙乡-3"]
    assert rows.fields["title_zh"] == rows.fields["title_en"] == ["县医院 扩建", "中学宿舍", "卫生院"]
    assert rows.fields["category"] == ["health", "education", "health"]
    assert rows.fields["cost_minor"] == [1_234_567_800, 88_000_000, None]
    assert [str(day) for day in rows.fields["starts"]] == ["2024-03-05", "2024-04-01", "2024-05-01"]
    assert rows.fields["starts_precision"] == ["day", "day", "month"]
    assert rows.sheet.rows == [4, 5, 7]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2024年3月5日", "3/5/2024", ["ambiguous-day 4 开工日期"]),
        ("2024.5", "2024.1", ["january-or-october 7 开工日期"]),
        ("2024/4/1", "2024年2月30日", ["not-a-day 5 开工日期"]),
        ('"1,234.5678"', '"1.234,5"', ["not-a-number 4 总投资（万元）"]),
        ('"1,234.5678"', "0.1234567", ["finer-than-currency 4 总投资（万元）"]),
        ('"1,234.5678"', "=SUM(E5:E7)", ["not-a-number 4 总投资（万元）"]),
        ("教 育", "宗教活动", ["not-in-list 5 类别"]),
        ("开工日期,备注", "开工时间,备注", ["no-such-head  开工日期", "unmapped-column  开工时间"]),
        ("备注\n", "民族\n", ["forbidden-column  民族", "no-such-head  备注"]),
    ],
)
def test_what_is_not_certain_is_told_under_the_users_own_header(
    tmp_path: Path, old: str, new: str, told: list[str]
) -> None:
    assert old in SHEET
    write(tmp_path, sheet=SHEET.replace(old, new))

    _, found = read(tmp_path)

    assert sorted(codes(found)) == told


def test_a_forbidden_column_is_kept_out_only_by_name_and_with_a_warning(tmp_path: Path) -> None:
    sheet = SHEET.replace("备注\n", "民族\n")
    write(tmp_path, MAPPING.replace('"备注" = "note"', "").replace('"序 号"', '"民族"'), sheet)
    rows, found = read(tmp_path)
    write(tmp_path, MAPPING.replace('"备注" = "note"', '"民族" = "note"').replace('"序 号"', '"民族"'), sheet)
    _, mapped = read(tmp_path)
    write(
        tmp_path,
        MAPPING.replace('"备注" = "note"', "").replace('"{乡镇}-', '"{民族}{乡镇}-').replace('"序 号"', '"民族"'),
        sheet,
    )
    _, used = read(tmp_path)

    assert codes(found) == ["forbidden-ignored  民族"] and found[0].severity is Severity.WARNING
    assert rows is not None and all(text == "" for text in rows.fields["note"])
    assert codes(mapped) == ["forbidden-column  民族"]
    assert codes(used) == ["forbidden-column  民族"]


def test_rows_without_the_second_table_are_left_out_of_it(tmp_path: Path) -> None:
    write(tmp_path, MAPPING.replace("header_row", 'only_filled = ["总投资（万元）"]\nheader_row'))
    rows, found = read(tmp_path)
    write(tmp_path, MAPPING.replace("header_row", 'only_filled = ["投资"]\nheader_row'))
    _, wrong = read(tmp_path)

    assert found == [] and rows is not None
    assert rows.fields["code"] == ["甲乡-1", "甲乡-2"] and rows.sheet.rows == [4, 5]
    assert codes(wrong) == ["no-such-head  投资"]


def test_the_order_of_days_can_be_said_for_a_sheet(tmp_path: Path) -> None:
    write(
        tmp_path,
        MAPPING.replace("header_row", 'day_order = "day-first"\nheader_row'),
        SHEET.replace("2024/4/1", "3/5/2024"),
    )

    rows, found = read(tmp_path)

    assert found == [] and rows is not None and str(rows.fields["starts"][1]) == "2024-05-03"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("header_row = 3", "header_rows = 3", "mapping-key"),
        ("header_row = 3", 'header_row = "3"', "mapping-type"),
        ("header_row = 3", "header_row = 0", "mapping-value"),
        ("header_row = 3", "header_row = 99", "no-header-row"),
        ('"gb18030"', '"latin-1"', "mapping-value"),
        ('table = "projects"', 'table = "project"', "mapping-table"),
        ('table = "projects"', "", "mapping-missing"),
        ('"title_zh"', '"title_cn"', "mapping-column"),
        ('"万元"', '"万"', "mapping-value"),
        ('"2024项目.csv"', '"2023项目.csv"', "mapping-no-file"),
        ('"2024项目.csv"', '"../2024项目.csv"', "mapping-outside"),
        ("[[table]]", "[[table]", "bad-toml"),
        ("[[table]]", "[table]", "mapping-type"),
        ("{序号}", "{号}", "no-such-head"),
        ("header_row = 3", "header_row = 3\nday_order = 'any'", "mapping-value"),
        ("header_row = 3", "header_row = 3\ndelimiter = ''", "mapping-value"),
        ('programme = "xizang"', 'programm = "xizang"', "mapping-key"),
        ('programme = "xizang"', 'encoding = "ebcdic"', "mapping-value"),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in MAPPING
    folder = tmp_path / "county"
    folder.mkdir()
    (tmp_path / "2024项目.csv").write_text("", encoding="utf-8")
    write(folder, MAPPING.replace(old, new))

    _, found = read(folder)

    assert told in [one.split()[0] for one in codes(found)]


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False), st.sampled_from(sorted(UNITS)))
def test_a_unit_multiplies_exactly(number: Decimal, unit: str) -> None:
    plain, grouped = f"{number:f}", f"{number:,f}"

    assert Decimal(plain_number(plain, UNITS[unit])) == number * UNITS[unit]
    assert plain_number(grouped, UNITS[unit]) == plain_number(plain, UNITS[unit])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年3月5日", "2024-03-05"),
        ("2024年3月", "2024-03"),
        ("2024年", "2024"),
        ("2024/3/5", "2024-03-05"),
        ("2024.3.5", "2024-03-05"),
        ("2024-3-5", "2024-03-05"),
        ("2024.3", "2024-03"),
        ("2024.10", "2024-10"),
        ("20240305", "2024-03-05"),
        ("2024.1", ""),
        ("24.3.5", ""),
        ("3/5/2024", ""),
        ("45356", ""),
        ("2024年3月5日-8日", ""),
    ],
)
def test_only_a_certain_day_is_rewritten(text: str, day: str) -> None:
    assert plain_day(text) == day


def test_the_order_of_day_and_month_is_taken_from_the_mapping_alone() -> None:
    assert plain_day("3/5/2024", "day-first") == "2024-05-03"
    assert plain_day("3/5/2024", "month-first") == "2024-03-05"
