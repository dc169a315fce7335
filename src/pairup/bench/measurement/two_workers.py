"""The twenty indicators on DuckDB and on a Spark cluster of two workers of this machine: the same tables, or a refusal.

Every cell of every table is compared: counts equal, floats to 1e-9 of their size.
"""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pairup.bench.measure import cpu_below
from pairup.bench.measurement.indicators import TWENTY, answer, measured_on
from pairup.bench.paired import Call, Timing, alternately
from pairup.bench.readings import write_readings
from pairup.measurement.measure import Measurement

#: starts a cluster of this machine; there in a clone
CLUSTER = Path(__file__).parents[4] / "bench" / "cluster.py"
#: of its size, how far a float of one engine may lie from that of the other
APART = 1e-9
NOTE = (
    "every cell of the tables is that of DuckDB; seconds are of both engines, CPU s of the cluster's processes too, "
    "MB of the driver's Python and DuckDB alone"
)


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure tables of growing size on a cluster, and compare with DuckDB; a cluster has its start in its seconds."""
    if importlib.util.find_spec("pyspark") is None or not CLUSTER.is_file():
        yield Timing("two_workers", "–", "pairup, Spark, 2 workers", note="no pyspark, or no clone")
        return
    for size in (100_000,) if is_quick else (1_000_000, 10_000_000, 100_000_000):
        yield from rows_of(size, seed)


def rows_of(size: int, seed: int) -> Iterator[Timing]:
    """Measure tables of one size; CPU seconds are those of the call and those that the cluster spent meanwhile."""
    with tempfile.TemporaryDirectory() as work:
        name = f"{write_readings(Path(work), size, seed):,} readings"
        with cluster() as (address, process):
            call = Call("pairup, Spark, 2 workers", on_both, (work, address), limit=1800.0, note=NOTE)
            before = cpu_below(process)
            for timing in alternately("two_workers", name, [call], runs=1):
                spent = None if timing.cpu is None else timing.cpu + cpu_below(process) - before
                yield replace(timing, cpu=spent, cpu_most=spent)


def on_both(folder: str, engine: str) -> float:
    """Measure on both engines; give the answer, or -1 where a cell differs."""
    spark, duckdb = measured_on(folder, engine), measured_on(folder, "duckdb")
    return answer(spark) if are_equal(spark, duckdb) else -1.0


def are_equal(one: Measurement, other: Measurement) -> bool:
    """Whether every cell of every table is the same: counts and states equal, floats to 1e-9 of their size."""
    for code in TWENTY:
        own, others = one.of(code).table, other.of(code).table
        if own.column_names != others.column_names or own.num_rows != others.num_rows:
            return False
        for name in own.column_names:
            pairs = zip(own[name].to_pylist(), others[name].to_pylist(), strict=True)
            if not all(_is_same(cell, its) for cell, its in pairs):
                return False
    return True


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=APART, abs_tol=APART)
    return bool(one == other)


@contextmanager
def cluster(script: Path = CLUSTER) -> Iterator[tuple[str, int]]:
    """Start a cluster by the documented command, a script of the clone; give its address and process, and stop it."""
    import socket

    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, page = str(one.getsockname()[1]), str(other.getsockname()[1])
    command = [sys.executable, str(script), "--workers", "2", "--port", port, "--page", page]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own script
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield f"spark://127.0.0.1:{port}", child.pid
    finally:
        child.terminate()
        child.wait(timeout=60)
