"""Sites and roads of the record as the question of a journey. Read only; reads take `on` and `known_by`."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

from pairup.errors import InputError
from pairup.planning.visits.need import NeedWeights, SiteNeed, need_of
from pairup.record.models import ProjectVersion, RoadVersion, SiteVersion, VisitFindingVersion, VisitVersion
from pairup.rules.register import Rule
from pairup.services.tables import read_altitudes, read_rows
from pairup.values.lifecycles import FINISHED

#: a day's work on a journey, in minutes from midnight
DAY_OPENS, DAY_CLOSES = 8 * 60, 20 * 60
#: a project is finished from the first day on which it stands so; checks count from there

#: minutes where no road leads
_FAR = 10.0**6
Minutes = list[list[float]]
#: start, finish and minutes of each road in force
Roads = tuple[tuple[str, str, int], ...]


def read_visit_problem(
    programme: str, *, on: date, known_by: date | None = None, days: int, nights: str, altitude: Rule | None,
    weights: NeedWeights | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The journey question: which sites on which days, nights within the altitude rule in force.

    The journey begins on the day `on`; roads are read for each of its days.
    """
    altitudes = read_altitudes(on=on, known_by=known_by)
    rows = list(
        read_rows(SiteVersion, on=on, known_by=known_by, programme=programme).select_related("identity", "place")
    )
    base = next((row.identity.code for row in rows if row.is_base), None)
    if base is None:
        raise InputError(
            f"No site of {programme} is a base.",
            hint="Set is_base on one row of sites.csv.",
            code="record.no-base",
            programme=programme,
        )
    order = [row.identity.code for row in rows]
    needs = read_needs(programme, rows, on=on, known_by=known_by)
    minutes, seasons = _roads(programme, rows, on=on, known_by=known_by, days=days)
    return {
        "kind": "visits", "version": 1, "days": days, "start": base, "finish": base,
        "day_opens": DAY_OPENS, "day_closes": DAY_CLOSES,
        "sites": [
            {
                "id": row.identity.code, "worth": 0 if row.is_base else need_of(needs[row.identity.code], on, weights),
                "stay": row.stay_minutes, "opens": row.opens, "closes": row.closes,
                "altitude_m": altitudes.get(row.place.code), "may_sleep": row.may_sleep,
            }
            for row in rows
        ],
        "travel": {"order": order, "minutes": minutes},
        "nights": nights, "altitude_rule": dict(altitude.on(on, known_by=known_by).terms) if altitude else None,
    } | ({"first_day": on.isoformat(), "seasons": seasons} if seasons else {})  # fmt: skip


def read_needs(
    programme: str, sites: list[SiteVersion], *, on: date, known_by: date | None = None
) -> dict[str, SiteNeed]:
    """What each site's need to be seen rests on: what is recorded, its project, past visits, and open findings."""
    finished: dict[int, date] = {}
    done = ProjectVersion.objects.known(known_by).filter(identity__programme__code=programme, status__in=FINISHED)
    for project, starts in done.order_by("starts").values_list("identity_id", "starts"):
        if starts is not None and starts <= on:
            finished.setdefault(project, starts)
    last: dict[str, date] = {}
    visits = VisitVersion.objects.known(known_by).filter(identity__programme__code=programme)
    for starts, stops in visits.order_by("starts").values_list("starts", "stops"):
        if starts is not None and starts <= on:
            last |= {str(stop).partition(":")[2]: starts for stop in stops}
    open_days: dict[str, list[date | None]] = {}
    found = read_rows(VisitFindingVersion, on=on, known_by=known_by, programme=programme)
    for site, due, settled in found.filter(site__isnull=False).values_list("site__code", "due", "done"):
        if settled is None or settled > on:
            open_days.setdefault(site, []).append(due)
    return {
        row.identity.code: SiteNeed(
            float(row.need_to_be_seen), finished.get(row.project_id) if row.project_id else None,
            last.get(row.identity.code), tuple(open_days.get(row.identity.code, ())),
        )
        for row in sites
    }  # fmt: skip


def _roads(
    programme: str, sites: list[SiteVersion], *, on: date, known_by: date | None, days: int
) -> tuple[Minutes, list[dict[str, Any]]]:
    """Shortest road times between sites, and what each day of the journey adds: roads are read as each day has them.

    The times are the least of all days; where a day has other roads in force (a winter road, a pass that shuts), a
    season of that one day says by how much each pair of sites is slower, or that no road joins it.
    """
    by_roads: dict[Roads, Minutes] = {}
    each: list[Minutes] = []
    for day in range(days):
        roads = _roads_on(programme, on=on + timedelta(days=day), known_by=known_by)
        if roads not in by_roads:
            by_roads[roads] = _minutes(sites, roads)
        each.append(by_roads[roads])
    count = range(len(sites))
    least = [[min(minutes[a][b] for minutes in each) for b in count] for a in count]
    seasons = []
    for day, minutes in enumerate(each if len(by_roads) > 1 else []):
        slower: dict[float | None, list[list[str]]] = {}
        for a, b in product(count, count):
            if minutes[a][b] > least[a][b]:
                factor = None if minutes[a][b] >= _FAR or not least[a][b] else minutes[a][b] / least[a][b]
                slower.setdefault(factor, []).append([sites[a].identity.code, sites[b].identity.code])
        now = on + timedelta(days=day)
        span = {"name": now.isoformat(), "from": now.strftime("%m-%d"), "to": now.strftime("%m-%d")}
        seasons += [
            span | ({"closed": True} if factor is None else {"slower": factor}) | {"roads": roads}
            for factor, roads in slower.items()
        ]
    return least, seasons


def _roads_on(programme: str, *, on: date, known_by: date | None) -> Roads:
    rows = read_rows(RoadVersion, on=on, known_by=known_by, programme=programme)
    return tuple(sorted(rows.values_list("start__code", "finish__code", "minutes")))


def _minutes(sites: list[SiteVersion], roads: Roads) -> Minutes:
    """Shortest road times between sites (Floyd and Warshall over the roads in force)."""
    ways: dict[tuple[str, str], float] = {}
    for start, finish, minutes in roads:
        ways[start, finish] = min(float(minutes), ways.get((start, finish), _FAR))
    for start, finish, minutes in roads:  # a road leads back as well, where no row says otherwise
        ways.setdefault((finish, start), float(minutes))
    places = sorted({place for way in ways for place in way} | {site.place.code for site in sites})
    best = [[0.0 if a == b else ways.get((a, b), _FAR) for b in places] for a in places]
    for mid in range(len(places)):
        for a in range(len(places)):
            for b in range(len(places)):
                best[a][b] = min(best[a][b], best[a][mid] + best[mid][b])
    at = {place: k for k, place in enumerate(places)}
    return [[best[at[a.place.code]][at[b.place.code]] for b in sites] for a in sites]
