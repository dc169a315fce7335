"""Cells that were not observed, for methods that need every cell: a few are drawn between their neighbours, and said.

A cell is filled on the straight line between the unit's nearest observed periods. Not filled are cells at the ends of a
unit's series, cells of a treated unit whose neighbours lie on either side of its start (that would carry the effect to
where it was not, or back), and units with more than a tenth of their cells missing: those units are left out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.panel import Panel
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: a unit with a larger share of its cells missing is left out, not filled
MOST = 0.1


def filled(panel: Panel) -> Panel:
    """Fill single holes between neighbours; a finding tells how many, and the first. The same panel without holes."""
    if panel.is_balanced:
        return panel
    wide, last = panel.outcomes, len(panel.periods)
    holes = np.isnan(wide)
    can = np.zeros_like(holes)
    for at in np.flatnonzero(holes.any(axis=1)):
        if holes[at].sum() > MOST * last:
            continue
        start = int(panel.starts[at])
        spots = np.zeros(last, np.bool_)
        for low, high in ((0, start), (start, last)):
            seen = low + np.flatnonzero(~holes[at, low:high])
            if len(seen):
                spots[seen[0] : seen[-1]] = True
        can[at] = holes[at] & spots
    whole: Flags = np.asarray(can.any(axis=1) & ~(holes & ~can).any(axis=1), np.bool_)
    if not whole.any():
        return panel
    rows = ~holes | (can & whole[:, None])
    unit_at, period_at = np.nonzero(rows)
    first = int(np.flatnonzero(whole)[0])
    facts = {
        "count": int((can & whole[:, None]).sum()), "units": int(whole.sum()), "unit": panel.units[first],
        "period": panel.periods.label(int(np.flatnonzero(can[first])[0])),
    }  # fmt: skip
    finding = Finding(Words("synthetic.interpolated", facts), severity=Severity.WARNING)
    return replace(
        panel, unit_at=unit_at.astype(np.int64), period_at=period_at.astype(np.int64),
        outcome=_line(wide, whole)[rows], findings=(*panel.findings, finding),
        weight=None if panel.weight is None else _line(panel.spread(panel.weight), whole)[rows],
        columns={name: _line(panel.spread(column), whole)[rows] for name, column in panel.columns.items()},
    )  # fmt: skip


def _line(wide: Floats, units: Flags) -> Floats:
    """Draw straight lines over what is missing in these units."""
    drawn, places = wide.copy(), np.arange(wide.shape[1])
    for at in np.flatnonzero(units):
        seen = ~np.isnan(wide[at])
        if seen.any():
            drawn[at, ~seen] = np.interp(places[~seen], places[seen], wide[at, seen], left=np.nan, right=np.nan)
    return drawn
