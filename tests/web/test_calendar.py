"""The calendar of a round and of a year, its files and its papers."""

from __future__ import annotations

import email
from datetime import date
from email.policy import default
from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.reports.round_calendar import ROUND, YEAR, State, round_steps, state_of, year_steps
from pairup.services import calendar, edits
from pairup.values.words import LANGUAGES, say
from tests.exchange.test_ics import read
from tests.services.cast import LATER, OFFICE, ON, rows
from tests.web.conftest import Browse

ROUND_2 = "/in/twin/calendar/?round=national-2&on=2026-11-23"


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_round_runs_from_a_year_before_arrival_to_five_years_after() -> None:
    steps = round_steps(date(2028, 7, 1))

    assert (steps[0].first, steps[-1].last) == (date(2027, 7, 1), date(2033, 7, 31))
    assert [one.first for one in steps] == sorted(one.first for one in steps)
    assert year_steps(2026)[-1].last == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("is_done", "on", "state"),
    [
        (True, date(2030, 1, 1), State.DONE), (False, date(2027, 7, 1), State.NOW),
        (False, date(2027, 6, 30), State.LATER), (False, date(2027, 11, 1), State.OVERDUE),
        (None, date(2027, 11, 1), State.UNTOLD), (None, date(2027, 10, 31), State.NOW),
    ],
)  # fmt: skip
def test_a_step_stands_where_the_record_says_and_untold_is_not_overdue(
    is_done: bool | None, on: date, state: State
) -> None:
    assert state_of(round_steps(date(2028, 7, 1))[0], is_done, on) is state


def test_what_the_record_holds_says_which_steps_were_done(browse: Browse) -> None:
    with acting_as(OPERATOR):
        found = calendar.read_round_calendar("twin", "national-2", on=ON)
        states = {line.planned.step.name: (line.state, line.rows) for line in found.lines}

    assert states["posts"] == (State.DONE, 3) and states["nominations"] == (State.DONE, 5)
    assert states["matching"] == (State.LATER, 0) and states["exit-plan"] == (State.LATER, None)


def test_who_may_not_read_a_table_is_not_told_that_its_step_is_overdue(browse: Browse) -> None:
    late = date(2028, 6, 30)
    with acting_as("recipient_office:east"):
        found = calendar.read_round_calendar("twin", "national-2", on=late)

    (screening,) = [line for line in found.lines if line.planned.step.name == "screening"]
    assert screening.state is State.UNTOLD and screening.rows is None


def test_a_page_tells_steps_owners_and_what_comes_next_for_the_reader(browse: Browse) -> None:
    page = said(browse("programme_office").get("/in/twin/calendar/?round=national-2&on=2028-04-15"))

    assert "Matching of people to posts" in page and "programme office" in page and "Next for you: " in page
    assert "national-2" in said(browse("evaluator").get("/in/twin/calendar/"))  # the round in hand
    assert "Building season" in said(browse("donor_office:DN-A").get("/in/twin/calendar/?year=2026"))
    assert browse("programme_office").get("/in/twin/calendar/?year=soon").status_code == 422
    assert browse("programme_office").get("/in/twin/calendar/?round=none").status_code == 404


def test_the_file_for_calendar_programs_has_each_step_once_under_a_name_that_stays(browse: Browse) -> None:
    office = browse("programme_office")

    first, second = (office.get("/in/twin/calendar/steps.ics?round=national-2") for _ in range(2))

    names = [value for name, value in read(said(first)) if name == "UID"]
    assert len(set(names)) == len(names) == len(ROUND)
    assert names == [value for name, value in read(said(second)) if name == "UID"]
    assert first["Content-Type"].startswith("text/calendar")


def test_the_months_are_drawn(browse: Browse) -> None:
    assert b"<svg" in browse("secondee:P-0").get("/in/twin/calendar/steps.svg?round=national-2").content


def test_what_is_due_is_a_letter_to_whose_it_is(browse: Browse) -> None:
    with acting_as(OPERATOR):
        edits.record("organisations", rows("code name_en name_zh kind place", "RO-A Ward 东部办 bureau east"),
                     actor=OFFICE, at=LATER)  # fmt: skip
        edits.record("incidents", rows("code day kind severity place action_en owner due is_synthetic",
                     "I-1 2026-11-10 weather minor east Cold~ward RO-A 2026-11-15 yes"), actor=OFFICE, at=LATER,
                     programme="twin")  # fmt: skip
    office = browse("programme_office")

    page = said(office.get("/in/twin/calendar/letters/?on=2026-11-23"))
    taken = office.get("/in/twin/calendar/letters/?on=2026-11-23&owner=RO-A&form=eml")
    letter: Any = email.message_from_bytes(taken.content, policy=default)

    assert "15 November 2026" in page and "8 days overdue" in page
    assert letter["Subject"] == "Twin: what is due" and "Cold ward (I-1)" in letter.get_content()
    assert office.get("/in/twin/calendar/letters/?owner=XX&form=eml").status_code == 404
    assert "Cold ward" not in said(browse("donor_office:DN-B").get("/in/twin/calendar/letters/?on=2026-11-23"))


def test_whoever_may_not_open_the_letters_is_not_led_to_them(browse: Browse) -> None:
    led = {who: "/calendar/letters/" in said(browse(who).get(ROUND_2)) for who in ("programme_office", "evaluator")}

    assert led == {"programme_office": True, "evaluator": False}


@pytest.mark.parametrize("name", ["call", "order", "notice", "handover"])
def test_a_paper_stands_in_both_languages_with_blanks_for_what_is_not_known(browse: Browse, name: str) -> None:
    page = said(browse("programme_office").get(f"/in/twin/calendar/papers/{name}/?round=national-2"))

    assert say(f"pages.paper-{name}", "en") in page and say(f"pages.paper-{name}", "zh_Hans") in page
    assert 'lang="en"' in page and 'lang="zh-Hans"' in page and "____" in page
    assert browse("programme_office").get("/in/twin/calendar/papers/none/?round=national-2").status_code == 404


def test_a_call_names_posts_and_quotas_of_ones_own_only(browse: Browse) -> None:
    at = "/in/twin/calendar/papers/call/?round=national-2"

    assert "Surgeon" in said(browse("programme_office").get(at)) and "Bland" in said(browse("programme_office").get(at))
    assert "Bland" not in said(browse("donor_office:DN-A").get(at))


def test_a_paper_shows_fifty_rows_at_once_and_all_of_them_in_one_file(browse: Browse) -> None:
    with acting_as(OPERATOR):
        posts = (f"Q-{n} national-2 {'east' if n % 2 else 'west'} {'a-east' if n % 2 else 'b-west'} Post~{n} doctor 1 "
                 "2028-07 2031-07 yes" for n in range(100, 170))  # fmt: skip
        columns = "code round place pairing title_en profession seats from to is_synthetic"
        edits.record("posts", rows(columns, *posts), actor=OFFICE, at=LATER, programme="twin")
    office, at = browse("programme_office"), "/in/twin/calendar/papers/call/?round=national-2"

    first, second = said(office.get(at)), said(office.get(f"{at}&page=2"))
    east, bland = said(office.get(f"{at}&place=east")), said(office.get(f"{at}&donor=DN-B"))
    whole = office.get(f"{at}&whole=yes")

    assert first.count("<tr><td>") == 2 * 50
    assert "Post 169" not in first and "Post 169" in second
    assert "Post 101" in east and "Post 100" not in east
    assert "Post 100" in bland and "Post 101" not in bland and "DN-A" not in bland.partition("<section")[2]
    assert "attachment" in whole["Content-Disposition"] and said(whole).count("Post 1") == 2 * 70
    assert len(first) < 40_000 and "/static/" not in said(whole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_and_state_has_words(language: str) -> None:
    codes = [f"pages.step-{one.name}" for one in (*ROUND, *YEAR)] + [f"pages.step-is-{one}" for one in State]

    assert [code for code in codes if say(code, language) == code] == []
