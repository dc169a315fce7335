"""Measurement is light to import: engines load when a table is opened."""

from __future__ import annotations

import subprocess
import sys


def test_importing_measurement_brings_no_engine_and_no_django() -> None:
    code = "import sys, pairup.measurement; print([m for m in ('django', 'pyspark', 'duckdb') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
