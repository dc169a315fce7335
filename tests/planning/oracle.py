"""The best plan, by trying every choice there is. For problems of a dozen options."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from pairup.planning.verify import check_chosen


def is_kept(problem: Any, chosen: tuple[Any, ...]) -> bool:
    broken: list[str] = []
    check_chosen(problem, chosen, lambda code, **facts: broken.append(code))
    return not broken


def best_by_trying_all(problem: Any) -> float | None:
    """The objective of the best plan, or None where no plan keeps every requirement."""
    items = sorted(problem.option_at)
    best = None
    broken: list[str] = []
    for size in range(len(items) + 1):
        for chosen in combinations(items, size):
            broken.clear()
            objective = check_chosen(problem, chosen, lambda code, **facts: broken.append(code))
            if not broken and (best is None or objective > best):
                best = objective
    return best
