"""A look back at a change in the record's own series: before and after, and beside a group that was not helped.

No effect is identified here. A change over time is not an effect, and a difference between two groups is one only if
both would have moved alike and the comparison was fixed before the outcome was seen. So what is given is labelled
retrospective and exploratory, with what could identify it.

With clusters g (the places where help came or did not), the two-by-two difference of differences is

    d = mean over treated g of (after_g - before_g)  -  mean over other g of (after_g - before_g),

every cluster counting once; before_g and after_g average the unit means. Source of the formula: Ashenfelter and Card,
Review of Economics and Statistics 67 (1985). The interval inverts the permutation test of d over clusters (Rosenbaum,
Observational Studies, 2002, section 2.6): exact where all ways to choose the treated clusters can be tried, else
seeded draws. It asks that any choice of clusters was as likely as the real one, which a record cannot show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations
from math import comb, exp, floor, log

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError, NotIdentifiedError
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
_ALL_WAYS = 20_000  # so many ways to choose the treated clusters are tried one by one
_PRE_PERIODS = 3  # fewer cannot show a slope


@dataclass(frozen=True, slots=True)
class Observed:
    """One value of a unit over a span of days. `cluster` is where help came or did not: a village, a station.

    `treated_from` None: never helped.
    """

    unit: str
    cluster: str
    starts: date
    ends: date
    value: float
    treated_from: date | None = None


class ChangeKind(StrEnum):
    NO_SERIES = "no_series"  # nobody was helped, or no unit was seen on both sides of the day
    BEFORE_AFTER = "before_after"
    TWO_GROUPS = "two_groups"
    STAGGERED = "staggered"  # help came at several times; two by two would be wrong


@dataclass(frozen=True, slots=True)
class Change:
    """What the series shows, and no more. `value` is the difference of differences, None where there is no other group.

    On the logarithmic scale (`is_share`) `value` and `interval` are shares: -0.15 is 15 % less. `interval` is None with
    too few clusters for the level. `trend_p`: permutation p of equal slopes before; a high one proves nothing.
    """

    kind: ChangeKind
    words: Words
    before: float | None = None
    after: float | None = None
    value: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    se: float | None = None
    treated: int = 0
    others: int = 0
    left_out: int = 0
    trend_p: float | None = None
    is_synthetic: bool = False
    is_share: bool = False

    @property
    def effect(self) -> float:
        """Refuse: a look back identifies no effect."""
        raise NotIdentifiedError(
            "No effect is identified by looking back at a series.",
            hint="Register a design before the outcome is seen; docs/explanation/claims.md says which could do.",
            code="claims.no-effect",
        )


def look_at_change(
    rows: Iterable[Observed],
    *,
    is_log: bool = False,
    level: float = 0.95,
    seed: int = 0,
    draws: int = 4999,
    is_synthetic: bool = False,
) -> Change:
    """Look at a series before and after, and beside the units never helped where there are some.

    Spans that hold the day help came are left out, and units not seen on both sides of it (`left_out`). `is_log`
    compares ratios and refuses values of zero or less.
    """
    series = sorted(rows, key=lambda row: (row.cluster, row.unit, row.starts))
    days = sorted({row.treated_from for row in series if row.treated_from})
    _require_one_state(series)
    if len(days) > 1:
        return Change(ChangeKind.STAGGERED, Words("claims.change-staggered"), is_synthetic=is_synthetic)
    sides = _sides(series, days[0], is_log) if days else _Sides({}, 0)
    helped = {row.cluster for row in series if row.treated_from}
    names = sorted(sides.means)
    treated = np.array([name in helped for name in names], bool)
    if not treated.any():
        words = Words("claims.change-no-series")
        return Change(ChangeKind.NO_SERIES, words, left_out=sides.left_out, is_synthetic=is_synthetic)
    means = np.array([sides.means[name] for name in names])
    before, after = (exp(side) if is_log else float(side) for side in means[treated].mean(axis=0))
    facts: dict[str, str | int] = {
        "before": said(before), "after": said(after), "treated": int(treated.sum()), "day": str(days[0]),
    }  # fmt: skip
    seen = Change(
        ChangeKind.BEFORE_AFTER, _told("before-after", facts, is_synthetic), before, after,
        treated=int(treated.sum()), others=int((~treated).sum()), left_out=sides.left_out, is_synthetic=is_synthetic,
    )  # fmt: skip
    if treated.all():
        return seen
    test = Permuted.of(treated, seed=seed, draws=draws)
    trend = _trend_p(series, names, days[0], test, is_log)
    return _beside_others(seen, means[:, 1] - means[:, 0], test, level, is_log, trend)


def _told(look: str, facts: Mapping[str, object], is_synthetic: bool) -> Words:
    return Words(f"claims.change-{look}{'-synthetic' if is_synthetic else ''}", facts)


def _beside_others(
    seen: Change, changes: Floats, test: Permuted, level: float, is_log: bool, trend_p: float | None
) -> Change:
    """Add the difference of differences to what was seen before and after."""
    value, found = test.difference(changes), test.interval(changes, level)
    if is_log:
        value, found = exp(value) - 1, (exp(found[0]) - 1, exp(found[1]) - 1) if found else None
    scale, unit = (100, " %") if is_log else (1, "")
    facts = {
        **seen.words.facts,
        "others": seen.others,
        "level": f"{level * 100:g}",
        "value": said(value * scale) + unit,
    }
    if found:
        facts |= {"low": said(found[0] * scale) + unit, "high": said(found[1] * scale) + unit}
    words = _told("two-groups" if found else "two-groups-no-interval", facts, seen.is_synthetic)
    return replace(
        seen, kind=ChangeKind.TWO_GROUPS, words=words, value=value, interval=found, p=test.p(changes),
        se=_se(changes, test.treated), trend_p=trend_p, is_share=is_log,
    )  # fmt: skip


def _require_one_state(series: Sequence[Observed]) -> None:
    states: dict[str, set[date | None]] = defaultdict(set)
    for row in series:
        states[row.cluster].add(row.treated_from)
    if changing := sorted(cluster for cluster, state in states.items() if len(state) > 1):
        raise InputError(
            f"{changing[0]} has rows with different treated_from.",
            hint="One cluster is helped from one day on, or never.",
            code="claims.changing-treatment",
            cluster=changing[0],
        )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Before and after of each cluster; `left_out` counts units not seen on both sides."""

    means: Mapping[str, tuple[float, float]]
    left_out: int


def _sides(series: Sequence[Observed], cut: date, is_log: bool) -> _Sides:
    units: dict[tuple[str, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for row in series:
        sides = units[row.cluster, row.unit]
        if row.ends < cut:
            sides[0].append(_scaled(row, is_log))
        elif row.starts >= cut:
            sides[1].append(_scaled(row, is_log))
    clusters: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (cluster, _), (before, after) in units.items():
        if before and after:
            clusters[cluster].append((float(np.mean(before)), float(np.mean(after))))
    means = {
        cluster: (float(np.mean([b for b, _ in pairs])), float(np.mean([a for _, a in pairs])))
        for cluster, pairs in clusters.items()
    }
    return _Sides(means, len(units) - sum(map(len, clusters.values())))


def _scaled(row: Observed, is_log: bool) -> float:
    if not is_log:
        return row.value
    if row.value <= 0:
        raise InputError(
            f"{row.unit} has the value {row.value} on {row.starts}; its logarithm does not exist.",
            hint="Compare differences, not ratios.",
            code="claims.no-logarithm",
            unit=row.unit,
            value=row.value,
        )
    return log(row.value)


@dataclass(frozen=True, slots=True)
class Permuted:
    """The ways in which the treated clusters could have been chosen; the real one is among them.

    `chosen[k, g]`: cluster g is treated in way k. `overlap[k]`: the difference of group means of the real treatment in
    way k, 1 for the real way.
    """

    treated: NDArray[np.bool_]
    chosen: NDArray[np.bool_]
    overlap: Floats
    is_exact: bool

    @classmethod
    def of(cls, treated: NDArray[np.bool_], *, seed: int, draws: int) -> Permuted:
        size, many = len(treated), int(treated.sum())
        is_exact = comb(size, many) <= _ALL_WAYS
        if is_exact:
            picks = np.array(list(combinations(range(size), many)), np.int64)
        else:
            rng = np.random.default_rng(seed)
            order = np.argsort(rng.random((draws, size)), axis=1)[:, :many]
            picks = np.vstack([np.flatnonzero(treated)[None], order])
        chosen = np.zeros((len(picks), size), bool)
        np.put_along_axis(chosen, picks, True, axis=1)
        return cls(treated, chosen, _differences(treated.astype(np.float64), chosen), is_exact)

    def difference(self, changes: Floats) -> float:
        return float(changes[self.treated].mean() - changes[~self.treated].mean())

    def _crossings(self, changes: Floats) -> tuple[Floats, int]:
        """For each other way, the constant effect at which it gives the same difference as the real one."""
        other = self.overlap < 1 - 1e-12
        apart = self.difference(changes) - _differences(changes, self.chosen)[other]
        return np.sort(apart / (1 - self.overlap[other])), int((~other).sum())

    def interval(self, changes: Floats, level: float) -> tuple[float, float] | None:
        """Give the constant effects that the two-sided test keeps. None: too few ways for the level."""
        crossings, real = self._crossings(changes)
        spare = floor(len(self.chosen) * (1 - level) / 2 + 1e-9) - real
        if spare < 0 or spare >= len(crossings):
            return None
        return float(crossings[spare]), float(crossings[-1 - spare])

    def p(self, changes: Floats) -> float:
        """Give the two-sided p of no effect at all."""
        crossings, real = self._crossings(changes)
        near = 1e-12 * max(1.0, float(np.abs(changes).max()))
        up = (int((crossings <= near).sum()) + real) / len(self.chosen)
        down = (int((crossings >= -near).sum()) + real) / len(self.chosen)
        return min(1.0, 2 * min(up, down))


def _differences(values: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """Give the difference of group means in every way."""
    many = int(chosen[0].sum())
    inside = chosen @ values
    result: Floats = inside / many - (values.sum() - inside) / (len(values) - many)
    return result


def _se(changes: Floats, treated: NDArray[np.bool_]) -> float | None:
    """Give the standard error between clusters (Welch); None with one cluster on a side."""
    groups = (changes[treated], changes[~treated])
    if min(map(len, groups)) < 2:
        return None
    return float(np.sqrt(sum(group.var(ddof=1) / len(group) for group in groups)))


def _trend_p(series: Sequence[Observed], names: list[str], cut: date, test: Permuted, is_log: bool) -> float | None:
    """Compare the slopes before: None where a cluster has fewer than three periods before."""
    by_cluster: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in series:
        if row.ends < cut:
            by_cluster[row.cluster][row.starts.toordinal()].append(_scaled(row, is_log))
    slopes = []
    for name in names:
        at = sorted(by_cluster[name])
        if len(at) < _PRE_PERIODS:
            return None
        slopes.append(
            np.polyfit(np.array(at, float) - at[0], [float(np.mean(by_cluster[name][day])) for day in at], 1)[0]
        )
    return test.p(np.array(slopes) * 365.25)
