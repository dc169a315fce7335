"""Published hospitals/residents problems with couples, as the MiniZinc Challenge keeps them."""

from __future__ import annotations

import re
from pathlib import Path

from pairup.planning.problems.posting import Couple, PostingProblem


def read_couples(path: Path) -> tuple[int, PostingProblem]:
    """Read a problem and the number of blocking pairs its file asks for; the first `2 x ncoup` residents are couples.

    Long because the reader of each kind of entry stands beside what is made of it.
    """
    text = path.read_text(encoding="utf-8")

    def one(name: str) -> int:
        return int(_found(rf"{name} *= *(\d+)", text))

    def table(name: str) -> list[list[int]]:
        return [[int(x) for x in row.split(",")] for row in _found(rf"{name} *= *\[\|(.*?)\|\]", text).split("|")]

    wishes, rank, paired = table("rpref"), table("hrank"), 2 * one("ncoup")
    room = [int(x) for x in _found(r"hosp_cap *= *\[(.*?)\]", text).split(",")]
    people, posts = [f"r{k:03}" for k in range(one("nres"))], [f"h{k:02}" for k in range(one("nhosp"))]
    pairs = [(r, h) for h in range(len(posts)) for r in range(len(people)) if rank[h][r]]
    couples = []
    for k in range(0, paired, 2):
        accepted = tuple((posts[a - 1], posts[b - 1]) for a, b in zip(wishes[k], wishes[k + 1], strict=True) if a)
        couples.append(Couple((people[k], people[k + 1]), accepted))
    return one("num_bp"), PostingProblem.from_columns(
        [(person, "any", None, None) for person in people],
        [(post, post, seats, False, None, None, None) for post, seats in zip(posts, room, strict=True)],
        [r for r, _ in pairs], [h for _, h in pairs], [0.0] * len(pairs), mode="stable", couples=couples,
        person_ranks={people[r]: tuple((posts[h - 1],) for h in wishes[r] if h) for r in range(paired, len(people))},
        post_ranks={
            posts[h]: tuple((people[r],) for _, r in sorted((row[r], r) for r in range(len(people)) if row[r]))
            for h, row in enumerate(rank)
        },
    )  # fmt: skip


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.S)
    assert found is not None, f"the file has no {pattern}"
    return found[1]
