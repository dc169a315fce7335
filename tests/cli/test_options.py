"""The line of progress: what it says, and that it never wraps."""

from __future__ import annotations

import sys

import pytest

from pairup.cli.options import Bar, cut, far, step, wide
from pairup.values.words import Words


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let standard error, which is captured, pass for a terminal of 60 columns."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")


def test_the_best_plan_and_the_bound_are_told_with_the_gap() -> None:
    assert far(109_210, 109_719.3) == "109,210 ≤ 109,719 (0.47 %)  "
    assert [far(None, None), far(5, None), far(None, 7)] == ["", "5  ", "≤ 7  "]


def test_a_line_is_never_wider_than_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    bar = Bar("Planning postings")

    bar(Words("planning.doing-blocks", {"what": "postings " * 9, "done": 1, "total": 2}), 1, 1, objective=5, bound=6)
    bar("稳定匹配" * 20, 1, 1)
    bar.close("optimal")

    lines = capsys.readouterr().err.split("\r")[1:]
    assert len(lines) == 3 and all(wide(line.rstrip("\n")) <= 59 for line in lines)
    assert lines[0].startswith("Planning postings [####################] 5 ≤ 6 (20.00 %)")
    assert lines[2].rstrip(" \n") == "Planning postings: optimal" and wide(lines[2].rstrip("\n")) == wide(
        lines[1].rstrip()
    )


def test_a_line_is_written_ten_times_a_second_at_most(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    bar = Bar("Planning postings")

    for done in range(1000):
        bar("x", done, 1000, objective=done)

    assert 1 <= capsys.readouterr().err.count("\r") < 20


def test_where_nobody_looks_only_the_end_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Planning visits") as bar:
        bar("x", 1, 2, objective=1.0)
        bar.said = "optimal"

    assert capsys.readouterr().err == "Planning visits: optimal\n"


def test_a_cut_text_says_that_it_is_cut() -> None:
    assert [cut("abc", 3), cut("abcd", 3), cut("合成数据", 5)] == ["abc", "ab…", "合成…"]
