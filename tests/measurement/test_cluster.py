"""Twenty tables on a Spark cluster of two workers, started by the documented command, are those of DuckDB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pairup.bench.measurement.two_workers import cluster
from pairup.bench.readings import write_readings
from tests.house.source import ROOT
from tests.measurement.conftest import HAS_SPARK

CODE = "import sys\nfrom pairup.bench.measurement.two_workers import on_both\nprint('answer', on_both(*sys.argv[1:]))"


@pytest.mark.skipif(not HAS_SPARK, reason="no pyspark or no java: pip install 'pairup[spark]' and Java 17")
def test_twenty_tables_are_the_same_on_a_cluster_of_two_workers(tmp_path: Path) -> None:
    write_readings(tmp_path, 20_000)

    with cluster(ROOT / "bench" / "cluster.py") as (address, _):  # pairup itself may be installed elsewhere
        words = [sys.executable, "-c", CODE, str(tmp_path), address]  # a process of its own: Spark is one in each
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=600)

    answers = [float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("answer ")]
    assert answers and answers[0] > 0, done.stderr[-2000:]
