"""Where and with what something was measured: a figure without these says little."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pairup.bench.measure import versions

#: whose versions stand under every table: ours, what it stands on, and the peers
PACKAGES = (
    "pairup", "diff-diff", "duckdb", "highspy", "ibis-framework", "joblib", "lap", "matching", "numba", "numpy",
    "ortools", "pyfixest", "pylmcf", "pyspark", "pyvrp", "scipy", "statsmodels",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, without its name. `load` is how many processes wanted a core in the minute before."""

    processor: str
    cores: int
    memory_gb: float | None
    system: str
    load: float | None

    def __str__(self) -> str:
        parts = [self.processor, f"{self.cores} cores"]
        parts += [] if self.memory_gb is None else [f"{self.memory_gb:g} GB"]
        parts += [self.system]
        parts += [] if self.load is None else [f"load {self.load:.1f} before the run"]
        return ", ".join(parts)


def this_machine() -> Machine:
    """Look at the machine this runs on."""
    return Machine(_processor(), _cores(), _memory(), f"{platform.system()} {platform.machine()}", _load())


def installed() -> Mapping[str, str]:
    """The versions of Python, of pairup and of everything measured that is installed."""
    return {"python": platform.python_version()} | versions(PACKAGES)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _cores() -> int:
    """The cores this process may use, which may be fewer than there are."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _load() -> float | None:
    try:
        return round(os.getloadavg()[0], 1)
    except (AttributeError, OSError):
        return None
