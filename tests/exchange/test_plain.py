"""Days and numbers as people and spreadsheets write them: read the one way they can be meant, or refused."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.exchange.cells import CellRefused, read_day, write_day
from pairup.exchange.child import parse_apart
from pairup.exchange.plain import plain_day, plain_number, solid
from pairup.exchange.untrusted import as_text
from pairup.exchange.workbook_scan import Refused

#: what stands in the cell | how it is read, or why it is not
DAYS = """
    2024-03-05 | 2024-03-05; 2024-3-5 | 2024-03-05; 2024/03/05 | 2024-03-05; 2024/3/5 | 2024-03-05;
    2024.3.5 | 2024-03-05; 2024.03.05 | 2024-03-05; 20240305 | 2024-03-05; 2024年3月5日 | 2024-03-05;
    2024年03月05日 | 2024-03-05; 2024 年 3 月 5 日 | 2024-03-05; ２０２４年３月５日 | 2024-03-05;
    2024年3月5号 | 2024-03-05; 二〇二四年三月五日 | 2024-03-05;
    二零二四年三月五日 | 2024-03-05; 二○二四年三月五日 | 2024-03-05;
    二〇二四年十二月三十一日 | 2024-12-31; 二〇二四年十月二十日 | 2024-10-20;
    二〇二四年十一月 | 2024-11; 二〇二四年 | 2024;
    5 March 2024 | 2024-03-05; 5 Mar 2024 | 2024-03-05; 5-Mar-2024 | 2024-03-05;
    05-MAR-2024 | 2024-03-05; March 5, 2024 | 2024-03-05; Mar. 5, 2024 | 2024-03-05;
    5th March 2024 | 2024-03-05; March 2024 | 2024-03; Mar-2024 | 2024-03; Sept 2024 | 2024-09;
    September 2024 | 2024-09; 2024-03-05 00:00:00 | 2024-03-05; 2024-03-05T00:00:00 | 2024-03-05;
    2024-03-05 00:00 | 2024-03-05; 2024-03-05 12:30:00 | not-a-day; 2024-03 | 2024-03;
    2024-3 | 2024-03; 2024/3 | 2024-03; 2024/03 | 2024-03; 2024.3 | 2024-03; 2024.03 | 2024-03;
    2024.12 | 2024-12; 2024.1 | january-or-october; 2024.10 | 2024-10; 2024年3月 | 2024-03;
    2024年12月 | 2024-12; 2024年 | 2024; 2024 | 2024; 2024.0 | not-a-day; 2024-13 | not-a-day;
    2024-00 | not-a-day; 2024-02-30 | not-a-day; 2023-02-29 | not-a-day; 2024-02-29 | 2024-02-29;
    1900-02-29 | not-a-day; 2000-02-29 | 2000-02-29; 2100-02-29 | not-a-day; 2024-04-31 | not-a-day;
    3/5/2024 | ambiguous-day; 5/3/2024 | ambiguous-day; 03/05/2024 | ambiguous-day;
    3-5-2024 | ambiguous-day; 3.5.2024 | ambiguous-day; 13/5/2024 | not-a-day; 5/13/2024 | not-a-day;
    25/12/2024 | not-a-day; 12/25/2024 | not-a-day; 31/1/2024 | not-a-day; 5/5/2024 | not-a-day;
    3/5/24 | ambiguous-day; 24/3/5 | not-a-day; 24-3-5 | not-a-day; 24年3月5日 | not-a-day;
    '24 | not-a-day; 45356 | day-serial; 45356.5 | day-serial; 45356.0 | day-serial; 60 | not-a-day;
    59 | not-a-day; 1 | not-a-day; 0 | not-a-day; -1 | not-a-day; 36526 | day-serial;
    FY2024 | fiscal-year; FY24 | fiscal-year; FY 2024 | fiscal-year; FY2023/24 | fiscal-year;
    FY2023-24 | fiscal-year; fy2024 | fiscal-year; FY'24 | fiscal-year; 2024财年 | fiscal-year;
    2024年度 | fiscal-year; 2024预算年度 | fiscal-year; 2024会计年度 | fiscal-year; 2024财政年度 | fiscal-year;
    2023/24 | fiscal-year; 2023-24 | fiscal-year; 2023–24 | fiscal-year; 2023/2024 | fiscal-year;
    2023-2024 | fiscal-year; 2011/12 | fiscal-year; 2008/09 | fiscal-year; 2000/01 | fiscal-year;
    2011-12 | 2011-12; 2008-09 | 2008-09; 1999/00 | fiscal-year; 1999/2000 | fiscal-year;
    2024/2025 | fiscal-year; 2024Q1 | not-a-day; 2024-Q1 | not-a-day; Q1 2024 | not-a-day;
    2024年第一季度 | not-a-day; 2024年一季度 | not-a-day; 2024年上半年 | not-a-day; 2024H1 | not-a-day;
    2024-W10 | not-a-day; mid-2024 | not-a-day; 2024年初 | not-a-day; 2024年3月上旬 | not-a-day;
    约2024年 | not-a-day; 2024? | not-a-day; c. 2024 | not-a-day; 2024s | not-a-day;
    before 2024 | not-a-day; 今年 | not-a-day; 去年 | not-a-day; 昨天 | not-a-day; today | not-a-day;
    - | not-a-day; — | not-a-day; 无 | not-a-day; 待定 | not-a-day; n/a | not-a-day; TBD | not-a-day;
    民国113年 | not-a-day; 令和6年 | not-a-day; 昭和60年3月 | not-a-day; 甲辰年 | not-a-day; 2567 | 2567;
    1994 | 1994; 1949-10-01 | 1949-10-01; 1899-12-31 | 1899-12-31; 0001-01-01 | 0001-01-01;
    0000-01-01 | not-a-day; 9999-12-31 | not-a-day; 10000-01-01 | not-a-day; 2024-1-1 | 2024-01-01;
    2024-01-1 | 2024-01-01; 2024–03–05 | not-a-day; 2024—03—05 | not-a-day; 2024－03－05 | 2024-03-05;
    2024/03-05 | 2024-03-05; 2024-03/05 | 2024-03-05; 2024，3，5 | not-a-day; 2024,3,5 | not-a-day;
    2024、3、5 | not-a-day; 2024 3 5 | not-a-day; 2024;3;5 | not-a-day; 20241305 | not-a-day;
    20240230 | not-a-day; 19940701 | 1994-07-01; 202403 | not-a-day; 2403 | 2403; 240305 | not-a-day;
    2024030 | not-a-day; 2024-03-05Z | not-a-day; 2024-03-05+08:00 | not-a-day;
    2024-03-05T00:00:00Z | not-a-day; 2024年2月30日 | not-a-day; 2024年13月 | not-a-day;
    2024年0月 | not-a-day; 2024年3月0日 | not-a-day; 二〇二四年十三月 | not-a-day; 二〇二四年二月三十日 | not-a-day;
    二四年三月 | not-a-day; Smarch 5, 2024 | not-a-day; Ma 5 2024 | not-a-day; 5 Foo 2024 | not-a-day;
    Foo 2024 | not-a-day; 31 February 2024 | not-a-day; May 2024 | 2024-05; 5 May 2024 | 2024-05-05;
    1 Sept 2024 | 2024-09-01; 30 June 2024 | 2024-06-30; june 2024 | 2024-06; 2024 June | not-a-day;
    2024-Jun-05 | not-a-day; 2024年3月5日 12:00 | not-a-day; 2024年3月5日至7日 | not-a-day;
    2024-03-05~2024-03-07 | not-a-day; 2024.3-2024.5 | not-a-day; 2016-07-15~month | 2016-07-15;
    2016-07-15~year | 2016-07-15; ༢༠༢༤ | not-a-day; ٢٠٢٤-٠٣-٠٥ | not-a-day;
"""
NUMBERS = """
    0 | 0; 5 | 5; -5 | -5; −5 | -5; －5 | -5; +5 | -; 1.5 | 1.5; 1,234 | 1234; 1,234.5 | 1234.5;
    12,34 | -; 1,23 | -; １，２３４．５ | 1234.5; 1 234 | 1234; 1.234,5 | -; 1e5 | -; 1E5 | -; 0x10 | -;
    1_000 | -; .5 | -; 5. | -; 05 | 5; 00012 | 12; -0 | 0; 0.00 | 0; 1.2万 | 12000; 1.2万元 | 12000;
    12万 | 120000; 1,200万 | 12000000; 3亿 | 300000000; 3.5亿元 | 350000000; 2千 | 2000; 5百万 | 5000000;
    1千万 | 10000000; 1万亿 | 1000000000000; 1.2 万 | 12000; １．２万 | 12000; -1.2万 | -12000; 万 | -;
    1.2万2千 | -; 一万二千 | -; 1.2k | -; 1.2M | -; 12元 | -; ¥12 | -; CNY 12 | -; 12 CNY | -; $12 | -;
    (12) | -; 12% | -; ½ | -; 十二 | -; 约12 | -; 12以上 | -; 12-15 | -; >12 | -; NaN | -; inf | -; ١٢ | -;
    99999999999999999999 | 99999999999999999999; 0.1 | 0.1; 0.30000000000000004 | 0.30000000000000004;
    1 | 1; 1.0 | 1; 1.10 | 1.1;
"""
TEN_THOUSANDS = """
    1.5 | 15000; 1,234.5 | 12345000; 320 | 3200000; ３２０ | 3200000; 1.2万 | -; -86.75 | -867500;
    0.0001 | 1; 1e3 | -;
"""


def cases(text: str) -> list[tuple[str, str]]:
    found = [case.strip(" ") for line in text.strip("\n").splitlines() for case in line.strip().split("; ")]
    return [(cell, said) for cell, _, said in (case.rstrip(";").rpartition(" | ") for case in found)]


def read(cell: str) -> str:
    """A cell of a column of days, as an import reads it."""
    try:
        rough, _ = read_day(plain_day(solid(cell)) or cell)
    except CellRefused as refusal:
        return refusal.code.rpartition(".")[2]
    return str(rough)


def test_there_are_two_hundred_cases() -> None:
    assert len(cases(DAYS)) + len(SERIALS) >= 200


@pytest.mark.parametrize(("cell", "said"), cases(DAYS))
def test_a_day_is_read_the_one_way_it_can_be_meant(cell: str, said: str) -> None:
    assert read(cell) == said


@pytest.mark.parametrize(("cell", "said"), cases(NUMBERS))
def test_a_number_is_read_exactly_or_not_at_all(cell: str, said: str) -> None:
    assert (plain_number(solid(cell)) or "-") == said


@pytest.mark.parametrize(("cell", "said"), cases(TEN_THOUSANDS))
def test_a_unit_of_the_column_and_one_of_the_cell_do_not_meet(cell: str, said: str) -> None:
    assert (plain_number(solid(cell), 10_000) or "-") == said


#: day number of a workbook | from 1900 | from 1904
SERIALS = {
    0: ("00:00:00", "00:00:00"), 1: ("-", "1904-01-02"), 59: ("-", "1904-02-29"), 60: ("-", "1904-03-01"),
    61: ("1900-03-01", "1904-03-02"), 1462: ("1904-01-01", "1908-01-02"), 45356: ("2024-03-05", "2028-03-06"),
    45356.5: ("2024-03-05T12:00:00", "2028-03-06T12:00:00"), 2958465: ("9999-12-31", "2958465"),
}  # fmt: skip


@pytest.mark.parametrize("is_1904", [False, True])
def test_a_date_of_a_workbook_is_read_by_its_own_calendar(tmp_path: Path, is_1904: bool) -> None:
    path = tmp_path / "dates.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": is_1904}) as book:
        sheet, look = book.add_worksheet("dates"), book.add_format({"num_format": "yyyy-mm-dd"})
        for at, serial in enumerate(SERIALS):
            sheet.write_string(at, 0, "x")
            sheet.write_number(at, 1, serial, look)

    got = parse_apart(path)

    read_as = [(*record, "-")[1] for record in got.grids["dates"].records]
    assert read_as == [said[is_1904] for said in SERIALS.values()]
    early = [] if is_1904 else ["day-before-march-1900"] * 3
    assert [flaw.code for flaw in got.flaws["dates"]] == early


@given(st.dates(date(1900, 3, 1), date(9998, 12, 31)))
@settings(max_examples=100)
def test_any_day_comes_back(day: date) -> None:
    assert read(as_text(day)) == read(write_day(day, "day", is_end=False)) == day.isoformat()
    assert read(as_text(datetime.combine(day, time()))) == day.isoformat()


def test_planted_the_days_before_march_1900_would_move() -> None:
    with pytest.raises(Refused):
        as_text(date(1900, 2, 28))
    assert as_text(date(1904, 1, 2), is_1904=True) == "1904-01-02"
