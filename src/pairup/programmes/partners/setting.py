"""Countries, towns, hospitals, calls, offers, pairings and the results agreed before people are named."""

from __future__ import annotations

from datetime import date, timedelta

from pairup.programmes.synthetic.posts import RoundSpan
from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated, happened
from pairup.values.codes import Channel, ClaimClass, Level, OfferStatus, OrganisationKind, Preset

ON = date(2026, 11, 23)
ROUNDS = tuple(RoundSpan(f"partners-{at}", at, date(2024 + at, 1, 1), date(2024 + at, 12, 31)) for at in (1, 2, 3))
PLANNED = ROUNDS[-1]
#: an age limit of an invented programme: the record holds whether it is met, never an age
AGE_RULE = "selection_age.partners"
DONORS, RECIPIENTS, TIED = 12, 28, 16
_NOTE = "Invented; positions lie in the open ocean."

#: code, English, Chinese, how high its towns lie (m), where on the ocean
COUNTRIES = (
    ("westmark", "Westmark (invented)", "西境国（虚构）", (20, 300), (-38.0, -18.0)),
    ("eastmark", "Eastmark (invented)", "东境国（虚构）", (40, 500), (-36.5, -14.5)),
    ("shoreland", "Shoreland (invented)", "海岸国（虚构）", (5, 900), (-32.6, -16.0)),
    ("upperland", "Upperland (invented)", "高地国（虚构）", (1400, 3300), (-31.6, -14.8)),
)
_TOWNS = (
    ("north", "North", "北"),
    ("south", "South", "南"),
    ("old", "Old", "老"),
    ("new", "New", "新"),
    ("far", "Far", "远"),
    ("mid", "Mid", "中"),
    ("high", "High", "高"),
)
_KINDS = (("shore", "Shore", "岸"), ("bridge", "Bridge", "桥"), ("mill", "Mill", "磨坊"))


def setting(seed: int) -> Tables:
    """Make everything that stands before a person is named."""
    places = _places(Draw(seed, "partners/places"))
    towns = [row for row in places if row["level"] == Level.TOWN]
    organisations = _hospitals(towns)
    donors = [row for row in organisations if row["code"].startswith("hospital-d")]
    recipients = [row for row in organisations if row["code"].startswith("hospital-r")]
    pairings = _pairings(donors, recipients, Draw(seed, "partners/pairings"))
    calls, offers = _calls(donors, recipients, Draw(seed, "partners/offers"))
    indicators = _indicators()
    results, observed = _results(pairings, [row["code"] for row in indicators], Draw(seed, "partners/results"))
    return {
        "programme": [_programme()],
        "places": places,
        "organisations": organisations,
        "pairings": pairings,
        "rounds": [dated(span.code, span.first, span.last, scheme="partners", ordinal=span.ordinal) for span in ROUNDS],
        "calls": calls,
        "offers": offers,
        "indicators": indicators,
        "agreed_results": results,
        "observations": observed,
    }


def _programme() -> Row:
    return dated(
        "partners",
        date(2024, 9, 1),
        None,
        _NOTE,
        name_en="Hospital partnerships (invented)",
        name_zh="医院伙伴计划（虚构）",
        preset=Preset.OFFER_LED,
        mandate="Framework agreement between the two sides (invented)",
        purpose="Hospitals offer help where others call for it; results are agreed before people are named.",
        currency="EUR",
        languages=["en", "fr"],
        rules=[AGE_RULE],
        scheme="partners",
        country="",
    )


def _places(draw: Draw) -> list[Row]:
    rows = []
    for number, (country, name_en, name_zh, heights, centre) in enumerate(COUNTRIES):
        rows.append(dated(country, None, None, _NOTE, name_en=name_en, name_zh=name_zh, level=Level.COUNTRY, parent=""))
        names = [(f"{a}-{b}", f"{A} {B}", f"{x}{y}") for b, B, y in _KINDS for a, A, x in _TOWNS]
        for code, town_en, town_zh in names[number::4][: 6 if number < 2 else 5]:
            rows.append(
                dated(
                    code,
                    None,
                    None,
                    _NOTE,
                    name_en=f"{town_en} (invented)",
                    name_zh=f"{town_zh}镇（虚构）",
                    level=Level.TOWN,
                    parent=country,
                    latitude=f"{centre[0] + draw.between(-0.9, 0.9):.4f}",
                    longitude=f"{centre[1] + draw.between(-0.9, 0.9):.4f}",
                    altitude_m=draw.whole(*heights),
                )
            )
    return rows


def _hospitals(towns: list[Row]) -> list[Row]:
    """Put the donors' hospitals in the first two countries, the recipients' in the others, in turn over their towns."""
    giving = [row for row in towns if row["parent"] in ("westmark", "eastmark")]
    asking = [row for row in towns if row["parent"] not in ("westmark", "eastmark")]
    rows = []
    for side, count, there in (("d", DONORS, giving), ("r", RECIPIENTS, asking)):
        for at in range(count):
            town, number = there[at % len(there)], at // len(there) + 1
            name_en, name_zh = town["name_en"].removesuffix(" (invented)"), town["name_zh"].removesuffix("（虚构）")
            rows.append(
                dated(
                    f"hospital-{side}{at + 1:02d}",
                    None,
                    None,
                    _NOTE,
                    name_en=f"{name_en} Hospital {number} (invented)",
                    name_zh=f"{name_zh}第{number}医院（虚构）",
                    kind=OrganisationKind.HOSPITAL,
                    place=town["code"],
                )
            )
    return rows


def _pairings(donors: list[Row], recipients: list[Row], draw: Draw) -> list[Row]:
    rows = []
    for at, recipient in enumerate(recipients[:TIED]):
        donor = donors[at % len(donors)]
        first = draw.day(date(2024, 10, 1), date(2026, 3, 1))
        rows.append(
            dated(
                f"{donor['code'][9:]}-{recipient['code'][9:]}",
                first,
                None,
                donor=donor["code"],
                recipient=recipient["code"],
                place=recipient["place"],
                channel=Channel.HOSPITAL,
                level=Level.TOWN,
                parent="",
                reason="offer accepted",
            )
        )
    return rows


def _calls(donors: list[Row], recipients: list[Row], draw: Draw) -> tuple[list[Row], list[Row]]:
    """One open call for each hospital without a partner, three to five offers each; now and then one was declined."""
    titles = (
        ("Safer surgery and anaesthesia", "更安全的手术与麻醉"),
        ("Care of mothers and newborns", "孕产妇与新生儿照护"),
        ("Emergency department and triage", "急诊与分诊"),
        ("Upkeep of medical equipment", "医疗设备维护"),
    )
    calls, offers = [], []
    for at, recipient in enumerate(recipients[TIED:]):
        title_en, title_zh = titles[at % len(titles)]
        code = f"call-{at + 1:02d}"
        calls.append(
            dated(
                code,
                date(2026, 9, 1),
                date(2026, 12, 31),
                recipient=recipient["code"],
                title_en=title_en,
                title_zh=title_zh,
            )
        )
        declined = draw.chance(0.4)
        for rank, donor in enumerate(draw.some(donors, draw.whole(3, 5))):
            status = OfferStatus.DECLINED if declined and rank == 0 else OfferStatus.OFFERED
            offers.append(
                happened(
                    f"offer-{at + 1:02d}-{donor['code'][9:]}",
                    draw.day(date(2026, 9, 15), date(2026, 11, 15)),
                    call=code,
                    donor=donor["code"],
                    status=status,
                    worth=draw.whole(15, 95),
                    load=draw.pick(("1", "1.5", "2", "2.5")),
                )
            )
    return calls, offers


_MEASURES = (
    (
        "births_attended",
        "Births attended by trained staff",
        "由受训人员接生的比例",
        "%",
        "Delivery register, share of all births in the year.",
    ),
    (
        "surgery_infections",
        "Infections after surgery",
        "术后感染率",
        "%",
        "Ward register, share of operations in the year.",
    ),
    (
        "triage_minutes",
        "Minutes from arrival to triage",
        "到院至分诊的分钟数",
        "minutes",
        "Time stamps of 200 arrivals drawn a year.",
    ),
    (
        "equipment_working",
        "Equipment in working order",
        "设备完好率",
        "%",
        "Count on one day a quarter, mean of the year.",
    ),
)
_START = {
    "births_attended": (55, 82),
    "surgery_infections": (6, 14),
    "triage_minutes": (35, 90),
    "equipment_working": (45, 70),
}


def _indicators() -> list[Row]:
    return [
        dated(code, None, None, name_en=en, name_zh=zh, uom=uom, method=how) for code, en, zh, uom, how in _MEASURES
    ]


def _results(pairings: list[Row], indicators: list[str], draw: Draw) -> tuple[list[Row], list[Row]]:
    """Two results a pairing, agreed when it began, with what was measured since."""
    results, observed = [], []
    words = {code: (en, zh) for code, en, zh, _, _ in _MEASURES}
    for pairing in pairings:
        for indicator in draw.some(indicators, 2):
            baseline = draw.between(*_START[indicator])
            target = baseline * (0.7 if indicator in ("surgery_infections", "triage_minutes") else 1.2)
            target = min(target, 98.0)
            results.append(
                dated(
                    f"G-{pairing['code']}-{indicator}",
                    pairing["from"],
                    date(2027, 12, 31),
                    pairing=pairing["code"],
                    text_en=f"{words[indicator][0]}: from {baseline:.0f} to {target:.0f} by the end of 2027",
                    text_zh=f"{words[indicator][1]}：到2027年底由{baseline:.0f}变为{target:.0f}",
                    indicator=indicator,
                    baseline=f"{baseline:.1f}",
                    target=f"{target:.1f}",
                )
            )
            for year in (2024, 2025):
                value = baseline + (target - baseline) * (year - 2024) * draw.between(0.1, 0.5) + draw.normal(0.0, 1.0)
                observed.append(
                    dated(
                        f"O-{pairing['code']}-{indicator}-{year}",
                        str(year),
                        str(year),
                        indicator=indicator,
                        place=pairing["place"],
                        unit=pairing["recipient"],
                        value=f"{max(0.0, value):.1f}",
                        claim_class=ClaimClass.REPORTED,
                        treated_from=pairing["from"],
                    )
                )
    return results, observed


def mission_start(span: RoundSpan, longest: int, draw: Draw) -> date:
    """Draw the first day of a mission that ends within a round."""
    return draw.day(span.first + timedelta(days=7), span.last - timedelta(days=longest + 7))
