"""A record is kept from 2010 on; the reports and totals of 2012, 2018 and today come out again as they were then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pairup.reports.totals import DEFINITIONS
from tests.services.cast import Tables, load, rows

IN_2012, IN_2018, TODAY = date(2012, 6, 30), date(2018, 6, 30), date(2026, 11, 23)
PLACES = "code name_en level parent official_code from to"
MONEY = "code day pairing kind budget_year amount currency passes_on source standing"
PROJECTS = "code title_en category status place pairing cost currency from to source standing"
POSTS = "code round place pairing title_en profession seats from to is_synthetic"
PEOPLE = "code donor round profession from to is_synthetic"
POSTINGS = "code person post status from to is_synthetic"


def at(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 15, 9, tzinfo=UTC)


def as_of_2010() -> Tables:
    return {
        "sources": rows("code citation", "T-1 A~treaty,~1994"),
        "programme": rows(
            "code name_en preset currency rules scheme from is_synthetic",
            "aid Aid mandate_led CNY money_quota.xizang;purpose_shares.xizang national 1994 yes",
        ),
        "places": rows(
            PLACES, "upland Upland province - 9 - -", "east East prefecture upland 901 - -",
            "west West prefecture upland 902 - -", "dale Dale county east 90101 - -",
        ),
        "organisations": rows(
            "code name_en kind is_synthetic", "DN-A Aland government yes", "DN-B Bland government yes"
        ),
        "pairings": rows(
            "code donor place channel level parent from to", "a-east DN-A east territorial prefecture - 1995 -",
            "a-dale DN-A dale territorial county a-east 1996 -", "b-west DN-B west territorial prefecture - 1995 -",
        ),
        "rounds": rows("code scheme ordinal from to", "national-6 national 6 2010-06 2013-05"),
        "revenue_bases": rows(
            "code donor year amount currency from to source standing",
            "A-09 DN-A 2009 900000 CNY 2009 2009 T-1 reported"
        ),
        "projects": rows(PROJECTS, "J-1 Well infrastructure works dale a-dale 500 CNY 2010 - T-1 reported"),
        "money": rows(
            MONEY, "M-1 2010-05 a-east payment 2010 800 CNY - T-1 reported",
            "M-2 2010-07 a-dale payment 2010 300 CNY M-1 T-1 reported",
            "M-3 2010-08 b-west pledge 2010 100 CNY - T-1 reported",
        ),
        "posts": rows(POSTS, "clinic-6 national-6 dale a-dale Doctor doctor 1 2010-06 2013-05 yes"),
        "people": rows(PEOPLE, "P-1 DN-A national-6 doctor 2010-06 2013-06 yes"),
        "postings": rows(POSTINGS, "R-1 P-1 clinic-6 in_post 2010-06-20 2013-05-30 yes"),
        "indicators": rows("code name_en uom adds_up is_synthetic", "taps Taps taps running yes"),
        "observations": rows(
            "code indicator place value claim_class from to is_synthetic", "O-1 taps dale 40 reported 2011 2011 yes"
        ),
        "claims": rows(
            "code day speaker text_en claim_class subject figure uom computes source standing",
            "C-1 2011 an~office Paid. reported money_paid 800 CNY money_paid T-1 reported",
        ),
    }  # fmt: skip


def learnt(**tables: list[dict[str, str]]) -> Tables:
    """What comes in later: rows of the same programme."""
    return {"programme": as_of_2010()["programme"], **tables}


def later() -> dict[datetime, Tables]:
    """What the record learns, by the time it does: news, corrections, new codes, a split, a change of donor."""
    return {
        at(2012): learnt(
            money=rows(MONEY, "M-4 2012-03 b-west payment 2012 90 CNY - T-1 reported"),
            works=rows("code day project pairing value currency is_synthetic", "W-1 2012-02 J-1 a-dale 200 CNY yes"),
        ),
        at(2013, 3): learnt(  # a correction of the past, and of what was said of it
            money=rows(MONEY, "M-1 2010-05 a-east payment 2010 750 CNY - T-1 verified"),
            claims=rows(
                "code day speaker text_en claim_class subject figure uom computes source standing",
                "C-1 2011 an~office Disbursed. reported money_paid 750 CNY money_paid T-1 reported",
            ),
        ),
        at(2016): learnt(  # Dale is split; its pairing goes to Bland
            places=rows(
                PLACES, "dale Dale county east 90101 - 2015", "dale-n North~Dale county west 90203 2016 -",
                "dale-s South~Dale county east 90111 2016 -",
            ),
            successions=rows(
                "code day predecessor successor kind", "S-1 2016 dale dale-n split", "S-2 2016 dale dale-s split"
            ),
            pairings=rows(
                "code donor place channel level parent from to", "a-dale DN-A dale territorial county a-east 1996 2015",
                "b-dale DN-B dale-n territorial county b-west 2016 -",
            ),
            money=rows(MONEY, "M-5 2017-04 b-dale payment 2017 60 EUR - T-1 reported"),
            observations=rows(
                "code indicator place value claim_class from to is_synthetic",
                "O-2 taps dale-n 30 measured 2017 2017 yes", "O-3 taps dale 50 reported 2012 2012 yes",
            ),
        ),
        at(2019, 8): learnt(
            organisations=rows("code name_en kind is_synthetic", "DN-A Aland~Province government yes"),
            money=rows(
                MONEY, "M-5 2017-04 b-dale payment 2017 66 EUR - T-1 verified",
                "M-6 2018-02 b-west audited 2017 80 CNY - T-1 verified",
            ),
            observations=rows(
                "code indicator place value claim_class from to is_synthetic", "O-1 taps dale 44 reported 2011 2011 yes"
            ),
        ),
        at(2030): learnt(money=rows(MONEY, "M-4 2012-03 b-west payment 2012 1 CNY - T-1 verified")),
    }  # fmt: skip


def told(on: date, known_by: date, into: Path) -> dict[str, str]:
    """The digest of every file of the report, and of every total by every key, as of a day and as known by a day."""
    from pairup.services import reporting, totals
    from pairup.services.burdens import read_burdens
    from pairup.services.totals.ground import Ground

    found = {}
    for path in reporting.write(into, on=on, known_by=known_by):
        found[str(path.relative_to(into))] = hashlib.sha256(path.read_bytes()).hexdigest()
    ground = Ground(known_by)
    for name, by in questions():
        where = {"indicator": "taps"} if name == "observed" else {}
        asked: dict[str, Any] = {"on": on, "known_by": known_by, "by": by, "where": where, "ground": ground}
        said = totals.to_dict(totals.total(name, **asked), totals.rows_of(name, **asked))
        found[f"{name} {by}"] = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    found["burdens"] = str([one.to_dict() for one in read_burdens(on=on, known_by=known_by)])
    return found


def questions() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, of in DEFINITIONS.items():
        yield name, ()
        yield from ((name, (key,)) for key in ("year", "place", "donor") if key in of.by)


def test_reports_of_2012_2018_and_today_come_out_again(record: Path, tmp_path: Path) -> None:
    from pairup.services import totals
    from pairup.services.write import check_journal

    days = [IN_2012, IN_2018, TODAY]
    then: dict[date, dict[str, str]] = {}
    load(as_of_2010(), at(2010, 9))
    for when, news in later().items():
        while days and when.date() > days[0]:
            then[days[0]] = told(days[0], days[0], tmp_path / f"then-{days[0]}")
            days.pop(0)
        load(news, when)

    for day, was in then.items():
        again = told(day, day, tmp_path / f"again-{day}")
        assert [name for name in was if again.get(name) != was[name]] == []
        assert again.keys() == was.keys()

    # the record has learnt since: what it knows today of those days is something else
    paid = {day: totals.total("money_paid", on=day, known_by=day, where={"year": "2010"}).one.amount for day in then}
    assert [int(paid[day]) for day in (IN_2012, IN_2018, TODAY)] == [800, 750, 750]
    assert int(totals.total("money_paid", on=IN_2012, where={"year": "2010"}).one.amount) == 750
    assert len(then[IN_2012]) > 50
    assert check_journal() == []
