"""Blocks whose parts share few posts: priced, planned part by part, and put together."""

from __future__ import annotations

import numpy as np
import pytest

from pairup.bench.rounds import real_round
from pairup.planning.blocks import split
from pairup.planning.market import parts, pricing
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.round_form import formulate
from pairup.planning.solvers import solve_block
from pairup.planning.trace import Trace
from pairup.planning.verify import check_plan

SHARED = [(0, 0.8), (2, 0.9), (5, 1.1)]


def a_shared_round(seed, tightness):
    return real_round(seed, tightness, posts=120, people=260, donors=5, shared=0.3)


@pytest.mark.parametrize(("seed", "tightness"), SHARED)
def test_parts_that_share_posts_are_planned_to_the_end_highs_proves(seed, tightness, monkeypatch):
    monkeypatch.setattr(pricing, "SMALL", 10)
    problem = a_shared_round(seed, tightness)
    whole = solve_block(formulate(problem, 0).form.whole(), Stop(), 0, None)

    plan, again = plan_postings(problem), plan_postings(problem)

    assert plan.status is Status.OPTIMAL and plan.objective == whole.bound
    assert not check_plan(problem, plan) and plan.chosen == again.chosen


@pytest.mark.parametrize(("seed", "tightness"), SHARED)
def test_each_bound_on_the_way_is_true_and_none_is_higher_than_the_one_before(seed, tightness):
    problem = a_shared_round(seed, tightness)
    writing = formulate(problem, 0)
    block = split(writing.form.whole())[1][-1]
    best = solve_block(block, Stop(), 0, None).bound
    pricer = pricing.BlockPricer(writing, Trace(Stop().watch(), None))
    kept, solved = parts.whole_relaxation(block, 0, None)
    rows = parts.with_rows(block, kept)
    linking = pricer.is_linking[rows.rows]
    assert linking.any()

    found = list(parts.planned_by_parts(rows, linking, solved, 0, Stop))

    bounds = [each.bound for each in found]
    assert all(bound >= best - 1e-6 for bound in bounds) and bounds == sorted(bounds, reverse=True)
    assert found[-1].taken is not None and block.worth[found[-1].taken].sum() == best


def test_where_parts_disagree_about_a_post_they_are_put_into_one_group():
    problem = a_shared_round(0, 0.8)
    writing = formulate(problem, 0)
    block = split(writing.form.whole())[1][-1]
    kept, solved = parts.whole_relaxation(block, 0, None)
    rows = parts.with_rows(block, kept)
    linking = pricing.BlockPricer(writing, Trace(Stop().watch(), None)).is_linking[rows.rows]
    state = parts._Parts(rows, linking, solved)
    row = int(np.flatnonzero(linking)[0])
    index = rows.index[rows.starts[row] : rows.starts[row + 1]]
    taken = state.whole.copy()
    taken[index] = True  # everybody who could

    state.join(taken)

    assert len(np.unique(state.groups()[index])) == 1


def test_who_may_serve_twice_costs_a_helping_choice_only_where_a_limit_could_count_them_twice():
    form = formulate(a_shared_round(1, 1.0), 0).form

    helping = form.count - len(a_shared_round(1, 1.0).worth)

    assert 0 < helping < 0.1 * form.count


def test_work_that_is_counted_ends_the_planning_by_parts(monkeypatch):
    monkeypatch.setattr(pricing, "SMALL", 10)

    plan = plan_postings(a_shared_round(0, 0.8), stop=Stop(work=1))

    assert plan.objective <= plan.bound
    assert plan.run.ended is (Ended.PROOF if plan.objective == plan.bound else Ended.WORK)
