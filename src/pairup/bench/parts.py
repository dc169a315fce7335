"""The parts of a benchmark: each is a module with `rows(is_quick, seed)`, found by its name and run on its own.

What cannot be measured on this machine is a row that says so, never a hole: a part that is not there, a peer that is
not installed. A part that fails is a row too, so that hours of other parts are not lost, and the run ends in failure.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from pairup.bench.measure import Row

#: what a note begins with where a part failed
FAILED = "failed: "
#: ours, as the name of a solver begins
OURS = "pairup"


def rows_of(
    part: str, *, is_quick: bool, seed: int, package: str = "pairup.bench", row: Callable[..., Any] = Row
) -> Iterator[Any]:
    """Measure a part, row by row as they come; `row` makes the row that says why there is none."""
    name = f"{package}.{part}"
    try:
        yield from importlib.import_module(name).rows(is_quick, seed)
    except ModuleNotFoundError as error:
        if error.name == name:
            yield row(part, "–", OURS, note="not measured here")
        else:
            yield row(part, "–", str(error.name), note="not installed")
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        yield row(part, "–", OURS, note=f"{FAILED}{type(error).__name__}: {error}")
