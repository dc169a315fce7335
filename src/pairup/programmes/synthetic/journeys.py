"""Sites worth a visit, roads between them, past visits and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pairup.programmes.synthetic.ground import Ground
from pairup.programmes.synthetic.rows import Draw, Row, dated, happened
from pairup.values.distance import kilometres

#: a road is longer than the great circle by this much
_DETOUR = 1.35


def roads(ground: Ground, places: Sequence[str], draw: Draw) -> list[Row]:
    """Give a road between every two places with a position: great circle times 1.35 at 45 to 55 km/h."""
    rows = []
    at = {place: ground.position(place) for place in places}
    for number, start in enumerate(places):
        for finish in places[number + 1 :]:
            a, b = at[start], at[finish]
            if a is None or b is None:
                continue
            minutes = round(kilometres(a, b) * _DETOUR / draw.between(45, 55) * 60)
            rows.append(
                dated(
                    f"road-{start}-{finish}",
                    None,
                    None,
                    "Time worked out from the distance, not measured.",
                    start=start,
                    finish=finish,
                    minutes=max(5, minutes),
                )
            )
    return rows


def sites(base: str, places: Sequence[str], projects: Sequence[Row], first: date, draw: Draw) -> list[Row]:
    """Make the base and one site in each place: a project there, or its host office. Towns have a place to sleep."""
    by_place: dict[str, list[str]] = {}
    for row in projects:
        by_place.setdefault(row["place"], []).append(row["code"])
    rows = [
        dated(
            f"site-{base}",
            first,
            None,
            place=base,
            project="",
            is_base=True,
            may_sleep=True,
            stay_minutes=0,
            opens=0,
            closes=1440,
            need_to_be_seen="0",
        )
    ]
    for place in places:
        long = draw.chance(0.35)
        opens = draw.pick((540, 570, 600))
        rows.append(
            dated(
                f"site-{place}",
                first,
                None,
                place=place,
                project=draw.pick(by_place[place]) if place in by_place else "",
                is_base=False,
                may_sleep=draw.chance(0.85),
                stay_minutes=draw.pick((300, 360) if long else (180, 240)),
                opens=opens,
                closes=draw.pick((960, 1020, 1080)),
                need_to_be_seen=str(draw.whole(8, 40)),
            )
        )
    return rows


_FOUND = (
    (
        "The running cost is paid for two years only; who pays afterwards is not written down.",
        "运行费用仅落实两年，其后由谁承担尚无书面约定。",
    ),
    (
        "The equipment is in use on working days; spare parts take two months to arrive.",
        "设备工作日在用，备件到货需两个月。",
    ),
    (
        "Residents ask for a call with the post's predecessor before works begin.",
        "居民希望开工前与前任人员通话了解情况。",
    ),
    ("Handover file complete except for the list of local contacts.", "除本地联系人名单外，交接材料齐全。"),
    ("Two rooms of the dormitory are not yet heated.", "宿舍有两间尚未供暖。"),
)


def visits(rows: Sequence[Row], years: Sequence[int], on: date, draw: Draw) -> tuple[list[Row], list[Row]]:
    """Make one past visit a year to some sites, with findings, their owner and their day."""
    stops = [row for row in rows if row["is_base"] == "no"]
    made, found = [], []
    for year in years:
        first = draw.day(date(year, 9, 1), date(year, 10, 10))
        seen = draw.some(stops, draw.whole(3, 6))
        code = f"visit-{year}"
        order = [f"{day}:{site['code']}" for day, site in enumerate(seen, start=1)]
        made.append(
            dated(code, first, first + timedelta(days=len(seen)), purpose="Yearly field visit", run="", stops=order)
        )
        for at, site in enumerate(draw.some(seen, draw.whole(2, 4)), start=1):
            day = first + timedelta(days=at)
            due = day + timedelta(days=draw.pick((60, 90, 180)))
            done = due - timedelta(days=draw.whole(-40, 30))
            words_en, words_zh = draw.pick(_FOUND)
            found.append(
                happened(
                    f"{code}-{at}",
                    day,
                    visit=code,
                    site=site["code"],
                    text_en=words_en,
                    text_zh=words_zh,
                    owner=f"host-{site['place']}-office",
                    due=due,
                    done=done if done <= on and draw.chance(0.8) else "",
                )
            )
    return made, found
