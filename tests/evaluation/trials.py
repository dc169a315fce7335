"""Trials for the tests: lots drawn here, with a known effect."""

from __future__ import annotations

import numpy as np

from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.panel import Panel


def trial(assignment: str = "randomised", **keys: object) -> Design:
    return design_of({"method": "randomised", "plan": {"assignment": assignment}} | keys)


def arms(
    clusters: int, drawn: int, size: int = 1, periods: int = 2, effect: float = 1.0, icc: float = 0.2, seed: int = 0
) -> Panel:
    """Draw clusters into two arms; help begins in the last period. The outcome has variance 1 and a lasting part."""
    random = np.random.default_rng([seed, 7])
    helped = np.zeros(clusters, np.bool_)
    helped[random.permutation(clusters)[:drawn]] = True
    shared = np.sqrt(icc) * random.standard_normal(clusters)
    unit, period, outcome, start, cluster, x = [], [], [], [], [], []
    for c in range(clusters):
        for k in range(size):
            lasting = shared[c] + np.sqrt((1 - icc) / 2) * random.standard_normal()
            for t in range(1, periods + 1):
                unit.append(f"u{c:03d}-{k:03d}")
                period.append(t)
                noise = np.sqrt((1 - icc) / 2) * random.standard_normal()
                outcome.append(lasting + noise + effect * (helped[c] and t == periods))
                start.append(periods if helped[c] else None)
                cluster.append(f"c{c:03d}")
                x.append(lasting)
    return Panel.from_columns(unit, period, outcome, start, cluster=cluster, columns={"x": x})


def wedge(
    lots: int, steps: int, effect: float = 1.0, growth: float = 0.0, size: int = 1, noise: float = 1.0, seed: int = 0
) -> Panel:
    """Draw the order in which lots begin, equally many at each of the steps; periods 1 to steps + 1, all begin at last.

    The effect is `effect` in the first period and grows by `growth` in each further one.
    """
    random = np.random.default_rng([seed, 8])
    begin = np.repeat(np.arange(2, steps + 2), lots // steps)[random.permutation(lots)]
    level, trend = random.standard_normal(lots), np.cumsum(random.standard_normal(steps + 1))
    unit, period, outcome, start, cluster = [], [], [], [], []
    for c in range(lots):
        for k in range(size):
            for t in range(1, steps + 2):
                unit.append(f"u{c:03d}-{k:03d}")
                period.append(t)
                helped = (effect + growth * (t - begin[c])) if t >= begin[c] else 0.0
                outcome.append(level[c] + trend[t - 1] + noise * random.standard_normal() + helped)
                start.append(int(begin[c]))
                cluster.append(f"c{c:03d}")
    return Panel.from_columns(unit, period, outcome, start, cluster=cluster)
