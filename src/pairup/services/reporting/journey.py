"""The field visit of a report: days, stops, nights and the altitude profile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pairup.record.models import PlanRunVersion, SiteVersion
from pairup.reports.facts import Both, ItineraryFacts, ProfilePoint, RowLink, RowTable, StopFacts, VisitDay
from pairup.services.plans import asked_of
from pairup.services.reporting.places import Atlas
from pairup.services.rows import row_table
from pairup.values.words import Words


def itinerary(
    run: PlanRunVersion, said: dict[str, Any], atlas: Atlas, *, programme: str
) -> tuple[ItineraryFacts, RowTable]:
    """Read a visit run again. `said` is its problem; day 1 is drawn on the Monday after the day it was asked for.

    Long because a stop, a day and a site are each written out column by column.
    """
    asked_as = asked_of(run)
    known = SiteVersion.objects.known(asked_as.known_by).filter(identity__programme__code=programme)
    known = known.select_related("identity", "place", "project").order_by("identity__code", "starts")
    in_question = {site["id"] for site in said["sites"]}  # one that has closed since is told too
    sites = {row.identity.code: row for row in known if row.identity.code in in_question}
    asked = {
        site["id"]: site | {"altitude_m": None if site["altitude_m"] is None else round(site["altitude_m"])}
        for site in said["sites"]
    }
    order, minutes = said["travel"]["order"], said["travel"]["minutes"]
    at_index = {site: k for k, site in enumerate(order)}
    name = {code: atlas.place_name(row.place.code) for code, row in sites.items()}
    opens, first_day = said["day_opens"], asked_as.on + timedelta(days=7 - asked_as.on.weekday())
    days, profile = [], []
    here = said["start"]
    for day in run.answer["assignments"] or []:
        stops, leaves, start = [], float(opens), here
        offset = 24.0 * (day["day"] - 1) - opens / 60
        profile.append(_point(offset + opens / 60, here, asked, name))
        for stop in day["stops"]:
            drive = minutes[at_index[here]][at_index[stop["site"]]]
            stops.append(
                StopFacts(
                    stop["site"], name[stop["site"]], round(stop["begins"]), round(stop["leaves"]), round(drive),
                    asked[stop["site"]]["altitude_m"], _purpose(sites[stop["site"]]),
                )
            )  # fmt: skip
            profile.append(_point(offset + stop["arrives"] / 60, stop["site"], asked, name))
            here, leaves = stop["site"], float(stop["leaves"])
        night = day.get("sleeps") or said["finish"]
        arrival = leaves + minutes[at_index[here]][at_index[night]]
        here = night
        profile.append(_point(offset + arrival / 60, here, asked, name, night=True))
        days.append(
            VisitDay(
                first_day + timedelta(days=day["day"] - 1), tuple(stops), name[start], round(opens),
                asked[start]["altitude_m"], round(arrival), name[here], asked[here]["altitude_m"],
            )
        )  # fmt: skip
    seen = {stop.site for day in days for stop in day.stops}
    missed = [code for code, row in sites.items() if code not in seen and not row.is_base]
    rule = (
        {name: round(metres) for name, metres in said["altitude_rule"].items()} if said.get("altitude_rule") else None
    )
    synthetic = any(row.is_synthetic for row in sites.values())
    facts = ItineraryFacts(
        Both("Field visit of the round", "本批次实地走访"), tuple(days), tuple(p for p in profile if p is not None),
        Words("services.altitude-rule", rule) if rule else None,
        tuple((name[code], Words("services.site-not-visited")) for code in sorted(missed)), synthetic,
        RowLink("sites", ()),
    )  # fmt: skip
    table = row_table(
        "sites",
        ("code", "place", "stay_minutes", "opens", "closes", "may_sleep", "need_to_be_seen", "altitude_m",
         "is_synthetic"),
        [
            (code, r.place.code, r.stay_minutes, r.opens, r.closes, r.may_sleep, r.need_to_be_seen,
             asked[code]["altitude_m"] if code in asked else None, r.is_synthetic)
            for code, r in sites.items()
        ],
        group_by=("code",), synthetic=synthetic,
    )  # fmt: skip
    return facts, table


def _point(
    hours: float, site: str, asked: dict[str, Any], name: dict[str, Both], *, night: bool = False
) -> ProfilePoint | None:
    altitude = asked[site]["altitude_m"]
    return ProfilePoint(round(hours, 2), altitude, name[site], night) if altitude is not None else None


def _purpose(site: SiteVersion) -> Words:
    return Words("services.visit-project") if site.project else Words("services.visit-host")
