"""Projects: those carried out, with the works done on them, and those proposed for the years to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pairup.programmes.synthetic.ground import Ground
from pairup.programmes.synthetic.money import Giving, Scale
from pairup.programmes.synthetic.rows import Draw, Row, dated, happened, split
from pairup.programmes.synthetic.vocabulary import COUNTY_KINDS, Kinds
from pairup.values.codes import Category, DeliveryMode, ProjectStatus

#: (pairing, year) -> grass-roots and livelihood share of the money
Shares = dict[tuple[str, int], tuple[float, float]]
Needs = Mapping[tuple[str, str], Sequence[Row]]

_FLOOR = 0.8


def past(
    ground: Ground,
    given: Giving,
    places: Mapping[str, Sequence[str]],
    count: Callable[[int], int],
    *,
    needs: Needs,
    tagged_from: int,
    scale: Scale,
    on: date,
    draw: Draw,
    opened: date = date.min,
    kinds: Kinds = COUNTY_KINDS,
) -> tuple[list[Row], list[Row], Shares]:
    """Draw (projects, works, shares): each year's money of a pairing goes to projects that begin in that year."""
    projects: list[Row] = []
    works: list[Row] = []
    shares: Shares = {}
    for (tie, year), steps in sorted(given.items()):
        if date(year, 5, 1) > on or not places.get(tie):
            continue
        number = max(1, min(count(year), steps // 30))
        costs = split(steps, [draw.around(1.0, 0.8) for _ in range(number)])
        tags = _tags(costs, draw) if year >= tagged_from else []
        if tags:
            shares[tie, year] = (_weighted(costs, [a for a, _ in tags]), _weighted(costs, [b for _, b in tags]))
        for at, cost in enumerate(costs):
            place = draw.pick(places[tie])
            if ground.place_on(place, date(year, 6, 1)) is None:
                place = places[tie][0]
            category = draw.weighted(list(kinds.shares), kinds.shares.values())
            title_en, title_zh = _title(ground, place, date(year, 6, 1), category, kinds, draw)
            wanted = needs.get((place, category)) if year >= on.year - 5 else None
            need = draw.pick(wanted)["code"] if wanted else ""
            code = f"J-{tie}-{year}-{at + 1:02d}"
            facts: dict[str, Any] = {
                "title_en": title_en,
                "title_zh": title_zh,
                "category": category,
                "place": place,
                "pairing": tie,
                "need": need,
                "mode": draw.weighted(list(DeliveryMode), (0.45, 0.55)),
                "cost": scale.amount(cost),
                "currency": scale.currency,
                "build_years": 1 if cost < 800 or draw.chance(0.5) else 2,
                "running_cost_payer": f"host-{place}-office" if year >= tagged_from else "",
            }
            if tags:
                facts |= {"grassroots_share": f"{tags[at][0]:.3f}", "livelihood_share": f"{tags[at][1]:.3f}"}
            projects += _life(code, year, on, opened, facts, draw)
            works.append(_work(code, tie, year, cost, on, opened, scale, draw))
    return projects, works, shares


def _title(ground: Ground, place: str, day: date, category: Category, kinds: Kinds, draw: Draw) -> tuple[str, str]:
    words_en, words_zh = draw.pick(kinds.works[category])
    name_en, name_zh = ground.names(place, day)
    return f"{words_en}, {name_en}", f"{name_zh}{words_zh}"


def _tags(costs: Sequence[int], draw: Draw) -> list[tuple[float, float]]:
    """Draw the two shares of each project so that the money of the year keeps both tests."""
    tags = [(round(_share(draw), 3), round(_share(draw), 3)) for _ in costs]
    for test in (0, 1):
        if _weighted(costs, [tag[test] for tag in tags]) < _FLOOR + 0.005:
            tags = [(max(a, 0.85) if test == 0 else a, max(b, 0.85) if test == 1 else b) for a, b in tags]
    return tags


def _share(draw: Draw) -> float:
    return draw.between(0.82, 1.0) if draw.chance(0.88) else draw.between(0.4, 0.8)


def _weighted(costs: Sequence[int], tags: Sequence[float]) -> float:
    return sum(cost * tag for cost, tag in zip(costs, tags, strict=True)) / sum(costs)


def _life(code: str, year: int, on: date, opened: date, facts: dict[str, Any], draw: Draw) -> list[Row]:
    """Write a project's life as one to three rows; the older, the fewer."""
    build = int(str(facts["build_years"]))
    begins = max(
        draw.day(date(year, 3, 15), date(year, 5, 1)), opened + timedelta(days=45) if opened > date.min else opened
    )
    ends = draw.day(date(year + build - 1, 9, 20), date(year + build - 1, 11, 10))
    done = ProjectStatus.OPERATING if draw.chance(0.88) else ProjectStatus.HANDED_OVER
    approved = dated(
        code, max(date(year, 1, 20), opened), begins - timedelta(days=1), status=ProjectStatus.APPROVED, **facts
    )
    if date(ends.year, 12, 1) > on:
        return [approved, dated(code, begins, None, status=ProjectStatus.WORKS, **facts)]
    rows = [approved] if year >= on.year - 3 else []
    if year >= on.year - 10:
        rows.append(dated(code, begins, date(ends.year, 11, 30), status=ProjectStatus.WORKS, **facts))
    rows.append(dated(code, date(ends.year, 12, 1), None, status=done, **facts))
    return rows


def _work(code: str, tie: str, year: int, cost: int, on: date, opened: date, scale: Scale, draw: Draw) -> Row:
    """Write the works done on a project: all of its cost in a closed year, half of it in the year that runs."""
    first, last = max(date(year, 5, 1), opened), min(date(year, 12, 20), on)
    return happened(
        f"K-{code[2:]}",
        draw.day(first, last),
        project=code,
        pairing=tie,
        value=scale.amount(cost if year < on.year else cost // 2),
        currency=scale.currency,
        certified_by="site supervision (synthetic)",
    )


def proposed(
    ground: Ground,
    envelopes: Sequence[Row],
    places: Mapping[str, Sequence[str]],
    each: int,
    over: float,
    *,
    needs: Needs,
    scale: Scale,
    on: date,
    draw: Draw,
    kinds: Kinds = COUNTY_KINDS,
) -> list[Row]:
    """Draw `each` proposals a pairing that together cost `over` times its envelopes."""
    money: dict[str, int] = {}
    for row in envelopes:
        money[row["pairing"]] = money.get(row["pairing"], 0) + int(Decimal(row["amount"])) // (12 * scale.step)
    years = sorted({int(row["budget_year"]) for row in envelopes})
    rows: list[Row] = []
    for tie, steps in sorted(money.items()):
        number = draw.whole(each - 2, each + 2)
        costs = split(max(number, round(steps * over)), [draw.around(1.0, 0.6) for _ in range(number)])
        mean = sum(costs) / number
        mine = [
            _proposal(
                ground,
                f"V-{tie}-{at + 1:02d}",
                tie,
                cost,
                cost / mean,
                places[tie],
                years,
                needs,
                scale,
                on,
                kinds,
                draw,
            )
            for at, cost in enumerate(costs)
        ]
        _relate(mine, draw)
        rows += mine
    return rows


def _proposal(
    ground: Ground,
    code: str,
    tie: str,
    cost: int,
    size: float,
    places: Sequence[str],
    years: Sequence[int],
    needs: Needs,
    scale: Scale,
    on: date,
    kinds: Kinds,
    draw: Draw,
) -> Row:
    place = draw.pick(places)
    category = draw.weighted(list(kinds.shares), kinds.shares.values())
    open_needs = [row for row in needs.get((place, category), []) if row["status"] in ("open", "planned")]
    title_en, title_zh = _title(ground, place, on, category, kinds, draw)
    build = draw.weighted((1, 2, 3), (0.45, 0.4, 0.15)) if size > 0.6 else 1
    starts = [
        year for year in years if year + build - 1 <= years[-1] and year >= years[0] + draw.weighted((0, 1), (0.8, 0.2))
    ]
    narrow = draw.chance(0.12)
    return dated(
        code,
        date(on.year, on.month, 1),
        None,
        title_en=title_en,
        title_zh=title_zh,
        category=category,
        status=ProjectStatus.PROPOSED,
        place=place,
        pairing=tie,
        need=draw.pick(open_needs)["code"] if open_needs else "",
        mode=draw.pick(list(DeliveryMode)),
        cost=scale.amount(cost * 12),
        currency=scale.currency,
        grassroots_share=f"{draw.between(0.25, 0.7) if narrow else draw.between(0.78, 1.0):.3f}",
        livelihood_share=f"{draw.between(0.2, 0.7) if draw.chance(0.12) else draw.between(0.8, 1.0):.3f}",
        running_cost_payer=f"host-{place}-office" if draw.chance(0.9) else "",
        start_years=starts,
        build_years=build,
        needs_projects="",
        excludes_projects="",
        benefit=f"{max(2.0, 24 * size**0.7 * draw.around(1.0, 0.35) * (1.15 if narrow else 1.0)):.2f}",
    )


def _relate(rows: list[Row], draw: Draw) -> None:
    """Let one in eight proposals need another of its pairing, and one in ten exclude one."""
    for at, row in enumerate(rows):
        others = [other for other in rows[:at] if other is not row]
        if not others:
            continue
        if draw.chance(0.12):
            row["needs_projects"] = draw.pick(others)["code"]
        elif draw.chance(0.1):
            row["excludes_projects"] = draw.pick(others)["code"]
