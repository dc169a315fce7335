"""Put the rule to worlds of known truth: what it says where nothing happened, and where something did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pairup.engines.many import run_many
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.evaluate import Seen, looked_at
from pairup.evaluation.families import changes
from pairup.evaluation.grading import Grade
from pairup.evaluation.registration import Registration
from pairup.evaluation.simulation.worlds import TRUTHS, Kind, World, draw
from pairup.evaluation.verdict import Standing, graded

Floats = NDArray[np.float64]

#: placebo draws of the estimate
_PLACEBOS = 100
_SHUFFLES = 199
_CHUNK = 50
SUPPORTED = (Grade.SUPPORTED, Grade.SUPPORTED_IN_DIRECTION)

_RANDOM_OR_NOT = (False, True)
WORLDS: tuple[World, ...] = (
    *(World(kind, many, 50 - many, is_bad_run=bad) for kind in (Kind.WAGES, Kind.UNEMPLOYMENT) for many in (1, 6)
      for bad in _RANDOM_OR_NOT),
    *(World(Kind.PROGRAMME, many, pool, 12, 6, bad, spilled) for many, pool in ((7, 40), (74, 120))
      for bad, spilled in ((False, 0.0), (True, 0.0), (False, 0.5))),
)  # fmt: skip


def design_for(kind: Kind, **more: object) -> Design:
    """Give the design that is registered: synthetic differences, an independent measurement, a claim in the outcome."""
    truth = TRUTHS[kind]
    claim = {"direction": "rises" if truth.rises else "falls", "low": truth.low, "high": truth.high, "uom": "outcome"}
    plan = {"smallest_effect": truth.smallest, "measured_by": "independent", "chosen_on_outcome": False}
    inference = {"kind": "placebo", "repetitions": _PLACEBOS}
    return design_of({"method": "synthetic_did", "claim": claim, "plan": plan, "inference": inference, **more})


def simulate(
    world: World, effect: float, draws: int, *, design: Design | None = None, seed: int = 0, jobs: int | None = 1
) -> Counter[str]:
    """Count what the rule says in `draws` panels of a world, with an effect on every treated cell.

    Counts by name: `registered GRADE`, `retrospective GRADE`, `gate NUMBER` (not passed), and what single methods
    would have called an effect in the claimed direction at 5 %: `synthetic alone`, `trends alone`, `before and after`.
    """
    used = design or design_for(world.kind)
    chunks = [(world, effect, first, min(_CHUNK, draws - first), used, seed) for first in range(0, draws, _CHUNK)]
    return sum(run_many(_some, chunks, jobs), Counter())


def _some(world: World, effect: float, first: int, many: int, design: Design, seed: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for at in range(first, first + many):
        counts.update(one(world, effect, at, design, seed))
    return counts


def one(world: World, effect: float, at: int, design: Design, seed: int) -> list[str]:
    """Put the rule to one panel; the panel hangs on the world, the seed and its number alone."""
    random = np.random.default_rng([seed, *world.name.encode(), at])
    panel = draw(world, random, effect)
    return said_of(looked_at(panel, design, seed=at), design, random)


def said_of(seen: Seen, design: Design, random: np.random.Generator) -> list[str]:
    """Name what is said of a panel, registered and not, and what single methods would say."""
    fixed = Standing(Registration(design.sha256, date(2026, 1, 1), design))
    told = []
    for name, standing in (("registered", fixed), ("retrospective", Standing(None))):
        grading = graded(seen.panel, design, seen.looks, seen.checks, seen.limits, standing)
        assert grading is not None
        told.append(f"{name} {grading.grade}")
        told += [f"{name} {'supported at all'}"] if grading.grade in SUPPORTED else []
        told += [f"gate {gate.number}" for gate in grading.gates if gate.passed is False] * (name == "registered")
        row = grading.words.facts["opening"].code.partition("row-")[2]
        told += [f"row {row}"] * (name == "registered")
    if seen.looks is None or seen.looks.own is None:
        return told
    sign, (low, high) = seen.looks.sign, seen.looks.own
    told += ["synthetic alone"] * (min(sign * low, sign * high) > 0)
    start, is_treated = seen.looks.before, seen.panel.is_treated
    change = sign * changes(seen.panel.outcomes, start)
    told += ["trends alone"] * (_shuffled_p(change, is_treated, random) <= 0.05)
    told += ["before and after"] * _rose(change[is_treated], seen.panel.outcomes[is_treated], start)
    return told


def _shuffled_p(change: Floats, is_treated: NDArray[np.bool_], random: np.random.Generator) -> float:
    """Give the two-sided p of the difference of differences by shuffling who is treated; 1 where it points away."""
    many = int(is_treated.sum())
    seen = change[is_treated].mean() - change[~is_treated].mean()
    if seen <= 0:
        return 1.0
    order = np.argsort(random.random((_SHUFFLES, len(change))), axis=1)[:, :many]
    sums = change[order].sum(axis=1)
    drawn = sums / many - (change.sum() - sums) / (len(change) - many)
    return float((1 + (np.abs(drawn) >= seen).sum()) / (1 + _SHUFFLES))


def _rose(change: Floats, outcomes: Floats, start: int) -> bool:
    """Say whether a look before and after would call it a success: the change is twice its error over time."""
    path = outcomes.mean(axis=0)
    after = outcomes.shape[1] - start
    first = max(0, start - after)
    error = np.sqrt(path[first:start].var(ddof=1) / (start - first) + path[start:].var(ddof=1) / after)
    return bool(change.mean() > 1.96 * error)


def total(counts: Counter[str], names: Sequence[str]) -> int:
    return sum(counts[name] for name in names)
