"""A county is re-coded twice, changes its donor once, sees four rounds, and one figure about it is contested.

Everything is recorded in its own year, and read as one page. What a page said in 2012 and in 2018 comes out again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pairup.errors import ConflictError
from pairup.values.codes import Answer, ConflictOutcome, NeedStatus, ProjectStatus, SignatureKind
from tests.services.cast import OFFICE, load, rows

HOST = "recipient_office:vale"


def at(year: int, month: int = 3) -> datetime:
    return datetime(year, month, 1, 9, tzinfo=UTC)


def in_1995() -> None:
    """The county under its first code, the first donor, and the first round."""
    load({
        "sources": rows("code citation", "T-1 A~treaty,~1994"),
        "programme": rows(
            "code name_en preset currency scheme from source", "up Uplands mandate_led CNY national 1994 T-1"
        ),
        "places": rows(
            "code name_en level parent official_code altitude_m from to",
            "plateau Plateau province - 990000 - 1990 -", "river River prefecture plateau 992600 3000 1990 -",
            "vale Vale county river 992627 3200 1990 -",
        ),
        "organisations": rows(
            "code name_en kind place", "DN-A Aland government -", "DN-B Bland government -",
            "host-vale Vale~office government vale",
        ),
        "pairings": rows(
            "code donor place channel level from reason", "a-vale DN-A vale territorial county 1995-05 forum~of~1994"
        ),
    }, at(1995))  # fmt: skip
    a_round(1, 1995, 2)


def a_round(ordinal: int, year: int, people: int) -> None:
    """One round of so many doctors, recorded as it starts."""
    code = f"n-{ordinal}"
    donor, pairing = ("DN-A", "a-vale") if year < 2016 else ("DN-B", "b-vale")
    load({
        "rounds": rows("code scheme ordinal from to", f"{code} national {ordinal} {year}-07 {year + 3}-06"),
        "posts": rows(
            "code round place pairing profession title_en from to is_synthetic",
            *(f"q{ordinal}-{k} {code} vale {pairing} doctor Doctor {year}-07 {year + 3}-06 yes" for k in range(people)),
        ),
        "people": rows(
            "code donor round profession from to is_synthetic",
            *(f"p{ordinal}-{k} {donor} {code} doctor {year}-07 {year + 4}-06 yes" for k in range(people)),
        ),
        "postings": rows(
            "code person post status from to is_synthetic",
            *(
                f"r{ordinal}-{k} p{ordinal}-{k} q{ordinal}-{k} in_post {year}-07-01 {year + 3}-06-30 yes"
                for k in range(people)
            ),
        ),
    }, at(year, 7))  # fmt: skip


def page(on: date, known_by: date | None = None) -> list[str]:
    from pairup.services.chronicles import read_chronicle

    lines = read_chronicle("vale", on=on, programme="up", known_by=known_by)
    return [f"{line.written} {line.words.say('en')}" for line in lines]


def test_a_county_lives_through_thirty_years(record: Path) -> None:
    from pairup.services import conflicts, edits, postings, projects, signing, write

    in_1995()
    edits.record("needs", [
        {"code": "N-1", "place": "vale", "category": "health", "text_en": "A clinic that is warm in winter.",
         "priority": "5", "stated_by": "residents", "how_asked": "village meeting", "owner": "host-vale",
         "from": "2003"}
    ], actor=HOST, at=at(2003))  # fmt: skip
    a_round(2, 2004, 3)
    edits.record("projects", [
        {"code": "J-1", "title_en": "Clinic", "category": "health", "status": "proposed", "place": "vale",
         "need": "N-1", "pairing": "a-vale", "from": "2005-01-01"}
    ], actor="donor_office:DN-A", at=at(2005))  # fmt: skip
    for year, status, cells in (
        (2006, ProjectStatus.PLANNED, {}),
        (2007, ProjectStatus.APPROVED, {"mode": "turnkey", "running_cost_payer": "host-vale"}),
        (2008, ProjectStatus.WORKS, {}),
        (2009, ProjectStatus.ACCEPTED, {}),
        (2010, ProjectStatus.HANDED_OVER, {"asset_owner": "host-vale", "running_cost_from": "2010-03-01"}),
    ):
        projects.move("J-1", status, day=date(year, 3, 1), actor=OFFICE, at=at(year), cells=cells)
    projects.state_need("N-1", NeedStatus.MET, day=date(2010, 3, 1), actor=HOST, at=at(2010))

    # two say how many trees stand; the office signs with a reservation
    load({"claims": rows(
        "code day speaker text_en claim_class subject place figure uom covers_to",
        "C-1 2011-10 Aland 28,000~trees~planted. reported trees vale 28000 trees 2011",
        "C-2 2011-11 Vale~office 12,000~trees~stand. measured trees vale 12000 trees 2011",
    )}, at(2011, 12))  # fmt: skip
    signing.countersign(
        "claims/C-1", SignatureKind.RESERVATION, organisation="host-vale", actor=HOST, at=at(2012),
        reservation="Planted is not standing.", programme="up",
    )  # fmt: skip
    page_2012 = page(date(2012, 6, 1))

    # re-coded twice: the prefecture's change, then its own
    a_round(3, 2013, 3)
    edits.correct("places", "vale", {"to": "2014-12-31"}, seen=1, actor=OFFICE, at=at(2015))
    edits.record("places", [
        {"code": "vale", "name_en": "Vale", "level": "county", "parent": "river", "official_code": "990426",
         "altitude_m": "3200", "from": "2015-01-01", "to": "2019-12-31"}
    ], actor=OFFICE, at=at(2015))  # fmt: skip
    # the donor changes
    edits.correct("pairings", "a-vale", {"to": "2016-06", "reason": "moved by the forum of 2015"}, seen=1, actor=OFFICE,
                  at=at(2016))  # fmt: skip
    edits.record("pairings", [
        {"code": "b-vale", "donor": "DN-B", "place": "vale", "channel": "territorial", "level": "county",
         "from": "2016-07", "reason": "moved by the forum of 2015"}
    ], actor=OFFICE, at=at(2016))  # fmt: skip
    page_2018 = page(date(2018, 6, 1))
    edits.record("places", [
        {"code": "vale", "name_en": "Vale City", "level": "county", "parent": "river", "official_code": "990481",
         "altitude_m": "3200", "from": "2020-01-01"}
    ], actor=OFFICE, at=at(2020))  # fmt: skip

    # a fourth round; one stays longer by their own hand, one leaves early without a reason
    a_round(4, 2022, 4)
    asked = postings.extend("r4-0", date(2025, 12, 31), actor=HOST, at=at(2025))
    postings.consent(asked.code, Answer.SIGNED, actor="secondee:p4-0", at=at(2025))
    postings.end("r4-1", date(2025, 4, 30), actor="secondee:p4-1", at=at(2025))

    # the figure is corrected by two at once; the later one is kept, and settled by the office that measured
    changes = {"figure": "21000", "text_en": "21,000 trees planted."}
    edits.correct("claims", "C-1", changes, seen=1, actor=OFFICE, at=at(2026))
    with pytest.raises(ConflictError) as lost:
        edits.correct("claims", "C-1", {"figure": "12000"}, seen=1, actor=HOST, at=at(2026))
    kept = lost.value.facts["conflict"]
    conflicts.settle(kept, ConflictOutcome.STANDS, actor=HOST, at=at(2026), reason="planted, not standing")

    today = page(date(2026, 11, 23))

    assert [line.rpartition(" ")[2] for line in today if " is Vale" in line] == ["992627", "990426", "990481"]
    assert [line for line in today if "help" in line] == [
        "1995-05 DN-A begins to help (territorial); reason: moved by the forum of 2015",
        "2016-06 DN-A helps no more after 2016-06 (territorial); reason: moved by the forum of 2015",
        "2016-07 DN-B begins to help (territorial); reason: moved by the forum of 2015",
    ]
    assert [line.partition(": ")[2] for line in today if " round " in line] == [
        "2 people took up posts, 0 left early", "3 people took up posts, 0 left early",
        "3 people took up posts, 0 left early", "4 people took up posts, 1 left early",
    ]  # fmt: skip
    assert [line for line in today if " says: " in line] == [
        "2011-10 Aland says: 21,000 trees planted. (reported)",
        "2011-11 Vale office says: 12,000 trees stand. (measured)",
    ]  # fmt: skip
    assert any("Planted is not standing." in line for line in today)
    assert [line.rpartition(": ")[2] for line in today if " Clinic: " in line] == [
        "proposed", "planned", "approved", "works", "accepted", "handed_over",
    ]  # fmt: skip

    # what was said in 2012 and 2018 comes out again, to the letter
    assert page(date(2012, 6, 1), known_by=date(2012, 6, 1)) == page_2012
    assert page(date(2018, 6, 1), known_by=date(2018, 6, 1)) == page_2018
    assert any("28,000" in line for line in page_2012) and not any("28,000" in line for line in today)
    assert write.check_journal() == []
