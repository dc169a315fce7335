"""What every planner promises, asked of each alike: repeatable, checked, honest about its bound, told in JSON."""

from __future__ import annotations

import copy
import json
import random
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rounds import a_real_round
from test_stable import a_market

from pairup.bench.rounds import tied_round
from pairup.cli.plan_file import DONE, NO_PLAN, plan_problem_file, planner_of
from pairup.planning.plan import PROVED, Ended, Plan, Status, Stop, gap_of
from pairup.planning.problems import Couple, read_problem
from pairup.planning.verify import check_plan
from pairup.values.words import Words
from tests.planning.visit_cases import a_journey, a_site

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "planning-files.md"


def pairings() -> dict[str, Any]:
    """Six donors of some capacity, eighteen places that each need one, three pairs that exist."""
    draw = random.Random(5)
    donors, places = [f"D{k}" for k in range(6)], [f"place{k:02}" for k in range(18)]
    return {
        "kind": "pairings", "version": 1, "donors": [{"id": d, "capacity": 40, "most_partners": 4} for d in donors],
        "recipients": [{"id": p, "fewest_donors": 1, "most_donors": 2} for p in places],
        "options": [{"donor": d, "recipient": p, "worth": draw.randint(-5, 30), "load": draw.randint(4, 14)}
                    for d in donors for p in places],
        "existing": [[donors[k], places[k]] for k in range(3)], "change_cost": 2.5, "locks": [["D5", "place00"]],
        "forbids": [["D4", "place01"], ["D3", "place02"]],
    }  # fmt: skip


def over_years() -> dict[str, Any]:
    """Four donors, six places, three years; amounts in tenths, sectors, a tie that is locked in one year."""
    draw = random.Random(9)
    donors, places, years = [f"D{k}" for k in range(4)], [f"place{k}" for k in range(6)], [2026, 2027, 2028]
    sectors = ["health", "roads", "school"]
    return {
        "kind": "pairings", "version": 1, "years": years, "change_cost": 2, "start_cost": 0.5,
        "donors": [{"id": d, "capacity": {str(y): draw.randint(90, 240) / 10 for y in years}, "most_partners": 3,
                    "sectors": draw.sample(sectors, 2)} for d in donors],
        "recipients": [{"id": p, "need": draw.randint(80, 140) / 10, "fewest_donors": 1, "most_donors": 2,
                        "sectors": {draw.choice(sectors): 3}} for p in places],
        "options": [{"donor": d, "recipient": p, "worth": draw.randint(-2, 6), "worth_per_unit": 0.5, "least": 1.5}
                    for d in donors for p in places],
        "existing": [[donors[k], places[k]] for k in range(3)], "locks": [["D3", "place0", 2027]],
        "forbids": [["D0", "place1"]],
    }  # fmt: skip


def funding() -> dict[str, Any]:
    """Thirty projects in two ways each over four lines, with a floor that binds, needs and exclusions."""
    draw = random.Random(6)
    lines = [f"D{k}-{year}" for k in range(2) for year in (2026, 2027)]
    projects = [{
        "id": f"p{k:02}", "tags": {"livelihood": draw.choice([0.2, 0.7, 1.0])},
        "needs": [f"p{k - 1:02}"] * (k % 7 == 1), "excludes": [f"p{k - 2:02}"] * (k % 9 == 2), "ways": [
            {"id": f"way{way}", "worth": draw.randint(4, 40), "loads": {line: draw.randint(2, 30)}}
            for way, line in enumerate(draw.sample(lines, 2))
        ],
    } for k in range(30)]  # fmt: skip
    return {
        "kind": "funding", "version": 1, "lines": [{"id": line, "capacity": 90, "is_money": True} for line in lines],
        "projects": projects, "floors": [{"tag": "livelihood", "share": 0.75}], "locks": [["p03"]],
        "forbids": [["p04"]],
    }  # fmt: skip


def visits() -> dict[str, Any]:
    """Eight sites in two days, with nights on the way and a road that is closed in the morning."""
    draw = random.Random(7)
    spots = [(draw.randint(0, 40), draw.randint(0, 40)) for _ in range(9)]
    minutes = [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in spots] for a in spots]
    sites = [a_site(f"s{k}", draw.randint(2, 9) if k else 0, 5 if k else 0, may_sleep=k % 3 == 0) for k in range(9)]
    closures = [{"from": "s0", "to": "s1", "day": 1, "closed_from": 0, "closed_to": 30}]
    return a_journey(*sites, minutes=minutes, days=2, nights="anywhere", closures=closures)


def stable() -> dict[str, Any]:
    """Twelve people with ties and a couple, five posts."""
    draw = random.Random(8)
    people, posts = [f"p{k:02}" for k in range(12)], [f"q{k}" for k in range(5)]
    likes = {person: " ".join(draw.sample(posts, 4)) for person in people[:10]}
    ranks = {}
    for post in posts:
        first, second, *others = draw.sample(people, 12)
        ranks[post] = f"({first} {second}) " + " ".join(others)
    couple = Couple((people[10], people[11]), (("q0", "q1"), ("q2", "q2")))
    return a_market(likes, ranks, couples=[couple], seats=dict.fromkeys(posts, 2)).to_dict()


SAID: dict[str, dict[str, Any]] = {
    "postings": a_real_round(6, donors=2, posts=40, people=80).to_dict(),
    "postings with teams, caps and couples": tied_round(60, 3).to_dict(),
    "stable": stable(),
    "pairings": pairings(),
    "pairings over years": over_years(),
    "funding": funding(),
    "visits": visits(),
}
#: what makes each of them impossible
CLASH: dict[str, dict[str, Any]] = {
    "postings": {"quotas": {"D00": 0, "D01": 0}},
    "postings with teams, caps and couples": {"most_per_donor_and_place": 0},
    "stable": {"quotas": {"D": 0}},
    "pairings": {"forbids": [[f"D{k}", "place07"] for k in range(6)]},
    "pairings over years": {"forbids": [[f"D{k}", "place3", 2028] for k in range(4)]},
    "funding": {"lines": [{"id": f"D{k}-{year}", "capacity": 1} for k in range(2) for year in (2026, 2027)]},
    "visits": {"finish": "s8", "day_closes": 1},
}
#: of these the order says something: what is preferred, and which row of a matrix is whose
ORDERED = {"preferences", "together", "travel"}
STOPS = {"proved": Stop(), "no time": Stop(seconds=0), "no work": Stop(work=0)}
every = pytest.mark.parametrize("name", SAID)
every_stop = pytest.mark.parametrize("stop", STOPS)


def planned(said: dict[str, Any], seed: int = 0, stop: Stop = STOPS["proved"], **more: Any) -> Plan[Any]:
    plan: Plan[Any] = planner_of(said["kind"])(read_problem(said), stop=stop, seed=seed, **more)
    return plan


@cache
def plan_of(name: str, stop: str = "proved") -> Plan[Any]:
    return planned(SAID[name], stop=STOPS[stop])


def without_time(plan: Plan[Any]) -> dict[str, Any]:
    said = plan.to_dict()
    return said | {"run": {key: value for key, value in said["run"].items() if key != "seconds"}}


def shuffled(said: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """The same question with the rows of every table in another order."""
    turned = dict(draw.sample(list(said.items()), len(said)))
    for key, rows in turned.items():
        if isinstance(rows, list) and key not in ORDERED:
            rows = [shuffled(row, draw) if isinstance(row, dict) and "people" not in row else row for row in rows]
            turned[key] = draw.sample(rows, len(rows))
    return turned


# --- repeatable ---------------------------------------------------------------------------------------------


@every
@pytest.mark.parametrize("stop", ["proved", "no work"])
def test_the_same_seed_gives_the_same_plan(name: str, stop: str) -> None:
    assert without_time(planned(SAID[name], stop=STOPS[stop])) == without_time(plan_of(name, stop))


@every
def test_the_order_of_the_input_does_not_matter(name: str) -> None:
    turned = shuffled(SAID[name], random.Random(1))
    assert json.dumps(turned) != json.dumps(SAID[name])

    assert without_time(planned(turned)) == without_time(plan_of(name))


@every
def test_the_input_is_left_as_it_was(name: str) -> None:
    said = copy.deepcopy(SAID[name])
    problem = read_problem(said)

    planner_of(said["kind"])(problem, stop=Stop(work=0), seed=1)

    assert said == SAID[name] and problem.to_dict() == read_problem(SAID[name]).to_dict()


# --- checked and honest -------------------------------------------------------------------------------------


@every
@every_stop
def test_a_plan_keeps_its_problem_and_claims_no_more_than_it_knows(name: str, stop: str) -> None:
    plan, best = plan_of(name, stop), plan_of(name)

    assert check_plan(plan.problem, plan) == []
    assert plan.gap == gap_of(plan.objective, plan.bound)
    assert plan.status is not Status.INFEASIBLE
    if plan.has_plan and plan.bound is not None:
        assert plan.objective <= plan.bound and (plan.status is Status.OPTIMAL) == (plan.gap <= PROVED)
    if plan.has_plan and name != "stable":  # there more people may be placed at the price of one who would leave
        assert plan.objective <= best.objective + 1e-6
    if plan.bound is not None and name != "stable":
        assert best.objective <= plan.bound + 1e-6


@every
def test_without_a_stop_the_plan_is_proved(name: str) -> None:
    plan = plan_of(name)

    assert (plan.status, plan.run.ended) == (Status.OPTIMAL, Ended.PROOF) and plan.chosen


@every
@pytest.mark.parametrize("stop, ended", [("no time", Ended.CLOCK), ("no work", Ended.WORK)])
def test_a_plan_says_how_it_ended(name: str, stop: str, ended: Ended) -> None:
    assert plan_of(name, stop).run.ended in (ended, Ended.PROOF)


@every
@every_stop
def test_the_course_of_a_search_only_gets_better(name: str, stop: str) -> None:
    plan = plan_of(name, stop)
    objectives = [point.objective for point in plan.run.trace if point.objective is not None]
    bounds = [point.bound for point in plan.run.trace if point.bound is not None]

    assert [point.seconds for point in plan.run.trace] == sorted(point.seconds for point in plan.run.trace)
    assert objectives == sorted(objectives) and bounds == sorted(bounds, reverse=True)
    if plan.has_plan and objectives:
        assert objectives[-1] <= plan.objective + 1e-6
    if plan.bound is not None and bounds:
        assert plan.bound <= bounds[-1] + 1e-6


@every
def test_progress_is_told_with_plan_and_bound_and_never_more_than_there_is(name: str) -> None:
    told: list[tuple[Words, float, float, float | None, float | None]] = []

    def hear(
        words: Words, done: float, total: float, /, *, objective: float | None = None, bound: float | None = None
    ) -> None:
        told.append((words, done, total, objective, bound))

    plan = planned(SAID[name], progress=hear)

    assert told and without_time(plan) == without_time(plan_of(name))
    for words, done, total, objective, bound in told:
        assert words.say() != words.code and words.say("zh_Hans") != words.code and 0 <= done <= total
        if name != "stable":  # its search has other aims first
            assert objective is None or objective <= plan.objective + 1e-6
            assert bound is None or bound >= plan.objective - 1e-6


# --- no plan ------------------------------------------------------------------------------------------------


@every
def test_where_no_plan_exists_a_clash_is_named_and_the_exit_code_is_3(name: str, tmp_path: Path) -> None:
    said = SAID[name] | CLASH[name]
    if said["kind"] == "postings":
        said["posts"] = [post | {"must_fill": True} for post in said["posts"]]
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    printed: list[str] = []

    code = plan_problem_file(said["kind"], file, as_json=True, echo=printed.append)

    answer = json.loads(printed[0])
    assert code == NO_PLAN and answer["status"] == "infeasible"
    assert answer["assignments"] is answer["objective"] is answer["gap"] is answer["bound"] is None
    assert answer["conflicts"] and all(
        set(words) == {"code", "facts", "words"} and words["words"] != words["code"] for words in answer["conflicts"]
    )


# --- JSON ---------------------------------------------------------------------------------------------------


@every
def test_question_and_answer_survive_json(name: str, tmp_path: Path) -> None:
    problem, answer = plan_of(name).problem, plan_of(name).to_dict()
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem.to_dict(), allow_nan=False), encoding="utf-8")
    printed: list[str] = []

    code = plan_problem_file(problem.kind, file, as_json=True, echo=printed.append)

    assert code == DONE and json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert json.loads(printed[0]) | {"run": 0} == answer | {"run": 0}


@every
@every_stop
def test_an_answer_has_the_documented_keys_and_no_other(name: str, stop: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = json.loads(page.partition("```json")[2].partition("```")[0])
    further = set(re.findall(r'`"([a-z_]+)"', page))

    answer = plan_of(name, stop).to_dict()

    assert set(shown) <= set(answer) and set(answer["run"]) == set(shown["run"])
    assert set(answer) - set(shown) <= (further if name in ("stable", "pairings over years") else set())


# --- the page that explains ---------------------------------------------------------------------------------


def test_the_example_of_the_page_comes_out_as_the_page_says() -> None:
    page = (PAGE.parents[1] / "explanation" / "planning.md").read_text(encoding="utf-8")
    said = json.loads(page.partition("```json")[2].partition("```")[0])
    screen = page.partition("```text\n")[2].partition("```")[0]

    plan = planned(said)
    posts = [post | {"must_fill": post["id"] != "farm"} for post in said["posts"]]
    clash = planned(said | {"quotas": {"FJ": 0}, "posts": posts})

    assert str(plan).startswith(screen) and plan.why(("Wu", "school")).cost == 1
    assert {str(words) for words in clash.conflicts} == {"school is filled", "FJ sends 0 at most"}
