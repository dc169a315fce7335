"""Public instances, solved to their published optimum. Skipped where the instances are not at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pairup.bench.couples import read_couples
from pairup.planning.funding import plan_funding
from pairup.planning.pairing import plan_pairings
from pairup.planning.plan import Status
from pairup.planning.posting import plan_postings
from pairup.planning.problems import (
    Donor,
    FundingProblem,
    Line,
    PairingProblem,
    PostingProblem,
    Project,
    Recipient,
    Way,
)

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "planning"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public instances lie outside the repository")


def a_generalised_assignment(path: Path) -> PairingProblem:
    """Read `m n`, costs, loads, capacities: agents are donors, every job is done by exactly one."""
    numbers = [float(word) for word in path.read_text().split()]
    m, n = int(numbers[0]), int(numbers[1])
    cost, load, room = numbers[2 : 2 + m * n], numbers[2 + m * n : 2 + 2 * m * n], numbers[2 + 2 * m * n :]
    return PairingProblem.from_columns(
        [Donor(f"agent{i:02}", room[i]) for i in range(m)],
        [Recipient(f"job{j:03}", 1, 1) for j in range(n)],
        [(f"agent{i:02}", f"job{j:03}", -cost[i * n + j], load[i * n + j]) for i in range(m) for j in range(n)],
    )


def a_knapsack(path: Path, which: int) -> tuple[float, FundingProblem]:
    """Read instance `which` of a file of multidimensional knapsacks: items are projects with one way each."""
    numbers = iter(float(word) for word in path.read_text().split())
    next(numbers)
    for _ in range(which + 1):
        n, m, best = int(next(numbers)), int(next(numbers)), next(numbers)
        worth = [next(numbers) for _ in range(n)]
        loads = [[next(numbers) for _ in range(n)] for _ in range(m)]
        room = [next(numbers) for _ in range(m)]
    ways = [Way("only", worth[j], {f"line{i}": loads[i][j] for i in range(m)}) for j in range(n)]
    return best, FundingProblem.from_rows(
        [Line(f"line{i}", room[i]) for i in range(m)],
        [Project(f"item{j:03}", (way,), {}) for j, way in enumerate(ways)],
    )


def best_known() -> dict[str, float]:
    with (DATA / "gap" / "best_known.csv").open() as file:
        return {
            row[0]: float(row[3]) for row in csv.reader(file) if row[0] != "instance" and row[3].strip("-").isdigit()
        }


GAP = "cattrysse1994/gap1-0", "cattrysse1994/gap7-2", "cattrysse1994/gap12-4", "chu1997/a20200", "chu1997/b10100"


@pytest.mark.parametrize("name", [*GAP, "chu1997/c05100"])
def test_generalised_assignment_is_proved_at_the_published_optimum(name):
    plan = plan_pairings(a_generalised_assignment(DATA / "gap" / name))

    assert plan.status is Status.OPTIMAL and -plan.objective == best_known()[name]


@pytest.mark.parametrize("which", [20])
def test_a_multidimensional_knapsack_is_proved_at_the_published_optimum(which):
    best, question = a_knapsack(DATA / "mkp" / "mknapcb1.txt", which)

    plan = plan_funding(question)

    assert plan.status is Status.OPTIMAL and plan.objective == best


def test_an_assignment_of_a_hundred_is_proved_at_the_published_optimum():
    n, *cost = [float(word) for word in (DATA / "ap" / "assign100.txt").read_text().split()]
    size = int(n)
    question = PostingProblem.from_columns(
        [(f"p{k:03}", "any", None, None) for k in range(size)],
        [(f"q{k:03}", "any", 1, True, None, None, None) for k in range(size)],
        [k for k in range(size) for _ in range(size)], list(range(size)) * size, [-value for value in cost],
    )  # fmt: skip

    plan = plan_postings(question)

    assert plan.status is Status.OPTIMAL and plan.objective == -305


@pytest.mark.parametrize("path", sorted((DATA / "hrc").glob("*/*.dzn")), ids=lambda path: path.stem)
def test_a_round_with_couples_has_no_more_blockers_than_published(path):
    published, question = read_couples(path)

    plan = plan_postings(question)

    # the file's number is what its model was asked for, not the fewest
    assert plan.status is Status.OPTIMAL
    assert len(plan.further["blocking_pairs"]) == plan.further["blocking_bound"] <= published


@pytest.mark.parametrize("name, placed", [("exp1-1-5670", 86), ("exp1-1-945", 98)])
def test_as_many_as_can_be_are_placed_where_nobody_would_leave(name, placed):
    _, question = read_couples(DATA / "hrc" / "2017" / f"{name}.dzn")

    plan = plan_postings(question)

    assert plan.objective == placed and plan.further["blocking_pairs"] == []
