"""How often the interval of each estimator holds the effect that was put in: 95 in 100 times, if it says what it means.

Panels have trends that run parallel and noise that does not last, so that each method's own assumptions hold; what
happens where they do not is the rule's business, and stands in `verdicts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.engines.many import run_many
from pairup.evaluation.design_file import design_of
from pairup.evaluation.evaluate import estimator_of
from pairup.evaluation.panel import Panel
from pairup.evaluation.simulation.worlds import a_panel

_CHUNK = 50
EFFECT = 1.0
_STAGGERED = (5,) * 30 + (7,) * 30 + (None,) * 60
#: method, and who is treated from which of ten periods on (None: never)
CASES: Mapping[str, tuple[int | None, ...]] = MappingProxyType({
    "staggered_did": _STAGGERED,
    "imputation_did": _STAGGERED,
    "sun_abraham": _STAGGERED,
    "event_study": (6,) * 40 + (None,) * 60,
    "synthetic_did": (7,) * 8 + (None,) * 60,
})  # fmt: skip


def held(method: str, draws: int, *, seed: int = 0, jobs: int | None = 1) -> int:
    """Count the draws in which the interval holds the effect."""
    chunks = [(method, first, min(_CHUNK, draws - first), seed) for first in range(0, draws, _CHUNK)]
    return sum(run_many(_some, chunks, jobs))


def _some(method: str, first: int, many: int, seed: int) -> int:
    said: dict[str, Any] = {"method": method}
    if method == "synthetic_did":
        said["inference"] = {"kind": "placebo", "repetitions": 200}
    design, count = design_of(said), 0
    for at in range(first, first + many):
        panel = _drawn(CASES[method], np.random.default_rng([seed, *method.encode(), at]))
        effect = estimator_of(design.method)(panel, design, seed=at).effect
        count += effect is not None and effect.interval is not None and (
            effect.interval[0] <= EFFECT <= effect.interval[1]
        )  # fmt: skip
    return count


def _drawn(starts: tuple[int | None, ...], random: np.random.Generator) -> Panel:
    """Draw levels, a common path and noise over ten periods."""
    periods = 10
    first: NDArray[np.int64] = np.array([periods if start is None else start for start in starts])
    units = len(first)
    outcomes = random.standard_normal((units, 1)) + np.cumsum(random.standard_normal(periods))
    outcomes = outcomes + random.standard_normal((units, periods))
    outcomes += EFFECT * (np.arange(periods) >= first[:, None])
    return a_panel(outcomes, first)
