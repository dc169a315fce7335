from __future__ import annotations

import copy
import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pairup.errors import InputError, NoPlanError
from pairup.planning.plan import Audience, Ended, Status, Stop
from pairup.planning.verify_visits import check_visits
from pairup.planning.visits import VisitProblem, plan_visits, why_site
from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.days import search_days
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.labels import LabelSearch, search_labels
from pairup.planning.visits.planner import grain_of
from pairup.planning.visits.routes import candidates
from tests.planning.visit_cases import RULE, a_journey, a_site, best_by_trying_all, journeys

few = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def plan_of(said: dict[str, Any], **more: Any) -> Any:
    return plan_visits(VisitProblem.from_dict(said), **more)


def seen(plan: Any) -> list[str]:
    return [stop.site for day in plan.assignments for stop in day.stops]


# -- against trying everything ------------------------------------------------------------------------------------


@few
@given(journeys())
def test_nothing_beats_the_plan(said):
    best = best_by_trying_all(said)

    plan = plan_of(said)

    assert plan.objective == best
    assert plan.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
    assert best is None or check_visits(plan.problem, plan.assignments, best) == []


@few
@given(journeys())
def test_the_search_by_stops_and_the_search_by_days_agree_with_trying_everything(said):
    problem = VisitProblem.from_dict(said)
    clock, climb = Clock(problem), Climb.of(problem)
    sites = candidates(problem, clock)
    grain = grain_of([float(problem.worth[s]) for s in sites])

    by_days = search_days(problem, clock, climb, grain, -math.inf, Effort(Stop(), 10**6))
    by_stops = search_labels(problem, clock, climb, sites, grain, -math.inf, Effort(Stop(), 10**6))

    assert by_days.is_proved and by_stops.is_proved
    assert by_days.worth == by_stops.worth == best_by_trying_all(said)


@few
@given(journeys())
def test_a_bound_that_was_not_proved_still_lies_above_the_best(said):
    best = best_by_trying_all(said)

    plan = plan_of(said, stop=Stop(work=3))

    assert best is None or plan.bound >= best
    assert plan.objective is None or plan.objective <= best


@few
@given(journeys())
def test_a_problem_survives_its_file(said):
    before = copy.deepcopy(said)
    problem = VisitProblem.from_dict(said)

    again = VisitProblem.from_dict(json.loads(json.dumps(problem.to_dict())))

    assert again == problem
    assert said == before


@few
@given(journeys())
def test_the_order_of_sites_changes_nothing(said):
    other = said | {"sites": said["sites"][::-1], "closures": said["closures"][::-1]}

    assert plan_of(said).to_dict()["assignments"] == plan_of(other).to_dict()["assignments"]


def a_town(seed: int, size: int = 9, days: int = 1, **more: Any) -> dict[str, Any]:
    """Sites within reach of each other, with hours, so that a day sees several in an order that matters."""
    chance = random.Random(seed)
    spots = [(chance.randint(0, 30), chance.randint(0, 30)) for _ in range(size)]
    sites = [a_site("s0")]
    for k in range(1, size):
        opens = chance.randint(0, 60)
        sites.append(
            a_site(f"s{k}", chance.randint(1, 9), chance.randint(0, 8), (opens, opens + chance.randint(5, 60)))
        )
    minutes = [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in spots] for a in spots]
    return a_journey(*sites, minutes=minutes, days=days, **more)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("days", [1, 2])
def test_two_searches_that_share_no_bound_agree(seed, days):
    problem = VisitProblem.from_dict(a_town(seed, days=days))
    clock, climb = Clock(problem), Climb.of(problem)
    sites = candidates(problem, clock)
    effort = Effort(Stop(), 10**6)

    by_days = search_days(problem, clock, climb, 1.0, -math.inf, effort)
    search = LabelSearch(problem, clock, climb, sites, 1.0, -math.inf)
    by_stops = search.run(effort)

    assert by_days.is_proved and by_stops.is_proved
    assert by_days.worth == by_stops.worth
    assert search.grid.root() >= by_stops.worth
    assert check_visits(problem, by_stops.journey, by_stops.worth) == []


# -- what the format says -----------------------------------------------------------------------------------------


def test_the_example_of_the_format_is_answered_as_it_says():
    said = a_journey(
        a_site("base", 0, 0, (0, 230), may_sleep=True), a_site("s1", 10, 10, (161, 171), altitude_m=4600),
        minutes=15.2, days=2, day_closes=230,
    )  # fmt: skip

    answer = plan_of(said).to_dict()

    assert answer["assignments"] == [
        {"day": 1, "stops": [{"site": "s1", "arrives": 15.2, "begins": 161.0, "leaves": 171.0}], "sleeps": "base"},
        {"day": 2, "stops": [], "sleeps": "base"},
    ]
    assert (answer["status"], answer["objective"], answer["bound"], answer["gap"]) == ("optimal", 10.0, 10.0, 0.0)


def test_a_day_ends_by_its_hour():
    said = a_journey(a_site("base"), a_site("near", 5, 10), minutes=30)

    assert seen(plan_of(said)) == ["near"]
    assert seen(plan_of(said | {"day_closes": 69})) == []


def test_a_visit_begins_within_its_hours():
    late = a_journey(a_site("base"), a_site("near", 5, 10, (0, 9)))
    in_time = a_journey(a_site("base"), a_site("near", 5, 10, (0, 10)))

    assert seen(plan_of(late)) == []
    assert seen(plan_of(in_time)) == ["near"]


def test_a_night_on_the_way_saves_the_road_back():
    sites = [a_site("base"), a_site("far", 5, 10), a_site("inn", may_sleep=True)]
    home = a_journey(*sites, minutes=[[0, 60, 45], [60, 0, 45], [45, 45, 0]], days=2, day_closes=120)

    assert seen(plan_of(home)) == []
    plan = plan_of(home | {"nights": "anywhere"})

    assert seen(plan) == ["far"]
    assert [day.sleeps for day in plan.assignments] == ["inn", "base"]


def test_nobody_sleeps_where_there_is_no_bed():
    sites = [a_site("base"), a_site("far", 5, 10), a_site("inn", may_sleep=False)]
    minutes = [[0, 90, 45], [90, 0, 45], [45, 45, 0]]

    plan = plan_of(a_journey(*sites, minutes=minutes, days=2, nights="anywhere"))

    assert plan.status is Status.INFEASIBLE
    assert [words.code for words in plan.conflicts] == ["visits.no-beds"]


def test_sleeping_somewhere_may_repeat_and_is_no_visit():
    sites = [a_site("base"), a_site("inn", 3, 5, may_sleep=True), a_site("east", 4, 60), a_site("west", 4, 60)]

    plan = plan_of(a_journey(*sites, minutes=15, days=3, nights="anywhere"))

    assert sorted(seen(plan)) == ["east", "inn", "west"]
    assert [day.sleeps for day in plan.assignments] == ["inn", "inn", "base"]


def test_a_closed_road_is_waited_for():
    sites = [a_site("base"), a_site("near", 5, 10)]
    closed = {"from": "base", "to": "near", "day": 1, "closed_from": 0, "closed_to": 40}

    stop = plan_of(a_journey(*sites, closures=[closed])).assignments[0].stops[0]

    assert (stop.arrives, stop.leaves) == (50, 60)


@pytest.mark.parametrize("other", [{"day": 2}, {"from": "near", "to": "base", "closed_to": 20}])
def test_a_closure_holds_one_way_on_one_day(other):
    sites = [a_site("base"), a_site("near", 5, 10)]
    closed = {"from": "base", "to": "near", "day": 1, "closed_from": 0, "closed_to": 95} | other

    assert seen(plan_of(a_journey(*sites, closures=[closed]))) == ["near"]


def test_a_road_closed_all_day_takes_the_site_away():
    sites = [a_site("base"), a_site("near", 5, 10)]
    closed = {"from": "base", "to": "near", "day": 1, "closed_from": 0, "closed_to": 95}

    assert seen(plan_of(a_journey(*sites, closures=[closed]))) == []


def test_a_worthless_site_is_visited_where_it_opens_a_way():
    sites = [a_site("base"), a_site("ferry"), a_site("island", 5, 10)]
    closed = {"from": "base", "to": "island", "day": 1, "closed_from": 0, "closed_to": 95}

    assert seen(plan_of(a_journey(*sites, closures=[closed]))) == ["ferry", "island"]
    assert seen(plan_of(a_journey(*sites))) == ["island"]


def test_a_way_through_a_site_can_be_taken_once():
    sites = [a_site("base"), a_site("ferry", 1, 10), a_site("east", 5, 50), a_site("west", 4, 50)]
    closed = [
        {"from": "base", "to": to, "day": day, "closed_from": 0, "closed_to": 95}
        for to in ("east", "west")
        for day in (1, 2)
    ]

    assert plan_of(a_journey(*sites, days=2)).objective == 10
    assert plan_of(a_journey(*sites, days=2, closures=closed)).objective == 6


def test_travel_by_slot_is_linear_between_the_slots():
    said = a_journey(a_site("base"), a_site("near", 5, 10, (0, 100)))
    slow, fast = [[0, 40], [40, 0]], [[0, 20], [20, 0]]
    said["travel"] = {"order": ["base", "near"], "by_slot": [slow, slow, fast], "slot_minutes": 40, "first_slot_at": 0}

    day = plan_of(said).assignments[0]

    assert day.stops[0].arrives == 40
    # ready at 50, a quarter of the way from 40 to 20 minutes
    assert check_visits(VisitProblem.from_dict(said | {"day_closes": 85}), [day]) == []
    assert check_visits(VisitProblem.from_dict(said | {"day_closes": 84.9}), [day]) != []


def test_a_road_that_grows_faster_later_is_waited_for():
    said = a_journey(a_site("base"), a_site("near", 5, 10))
    slow, fast = [[0, 60], [60, 0]], [[0, 5], [5, 0]]
    said["travel"] = {"order": ["base", "near"], "by_slot": [slow, fast], "slot_minutes": 20, "first_slot_at": 0}

    assert plan_of(said).assignments[0].stops[0].arrives == 25


# -- the altitude rule --------------------------------------------------------------------------------------------


def a_climb(*heights: int, days: int, **rule: Any) -> dict[str, Any]:
    """A valley road: base, then one bed each 40 minutes up, and a sight worth going for beside the top bed."""
    beds = [a_site(f"h{height}", altitude_m=height, may_sleep=True) for height in heights]
    sites = [a_site("base", altitude_m=2900, may_sleep=True), *beds, a_site("top", 9, 10, altitude_m=heights[-1])]
    rank = [min(k, len(heights)) for k in range(len(sites))]
    minutes = [[40 * abs(a - b) for b in rank] for a in rank]
    return a_journey(*sites, minutes=minutes, days=days, nights="anywhere", altitude_rule=RULE | rule)


def test_a_night_climbs_so_much_and_no_more():
    allowed = a_climb(3500, 4000, 4500, days=4, rest_every_m=None)
    steeper = a_climb(3501, 4000, 4500, days=4, rest_every_m=None)

    assert seen(plan_of(allowed)) == ["top"]
    assert plan_of(steeper).objective == 0


def test_after_a_thousand_metres_a_second_night_is_due():
    heights = (3500, 4000, 4500, 5000)

    assert seen(plan_of(a_climb(*heights, days=6, rest_every_m=None))) == ["top"]
    assert seen(plan_of(a_climb(*heights, days=6))) == []

    plan = plan_of(a_climb(*heights, days=7))

    assert seen(plan) == ["top"]
    assert [day.sleeps for day in plan.assignments[:2]] == ["h3500", "h4000"]
    assert plan.assignments[2].sleeps in ("h3500", "h4000")


def test_the_first_night_counts_from_what_the_team_is_used_to():
    assert seen(plan_of(a_climb(3600, 4000, days=3, first_night_m=3100))) == ["top"]
    assert seen(plan_of(a_climb(3600, 4000, days=3))) == []


def test_a_journey_that_breaks_the_rule_names_it():
    sites = [a_site("base", altitude_m=4000, may_sleep=True), a_site("near", 5, 10, altitude_m=4100)]
    said = a_journey(*sites, days=2, altitude_rule=RULE)

    plan = plan_of(said)

    assert plan.status is Status.INFEASIBLE
    assert [words.code for words in plan.conflicts] == ["visits.climb"]
    assert "at most 500 m above" in str(plan)
    with pytest.raises(NoPlanError, match="at most 500 m"):
        seen(plan)


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_each_clash_has_words(language):
    sites = [a_site("base", altitude_m=4000), a_site("far", altitude_m=4000, may_sleep=True)]
    closed = {"from": "base", "to": "far", "day": 1, "closed_from": 0, "closed_to": 95}
    said = a_journey(*sites, days=2, nights="anywhere", altitude_rule=RULE, closures=[closed], finish="far")

    for words in plan_of(said).conflicts:
        assert "visits." not in words.say(language) and "{" not in words.say(language)


# -- promises of every planner ------------------------------------------------------------------------------------


def a_real_visit(size: int = 14, days: int = 8, seed: int = 1, **more: Any) -> dict[str, Any]:
    """A visit of the size an office makes: places in a region that rises from the base, two of three with beds."""
    chance = random.Random(seed)
    spots = [(0.0, 0.0)] + [(chance.uniform(0, 500), chance.uniform(0, 400)) for _ in range(size - 1)]
    minutes = [[round(1.62 * math.dist(a, b)) for b in spots] for a in spots]
    sites = [
        a_site(
            f"s{k:02}", chance.randint(3, 40) if k else 0, chance.choice([60, 90, 120]) if k else 0, (480, 1020),
            altitude_m=round(3300 + sum(spots[k]) / 600 * 1100), may_sleep=k == 0 or chance.random() < 0.6,
        )
        for k in range(size)
    ]  # fmt: skip
    said = a_journey(*sites, minutes=minutes, days=days, nights="anywhere", altitude_rule=RULE)
    return said | {"day_opens": 480, "day_closes": 1140} | more


def test_a_visit_of_real_size_is_proved():
    plan = plan_of(a_real_visit(), seed=3)

    assert (plan.status, plan.run.ended) == (Status.OPTIMAL, Ended.PROOF)
    assert plan.objective < math.fsum(plan.problem.worth) or len(seen(plan)) == 13


def test_the_same_seed_gives_the_same_plan():
    said = a_real_visit(days=6)

    one, other = (plan_of(said, seed=7, stop=Stop(work=20_000)).to_dict() for _ in range(2))

    assert one | {"run": None} == other | {"run": None}


def test_no_time_at_all_still_gives_a_plan():
    plan = plan_of(a_real_visit(), stop=Stop(seconds=0))

    assert plan.status is Status.FEASIBLE
    assert plan.run.ended is Ended.CLOCK
    assert plan.bound >= plan.objective > 0


def test_progress_ends_where_it_said_it_would():
    told: list[tuple[str, int, int]] = []

    plan_of(a_real_visit(days=3), progress=lambda words, done, of, **known: told.append((words.code, done, of)))

    assert told[0][1] == 0 and told[-1] == ("visits.done", 3, 3)


def test_why_says_what_a_site_costs_and_what_takes_its_place():
    said = a_journey(a_site("base"), a_site("east", 5, 60), a_site("west", 4, 60), minutes=15)
    plan = plan_of(said)

    seen_, left_out = why_site(plan, "east"), why_site(plan, "west")

    assert (seen_.cost, [move.code for move in seen_.details]) == (1, ["visits.no-longer", "visits.instead"])
    assert (left_out.cost, left_out.words.code) == (1, "visits.why-left-out")
    assert plan.why(plan.assignments[0], Audience.OFFICE).cost == 1
    with pytest.raises(InputError):
        why_site(plan, "nowhere")


def test_why_says_that_a_site_can_never_be_seen():
    plan = plan_of(a_journey(a_site("base"), a_site("far", 5, 60), minutes=45))

    assert why_site(plan, "far").words.code == "visits.why-never"


# -- refusals -----------------------------------------------------------------------------------------------------


def test_every_finding_is_told_at_once():
    said = a_journey(a_site("base"), a_site("near", 5, 10, (50, 40)), colour="red", nights="hotel", days=0)
    said["sites"][1]["height"] = 3000

    with pytest.raises(InputError) as refused:
        VisitProblem.from_dict(said)

    told = " ".join(finding.say() for finding in refused.value.facts["findings"])
    for part in ("colour", "height", "hotel", "days", "sites[1]"):
        assert part in told


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": "nowhere"}, "reading.unknown-id"),
        ({"version": 2}, "reading.other-version"),
        ({"altitude_rule": RULE}, "visits.altitude-missing"),
        ({"travel": {"order": ["base", "near"], "minutes": [[0, 1]]}}, "visits.not-a-matrix"),
        ({"travel": {"order": ["base", "near"], "minutes": [[0, -1], [1, 0]]}}, "visits.matrix-value"),
        ({"travel": {"order": ["base", "base"], "minutes": [[0, 1], [1, 0]]}}, "visits.order-differs"),
        ({"travel": {"order": ["base", "near"]}}, "visits.one-of-two"),
        ({"travel": {"order": ["base", "near"], "by_slot": []}}, "visits.no-slots"),
        ({"day_closes": float("nan")}, "reading.not-a-number"),
        ({"closures": [{"from": "base", "to": "x", "day": 1, "closed_to": 5}]}, "reading.unknown-id"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused(change, code):
    said = a_journey(a_site("base", may_sleep=True), a_site("near", 5, 10)) | change

    with pytest.raises(InputError) as refused:
        VisitProblem.from_dict(said)

    assert code in [finding.words.code for finding in refused.value.facts["findings"]]


# -- the page that explains ---------------------------------------------------------------------------------------


def test_the_example_of_the_page_comes_out_as_the_page_says():
    page = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "visits.md"
    said = json.loads(page.read_text(encoding="utf-8").split("```json")[1].split("```")[0])

    plan, home = plan_of(said), plan_of(said | {"nights": "return"})

    assert (plan.objective, plan.status, home.objective, home.status) == (5, Status.OPTIMAL, 0, Status.OPTIMAL)
    stop = plan.assignments[0].stops[0]
    assert (stop.site, stop.arrives, stop.leaves) == ("school", 60, 70)
    assert [day.sleeps for day in plan.assignments] == ["inn", "base"]
