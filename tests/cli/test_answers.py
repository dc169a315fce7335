"""`why`, `what-if` and `repair`: on a record, and on a problem file without one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Pairup
from tests.services import cast
from tests.services.cast import a_programme, held

DAY = ("--on", "2026-11-23")
RUN = "postings-national-2-1"
ROUND = {
    "kind": "postings", "version": 1,
    "people": [{"id": name, "donor": "FJ"} for name in ("Lin", "Wu", "Chen")],
    "posts": [{"id": post, "place": "x", "seats": 1} for post in ("clinic", "school")],
    "options": [
        {"person": "Lin", "post": "clinic", "worth": 9}, {"person": "Wu", "post": "clinic", "worth": 7},
        {"person": "Wu", "post": "school", "worth": 6}, {"person": "Chen", "post": "school", "worth": 2},
    ],
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "round.json"
    path.write_text(json.dumps(ROUND), encoding="utf-8")
    return path


@pytest.fixture
def drafted(pairup: Pairup, record: Path) -> Path:
    cast.load(a_programme())
    pairup("plan", "postings", "--record", record, *DAY)
    return record


def test_a_problem_file_is_asked_without_a_record(pairup: Pairup, file: Path) -> None:
    why = pairup("why", "Wu", "clinic", "--problem", file)
    confirmed = pairup("why", "Wu", "clinic", "--problem", file, "--confirm")
    changed = pairup("what-if", "--force", "Wu", "clinic", "--problem", file)
    mended = pairup("repair", "--without", "Lin", "--problem", file)

    assert "loses 6 points" in why.out and "loses 6 points" in confirmed.out and "loses 6 points" in changed.out
    assert mended.code == 0 and "Wu moves from school to clinic" in mended.out and "moves 0 or fewer: 3" in mended.out


def test_no_database_is_loaded_for_a_problem_file(file: Path) -> None:
    asked = (
        f"import sys; sys.argv = ['pairup', 'repair', '--without', 'Lin', '--problem', {str(file)!r}]\n"
        "from pairup.cli.main import main\n"
        "try: main()\n"
        "finally: assert 'django' not in sys.modules"
    )

    assert subprocess.run([sys.executable, "-c", asked], check=False, capture_output=True).returncode == 0


def test_who_agreed_is_read_from_a_file_and_json_is_all_there_is(pairup: Pairup, file: Path, tmp_path: Path) -> None:
    (tmp_path / "agreed.txt").write_text("Wu\n\n", encoding="utf-8")

    done = pairup("repair", "--without", "Lin", "--agreed-file", "agreed.txt", "--problem", file, "--json")

    found = json.loads(done.out)["repair"]
    assert found["moved_agreed"] == ["Wu"] and [step["worth"] for step in found["curve"]] == [6.0, 9.0]


def test_the_curve_is_drawn(pairup: Pairup, file: Path, tmp_path: Path) -> None:
    done = pairup("repair", "--without", "Lin", "--problem", file, "--picture", "curve.svg")

    drawn = (tmp_path / "curve.svg").read_text(encoding="utf-8")
    assert done.code == 0 and drawn.startswith("<svg") and "people who move" in drawn


def test_the_curve_in_the_docs_is_what_the_tutorial_draws(pairup: Pairup, tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs"
    told = (docs / "tutorial" / "round-answers.md").read_text(encoding="utf-8")
    asked = told.split('```json title="round.json"\n')[1].split("```")[0]
    (tmp_path / "round.json").write_text(asked, encoding="utf-8")

    pairup("repair", "--without", "Lin", "--problem", tmp_path / "round.json", "--picture", "moves.svg")

    drawn = [re.findall(r">([^<>]+)</text>|aria-label=\"([^\"]+)", path.read_text(encoding="utf-8"))
             for path in (tmp_path / "moves.svg", docs / "explanation" / "pictures" / "moves.svg")]  # fmt: skip
    assert drawn[0] == drawn[1] and len(drawn[0]) > 8


def test_a_repair_that_cannot_be_ends_with_3_and_names_the_clash(pairup: Pairup, file: Path) -> None:
    said = ROUND | {"posts": [*ROUND["posts"][1:], ROUND["posts"][0] | {"must_fill": True}]}  # type: ignore[index]
    said["options"] = [ROUND["options"][0], *ROUND["options"][2:]]  # type: ignore[index]
    file.write_text(json.dumps(said), encoding="utf-8")

    done = pairup("repair", "--without", "Lin", "--problem", file)

    assert done.code == 3 and "clinic" in done.out


def test_a_clash_says_what_would_resolve_it(pairup: Pairup, file: Path) -> None:
    said = ROUND | {"quotas": {"FJ": 1}, "posts": [row | {"must_fill": True} for row in ROUND["posts"]]}  # type: ignore[union-attr, operator]
    file.write_text(json.dumps(said), encoding="utf-8")

    done = pairup("plan", "postings", "--problem", file)

    assert done.code == 3 and "Relaxing this alone makes a plan possible: FJ sends 1 at most" in done.out


def test_a_run_is_asked_and_nothing_is_kept(pairup: Pairup, drafted: Path) -> None:
    before = held()

    why = pairup("why", RUN, "P-5", "clinic", "--record", drafted)
    changed = pairup("what-if", RUN, "--forbid", "P-1", "clinic", "--record", drafted)
    mended = pairup("repair", RUN, "--without", "P-1", "--record", drafted)

    assert "17 points" in why.out and changed.out.startswith("The plan loses 17 points")
    assert mended.code == 0 and "people move" in mended.out
    assert held() == before


def test_a_repair_is_kept_as_a_run_that_can_be_adopted(pairup: Pairup, drafted: Path) -> None:
    kept = pairup("repair", RUN, "--without", "P-1", "--record", drafted, "--keep")
    adopted = pairup("adopt", "postings-national-2-2", "--record", drafted)
    other = pairup("adopt", RUN, "--record", drafted)

    assert kept.code == 0 and "pairup adopt postings-national-2-2" in kept.out
    assert adopted.code == 0 and "rows of postings" in adopted.out
    assert other.code == 1


def test_another_point_of_the_curve_can_be_kept_and_one_that_is_none_cannot(pairup: Pairup, drafted: Path) -> None:
    kept = pairup("repair", RUN, "--without", "P-1", "--record", drafted, "--keep", "--moves", "0")
    refused = pairup("repair", RUN, "--without", "P-1", "--record", drafted, "--keep", "--moves", "99")

    assert kept.code == 0 and (refused.code, "99 moves" in refused.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("what-if", RUN, "--force", "P-99", "clinic"), "no person"),
        (("what-if", RUN, "--without", "P-99"), "no person"),
        (("repair", RUN, "--without", "P-99"), "no person"),
        (("repair", RUN, "--closed", "nowhere"), "no post"),
        (("repair", RUN, "--without", "P-1", "--keep", "--actor", "public"), "may not plan.draft"),
        (("repair", "nothing", "--without", "P-1"), "no run"),
        (("what-if", "nothing", "--without", "P-1"), "no run"),
    ],
)
def test_what_cannot_be_asked_is_refused(pairup: Pairup, drafted: Path, words: tuple[str, ...], said: str) -> None:
    done = pairup(*words, "--record", drafted)

    assert done.code == 1 and said in done.err and "Traceback" not in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("why", "Lin", "clinic"),
        ("why", "Lin", "--problem", "FILE"),
        ("what-if", "--problem", "FILE"),
        ("what-if", RUN, "--force", "Lin", "clinic", "--problem", "FILE"),
        ("repair", "--problem", "FILE"),
        ("repair", "--without", "Lin", "--keep", "--problem", "FILE"),
    ],
)
def test_wrong_usage_is_2(pairup: Pairup, file: Path, words: tuple[str, ...]) -> None:
    assert pairup(*(file if word == "FILE" else word for word in words)).code == 2
