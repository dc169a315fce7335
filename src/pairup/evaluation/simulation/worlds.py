"""Worlds of known truth, drawn by seed: how places move without help, who is helped, and what help does.

Three kinds of places, none copied from any:

wages: logs of pay in some fifty states over forty years. Beyond level and common growth they move by 0.10 in common
factors and by 0.098 in noise that does not last, which is the order that Arkhangelsky and others (AER 111, 2021,
section III) found in American survey data. A bad run there is noise, and comes back at once.
unemployment: per cent. Booms and slumps that places share to different degrees, and noise that lasts (0.75 from year
to year). A bad run comes back slowly.
programme: an index around 100 over few years, with growth that differs between regions and noise that half lasts; the
shape of paired assistance, where some 7 prefectures or 74 counties are helped at once and donors have neighbours too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.panel import Panel, Periods

Floats = NDArray[np.float64]
Random = np.random.Generator


class Kind(StrEnum):
    WAGES = "wages"
    UNEMPLOYMENT = "unemployment"
    PROGRAMME = "programme"


@dataclass(frozen=True, slots=True)
class Truth:
    """What help does to a treated cell of this kind, and what is claimed of it, in the outcome's unit; all positive."""

    rises: bool
    effect: float
    low: float
    high: float
    smallest: float


TRUTHS: Mapping[Kind, Truth] = MappingProxyType({
    Kind.WAGES: Truth(True, 0.08, 0.05, 0.12, 0.02),
    Kind.UNEMPLOYMENT: Truth(False, 1.2, 0.8, 1.8, 0.3),
    Kind.PROGRAMME: Truth(True, 6.0, 4.0, 9.0, 1.5),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """`is_bad_run`: places are the likelier helped the worse their last three periods were. `spilled`: share of the
    effect that reaches the comparison places of a donor who helps (three in ten of them). `method`: of the design."""

    kind: Kind
    treated: int
    pool: int
    before: int = 30
    after: int = 10
    is_bad_run: bool = False
    spilled: float = 0.0
    method: str = "synthetic_did"

    @property
    def name(self) -> str:
        choice = "bad run" if self.is_bad_run else "random"
        spilled = ", spillover" if self.spilled else ""
        first = "" if self.method == "synthetic_did" else ", trends first"
        return f"{self.kind.value}, {self.treated} of {self.treated + self.pool}, {choice}{spilled}{first}"


def draw(world: World, random: Random, effect: float = 0.0) -> Panel:
    """Draw a panel: places, those helped from period `before` on, and an effect on them (in the claim's direction)."""
    outcomes = _PATHS[world.kind](world.treated + world.pool, world.before + world.after, random)
    treated = _chosen(world, outcomes, random)
    sign = 1 if TRUTHS[world.kind].rises else -1
    outcomes[treated, world.before :] += sign * effect
    donors = np.array([f"donor {k:02d}" for k in random.integers(0, 17, world.treated)])
    others = np.flatnonzero(~treated)
    labels = np.array([f"none {k:03d}" for k in range(len(outcomes))])
    labels[treated] = donors
    near = random.permutation(others)[: round(0.3 * len(others))]
    if world.spilled:
        labels[near] = random.choice(donors, len(near))
        outcomes[near, world.before :] += sign * effect * world.spilled
    return a_panel(outcomes, np.where(treated, world.before, outcomes.shape[1]), labels if world.spilled else None)


def a_panel(outcomes: Floats, starts: NDArray[np.int64], donors: NDArray[np.str_] | None = None) -> Panel:
    """Build a balanced panel from outcomes (N, T) and the place of each unit's first treated period (T: never)."""
    units, periods = outcomes.shape
    codes = tuple(f"place {at:04d}" for at in range(units))
    return Panel(
        codes, Periods(np.arange(periods, dtype=np.int64)), np.repeat(np.arange(units), periods),
        np.tile(np.arange(periods), units), outcomes.ravel(), starts.astype(np.int64), codes, np.arange(units),
        labels={} if donors is None else {"donor": tuple(donors.tolist())},
    )  # fmt: skip


def _chosen(world: World, outcomes: Floats, random: Random) -> NDArray[np.bool_]:
    """Choose who is helped: by chance, or with odds that rise e^3-fold per standard deviation of a bad run."""
    before = outcomes[:, : world.before] - outcomes[:, : world.before].mean(axis=0)
    run = before[:, -3:].mean(axis=1) - before[:, :-3].mean(axis=1)
    bad = -run if TRUTHS[world.kind].rises else run
    odds = 3 * bad / bad.std() if world.is_bad_run else np.zeros(len(bad))
    order = np.argsort(-(odds + random.gumbel(size=len(bad))))
    chosen = np.zeros(len(bad), np.bool_)
    chosen[order[: world.treated]] = True
    return chosen


def _lasting(units: int, periods: int, share: float, spread: float, random: Random) -> Floats:
    """Draw noise of which a share lasts from period to period, with a standard deviation that does not change."""
    noise = spread * random.standard_normal((units, periods))
    for t in range(1, periods):
        noise[:, t] = share * noise[:, t - 1] + np.sqrt(1 - share**2) * noise[:, t]
    return noise


def _wages(units: int, periods: int, random: Random) -> Floats:
    factors = np.cumsum(random.standard_normal((3, periods)), axis=1)
    moved = random.standard_normal((units, 3)) @ factors
    moved -= moved.mean(axis=1, keepdims=True) + moved.mean(axis=0)
    growth = 1.5 + 0.035 * np.arange(periods) + np.cumsum(0.01 * random.standard_normal(periods))
    level = 0.15 * random.standard_normal((units, 1))
    return np.asarray(level + growth + 0.10 * moved / moved.std() + _lasting(units, periods, 0.0, 0.098, random))


def _unemployment(units: int, periods: int, random: Random) -> Floats:
    cycle = _lasting(2, periods, 0.8, 1.5, random)
    shared = np.column_stack([1 + 0.35 * random.standard_normal(units), 0.4 * random.standard_normal(units)])
    level = 6 + random.standard_normal((units, 1))
    return np.asarray(level + shared @ cycle + _lasting(units, periods, 0.75, 1.0, random))


def _programme(units: int, periods: int, random: Random) -> Floats:
    region = random.integers(0, 4, units)
    growth = np.cumsum(1.5 + random.standard_normal((4, periods)), axis=1)
    common = np.cumsum(random.standard_normal(periods))
    level = 100 + 8 * random.standard_normal((units, 1))
    own = 0.3 * random.standard_normal((units, 1)) * np.arange(periods)
    return np.asarray(level + growth[region] + common + own + _lasting(units, periods, 0.5, 3.0, random))


_PATHS = {Kind.WAGES: _wages, Kind.UNEMPLOYMENT: _unemployment, Kind.PROGRAMME: _programme}
