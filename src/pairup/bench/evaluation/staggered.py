"""Callaway and Sant'Anna with simultaneous bands, beside diff-diff with its formulae and with its bootstrap."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.bench.panels import panel_of
from pairup.evaluation.design import Comparison, Design, Method
from pairup.evaluation.estimate import Found
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.moments_file import read_moments
from pairup.evaluation.panel import Panel
from pairup.evaluation.staggered import told_from_moments

PEER = "pairup.bench.peers.effects:callaway"
DESIGN = Design(Method.STAGGERED_DID, comparison=Comparison.NEVER_TREATED)
#: what was set out to be reached at a million units: times a peer's CPU seconds, memory, and CPU seconds from a file
BOOTSTRAP, ANALYTIC, MOST_MB, MOST_CPU = 50.0, 8.0, 1000.0, 1.5


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure panels of ten periods; the targets stand at a million units.

    Ours answers from a checked panel, from columns that are checked first, and from a file by its moments: with its
    rows in order of unit and period, and in another.
    """
    for units in (10_000,) if is_quick else (10_000, 100_000, 1_000_000):
        is_large = units >= 1_000_000
        frame = Made("pairup.bench.peers.effects:frame", units, seed)
        panel = Made("pairup.bench.panels:staggered_panel", units, seed)
        columns = Made("pairup.bench.panels:staggered_columns", units, seed)
        file, mixed = (Made("pairup.bench.panels:parquet_of", units, seed, is_mixed) for is_mixed in (False, True))
        most_mb = MOST_MB if is_large else None
        calls = [
            Call("pairup, with bands", att, (panel,), most_mb=most_mb),
            Call("pairup, columns checked too", att_of_columns, (columns,)),
            Call(
                "pairup, from Parquet", att_of_file, (file,), most_mb=most_mb,
                most_cpu=MOST_CPU if is_large else None,
            ),
            Call("pairup, from Parquet in no order", att_of_file, (mixed,), most_mb=most_mb),
            Call("diff-diff, by formula", PEER, (frame,), must=ANALYTIC if is_large else None),
            Call(
                "diff-diff, 999 draws", PEER, (frame, 999), must=BOOTSTRAP if is_large else None,
                runs=1 if is_large else None,
            ),
        ]  # fmt: skip
        yield from alternately("staggered", f"{units:,} units x 10", calls)


def att(panel: Panel) -> float:
    """The average effect on the treated, and all by event time with bands that hold at once."""
    return _value(evaluate(panel, DESIGN).found)


def att_of_columns(columns: dict[str, Any]) -> float:
    """The same, the columns checked and put in order first."""
    return att(panel_of(columns))


def att_of_file(path: Path) -> float:
    """The same from the moments of a file, which the engine sums."""
    cells, periods = read_moments(path)
    found = told_from_moments(cells, periods, DESIGN)
    shutil.rmtree(path.parent)
    return _value(found)


def _value(found: Found) -> float:
    return found.effect.value if found.effect and found.by_event_time[0].band else float("nan")
