"""Field visits: sites to days, within hours, roads and the altitude rule."""

from pairup.planning.visits.explain import Site, why_site
from pairup.planning.visits.planner import plan_visits
from pairup.planning.visits.problem import AltitudeRule, Closure, Nights, VisitProblem
from pairup.planning.visits.routes import Day, DayStop
from pairup.planning.visits.seasons import Season

__all__ = [
    "AltitudeRule",
    "Closure",
    "Day",
    "DayStop",
    "Nights",
    "Season",
    "Site",
    "VisitProblem",
    "plan_visits",
    "why_site",
]
