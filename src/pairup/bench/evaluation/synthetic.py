"""Synthetic differences and controls with every placebo, beside diff-diff."""

from __future__ import annotations

from collections.abc import Iterator

from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.evaluation.design import Design, Inference, InferenceKind, Method
from pairup.evaluation.estimate import Effect
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel

FRAME, FACTORS = "pairup.bench.peers.effects:factor_frame", "pairup.bench.factors:factor_panel"
PEER = "pairup.bench.peers.effects:synthetic_did"
PLACEBOS = 200
#: what `evaluate.md` set out to be reached
TIMES, CONTROLS_SECONDS = 25.0, 5.0


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure synthetic differences with 200 placebos, and synthetic controls with all."""
    for units, periods, treated, start in ((300, 60, 5, 46), *(() if is_quick else ((2000, 100, 20, 81),))):
        asked = (units, periods, treated, start, seed)
        is_large = units >= 2000
        ours = Call("pairup, 200 placebos", difference, (Made(FACTORS, *asked),))
        must = TIMES if is_large else None
        peer = Call("diff-diff, 200 placebos", PEER, (Made(FRAME, *asked), start, PLACEBOS), must=must, runs=1)
        yield from alternately("synthetic_did", f"{units:,} units x {periods}", [ours, peer])
    for units in (500,) if is_quick else (500, 2000):
        most = CONTROLS_SECONDS if units >= 2000 else 0.8
        panel = Made(FACTORS, units, 80, 1, 61, seed)
        call = Call("pairup, all placebos", control, (panel,), most_seconds=most)
        yield from alternately("synthetic_control", f"{units:,} units x 80", [call])


def difference(panel: Panel) -> float:
    """The effect by synthetic differences with an error from 200 placebos."""
    design = Design(Method.SYNTHETIC_DID, inference=Inference(InferenceKind.PLACEBO, PLACEBOS))
    return (evaluate(panel, design).found.effect or Effect(float("nan"))).value


def control(panel: Panel) -> float:
    """The effect by synthetic control, every unit of the pool as a placebo."""
    return (evaluate(panel, Design(Method.SYNTHETIC_CONTROL)).found.effect or Effect(float("nan"))).value
