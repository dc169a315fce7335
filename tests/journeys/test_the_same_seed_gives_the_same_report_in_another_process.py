"""Two demos of one seed, in two processes that hash differently, write the same bytes; another seed does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def demo(into: Path, seed: int, hash_seed: str, zone: str) -> dict[str, bytes]:
    command = [
        sys.executable,
        "-m",
        "pairup.cli.main",
        "demo",
        "--programme",
        "partners",
        "--into",
        into,
        "--seed",
        str(seed),
    ]
    surroundings = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone}
    subprocess.run(command, check=True, capture_output=True, env=surroundings)
    report = into / "report"
    return {str(path.relative_to(report)): path.read_bytes() for path in sorted(report.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return demo(tmp_path_factory.mktemp("first") / "demo", 11, "1", "Asia/Shanghai")


def test_the_same_seed_gives_the_same_report_in_another_process(first: dict[str, bytes], tmp_path: Path) -> None:
    again = demo(tmp_path / "elsewhere", 11, "2", "America/New_York")

    assert list(again) == list(first)
    assert [name for name in first if again[name] != first[name]] == []


def test_another_seed_gives_another_report(first: dict[str, bytes], tmp_path: Path) -> None:
    other = demo(tmp_path / "elsewhere", 12, "1", "UTC")

    assert other["index.html"] != first["index.html"]
