"""An estimate as a record keeps it: the answer file, its words as codes with facts, and what its pictures need."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from pairup.evaluation.estimate import Estimate


def kept(estimate: Estimate, gaps: Sequence[Sequence[float]] = ()) -> dict[str, Any]:
    """Give the answer file and beside it `told` (words that can be said in every language) and `drawn`.

    `gaps` are paths of places that were not helped (`placebo_paths.gaps_without_help`). The clock is left out, so that
    equal questions are kept as equal answers. A figure that is not finite is null.
    """
    found, answer = estimate.found, estimate.to_dict()
    answer["run"] = {key: value for key, value in answer["run"].items() if key != "seconds"}
    told = {
        "verdict": estimate.grading.words.to_dict() if estimate.grading else None,
        "missing": [words.to_dict() for words in found.missing],
        "checks": [
            {"name": one.name, "passed": one.passed, "figure": one.figure, "words": one.words.to_dict()}
            for one in estimate.checks
        ],
        "gates": [
            {"number": gate.number, "passed": gate.passed, "words": gate.told.to_dict()}
            for gate in (estimate.grading.gates if estimate.grading else ())
        ],
        "findings": [finding.words.to_dict() for finding in estimate.findings],
    }
    path = found.path
    drawn = {
        "path": path and {
            "periods": list(path.periods), "observed": list(path.observed), "counterfactual": list(path.counterfactual),
        },
        "placebos": list(found.placebos),
        "placebo_paths": [[round(gap, 6) for gap in path] for path in gaps],
        "level_without": found.level_without,
        "level": estimate.design.level,
    }  # fmt: skip
    whole: dict[str, Any] = finite(answer | {"told": told, "drawn": drawn})
    return whole


def share_said(design: str) -> bool:
    """Whether the claim of a kept design (its JSON) counts in shares of the level without help."""
    claim = json.loads(design).get("claim") or {}
    return bool(claim) and claim.get("uom") != "outcome"


def finite(value: Any) -> Any:
    """Give a value with null in the place of every number that is not finite, which JSON has not."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    if isinstance(value, int):
        return value
    number = float(value)
    return number if math.isfinite(number) else None
