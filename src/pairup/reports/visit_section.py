"""The itinerary: day by day, with the altitude of each night. For the office only."""

from __future__ import annotations

from altair import LayerChart

from pairup.reports.document import Block, Bullets, Column, Figure, Inline, Paragraph, Section, Table
from pairup.reports.facts import Both, ItineraryFacts, ReportFacts, VisitDay
from pairup.reports.profile_figure import Step, altitude_profile
from pairup.reports.said import frame, number, picture, plain, said, together
from pairup.reports.writing import clock, count, day


def visit_section(facts: ReportFacts) -> Section:
    """Show the visit's days and stops, the profile with its nights, and the sites that were left out."""
    title = said("visit-title")
    visit = facts.itinerary
    if visit is None or not visit.days:
        return Section("visit", title, (Paragraph(said("visit-none")),))
    blocks: list[Block] = [
        Paragraph(
            said(
                "visit-intro",
                purpose=visit.purpose,
                first=day(visit.days[0].day),
                days=count(len(visit.days)),
                stops=number(sum(len(d.stops) for d in visit.days), visit.rows),
            )
        )
    ]
    if visit.altitude_rule is not None:
        blocks.append(Paragraph(visit.altitude_rule))
    if len(visit.profile) > 1:
        blocks.append(_profile(visit))
    blocks.append(_days(visit))
    if visit.not_visited:
        blocks.append(Paragraph(said("visit-left-out")))
        blocks.append(Bullets(tuple(together((site, why), ": ") for site, why in visit.not_visited)))
    return Section("visit", title, tuple(blocks))


def _profile(visit: ItineraryFacts) -> Figure:
    def draw(language: str, stamp: str) -> LayerChart:
        steps = [
            Step(
                point.hours,
                point.altitude_m,
                (point.name.say(language) if point.name else "") if point.is_night else None,
            )
            for point in visit.profile
        ]
        return altitude_profile(
            steps,
            plain("profile-hours", language),
            frame(language, stamp, said_both("profile-metres")),
            plain("metre", language),
        )

    nights = [point.altitude_m for point in visit.profile if point.is_night]
    heights = [point.altitude_m for point in visit.profile]
    alt_text = said(
        "profile-alt",
        low=count(min(heights)),
        high=count(max(heights)),
        nights=", ".join(f"{metres:,} m" for metres in nights) or "–",
    )
    return picture("profile", said("profile-figure"), alt_text, draw, is_synthetic=visit.is_synthetic)


def said_both(name: str) -> Both:
    return Both(plain(name, "en"), plain(name, "zh_Hans"))


def _days(visit: ItineraryFacts) -> Table:
    rows: list[tuple[Inline, ...]] = []
    for one in visit.days:
        rows += _day_rows(one)
    titles = ("col-day", "col-stop", "col-arrive", "col-leave", "col-drive", "col-altitude")
    columns = tuple(Column(said(name), is_number=k >= 2) for k, name in enumerate(titles))
    return Table(said("visit-caption"), columns, tuple(rows))


def _day_rows(one: VisitDay) -> list[tuple[Inline, ...]]:
    date_text = day(one.day)
    rows: list[tuple[Inline, ...]] = []
    if one.start is not None and one.start_minute is not None:
        rows.append(
            (
                date_text,
                said("visit-start", place=one.start),
                "–",
                clock(one.start_minute),
                "–",
                _metres(one.start_altitude_m),
            )
        )
    for stop in one.stops:
        name: Inline = together((stop.name, stop.purpose), ": ") if stop.purpose else stop.name
        drive = "–" if stop.drive_minutes is None else clock(stop.drive_minutes)
        rows.append((date_text, name, clock(stop.arrive), clock(stop.leave), drive, _metres(stop.altitude_m)))
    if one.night is not None:
        end = "–" if one.end_minute is None else clock(one.end_minute)
        rows.append((date_text, said("visit-night", place=one.night), end, "–", "–", _metres(one.night_altitude_m)))
    elif one.end_minute is not None:
        rows.append((date_text, said("visit-end"), clock(one.end_minute), "–", "–", "–"))
    return rows


def _metres(altitude: int | None) -> Inline:
    return "–" if altitude is None else count(altitude)
