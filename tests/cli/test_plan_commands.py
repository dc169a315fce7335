"""`plan`, `why`, `adopt`, `claims` and `report` on a record: what they print, and the code they end with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Pairup
from tests.services import cast
from tests.services.cast import a_programme, changed, held, write_folder

DAY = ("--on", "2026-11-23")


@pytest.fixture
def loaded(record: Path) -> Path:
    """A record with the small programme."""
    cast.load(a_programme())
    return record


def infeasible(record: Path) -> Path:
    cast.load(changed(a_programme(), "posts", "school", must_fill="yes", profession="forester"))
    return record


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("pairings", "DN-A  east"),
        ("postings", "P-1  clinic"),
        ("funding", "J-1  start-2027"),
        ("visits", "worth 25"),
    ],
)
def test_a_plan_is_told_with_its_proof_its_worth_and_the_next_command(
    pairup: Pairup, loaded: Path, kind: str, said: str
) -> None:
    done = pairup("plan", kind, "--record", loaded, *DAY, "--days", "3")

    assert done.code == 0
    assert done.out.startswith("Proved best:") and said in done.out
    assert "Worth is made of: " in done.out and f"pairup adopt {kind}-" in done.out


def test_json_is_all_there_is_on_standard_output(pairup: Pairup, loaded: Path) -> None:
    done = pairup("plan", "postings", "--record", loaded, *DAY, "--json", "--seed", "5")

    answer = json.loads(done.out)

    assert (answer["status"], answer["record_run"], answer["run"]["seed"]) == ("optimal", "postings-national-2-1", 5)
    assert len(answer["assignments"]) == 3 and "Planning postings" in done.err


def test_a_round_that_cannot_be_filled_ends_with_3_and_names_the_clash(pairup: Pairup, record: Path) -> None:
    infeasible(record)

    done = pairup("plan", "postings", "--record", record, *DAY)
    answer = json.loads(pairup("plan", "postings", "--record", record, *DAY, "--json").out)

    assert done.code == 3 and "There is no plan" in done.out and "school" in done.out
    assert (answer["status"], answer["assignments"]) == ("infeasible", None)
    assert pairup("adopt", "postings-national-2-1", "--record", record).code == 3
    assert pairup("why", "postings-national-2-1", "P-1", "clinic", "--record", record).code == 3


@pytest.mark.parametrize("kind", ["pairings", "postings", "funding", "visits"])
def test_no_seconds_end_with_a_plan_or_with_4(pairup: Pairup, loaded: Path, kind: str) -> None:
    done = pairup("plan", kind, "--record", loaded, *DAY, "--days", "3", "--seconds", "0", "--json")

    status = json.loads(done.out)["status"]
    assert done.code == {"optimal": 0, "feasible": 0, "unknown": 4}[status]
    assert "Traceback" not in done.err


def test_a_plan_is_asked_why_and_adopted_once(pairup: Pairup, loaded: Path) -> None:
    pairup("plan", "postings", "--record", loaded, *DAY)

    why = pairup("why", "postings-national-2-1", "P-2", "clinic", "--record", loaded)
    first = pairup("adopt", "postings-national-2-1", "--record", loaded)
    again = pairup("adopt", "postings-national-2-1", "--record", loaded)

    assert why.code == 0 and "personal condition" in why.out
    assert first.code == 0 and "3 rows of postings" in first.out
    assert again.code == 1 and "adopted before" in again.err


def test_a_plan_that_changes_nothing_says_so(pairup: Pairup, loaded: Path) -> None:
    pairup("plan", "pairings", "--record", loaded, *DAY)

    assert "no row: nothing changes" in pairup("adopt", "pairings-national-2-1", "--record", loaded).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", "postings", "--programme", "other"), "Programmes here: twin"),
        (("plan", "postings", "--round", "national-9"), "national-1, national-2"),
        (("plan", "funding", "--on", "2090-01-01"), "envelope"),
        (("plan", "postings", "--actor", "public"), "may not plan.draft"),
        (("adopt", "nothing"), "no run"),
        (("adopt", "nothing", "--actor", "secondee"), "may not plan.adopt"),
        (("why", "nothing", "P-1", "clinic"), "no run"),
        (("claims", "--programme", "other"), "Programmes here: twin"),
        (("report", "--programme", "other"), "Programmes here: twin"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_1(pairup: Pairup, loaded: Path, words: tuple[str, ...], said: str) -> None:
    before = held()

    refused = pairup(*words, "--record", loaded)

    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err and "Traceback" not in refused.err
    assert held() == before


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "feasts"),
        ("plan", "postings", "--problem", "p.json"),
        ("plan", "postings", "--seconds", "-1"),
        ("plan", "postings", "--seed", "-1"),
        ("plan", "visits", "--days", "0"),
        ("plan", "funding", "--years", "soon"),
        ("plan", "funding", "--years", "2030-2026"),
        ("plan", "postings", "--on", "yesterday"),
        ("why", "run"),
        ("adopt",),
        ("report", "--on", "2026-13-01"),
    ],
)
def test_wrong_usage_is_2_and_touches_nothing(pairup: Pairup, loaded: Path, words: tuple[str, ...]) -> None:
    before = held()

    assert pairup(*words, "--record", loaded).code == 2
    assert held() == before


def test_neither_a_record_nor_a_problem_is_wrong_usage(pairup: Pairup) -> None:
    assert pairup("plan", "postings").code == 2


def test_claims_are_told_one_by_one_and_counted(pairup: Pairup, loaded: Path) -> None:
    done = pairup("claims", "--record", loaded, *DAY)

    assert done.code == 0 and done.err == ""
    assert "C-1 [reported] news story, 2024: Grew." in done.out and "3 claims checked" in done.out


def test_claims_are_told_in_chinese_where_the_screen_is(
    pairup: Pairup, loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIRUP_LANGUAGE", "zh_CN")

    assert "C-1" in (said := pairup("claims", "--record", loaded, *DAY).out) and "claims checked" not in said


def test_a_report_is_written_and_not_written_over_by_accident(pairup: Pairup, loaded: Path, tmp_path: Path) -> None:
    first = pairup("report", "--record", loaded, *DAY)
    again = pairup("report", "--record", loaded, *DAY)
    forced = pairup("report", "--record", loaded, *DAY, "--force")

    assert (first.code, again.code, forced.code) == (0, 1, 0)
    assert "--force" in again.err
    assert (tmp_path / "report" / "index.html").is_file() and (tmp_path / "report" / "public.html").is_file()


def test_a_record_of_two_programmes_asks_which(pairup: Pairup, loaded: Path, tmp_path: Path) -> None:
    other = changed(a_programme(), "programme", "twin", name_en="Other")
    other["programme"][0]["code"] = "other"
    assert pairup("load", write_folder(tmp_path / "other", other), "--record", loaded).code == 0

    refused = pairup("plan", "postings", "--record", loaded, *DAY)
    said = pairup("plan", "postings", "--record", loaded, *DAY, "--programme", "other")

    assert refused.code == 1 and "--programme: other, twin" in refused.err
    assert said.code == 0


def test_lots_are_drawn_and_kept_as_a_run(pairup: Pairup, loaded: Path) -> None:
    drafted = json.loads(pairup("plan", "funding", "--record", loaded, *DAY, "--json").out)["record_run"]

    done = pairup("lottery", drafted, "--record", loaded, "--seed", 3, "--within", "5%")
    vague = pairup("lottery", drafted, "--record", loaded, "--seed", 3, "--within", "little")

    assert done.code == 0 and f"Kept as run {drafted}-lottery-1" in done.out
    assert vague.code == 2 and "not like 1%" in vague.err


def test_what_changes_if_a_donor_leaves_is_told_under_the_plan(pairup: Pairup, loaded: Path) -> None:
    done = pairup("plan", "pairings", "--record", loaded, "--on", "2026-11-23", "--without", "DN-B")

    assert done.code == 3 and "there is no plan" in done.out and "DN-A carries 1 at most" in done.out


def test_a_donor_that_is_not_there_is_refused_before_anything_is_drafted(pairup: Pairup, loaded: Path) -> None:
    before = held()

    done = pairup("plan", "pairings", "--record", loaded, "--on", "2026-11-23", "--without", "DN-Z")

    assert done.code == 1 and "'DN-Z' is no donor" in done.err and "DN-A, DN-B" in done.err
    assert held() == before


def test_pairings_are_planned_over_years_and_say_what_is_missing(pairup: Pairup, loaded: Path) -> None:
    done = pairup("plan", "pairings", "--record", loaded, "--on", "2026-11-23", "--years", "2027-2027")

    assert done.code == 0 and "of the need; more cannot be had" in done.out
    assert "Missing: distance is not told" in done.out and "capacity of DN-A" in done.out


def test_a_drafted_portfolio_is_weighed_from_its_record(pairup: Pairup, loaded: Path) -> None:
    drafted = json.loads(pairup("plan", "funding", "--record", loaded, *DAY, "--json").out)

    done = pairup("weigh", drafted["record_run"], "--record", loaded, "--floors", "--rule", "equal-shares")
    alone = pairup("weigh", drafted["record_run"])

    assert done.code == 0 and "Equal shares cost" in done.out and "The floor on livelihood costs" in done.out
    assert alone.code == 2
