"""The course of a search: the best plan and the lowest bound as time goes on, told on and kept for a picture."""

from __future__ import annotations

from pairup.planning.plan import Point, Progress, Watch
from pairup.values.words import Words


class Trace:
    """Keeps the best worth and the lowest bound seen, a point for each change, and tells both to a progress."""

    def __init__(self, watch: Watch, progress: Progress | None = None) -> None:
        self.watch, self.progress = watch, progress
        self.objective: float | None = None
        self.bound: float | None = None
        self.points: list[Point] = []

    def saw(self, objective: float | None = None, bound: float | None = None) -> None:
        """Note a plan of this worth, or a bound; what is no better than before changes nothing."""
        is_better = objective is not None and (self.objective is None or objective > self.objective)
        is_lower = bound is not None and (self.bound is None or bound < self.bound)
        if is_better:
            self.objective = objective
        if is_lower:
            self.bound = bound
        if is_better or is_lower:
            self.points.append(Point(round(self.watch.seconds, 4), self.objective, self.bound))

    def tell(self, words: Words, done: int = 0, total: int = 1) -> None:
        """Say what is being done, with the best plan and bound so far."""
        if self.progress is not None:
            self.progress(words, done, total, objective=self.objective, bound=self.bound)
