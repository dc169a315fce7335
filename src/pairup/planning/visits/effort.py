"""Count the work of a search and look at the clock, so that a search can stop and say why."""

from __future__ import annotations

from pairup.planning.plan import Ended, Stop, Watch


class Effort:
    """Work done so far, and whether to stop. A search adds what it did; only a clock makes it unrepeatable."""

    def __init__(self, stop: Stop, default_work: int, whole: Effort | None = None) -> None:
        self.watch: Watch = stop.watch()
        self.limit: float = stop.work if stop.work is not None else default_work
        if stop.work is None and stop.seconds is not None:
            self.limit = float("inf")
        self.done = 0
        self.ended: Ended | None = None
        self.whole = whole

    def add(self, work: int) -> None:
        self.done += work
        if self.whole is not None:
            self.whole.add(work)

    def is_over(self) -> bool:
        """Say whether to stop now; the first reason met is kept in `ended`."""
        if self.ended is None:
            if self.done >= self.limit:
                self.ended = Ended.WORK
            elif self.watch.is_over:
                self.ended = Ended.CLOCK
        return self.ended is not None

    def share(self, part: float) -> Effort:
        """Give an effort of its own with a part of what is left; what it does counts here too."""
        left = self.watch.left
        work = None if self.limit == float("inf") else int(max(0.0, self.limit - self.done) * part)
        own = Effort(Stop(None if left is None else left * part, work), 0, self)
        if work is None:
            own.limit = float("inf")
        return own
