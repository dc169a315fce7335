"""One trial with a planted truth: triage taught at half of 24 invented clinics, drawn by lot.

What is true is written here and in no row: where triage was taught, people wait `TAUGHT_EFFECT` minutes less, and
waiting falls everywhere by `EASING` minutes in each half-year. The claim compares before with after at the taught
clinics, so it takes both for the help; the plan asks for what was claimed, and the answer is that it is too much.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated, happened
from pairup.programmes.synthetic.stories import before_after
from pairup.programmes.synthetic.trials import Trial, plan_of
from pairup.values.codes import ClaimClass, Level

INDICATOR, CLAIM = "clinic_waiting_minutes", "partners-waiting"
TAUGHT_FROM = date(2025, 1, 1)
TAUGHT_EFFECT, EASING = -5.0, -1.0  # minutes; of the taught clinics, and everywhere in each half-year
CLINICS = tuple(f"clinic-{at:02d}" for at in range(1, 25))
_YEARS = range(2021, 2026)
_NOTE = "Invented clinic; the series carries a planted truth for teaching and tests."

TRIAL = Trial(
    CLAIM,
    plan_of("staggered_did", {"direction": "falls", "low": 8.0, "high": 12.0, "uom": "outcome"}, 2.0, "lottery"),
    Decimal(str(TAUGHT_EFFECT)), TAUGHT_FROM, INDICATOR,
)  # fmt: skip


def by_lot(made: Tables, seed: int) -> Tables:
    """Make the clinics, in turn at the towns that are helped, what was measured there, and the claim."""
    towns = sorted({row["place"] for row in made["pairings"]})
    waits = list(_waits(Draw(seed, "partners/waiting")))
    return {
        "places": [_clinic(at, code, towns[at % len(towns)]) for at, code in enumerate(CLINICS)],
        "indicators": [_indicator()],
        "observations": waits,
        "claims": [_claim(waits)],
    }


def _clinic(at: int, code: str, town: str) -> Row:
    names = {"name_en": f"Clinic {at + 1} (invented)", "name_zh": f"第{at + 1}诊所（虚构）"}
    return dated(code, None, None, _NOTE, **names, level=Level.SITE, parent=town)


def _indicator() -> Row:
    return dated(
        INDICATOR, None, None, _NOTE, name_en="Minutes until a patient is first seen, small clinics",
        name_zh="小诊所候诊分钟数", uom="minutes", method="Time stamps of 100 arrivals drawn a half-year, mean.",
    )  # fmt: skip


def _waits(draw: Draw) -> Iterator[Row]:
    """Ten half-years at each clinic; in the last two, triage is taught at the twelve that were drawn."""
    taught = set(draw.some(CLINICS, 12))
    spans = [span for year in _YEARS for span in (
        (date(year, 1, 1), date(year, 6, 30)), (date(year, 7, 1), date(year, 12, 31)),
    )]  # fmt: skip
    season = [draw.normal(0.0, 0.7) for _ in spans]
    for code in CLINICS:
        level = draw.normal(58.0, 6.0)
        for at, (first, last) in enumerate(spans):
            value = level + EASING * at + season[at] + draw.normal(0.0, 1.2)
            value += TAUGHT_EFFECT if code in taught and first >= TAUGHT_FROM else 0.0
            yield dated(
                f"O-waiting-{code[-2:]}-{at + 1:02d}", first, last, _NOTE, indicator=INDICATOR, place=code, unit="",
                value=f"{value:.1f}", claim_class=ClaimClass.MEASURED,
                treated_from=TAUGHT_FROM if code in taught else "",
            )  # fmt: skip


def _claim(waits: list[Row]) -> Row:
    """The claim, worked out from the series as somebody would who looks at the taught clinics alone."""
    long, short = before_after(waits, TAUGHT_FROM)
    fell = round(long - short)
    return happened(
        CLAIM, date(2026, 2, 1), _NOTE,
        text_en=f"Since triage was taught there, patients at 12 clinics wait {fell} minutes less.",
        text_zh=f"12家诊所接受分诊培训后，患者候诊时间缩短{fell}分钟。",
        speaker="yearly report of the partnerships (invented)", subject=INDICATOR, claim_class=ClaimClass.REPORTED,
        place="", scope="the 12 clinics where it was taught, 2021-2024 against 2025", covers_from="2021",
        covers_to="2025", figure=-fell, uom="minutes", bound="about", says_effect=True, comparison="before_after",
        arithmetic=f"kind=difference;a={short:.2f};b={long:.2f}",
    )  # fmt: skip
