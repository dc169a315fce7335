"""Rounds ahead and fair orders of a record: who may ask, and what a run keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.errors import AccessError, InputError
from pairup.planning.futures import Expected
from pairup.services import fair, horizons, plans, reporting
from tests.services.cast import DRAFTED, OFFICE, ON, a_programme, load


def asked(kind: str = "postings") -> plans.Asked:
    return plans.ask(kind, programme="twin", round_code=None, on=ON, horizon=(2027, 2028))


def test_a_run_keeps_its_horizon_and_what_was_taken_to_hold(record: Path) -> None:
    load(a_programme())

    drafted, ahead = horizons.draft(asked(), rounds=2, actor=OFFICE, at=DRAFTED, expected=Expected(draws=2))

    kept = plans.read_run(drafted.run).answer["horizon"]
    assert kept == ahead.to_dict() and kept["expected"]["draws"] == 2
    assert [row["is_drawn"] for row in kept["rounds"]] == [False, True]
    assert drafted.plan.objective == kept["rounds"][0]["worth"]


def test_the_office_report_tells_every_round_and_the_public_page_none(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    horizons.draft(asked(), rounds=2, actor=OFFICE, at=DRAFTED, expected=Expected(draws=2))

    reporting.write(tmp_path / "report", programme="twin", on=ON, force=True)

    office, public = ((tmp_path / "report" / f"{name}.html").read_text("utf-8") for name in ("index", "public"))
    assert "Round 2 (drawn, not known)" in office and "From round 2 on nothing is known." in office
    assert "drawn, not known" not in public


def test_the_office_report_tells_the_price_of_the_fair_order(record: Path) -> None:
    load(a_programme())
    fair.draft(asked(), "leximin", points=100, actor=OFFICE, at=DRAFTED)

    plan = next(plan for plan in reporting.read_facts("twin", on=ON).plans if plan.kind.value == "postings")

    assert [words.code for words in plan.beside] == ["fairness.fair"]


def test_nobody_without_the_right_plans_ahead_or_by_a_fair_order(record: Path) -> None:
    load(a_programme())

    with pytest.raises(AccessError):
        horizons.draft(asked(), rounds=2, actor="public", at=DRAFTED)
    with pytest.raises(AccessError):
        fair.draft(asked(), "leximin", points=100, actor="public", at=DRAFTED)


def test_other_kinds_are_refused(record: Path) -> None:
    load(a_programme())

    with pytest.raises(InputError, match="no rounds"):
        horizons.draft(asked("funding"), rounds=2, actor=OFFICE, at=DRAFTED)
    with pytest.raises(InputError, match="no places"):
        fair.draft(asked("funding"), "leximin", points=100, actor=OFFICE, at=DRAFTED)
