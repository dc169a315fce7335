"""The report's facts: as of a day, as known on a day, of one programme, with nothing personal and nothing made up."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pairup.errors import ConflictError, InputError
from pairup.journal.checkpoint import SigningKey
from pairup.reports.facts import Change, MoneyFacts, PairingFacts, ReportFacts
from pairup.services import plans, reporting, write
from tests.services import cast
from tests.services.cast import (
    ADOPTED,
    DRAFTED,
    LATER,
    ON,
    a_programme,
    adopt,
    changed,
    draft,
    held,
    load,
    with_rows,
    words_of,
)

KNOWN = ADOPTED.date()
#: words of what is told to nobody but the person
PERSONAL = ("preference", "prefers", "fitness", "partner", "altitude limit", "highest_altitude", "certificate", "unfit")
DAYS_ON = datetime(2026, 12, 1, 9, tzinfo=UTC)


def planned_and_adopted(programme: cast.Tables | None = None, at: datetime = ADOPTED) -> dict[str, str]:
    """Load, draft every kind, adopt; give the runs."""
    load(programme or a_programme())
    runs = {kind: draft(kind).run for kind in plans.KINDS}
    for run in runs.values():
        adopt(run, at)
    return runs


def facts(on: date = ON, known_by: date | None = None, programme: str = "twin") -> ReportFacts:
    return reporting.read_facts(programme, on=on, known_by=known_by)


def money(found: ReportFacts, pairing: str, year: int) -> MoneyFacts:
    return next(fact for fact in found.money if (fact.pairing, fact.year) == (pairing, year))


def pairing(found: ReportFacts, code: str) -> PairingFacts:
    return next(fact for fact in found.pairings if fact.code == code)


def table(found: ReportFacts, name: str) -> list[dict[str, str]]:
    rows = next(table for table in found.tables if table.name == name)
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


# --- two clocks ---------------------------------------------------------------------------------------------

#: corrections of every table that a report reads
CORRECTIONS = [
    ("people", "P-1", {"years_in_profession": "1"}),
    ("fitness", "F-1", {"outcome": "unfit"}),
    ("posts", "clinic", {"title_en": "Physician", "priority": "1"}),
    ("needs", "N-1", {"text_en": "Something else."}),
    ("projects", "J-1", {"cost": "400", "to": "2026-11-22"}),
    ("envelopes", "E-1", {"amount": "77"}),
    ("money", "M-2", {"amount": "9999"}),
    ("pairings", "b-west", {"to": "2020"}),
    ("places", "east", {"name_en": "Orient", "altitude_m": "100"}),
    ("organisations", "DN-A", {"name_en": "Renamed"}),
    ("postings", "R-0", {"status": "ended_early", "to": "2026-01-01"}),
    ("sites", "dale-clinic", {"to": "2026-11-01"}),
    ("claims", "C-1", {"figure": "341"}),
    ("rounds", "national-2", {"to": "2032-06"}),
    ("quotas", "K-A", {"people": "1"}),
    ("programme", "twin", {"name_en": "Triplet"}),
]


def test_a_correction_recorded_later_changes_no_fact_that_was_known_before(record: Path) -> None:
    planned_and_adopted()
    before = facts(known_by=KNOWN)

    for table_, code, cells in CORRECTIONS:
        rows = changed(a_programme(), table_, code, **cells)[table_]
        load({table_: [row for row in rows if row["code"] == code]}, DAYS_ON)

    assert facts(known_by=KNOWN) == before
    assert facts() != replace(before, programme=facts().programme)


def test_corrections_of_the_day_of_the_plan_leave_a_report_that_can_be_made(record: Path) -> None:
    planned_and_adopted(at=DRAFTED)

    for name, code, cells in CORRECTIONS:  # nothing shields the plan from them
        rows = changed(a_programme(), name, code, **cells)[name]
        load({name: [row for row in rows if row["code"] == code]}, DRAFTED)

        assert facts().plans and facts(on=date(2030, 1, 1)).plans, f"{name} {code}"


def test_a_post_whose_chosen_person_was_corrected_the_same_day_is_not_followed(record: Path) -> None:
    programme = changed(a_programme(), "people", "P-2", highest_altitude_m="")
    planned_and_adopted(programme, at=DRAFTED)
    before = facts().followed

    load({"fitness": changed(programme, "fitness", "F-1", outcome="unfit")["fitness"]}, DRAFTED)

    assert before is not None and (before.person, before.considered) == ("P-1", 4)
    assert facts().followed is None or facts().followed.person != "P-1"  # type: ignore[union-attr]


def test_a_report_of_a_day_before_the_plan_knows_of_no_plan(record: Path) -> None:
    planned_and_adopted()

    found = facts(known_by=date(2026, 11, 5))

    assert (found.plans, found.followed, found.portfolio, found.itinerary) == ((), None, None, None)
    assert [fact.people for fact in found.pairings] == [None, None]


def test_money_and_claims_of_later_days_are_not_told(record: Path) -> None:
    planned_and_adopted()

    found = facts(on=date(2025, 5, 31))

    assert {(fact.pairing, str(fact.paid)) for fact in found.money} == {("a-east", "CNY 800.00")}
    assert [fact.code for fact in found.claims] == ["C-1"]


def test_a_place_has_the_code_it_had_on_the_day(record: Path) -> None:
    load(a_programme())

    codes = {year: facts(on=date(year, 6, 1)).place("dale") for year in (1997, 2014, 2015)}

    assert [code.order for code in codes.values()] == ["90101", "90101", "90111"]


# --- pairings -----------------------------------------------------------------------------------------------


def test_a_pairing_that_has_yet_to_begin_is_new_and_one_that_is_over_has_ended(record: Path) -> None:
    preferences = with_rows(
        a_programme(), "pairing_preferences", "code donor place said_by points",
        "V-1 DN-A west DN-A 500", "V-2 DN-B east DN-B 500",
    )  # fmt: skip
    planned_and_adopted(preferences)

    now, then = facts(), facts(on=date(2029, 1, 1))

    assert (pairing(now, "a-east").change, pairing(now, "a-west-2028").change) == (Change.ENDED, Change.NEW)
    assert (pairing(then, "a-east").change, pairing(then, "a-west-2028").people) == (Change.ENDED, 0)
    assert pairing(now, "a-west-2028").people is None


def test_people_and_posts_of_smaller_pairings_count_towards_the_one_above(record: Path) -> None:
    planned_and_adopted()

    found = facts()

    assert [fact.code for fact in found.pairings] == ["a-east", "b-west"]
    assert (pairing(found, "a-east").people, pairing(found, "a-east").posts) == (2, 2)


# --- money --------------------------------------------------------------------------------------------------


def test_a_return_lowers_what_was_paid_and_a_pledge_of_a_county_counts_above(record: Path) -> None:
    load(a_programme())

    fact = money(facts(), "a-east", 2025)

    assert (str(fact.pledged), str(fact.paid)) == ("CNY 1,000.00", "CNY 749.50")
    assert (fact.executed, fact.audited) == (None, None)


def test_what_is_due_without_a_base_is_words_and_never_zero(record: Path) -> None:
    load(a_programme())

    for fact in facts().money:
        assert fact.due is None and fact.due_note is not None
        assert fact.due_note.code.startswith("rules.due-no-base")  # type: ignore[union-attr]
        assert "CNY" not in fact.due_note.say("en")


def with_bases(programme: cast.Tables) -> cast.Tables:
    return with_rows(
        programme, "revenue_bases", "code donor year amount currency from to is_synthetic",
        "B-1 DN-A 2024 500000 CNY 2024 2024 yes", "B-2 DN-B 2024 600000 CNY 2024 2024 yes",
    )  # fmt: skip


def test_a_donor_with_two_pairings_owes_once(record: Path) -> None:
    load(with_bases(with_rows(
        a_programme(), "pairings", "code donor place channel level from",
        "a-west DN-A west territorial prefecture 2000",
    )))  # fmt: skip

    found = facts()

    assert str(money(found, "a-east", 2025).due) == "CNY 500.00"
    assert "a-west" not in {fact.pairing for fact in found.money if fact.due is not None}
    assert sum(fact.due.minor for fact in found.money if fact.due and fact.year == 2025) == 110_000


def test_a_second_pairing_of_a_donor_says_with_which_its_due_is_counted(record: Path) -> None:
    programme = with_rows(
        a_programme(), "pairings", "code donor place channel level from",
        "a-west DN-A west territorial prefecture 2000",
    )  # fmt: skip
    programme = with_rows(
        programme, "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-9 2025-05 a-west payment 2025 1 CNY yes",
    )  # fmt: skip
    load(with_bases(programme))

    note = money(facts(), "a-west", 2025).due_note

    assert note is not None and "a-east" in note.say("en") and "a-east" in note.say("zh_Hans")


def test_two_currencies_are_never_summed(record: Path) -> None:
    load(with_rows(
        a_programme(), "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-9 2025-05 a-east payment 2025 500 EUR yes",
    ))  # fmt: skip

    found = facts()

    assert str(money(found, "a-east", 2025).paid) == "CNY 749.50"
    assert [str(total.value) for total in found.totals if total.code == "money_paid"] == ["CNY 1,049.50", "EUR 500.00"]
    apart = [fact for fact in found.money if fact.paid is not None and fact.paid.currency == "EUR"]
    assert [(fact.pairing, fact.year, str(fact.paid)) for fact in apart] == [("a-east", 2025, "EUR 500.00")]
    assert {(row["code"], row["currency"]) for row in table(found, "money")} >= {("M-9", "EUR"), ("M-2", "CNY")}


def test_every_total_of_money_is_the_sum_of_the_rows_it_links_to(record: Path) -> None:
    load(a_programme())
    found = facts()

    for fact in found.money:
        assert fact.rows is not None
        mine = [row for row in table(found, "money") if (row["pairing"], row["year"]) == fact.rows.key]
        paid = sum(Decimal(row["amount"]) for row in mine if row["kind"] in ("payment", "return", "correction"))
        assert (fact.paid.amount if fact.paid else 0) == paid


# --- several programmes -------------------------------------------------------------------------------------


def a_second_programme() -> cast.Tables:
    """Another programme of the same places, donors and codes, with other money."""
    programme = changed(a_programme(), "programme", "twin", name_en="Other", name_zh="另")
    programme["programme"][0]["code"] = "other"
    programme = changed(programme, "money", "M-2", amount="5")
    programme = with_rows(programme, "organisations", "code name_en kind", "DN-C Cland government")
    return with_rows(
        programme, "revenue_bases", "code donor year amount currency from to is_synthetic",
        "B-9 DN-C 2024 1 CNY 2024 2024 yes",
    )  # fmt: skip


def test_totals_of_two_programmes_do_not_mix(record: Path) -> None:
    runs = planned_and_adopted()
    alone = facts()
    load(a_second_programme(), LATER)
    adopt(draft("postings", LATER, programme="other").run, LATER, programme="other")

    beside, other = facts(), facts(programme="other")

    assert (beside.money, beside.totals, beside.rounds, beside.claims) == (
        alone.money, alone.totals, alone.rounds, alone.claims
    )  # fmt: skip
    assert (beside.pairings, beside.portfolio, beside.followed, beside.tables) == (
        alone.pairings, alone.portfolio, alone.followed, alone.tables
    )  # fmt: skip
    assert str(money(other, "a-east", 2025).paid) == "CNY -45.50"
    assert [plan.kind for plan in other.plans] == ["postings"]
    assert runs["postings"] == plans.read_run(runs["postings"], programme="twin").identity.code


def test_a_record_of_several_programmes_asks_which(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    load(a_second_programme(), LATER)

    with pytest.raises(InputError, match="other, twin"):
        reporting.write(tmp_path / "report", on=ON)

    assert not (tmp_path / "report").exists()


# --- what is written ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, empty_record: Path) -> Path:
    """A report on disk, of an adopted round with a post left empty for a personal reason."""
    import shutil

    from pairup import services

    folder = tmp_path_factory.mktemp("written")
    shutil.copy(empty_record, folder / "record.sqlite3")
    services.open_record(folder / "record.sqlite3")
    programme = changed(a_programme(), "fitness", "F-4", outcome="unfit")
    programme = changed(programme, "people", "P-6", round="national-2", to="2031-07")
    planned_and_adopted(programme)
    reporting.write(folder / "report", on=ON)
    return folder / "report"


def told(path: Path) -> str:
    """What a page tells, less the names of a weight and of a table, which are nobody's own, and less its promise."""
    pieces = [piece.strip().lower() for piece in words_of(path)]
    nobody_s = ("preference", "host_preference", "fitness outcomes")
    return " ".join(piece for piece in pieces if piece not in nobody_s and not piece.startswith("for the office."))


def test_the_office_reads_nothing_personal(written: Path) -> None:
    pages = [written / "index.html", *(written / "rows").glob("*.html")]
    said = {path.name: told(path) for path in pages}
    said |= {path.name: path.read_text(encoding="utf-8").lower() for path in (written / "rows").glob("*.csv")}

    found = [(name, word) for name, text in said.items() for word in PERSONAL if word in text]

    assert "a personal condition" in said["index.html"]
    assert found == []


def test_everybody_reads_no_person_no_post_and_nothing_under_a_prefecture(written: Path) -> None:
    text = (written / "public.html").read_text(encoding="utf-8")

    for code in ("P-0", "P-1", "P-3", "P-4", "old-clinic", "dale-clinic", "a-dale", "Dale", "谷地", "90111", "rows/"):
        assert code not in text
    assert "East" in text and "Aland" in text


def test_a_report_holds_no_time_of_the_clock(written: Path) -> None:
    for path in written.rglob("*.html"):
        assert "09:00" not in path.read_text(encoding="utf-8")
        assert "seconds" not in " ".join(words_of(path))


def test_synthetic_stands_on_every_page_and_in_the_names_of_synthetic_rows(written: Path) -> None:
    for path in written.rglob("*.html"):
        if path.parent.name == "rows" and not (path.parent / f"{path.stem}.synthetic.csv").exists():
            continue
        assert "ynthetic" in path.read_text(encoding="utf-8"), path
    assert (written / "rows" / "posts.synthetic.csv").exists() and (written / "rows" / "pairings.csv").exists()


def test_a_folder_that_is_not_empty_is_left_alone(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "mine.txt").write_text("mine")

    with pytest.raises(ConflictError, match="--force"):
        reporting.write(tmp_path / "report", on=ON)

    assert [path.name for path in (tmp_path / "report").iterdir()] == ["mine.txt"]


def test_reading_a_report_writes_nothing(record: Path) -> None:
    planned_and_adopted()
    before = held()

    facts()

    assert held() == before


def test_the_plan_that_was_adopted_stands_before_one_that_was_drafted_later(record: Path) -> None:
    runs = planned_and_adopted()
    later = draft("funding", LATER).run

    told: dict[str, Any] = {plan.kind: (plan.run, plan.is_adopted) for plan in facts().plans}

    assert told["funding"] == (runs["funding"], True) and later != runs["funding"]


def test_the_portfolio_shows_what_each_project_takes_of_its_envelope(record: Path) -> None:
    planned_and_adopted()

    found = facts().portfolio

    assert found is not None
    assert {(e.label.say("en"), e.year, str(e.used)) for e in found.envelopes} == {
        ("a-east", 2027, "CNY 500.00"), ("a-east", 2028, "CNY 500.00"), ("b-west", 2027, "CNY 900.00"),
    }  # fmt: skip
    assert {project.code: project.start_year for project in found.projects} == {"J-1": 2027, "J-2": 2027, "J-3": None}


def test_a_journey_keeps_its_days_in_a_report_of_a_later_day(record: Path) -> None:
    planned_and_adopted()

    now, later = facts().itinerary, facts(on=date(2029, 1, 1)).itinerary

    assert now is not None and later is not None
    assert [day.day for day in later.days] == [day.day for day in now.days]
    assert now.days[0].day == date(2026, 11, 30)


def test_the_last_checkpoint_is_printed_as_it_was_known(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    before = facts()
    key = SigningKey("pairup/journal", bytes(range(32)))
    note = write.sign_checkpoint(key, at=ADOPTED)
    write.sign_checkpoint(key, at=LATER)

    paths = reporting.write(tmp_path / "report", programme="twin", on=ON, known_by=KNOWN)

    said = facts(known_by=KNOWN).checkpoint
    assert before.checkpoint is None and said is not None and facts().checkpoint != said
    assert [said.log, str(said.size), said.head] == note.splitlines()[:3] and said.day == KNOWN
    pages = [path.read_text(encoding="utf-8") for path in paths if path.name in ("index.html", "public.html")]
    assert len(pages) == 2 and all(html.escape(said.head) in page for page in pages)


def test_an_absent_signature_is_printed(record: Path) -> None:
    runs = planned_and_adopted()

    absent = [fact.about.say("en") for fact in facts().signatures if fact.kind is None]

    assert sorted(absent) == sorted(["This report, of 2026-11-23", *(f"plan {run}" for run in runs.values())])
