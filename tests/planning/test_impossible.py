"""Proofs by prices: what they call impossible is, and a clash among thousands of requirements is the smallest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.bench.rounds import real_round
from pairup.planning.blocks import INF, Block
from pairup.planning.impossible import proof_of
from pairup.planning.plan import Status
from pairup.planning.posting import plan_postings


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """At most 6 choices under at most 4 rows, some of them settled."""
    count, rows = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    value = np.array([[draw(st.integers(-2, 2)) for _ in range(count)] for _ in range(rows)], dtype=float)
    low = np.array([draw(st.sampled_from([-INF, -1.0, 0.0, 1.0, 2.0, 3.0])) for _ in range(rows)])
    high = np.array([draw(st.sampled_from([INF, 0.0, 1.0, 2.0])) for _ in range(rows)])
    high = np.maximum(low, high)
    least = np.array([float(draw(st.integers(0, 5)) == 0) for _ in range(count)])
    most = np.maximum(least, [float(draw(st.integers(0, 3)) > 0) for _ in range(count)])
    at, index = np.nonzero(value)
    starts = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=rows))])
    return Block(np.arange(count), np.arange(rows), starts, index, value[at, index], low, high, np.zeros(count),
                 least, most)  # fmt: skip


def is_possible(block: Block, rows) -> bool:
    """Try every choice of whole ones."""
    count = len(block.choices)
    for code in range(2**count):
        taken = np.array([code >> k & 1 for k in range(count)], dtype=float)
        if np.any(taken < block.least) or np.any(taken > block.most):
            continue
        row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
        sums = np.bincount(row_of, weights=block.value * taken[block.index], minlength=len(block.rows))
        if np.all((sums >= block.low - 1e-9)[rows]) and np.all((sums <= block.high + 1e-9)[rows]):
            return True
    return False


@settings(max_examples=150)
@given(blocks())
def test_what_prices_call_impossible_is_and_the_rows_they_name_are_enough(block):
    proof = proof_of(block)

    if proof is not None:
        assert not is_possible(block, proof.rows)


def test_two_posts_that_one_person_must_fill_are_named_among_thousands_of_requirements():
    round_ = real_round(0, 1.1, posts=420, people=1176, donors=6)
    whole = round_.post_last - round_.post_first == (round_.post_last - round_.post_first).max()  # no half terms
    alone = np.array([team is None for team in round_.teams]) & whole & (round_.seats == 1)
    of_person = {}
    for person, post in zip(round_.option_person.tolist(), round_.option_post.tolist(), strict=True):
        if alone[post]:
            of_person.setdefault(person, []).append(post)
    person, (one, other, *_) = next(row for row in of_person.items() if len(row[1]) > 1)
    kept = ~np.isin(round_.option_post, [one, other]) | (round_.option_person == person)
    must = round_.must_fill.copy()
    must[[one, other]] = True
    problem = replace(
        round_, option_person=round_.option_person[kept], option_post=round_.option_post[kept],
        worth=round_.worth[kept], must_fill=must,
    )  # fmt: skip

    plan = plan_postings(problem)

    codes = sorted(words.code for words in plan.conflicts)
    assert plan.status is Status.INFEASIBLE and len(plan.conflicts) <= 4
    assert "planning.post-filled" in codes and "planning.person-one-post" in codes


def test_a_quota_below_what_must_be_filled_is_named_with_as_many_posts_as_it_takes():
    round_ = real_round(0, 1.3, posts=420, people=1176, donors=6)
    donors = {post: set() for post in range(len(round_.posts))}
    for person, post in zip(round_.option_person.tolist(), round_.option_post.tolist(), strict=True):
        donors[post].add(round_.donors[person])
    donor = round_.quotas[0][0]
    own = [post for post, those in donors.items() if those == {donor} and round_.teams[post] is None][:9]
    must = round_.must_fill.copy()
    must[own] = True
    few = replace(round_, must_fill=must, quotas=tuple((d, 3 if d == donor else n) for d, n in round_.quotas))

    plan = plan_postings(few)

    assert plan.status is Status.INFEASIBLE
    codes = [words.code for words in plan.conflicts]
    assert codes.count("planning.quota") == 1 and codes.count("planning.post-filled") == 4
    assert len(codes) == 5
