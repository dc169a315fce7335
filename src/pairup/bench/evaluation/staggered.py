"""Callaway and Sant'Anna with simultaneous bands, beside diff-diff with its formulae and with its bootstrap."""

from __future__ import annotations

from collections.abc import Iterator

from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.evaluation.design import Comparison, Design, Method
from pairup.evaluation.estimate import Effect
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel

PEER = "pairup.bench.peers.effects:callaway"
#: what `evaluate.md` set out to be reached at a million units
BOOTSTRAP, ANALYTIC, MOST_MB = 50.0, 8.0, 1000.0


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure panels of ten periods; the targets stand at a million units."""
    for units in (10_000,) if is_quick else (10_000, 100_000, 1_000_000):
        is_large = units >= 1_000_000
        frame = Made("pairup.bench.peers.effects:frame", units, seed)
        panel = Made("pairup.bench.panels:staggered_panel", units, seed)
        ours = Call("pairup, with bands", att, (panel,), most_mb=MOST_MB if is_large else None)
        analytic = Call("diff-diff, by formula", PEER, (frame,), must=ANALYTIC if is_large else None)
        draws = Call(
            "diff-diff, 999 draws",
            PEER,
            (frame, 999),
            must=BOOTSTRAP if is_large else None,
            runs=1 if is_large else None,
        )
        yield from alternately("staggered", f"{units:,} units x 10", [ours, analytic, draws])


def att(panel: Panel) -> float:
    """The average effect on the treated, and all by event time with bands that hold at once."""
    found = evaluate(panel, Design(Method.STAGGERED_DID, comparison=Comparison.NEVER_TREATED)).found
    effect = found.effect or Effect(float("nan"))
    return effect.value
