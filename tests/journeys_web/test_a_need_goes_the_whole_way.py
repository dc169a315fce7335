"""A need goes from a place to an adopted plan, and those who serve there now answer for their work: every role in turn.

Seven people at seven browsers, on one served record, in the order in which it happens.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pairup import services
from pairup.record.acting import acting_as
from tests.journeys_web.conftest import ACCOUNTS, PASSWORD
from tests.journeys_web.walking import Walk, walking
from tests.services.cast import LATER, rows


@pytest.fixture
def desks(browser: Any, address: str) -> Iterator[dict[str, Walk]]:
    """Each role at a browser of its own, signed in."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(walking(browser, address)).sign_in(name, PASSWORD)
            for name in ("county", "donor", "office", "surgeon", "evaluator")
        }


def test_a_need_is_stated_answered_planned_served_signed_and_judged(
    desks: dict[str, Walk], record_path: Path, browser: Any, address: str
) -> None:
    a_place_states_a_need(desks["county"])
    person = a_donor_nominates(desks["donor"])
    somebody_examines(record_path, person)
    run = an_office_drafts_and_puts_forward(desks["office"])
    both_sides_say_their_word(desks["county"], desks["donor"])
    the_office_adopts(desks["office"], run, person)
    whoever_serves_now_checks_in_and_hands_over(desks["surgeon"])
    the_place_countersigns(desks["county"])
    an_evaluator_judges_what_is_said(desks["evaluator"])
    the_public_reads_a_release(browser, address, record_path, person)


def a_place_states_a_need(county: Walk) -> None:
    county.click("Needs", "nav").unfold("State a need")
    county.fill(place="east", text="A midwife at night.", category="health", priority="5", stated_by="residents")
    county.click("State this need")
    county.fill(round="national-2", title="Midwife", profession="midwife", duties="Births at night.", cover="Insured.")
    county.click("Ask for this post")

    assert "Midwife" in county.reads()


def a_donor_nominates(donor: Walk) -> str:
    donor.click("Rounds", "nav").click("national-2", "main").click("People nominated, and their checks")
    donor.unfold("Nominate somebody").fill("#nominate", profession="midwife", years="6", grade="1").click("Nominate")
    found = re.search(r"P-DN-A-national-2-\d+", donor.reads())

    assert found is not None
    return found[0]


def somebody_examines(record: Path, person: str) -> None:
    """A clinic's answer comes in beside the browser, as a file of the donor's: that somebody is fit, and how high."""
    with ThreadPoolExecutor(1) as aside:  # Django and the browser's loop do not mix in one thread
        aside.submit(_examined, record, person).result()


def _examined(record: Path, person: str) -> None:
    from django.db import connection

    from pairup.services import edits

    services.open_record(record)
    with acting_as(ACCOUNTS["donor"]):
        edits.record("fitness", rows("code person outcome altitude_m from to is_synthetic",
                     f"F-9 {person} fit 5000 2028-01-01 2029-12-31 yes"), actor=ACCOUNTS["donor"], at=LATER,
                     programme="twin")  # fmt: skip
    connection.close()


def an_office_drafts_and_puts_forward(office: Walk) -> str:
    office.click("Rounds", "nav").click("national-2", "main").unfold("Draft a plan").fill("#draft", seconds="5")
    office.click_at("#draft button").wait_for("#job .next a").click_at("#job .next a").click("Put before the sides")

    return office.page.url.rstrip("/").rpartition("/")[2]


def both_sides_say_their_word(county: Walk, donor: Walk) -> None:
    for side in (county, donor):
        side.click("Rounds", "nav").click("national-2", "main")
        side.click("Read the plan that was put before you, and say what you think")
    assert "Midwife" in county.reads()
    county.click("Say so")
    donor.fill("#sign", kind="reservation", reservation="The ward at home is short until June.").click("Say so")

    assert "The ward at home is short until June." in donor.reads()


def the_office_adopts(office: Walk, run: str, person: str) -> None:
    office.open(f"/in/twin/plans/{run}/").click("See what adopting would write")
    assert "The ward at home is short until June." in office.reads() and "East bureau" in office.reads()
    office.click("Adopt this plan")

    assert "adopted" in office.reads() and person in office.reads()


def whoever_serves_now_checks_in_and_hands_over(surgeon: Walk) -> None:
    surgeon.click("My page", "nav").page.check("#check [name=well][value=yes]")
    surgeon.click_at("#check button").click("My handover file")
    surgeon.page.locator("main textarea:visible").first.fill("Two patients a week need the ward in Dale.")
    surgeon.click("Save and give to the host")

    assert "Given to the host" in surgeon.reads()


def the_place_countersigns(county: Walk) -> None:
    county.from_here().click("People", "nav").click_at("main a[href$='/handovers/']").click("R-0", "main")
    assert "Two patients a week" in county.reads()
    county.click("Set under the file")

    assert "Your answer stands under the handover file." in county.reads()


def an_evaluator_judges_what_is_said(evaluator: Walk) -> None:
    evaluator.click("Claims", "nav").click("C-3", "main")

    assert "Aland paid." in evaluator.reads() and "Reported only" in evaluator.reads()


def the_public_reads_a_release(browser: Any, address: str, record: Path, person: str) -> None:
    """The office publishes; whoever has no account reads the folder, on no server of ours, and meets nobody in it."""
    folder = record.parent / "public"
    words = ["release", "--record", str(record), "--programme", "twin", "--into", str(folder)]
    command = [sys.executable, "-c", "from pairup.cli.main import main; main()", *words]
    subprocess.run(command, check=True, capture_output=True)

    with walking(browser, folder.as_uri(), java_script_enabled=False) as public:
        public.open("/index.html").page.click("text=English")
        public.page.click("nav >> text=Claims")
        public.page.click("main a[href*='claims/']")
        said = public.page.inner_text("body")
    assert "Aland paid." in said and "Reported only" in said
    assert "Posted." not in said  # a claim that counts people tells of them where they are few
    with walking(browser, address) as public:
        assert "/account/login/" in public.open("/in/twin/people/").page.url
    told = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".html", ".csv"))
    assert len(told) > 10_000 and person not in told and "P-0" not in told
