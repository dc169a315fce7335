"""`pairup bench planning`: rows as they come, the tables, and what is said where something cannot be measured."""

from __future__ import annotations

import csv
import importlib.util
import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pairup.bench import PARTS
from pairup.bench.machine import Machine, this_machine
from pairup.bench.measure import Measured, Row, measured
from pairup.bench.parts import rows_of
from pairup.bench.postings import in_goes
from pairup.bench.sheet import Measurement, line, page, percent, read, write
from pairup.bench.summary import beside, overall
from pairup.cli.bench import carry_out
from pairup.cli.main import cli

TINY = """
    from pairup.bench.measure import Measured, Row, measured

    def work(size):
        return float(sum(range(size)))

    def rows(is_quick, seed):
        for size in (10, 20) if is_quick else (10, 20, 30):
            done = measured("tiny.postings:work", size, limit=60)
            yield done.row(Row("postings", f"n{size}", "pairup", done.answer, best=done.answer, bound=done.answer))
            done = measured("tiny.absent:work", size, limit=60)
            yield done.row(Row("postings", f"n{size}", "peer", done.answer))
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of benchmarks: one part that measures, one that lacks a peer, one that fails, the others not there."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "absent.py").write_text("import no_such_solver\n")
    (folder / "postings.py").write_text(textwrap.dedent(TINY))
    (folder / "stable.py").write_text("import no_such_solver\n")
    (folder / "funding.py").write_text("def rows(is_quick, seed):\n    raise ValueError('no instance')\n    yield\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "tiny"
    for name in [name for name in sys.modules if name.partition(".")[0] == "tiny"]:
        del sys.modules[name]


def a_row(solver: str, objective: float | None = 100, instance: str = "n1", **more: object) -> Row:
    return Row("postings", instance, solver, objective, **more)


def a_measurement(part: str, *rows: Row) -> Measurement:
    machine = Machine("a processor", 2, 8.0, "Linux x86_64", 0.5)
    return Measurement(part, date(2026, 11, 26), machine, {"python": "3.11"}, 0, True, rows)


# --- measuring ----------------------------------------------------------------------------------------------


def test_a_part_is_measured_row_by_row_and_a_peer_that_is_not_installed_says_so(tiny: str) -> None:
    rows = list(rows_of("postings", is_quick=True, seed=0, package=tiny))

    assert [(row.instance, row.solver, row.objective) for row in rows] == [
        ("n10", "pairup", 45), ("n10", "peer", None), ("n20", "pairup", 190), ("n20", "peer", None),
    ]  # fmt: skip
    assert rows[1].note == "no_such_solver is not installed" and rows[1].seconds is None
    assert rows[0].note == "" and rows[0].seconds is not None and rows[0].peak_mb is not None


def test_a_part_that_is_not_there_and_one_that_lacks_a_package_are_rows(tiny: str) -> None:
    absent, lacking = (list(rows_of(part, is_quick=True, seed=0, package=tiny)) for part in ("visits", "stable"))

    assert [(row.solver, row.note) for row in absent] == [("pairup", "not measured here")]
    assert [(row.solver, row.note) for row in lacking] == [("no_such_solver", "not installed")]


def test_the_parts_that_are_there_load_without_any_peer() -> None:
    """A machine without peers still measures ours: a peer's module is named (`module:function`), not imported."""
    peers = ("lap", "matching", "ortools", "pylmcf", "pyvrp", "scipy")
    there = [part for part in PARTS if importlib.util.find_spec(f"pairup.bench.{part}")]
    code = (
        f"import importlib, inspect, sys\nfor name in {peers}: sys.modules[name] = None\n"
        f"for part in {there}:\n"
        "    module = importlib.import_module(f'pairup.bench.{part}')\n"
        "    assert list(inspect.signature(module.rows).parameters) == ['is_quick', 'seed'], part\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_function_that_outlives_its_limit_is_killed_and_the_row_says_so() -> None:
    done = measured("time:sleep", 60, limit=1.0)

    assert done.answer is None and done.row(a_row("peer", None, note="mode x")).note == "mode x; killed at 1 s"


def test_a_machine_is_told_without_its_name() -> None:
    import platform

    assert this_machine().cores >= 1 and (platform.node() or "-") not in str(this_machine())


# --- what rows say ------------------------------------------------------------------------------------------


def test_ours_stands_beside_the_fastest_peer_that_does_as_well() -> None:
    rows = [
        a_row("pairup", 100, bound=101, seconds=2.0, cpu=2.0, best=102),
        a_row("quick and poor", 90, bound=110, seconds=0.1, cpu=0.1, best=102),
        a_row("slow", 100, seconds=8.0, cpu=10.0, best=102),
        a_row("slower", 100.5, seconds=9.0, cpu=9.0, best=102),
        a_row("killed", None, seconds=99.0),
    ]

    (two,) = beside(rows)

    assert two.fastest == rows[2] and (two.ratio, two.cpu_ratio) == (0.25, 0.2)
    assert two.gap_ratio == pytest.approx((1 / 100) / (20 / 90))
    assert two.behind_ratio == pytest.approx(2 / 1.5)


def test_where_no_peer_does_as_well_there_is_no_ratio_of_seconds() -> None:
    (two,) = beside([a_row("pairup", 100, seconds=2.0), a_row("poor", 90, seconds=0.1)])

    assert two.fastest is None and two.ratio is None and two.gap_ratio is None


def test_a_solver_is_summed_up_over_its_instances() -> None:
    rows = [
        a_row("pairup", 100, "n1", best=100, bound=100, seconds=1.0, peak_mb=50),
        a_row("pairup", 90, "n2", best=100, bound=108, seconds=3.0, peak_mb=40),
        a_row("pairup", None, "n3", seconds=5.0, note="killed at 5 s"),
        a_row("peer", None, "n1", note="not installed"),
    ]

    (ours,) = overall(rows)

    assert (ours.instances, ours.plans, ours.proved) == (3, 2, 1)
    assert (ours.behind, ours.worst_behind) == (pytest.approx(0.05), pytest.approx(0.1))
    assert (ours.worst_gap, ours.seconds, ours.peak_mb) == (pytest.approx(0.2), 3.0, 50)


def test_goes_of_a_plain_round_are_told_by_their_median_and_their_spread_beside_the_rival_s_same_goes() -> None:
    ours, theirs = goes(0.20, 0.12, 0.10), goes(0.10, 0.10, 0.05)

    row = in_goes(a_row("pairup", None), ours, theirs)

    assert (row.objective, row.best, row.cpu, row.seconds) == (7.0, 7.0, 0.12, 0.12)
    assert "median of 3 goes, 0.100 to 0.200 s" in row.note
    assert "go by go 1.20 to 2.00 x lapmod, median 2.00" in row.note


def test_a_solver_that_is_killed_in_one_go_has_no_median() -> None:
    killed = Measured(None, 60.0, note="killed at 60 s")

    row = in_goes(a_row("lapmod", None), [*goes(0.1), killed], [])

    assert row.objective is None and row.note == "killed at 60 s"


def goes(*spent: float) -> list[Measured]:
    return [Measured((7.0, cpu), 0.5 + cpu, 0.4 + cpu, 10.0) for cpu in spent]


def test_a_share_that_is_not_nothing_never_reads_nothing() -> None:
    assert [percent(share) for share in (None, 0.0, 1e-7, -1e-7, 0.0123456)] == [
        "–",
        "0",
        "< 0.001",
        "> -0.001",
        "1.235",
    ]


def test_a_plan_better_than_the_best_known_is_ahead() -> None:
    assert a_row("pairup", 110, best=100).behind == -0.1


def test_a_row_on_a_screen_has_its_figures_and_its_note() -> None:
    said = line(a_row("pairup", 1234.5, best=1300, bound=1240, seconds=0.0421, cpu=12.34, peak_mb=88.4, note="seen"))

    assert said.split() == [
        "n1",
        "pairup",
        "1,234.5",
        "1,300",
        "5.038",
        "1,240",
        "0.446",
        "0.042",
        "12.3",
        "88",
        "seen",
    ]


# --- files --------------------------------------------------------------------------------------------------


def test_a_part_measured_anew_replaces_its_rows_and_leaves_the_others(tmp_path: Path) -> None:
    old, kept = a_measurement("stable", a_row("pairup", 1)), a_measurement("postings", a_row("pairup", 2, seconds=1.0))
    write(tmp_path, {"stable": old, "postings": kept})
    new = replace(old, day=date(2026, 12, 1), rows=(a_row("pairup", 3), a_row("peer", None, note="not installed")))

    paths = write(tmp_path, {"stable": new})

    assert read(tmp_path) == {"postings": kept, "stable": new}
    assert [path.name for path in paths] == ["planning.md", "planning.csv", "planning.json"]
    rows = list(csv.DictReader((tmp_path / "planning.csv").open()))
    assert [(row["day"], row["objective"]) for row in rows] == [
        ("2026-11-26", "2"), ("2026-12-01", "3"), ("2026-12-01", ""),
    ]  # fmt: skip


def test_the_page_names_day_machine_versions_and_seed_of_each_part() -> None:
    ours = a_row("pairup", 100, seconds=1.0, note="a | b")
    said = page([a_measurement("postings", ours, a_row("peer", 100, seconds=4.0))])

    assert "2026-11-26, quick run, seed 0. a processor, 2 cores, 8 GB, Linux x86_64, load 0.5 before the run." in said
    assert "python 3.11." in said and "a \\| b" in said
    assert "| n1 | peer | 0.25 × | – | – | – |" in said


def test_the_command_prints_and_writes_and_goes_on_after_a_part_that_fails(
    tiny: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "out"

    is_whole = carry_out(("funding", "postings"), is_quick=True, seed=3, into=into, package=tiny)

    said = capsys.readouterr()
    assert not is_whole and "failed: ValueError: no instance" in said.out and "Traceback" in said.err
    parts = json.loads((into / "planning.json").read_text())["parts"]
    assert [row["objective"] for row in parts["postings"]["rows"]] == [45, None, 190, None]
    assert parts["postings"]["seed"] == 3 and "## Postings" in (into / "planning.md").read_text()


def test_a_part_that_is_none_is_refused_with_the_list() -> None:
    done = CliRunner().invoke(cli, ["bench", "planning", "--only", "postings,weather"])

    assert done.exit_code == 2 and "weather is no part" in done.output and ", ".join(PARTS)[:30] in done.output
