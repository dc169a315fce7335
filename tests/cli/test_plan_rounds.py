"""`plan postings` with `--rounds` and `--fair`: what is said of each round, what a fair order costs, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Pairup
from tests.planning.rounds import a_round
from tests.services import cast
from tests.services.cast import a_programme

DAY = ("--on", "2026-11-23")
NOW = a_round("Lin FJ clinic 10", "Wu FJ clinic 9", post_days={"clinic": ("2028-07-01", "2031-06-30")})
THEN = a_round("Lin FJ school 20", post_days={"school": ("2030-07-01", "2033-06-30")})
#: the example of docs/explanation/worth-and-fairness.md
UNEVEN = a_round(
    "Lin FJ clinic 90", "Wu FJ clinic 95", "Wu FJ school 70", seats={"clinic": 2},
)  # fmt: skip


def files(folder: Path, *problems: object) -> list[str]:
    words = []
    for number, problem in enumerate(problems):
        path = folder / f"round-{number}.json"
        path.write_text(json.dumps(problem.to_dict()))  # type: ignore[attr-defined]
        words += ["--problem", str(path)]
    return words


@pytest.fixture
def loaded(record: Path) -> Path:
    cast.load(a_programme())
    return record


def test_rounds_of_files_are_planned_in_order_and_a_person_is_held_back(pairup: Pairup, tmp_path: Path) -> None:
    done = pairup("plan", "postings", *files(tmp_path, NOW, THEN))

    assert done.code == 0 and "Wu  clinic" in done.out
    assert "Round 1: 1 posted, worth 9; by itself it would be worth 10." in done.out
    assert "Round 2: 1 posted, worth 20" in done.out and "gap 0 %" in done.out
    assert "1 people whom the first round alone would post are not posted in it: it is worth 1 points less" in done.out
    assert "drawn" not in done.out


def test_rounds_that_are_not_given_are_drawn_and_said_so(pairup: Pairup, tmp_path: Path) -> None:
    done = pairup("plan", "postings", *files(tmp_path, NOW), "--rounds", "3")

    assert done.code == 0
    assert "Round 2 (drawn, not known)" in done.out and "Round 3 (drawn, not known)" in done.out
    assert "From round 2 on nothing is known." in done.out and "no forecast" in done.out


def test_json_has_every_round_with_plan_bound_and_gap_and_rows_of_known_ones_only(
    pairup: Pairup, tmp_path: Path
) -> None:
    done = pairup("plan", "postings", *files(tmp_path, NOW, THEN), "--rounds", "3", "--json")

    told = json.loads(done.out)
    rounds = told["horizon"]["rounds"]
    assert done.err == "" and told["objective"] == 9 and told["bound"] == 10
    assert [row["is_drawn"] for row in rounds] == [False, False, True]
    assert rounds[1]["assignments"] == [{"person": "Lin", "post": "school"}] and "assignments" not in rounds[2]
    assert all({"bound", "gap", "worth", "seconds"} <= set(row) for row in rounds)


def test_a_fair_order_tells_its_price_beside_the_plan_worth_most(pairup: Pairup, tmp_path: Path) -> None:
    done = pairup("plan", "postings", *files(tmp_path, UNEVEN), "--fair", "leximin")

    assert done.code == 0 and "Wu  school" in done.out
    assert "lowest share first (leximin): it costs 25 points of 185." in done.out
    assert "Lowest share of seats filled at a place 50 % (was 0 %)" in done.out and "Proved:" in done.out


def test_the_weighted_order_follows_the_points_it_is_given(pairup: Pairup, tmp_path: Path) -> None:
    words = files(tmp_path, UNEVEN)

    few, many = (
        json.loads(pairup("plan", "postings", *words, "--fair", "weighted", "--fair-points", points, "--json").out)
        for points in (1, 100)
    )

    assert (few["fair"]["price"], many["fair"]["price"]) == (0, 25)
    assert many["objective"] == 160 and many["fair"]["welfare"] == 185


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--rounds", "1"], 2, "less than the 2 files"),
        (["--fair", "leximin"], 2, "one --problem FILE"),
        (["--rounds", "3", "--fair", "leximin"], 2, "--fair takes one round"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    pairup: Pairup, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = pairup("plan", "postings", *files(tmp_path, NOW, THEN), *words)

    assert done.code == code and said in done.err


def test_a_kind_without_rounds_and_a_file_that_is_not_there_are_refused(pairup: Pairup, loaded: Path) -> None:
    kind = pairup("plan", "funding", "--record", loaded, *DAY, "--rounds", "2")
    file = pairup("plan", "postings", "--problem", "nowhere.json", "--rounds", "2")

    assert kind.code == 1 and "no rounds" in kind.err
    assert file.code == 1 and "There is no file nowhere.json" in file.err


def test_a_round_of_a_record_is_planned_ahead_and_kept_as_a_run_that_can_be_adopted(
    pairup: Pairup, loaded: Path
) -> None:
    done = pairup("plan", "postings", "--record", loaded, *DAY, "--rounds", "3")

    assert done.code == 0 and "Round 3 (drawn, not known)" in done.out
    assert "Kept as run postings-national-2-1" in done.out
    assert pairup("adopt", "postings-national-2-1", "--record", loaded).code == 0


def test_a_fair_plan_of_a_record_is_kept_with_its_price(pairup: Pairup, loaded: Path) -> None:
    from pairup.services import plans

    done = pairup("plan", "postings", "--record", loaded, *DAY, "--fair", "weighted")

    kept = plans.read_run("postings-national-2-1").answer["fair"]
    assert done.code == 0 and "(weighted): it costs" in done.out
    assert kept["order"] == "weighted" and kept["price"] >= 0
