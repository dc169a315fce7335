"""An event study with two-way fixed effects and errors clustered by unit, beside pyfixest."""

from __future__ import annotations

from collections.abc import Iterator

from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.evaluation.design import Design, Method
from pairup.evaluation.event_study import estimate_event_study
from pairup.evaluation.panel import Panel

PEER = "pairup.bench.peers.effects:event_study"
DESIGN = Design(Method.EVENT_STUDY)
#: what was set out to be reached at ten million rows
MUST = 20.0


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure panels of ten periods; the answer is the effect in the first treated period."""
    for units in (10_000,) if is_quick else (100_000, 1_000_000):
        is_large = units >= 1_000_000
        frame = Made("pairup.bench.peers.effects:event_frame", units, seed)
        panel = Made("pairup.bench.panels:staggered_panel", units, seed)
        calls = [
            Call("pairup", first_effect, (panel,)),
            Call("pyfixest", PEER, (frame,), must=MUST if is_large else None, runs=1 if is_large else None),
        ]
        yield from alternately("event_study", f"{10 * units:,} rows", calls)


def first_effect(panel: Panel) -> float:
    """The effect in the first treated period; all event times have their clustered error."""
    rows = estimate_event_study(panel, DESIGN).by_event_time
    return next(row.effect.value for row in rows if row.event_time == 0 and row.effect.se)
