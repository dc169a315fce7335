"""Money, projects, needs, a journey and claims of the partnerships."""

from __future__ import annotations

from datetime import date
from typing import Any

from pairup.programmes.partners.setting import ON, PLANNED
from pairup.programmes.synthetic import journeys, money, projects, voices
from pairup.programmes.synthetic.ground import Ground
from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated, happened
from pairup.programmes.synthetic.vocabulary import HOSPITAL_KINDS
from pairup.values.codes import Category, ClaimClass, NeedStatus, StatedBy

EURO = money.Scale("EUR", 500)
BASE = "old-shore"


def field(made: Tables, horizon: tuple[int, int], seed: int) -> Tables:
    """Make what the pairings do beside posting people."""
    ground = Ground.of(made)
    needs = _needs(made, Draw(seed, "partners/needs"))
    draw = Draw(seed, "partners/giving")
    size = {row["donor"]: draw.around(90_000.0, 0.4) for row in made["pairings"]}
    given = money.giving(
        ground.ties, range(2025, horizon[1] + 1), lambda donor, year: size[donor] * 1.02 ** (year - 2025), EURO, draw
    )
    past = {key: steps for key, steps in given.items() if key[1] <= ON.year}
    envelopes = money.envelopes(given, range(horizon[0], horizon[1] + 1), 0.7, EURO, "Open to new projects.")
    done, works, shares = _projects(ground, past, envelopes, needs, seed)
    recipient = {row["place"]: row["recipient"] for row in reversed(made["pairings"])}
    for row in done:
        row["running_cost_payer"] = recipient[row["place"]]
    return {
        "needs": needs,
        "projects": done,
        "works": works,
        "envelopes": envelopes,
        "money": money.lines(past, shares, ON.year - 1, ON, EURO, Draw(seed, "partners/money")),
        **_journey(ground, made, recipient, seed),
        "claims": _claims(),
        "signatures": _signatures(made, needs, seed),
    }


def _projects(
    ground: Ground, past: money.Giving, envelopes: list[Row], needs: list[Row], seed: int
) -> tuple[list[Row], list[Row], projects.Shares]:
    """Draw projects, past ones first, the works done on them and their shares."""
    places = {tie.code: [tie.place] for tie in ground.ties}
    shelf = {(row["place"], row["category"]): [row] for row in needs}
    done, works, shares = projects.past(
        ground, past, places, lambda year: 2, needs=shelf, tagged_from=2100, scale=EURO, on=ON,
        draw=Draw(seed, "partners/projects"), kinds=HOSPITAL_KINDS,
    )  # fmt: skip
    new = projects.proposed(
        ground, envelopes, places, 3, 1.8, needs=shelf, scale=EURO, on=ON,
        draw=Draw(seed, "partners/proposed"), kinds=HOSPITAL_KINDS,
    )  # fmt: skip
    return done + new, works, shares


_WANTED = (
    (Category.HEALTH, "A second person who can give anaesthesia safely", "第二名能安全实施麻醉的人员"),
    (Category.HEALTH, "Newborn care at night", "夜间新生儿照护"),
    (Category.PEOPLE, "Somebody who keeps the equipment in order", "负责设备维护的人员"),
    (Category.INFRASTRUCTURE, "Power that holds through an operation", "手术期间稳定供电"),
)


def _needs(made: Tables, draw: Draw) -> list[Row]:
    rows = []
    for place in sorted({row["place"] for row in made["organisations"] if row["code"].startswith("hospital-r")}):
        for at, (category, text_en, text_zh) in enumerate(draw.some(_WANTED, 2), start=1):
            stated_by = draw.pick((StatedBy.OFFICE, StatedBy.RESIDENTS, StatedBy.SURVEY))
            rows.append(
                dated(
                    f"N-{place}-{at:02d}",
                    draw.day(date(2026, 1, 1), date(2026, 9, 1)),
                    None,
                    place=place,
                    category=category,
                    text_en=text_en,
                    text_zh=text_zh,
                    priority=draw.whole(2, 5),
                    stated_by=stated_by,
                    how_asked="joint needs assessment",
                    status=NeedStatus.OPEN,
                )
            )
    return rows


def _journey(ground: Ground, made: Tables, recipient: dict[str, str], seed: int) -> Tables:
    towns = sorted({row["place"] for row in made["pairings"]} - {BASE})
    sites = journeys.sites(BASE, towns, [], date(2025, 1, 1), Draw(seed, "partners/sites"))
    visits, found = journeys.visits(sites, (2025, 2026), ON, Draw(seed, "partners/visits"))
    for row in found:
        row["owner"] = recipient[row["site"].removeprefix("site-")]
    return {
        "sites": sites,
        "visits": visits,
        "visit_findings": found,
        "roads": journeys.roads(ground, [BASE, *towns], Draw(seed, "partners/roads")),
    }


def _claims() -> list[Row]:
    """Give the programme's three claims. Long because each claim is written out."""
    common: dict[str, Any] = {
        "speaker": "yearly report of the partnerships (invented)",
        "claim_class": ClaimClass.REPORTED,
        "place": "",
    }
    return [
        happened(
            "partners-people-2025",
            date(2026, 2, 1),
            text_en="50 people served in 2025.",
            text_zh="2025年共派出50人。",
            subject="people_posted",
            scope="all pairings",
            covers_from="2025",
            covers_to="2025",
            figure=50,
            uom="people",
            bound="exact",
            computes="people_posted",
            says_effect=False,
            comparison="none",
            **common,
        ),
        happened(
            "partners-births",
            date(2026, 2, 1),
            text_en="Births attended by trained staff rose from 64 % to 73 %, a gain of 9 %.",
            text_zh="由受训人员接生的比例由64%升至73%，增长9%。",
            subject="births_attended",
            scope="hospitals in a pairing",
            covers_from="2024",
            covers_to="2025",
            figure=9,
            uom="%",
            bound="exact",
            arithmetic="kind=growth;from=64;to=73",
            says_effect=True,
            comparison="before_after",
            **common,
        ),
        happened(
            "partners-pairings",
            date(2026, 2, 1),
            text_en="16 hospitals have a partner.",
            text_zh="16家医院已有伙伴。",
            subject="hospitals_paired",
            scope="all pairings",
            figure=16,
            uom="hospitals",
            bound="exact",
            says_effect=False,
            comparison="none",
            **common,
        ),
    ]


def _signatures(made: Tables, needs: list[Row], seed: int) -> list[Row]:
    wanted = {row["recipient"]: [f"rounds/{PLANNED.code}", f"pairings/{row['code']}"] for row in made["pairings"]}
    return voices.signatures(wanted, date(2026, 10, 1), date(2026, 11, 20), Draw(seed, "partners/signatures"))
