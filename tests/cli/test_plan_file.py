"""`pairup plan KIND --problem FILE`: no Django, and with --json nothing but the answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FUNDING = {
    "kind": "funding", "version": 1, "lines": [{"id": "FJ", "capacity": 100, "is_money": True}],
    "projects": [{"id": "heat", "worth": 9, "ways": [{"id": "now", "loads": {"FJ": 60}}]}],
}  # fmt: skip
NO_PLAN = FUNDING | {"lines": [{"id": "FJ", "capacity": 10, "is_money": True}], "locks": [["heat"]]}
POSTING = {
    "kind": "postings", "version": 1, "people": [{"id": "A", "donor": "FJ"}, {"id": "B", "donor": "FJ"}],
    "posts": [{"id": "q", "place": "x", "seats": 1, "must_fill": True}, {"id": "r", "place": "x", "seats": 1}],
    "options": [{"person": "A", "post": "q", "worth": 1}, {"person": "B", "post": "r", "worth": -2}],
    "couples": [["A", "B"]],
}  # fmt: skip


def run(folder: Path, problem: object, *options: str, kind: str = "funding") -> subprocess.CompletedProcess[str]:
    file = folder / "problem.json"
    file.write_text(problem if isinstance(problem, str) else json.dumps(problem))
    command = [sys.executable, "-m", "pairup.cli.main", "plan", kind, "--problem", str(file), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_plan_is_said_in_words_and_ends_with_0(tmp_path):
    done = run(tmp_path, FUNDING)

    assert done.returncode == 0
    assert done.stdout.startswith("Proved best: 1 chosen, worth 9. No plan that keeps the requirements is worth more.")


def test_json_is_all_there_is_on_standard_output(tmp_path):
    done = run(tmp_path, FUNDING, "--json", "--seed", "4")

    answer = json.loads(done.stdout)
    assert {key: answer[key] for key in ("kind", "version", "status", "objective", "bound", "gap", "assignments")} == {
        "kind": "funding", "version": 1, "status": "optimal", "objective": 9.0, "bound": 9.0, "gap": 0.0,
        "assignments": [{"project": "heat", "way": "now"}],
    }  # fmt: skip
    assert answer["conflicts"] == [] and answer["run"]["ended"] == "proof" and answer["run"]["seed"] == 4


def test_a_refused_file_ends_with_1_and_says_nothing_on_standard_output(tmp_path):
    done = run(tmp_path, FUNDING | {"budget": 3}, "--json")

    assert done.returncode == 1 and done.stdout == ""
    assert 'problem.json: funding has the key "budget", which is not known here.' in done.stderr


@pytest.mark.parametrize("kind, options", [("feasts", ()), ("funding", ("--seconds", "soon"))])
def test_wrong_usage_ends_with_2(tmp_path, kind, options):
    assert run(tmp_path, FUNDING, *options, kind=kind).returncode == 2


def test_no_plan_ends_with_3_and_names_what_clashes(tmp_path):
    done = run(tmp_path, NO_PLAN, "--json")

    answer = json.loads(done.stdout)
    assert done.returncode == 3 and answer["status"] == "infeasible"
    assert answer["assignments"] is None and answer["objective"] is None and answer["gap"] is None
    assert [conflict["words"] for conflict in answer["conflicts"]] == ["FJ holds 10 at most", "heat is carried out"]
    assert answer["conflicts"][0]["code"] == "planning.line" and answer["conflicts"][0]["facts"]["line"] == "FJ"


def test_stopping_without_a_plan_ends_with_4(tmp_path):
    done = run(tmp_path, POSTING, "--json", "--seconds", "0", kind="postings")

    answer = json.loads(done.stdout)
    assert done.returncode == 4 and answer["status"] == "unknown" and answer["assignments"] is None


def test_planning_a_file_loads_no_django(tmp_path):
    (tmp_path / "problem.json").write_text(json.dumps(FUNDING))
    script = (
        "import sys; from pathlib import Path; from pairup.cli.plan_file import plan_problem_file;"
        f"code = plan_problem_file('funding', Path({str(tmp_path / 'problem.json')!r}), echo=lambda text: None);"
        "sys.exit(code or any(name.split('.')[0] in ('django', 'altair') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_solve_is_drawn_where_asked_and_json_stays_alone_on_standard_output(tmp_path):
    done = run(tmp_path, FUNDING, "--json", "--plot", str(tmp_path / "solve.svg"))

    assert done.returncode == 0 and json.loads(done.stdout)["status"] == "optimal"
    assert (tmp_path / "solve.svg").read_text(encoding="utf-8").startswith("<svg") and "Drawn:" in done.stderr


@pytest.mark.parametrize(
    "name, said", [("solve.gif", "ends in none of .svg, .html, .png"), ("no/solve.svg", "no folder")]
)
def test_a_picture_that_cannot_be_written_is_refused_before_planning(tmp_path, name, said):
    done = run(tmp_path, NO_PLAN, "--plot", str(tmp_path / name))

    assert done.returncode == 2 and said in done.stderr.replace("\n", " ")


PAIRS = {
    "kind": "pairings", "version": 1, "donors": [{"id": "FJ", "capacity": 2}, {"id": "GD", "capacity": 2}],
    "recipients": [{"id": "nang", "fewest_donors": 1, "most_donors": 1}],
    "options": [{"donor": "FJ", "recipient": "nang", "worth": 9, "load": 1},
                {"donor": "GD", "recipient": "nang", "worth": 4, "load": 1}],
}  # fmt: skip
YEARS = {
    "kind": "pairings", "version": 1, "years": [2026], "recipients": [{"id": "nang", "need": 7}],
    "donors": [{"id": "FJ", "capacity": 5}, {"id": "GD", "capacity": 2}],
    "options": [{"donor": d, "recipient": "nang", "worth_per_unit": 1} for d in ("FJ", "GD")],
}  # fmt: skip


def test_what_changes_without_donors_is_told_of_a_file(tmp_path):
    done = run(tmp_path, PAIRS, "--without", "FJ", kind="pairings")

    assert done.returncode == 0 and "FJ leaves: 1 pairings end, 1 begin" in done.stdout
    assert "a change of -5" in done.stdout


def test_what_changes_over_years_is_in_the_json(tmp_path):
    done = run(tmp_path, YEARS, "--without", "FJ", "--json", kind="pairings")

    answer = json.loads(done.stdout)
    assert answer["coverage"]["share"] == "1" and answer["without"]["donors"] == ["FJ"]
    assert answer["without"]["plan"]["coverage"]["share"] == "2/7"
    assert {words["code"] for words in answer["without"]["words"]} >= {"pairings.donors-leave", "pairings.share-change"}


ZAYU = {
    "recipients": [{"id": "zayu", "fewest_donors": 1}],
    "options": [{"donor": "GD", "recipient": "zayu", "worth": 3, "load": 1}],
}  # fmt: skip


def test_what_changes_when_a_region_joins_is_told_of_a_file(tmp_path):
    joins = tmp_path / "zayu.json"
    joins.write_text(json.dumps(ZAYU), encoding="utf-8")

    done = run(tmp_path, PAIRS, "--joins", str(joins), kind="pairings")
    told = json.loads(run(tmp_path, PAIRS, "--joins", str(joins), "--json", kind="pairings").stdout)

    assert done.returncode == 0 and "zayu joins: 0 pairings end, 1 begin" in done.stdout
    assert told["joins"]["gained"] == [{"donor": "GD", "recipient": "zayu"}] and told["joins"]["points"] == 3


def test_a_region_joins_a_plan_over_years(tmp_path):
    (tmp_path / "zayu.json").write_text(
        json.dumps({"recipients": [{"id": "zayu", "need": 7}], "options": [{"donor": "FJ", "recipient": "zayu"}]}),
        encoding="utf-8",
    )

    done = run(tmp_path, YEARS, "--joins", str(tmp_path / "zayu.json"), "--json", kind="pairings")

    assert json.loads(done.stdout)["joins"]["plan"]["coverage"]["share"] == "3/7"  # whole amounts


@pytest.mark.parametrize(
    "said, found",
    [({"recipients": [{"id": "nang"}]}, "nang"),
     ({"options": [{"donor": "HB", "recipient": "nang", "worth": 1}]}, "HB"),
     ({"locks": []}, "locks"), ([], "object")],
)  # fmt: skip
def test_who_cannot_join_is_refused_before_planning(tmp_path, said, found):
    (tmp_path / "joins.json").write_text(json.dumps(said), encoding="utf-8")

    done = run(tmp_path, PAIRS, "--joins", str(tmp_path / "joins.json"), kind="pairings")

    assert done.returncode == 1 and done.stdout == "" and found in done.stderr


def test_a_donor_that_is_no_donor_of_the_file_is_refused_before_planning(tmp_path):
    done = run(tmp_path, PAIRS, "--without", "FJ", "--without", "HB", kind="pairings")

    assert done.returncode == 1 and done.stdout == "" and "'HB' is no donor" in done.stderr


def test_only_plans_of_pairings_are_asked_without_a_donor(tmp_path):
    assert run(tmp_path, {}, "--without", "FJ", kind="funding").returncode == 2


def test_why_is_asked_of_a_tie_in_one_year(tmp_path):
    (tmp_path / "years.json").write_text(json.dumps(YEARS), encoding="utf-8")
    command = [sys.executable, "-m", "pairup.cli.main", "why", "FJ", "nang", "2026", "--problem", "years.json"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.stdout.startswith("FJ – nang – 2026 is chosen: without it the least covered get 28.57 %"), done.stderr
