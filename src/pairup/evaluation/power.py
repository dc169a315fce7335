"""What a design would let us learn before anything is done: the chance to see an effect, and the smallest seen.

Units of the baseline that nobody helps take the part of those to be helped, many times over; each time the design's own
method gives an estimate and an interval where nothing happened. A constant effect moves both one for one, since no
weight is fitted to what comes after the start: so one pass over the draws gives the chance for every effect, and the
smallest effect seen with a given chance is a quantile, not a search. Weighted methods go through the gates as well:
what would be *supported*, not only what would differ from nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.engines.many import run_many
from pairup.errors import InputError
from pairup.evaluation.design import ClaimedEffect, Design
from pairup.evaluation.evaluate import Seen, estimator_of, looked_at, prepared
from pairup.evaluation.families import Family, family_of
from pairup.evaluation.grading import Grade
from pairup.evaluation.panel import Panel
from pairup.evaluation.registration import Registration
from pairup.evaluation.verdict import POWER, Standing, graded, size
from pairup.values.figures import said
from pairup.values.words import Words

_DRAWS = 100
_CHUNK = 10
_DAY = date(2000, 1, 1)  # of a registration that is taken for granted
_SUPPORTED = (Grade.SUPPORTED, Grade.SUPPORTED_IN_DIRECTION)


@dataclass(frozen=True, slots=True)
class Chance:
    """Of an effect in the claim's unit: how often its interval leaves nothing, and how often it would be supported.

    `supported` is None where the method's doubts take too long for so many draws.
    """

    effect: float
    detected: float
    supported: float | None = None

    def to_dict(self) -> dict[str, Any]:
        more = {} if self.supported is None else {"supported": self.supported}
        return {"effect": self.effect, "chance": self.detected} | more


@dataclass(frozen=True, slots=True)
class Power:
    """The curve of a design. smallest : detected with a chance of 80 %, in the claim's unit; None where none is."""

    design: Design
    chances: tuple[Chance, ...]
    smallest: float | None
    treated: int
    after: int
    draws: int
    words: Words

    def to_dict(self) -> dict[str, Any]:
        return {
            "uom": "share" if self.design.claim is None or self.design.claim.is_share else "outcome",
            "effects": [chance.to_dict() for chance in self.chances], "smallest_detectable": self.smallest,
            "power": POWER, "level": self.design.level, "treated": self.treated, "after": self.after,
            "draws": self.draws, "words": {"en": self.words.say(), "zh": self.words.say("zh_Hans")},
            "design_sha256": self.design.sha256,
        }  # fmt: skip

    def screen(self, language: str = "en") -> str:
        """Tell the curve on one screen."""
        claim = _claim(self.design)
        lines = [self.words.say(language)]
        for chance in self.chances:
            facts = {"effect": size(chance.effect, claim), "chance": f"{100 * chance.detected:.0f}"}
            if chance.supported is None:
                lines.append("  " + Words("verdict.power-chance", facts).say(language))
            else:
                told = facts | {"supported": f"{100 * chance.supported:.0f}"}
                lines.append("  " + Words("verdict.power-chance-supported", told).say(language))
        return "\n".join(lines)


def power_of(
    panel: Panel, design: Design, effects: Sequence[float], *, treated: int | None = None, after: int | None = None,
    draws: int = _DRAWS, seed: int = 0, jobs: int | None = 1,
) -> Power:  # fmt: skip
    """Give the chance to detect each effect (positive, in the claim's direction and unit; a share without a claim).

    treated, after : how many units are helped at once and for how many periods. Without them: as the panel has treated
    units, else as many as it plans (`treated_from` after its last period), for a third of its periods.

    Refused: a panel that neither has nor plans treated units where `treated` is not given; too few units or periods.
    """
    used = _baseline(panel, design)
    many, last = _programme(panel, treated, after)
    start = len(used.periods) - last
    if start < 1 or len(used.units) - many < 2 or many < 1:
        raise InputError(
            f"{many} units for {last} periods cannot be tried on {len(used.units)} units and "
            f"{len(used.periods)} periods.",
            hint="Give a longer baseline, more units, or a smaller programme.", code="verdict.baseline-small",
            treated=many, after=last, units=len(used.units), periods=len(used.periods),
        )  # fmt: skip
    asked = replace(design, claim=_claim(design), pool=(), window=None)
    chunks = [
        (used, asked, many, start, tuple(effects), first, min(_CHUNK, draws - first), seed)
        for first in range(0, draws, _CHUNK)
    ]
    rows = [row for some in run_many(_some, chunks, jobs) for row in some]
    return _curve(asked, effects, rows, many, last)


def _claim(design: Design) -> ClaimedEffect:
    return design.claim or ClaimedEffect(True, 0.1, 0.1)


def _baseline(panel: Panel, design: Design) -> Panel:
    """Keep what nobody has helped."""
    used = prepared(panel, design)
    kept: Panel = used.keeping(~used.is_treated)
    return replace(kept, is_planned=None)


def _programme(panel: Panel, treated: int | None, after: int | None) -> tuple[int, int]:
    """Give how many units are helped, and for how many of the last periods."""
    have = int(panel.is_treated.sum())
    plan = 0 if panel.is_planned is None else int(panel.is_planned.sum())
    many = treated if treated is not None else have or plan
    if not many:
        raise InputError(
            "The panel neither has nor plans treated units.",
            hint="Say how many with --treated, or give treated_from after the last period.",
            code="verdict.no-programme",
        )
    periods = len(panel.periods)
    usual = periods - int(panel.starts[panel.is_treated].min()) if have else max(1, periods // 3)
    return many, after if after is not None else usual


@dataclass(frozen=True, slots=True)
class _Row:
    """One draw: the least effect that its interval would leave nothing with, and whether each effect is supported."""

    needed: float | None
    supported: tuple[bool, ...] | None


def _some(
    panel: Panel, design: Design, many: int, start: int, effects: tuple[float, ...], first: int, count: int, seed: int
) -> list[_Row]:
    return [_one(panel, design, many, start, effects, at, seed) for at in range(first, first + count)]


def _one(panel: Panel, design: Design, many: int, start: int, effects: tuple[float, ...], at: int, seed: int) -> _Row:
    """Let units drawn by a stream of their own take the part of the treated, and see what would have been seen."""
    claim, sign = _claim(design), 1 if _claim(design).rises else -1
    taken = np.random.default_rng([seed, 11, at]).permutation(len(panel.units))[:many]
    starts: NDArray[np.int64] = np.full(len(panel.units), len(panel.periods))
    starts[taken] = start
    tried = replace(panel, starts=starts)
    level = float(tried.outcomes[taken, start:].mean()) if claim.is_share else 1.0
    if level <= 0:
        return _Row(None, None)
    if family_of(design.method) is Family.WEIGHTED:
        seen = looked_at(tried, design, seed=seed)
        if seen.looks is None or not seen.looks.intervals:
            return _Row(None, tuple(False for _ in effects))
        low = min(min(sign * end for end in pair) for pair in seen.looks.intervals)
        return _Row(-low / level, tuple(_is_supported(seen, design, sign * effect * level) for effect in effects))
    found = estimator_of(design.method)(tried, design, seed=seed).effect
    if found is None or found.interval is None:
        return _Row(None, None)
    return _Row(-min(sign * end for end in found.interval) / level, None)


def _is_supported(seen: Seen, design: Design, by: float) -> bool:
    """Grade the draw with an effect added, as if registered."""
    assert seen.looks is not None
    standing = Standing(Registration(design.sha256, _DAY, design))
    grading = graded(seen.panel, design, seen.looks.shifted(by), seen.checks, seen.limits, standing)
    return grading is not None and grading.grade in _SUPPORTED


def _curve(design: Design, effects: Sequence[float], rows: list[_Row], many: int, after: int) -> Power:
    needed = np.array([np.inf if row.needed is None else row.needed for row in rows])
    judged = [row.supported for row in rows if row.supported is not None]
    chances = tuple(
        Chance(
            effect, float((needed < effect).mean()),
            float(np.mean([one[k] for one in judged])) if len(judged) == len(rows) else None,
        )
        for k, effect in enumerate(effects)
    )  # fmt: skip
    smallest = float(np.sort(needed)[int(np.ceil(POWER * len(needed))) - 1])
    facts: dict[str, Any] = {"treated": many, "after": after, "draws": len(rows), "power": f"{100 * POWER:g}"}
    if not np.isfinite(smallest):
        return Power(design, chances, None, many, after, len(rows), Words("verdict.power-none", facts))
    least = max(smallest, 0.0)
    facts |= {"smallest": size(least, _claim(design)) if design.claim else said(least)}
    return Power(design, chances, least, many, after, len(rows), Words("verdict.power-smallest", facts))
