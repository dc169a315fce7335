"""Help that reaches those compared with: neighbours by distance, and places helped by the same donor.

A comparison unit near a treated one, or with the same donor, may be better off for the help (or worse: funds and people
drawn away), and then shows too little or too much of an effect (Clarke 2017; Butts 2021). Looked at in two ways: what
units in rings around the treated did since, beside those far off; and the estimate again without neighbours and
donors' other places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pairup.evaluation.cells import quantile
from pairup.evaluation.design import Design
from pairup.evaluation.estimate import DoubtCheck, Effect, Found
from pairup.evaluation.panel import Panel
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]

_NEAR = 50.0  # kilometres, unless gate G11 says otherwise
_EARTH = 6_371.0  # kilometres
_FEWEST = 2  # units in a ring, or left far off, to be compared


@dataclass(frozen=True, eq=False)
class Neighbours:
    """For each unit: km to the nearest treated unit (NaN without a place), the place of that unit, and the donor.

    with_donor : not treated itself, but helped by a donor who helps a treated unit.
    """

    distance: Floats
    nearest: NDArray[np.int64]
    with_donor: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ring:
    """Units between two distances of a treated unit, and how their outcome moved since beside those far off."""

    low: float
    high: float
    units: int
    effect: Effect | None


def neighbours_of(panel: Panel) -> Neighbours | None:
    """Find how far each unit is from help; None where the panel holds neither places nor donors."""
    count = len(panel.units)
    distance, nearest = np.full(count, np.nan), np.full(count, -1)
    has_places = {"latitude", "longitude"} <= set(panel.columns)
    if not has_places and "donor" not in panel.labels:
        return None
    if has_places:
        points = _points(panel)
        placed = ~np.isnan(points[:, 0])
        source = np.flatnonzero(placed & panel.is_treated)
        if len(source):
            chord, found = cKDTree(points[source]).query(points[placed])
            distance[placed] = 2 * _EARTH * np.arcsin(np.minimum(chord / 2, 1.0))
            nearest[placed] = source[found]
    donors = np.array(panel.labels.get("donor", ("",) * count), dtype=object)
    helping = {donor for donor in donors[panel.is_treated] if donor}
    with_donor = np.array([donor in helping for donor in donors], dtype=np.bool_) & ~panel.is_treated
    if np.isnan(distance).all() and not any(donors):
        return None
    return Neighbours(distance, nearest, with_donor)


def _points(panel: Panel) -> Floats:
    """Give each unit's place on a sphere of radius 1, its first row that has both; NaN without."""
    points = np.full((len(panel.units), 3), np.nan)
    latitude, longitude = (np.radians(panel.columns[name]) for name in ("latitude", "longitude"))
    rows = np.flatnonzero(~(np.isnan(latitude) | np.isnan(longitude)))
    units, first = np.unique(panel.unit_at[rows], return_index=True)
    north, east = latitude[rows[first]], longitude[rows[first]]
    points[units] = np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    return points


def rings(panel: Panel, near: Neighbours, radius: float, level: float = 0.95) -> tuple[Ring, ...]:
    """Tell how units in three rings around the treated moved since the nearest start, beside those further off.

    The rings end at half the radius, the radius and twice it. Each unit's change is its mean after the nearest treated
    unit's start less its mean before; so is that of those far off.
    """
    free = ~panel.is_treated & (near.nearest >= 0)
    far = free & (near.distance > 2 * radius)
    edges = (0.0, radius / 2, radius, 2 * radius)
    found = []
    for low, high in pairwise(edges):
        inside = free & (near.distance <= high) & ((near.distance > low) | (low == 0.0))
        found.append(Ring(low, high, int(inside.sum()), _moved(panel, near, inside, far, level)))
    return tuple(found)


def _moved(
    panel: Panel, near: Neighbours, inside: NDArray[np.bool_], far: NDArray[np.bool_], level: float
) -> Effect | None:
    """Compare the changes of some units with those of units far off, over the same spans."""
    starts = np.where(inside, panel.starts[np.maximum(near.nearest, 0)], -1)
    if min(inside.sum(), far.sum()) < _FEWEST:
        return None
    wide, own, others = panel.outcomes, [], np.zeros(int(far.sum()))
    for start in np.unique(starts[inside]):
        moved = _means(wide[:, start:]) - _means(wide[:, :start])
        group = inside & (starts == start)
        own.append(moved[group] - np.nanmean(moved[far]) if not np.isnan(moved[far]).all() else moved[group] * np.nan)
        others += group.sum() / inside.sum() * moved[far]
    apart, others = (one[~np.isnan(one)] for one in (np.concatenate(own), others))
    if min(len(apart), len(others)) < _FEWEST:
        return None
    error = float(np.sqrt(apart.var(ddof=1) / len(apart) + others.var(ddof=1) / len(others)))
    value, wide_by = float(apart.mean()), quantile(level) * error
    return Effect(value, error, (value - wide_by, value + wide_by)) if error > 0 else Effect(value)


def _means(wide: Floats) -> Floats:
    """Average what was seen of each unit; 0 where a span has no period, NaN where nothing was seen in it."""
    seen = (~np.isnan(wide)).sum(axis=1)
    return np.where(seen > 0, np.nansum(wide, axis=1) / np.maximum(seen, 1), np.nan if wide.shape[1] else 0.0)


def check_spillover(
    panel: Panel, design: Design, found: Found, estimate: Callable[[Panel], Found]
) -> DoubtCheck:  # fmt: skip
    """Look whether help reached those compared with. Essential.

    Fails where units near the treated moved unlike those far off, where the estimate without near units and without
    the donors' other places moves by more than its error or loses its sign, or where too few would be left to make it.
    estimate : the design's own method, called with the panel without them.
    """
    near = neighbours_of(panel)
    if near is None or found.effect is None:
        return DoubtCheck("spillover", None, Words("doubt.spillover-unknown"), is_essential=True)
    radius = design.gates.get("G11", {}).get("km", _NEAR)
    free = ~panel.is_treated
    close = free & (near.distance <= radius)
    touched = close | near.with_donor
    left = int((free & ~touched).sum())
    facts = {
        "near": int(close.sum()), "donor": int(near.with_donor.sum()), "km": f"{radius:g}",
        "left": left, "value": said(found.effect.value),
    }  # fmt: skip
    if not touched.any():
        return DoubtCheck("spillover", True, Words("doubt.spillover-apart", facts), 0.0, is_essential=True)
    again = estimate(panel.keeping(~touched)).effect if left >= _FEWEST else None
    if again is None:
        return DoubtCheck("spillover", False, Words("doubt.spillover-all", facts), is_essential=True)
    facts |= {"again": said(again.value)}
    around = _moved(panel, near, close, free & (near.distance > radius) & ~near.with_donor, design.level)
    if around is not None and around.interval is not None and not around.interval[0] <= 0 <= around.interval[1]:
        told = facts | {"moved": said(around.value), "low": said(around.interval[0]), "high": said(around.interval[1])}
        return DoubtCheck("spillover", False, Words("doubt.spillover-ring", told), around.value, is_essential=True)
    error = found.effect.se if found.effect.se is not None else abs(found.effect.value) / 2
    stands = abs(again.value - found.effect.value) <= error and again.value * found.effect.value >= 0
    words = Words("doubt.spillover-stands", facts) if stands else Words("doubt.spillover-moves", facts)
    return DoubtCheck("spillover", stands, words, again.value, is_essential=True)
