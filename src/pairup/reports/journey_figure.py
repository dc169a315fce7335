"""The picture of a journey: altitude over its hours, and where each night is spent."""

from __future__ import annotations

import math
from pathlib import Path

from pairup.planning.plan import Plan
from pairup.planning.visits import Day, Nights, VisitProblem
from pairup.reports import palette
from pairup.reports.figures import Frame
from pairup.reports.pictures import to_svg
from pairup.reports.profile_figure import Step, altitude_profile
from pairup.reports.said import plain
from pairup.values.words import Words

_DAY = 24.0  # hours; a night is drawn as the hours between two days


def steps_of(plan: Plan[Day]) -> list[Step]:
    """Give the points of a journey in order: where it begins, each stop, each night. Times of the problem are minutes.

    The way to a bed is drawn with the minutes of the first slot. A place without an altitude has no point.
    """
    problem: VisitProblem = plan.problem
    place = problem.ids[problem.start]
    steps: list[Step] = []
    for day in sorted(plan.assignments):
        offset = _DAY * (day.day - 1) - problem.day_opens / 60
        points = [(problem.day_opens, place, False)]
        for stop in day.stops:
            points += [(stop.arrives, stop.site, False), (stop.leaves, stop.site, False)]
        arrives = points[-1][0] + float(problem.travel[0, problem.at(points[-1][1]), problem.at(day.sleeps)])
        is_last = day.day == problem.days
        points.append((arrives, day.sleeps, is_last))
        if not is_last:
            points.append((_DAY * 60 + problem.day_opens, day.sleeps, True))
        for minutes, name, is_night in points:
            height = float(problem.altitude[problem.at(name)])
            if not math.isnan(height):
                steps.append(Step(offset + minutes / 60, round(height), name if is_night else None))
        place = problem.ids[problem.start] if problem.nights is Nights.RETURN else day.sleeps
    return steps


def told(plan: Plan[Day], language: str = "en") -> str:
    """Say in words what the picture shows, for who does not see it."""
    problem: VisitProblem = plan.problem
    days = sorted(plan.assignments)
    nights = [f"{problem.altitude[problem.at(day.sleeps)]:,.0f} m" for day in days]
    facts = {"days": len(days), "sites": sum(len(day.stops) for day in days), "nights": ", ".join(nights)}
    return Words("visits.profile-alt", facts).say(language)


def write_journey(plan: Plan[Day], path: Path, language: str = "en") -> None:
    """Write the profile of a journey as SVG. At least one place must have an altitude."""
    chart = altitude_profile(
        steps_of(plan), plain("profile-hours", language), Frame(told(plan, language)), plain("metre", language)
    )
    spec = {**chart.to_dict(), "background": palette.PAPER}
    path.write_text(to_svg(spec, name="journey", alt=told(plan, language)), encoding="utf-8")
