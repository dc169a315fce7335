"""What rows say together: each solver over all instances, and ours beside the fastest peer that does as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pairup.bench.measure import Row
from pairup.bench.parts import OURS
from pairup.planning.plan import PROVED

#: a peer does as well as ours where its plan is worth at least this part less
AS_GOOD = 1e-6


@dataclass(frozen=True, slots=True)
class Overall:
    """One solver over the instances of a part. Means are over the instances where the figure is known."""

    solver: str
    instances: int
    plans: int
    proved: int
    behind: float | None
    worst_behind: float | None
    gap: float | None
    worst_gap: float | None
    seconds: float | None
    peak_mb: float | None  # the highest


@dataclass(frozen=True, slots=True)
class Beside:
    """Ours and the peers on one instance.

    `ratio` is our seconds over those of the fastest peer whose plan is worth as much; None where no peer did as well.
    `gap_ratio` and `behind_ratio` are ours over the least of a peer's, where that is not 0.
    """

    instance: str
    ours: Row
    peers: tuple[Row, ...]
    fastest: Row | None

    @property
    def ratio(self) -> float | None:
        return over(self.ours.seconds, self.fastest.seconds if self.fastest else None)

    @property
    def cpu_ratio(self) -> float | None:
        return over(self.ours.cpu, self.fastest.cpu if self.fastest else None)

    @property
    def gap_ratio(self) -> float | None:
        return over(self.ours.gap, min((row.gap for row in self.peers if row.gap is not None), default=None))

    @property
    def behind_ratio(self) -> float | None:
        return over(self.ours.behind, min((row.behind for row in self.peers if row.behind is not None), default=None))


def over(one: float | None, other: float | None) -> float | None:
    """One over the other; None where either is not known or there is nothing to divide by."""
    return None if one is None or not other else one / other


def overall(rows: Iterable[Row]) -> list[Overall]:
    """Sum up each solver, in the order in which they first stand; rows where nothing ran do not count."""
    by_solver: dict[str, list[Row]] = {}
    for row in rows:
        if row.seconds is not None or row.objective is not None:
            by_solver.setdefault(row.solver, []).append(row)
    return [_overall(solver, own) for solver, own in by_solver.items()]


def _overall(solver: str, rows: Sequence[Row]) -> Overall:
    behind = [row.behind for row in rows if row.behind is not None]
    gaps = [row.gap for row in rows if row.gap is not None]
    return Overall(
        solver, len(rows), sum(row.objective is not None for row in rows), sum(gap <= PROVED for gap in gaps),
        _mean(behind), max(behind, default=None), _mean(gaps), max(gaps, default=None),
        _mean([row.seconds for row in rows if row.seconds is not None]),
        max((row.peak_mb for row in rows if row.peak_mb is not None), default=None),
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def beside(rows: Iterable[Row]) -> list[Beside]:
    """Put ours and the peers of each instance beside each other; of several settings of ours the first counts."""
    by_instance: dict[str, list[Row]] = {}
    for row in rows:
        by_instance.setdefault(row.instance, []).append(row)
    found = []
    for instance, own in by_instance.items():
        ours = next((row for row in own if is_ours(row)), None)
        peers = tuple(row for row in own if not is_ours(row) and row.objective is not None)
        if ours is not None and ours.objective is not None and peers:
            found.append(Beside(instance, ours, peers, _fastest(ours.objective, peers)))
    return found


def is_ours(row: Row) -> bool:
    """Whether a row is of pairup: its solver begins with the name."""
    return row.solver.startswith(OURS)


def _fastest(objective: float, peers: Sequence[Row]) -> Row | None:
    least = objective - AS_GOOD * max(1.0, abs(objective))
    as_good = [row for row in peers if row.seconds is not None and row.objective is not None and row.objective >= least]
    return min(as_good, key=lambda row: row.seconds or 0.0, default=None)
