"""What starting up may load, seen in a child process."""

from __future__ import annotations

import json
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
    """Run a command; "solved" joins what is loaded where it ended with 0 and printed a proved plan."""
    code = (
        "import contextlib, io, sys\nfrom pairup.cli.main import main\nsaid = io.StringIO()\n"
        "try:\n    with contextlib.redirect_stdout(said): main()\n"
        "except SystemExit as done: said = said.getvalue() if done.code == 0 else ''\n"
        "if '\"status\": \"optimal\"' in said: sys.modules['solved'] = sys"
    )
    return loaded(code, *args, cwd=cwd)


def test_importing_pairup_loads_nothing_heavy() -> None:
    assert not loaded("import pairup") & (HEAVY | {"click"})


@pytest.mark.parametrize("args", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_loads_nothing_heavy(args: list[str]) -> None:
    assert not run_cli(*args) & HEAVY


PROBLEMS: dict[str, dict[str, object]] = {
    "pairings": {
        "donors": [{"id": "FJ", "capacity": 36}],
        "recipients": [{"id": "nang", "fewest_donors": 1, "most_donors": 1}],
        "options": [{"donor": "FJ", "recipient": "nang", "worth": 17, "load": 8}],
    },
    "postings": {
        "mode": "welfare",
        "people": [{"id": "p1", "donor": "FJ"}],
        "posts": [{"id": "q1", "place": "nang", "seats": 1}],
        "options": [{"person": "p1", "post": "q1", "worth": 12}],
    },
    "funding": {
        "lines": [{"id": "FJ-2026", "capacity": 500, "is_money": True}],
        "projects": [{"id": "heat-1", "worth": 30, "ways": [{"id": "start-2026", "loads": {"FJ-2026": 80}}]}],
    },
    "visits": {
        "days": 1, "start": "base", "finish": "base", "day_opens": 0, "day_closes": 230, "nights": "return",
        "sites": [
            {"id": "base", "worth": 0, "stay": 0, "opens": 0, "closes": 230, "may_sleep": True},
            {"id": "s1", "worth": 10, "stay": 10, "opens": 0, "closes": 171},
        ],
        "travel": {"order": ["base", "s1"], "minutes": [[0, 15.2], [15.2, 0]]},
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", PROBLEMS)
def test_a_plan_from_a_problem_file_needs_no_database_and_no_pictures(kind: str, tmp_path: Path) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps({"kind": kind, "version": 1} | PROBLEMS[kind]), encoding="utf-8")

    here = run_cli("plan", kind, "--problem", str(problem), "--json", cwd=tmp_path)

    assert not here & {"django", "sqlite3", "altair", "vl_convert", "rfc8785"}
    assert "solved" in here, "the problem was not planned, so nothing was shown"


@pytest.mark.parametrize("part", PURE)
def test_a_pure_package_loads_no_django(part: str) -> None:
    names = [module_name(path) for path in modules(part)]
    code = "import importlib\nfor name in " + repr(names) + ": importlib.import_module(name)"

    here = loaded(code)

    assert "pairup" in here
    assert not here & {"django", "sqlite3"}


def test_a_heavy_import_would_be_seen() -> None:
    assert loaded("import pairup, numpy") & HEAVY == {"numpy"}
