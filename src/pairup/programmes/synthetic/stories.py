"""Two stories with a planted truth, in an invented valley: solar heating and a shelterbelt. `trials` has two more.

What is true is written here and in no row: heated villages gain `HEATING_EFFECT` degrees beyond the warming of all, and
the belt takes `BELT_EFFECT` of the sandstorm days of its stations while the wind drops everywhere. A comparison of
before with after shows more than that in both.
"""

from __future__ import annotations

from datetime import date
from math import exp
from typing import Any

from pairup.programmes.synthetic.ground import first_day
from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated, happened
from pairup.values.codes import Category, ClaimClass, Level, ProjectStatus

PLACE = "demo-valley"
HEATING_EFFECT = 4.0  # degrees Celsius
WARMING = 0.5  # degrees Celsius, everywhere
BELT_EFFECT = -0.15
CALMING = -0.0129  # a year, in the logarithm of sandstorm days, everywhere
HEATED_FROM, BELT_FROM = date(2023, 10, 15), date(2010, 1, 1)
_NOTE = "Invented place; the series carries a planted truth for teaching and tests."


def demo_valley(seed: int) -> Tables:
    """Make the valley, its two series, the projects and one before-and-after claim about each."""
    heat, belt = _temperatures(Draw(seed, "stories/heating")), _sandstorms(Draw(seed, "stories/belt"))
    return {
        "places": _places(),
        "indicators": _indicators(),
        "observations": heat + belt + _wind(Draw(seed, "stories/wind")),
        "projects": _projects(),
        "claims": _claims(heat, belt),
    }


VILLAGES = tuple(f"{PLACE}-village-{at:02d}" for at in range(1, 25))
STATIONS = tuple(f"{PLACE}-station-{at:02d}" for at in range(1, 25))
HOUSEHOLDS = 10  # a village
WINTERS = range(2018, 2025)


def _places() -> list[Row]:
    """Give the invented valley and its villages."""
    rows = [
        _place(PLACE, "Demo Valley", "演示谷地", Level.COUNTY, "", 4200),
    ]
    for at, code in enumerate(VILLAGES, start=1):
        rows.append(_place(code, f"Demo village {at}", f"演示村{at}", Level.VILLAGE, PLACE, 4150 + 10 * at))
    for at, code in enumerate(STATIONS, start=1):
        rows.append(_place(code, f"Demo station {at}", f"演示站{at}", Level.SITE, PLACE, 4000))
    return rows


def _place(code: str, name_en: str, name_zh: str, level: Level, parent: str, altitude_m: int) -> Row:
    return dated(
        code,
        None,
        None,
        _NOTE,
        name_en=f"{name_en} (invented)",
        name_zh=f"{name_zh}（虚构）",
        level=level,
        parent=parent,
        altitude_m=altitude_m,
    )


def _indicators() -> list[Row]:
    said = (
        (
            "indoor_temperature",
            "Indoor temperature in winter",
            "冬季室内温度",
            "°C",
            "Logger in the main room, mean of November to March.",
        ),
        (
            "sandstorm_days",
            "Sandstorm days a year",
            "年沙尘日数",
            "days",
            "Days on which the station's log notes blown sand.",
        ),
        ("wind_speed", "Mean wind speed", "平均风速", "m/s", "Yearly mean at the station, 10 m above ground."),
    )
    return [dated(c, None, None, _NOTE, name_en=en, name_zh=zh, uom=uom, method=how) for c, en, zh, uom, how in said]


def _temperatures(draw: Draw) -> list[Row]:
    """240 households, seven winters; twelve of 24 villages, drawn by lot, are heated from October 2023 on."""
    rows = []
    heated = set(draw.some(VILLAGES, 12))
    winter = {year: draw.normal(0.0, 0.15) for year in WINTERS}
    for village in VILLAGES:
        level = draw.normal(9.0, 0.8)
        for house in range(1, HOUSEHOLDS + 1):
            own = draw.normal(level, 1.2)
            for year in WINTERS:
                value = own + winter[year] + draw.normal(0.0, 0.6) + (WARMING if year >= 2023 else 0.0)
                value += HEATING_EFFECT if village in heated and year >= 2023 else 0.0
                unit = f"{village}-h{house:02d}"
                rows.append(
                    dated(
                        f"O-heat-{village[-2:]}-{house:02d}-{year}",
                        date(year, 11, 1),
                        date(year + 1, 3, 31),
                        _NOTE,
                        indicator="indoor_temperature",
                        place=village,
                        unit=unit,
                        value=f"{value:.2f}",
                        claim_class=ClaimClass.MEASURED,
                        treated_from=HEATED_FROM if village in heated else "",
                    )
                )
    return rows


def _sandstorms(draw: Draw) -> list[Row]:
    """24 stations, 1990 to 2026; twelve lie behind the belt from 2010 on."""
    rows = []
    behind = set(draw.some(STATIONS, 12))
    shock = {year: draw.normal(0.0, 0.05) for year in range(1990, 2027)}
    for station in STATIONS:
        level = draw.around(55.0, 0.2)
        for year in range(1990, 2027):
            mean = level * exp(CALMING * (year - 1990) + shock[year])
            mean *= 1 + BELT_EFFECT if station in behind and year >= BELT_FROM.year else 1.0
            rows.append(
                dated(
                    f"O-sand-{station[-2:]}-{year}",
                    str(year),
                    str(year),
                    _NOTE,
                    indicator="sandstorm_days",
                    place=station,
                    unit="",
                    value=str(draw.count(mean)),
                    claim_class=ClaimClass.MEASURED,
                    treated_from=BELT_FROM if station in behind else "",
                )
            )
    return rows


def _wind(draw: Draw) -> list[Row]:
    """The wind at every station, dropping as the sandstorms do."""
    rows = []
    for station in STATIONS:
        level = draw.normal(3.2, 0.2)
        for year in range(1990, 2027):
            value = level * exp(CALMING / 2 * (year - 1990)) + draw.normal(0.0, 0.05)
            rows.append(
                dated(
                    f"O-wind-{station[-2:]}-{year}",
                    str(year),
                    str(year),
                    _NOTE,
                    indicator="wind_speed",
                    place=station,
                    unit="",
                    value=f"{value:.2f}",
                    claim_class=ClaimClass.MEASURED,
                    treated_from="",
                )
            )
    return rows


def _projects() -> list[Row]:
    said = (
        (
            "demo-solar-heating",
            "Solar heating, Demo Valley",
            "演示谷地太阳能供暖",
            Category.INFRASTRUCTURE,
            HEATED_FROM,
        ),
        ("demo-shelterbelt", "Shelterbelt, Demo Valley", "演示谷地防护林", Category.ECOLOGY, BELT_FROM),
    )
    return [
        dated(
            code,
            first,
            None,
            _NOTE,
            title_en=en,
            title_zh=zh,
            category=category,
            status=ProjectStatus.OPERATING,
            place=PLACE,
        )
        for code, en, zh, category, first in said
    ]


def before_after(rows: list[Row], first: date) -> tuple[float, float]:
    """Means of the treated before and from `first` on: what the claims below compare."""
    treated = [row for row in rows if row["treated_from"]]
    before = [float(row["value"]) for row in treated if first_day(row) < first]
    after = [float(row["value"]) for row in treated if first_day(row) >= first]
    return sum(before) / len(before), sum(after) / len(after)


def _claims(heat: list[Row], belt: list[Row]) -> list[Row]:
    """Give the two claims about the stories. Long because each claim is written out."""
    cold, warm = before_after(heat, HEATED_FROM)
    many, few = before_after(belt, BELT_FROM)
    gain, drop = round(warm - cold, 1), round(100 * (few - many) / many)
    common: dict[str, Any] = {
        "speaker": "synthetic speaker",
        "claim_class": ClaimClass.REPORTED,
        "place": PLACE,
        "bound": "about",
        "says_effect": True,
        "comparison": "before_after",
    }
    return [
        happened(
            "demo-solar-before-after",
            date(2025, 5, 10),
            _NOTE,
            text_en=f"Solar heating made homes in the heated villages about {gain} °C warmer in winter.",
            text_zh=f"太阳能供暖使受益村庄冬季室内温度提高约{gain}℃。",
            subject="indoor_temperature",
            scope="heated villages, winters before and after",
            covers_from="2018-11",
            covers_to="2025-03",
            figure=gain,
            uom="°C",
            arithmetic=f"kind=difference;a={warm:.2f};b={cold:.2f}",
            **common,
        ),
        happened(
            "demo-shelterbelt-before-after",
            date(2026, 9, 1),
            _NOTE,
            text_en=f"The shelterbelt cut sandstorm days by about {-drop} %.",
            text_zh=f"防护林使沙尘日数减少约{-drop}%。",
            subject="sandstorm_days",
            scope="stations behind the belt, 1990-2009 against 2010-2026",
            covers_from="1990",
            covers_to="2026",
            figure=drop,
            uom="%",
            arithmetic=f"kind=growth;from={many:.2f};to={few:.2f}",
            **common,
        ),
    ]
