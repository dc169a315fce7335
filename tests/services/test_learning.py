"""What a plan's phasing will let us learn, what lots add, and that the lottery afterwards is the design."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.errors import InputError
from pairup.evaluation.design import AssignedBy, Method
from pairup.evaluation.design_file import read_design
from pairup.evaluation.panel import Panel
from pairup.evaluation.panel_file import read_panel
from pairup.evaluation.registration import read_registration
from pairup.planning.funding import plan_funding
from pairup.planning.pairing import plan_pairings
from pairup.planning.plan import Plan
from pairup.planning.portfolio.lottery import plan_drawn
from pairup.planning.posting import plan_postings
from pairup.planning.problems import (
    Donor,
    Funding,
    FundingProblem,
    Line,
    PairingProblem,
    PostingProblem,
    Project,
    Recipient,
    Way,
    read_problem,
)
from pairup.record.models import JournalEntry
from pairup.services import lotteries, write
from pairup.services.learning import Question, draw_to_learn, starts_of, strata_of, what_is_learnt
from pairup.services.lot_designs import lot_design
from tests.services.cast import DRAFTED, a_programme, draft, load, rows

PLACES = tuple(f"c{k:02d}" for k in range(24))


def a_past(places=PLACES, years=range(2012, 2026), seed: int = 1) -> Panel:
    random = np.random.default_rng(seed)
    rows = [(place, year) for place in places for year in years]
    levels = dict(zip(places, random.standard_normal(len(places)), strict=True))
    return Panel.from_columns(
        [place for place, _ in rows], [year for _, year in rows],
        [14 + levels[place] + 0.1 * (year - 2012) + random.standard_normal() for place, year in rows],
        [None] * len(rows),
    )  # fmt: skip


def heating(room: float = 80, places=PLACES, **more) -> FundingProblem:
    """One project of 10 for each place, to start in 2027 or 2028 with room for eight in each; nearly all alike."""
    lines = [Line(f"FJ-{year}", room, True) for year in (2027, 2028)]
    projects = [
        Project(
            f"heat-{place}", tuple(
                Way(f"start-{year}", 30 + k / 100 - (year - 2027), {f"FJ-{year}": 10.0}) for year in (2027, 2028)
            ), {"heat": 1.0}, place,
        )
        for k, place in enumerate(places)
    ]  # fmt: skip
    return FundingProblem.from_rows(lines, projects, **more)


def test_a_portfolio_says_what_its_phasing_shows_and_what_lots_add():
    plan, past = plan_funding(heating()), a_past()

    learnt = what_is_learnt(plan, past)

    assert learnt.until == 2030 and (learnt.planned.begun, learnt.planned.compared) == (16, 8)
    assert learnt.planned.smallest is not None and learnt.offers
    lost = [offer.lottery.expected for offer in learnt.offers]
    assert lost == sorted(lost) and all(offer.lottery.most <= offer.within * plan.objective for offer in learnt.offers)
    best = learnt.offers[-1]
    assert best.detectable.smallest is not None and len(best.lottery.groups) == 8
    assert json.loads(json.dumps(learnt.to_dict()))["lots"][-1]["draws"] == 8
    assert "16 places begin by 2030 and 8 do not" in str(learnt.words()[0])


def test_only_places_that_one_project_decides_are_drawn():
    problem = heating()
    twice = Project("heat-more", (Way("start-2027", 30.0, {}),), {"heat": 1.0}, "c23")
    road = Project("road", (Way("start-2027", 30.0, {}),), {"road": 1.0}, "c22")
    plan = plan_funding(FundingProblem.from_rows(problem.lines, [*problem.projects, twice, road]))
    chosen = {item.project for item in plan.chosen}
    assert {"heat-more", "road", "heat-c22"} <= chosen

    found = draw_to_learn(plan, a_past(), Question(only="heat"), within=0.05, seed=1)

    drawn = {item.project for pair in found.groups for item in pair}
    assert "heat-c23" not in drawn and "road" not in drawn
    assert draw_to_learn(plan, a_past(PLACES[:5]), Question(), within=0.05, seed=1).groups == ()


def test_of_two_projects_only_those_that_would_begin_at_once_are_a_pair():
    found = draw_to_learn(plan_funding(heating()), a_past(), Question(), within=0.05, seed=2)

    assert all(one.project == other.project or one.way == other.way for one, other in found.groups)
    for stratum in strata_of(found, Question(lag=1)):
        assert stratum.early in (2028, 2029) and len(set(stratum.units)) == len(stratum.units)


@st.composite
def drawn_portfolios(draw: st.DrawFn) -> Plan[Funding]:
    count = draw(st.integers(2, 5))
    floors = draw(st.sampled_from([[], [("heat", 0.5)]]))
    projects = []
    for k in range(count):
        ways = tuple(
            Way(f"start-{year}", float(draw(st.integers(5, 9))), {f"FJ-{year}": float(draw(st.integers(1, 4)))})
            for year in draw(st.sampled_from([(2027,), (2028,), (2027, 2028)]))
        )
        needs = ("p0",) if k and draw(st.integers(0, 5)) == 0 else ()
        excludes = ("p1",) if k > 1 and draw(st.integers(0, 5)) == 0 else ()
        tags = {"heat": float(draw(st.integers(0, 1)))}
        projects.append(Project(f"p{k}", ways, tags, f"c{draw(st.integers(0, 2)):02d}", needs, excludes))
    least = [("c00", float(draw(st.integers(0, 9))))] if draw(st.booleans()) else []
    lines = [Line(f"FJ-{year}", float(draw(st.integers(3, 8))), True) for year in (2027, 2028)]
    return plan_funding(FundingProblem.from_rows(lines, projects, floors=floors, least=least))


@settings(max_examples=150)
@given(drawn_portfolios())
def test_however_the_lots_fall_every_requirement_is_kept(plan):
    """Every combination of swaps: `plan_drawn` refuses a draw that breaks its problem."""
    from dataclasses import replace
    from itertools import product

    from pairup.planning.portfolio.lottery import lottery

    if not plan.has_plan:
        return
    found = lottery(plan, within=1.0, seed=1)
    for fallen in product((False, True), repeat=len(found.groups)):
        into = {one: other for (one, other), is_swapped in zip(found.groups, fallen, strict=True) if is_swapped}
        plan_drawn(replace(found, drawn=tuple(sorted(into.get(item, item) for item in plan.chosen))))


def test_the_lottery_is_the_design_and_finds_a_planted_effect(tmp_path):
    pytest.importorskip("pairup.evaluation.randomised")
    from pairup.evaluation.evaluate import evaluate

    plan, past = plan_funding(heating()), a_past()
    found = draw_to_learn(plan, past, Question(), within=0.05, seed=3)
    told = lot_design(found, past, Question(), day=date(2026, 11, 27))
    told.write(tmp_path, past)
    random = np.random.default_rng(8)
    with (tmp_path / "panel.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["outcome"] == "":
            helped = row["treated_from"] != "" and int(row["period"]) >= int(row["treated_from"])
            row["outcome"] = str(15 + random.standard_normal() + 3 * helped)
    with (tmp_path / "filled.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    design, fixed = read_design(tmp_path / "design.toml"), read_registration(tmp_path / "registration.toml")
    answer = evaluate(read_panel(tmp_path / "filled.csv", design.columns, design.labels), design, registered=fixed)

    assert fixed.deviations(design) == () and fixed.day == date(2026, 11, 27)
    assert answer.value == pytest.approx(3, abs=1.2) and answer.interval[0] > 0


def test_the_files_of_a_design_say_what_was_drawn(tmp_path):
    plan, past = plan_funding(heating()), a_past()
    found = draw_to_learn(plan, past, Question(until=2031), within=0.05, seed=3)

    told = lot_design(found, past, Question(until=2031), day=date(2026, 11, 27))
    told.write(tmp_path, past)

    design = read_design(tmp_path / "design.toml")
    assert (design.method, design.strata, design.plan.assignment) == (
        Method.RANDOMISED, "stratum", AssignedBy.LOTTERY,
    )  # fmt: skip
    assert read_registration(tmp_path / "registration.toml").design == design
    assert tomllib.loads((tmp_path / "design.toml").read_text())["window"] == {"from": 2012, "to": 2031}
    begun = {item.project.removeprefix("heat-") for item in found.drawn}
    with (tmp_path / "assignment.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all((row["treated_from"] != "") == (row["unit"] in begun) for row in rows)
    panel = read_panel(tmp_path / "panel.csv", design.columns, design.labels)
    assert len(panel.units) == len(rows) and len(panel.periods) == 14  # the years to come are still empty


def test_lots_that_fell_all_one_way_show_nothing_and_are_refused():
    few = heating(room=10, places=PLACES[:2])
    plan, past = plan_funding(few), a_past()
    found = draw_to_learn(plan, past, Question(), within=0.2, seed=1)
    assert not found.groups or all(one.project == other.project for one, other in found.groups)

    with pytest.raises(InputError, match="tell no places apart"):
        lot_design(found, past, Question(), day=date(2026, 11, 27))


def test_a_round_and_pairings_are_asked_too_and_say_that_no_lots_are_drawn():
    posts = [(f"q{k:02d}", place, 1, False, None, date(2028, 7, 1), date(2031, 6, 30))
             for k, place in enumerate(PLACES)]  # fmt: skip
    people = [(f"p{k:02d}", "FJ", None, None) for k in range(10)]
    round_ = PostingProblem.from_columns(people, posts, list(range(10)), list(range(10)), [5.0] * 10)
    donors, recipients = [Donor("FJ", 9.0)], [Recipient(place) for place in PLACES]
    pairs = PairingProblem.from_columns(
        donors, recipients, [("FJ", place, 1.0, 1.0) for place in PLACES], existing=[("FJ", "c00")]
    )

    of_round = what_is_learnt(plan_postings(round_), a_past())
    of_pairs = what_is_learnt(plan_pairings(pairs), a_past(), Question(begins=2027))

    assert (of_round.planned.begun, of_round.until, of_round.offers) == (10, 2030, ())
    assert of_round.words()[-1].code == "learning.no-lots" and of_round.planned.smallest is not None
    assert "c00" not in of_pairs.starts and of_pairs.planned.begun in (8, 9)
    with pytest.raises(InputError, match="--begins"):
        what_is_learnt(plan_pairings(pairs), a_past())


def test_who_is_paired_over_years_begins_in_the_first_year_of_help():
    plan = plan_pairings(read_problem({
        "kind": "pairings", "version": 1, "years": [2027, 2028], "recipients": [{"id": "c00", "need": 7}],
        "donors": [{"id": "FJ", "capacity": 9}],
        "options": [{"donor": "FJ", "recipient": "c00", "worth_per_unit": 1}],
    }))  # fmt: skip

    assert starts_of(plan, Question(lag=1)) == {"c00": 2028}


def test_what_cannot_be_asked_is_refused():
    plan = plan_funding(heating())
    days = Panel.from_columns(["c00"] * 2, [date(2020, 1, 1), date(2021, 1, 1)], [1.0, 2.0], [None, None])
    now = FundingProblem.from_rows(
        [Line("FJ", 9, True)], [Project("p", (Way("now", 1.0, {"FJ": 1.0}),), {}, "c00")]
    )  # fmt: skip

    with pytest.raises(InputError, match="counts days"):
        what_is_learnt(plan, days)
    with pytest.raises(InputError, match="does not end in a year"):
        what_is_learnt(plan_funding(now), a_past())


def test_the_same_seed_says_the_same_and_the_order_of_projects_does_not_matter():
    problem, past = heating(), a_past()
    turned = FundingProblem.from_rows(problem.lines[::-1], problem.projects[::-1])

    assert what_is_learnt(plan_funding(problem), past).to_dict() == what_is_learnt(plan_funding(turned), past).to_dict()


def two_halls() -> dict:
    """Money for one of two halls that are worth the same, in two places."""
    return a_programme() | {
        "projects": rows(
            "code title_en category status place pairing need cost currency start_years build_years benefit"
            " grassroots_share livelihood_share from to is_synthetic",
            "J-1 Hall culture proposed east a-east - 900 CNY 2027 1 5 1 1 2026 - yes",
            "J-2 Hall culture proposed dale a-east - 900 CNY 2027 1 5 1 1 2026 - yes",
            "J-0 Well infrastructure operating west b-west - 500 CNY - 1 - 1 1 2000 - yes",
        )
    }  # fmt: skip


def test_a_draw_for_an_evaluation_is_journalled_with_its_design(record: Path) -> None:
    load(two_halls())
    run = draft("funding").run
    asked = lotteries.Evaluated(a_past(("dale", "east")), Question())

    drawn = lotteries.draw(run, within=0.5, seed=7, actor="programme_office", at=DRAFTED, evaluated=asked)

    facts = json.loads(bytes(JournalEntry.objects.latest("number").leaf))["facts"]
    assert drawn.design is not None and facts["design"]["design_sha256"] == drawn.design.design.sha256
    begun = {unit: start for unit, (_, start) in facts["design"]["assignment"].items()}
    assert sorted(begun) == ["dale", "east"] and sorted(map(str, begun.values())) == ["2027", "None"]
    assert drawn.design.day == DRAFTED.date() and write.check_journal() == []


def test_a_draw_that_would_tell_nothing_apart_is_refused_before_anything_is_kept(record: Path) -> None:
    load(two_halls())
    run, asked = draft("funding").run, lotteries.Evaluated(a_past(("west",)), Question())
    before = JournalEntry.objects.count()

    with pytest.raises(InputError, match="tell no places apart"):
        lotteries.draw(run, within=0.5, seed=7, actor="programme_office", at=DRAFTED, evaluated=asked)
    assert JournalEntry.objects.count() == before
