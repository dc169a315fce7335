"""What looks wrong is told with its rows; what is right is not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pairup.engines.tables import Tables
from pairup.measurement.findings import DataFinding
from pairup.measurement.quality import check_quality
from pairup.measurement.schema import schema_of
from pairup.measurement.sources import Observations
from pairup.values.findings import Severity
from tests.measurement.tables import readings, station_log, written

SURVEY: dict[str, Any] = {
    "kind": "observations", "version": 1, "name": "survey", "identifies": ["household", "day"], "unit": "household",
    "place": "place", "period": "day", "enumerator": "enumerator", "every": "once",
    "columns": {
        "household": {"cells": "code"}, "place": {"cells": "code"}, "day": {"cells": "day"},
        "enumerator": {"cells": "code"}, "fuel_kg": {"cells": "whole", "uom": "kg", "least": 0},
        "indoor_c": {"cells": "number", "uom": "°C", "step": 0.1},
    },
}  # fmt: skip


def only(found: list[DataFinding], check: str) -> list[tuple[str, int, list[int]]]:
    """Column, count and rows of the findings of one check."""
    return [(each.column, each.count, [row for _, row in each.rows]) for each in found if each.check == check]


def a_log(folder: Path, tables: Tables, *rows: str) -> Observations:
    """Thirty plain days of one station, and rows beside them."""
    first = date(2024, 1, 1)
    plain = [f"s1,a,{first + timedelta(at)},no,{3 + at % 3},log,measured,2024-02-01" for at in range(30)]
    return station_log(folder, tables, "\n".join([*plain, *rows]))


def test_plain_rows_give_no_finding(tmp_path: Path, tables: Tables) -> None:
    assert check_quality(a_log(tmp_path, tables)) == []


def test_a_hole_is_told_by_the_row_after_it(tmp_path: Path, tables: Tables) -> None:
    found = check_quality(a_log(tmp_path, tables, "s1,a,2024-02-03,no,4,log,measured,2024-02-04"))

    assert only(found, "holes") == [("", 1, [32])]
    assert next(each for each in found if each.check == "holes").words.facts["missing"] == 3


def test_a_jump_is_told_and_a_hole_is_no_jump(tmp_path: Path, tables: Tables) -> None:
    rows = ("s1,a,2024-01-31,no,70,log,measured,2024-02-04", "s1,a,2024-03-01,no,1,log,measured,2024-03-04")

    found = check_quality(a_log(tmp_path, tables, *rows))

    assert only(found, "jumps") == []  # one in thirty steps makes steps of all sizes usual
    schema_of_log = a_log(tmp_path, tables, *rows)
    from dataclasses import replace

    wind = replace(schema_of_log.schema.column("wind_ms"), jump=20.0)
    columns = tuple(wind if each.name == "wind_ms" else each for each in schema_of_log.schema.columns)
    told = check_quality(replace(schema_of_log, schema=replace(schema_of_log.schema, columns=columns)))
    assert only(told, "jumps") == [("wind_ms", 1, [32])]


def test_rows_that_stand_twice_are_told(tmp_path: Path, tables: Tables) -> None:
    twice = "s1,a,2024-01-31,no,4,log,measured,2024-02-01"

    found = check_quality(a_log(tmp_path, tables, twice, twice))

    assert only(found, "duplicates") == [("", 2, [32, 33])]


def test_a_table_that_says_it_holds_each_once_is_held_to_it(tmp_path: Path, tables: Tables) -> None:
    rows = "h1,a,2024-01-01,15,24,5,1,0\nh1,a,2024-01-01,15,24,5,2,0"

    found = check_quality(readings(tmp_path, tables, rows))

    assert [(each.check, each.severity) for each in found] == [("duplicates", Severity.REFUSED)]


def test_rows_copied_from_household_to_household_are_told(tmp_path: Path, tables: Tables) -> None:
    rows = "\n".join(f"h{at},a,2024-01-01,15.3,24,5.1,1,2" for at in range(4)) + "\nh9,a,2024-01-01,15.4,24,5.1,1,2"

    found = check_quality(readings(tmp_path, tables, rows))

    assert only(found, "copies") == [("", 4, [2, 3, 4, 5])]


def test_late_and_early_rows_are_told(tmp_path: Path, tables: Tables) -> None:
    rows = ("s1,a,2024-01-31,no,4,log,measured,2024-03-05", "s1,a,2024-02-01,no,4,log,measured,2024-01-31")

    found = check_quality(a_log(tmp_path, tables, *rows))

    assert only(found, "late") == [("", 1, [32]), ("", 1, [33])]


def survey(folder: Path, tables: Tables, fuel: dict[str, list[int]], **changes: Any) -> Observations:
    rows = [
        f"h{who}{at},a,2024-01-01,{who},{kg},{15 + at * 37 % 100 / 10}"
        for who, all_kg in fuel.items()
        for at, kg in enumerate(all_kg)
    ]
    head = "household,place,day,enumerator,fuel_kg,indoor_c"
    return written(folder / "survey.csv", head, "\n".join(rows), schema_of(SURVEY | changes), tables)


EVEN = [1 + at * 37 % 100 for at in range(60)]


def test_digits_that_are_preferred_are_told_by_enumerator(tmp_path: Path, tables: Tables) -> None:
    heaped = [5 * (1 + at * 7 % 20) for at in range(60)]

    found = check_quality(survey(tmp_path, tables, {"ann": EVEN, "bo": heaped}))

    (digits,) = [each for each in found if each.check == "digits"]
    assert (digits.column, digits.count, digits.words.facts["who"]) == ("fuel_kg", 60, "bo")
    assert digits.words.facts["index"] == "500" and len(digits.rows) == 10


def test_an_enumerator_whose_answers_hardly_differ_is_told(tmp_path: Path, tables: Tables) -> None:
    regular = [41 + at % 3 for at in range(60)]

    found = check_quality(survey(tmp_path, tables, {"ann": EVEN, "bo": regular, "cai": EVEN, "di": EVEN}))

    assert [each.words.facts["who"] for each in found if each.check == "enumerators"] == ["bo"]


def test_two_enumerators_say_nothing_about_each_other(tmp_path: Path, tables: Tables) -> None:
    found = check_quality(survey(tmp_path, tables, {"ann": EVEN, "bo": [41 + at % 3 for at in range(60)]}))

    assert only(found, "enumerators") == []


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_a_finding_is_said_with_its_rows(tmp_path: Path, tables: Tables, language: str) -> None:
    twice = "s1,a,2024-01-31,no,4,log,measured,2024-02-01"
    (found,) = check_quality(a_log(tmp_path, tables, *[twice] * 12))

    said = found.say(language)

    assert "log.csv 32, 33" in said and "12" in said and " 2 " in said and "{" not in said


def test_ten_thousand_rows_with_one_bad_cell_name_it(tmp_path: Path, tables: Tables) -> None:
    first = date(2000, 1, 1)
    rows = [f"s{at % 10},a,{first + timedelta(at // 10)},no,3,log,measured,2024-02-01" for at in range(10_000)]
    rows[7_000] = rows[7_000].replace(",3,", ",3..4,")

    log = station_log(tmp_path, tables, "\n".join(rows))

    assert [(each.column, each.rows) for each in log.findings] == [("wind_ms", (("log.csv", 7_002),))]
