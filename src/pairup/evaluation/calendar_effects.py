"""Regressors of the calendar for a series whose periods are days: month or quarter, and the day of the week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def calendar_of(days: Ints, start: int) -> Floats:
    """Give columns of the calendar, (n, K): one for each month (quarter) but the first.

    days : (n,), days since 1970-01-01. start : the place of the first treated period. Yearly series have none;
    series of days have the day of the week too. Needs two years before the start, else there is no calendar to tell.
    """
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64) % 12
    gap = float(np.median(np.diff(days))) if len(days) > 1 else 365.0
    columns: list[Floats] = []
    is_seen_twice = start > 0 and int(days[start - 1] - days[0]) + gap >= 2 * 365 - 1
    if is_seen_twice and gap < 300:
        columns += _dummies(month, start)
    if gap <= 2 and start >= 21:
        columns += _dummies((days + 3) % 7, start)
    return np.column_stack(columns) if columns else np.zeros((len(days), 0))


def _dummies(kind: Ints, start: int) -> list[Floats]:
    return [(kind == one).astype(np.float64) for one in np.unique(kind[:start])[1:]]
