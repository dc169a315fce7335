"""Sensitivity to trends that part or bend, beside moderndid (relative magnitudes) and diff-diff (smoothness).

diff-diff's relative magnitudes answer another question (an identified set widened by 1.96 errors), so they are not
timed. moderndid needs Python 3.12 for its newest version; the older ones answer alike. Where it is not installed its
row says so; `evaluate.md` measured 11.8 s for four values of Mbar with version 0.4.1 on the published Medicaid panel.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pairup.bench.paired import Call, Timing, alternately
from pairup.evaluation.doubt.event_path import EventPath
from pairup.evaluation.doubt.relative import RelativeMagnitudes
from pairup.evaluation.doubt.smooth import Smoothness

RATIOS = (0.5, 1.0, 1.5, 2.0)
BENDS = (0.0, 0.01, 0.02, 0.03)
#: times faster than moderndid
MUST = 10.0
#: CPU seconds for four values of Mbar: a tenth of what moderndid took
MOST = 1.2


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure event paths of 5 periods before and 2 after, and of 8 and 6; the targets stand at the first."""
    for before, after in ((5, 2),) if is_quick else ((5, 2), (8, 6)):
        asked = (before, after, seed)
        peer = Call(
            "moderndid", "pairup.bench.peers.sensitivity:parting", asked, must=MUST if after == 2 else None, runs=1
        )
        ours = Call("pairup", parting, asked, most_seconds=MOST if after == 2 else None)
        yield from alternately("honest", f"{len(RATIOS)} values of Mbar, {before} + {after} periods", [ours, peer])
        theirs = Call("diff-diff", "pairup.bench.peers.sensitivity:bending", asked)
        smooth = Call("pairup", bending, asked)
        yield from alternately("honest", f"{len(BENDS)} values of M, {before} + {after} periods", [smooth, theirs])


def drawn_path(before: int, after: int, seed: int) -> EventPath:
    """Draw an event path with errors that hang together, and an effect of three of them."""
    random = np.random.default_rng([seed, before, after])
    count = before + after
    root = 0.008 * (np.eye(count) + 0.5 * np.ones((count, count)) / np.sqrt(count))
    effects = root @ random.standard_normal(count) + np.where(np.arange(count) >= before, 0.04, 0.0)
    return EventPath(effects[:before], effects[before:], root @ root.T, np.eye(after)[0])


def parting(before: int, after: int, seed: int) -> float:
    """The lower end at the largest Mbar, after the others."""
    magnitudes = RelativeMagnitudes(drawn_path(before, after, seed))
    return [magnitudes.interval(ratio) for ratio in RATIOS][-1][0]


def bending(before: int, after: int, seed: int) -> float:
    """The lower end at the largest M, after the others."""
    smoothness = Smoothness(drawn_path(before, after, seed))
    return [smoothness.interval(bend) for bend in BENDS][-1][0]
