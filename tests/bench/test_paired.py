"""`pairup bench evaluation` and `measurement`: goes in turn, medians, ratios, targets, and files."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pairup.bench import parts_of
from pairup.bench.machine import Machine
from pairup.bench.measure import measured
from pairup.bench.paired import Call, Made, Timing, alternately, versus
from pairup.bench.paired_sheet import Paired, line, page, read, summary_lines, write
from pairup.cli.bench import carry_out_paired
from pairup.cli.main import cli

PACKAGES = ("pairup.bench.evaluation", "pairup.bench.measurement")

PART = """
    from pairup.bench.paired import Call, Made, Timing, alternately

    def column(size):
        return list(range(size))

    def work(column, log):
        with open(log, "a") as file:
            file.write("o")
        return float(sum(column))

    def slow(column, log):
        with open(log, "a") as file:
            file.write("p")
        return float(sum(column))

    def rows(is_quick, seed):
        given = (Made("tiny_paired.sums:column", 10), LOG)
        calls = [Call("pairup", work, given), Call("peer", "tiny_paired.sums:slow", given, must=1e-9, runs=2),
                 Call("absent", "no_such_peer:slow", given)]
        yield from alternately("sums", "n10", calls, runs=3)
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with one part, which writes down whose turn it was."""
    folder, log = tmp_path / "tiny_paired", tmp_path / "log"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "sums.py").write_text(textwrap.dedent(PART).replace("LOG", repr(str(log))))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield log
    for name in [name for name in sys.modules if name.partition(".")[0] == "tiny_paired"]:
        del sys.modules[name]


def a_timing(solver: str, figure: float | None = 1.0, **more: object) -> Timing:
    return Timing("staggered", "n1", solver, figure, **more)  # type: ignore[arg-type]


def test_goes_alternate_and_a_slow_peer_may_have_fewer(tiny: Path) -> None:
    rows = list(__import__("tiny_paired.sums").sums.rows(True, 0))

    assert tiny.read_text() == "opopo"
    assert [(row.solver, row.figure, row.runs) for row in rows] == [
        ("pairup", 45.0, 3), ("peer", 45.0, 2), ("absent", None, 1),
    ]  # fmt: skip
    assert rows[2].note == "no_such_peer is not installed"


def test_what_is_made_beforehand_is_not_on_the_clock() -> None:
    done = measured(f"{__name__}:first", Made(f"{__name__}:made", 0.4))

    assert done.answer == 1.0 and done.seconds is not None and done.seconds < 0.3


def made(seconds: float) -> list[float]:
    import time

    time.sleep(seconds)
    return [1.0]


def first(values: list[float]) -> float:
    return values[0]


def test_a_failed_go_is_not_asked_again() -> None:
    (row,) = alternately("x", "n", [Call("pairup", f"{__name__}:failing")], runs=3)

    assert row.runs == 1 and row.figure is None and row.note == "failed with 1"


@pytest.mark.parametrize("peer", ["failing", "without_its_library"])
def test_how_long_a_failure_took_is_no_bound_on_the_speed_of_a_peer(peer: str) -> None:
    calls = [Call("pairup", f"{__name__}:made_at_once"), Call("peer", f"{__name__}:{peer}", must=2.0)]

    rows = list(alternately("x", "n", calls, runs=1))

    assert rows[1].seconds is None and versus(rows) == []


def test_a_library_that_a_peer_lacks_is_named() -> None:
    (row,) = alternately("x", "n", [Call("peer", f"{__name__}:without_its_library")])

    assert row.note == "no_such_library is not installed"


def made_at_once() -> float:
    return 1.0


def without_its_library() -> float:
    import importlib

    return float(importlib.import_module("no_such_library").answer)


def failing() -> float:
    raise ValueError("nothing")


def test_ours_stands_beside_each_peer_by_cpu_and_a_killed_peer_is_a_lower_bound() -> None:
    rows = [
        a_timing("pairup", 1.0, seconds=1.0, cpu=0.5),
        a_timing("peer", 1.5, seconds=3.0, cpu=4.0, must=10.0),
        a_timing("killed", None, seconds=60.0, must=50.0),
        a_timing("not installed", None),
    ]

    one, two = versus(rows)

    assert (one.times, one.wall_times, one.apart, one.is_kept) == (8.0, 3.0, 0.5, False)
    assert (two.times, two.is_least, two.is_kept) == (60.0, True, True)
    killed_early = replace(rows[2], must=100.0)
    assert versus([rows[0], killed_early])[0].is_kept is None, "at least 60 says nothing about 100"


def test_a_cap_on_memory_is_told_and_a_missed_one_is_said() -> None:
    rows = [a_timing("pairup", 1.0, seconds=2.0, cpu=2.0, peak_mb=900, most_mb=1000, most_seconds=1.5)]

    (said,) = summary_lines(rows)

    assert said == "n1: pairup 2.000 s (at most 1.500), 2.000 CPU s (at most –), 900 MB (at most 1,000): **no**"
    assert "| 1,000 | **no** |" in page([a_paired(*rows)], "evaluation")


def test_a_cap_on_cpu_seconds_asks_nothing_of_the_clock() -> None:
    row = a_timing("pairup", 1.0, seconds=9.0, cpu=1.0, most_cpu=1.5)

    (kept,), (missed,) = summary_lines([row]), summary_lines([replace(row, cpu=1.6)])

    assert kept.endswith("1.000 CPU s (at most 1.500), – MB (at most –): yes") and missed.endswith("**no**")


def a_paired(*rows: Timing, part: str = "staggered") -> Paired:
    return Paired(part, date(2026, 11, 27), Machine("a", 2, 8.0, "Linux", 0.1), {"python": "3.11"}, 3, True, rows)


def test_a_part_measured_anew_replaces_its_rows_and_leaves_the_others(tmp_path: Path) -> None:
    old, kept = a_paired(a_timing("pairup", 1.0)), a_paired(a_timing("pairup", 2.0), part="synthetic")
    write(tmp_path, {"staggered": old, "synthetic": kept}, "evaluation")
    new = a_paired(a_timing("pairup", 3.0, seconds=1.0, note="a | b"))

    paths = write(tmp_path, {"staggered": new}, "evaluation")

    assert read(tmp_path, "evaluation") == {"staggered": new, "synthetic": kept}
    assert [path.name for path in paths] == ["evaluation.md", "evaluation.csv", "evaluation.json"]
    assert "a \\| b" in paths[0].read_text() and "seed 3" in paths[0].read_text()


def test_the_command_prints_and_writes(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    is_whole = carry_out_paired(
        "evaluation", ("sums", "nothing"), is_quick=True, seed=1, into=tmp_path, package="tiny_paired"
    )

    said = capsys.readouterr().out
    assert is_whole and "n10: peer takes" in said and "at least 0.00 ×: yes" in said and "not measured here" in said
    assert json.loads((tmp_path / "evaluation.json").read_text())["parts"]["sums"]["rows"][0]["figure"] == 45.0


def test_a_row_on_a_screen_has_its_figures() -> None:
    said = line(a_timing("pairup", 0.125, seconds=1.0, cpu=0.5, cpu_most=0.6, peak_mb=10, held_mb=4, runs=3))

    assert said.split() == ["n1", "pairup", "0.125", "1.000", "0.500", "0.600", "10", "4", "3"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_part_loads_without_any_peer(package: str) -> None:
    peers = ("diff_diff", "pyfixest", "statsmodels")
    code = (
        f"import importlib, inspect, sys\nfor name in {peers}: sys.modules[name] = None\n"
        f"for part in {parts_of(package)}:\n"
        f"    module = importlib.import_module({package!r} + '.' + part)\n"
        "    assert list(inspect.signature(module.rows).parameters) == ['is_quick', 'seed'], part\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_part_that_is_none_is_refused_with_the_list() -> None:
    done = CliRunner().invoke(cli, ["bench", "evaluation", "--only", "weather"])

    assert done.exit_code == 2 and "weather is no part" in done.output and "staggered" in done.output
