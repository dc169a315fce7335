"""Who may import whom, told by import-linter; and that it would notice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, SRC


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of `root`/pyproject.toml over `root`/src."""
    code = "import sys; from importlinter.cli import lint_imports_command as lint; sys.argv[1:] = sys.argv[1:]; lint()"
    words = [sys.executable, "-c", code, "--no-logo", "--cache-dir", str(root / ".import_linter_cache")]
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200", "PYTHONUTF8": "1"}
    return subprocess.run(words, cwd=root, capture_output=True, text=True, env=environment, timeout=120)


def test_every_contract_is_kept() -> None:
    said = lint(ROOT)

    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("planning/plan.py", "import django.db", "Django only in the record"),
        ("planning/plan.py", "import pairup.evaluation", "Who may import whom"),
        ("values/money.py", "import pairup.rules", "Who may import whom"),
        ("planning/posting.py", "import highspy", "HiGHS only where"),
        ("services/plans.py", "import pyvrp", "PyVRP only where"),
        ("services/plans.py", "import altair", "Pictures only in reports"),
        ("planning/posting.py", "import numba", "Numba only behind one door"),
        ("services/plans.py", "import ibis", "DuckDB and Ibis only"),
        ("bench/parts.py", "import duckdb", "DuckDB and Ibis only"),
        ("exchange/mapping.py", "import python_calamine", "Files that others made"),
        ("services/exports.py", "import defusedxml", "Files that others made"),
        ("services/plans.py", "import pyspark", "Many tasks at once behind one door"),
        ("measurement/schema.py", "import pairup.evaluation", "Who may import whom"),
        ("bench/parts.py", "import scipy", "SciPy only where effects are told"),
        ("bench/parts.py", "import pairup.record.models", "Django only in the record"),
    ],
)
def test_an_import_against_the_layers_is_noticed(tmp_path: Path, module: str, line: str, broken: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(SRC, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "data", "facts", "locale"))
    with (tmp_path / "src" / "pairup" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")

    said = lint(tmp_path)

    assert said.returncode == 1, said.stdout + said.stderr
    assert re.search(rf"{re.escape(broken)}.* BROKEN", said.stdout), said.stdout


def test_a_package_without_a_layer_is_noticed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(SRC, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "data", "facts", "locale"))
    (tmp_path / "src" / "pairup" / "appraisal").mkdir()
    (tmp_path / "src" / "pairup" / "appraisal" / "__init__.py").write_text("")

    said = lint(tmp_path)

    assert said.returncode == 1
    assert "appraisal" in said.stdout


def test_no_import_is_excused() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
