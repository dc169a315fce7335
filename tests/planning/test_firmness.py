"""What survives other weights, and how different a plan nearly as good can be: held against trying everything."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.engines.many import run_many
from pairup.errors import InputError, NoPlanError
from pairup.planning.firmness import alternatives, survival
from pairup.planning.many import plan_many
from pairup.planning.plan import Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems import PostingProblem
from pairup.planning.series import RoundSeries
from pairup.planning.verify import check_chosen
from pairup.planning.worth import Parts
from tests.planning.rounds import a_real_round, a_round


def parts_of(problem: PostingProblem, **columns: list[float]) -> Parts:
    return Parts(tuple(columns), np.array(list(columns.values()), dtype=np.float64).T)


def every_plan(problem: PostingProblem) -> list[tuple[int, ...]]:
    """All sets of options that keep the problem."""
    sizes = range(len(problem.worth) + 1)
    every = (options for size in sizes for options in combinations(range(len(problem.worth)), size))
    return [options for options in every if is_kept(problem, options)]


def is_kept(problem: PostingProblem, options: tuple[int, ...]) -> bool:
    broken: list[str] = []
    check_chosen(problem, [problem.posting(k) for k in options], lambda code, **_: broken.append(code))
    return not broken


@st.composite
def small_rounds(draw: st.DrawFn) -> PostingProblem:
    pairs = [(person, post) for person in "abcd" for post in "xyz"]
    kept = draw(st.lists(st.sampled_from(pairs), min_size=2, max_size=9, unique=True))
    rows = [f"{person} {'FJ' if person in 'ab' else 'HB'} {post} {draw(st.integers(1, 9))}" for person, post in kept]
    people = {person for person, _ in kept}
    posts = {post for _, post in kept}
    return a_round(
        *rows, places=dict.fromkeys(posts & {"x", "y"}, "nang"),
        quota=draw(st.sampled_from([{}, {"FJ": 1}, {"HB": 1, "FJ": 1}])),
        teams=dict.fromkeys(posts & {"y", "z"}, "T") if draw(st.booleans()) else {},
        couples=[("a", "c")] if {"a", "c"} <= people and draw(st.booleans()) else [],
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(small_rounds(), st.lists(st.integers(-3, 12), min_size=30, max_size=30))
def test_nothing_beats_a_round_planned_again_under_another_worth(problem: PostingProblem, points: list[int]) -> None:
    chosen = np.array([problem.option_at[item] for item in plan_postings(problem).chosen], dtype=np.int64)
    worths = [np.array(points[k : k + len(problem.worth)], dtype=float) for k in (0, 7, 14)]
    series = RoundSeries.of(problem)

    found = series.best(worths, series.start(chosen))
    quick = series.best(worths, series.start(chosen), is_proving=False)

    plans = every_plan(problem)
    for worth, best, near in zip(worths, found, quick, strict=True):
        most = max(float(worth[list(plan)].sum()) for plan in plans)
        assert best.is_proved
        assert best.value == pytest.approx(most)
        assert near.value - 1e-9 <= most <= near.bound + 1e-9


def test_a_posting_survives_until_a_weight_outweighs_it() -> None:
    problem = a_round("Lin FJ clinic 100", "Wu FJ clinic 95")
    parts = parts_of(problem, skills=[60.0, 35.0], experience=[40.0, 60.0])

    told = survival(plan_postings(problem), parts, draws=0, jobs=1)

    assert [(shift.percent, shift.kept) for shift in told.alone] == [
        ((("skills", 80),), 1), ((("skills", 120),), 1), ((("experience", 80),), 1), ((("experience", 120),), 1),
    ]  # fmt: skip


def test_a_posting_that_a_weight_turns_is_not_firm() -> None:
    problem = a_round("Lin FJ clinic 100", "Wu FJ clinic 97")
    parts = parts_of(problem, skills=[60.0, 37.0], experience=[40.0, 60.0])

    told = survival(plan_postings(problem), parts, draws=0, jobs=1)

    assert [shift.kept for shift in told.alone] == [0, 1, 1, 0]
    assert (told.firm, told.share, told.times) == (0, 0.5, (2,))


def test_a_tie_is_no_change() -> None:
    problem = a_round("Lin FJ clinic 50", "Wu FJ clinic 50")
    parts = parts_of(problem, filled=[50.0, 50.0])

    told = survival(plan_postings(problem), parts, draws=3, jobs=1)

    assert told.firm == 1


def test_where_one_posting_has_to_change_ties_elsewhere_in_its_block_do_not() -> None:
    alike = [f"{person}{k} FJ post{k} 50" for k in range(12) for person in ("Ma", "Na")]
    bridge = [f"Hu FJ post{k} 1" for k in range(12)]
    problem = a_round("Lin FJ clinic 100", "Wu FJ clinic 97", "Hu FJ clinic 1", *alike, *bridge)
    skills = {"Lin": 60.0, "Wu": 37.0}
    points = [skills.get(problem.posting(k).person, 0.0) for k in range(len(problem.worth))]
    parts = parts_of(problem, skills=points, other=(problem.worth - np.array(points)).tolist())

    told = survival(plan_postings(problem, seed=1), parts, draws=0, jobs=1)

    assert [shift.kept for shift in told.alone] == [12, 13, 13, 12]


def test_what_survives_is_the_same_for_one_job_and_for_two() -> None:
    problem = a_real_round(3, donors=4, posts=60, people=120)
    plan = plan_postings(problem, stop=Stop(work=2000))
    random = np.random.default_rng(1)
    share = np.round(problem.worth * random.random(len(problem.worth)))
    parts = Parts(("skills", "filled"), np.stack([share, problem.worth - share], axis=1))

    one, two = (survival(plan, parts, draws=4, seed=5, jobs=jobs) for jobs in (1, 2))

    assert one == two
    assert all(shift.gap == 0 for shift in one.alone + one.drawn)
    assert 0 < one.firm <= len(plan.chosen)


@settings(max_examples=40, deadline=None)
@given(small_rounds(), st.sampled_from([0.0, 0.1, 0.4]))
def test_alternatives_are_within_the_loss_and_no_plan_shares_fewer_than_is_proved(
    problem: PostingProblem, within: float
) -> None:
    plan = plan_postings(problem)
    assert plan.objective is not None

    found = alternatives(plan, within=within, jobs=1)

    mine = {problem.option_at[item] for item in plan.chosen}
    near = [p for p in every_plan(problem) if problem.worth[list(p)].sum() >= (1 - within) * plan.objective - 1e-9]
    for one in found:
        assert one.objective >= (1 - within) * plan.objective - 1e-9
        assert one.chosen != plan.chosen
        assert one.fewest <= min(len(mine & set(p)) for p in near) <= len(mine)
        assert set(one.lost) == set(plan.chosen) - set(one.chosen)
    assert len({one.chosen for one in found}) == len(found)


def test_two_people_alike_give_an_alternative_that_loses_nothing() -> None:
    problem = a_round("Lin FJ clinic 50", "Wu FJ clinic 50")

    found = alternatives(plan_postings(problem), jobs=1)

    assert [(one.loss, one.shared) for one in found] == [(0, 0)]


def test_a_stable_round_has_no_weights_and_no_plan_has_no_firmness() -> None:
    stable = a_round("Lin FJ clinic 5", mode="stable", person_ranks={"Lin": (("clinic",),)})
    none = plan_postings(a_round("Lin FJ clinic 5", must_fill="school"))

    with pytest.raises(InputError):
        survival(plan_postings(stable), parts_of(stable, filled=[5.0]), draws=0)
    with pytest.raises(NoPlanError):
        alternatives(none)


def test_many_plans_come_in_the_order_asked_and_are_the_same_for_two_jobs() -> None:
    problems = [a_round(f"Lin FJ clinic {worth}", "Wu FJ clinic 5") for worth in (9, 1, 7)]

    one, two = (plan_many(plan_postings, problems, jobs=jobs) for jobs in (1, 2))

    assert [plan.objective for plan in one] == [9, 5, 7]
    assert [plan.chosen for plan in one] == [plan.chosen for plan in two]


def test_many_plans_run_on_the_backend_that_the_caller_chose() -> None:
    import joblib

    with joblib.parallel_config(backend="threading", n_jobs=2):
        found = run_many(divmod, [(7, 2), (9, 4)])

    assert found == [(3, 1), (2, 1)]
