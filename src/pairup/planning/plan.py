"""What every planner returns: a plan that says how good it provably is. And when a planner stops."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pairup.errors import NoPlanError
from pairup.planning.prices import Prices
from pairup.values.words import Words

#: a plan within this gap is called optimal
PROVED = 1e-6


class Status(StrEnum):
    OPTIMAL = "optimal"  # a plan, proved: none is better
    FEASIBLE = "feasible"  # a plan; a better one may exist
    INFEASIBLE = "infeasible"  # proved: no plan keeps every requirement
    UNKNOWN = "unknown"  # stopped before a plan was found


class Ended(StrEnum):
    PROOF = "proof"
    WORK = "work"  # counted work: repeatable
    CLOCK = "clock"  # not repeatable


class Audience(StrEnum):
    """Who a reason is told to. Health, family and preference are told to nobody but the person."""

    PERSON = "person"
    OFFICE = "office"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Stop:
    """When to stop before the proof: after `seconds` of the clock, or after `work` steps counted by the planner."""

    seconds: float | None = None
    work: int | None = None

    def watch(self) -> Watch:
        """Start the clock."""
        return Watch(self, time.monotonic())


#: what may ask the plan in the making to end with the best so far; a process makes one plan at a time
_halts: list[Callable[[], bool]] = []


@contextmanager
def halting(wanted: Callable[[], bool]) -> Iterator[None]:
    """Let a plan made inside end, as when its time is over, once `wanted` says so; it keeps the best so far."""
    _halts.append(wanted)
    try:
        yield
    finally:
        _halts.remove(wanted)


def may_halt() -> bool:
    """Whether somebody may ask the plan in the making to end."""
    return bool(_halts)


def is_halted() -> bool:
    """Whether somebody asked for it."""
    return any(wanted() for wanted in _halts)


#: until proved, however long it takes
UNTIL_PROVED = Stop()


@dataclass(frozen=True, slots=True)
class Watch:
    """A stop whose clock runs."""

    stop: Stop
    began: float

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float | None:
        """Seconds left, or None where the clock does not matter; none once somebody has asked for the end."""
        if is_halted():
            return 0.0
        return None if self.stop.seconds is None else max(0.0, self.stop.seconds - self.seconds)

    @property
    def is_over(self) -> bool:
        return self.left == 0.0


class Progress(Protocol):
    """Told what is being done, how many steps are done, and of how many; where known, the best plan and bound so far.

    Only a planner that knows them gives `objective` and `bound`; both may be None.
    """

    def __call__(
        self, words: Words, done: int, total: int, /, *, objective: float | None = None, bound: float | None = None
    ) -> None: ...


class Point(NamedTuple):
    """How far a search was: the worth of the best plan and the lowest bound, after so many seconds."""

    seconds: float
    objective: float | None
    bound: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """How a plan was made."""

    solver: str
    versions: Mapping[str, str]
    seed: int
    seconds: float
    ended: Ended
    blocks: int | None = None  # parts that share nothing, each solved by itself; no part of the answer file
    trace: tuple[Point, ...] = ()  # how plan and bound came closer; no part of the answer file

    def to_dict(self) -> dict[str, Any]:
        return {
            "seconds": round(self.seconds, 3), "ended": self.ended.value, "seed": self.seed,
            "solver": self.solver, "versions": dict(sorted(self.versions.items())),
        }  # fmt: skip


class Item(Protocol):
    """One row a planner chose."""

    def to_dict(self) -> dict[str, Any]: ...


A = TypeVar("A", bound=Item)


@dataclass(frozen=True, slots=True)
class Difference(Generic[A]):
    """What another plan chooses in place of this one. `points` is its objective less this one's."""

    lost: tuple[A, ...]
    gained: tuple[A, ...]
    points: float | None


@dataclass(frozen=True, slots=True)
class Reason(Generic[A]):
    """Why an item is in a plan or is not.

    `cost` is what the other choice would lose in points (None: there is no other choice, or none was found).
    `details` says who would move where, or which requirements stand in the way. `difference` has the same as rows;
    it is for the office only.
    """

    item: A
    words: Words
    cost: float | None = None
    is_exact: bool = True  # else the cost is what was found, not proved
    details: tuple[Words, ...] = ()
    difference: Difference[A] | None = None
    at_least: float | None = (
        None  # what the other choice loses at least, proved by prices; None where not asked of them
    )
    scarce: tuple[Words, ...] = ()  # what the other choice would use, and its price; for the office only

    def say(self, language: str = "en") -> str:
        return "\n".join(
            [self.words.say(language), *(f"  {line.say(language)}" for line in (*self.scarce, *self.details))]
        )

    def __str__(self) -> str:
        return self.say()

    def to_dict(self) -> dict[str, Any]:
        return {
            "item": self.item.to_dict(), "reason": self.words.to_dict(), "cost": self.cost, "is_exact": self.is_exact,
            "details": [detail.to_dict() for detail in self.details], "at_least": self.at_least,
            "scarce": [words.to_dict() for words in self.scarce],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan(Generic[A]):
    """What a planner decided, how good it provably is, and why.

    `chosen` is sorted and empty where there is no plan; read `assignments`, which then refuses. `further` holds
    what only one kind of plan has (the blocking pairs of a stable round) under the names of the answer file.
    """

    problem: Any
    planner: Planner[A]
    status: Status
    run: Run
    chosen: tuple[A, ...] = ()
    objective: float | None = None
    bound: float | None = None
    conflicts: tuple[Words, ...] = ()
    further: Mapping[str, Any] = field(default_factory=dict)
    explainer: Explainer[A] | None = field(default=None, repr=False, compare=False)
    prices: Prices | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.has_plan == (self.objective is None) or (self.chosen and not self.has_plan):
            raise ValueError(f"a plan that is {self.status} with objective {self.objective}")
        if self.status is Status.OPTIMAL and not (self.gap is not None and self.gap <= PROVED):
            raise ValueError(f"called optimal with objective {self.objective} and bound {self.bound}")

    @property
    def kind(self) -> str:
        return str(self.problem.kind)

    @property
    def has_plan(self) -> bool:
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    @property
    def gap(self) -> float | None:
        """Distance to the bound over the objective (at least 1), or None where there is no plan or no bound."""
        return gap_of(self.objective, self.bound)

    @property
    def assignments(self) -> tuple[A, ...]:
        """Give the chosen rows. Raises `NoPlanError` where there are none to give."""
        if self.has_plan:
            return self.chosen
        if self.status is Status.UNKNOWN:
            raise NoPlanError(
                "No plan: the search stopped before any plan was found.", hint="Give it more time or more work.",
                code="planning.stopped",
            )  # fmt: skip
        clash = "; ".join(words.say().rstrip(".") for words in self.conflicts)
        raise NoPlanError(
            f"No plan: {clash}.", hint="Relax one of these.", code="planning.no-plan", conflicts=self.conflicts
        )

    def why(self, item: A, for_: Audience = Audience.OFFICE, *, confirm: bool = False) -> Reason[A]:
        """Say why `item` is in the plan or is not, in words fit for the audience.

        A planner that has prices answers by them, in milliseconds and not always exactly; `confirm` plans again.
        """
        if self.explainer is None:
            raise TypeError(f"plans of {self.kind} have no explainer")
        return self.explainer(self, item, for_, confirm)

    def compare(self, other: Plan[A]) -> Difference[A]:
        """Say what `other` chooses in place of this plan."""
        mine, theirs = set(self.chosen), set(other.chosen)
        points = None
        if self.objective is not None and other.objective is not None:
            points = other.objective - self.objective
        return Difference(
            tuple(item for item in self.chosen if item not in theirs),
            tuple(item for item in other.chosen if item not in mine),
            points,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the answer file (version 1)."""
        return {
            "kind": self.kind, "version": 1, "status": self.status.value, "objective": self.objective,
            "bound": self.bound, "gap": self.gap,
            "assignments": [item.to_dict() for item in self.chosen] if self.has_plan else None,
            "conflicts": [words.to_dict() for words in self.conflicts],
            "run": self.run.to_dict(), **self.further,
        }  # fmt: skip

    def verdict(self) -> Words:
        """How good the plan provably is, in one sentence."""
        facts: dict[str, Any] = {"kind": self.kind, "count": len(self.chosen)}
        if self.objective is not None:
            facts["objective"] = number(self.objective)
        if self.status is Status.FEASIBLE and self.bound is not None and self.gap is not None:
            percent = number(100 * self.gap, 2 if self.gap >= 0.0001 else 5)
            return Words("planning.within", facts | {"bound": number(self.bound), "percent": percent})
        return Words(f"planning.{self.status.value}", facts)

    def screen(self, language: str = "en", rows: int = 12) -> str:
        """Tell the plan on one screen."""
        lines = [self.verdict().say(language)]
        lines += [f"  - {words.say(language)}" for words in self.conflicts[:rows]]
        shown = self.chosen if len(self.chosen) <= rows else self.chosen[: rows - 1]
        lines += ["  " + "  ".join(_cell(value) for value in item.to_dict().values()) for item in shown]
        if len(self.chosen) > len(shown):
            lines.append("  " + Words("planning.more-rows", {"count": len(self.chosen) - len(shown)}).say(language))
        facts = {"solver": self.run.solver, "seed": self.run.seed, "seconds": f"{self.run.seconds:.1f}"}
        lines.append(Words(f"planning.ended-{self.run.ended.value}", facts).say(language))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.screen()


Planner = Callable[..., Plan[A]]
#: called with the plan, the item, who asks, and whether to plan again
Explainer = Callable[[Plan[A], A, Audience, bool], Reason[A]]


def gap_of(objective: float | None, bound: float | None) -> float | None:
    """Distance of an objective to its bound, over the objective (at least 1)."""
    if objective is None or bound is None:
        return None
    return max(0.0, bound - objective) / max(1.0, abs(objective))


def number(value: float, digits: int = 2) -> str:
    """Print a number without a tail of zeros."""
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:,.0f}"


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return f"[{len(value)}]"
    return str(value)
