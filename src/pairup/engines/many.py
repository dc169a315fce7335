"""Many tasks at once: plans, fits, draws. Every core by default, a cluster by choice.

The work goes through joblib [1]. Where the caller has chosen a backend around the call (`joblib.parallel_config`), the
same call runs there; where none is chosen, the setting PAIRUP_ENGINE says where, or `working_on` around the call: on a
Spark cluster through joblib-spark [2]. Answers come in the order asked. Each task is pure and seeded and knows nothing
of the others, so neither the number of jobs nor the engine changes an answer.

[1] https://joblib.readthedocs.io  [2] https://github.com/joblib/joblib-spark
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from pairup.errors import InputError

T = TypeVar("T")

#: joblib's name of an engine that needs no cluster
LOCAL = {"threads": "threading", "processes": "loky"}
#: how the name of an engine of Spark begins
SPARK = ("spark://", "local[", "yarn", "k8s://")
#: engines on this machine, whose workers run this Python
HERE = ("local[", "spark://127.0.0.1:", "spark://localhost:")
#: set while a task runs: what a task asks in turn stays where it is
_here = threading.local()


def run_many(function: Callable[..., T], asked: Iterable[tuple[Any, ...]], jobs: int | None = None) -> list[T]:
    """Call `function(*task)` for each task; give the answers in order. One task, or one job, stays in this process."""
    tasks = list(asked)
    if jobs == 1 or len(tasks) <= 1:
        return [function(*task) for task in tasks]
    from joblib import Parallel, delayed
    from joblib.parallel import get_active_backend

    with _setting():
        _, chosen = get_active_backend()
        count = jobs if jobs is not None else chosen if chosen is not None else -1
        return list(Parallel(n_jobs=count)(delayed(_task)(function, task) for task in tasks))


def _task(function: Callable[..., T], task: tuple[Any, ...]) -> T:
    _here.is_task = True
    try:
        return function(*task)
    finally:
        _here.is_task = False


def _setting() -> AbstractContextManager[None]:
    """The engine of the setting, unless a backend was chosen around the call or this is part of a task."""
    from joblib import parallel_config
    from joblib.parallel import get_active_backend

    name = os.environ.get("PAIRUP_ENGINE", "")
    if not name or getattr(_here, "is_task", False) or getattr(_here, "is_chosen", False):
        return nullcontext()
    backend, chosen = get_active_backend()
    with parallel_config():
        default, _ = get_active_backend()
    is_default = chosen in (None, 1) and type(backend) is type(default) and not getattr(backend, "nesting_level", 0)
    return working_on(name) if is_default else nullcontext()


@contextmanager
def working_on(engine: str, jobs: int = -1) -> Iterator[None]:
    """Run the many tasks inside on an engine: `threads`, `processes`, `local[2]` or `spark://HOST:PORT`.

    The last two are Spark, in this machine's processes or on a cluster; they need the extra `spark` and Java 17.
    Refuses any other word, and Spark where it is not installed.
    """
    from joblib import parallel_config

    backend = LOCAL.get(engine)
    if backend is None:
        backend = _spark(engine)
    before, _here.is_chosen = getattr(_here, "is_chosen", False), True
    try:
        with parallel_config(backend, n_jobs=jobs):
            yield
    finally:
        _here.is_chosen = before


def _spark(engine: str) -> str:
    """Open a Spark session, or take the one that is open, and give joblib's name of its backend."""
    open_spark(engine)
    from joblibspark import register_spark

    register_spark()
    return "spark"


def open_spark(engine: str, needed: tuple[str, ...] = ("joblibspark", "pyspark")) -> Any:
    """Open a Spark session on `local[2]`, `spark://HOST:PORT` and the like, or take the one that is open.

    Refuses a word that is no engine, and Spark (or another package in `needed`) where it is not installed.
    """
    if not engine.startswith(SPARK):
        raise InputError(
            f"{engine!r} is no engine.", hint="Say threads, processes, local[2] or spark://HOST:PORT.",
            code="engines.no-engine", engine=engine,
        )  # fmt: skip
    if lacking := [name for name in needed if importlib.util.find_spec(name) is None]:
        raise InputError(
            f"{engine} needs {lacking[0]}, which is not installed.", hint="pip install 'pairup[spark]', and Java 17.",
            code="engines.engine-missing", engine=engine, missing=lacking[0],
        )  # fmt: skip
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None and active.sparkContext.master != engine:  # Spark would go on there without a word
        raise InputError(
            f"Spark is open on {active.sparkContext.master}, not on {engine}.", hint="Stop that session first.",
            code="engines.other-session", engine=engine, open=active.sparkContext.master,
        )  # fmt: skip
    if engine.startswith(HERE):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    asked = SparkSession.builder.master(engine).appName("pairup").config("spark.ui.enabled", "false")
    asked = asked.config("spark.ui.showConsoleProgress", "false")
    session = asked.getOrCreate()
    if not engine.startswith("local["):
        _await_workers(session.sparkContext, engine)
    return session


def _await_workers(context: Any, engine: str, patience: float = 120.0) -> None:
    """Wait for the workers of a cluster, until no further one has come for two seconds. Refuses where none comes."""
    began = last = time.monotonic()
    count = 0
    while (now := time.monotonic()) - began < patience:
        there = context._jsc.sc().getExecutorMemoryStatus().size() - 1  # the driver is one of them
        if there > count:
            count, last = there, now
        elif count and now - last > 2.0:
            return
        time.sleep(0.25)
    raise InputError(
        f"No worker of {engine} came within {patience:.0f} seconds.", hint="Are its workers free, and do they answer?",
        code="engines.no-worker", engine=engine, seconds=f"{patience:.0f}",
    )  # fmt: skip
