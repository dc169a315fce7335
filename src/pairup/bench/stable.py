"""Stable rounds: deferred acceptance beside `matching`, and rounds of true size that no peer takes.

Both sides start from lists in memory: ours from a problem in columns, and it ends with a plan whose blocking pairs
were counted; theirs from dictionaries, with the building of the game. Our kernels are loaded by a tiny round first, as
they are after the first round of a process; the note has the seconds of that.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from pairup.bench.couples import read_couples
from pairup.bench.markets import couples_market, market, real_market
from pairup.bench.measure import Row, measured
from pairup.bench.published import published
from pairup.planning.plan import Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems.posting import PostingProblem
from pairup.planning.stability.plain import warm_up

#: applicants, programmes, seats of each, programmes listed
SIZES = {"1,000": (1_000, 125, 8, 50), "4,000": (4_000, 500, 8, 50), "12,000": (12_000, 1_500, 8, 50)}
#: shares of the drawn residents who are in couples
COUPLES = (0.05, 0.1, 0.2, 0.3)
#: what `matching` is given at most, in seconds
LIMIT = 600.0
#: people placed; those who would leave, and those who could within quotas; the fewest proved; seconds and CPU
#: seconds; seconds of the tiny round
Ours = tuple[float | None, tuple[int, int], int | None, float, float, float]


def rows(is_quick: bool = False, seed: int = 0) -> Iterator[Row]:
    """Give a row for each solver and instance."""
    for name, size in SIZES.items():
        if is_quick and name != "1,000":
            continue
        problem = market(*size, seed)
        yield _ours(f"applicants {name} x 8 seats", problem, Stop())
        yield _theirs(f"applicants {name} x 8 seats", problem)
    if not is_quick:
        yield _ours("applicants 12,000, one-seat posts", market(12_000, 12_000, 1, 50, seed), Stop())
        yield _ours("applicants 12,000 x 8 seats, ties of five", market(12_000, 1_500, 8, 50, seed, tied=5), Stop())
    for share in COUPLES:
        residents = 40 if is_quick else 100
        for draw in range(1 if is_quick else 3):
            drawn = couples_market(residents, share, seed + draw)
            yield _ours(f"{residents} residents, {share:.0%} in couples, draw {draw}", drawn, Stop(seconds=60))
    folder = published("hrc")
    for path in () if folder is None else sorted(folder.rglob("*.dzn")):
        asked, problem = read_couples(path)
        row = _ours(f"hrc {path.parent.name} {path.stem}", problem, Stop(seconds=60))
        yield replace(row, note=f"{row.note}; the file asks for {asked}")
    for tightness in (0.8, 1.0):
        donors, posts, people = (6, 200, 600) if is_quick else (30, 2_150, 6_000)
        problem = real_market(seed, donors, posts, people, tightness)
        yield _ours(f"round of {posts:,} posts, tightness {tightness}", problem, Stop(seconds=5 if is_quick else 60))


def plan_timed(problem: PostingProblem, stop: Stop) -> Ours:
    """Load the kernels by tiny rounds, then plan the round asked, and time each."""
    began = time.perf_counter()
    warm_up()
    loading = time.perf_counter() - began
    began, cpu = time.perf_counter(), time.process_time()
    plan = plan_postings(problem, stop=stop)
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    leaving = len(plan.further.get("blocking_pairs", [])), plan.further.get("blocking_within_limits", 0)
    return plan.objective, leaving, plan.further.get("blocking_bound"), seconds, used, loading


def _ours(instance: str, problem: PostingProblem, stop: Stop) -> Row:
    found = measured(plan_timed, problem, stop, limit=LIMIT)
    row = found.row(Row("stable", instance, "pairup"))
    if found.answer is None:
        return row
    placed, (leaving, within), fewest, seconds, used, loading = found.answer
    proved = "no bound" if fewest is None else f"at least {fewest}"
    some = f", {within} of them within quotas" if leaving else ""
    note = f"{leaving} blocking pairs{some} ({proved}); kernels loaded in {loading:.1f} s"
    cpu = found.cpu if stop.seconds is not None else used  # with a clock the work is in a process of its own
    return replace(row, objective=placed, seconds=seconds, cpu=cpu, note=note)


def _theirs(instance: str, problem: PostingProblem) -> Row:
    residents = {person: [group[0] for group in ranks] for person, ranks in problem.person_ranks.items()}
    hospitals = {post: [group[0] for group in ranks] for post, ranks in problem.post_ranks.items()}
    seats = dict(zip(problem.posts, problem.seats.tolist(), strict=True))
    found = measured("pairup.bench.peers.stable_peers:matching_rounds", residents, hospitals, seats, limit=LIMIT)
    row = found.row(Row("stable", instance, "matching"))
    return row if found.answer is None else replace(row, objective=float(len(found.answer)))
