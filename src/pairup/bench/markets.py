"""Seeded markets with preferences on both sides: how stable rounds of any size are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.planning.problems.posting import PostingProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def lists(
    applicants: int, programmes: int, listed: int, seed: int, likeness: float = 0.0
) -> tuple[list[Ints], list[Ints]]:
    """Draw strict lists: each applicant names up to so many programmes, each programme ranks all who name it.

    With `likeness` above 0 both sides agree in part: a common standing counts so much against a draw of one's own.
    """
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(applicants), listed)
    pairs = np.unique(person * programmes + random.integers(0, programmes, len(person)))
    person, post = pairs // programmes, pairs % programmes
    own = random.random(len(pairs)) + likeness * random.random(programmes)[post]
    theirs = random.random(len(pairs)) + likeness * random.random(applicants)[person]
    by_person, by_post = np.lexsort((own, person)), np.lexsort((theirs, post))
    edges = np.cumsum(np.bincount(person, minlength=applicants))[:-1]
    other = np.cumsum(np.bincount(post, minlength=programmes))[:-1]
    return np.split(post[by_person], edges), np.split(person[by_post], other)


def market(
    applicants: int, programmes: int, seats: int, listed: int, seed: int, *, likeness: float = 0.0, tied: int = 1
) -> PostingProblem:
    """Give the stable round of such lists; with `tied` above 1, so many in a row are liked alike by each programme."""
    wishes, ranked = lists(applicants, programmes, listed, seed, likeness)
    people = [f"a{k:05d}" for k in range(applicants)]
    posts = [f"p{k:05d}" for k in range(programmes)]
    who = np.repeat(np.arange(applicants), [len(row) for row in wishes])
    worth = np.random.default_rng(seed + 1).integers(1, 101, len(who)).astype(np.float64)
    return PostingProblem.from_columns(
        [(code, "any", None, None) for code in people], [(code, code, seats, False, None, None, None) for code in posts],
        who, np.concatenate(wishes), worth, mode="stable",
        person_ranks={people[k]: tuple((posts[j],) for j in row.tolist()) for k, row in enumerate(wishes)},
        post_ranks={
            posts[j]: tuple(
                tuple(people[k] for k in row[at : at + tied].tolist()) for at in range(0, len(row), tied)
            )
            for j, row in enumerate(ranked)
        },
    )  # fmt: skip
