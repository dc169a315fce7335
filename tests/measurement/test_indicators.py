"""One definition, the same figures on every engine; kinds, states, coverage; bad definitions refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pytest

from pairup.engines.tables import Tables
from pairup.errors import InputError
from pairup.measurement import measure as measuring
from pairup.measurement import ready  # noqa: F401  fills the register
from pairup.measurement.coverage import read_register
from pairup.measurement.definition import READY, Indicator, Kind, Of, Over, Register, bind
from pairup.measurement.definitions_file import read_definitions
from pairup.measurement.measure import Measurement, measure
from pairup.measurement.schema import read_schema, ready_schemas
from tests.measurement.tables import readings, station_log

WINTER = """
    h1,a,2024-01-01,15,24,5,1,0
    h1,a,2024-01-02,17,24,5,1,0
    h1,a,2024-02-01,19,12,0,0,2
    h2,a,2024-01-01,11,24,0,1,3
    h2,a,2024-01-02,-,24,-,-,3
    h3,b,2024-01-01,27,24,2,2,0
"""


def by(found: Measurement, code: str, *keys: str) -> dict[Any, Any]:
    rows = found.of(code).rows()
    return {tuple(row[key] for key in keys): row["value"] for row in rows}


@pytest.fixture(scope="module")
def winter(tmp_path_factory: pytest.TempPathFactory, tables: Tables) -> Measurement:
    log = readings(tmp_path_factory.mktemp("winter"), tables, WINTER)
    return measure(log, READY.choose((), "household_readings"), ["place", "month"])


JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


@pytest.mark.parametrize(
    ("code", "a_january", "a_february", "b_january"),
    [
        ("hours_measured", 72, 12, 24),
        ("cold_hours", 48, 0, 0),
        ("very_cold_hours", 24, 0, 0),
        ("cold_hours_share", 100 * 48 / 72, 0, 0),
        ("warm_share", 0, 100, 100),
        ("hot_share", 0, 0, 100),
        ("indoor_mean", 43 / 3, 19, 27),
        ("indoor_hourly", 43 / 3, 19, 27),
        ("indoor_least", 11, 19, 27),
        ("indoor_most", 17, 19, 27),
        ("indoor_median", 15, 19, 27),
        ("indoor_tenth", 11.8, 19, 27),
        ("degree_hours", (3 + 1 + 7) * 24, 0, 0),
        ("heat_kwh", 10, 0, 2),
        ("heat_kwh_to_date", 10, 10, 2),
        ("heat_a_day", 10 / 3, 0, 2),
        ("served_share", 100 * 2 / 3, 0, 100),
        ("households_served", 1, 0, 1),
        ("served_and_cold", 50, None, 0),
        ("no_power_share", 0, 100, 0),
        ("fuel_kg", 6, 2, 0),
        ("heat_per_degree", 10 / 264, None, None),
    ],
)
def test_the_ready_indicators_of_households(
    winter: Measurement, code: str, a_january: float, a_february: float | None, b_january: float | None
) -> None:
    found = by(winter, code, "place", "month")

    expected = {("a", JANUARY): a_january, ("a", FEBRUARY): a_february, ("b", JANUARY): b_january}
    assert found == {key: None if value is None else pytest.approx(value, rel=1e-9) for key, value in expected.items()}


def test_there_are_many_and_every_one_fits_its_schema() -> None:
    assert len(READY.known) >= 50
    for indicator in READY.known.values():
        assert indicator.of in ready_schemas() and indicator.name_zh and indicator.name_en
        schema = read_schema(indicator.of)
        bind(indicator, ibis.table(measuring_types(indicator.of), name="rows"), schema)


def measuring_types(name: str) -> dict[str, str]:
    from pairup.measurement.definition import types_of

    return dict(types_of(read_schema(name)))


def test_a_missing_answer_is_a_state_and_never_a_number(tmp_path: Path, tables: Tables) -> None:
    found = measure(
        readings(tmp_path, tables, "h1,a,2024-01-01,-,24,-,1,0\nh2,b,2024-01-01,20,24,0,1,0"),
        READY.choose(("cold_hours", "indoor_mean", "served_and_cold", "heat_kwh"), "household_readings"), ["place"],
    )  # fmt: skip

    states = {each.indicator.code: [(row["value"], row["state"]) for row in each.rows()] for each in found.figures}
    assert states == {
        "cold_hours": [(None, "no_report"), (0.0, "known")],
        "indoor_mean": [(None, "no_report"), (20.0, "known")],
        "served_and_cold": [(None, "no_report"), (None, "nothing_counts")],
        "heat_kwh": [(None, "no_report"), (0.0, "known")],
    }


def test_indicators_of_one_grain_share_their_sums_and_one_pass(tmp_path: Path, tables: Tables) -> None:
    log = readings(tmp_path, tables, WINTER)
    chosen = READY.choose(("indoor_mean", "warm_share", "hot_share", "heat_kwh", "heat_kwh_to_date"), log.schema.name)
    grain = measuring.grain_of(["place"], log.schema)

    wide, parts, _ = measuring._pass(log.table, chosen, grain, log)

    assert len([name for name in wide.column_names if name.startswith("s")]) == 6
    assert len({part.reported for part in parts}) == 2


def test_stretches_of_time(tmp_path: Path, tables: Tables) -> None:
    log, heat = readings(tmp_path, tables, WINTER), READY.choose(("heat_kwh",), "household_readings")

    for stretch, groups in {"day": 3, "month": 2, "quarter": 1, "year": 1, "winter": 1}.items():
        rows = measure(log, heat, [stretch]).figures[0].rows()

        assert len(rows) == groups and sum(row["value"] for row in rows) == 12, stretch
        assert stretch != "winter" or rows[0]["winter"] == date(2023, 11, 1)


def test_a_day_of_summer_is_in_no_winter(tmp_path: Path, tables: Tables) -> None:
    rows = "h1,a,2024-03-31,15,24,5,1,0\nh1,a,2024-04-01,15,24,7,1,0\nh1,a,2024-11-01,15,24,9,1,0"

    found = measure(
        readings(tmp_path, tables, rows), READY.choose(("heat_kwh",), "household_readings"), ["winter"]
    ).figures[0]

    assert [(row["winter"], row["value"]) for row in found.rows()] == [(date(2023, 11, 1), 5), (date(2024, 11, 1), 9)]


# --- coverage ---------------------------------------------------------------------------------------------------


def test_coverage_is_reports_over_reports_expected_and_who_is_silent_is_there(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, """
        s1,a,2024-01-01,no,3,log,measured,2024-02-01
        s1,a,2024-01-02,no,-,log,measured,2024-02-01
        s2,a,2024-01-31,no,5,log,measured,2024-02-01
    """)  # fmt: skip
    (tmp_path / "register.csv").write_text(
        "station,place,from,until\ns1,a,,\ns2,a,2024-01-30,\ns3,b,,2024-01-10\n", encoding="utf-8"
    )
    register = read_register([tmp_path / "register.csv"], log.schema, tables)

    found = measure(
        log, READY.choose(("wind_mean",), "stations"), ["place", "month"], on=date(2024, 2, 10), register=register
    ).figures[0]

    told = {(row["place"], row["month"]): (row["reported"], row["expected"], row["state"]) for row in found.rows()}
    assert told == {
        ("a", JANUARY): (2, 33, "known"), ("a", FEBRUARY): (0, 20, "no_report"), ("b", JANUARY): (0, 10, "no_report"),
    }  # fmt: skip
    assert found.coverage == pytest.approx(2 / 63)


def test_without_a_register_coverage_is_not_known(winter: Measurement) -> None:
    assert winter.of("heat_kwh").coverage is None
    assert {row["expected"] for row in winter.of("heat_kwh").rows()} == {None}


def test_returns_are_expected_by_the_month(tmp_path: Path, tables: Tables) -> None:
    from tests.measurement.tables import written

    schema = read_schema("school_returns")
    head = ",".join(column.in_file for column in schema.columns)
    log = written(tmp_path / "returns.csv", head, """
        k1,a,2024-01,primary,100,50,1900,20,5,1,0,office,reported,2024-02-01
        k1,a,2024-03,primary,100,50,1900,20,5,1,0,office,reported,2024-04-01
    """, schema, tables)  # fmt: skip
    (tmp_path / "register.csv").write_text("school,place,level\nk1,a,primary\nk2,a,senior\n", encoding="utf-8")
    register = read_register([tmp_path / "register.csv"], schema, tables)

    found = measure(log, READY.choose(("attendance",), schema.name), ["level", "quarter"], register=register).figures[0]

    told = [(row["level"], row["value"], row["reported"], row["expected"]) for row in found.rows()]
    assert told == [("primary", pytest.approx(95.0), 2, 3), ("senior", None, 0, 3)]


def test_a_register_that_names_a_unit_twice_is_refused(tmp_path: Path, tables: Tables) -> None:
    (tmp_path / "register.csv").write_text("household\nh1\nh1\n", encoding="utf-8")

    with pytest.raises(InputError, match="h1 stands twice"):
        read_register([tmp_path / "register.csv"], read_schema("household_readings"), tables)


# --- definitions ------------------------------------------------------------------------------------------------


def test_a_file_of_formulas_says_the_same_as_functions(tmp_path: Path, tables: Tables) -> None:
    register = Register()
    (tmp_path / "mine.toml").write_text(
        '[indicators.my_cold]\nkind = "total"\nuom = "h"\nname = "Cold"\nvalue = "hours"\nwhere = "indoor_c < 16"\n'
        '[indicators.my_rate]\nkind = "rate"\nuom = "1"\nname = "Rate"\nnumerator = "heat_kwh"\n'
        'denominator = "hours"\nwhere = "place == \'a\' and not heat_kwh == 0"\n'
    )
    (tmp_path / "mine.py").write_text(
        '@indicator("my_mean", Kind.MEAN, "°C", "Mean")\ndef my_mean(t):\n    return t.indoor_c + 0\n'
    )
    codes = read_definitions(tmp_path / "mine.toml", register) + read_definitions(tmp_path / "mine.py", register)

    log = readings(tmp_path, tables, WINTER)
    mine, ours = measure(log, register.choose(codes, "")), measure(log, READY.choose(("cold_hours", "indoor_mean"), ""))

    assert mine.of("my_cold").rows() == ours.of("cold_hours").rows()
    assert by(mine, "my_mean")[()] == pytest.approx(by(ours, "indoor_mean")[()], rel=1e-12)
    assert by(mine, "my_rate")[()] == pytest.approx(10 / 48)


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "hours.real", "hours[0]", "lambda: 1", "hours if hours else 0", "hours ** 2", "1 +",
     "(x := 1)", "print(hours)", "abs(hours, x=1)", "f'{hours}'", "None", "hours in (1, 2)", "9" * 600],
)  # fmt: skip
def test_a_formula_is_arithmetic_and_nothing_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(
        f'[indicators.x]\nkind = "total"\nuom = "h"\nname = "X"\nvalue = """{text}"""\n'
    )

    with pytest.raises(InputError, match="is no formula"):
        read_definitions(tmp_path / "mine.toml", Register())


A = Indicator("x", Kind.TOTAL, "h", "X", "", lambda t: t.hours)


@pytest.mark.parametrize(
    ("kind", "function", "code"),
    [
        (Kind.TOTAL, lambda t: t.minutes, "measurement.bad-fails"),
        (Kind.TOTAL, lambda t: t.hours.sum(), "measurement.bad-rows"),
        (Kind.TOTAL, lambda t: t.hours - t.hours.lag(), "measurement.bad-rows"),
        (Kind.TOTAL, lambda t: t.place, "measurement.bad-number"),
        (Kind.TOTAL, lambda t: 3, "measurement.bad-expression"),
        (Kind.TOTAL, lambda t: t, "measurement.bad-expression"),
        (Kind.TOTAL, lambda t: ibis.literal(3), "measurement.bad-constant"),
        (Kind.TOTAL, lambda t: 1 / 0, "measurement.bad-fails"),
        (Kind.SHARE, lambda t: t.hours, "measurement.bad-flag"),
        (Kind.MEAN, lambda t: Of(t.hours, where=t.hours), "measurement.bad-flag"),
        (Kind.MEAN, lambda t: Over(t.hours, t.hours), "measurement.bad-over"),
        (Kind.RATE, lambda t: t.hours, "measurement.bad-over"),
    ],
)
def test_a_bad_definition_is_refused_before_anything_is_read(kind: Kind, function: Any, code: str) -> None:
    table = ibis.table(measuring_types("household_readings"), name="rows")

    with pytest.raises(InputError) as refused:
        bind(Indicator("x", kind, "h", "X", "", function), table, read_schema("household_readings"))

    assert refused.value.code == code and "x" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": "x y"}, "bad-code"),
        ({"uom": ""}, "bad-uom"),
        ({"at": 0.5}, "bad-at"),
        ({"kind": Kind.QUANTILE}, "bad-at"),
        ({"kind": Kind.QUANTILE, "at": 1.5}, "bad-at"),
        ({"times": 0.0}, "bad-times"),
        ({"times": float("nan")}, "bad-times"),
        ({"kind": "guess"}, "bad-kind"),
    ],
)
def test_a_definition_that_no_kind_can_mean_is_refused(given: dict[str, Any], code: str) -> None:
    said = {"code": "x", "kind": Kind.TOTAL, "uom": "h", "name_en": "X"} | given

    with pytest.raises(InputError) as refused:
        Register().indicator(**said)(lambda t: t.hours)

    assert refused.value.code == f"measurement.{code}"


def test_a_code_that_is_defined_twice_is_refused() -> None:
    register = Register()
    register.add(A)

    with pytest.raises(InputError, match="twice"):
        register.add(A)


def test_spark_refuses_exact_counts_of_units_and_quantiles_beyond_its_limit(
    tmp_path: Path, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "EXACT_MOST", 3)
    log = readings(tmp_path, tables, WINTER)
    chosen = READY.choose(("households_served",), log.schema.name)

    if not tables.is_spark:
        assert measure(log, chosen).known == 1
        return
    with pytest.raises(InputError, match="cannot be told exactly from 6 rows"):
        measure(log, chosen)
