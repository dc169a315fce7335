"""The same suite on every engine: DuckDB, and Spark on two cores where it is installed."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator

import pytest

from pairup.engines.tables import Tables, tables_on

ENGINES = ("duckdb", "local[2]")
HAS_SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


@pytest.fixture(scope="session", params=ENGINES)
def tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    """An open engine."""
    if request.param != "duckdb" and not HAS_SPARK:
        pytest.skip("no pyspark or no java: pip install 'pairup[spark]' and Java 17")
    with tables_on(request.param) as opened:
        yield opened
        if opened.session is not None:
            opened.session.stop()
