"""Seeded panels of any size for benchmarks of effects: several cohorts, units never treated, parallel trends."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.panel import Panel

PERIODS = 10
#: periods (from 1) in which a cohort starts, each a seventh of the units; two sevenths are never treated
STARTS = (3, 4, 5, 7, 9)


def staggered_columns(units: int, seed: int = 0) -> dict[str, NDArray[Any]]:
    """Draw `units` x 10 rows in order of unit and period: unit, period, outcome, treated_from (0: never), size.

    The effect grows by a tenth of the noise a period; `size` is a covariate of the unit on which trends hang.
    """
    random = np.random.default_rng(seed)
    starts = np.array([*STARTS, 0, 0])[np.arange(units) % 7]
    size = random.standard_normal(units) + 0.2 * (starts > 0)
    periods = np.arange(1, PERIODS + 1)
    since = periods - np.where(starts > 0, starts, PERIODS + 1)[:, None]
    wide = random.standard_normal((units, PERIODS))
    wide += random.standard_normal(units)[:, None] + np.sin(periods) + 0.05 * size[:, None] * periods
    wide += np.where(since >= 0, 0.1 * (since + 1), 0.0)
    return {
        "unit": np.repeat(np.arange(units), PERIODS), "period": np.tile(periods, units), "outcome": wide.ravel(),
        "treated_from": np.repeat(starts, PERIODS), "size": np.repeat(size, PERIODS),
    }  # fmt: skip


def staggered_panel(units: int, seed: int = 0, has_size: bool = False) -> Panel:
    """Build the checked panel of these columns."""
    return panel_of(staggered_columns(units, seed), has_size)


def parquet_of(units: int, seed: int = 0, is_mixed: bool = False) -> Path:
    """Write the columns into a Parquet file of a folder of its own; without a start where a unit is never treated.

    is_mixed : with the rows in no order.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = staggered_columns(units, seed)
    starts = pa.array(columns.pop("treated_from"), mask=np.repeat(np.arange(units) % 7 >= len(STARTS), PERIODS))
    path = Path(tempfile.mkdtemp(prefix="pairup-bench-")) / "panel.parquet"
    whole = pa.table(columns | {"treated_from": starts})
    few = whole.slice(0, 14 * PERIODS)
    if is_mixed:
        random = np.random.default_rng(seed)
        few, whole = (rows.take(random.permutation(len(rows))) for rows in (few, whole))
    _warm_tables(few, path)
    pq.write_table(whole, path)
    return path


def _warm_tables(few: Any, path: Path) -> None:
    """Ask a few rows once: the libraries of tables load when they are first asked, which is no part of a question."""
    import pyarrow.parquet as pq

    from pairup.evaluation.moments_file import read_moments

    pq.write_table(few, path)
    read_moments(path)


def panel_of(columns: dict[str, NDArray[Any]], has_size: bool = False) -> Panel:
    """Check columns and build their panel."""
    starts = columns["treated_from"]
    further = {"size": columns["size"]} if has_size else None
    treated = np.where(starts > 0, starts.astype(np.float64), np.nan)
    return Panel.from_columns(columns["unit"], columns["period"], columns["outcome"], treated, columns=further)
