"""Put the rule to worlds of known truth: what it says where nothing happened, and where something did."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
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
    *(World(Kind.PROGRAMME, 20, 60, 12, 6, bad, method="staggered_did") for bad in _RANDOM_OR_NOT),
)  # fmt: skip


def design_for(kind: Kind, method: str = "synthetic_did", **more: object) -> Design:
    """Give the design that is registered: by a method, an independent measurement, a claim in the outcome."""
    truth = TRUTHS[kind]
    claim = {"direction": "rises" if truth.rises else "falls", "low": truth.low, "high": truth.high, "uom": "outcome"}
    plan = {"smallest_effect": truth.smallest, "measured_by": "independent", "chosen_on_outcome": False}
    if method == "synthetic_did":
        more = {"inference": {"kind": "placebo", "repetitions": _PLACEBOS}, **more}
    return design_of({"method": method, "claim": claim, "plan": plan, **more})


def simulate(
    world: World, draws: int, *, design: Design | None = None, seed: int = 0, jobs: int | None = 1
) -> tuple[Counter[str], Counter[str]]:
    """Count what the rule says in `draws` panels of a world, without and with its effect.

    Counts by name: `registered GRADE`, `retrospective GRADE`, `row NAME` of the rule, `gate NUMBER` where not passed;
    what single methods would have called an effect in the claimed direction at 5 % (`synthetic alone`, `trends alone`,
    `before and after`); and which intervals held the truth.
    """
    used = design or design_for(world.kind, world.method)
    chunks = [(world, first, min(_CHUNK, draws - first), used, seed) for first in range(0, draws, _CHUNK)]
    nothing, effect = Counter[str](), Counter[str]()
    for first, second in run_many(_some, chunks, jobs):
        nothing, effect = nothing + first, effect + second
    return nothing, effect


def _some(world: World, first: int, many: int, design: Design, seed: int) -> tuple[Counter[str], Counter[str]]:
    counts = Counter[str](), Counter[str]()
    for at in range(first, first + many):
        for count, told in zip(counts, one(world, at, design, seed), strict=True):
            count.update(told)
    return counts


def one(world: World, at: int, design: Design, seed: int) -> tuple[list[str], list[str]]:
    """Put the rule to one panel without and with the effect; it hangs on the world, the seed and its number alone.

    An effect on treated cells alone moves what was looked at by as much; one that spills over is looked at anew, and so
    is one told by trends, whose sensitivity hangs on the effect.
    """
    truth = TRUTHS[world.kind]
    by = truth.effect if truth.rises else -truth.effect

    def drawn(effect: float) -> tuple[Seen, np.random.Generator]:
        random = np.random.default_rng([seed, *world.name.encode(), at])
        return looked_at(draw(world, random, effect), design, seed=at), random

    seen, random = drawn(0.0)
    nothing = said_of(seen, design, random, 0.0)
    if world.spilled or world.method != "synthetic_did":
        again, random = drawn(truth.effect)
        return nothing, said_of(again, design, random, by)
    outcome = seen.panel.outcome + by * seen.panel.is_on
    looks = None if seen.looks is None else seen.looks.shifted(by)
    helped = replace(seen, panel=replace(seen.panel, outcome=outcome), looks=looks)
    return nothing, said_of(helped, design, random, by)


def said_of(seen: Seen, design: Design, random: np.random.Generator, truth: float) -> list[str]:
    """Name what is said of a panel, registered and not, what single methods would say, and which intervals held."""
    fixed = Standing(Registration(design.sha256, date(2026, 1, 1), design))
    told = []
    for name, standing in (("registered", fixed), ("retrospective", Standing(None))):
        grading = graded(seen.panel, design, seen.looks, seen.checks, seen.limits, standing)
        assert grading is not None
        told.append(f"{name} {grading.grade}")
        told += [f"{name} supported at all"] if grading.grade in SUPPORTED else []
        told += [f"gate {gate.number}" for gate in grading.gates if gate.passed is False] * (name == "registered")
        row = grading.words.facts["opening"].code.partition("row-")[2]
        told += [f"row {row}"] * (name == "registered")
    if seen.looks is None or seen.looks.own is None:
        return told
    sign, (low, high) = seen.looks.sign, seen.looks.own
    told += ["interval held"] * (low <= truth <= high)
    graded_ends = [end for pair in seen.looks.intervals for end in pair]
    told += ["graded interval held"] * (min(graded_ends) <= truth <= max(graded_ends))
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
