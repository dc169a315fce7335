"""Two demos of one seed, in two processes that hash differently, write the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


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


def test_the_same_seed_gives_the_same_report_in_another_process(tmp_path: Path) -> None:
    first = demo(tmp_path / "here", 11, "1", "Asia/Shanghai")

    again = demo(tmp_path / "elsewhere", 11, "2", "America/New_York")

    assert list(again) == list(first) and len(first) > 10
    assert [name for name in first if again[name] != first[name]] == []
