"""What is evaluated in the demonstration: four claims about invented places, each with a plan and a planted truth.

Solar heating was given by lot, so its effect can be told. The belt in the valley has stations outside it. One county
alone got its clinics heated, and visits move so much by themselves that nobody can tell. In the basin every station
lies behind the belt while the wind fell everywhere, so nothing there can be identified, however few the sandstorms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import exp
from types import MappingProxyType
from typing import Any

from pairup.programmes.synthetic import stories
from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated, happened
from pairup.values.codes import ClaimClass, Level

BASIN = "demo-basin"
COUNTY = "demo-county"
COUNTIES = tuple(f"{COUNTY}-{at:02d}" for at in range(1, 22))
BASIN_STATIONS = tuple(f"{BASIN}-station-{at:02d}" for at in range(1, 13))
CLINIC_EFFECT = -0.05  # of the visits of the one county that was helped
BASIN_EFFECT = -0.05
CLINICS_FROM, BASIN_FROM = date(2019, 1, 1), date(2012, 1, 1)
_NOTE = "Invented place; the series carries a planted truth for teaching and tests."


@dataclass(frozen=True, slots=True)
class Trial:
    """A claim that the demonstration evaluates: its plan, the planted truth, and from when on outcomes are opened.

    `truth` is in the unit of the outcome, of the treated, as far as it is one number; else in words only.
    """

    claim: str
    design: Mapping[str, Any]
    truth: Decimal
    opened: date
    indicator: str


def plan_of(method: str, claim: Mapping[str, Any], smallest: float, assignment: str, **more: Any) -> Mapping[str, Any]:
    """Write the plan of a trial as a file of a design has it; `known` goes into its facts, the rest beside them."""
    known = {"smallest_effect": smallest, "measured_by": "independent", "assignment": assignment}
    known |= more.pop("known", {})
    return MappingProxyType({"method": method, "claim": dict(claim), "plan": known, **more})


#: in the order in which the demonstration registers and evaluates them
TRIALS = (
    Trial(
        "demo-solar-before-after",
        plan_of("staggered_did", {"direction": "rises", "low": 3.5, "high": 5.5, "uom": "outcome"}, 1.0, "lottery",
              clusters="cluster"),
        Decimal("4.0"), stories.HEATED_FROM, "indoor_temperature",
    ),
    Trial(
        "demo-shelterbelt-before-after",
        plan_of("staggered_did", {"direction": "falls", "low": 0.25, "high": 0.42}, 0.05, "not_random",
              known={"chosen_on_outcome": False, "alternatives": ["wind_speed"]}),
        Decimal("-0.15"), stories.BELT_FROM, "sandstorm_days",
    ),
    Trial(
        "demo-clinic-visits",
        plan_of("synthetic_control", {"direction": "falls", "low": 0.15, "high": 0.25}, 0.05, "not_random",
              known={"chosen_on_outcome": False}),
        Decimal("-0.05"), CLINICS_FROM, "clinic_visits",
    ),
    Trial(
        "demo-basin-before-after",
        plan_of("staggered_did", {"direction": "falls", "low": 0.25, "high": 0.42}, 0.05, "not_random",
              known={"chosen_on_outcome": False}),
        Decimal("-0.05"), BASIN_FROM, "basin_sandstorm_days",
    ),
)  # fmt: skip


def demo_trials(seed: int) -> Tables:
    """Make the basin, the counties, their series and the two claims about them."""
    storms, visits = _storms(Draw(seed, "trials/basin")), _visits(Draw(seed, "trials/visits"))
    return {
        "places": _places(seed),
        "indicators": _indicators(),
        "observations": storms + visits,
        "claims": _claims(storms, visits),
    }


def _places(seed: int) -> list[Row]:
    """Invented places. The counties lie in the open Atlantic, so that nobody takes them for real ones on the map."""
    rows = [_place(BASIN, "Demo Basin", "演示盆地", Level.COUNTY, "")]
    rows += [
        _place(code, f"Basin station {at}", f"盆地站{at}", Level.SITE, BASIN)
        for at, code in enumerate(BASIN_STATIONS, start=1)
    ]
    draw = Draw(seed, "trials/places")
    for at, code in enumerate(COUNTIES, start=1):
        here = {
            "latitude": f"{draw.between(-1.6, 1.6):.3f}", "longitude": f"{draw.between(-32.5, -27.5):.3f}",
            "altitude_m": draw.whole(2800, 4700),
        }  # fmt: skip
        rows.append(_place(code, f"Demo county {at}", f"演示县{at}", Level.COUNTY, "", **here))
    return rows


def _place(code: str, name_en: str, name_zh: str, level: Level, parent: str, **more: Any) -> Row:
    names = {"name_en": f"{name_en} (invented)", "name_zh": f"{name_zh}（虚构）"}
    return dated(code, None, None, _NOTE, **names, level=level, parent=parent, **({"altitude_m": 4000} | more))


def _indicators() -> list[Row]:
    said = (
        ("basin_sandstorm_days", "Sandstorm days a year, Demo Basin", "演示盆地年沙尘日数", "days",
         "Days on which the station's log notes blown sand."),
        ("clinic_visits", "Clinic visits for the lungs", "因肺病就诊人次", "per 1,000",
         "Visits a year per 1,000 residents, from the clinics' books."),
    )  # fmt: skip
    return [dated(c, None, None, _NOTE, name_en=en, name_zh=zh, uom=uom, method=how) for c, en, zh, uom, how in said]


def _observed(name: str, indicator: str, place: str, year: int, value: str, helped: date | None) -> Row:
    return dated(
        name, str(year), str(year), _NOTE, indicator=indicator, place=place, unit="", value=value,
        claim_class=ClaimClass.MEASURED, treated_from=helped or "",
    )  # fmt: skip


def _storms(draw: Draw) -> list[Row]:
    """Twelve stations, all behind the belt from 2012 on, while the wind falls everywhere as in the valley."""
    rows = []
    shock = {year: draw.normal(0.0, 0.05) for year in range(1990, 2027)}
    for station in BASIN_STATIONS:
        level = draw.around(48.0, 0.2)
        for year in range(1990, 2027):
            mean = level * exp(2 * stories.CALMING * (year - 1990) + shock[year])
            mean *= 1 + BASIN_EFFECT if year >= BASIN_FROM.year else 1.0
            name = f"O-basin-{station[-2:]}-{year}"
            rows.append(_observed(name, "basin_sandstorm_days", station, year, str(draw.count(mean)), BASIN_FROM))
    return rows


def _visits(draw: Draw) -> list[Row]:
    """21 counties, 2005 to 2026; one got its clinics heated in 2019. Visits wander by themselves round one trend."""
    rows = []
    common = {year: draw.normal(0.0, 0.03) for year in range(2005, 2027)}
    for county in COUNTIES:
        level, wander = draw.around(120.0, 0.15), 0.0
        for year in range(2005, 2027):
            wander = 0.6 * wander + draw.normal(0.0, 0.06)
            value = level * exp(common[year] + wander)
            helped = county == COUNTIES[0]
            value *= 1 + CLINIC_EFFECT if helped and year >= CLINICS_FROM.year else 1.0
            name = f"O-visits-{county[-2:]}-{year}"
            rows.append(
                _observed(name, "clinic_visits", county, year, f"{value:.2f}", CLINICS_FROM if helped else None)
            )
    return rows


def _claims(storms: list[Row], visits: list[Row]) -> list[Row]:
    """Two claims of before and after, each worked out from the series. Long because each is written out."""
    many, few = stories.before_after(storms, BASIN_FROM)
    common: dict[str, Any] = {
        "speaker": "synthetic speaker", "claim_class": ClaimClass.REPORTED, "bound": "about", "says_effect": True,
        "comparison": "before_after", "uom": "%",
    }  # fmt: skip
    drop = round(100 * (few - many) / many)
    return [
        happened(
            "demo-basin-before-after", date(2026, 9, 1), _NOTE,
            text_en=f"The belt round the basin cut sandstorm days by about {-drop} %.",
            text_zh=f"盆地防护林带使沙尘日数减少约{-drop}%。",
            subject="basin_sandstorm_days", scope="all stations of the basin, 1990-2011 against 2012-2026",
            place=BASIN, covers_from="1990", covers_to="2026", figure=drop,
            arithmetic=f"kind=growth;from={many:.2f};to={few:.2f}", **common,
        ),
        happened(
            "demo-clinic-visits", date(2026, 9, 1), _NOTE,
            text_en="Since its clinics were heated, visits for the lungs in the county fell by about 20 %.",
            text_zh="卫生院供暖以来，该县因肺病就诊人次下降约20%。",
            subject="clinic_visits", scope="one county, before and after",
            place=COUNTIES[0], covers_from="2005", covers_to="2026", figure=-20, **common,
        ),
    ]  # fmt: skip
