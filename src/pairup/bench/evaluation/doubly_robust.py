"""Callaway and Sant'Anna, doubly robust given a covariate, beside diff-diff with the same estimator."""

from __future__ import annotations

from collections.abc import Iterator

from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.evaluation.design import Comparison, Control, Design, Method
from pairup.evaluation.panel import Panel
from pairup.evaluation.staggered import estimate_staggered

PEER = "pairup.bench.peers.effects:callaway"
DESIGN = Design(
    Method.STAGGERED_DID, comparison=Comparison.NEVER_TREATED, control=Control.DOUBLY_ROBUST, covariates=("size",)
)
#: what was set out to be reached at a hundred thousand units, times the CPU seconds of the fastest peer with bands
MUST = 3.0


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure panels of ten periods and one covariate. Only the bootstrap of the peer has simultaneous bands."""
    for units in (10_000,) if is_quick else (10_000, 100_000):
        frame = Made("pairup.bench.peers.effects:frame", units, seed)
        panel = Made("pairup.bench.panels:staggered_panel", units, seed, True)
        must = MUST if units >= 100_000 else None
        calls = [
            Call("pairup, with bands", att, (panel,)),
            Call("diff-diff, by formula", PEER, (frame, 0, ["size"], "dr"), must=must),
            Call("diff-diff, 999 draws", PEER, (frame, 999, ["size"], "dr"), must=must),
        ]
        yield from alternately("doubly_robust", f"{units:,} units x 10, given size", calls)


def att(panel: Panel) -> float:
    """The average effect on the treated given the size of a unit."""
    effect = estimate_staggered(panel, DESIGN).effect
    return effect.value if effect and effect.se else float("nan")
