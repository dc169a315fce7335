"""Which row of an observation counts: late, revised and conflicting rows, as of two clocks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pairup.engines.tables import Tables
from pairup.measurement.definition import READY
from pairup.measurement.in_force import in_force
from pairup.measurement.measure import measure
from tests.measurement.tables import station_log

REVISED = """
    s1,a,2024-01-01,no,3,log,reported,2024-01-05
    s1,a,2024-01-01,no,4,log,reported,2024-02-05
    s1,a,2024-01-01,no,5,meter,measured,2024-03-05
    s2,a,2024-01-02,no,7,log,reported,2024-01-05
"""


KNOWN = {
    date(2024, 1, 4): [], date(2024, 1, 5): [3.0], date(2024, 2, 5): [4.0], date(2024, 3, 4): [4.0],
    date(2024, 3, 5): [5.0], None: [5.0],
}  # fmt: skip


def test_a_revision_counts_from_the_day_it_was_recorded(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, REVISED)

    for known_by, winds in KNOWN.items():
        rows = tables.fetch(in_force(log.table, log.schema, tables, known_by=known_by)).to_pylist()

        assert [row["wind_ms"] for row in rows if row["station"] == "s1"] == winds, known_by
        assert not any(row["_conflict"] for row in rows)


def test_a_later_report_does_not_replace_a_measured_row(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, REVISED + "s1,a,2024-01-01,no,9,log,reported,2024-04-01")

    rows = tables.fetch(in_force(log.table, log.schema, tables)).to_pylist()

    assert [row["wind_ms"] for row in rows if row["station"] == "s1"] == [5.0]


def test_days_after_on_do_not_count(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, REVISED)

    rows = tables.fetch(in_force(log.table, log.schema, tables, on=date(2024, 1, 1))).to_pylist()

    assert [row["station"] for row in rows] == ["s1"]


def test_two_sources_of_one_class_that_differ_are_a_conflict_and_give_no_figure(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, """
        s1,a,2024-01-01,no,3,bureau,measured,2024-01-05
        s1,a,2024-01-01,no,4,meter,measured,2024-03-05
        s2,a,2024-01-01,no,8,bureau,measured,2024-01-05
        s2,a,2024-01-01,no,8,meter,measured,2024-03-05
    """)  # fmt: skip

    found = measure(log, READY.choose(("wind_mean",), "stations"))

    (row,) = found.figures[0].rows()
    assert (row["value"], row["reported"]) == (8.0, 1)
    assert [(each.check, each.count) for each in found.findings] == [("conflict", 1)]


def test_two_sources_of_which_one_is_silent_are_a_conflict(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, """
        s1,a,2024-01-01,no,3,bureau,measured,2024-01-05
        s1,a,2024-01-01,no,-,meter,measured,2024-03-05
    """)  # fmt: skip

    rows = tables.fetch(in_force(log.table, log.schema, tables)).to_pylist()

    assert [(row["wind_ms"], row["_conflict"]) for row in rows] == [(None, True)]


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path, tables: Tables) -> None:
    lines = REVISED.strip().splitlines()
    forth = measure(station_log(tmp_path, tables, REVISED), READY.choose(("wind_mean",), "stations"), ["station"])
    back = measure(
        station_log(tmp_path, tables, "\n".join(reversed(lines))), READY.choose(("wind_mean",), "stations"), ["station"]
    )

    assert forth.figures[0].rows() == back.figures[0].rows()


def test_an_empty_part_of_the_key_is_a_part_of_it(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, """
        ,a,2024-01-01,no,3,log,measured,2024-01-05
        ,a,2024-01-01,no,4,log,measured,2024-02-05
        ,a,2024-01-02,no,5,log,measured,2024-02-05
    """)  # fmt: skip

    rows = tables.fetch(in_force(log.table, log.schema, tables)).to_pylist()

    assert sorted(row["wind_ms"] for row in rows) == [4.0, 5.0]
