"""Many claims at once, one task each: on this machine's cores, or on a cluster by `engines.many.working_on`.

Every draw is keyed by the seed, the design and the data, and no sum hangs on the number of threads, so neither the
order of the claims, nor the number of workers, nor the engine changes a byte of an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pairup.engines.many import run_many
from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.estimate import Estimate
from pairup.evaluation.evaluate import evaluate, prepared
from pairup.evaluation.panel import Panel
from pairup.evaluation.synthetic_doubt import (
    SYNTHETIC,
    FitBefore,
    InTime,
    fit_before,
    in_time,
    without_each_donor,
    without_each_treated,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """An estimate with its doubts, which synthetic methods have: a start that was not, units left out, the fit before.

    without : the effect without each unit of the pool, and without each treated unit where there are several.
    """

    estimate: Estimate
    in_time: InTime | None = None
    before: FitBefore | None = None
    without: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the answer without how long it took: the same bytes on any number of workers."""
        told = {key: value for key, value in self.estimate.to_dict().items() if key != "run"}
        told["placebos"] = list(self.estimate.found.placebos)
        if self.in_time and self.in_time.effect:
            told["in_time"] = {"earlier": self.in_time.earlier} | self.in_time.effect.to_dict()
        if self.before:
            told["before"] = {"rmspe": self.before.rmspe, "sd": self.before.sd, "held_out": self.before.held_out}
        return told | ({"without": dict(self.without)} if self.without else {})


def evaluate_many(
    panels: Sequence[Panel], designs: Design | Sequence[Design], *, seed: int = 0, jobs: int | None = None
) -> list[Answered]:
    """Evaluate each panel by its design, or all by one, with the doubts; the answers in the order asked.

    jobs : workers; every core without it. Refused: as many designs as there are panels are needed, or one.
    """
    asked = [designs] * len(panels) if isinstance(designs, Design) else list(designs)
    if len(asked) != len(panels):
        raise InputError(
            f"{len(panels)} panels and {len(asked)} designs.", hint="Give one design for all, or one for each.",
            code="synthetic.designs-panels", panels=len(panels), designs=len(asked),
        )  # fmt: skip
    return run_many(answer, [(panel, one, seed) for panel, one in zip(panels, asked, strict=True)], jobs)


def answer(panel: Panel, design: Design, seed: int) -> Answered:
    """Evaluate one panel with its doubts, with a seed that hangs on what is asked and nothing else."""
    key = hashlib.sha256(f"{seed} {design.sha256} {panel.sha256}".encode()).digest()
    own = int.from_bytes(key[:6], "big")
    estimate = evaluate(panel, design, seed=own)
    if design.method not in SYNTHETIC or estimate.found.effect is None:
        return Answered(estimate)
    used = prepared(panel, design)
    without = dict(without_each_donor(used, design)) | dict(without_each_treated(used, design))
    return Answered(estimate, in_time(used, design, seed=own), fit_before(used, design), without)
