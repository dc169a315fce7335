"""Fifty what-ifs give the same plans on threads, processes, Spark here, and a Spark cluster of two workers."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pairup.bench.rounds import real_round
from pairup.engines.many import working_on
from pairup.errors import InputError
from pairup.planning.many import plan_many
from pairup.planning.plan import Plan
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Posting
from tests.house.source import ROOT

#: a round and what would be if somebody dropped out, for fifty people
ROUND = real_round(3, posts=12, people=60, donors=3)
WHAT_IFS = [ROUND.leaving_out(person) for person in ROUND.people[:50]]
LACKING = [name for name in ("pyspark", "joblibspark") if importlib.util.find_spec(name) is None]
needs_spark = pytest.mark.skipif(
    bool(LACKING) or shutil.which("java") is None,
    reason=f"no {', '.join(LACKING) or 'java'}: pip install 'pairup[spark]' and Java 17",
)


def told(plans: list[Plan[Posting]]) -> list[tuple[object, ...]]:
    return [(plan.status, plan.objective, plan.bound, plan.chosen) for plan in plans]


@pytest.fixture(scope="module")
def alone() -> list[tuple[object, ...]]:
    return told(plan_many(plan_postings, WHAT_IFS, jobs=1))


@pytest.fixture
def cluster() -> Iterator[str]:
    """A cluster of two workers, started by the documented command."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, page = one.getsockname()[1], other.getsockname()[1]
    command = [sys.executable, str(ROOT / "bench" / "cluster.py"), "--workers", "2"]
    words = ["--port", str(port), "--page", str(page)]
    child = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert "has 2 workers" in child.stdout.readline()
    yield f"spark://127.0.0.1:{port}"
    child.terminate()
    child.wait(timeout=60)


@pytest.fixture
def stopped() -> Iterator[None]:
    """Nothing of Spark is left open for the next test."""
    yield
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_fifty_what_ifs_are_the_same_on_cores(engine: str, alone: list[tuple[object, ...]]) -> None:
    with working_on(engine, jobs=2):
        found = plan_many(plan_postings, WHAT_IFS)

    assert told(found) == alone and len({row[1] for row in alone}) > 3


@needs_spark
def test_fifty_what_ifs_are_the_same_on_spark_here(
    alone: list[tuple[object, ...]], stopped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIRUP_ENGINE", "local[2]")

    assert told(plan_many(plan_postings, WHAT_IFS)) == alone


@needs_spark
def test_fifty_what_ifs_are_the_same_on_a_cluster_of_two_workers(
    alone: list[tuple[object, ...]], cluster: str, stopped: None
) -> None:
    with working_on(cluster):
        assert told(plan_many(plan_postings, WHAT_IFS)) == alone


def test_a_word_that_is_no_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIRUP_ENGINE", "abacus")

    with pytest.raises(InputError, match="no engine"):
        plan_many(plan_postings, WHAT_IFS[:2])


def test_a_backend_chosen_around_the_call_goes_before_the_setting(
    monkeypatch: pytest.MonkeyPatch, alone: list[tuple[object, ...]]
) -> None:
    monkeypatch.setenv("PAIRUP_ENGINE", "abacus")

    with working_on("threads", jobs=2):
        assert told(plan_many(plan_postings, WHAT_IFS[:3])) == alone[:3]


@pytest.mark.skipif(not LACKING, reason="Spark is installed")
def test_spark_that_is_not_installed_is_named() -> None:
    with pytest.raises(InputError, match="not installed"), working_on("local[2]"):
        raise AssertionError("refused before")


def test_joblibs_own_way_of_choosing_goes_before_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    from joblib import parallel_config

    monkeypatch.setenv("PAIRUP_ENGINE", "abacus")

    with parallel_config("threading", n_jobs=2):
        assert len(plan_many(plan_postings, WHAT_IFS[:3])) == 3
