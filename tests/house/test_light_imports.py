"""What starting up may load, seen in a child process."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.cli.main import COMMANDS
from tests.house.source import PURE, child, module_name, modules

HEAVY = {"altair", "django", "highspy", "narwhals", "numpy", "pyvrp", "rfc8785", "sqlite3", "vl_convert"}
TELL = "import sys; print('loaded', *sorted({name.partition('.')[0] for name in sys.modules}))"


def loaded(code: str, *args: str, cwd: Path | None = None) -> set[str]:
    """Top-level packages in memory once `code` has run."""
    done = child(f"{code}\n{TELL}", *args, **({"cwd": cwd} if cwd else {}))
    lines = [line for line in done.stdout.splitlines() if line.startswith("loaded ")]
    assert lines, done.stdout + done.stderr
    return set(lines[-1].split()[1:])


def run_cli(*args: str, cwd: Path | None = None) -> set[str]:
    code = "import sys, contextlib\nfrom pairup.cli.main import main\nwith contextlib.suppress(SystemExit): main()"
    return loaded(code, *args, cwd=cwd)


def test_importing_pairup_loads_nothing_heavy() -> None:
    assert not loaded("import pairup") & (HEAVY | {"click"})


@pytest.mark.parametrize("args", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_loads_nothing_heavy(args: list[str]) -> None:
    assert not run_cli(*args) & HEAVY


def test_a_plan_from_a_problem_file_needs_no_database_and_no_pictures(tmp_path: Path) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text("{}", encoding="utf-8")

    for kind in ("pairings", "postings", "funding", "visits"):
        here = run_cli("plan", kind, "--problem", str(problem), "--seconds", "1", "--json", cwd=tmp_path)

        assert not here & {"django", "sqlite3", "altair", "vl_convert", "rfc8785"}, kind
        assert "numpy" in here, "the planner was never reached, so nothing was shown"


@pytest.mark.parametrize("part", PURE)
def test_a_pure_package_loads_no_django(part: str) -> None:
    names = [module_name(path) for path in modules(part)]
    code = "import importlib\nfor name in " + repr(names) + ": importlib.import_module(name)"

    here = loaded(code)

    assert "pairup" in here
    assert not here & {"django", "sqlite3"}


def test_a_heavy_import_would_be_seen() -> None:
    assert loaded("import pairup, numpy") & HEAVY == {"numpy"}
