"""Write docs/reference/published-answers.md: what pairup gives on published panels beside the published answers.

`python docs/make_published.py [FOLDER]` reads the panels from FOLDER, by default `../shared/data/evaluate` beside the
repository; they are other people's data and are not shipped. Methods that are not there yet are left out.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.doubt.event_path import event_path
from pairup.evaluation.doubt.relative import RelativeMagnitudes
from pairup.evaluation.doubt.smooth import Smoothness
from pairup.evaluation.estimate import Estimate
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "reference" / "published-answers.md"
DATA = DOCS.parents[1] / "shared" / "data" / "evaluate"

Row = dict[str, str]
DID: dict[str, Any] = {"method": "staggered_did"}
NEVER = DID | {"comparison": "never_treated"}
EVENTS: dict[str, Any] = {"method": "event_study"}


def over(first: int, last: int, *columns: str) -> list[dict[str, Any]]:
    """Predictors that are the means of columns over some years."""
    return [{"column": column, "from": first, "to": last} for column in columns]


CARBON: dict[str, Any] = {"method": "synthetic_control", "predictors": [
    *over(1980, 1989, "GDP_per_capita", "gas_cons_capita", "vehicles_capita", "urban_pop"),
    *(one for year in (1989, 1980, 1970) for one in over(year, year, "outcome")),
]}  # fmt: skip
TAX: dict[str, Any] = {"method": "synthetic_control", "predictors": [
    *over(1980, 1988, "lnincome", "retprice", "age15to24"), *over(1984, 1988, "beer"),
    *(one for year in (1988, 1980, 1975) for one in over(year, year, "outcome")),
]}  # fmt: skip
#: of two published tables of HonestDiD, for the first year after: what is allowed, from, to
RELATIVE = ((0.5, 0.0241, 0.0673), (1.0, 0.0171, 0.072), (1.5, 0.00859, 0.0796), (2.0, -0.00107, 0.0883))
SMOOTH = ((0.0, 0.0259, 0.0607), (0.01, 0.0132, 0.0787), (0.02, 0.00286, 0.0907), (0.03, -0.00714, 0.101))


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure that somebody published: of which panel, by which design, and within what it must be met."""

    panel: str
    quantity: str
    design: dict[str, Any]
    figure: str
    published: float
    tolerance: float
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    asked: Asked
    ours: float

    @property
    def is_met(self) -> bool:
        return abs(self.ours - self.asked.published) <= self.asked.tolerance


ASKED = (
    Asked("prop99", "synthetic DiD, effect", {"method": "synthetic_did"}, "value", -15.605398, 1e-4, "exact optimum"),
    Asked("prop99", "synthetic DiD, effect", {"method": "synthetic_did"}, "value", -15.6038, 0.01, "R synthdid"),
    Asked("prop99", "synthetic control on outcomes, effect", {"method": "synthetic_control"}, "value", -19.51363, 1e-4,
          "two exact solvers"),
    Asked("prop99", "the same, p by rank", {"method": "synthetic_control"}, "p", 3 / 39, 1e-9, "two exact solvers"),
    Asked("prop99", "DiD, effect", {"method": "imputation_did"}, "value", -27.3491, 1e-4, "R synthdid"),
    Asked("basque", "synthetic control on outcomes, effect", {"method": "synthetic_control"}, "value", -0.8945885, 1e-5,
          "two exact solvers"),
    Asked("germany", "synthetic control on outcomes, effect", {"method": "synthetic_control"}, "value", -1297.477, 0.01,
          "two exact solvers"),
    Asked("germany", "the same, p by rank", {"method": "synthetic_control"}, "p", 1 / 17, 1e-9, "two exact solvers"),
    Asked("sweden", "synthetic control on outcomes, effect", {"method": "synthetic_control"}, "value", -0.283677, 1e-5,
          "two exact solvers"),
    Asked("sweden", "the same, p by rank", {"method": "synthetic_control"}, "p", 2 / 15, 1e-9, "two exact solvers"),
    Asked("mpdta", "Callaway-Sant'Anna, effect", NEVER, "value", -0.0399513, 1e-6, "R did"),
    Asked("mpdta", "the same, error", NEVER, "se", 0.012034, 1e-6, "R did"),
    *(
        Asked("mpdta", f"the same, event time {time}", NEVER, f"event {time}", figure, 1e-8, "R did")
        for time, figure in zip(
            range(-3, 4),
            (0.0305066556, -0.0005630846, -0.024458745, -0.0199318168, -0.0509573671, -0.1372587389, -0.1008113631),
            strict=True,
        )
    ),
    Asked("mpdta", "Callaway-Sant'Anna with log population, doubly robust, effect",
          NEVER | {"covariates": ["lpop"], "control": "doubly_robust"}, "value", -0.0417518, 1e-6, "R did"),
    Asked("mpdta", "the same, error",
          NEVER | {"covariates": ["lpop"], "control": "doubly_robust"}, "se", 0.0115028, 1e-6, "R did"),
    Asked("mpdta", "the same, p of all effects before together",
          NEVER | {"covariates": ["lpop"], "control": "doubly_robust"}, "further pre_test p", 0.23267, 1e-4, "R did"),
    Asked("mpdta", "Callaway-Sant'Anna, average over cohorts", NEVER, "further averages group value", -0.0310183, 1e-6,
          "R did"),
    Asked("mpdta", "the same, error", NEVER, "further averages group se", 0.0124461, 1e-6, "R did"),
    Asked("mpdta", "Callaway-Sant'Anna, average over event times", NEVER, "further averages dynamic value", -0.0772398,
          1e-6, "R did"),
    Asked("mpdta", "the same, error", NEVER, "further averages dynamic se", 0.019965, 1e-6, "R did"),
    Asked("mpdta", "Sun-Abraham, effect", {"method": "sun_abraham"}, "value", -0.03995128, 1e-7, "R fixest"),
    Asked("mpdta", "the same, error", {"method": "sun_abraham"}, "se", 0.01179628, 1e-7, "R fixest"),
    Asked("mpdta", "imputation, effect", {"method": "imputation_did"}, "value", -0.04770992, 1e-5, "diff-diff"),
    Asked("base_stagg", "Sun-Abraham with x1, effect", {"method": "sun_abraham", "covariates": ["x1"]}, "value",
          -1.1337494, 1e-6, "R fixest"),
    Asked("medicaid", "Callaway-Sant'Anna, effect", DID, "value", 0.06798326, 1e-6, "R did"),
    Asked("medicaid", "the same, error", DID, "se", 0.007831306, 1e-6, "R did"),
    Asked("castle", "Callaway-Sant'Anna, effect", NEVER, "value", 0.01940282, 1e-6, "R did"),
    Asked("castle", "the same, error", NEVER, "se", 0.03838865, 1e-6, "R did"),
    *(
        Asked("medicaid to 2015", f"event study, {2014 + time}", EVENTS, f"event {time}", figure, 1e-8, "R fixest")
        for time, figure in zip(
            (-6, -5, -4, -3, -2, 0, 1),
            (-0.0052853545, -0.0112973246, -0.0026759918, -0.0014193123, 0.0003396635, 0.0464468542, 0.0692061755),
            strict=True,
        )
    ),
    *(
        Asked("medicaid to 2015", f"{name} {allowed:g}, {end}", EVENTS, f"{kind} {allowed:g} {end}", figure, tolerance,
              "R HonestDiD")
        for kind, name, table, tolerance in (
            ("relative", "HonestDiD, relative magnitudes (C-LF), Mbar", RELATIVE, 0.0012),
            ("smooth", "HonestDiD, smoothness (FLCI), M", SMOOTH, 0.0005),
        )
        for allowed, low, high in table
        for end, figure in (("low", low), ("high", high))
    ),
    Asked("sweden", "synthetic control on predictors, effect", CARBON, "value", -0.2856, 0.01, "R Synth"),
    Asked("sweden", "the same, 2005", CARBON, "event 15", -0.3546, 0.01, "R Synth"),
    *(
        Asked("sweden", f"the same, weight of {country}", CARBON, f"weight {country}", weight, 0.005, "Andersson 2019")
        for country, weight in (("Denmark", 0.384), ("Belgium", 0.195), ("New Zealand", 0.177), ("Greece", 0.09),
                                ("United States", 0.088), ("Switzerland", 0.061))
    ),
    *(
        Asked("prop99 with predictors", f"synthetic control on predictors, weight of {state}", TAX, f"weight {state}",
              weight, 0.03, "Abadie and others 2010")
        for state, weight in (("Utah", 0.334), ("Nevada", 0.234), ("Montana", 0.199), ("Colorado", 0.164),
                              ("Connecticut", 0.069))
    ),
    Asked("castle", "Callaway-Sant'Anna, average over event times", NEVER, "further averages dynamic value", 0.05905418,
          1e-6, "R did"),
    Asked("castle", "the same, error", NEVER, "further averages dynamic se", 0.03432937, 1e-6, "R did"),
    Asked("beijing", "synthetic DiD, effect", {"method": "synthetic_did"}, "value", -32.88066, 0.05, "R synthdid"),
)  # fmt: skip

SOURCES = {
    "prop99": "39 US states, packs per head; California taxed from 1989 (Abadie, Diamond and Hainmueller 2010; "
    "Arkhangelsky and others 2021)",
    "basque": "17 Spanish regions, product per head; terror from 1970 (Abadie and Gardeazabal 2003)",
    "germany": "17 countries, product per head; reunification in 1990 (Abadie, Diamond and Hainmueller 2015)",
    "sweden": "15 countries, carbon of transport; tax in 1990 (Andersson 2019)",
    "mpdta": "500 US counties, log teen employment; minimum wages (Callaway and Sant'Anna 2021)",
    "base_stagg": "95 simulated units with a known truth (R fixest)",
    "medicaid": "46 US states, share insured; expansion of Medicaid (R HonestDiD)",
    "medicaid to 2015": "the same before 2016, without the states of 2015",
    "prop99 with predictors": "39 US states with income, price, age and beer (Abadie, Diamond and Hainmueller 2010)",
    "castle": "50 US states, log homicide; self-defence laws (Cheng and Hoekstra 2013)",
    "beijing": "94 stations by the hour, PM2.5; orange alert (Zheng and Chen 2024)",
}


def rows_of(folder: Path, name: str) -> list[Row]:
    path = folder / name
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as packed:
            return list(csv.DictReader(packed))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def one_treated(
    name: str, unit: str, period: str, outcome: str, treated: str, start: int, without: str = "",
    columns: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    """A panel with one treated unit, from a file with one row a unit and period; cells of columns may be empty."""

    def build(folder: Path) -> Panel:
        rows = [row for row in rows_of(folder, name) if row[unit] != without and row[outcome]]
        return Panel.from_columns(
            [row[unit] for row in rows], [int(row[period]) for row in rows], [float(row[outcome]) for row in rows],
            [start if row[unit] == treated else None for row in rows],
            columns={one: [float(row[one]) if row[one] not in ("", "NA") else np.nan for row in rows]
                     for one in columns},
        )  # fmt: skip

    return build


def wages(folder: Path) -> Panel:
    rows = rows_of(folder, "mpdta.csv")
    return Panel.from_columns(
        [row["countyreal"] for row in rows], [int(row["year"]) for row in rows], [float(row["lemp"]) for row in rows],
        [int(float(row["first.treat"])) or None for row in rows],
        columns={"lpop": [float(row["lpop"]) for row in rows]},
    )  # fmt: skip


def simulated(folder: Path) -> Panel:
    rows = rows_of(folder, "base_stagg.csv")
    return Panel.from_columns(
        [row["id"] for row in rows], [int(row["year"]) for row in rows], [float(row["y"]) for row in rows],
        [int(row["year_treated"]) if int(row["year_treated"]) < 1000 else None for row in rows],
        columns={"x1": [float(row["x1"]) for row in rows]},
    )  # fmt: skip


def insured(folder: Path, before: int = 9999) -> Panel:
    """The expansion of Medicaid; `before` a year cuts later ones, and the states that began in the last."""
    rows = [row for row in rows_of(folder, "medicaid_ehec.csv") if int(row["year"]) < before]
    rows = [row for row in rows if row["yexp2"][:4] != str(before - 1)]
    return Panel.from_columns(
        [row["stfips"] for row in rows], [int(row["year"]) for row in rows], [float(row["dins"]) for row in rows],
        [int(float(row["yexp2"])) if row["yexp2"] else None for row in rows],
    )  # fmt: skip


def homicide(folder: Path) -> Panel:
    rows = rows_of(folder, "castle.csv")
    first: dict[str, int] = {}
    for row in rows:
        if float(row["post"]) > 0:
            first[row["sid"]] = min(int(row["year"]), first.get(row["sid"], 9999))
    return Panel.from_columns(
        [row["sid"] for row in rows], [int(row["year"]) for row in rows], [float(row["l_homicide"]) for row in rows],
        [first.get(row["sid"]) for row in rows],
    )  # fmt: skip


def haze(folder: Path) -> Panel:
    """Gaps of a station are filled on a straight line, as the reference did."""
    by_station: dict[str, dict[int, float]] = {}
    treated = set()
    for row in rows_of(folder, "beijing_pm25_orange_alert.csv.gz"):
        values = by_station.setdefault(row["pollutant_station_code"], {})
        if row["pm25"] not in ("", "NA"):
            values[int(row["hour_eps"])] = float(row["pm25"])
        if float(row["alert_if"]) > 0:
            treated.add(row["pollutant_station_code"])
    hours = list(range(1, 73))
    unit = [station for station in by_station for _ in hours]
    filled = [
        float(value) for values in by_station.values()
        for value in np.interp(hours, sorted(values), [values[at] for at in sorted(values)])
    ]  # fmt: skip
    return Panel.from_columns(unit, hours * len(by_station), filled, [49 if one in treated else None for one in unit])


PANELS: dict[str, Callable[[Path], Panel]] = {
    "prop99": one_treated("prop99.csv", "state", "year", "packs_per_capita", "California", 1989),
    "basque": one_treated("basque.csv", "regionname", "year", "gdpcap", "Basque Country (Pais Vasco)", 1970,
                          "Spain (Espana)"),
    "germany": one_treated("germany.csv", "country", "year", "gdp", "West Germany", 1990),
    "sweden": one_treated("sweden_carbon_tax.csv", "country", "year", "CO2_transport_capita", "Sweden", 1990,
                          columns=("GDP_per_capita", "gas_cons_capita", "vehicles_capita", "urban_pop")),
    "prop99 with predictors": one_treated("prop99_covariates.csv", "state", "year", "cigsale", "California", 1989,
                                          columns=("lnincome", "beer", "age15to24", "retprice")),
    "medicaid to 2015": lambda folder: insured(folder, 2016),
    "mpdta": wages, "base_stagg": simulated, "medicaid": insured, "castle": homicide, "beijing": haze,
}  # fmt: skip


def figure_of(estimate: Estimate, panel: Panel, design: Design, figure: str) -> float | None:
    """Read a figure off an estimate, by words: `value`, `event 3`, `weight Utah`, `relative 0.5 low`, `further a b`."""
    kind, _, words = figure.partition(" ")
    found: Any = estimate.found
    if kind == "event":
        return next((row.effect.value for row in found.by_event_time if row.event_time == int(words)), None)
    if kind == "weight":
        return float(found.unit_weights[words])
    if kind in ("relative", "smooth"):
        path, (allowed, end) = event_path(found, panel, design), words.split()
        if path is None:
            return None
        first = replace(path, weights=np.eye(len(path.after))[0])
        bounds = (RelativeMagnitudes if kind == "relative" else Smoothness)(first).interval(float(allowed))
        return bounds[end == "high"]
    if kind == "further":
        told: Any = found.further
        for word in words.split():
            told = told[word]
        return float(told)
    return getattr(found.effect, figure, None) if found.effect else None


def lines(folder: Path) -> Iterator[Line]:
    """Ask every figure that this version can give, in the order asked."""
    panels: dict[str, Panel] = {}
    found: dict[str, dict[str, Estimate | None]] = defaultdict(dict)
    for asked in ASKED:
        panel = panels.get(asked.panel) or panels.setdefault(asked.panel, PANELS[asked.panel](folder))
        design, key = design_of(asked.design), str(sorted(asked.design.items()))
        if key not in found[asked.panel]:
            try:
                found[asked.panel][key] = evaluate(panel, design)
            except InputError:
                found[asked.panel][key] = None  # a method, or covariates of it, that are not there yet
        estimate = found[asked.panel][key]
        value = None if estimate is None else figure_of(estimate, panel, design, asked.figure)
        if value is not None:
            yield Line(asked, value)


def line_of(line: Line) -> str:
    asked, met = line.asked, "met" if line.is_met else "**missed**"
    figures = f"{line.ours:.10g} | {asked.published:.10g} | {asked.source} | {line.ours - asked.published:+.1e}"
    return f"| {asked.panel} | {asked.quantity} | {figures} | {asked.tolerance:g} | {met} |"


def page(found: list[Line]) -> str:
    parts = [
        "# Published answers",
        "",
        "Written by `python docs/make_published.py` from panels that others published; they lie beside the repository",
        "and are not shipped; a test holds every row where they are at hand. *Published* is what the authors, or the",
        "program named, give; *difference* is ours less theirs; *tolerance* is what the source allows (its digits as",
        "printed, or where its solver stops).",
        "",
        "| Panel | Quantity | Ours | Published | By | Difference | Tolerance | |",
        "|---|---|---:|---:|---|---:|---:|---|",
        *map(line_of, found),
    ]
    parts += ["", "| Panel | What it is |", "|---|---|"]
    used = {line.asked.panel for line in found}
    parts += [f"| {name} | {text} |" for name, text in SOURCES.items() if name in used]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the page; give 1 where a figure is missed or the panels are not there."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not folder.is_dir():
        print(f"There are no panels in {folder}.", file=sys.stderr)
        return 1
    found = list(lines(folder))
    PAGE.write_text(page(found), encoding="utf-8", newline="\n")
    missed = [line for line in found if not line.is_met]
    print(f"wrote {PAGE}: {len(found)} figures of {len(ASKED)} asked, {len(missed)} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
