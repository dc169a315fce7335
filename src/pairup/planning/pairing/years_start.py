"""Ties to begin a search over years from: those that stand, and for who has none the best that has room.

No promise that a plan with these ties exists; whoever asks finds out by the amounts. Where time ends at once, it is
the plan there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from pairup.planning.blocks import Flags
from pairup.planning.problems.pairing_years import YearOption, YearsProblem


def first_ties(problem: YearsProblem) -> Flags:
    """Say for each option and year whether the pair is tied at first; numbers of partners are kept."""
    tied = np.zeros((len(problem.options), len(problem.years)), dtype=np.bool_)
    for t, year in enumerate(problem.years):
        _one_year(problem, t, year, tied)
    return tied


def _one_year(problem: YearsProblem, t: int, year: int, tied: Flags) -> None:
    most_partners = {row.id: row.most_partners for row in problem.donors}
    most_donors = {row.id: row.most_donors for row in problem.recipients}
    left = {row.id: row.capacity[t] for row in problem.donors}
    need = {row.id: row.need[t] for row in problem.recipients}
    partners: Counter[str] = Counter()
    helpers: Counter[str] = Counter()

    def take(rows: Iterable[YearOption], enough: int | None = None) -> None:
        for row in rows:
            at = problem.option_at[row.tie]
            is_full = _is_full(partners[row.donor], most_partners[row.donor])
            is_full |= _is_full(helpers[row.recipient], most_donors[row.recipient])
            if (
                tied[at, t]
                or is_full
                or left[row.donor] < row.least
                or (enough is not None and helpers[row.recipient] >= enough)
            ):
                continue
            tied[at, t] = True
            partners[row.donor] += 1
            helpers[row.recipient] += 1
            left[row.donor] -= max(row.least, min(left[row.donor], need[row.recipient]) / 2)

    forbids, locks, held = set(problem.forbids), set(problem.locks), set(problem.existing)
    open_ = [row for row in problem.options if (*row.tie, year) not in forbids and need[row.recipient] >= row.least]
    take(row for row in open_ if (*row.tie, year) in locks)
    take(row for row in open_ if row.tie in held)
    best = sorted(open_, key=lambda row: (-left[row.donor], -row.worth, row.tie))
    fewest = {row.id: row.fewest_donors for row in problem.recipients}
    for count in range(1, max(fewest.values(), default=0) + 1):
        take((row for row in best if fewest[row.recipient] >= count), count)
    take((row for row in best if need[row.recipient] > 0), 1)
    take((row for row in best if need[row.recipient] > 0 and left[row.donor] > 0), 2)


def _is_full(count: int, most: int | None) -> bool:
    return most is not None and count >= most
