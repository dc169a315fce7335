"""A pairing points to a place, not to a code: what was paired in 1995 is found under the codes of any year since."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.services import cast
from tests.services.cast import a_programme, load, with_rows


def a_place_with_a_history() -> cast.Tables:
    """East was 542600 until 2015 and is 540400 since; Old Vale was merged into Dale in 2012."""
    programme = a_programme()
    programme["places"] = [row for row in programme["places"] if row["code"] != "east"]
    programme = with_rows(
        programme, "places", "code name_en level parent official_code altitude_m from to",
        "east East~Area prefecture upland 542600 3650 - 2015-03-15",
        "east East~City prefecture upland 540400 3650 2015-03-16 -",
        "old-vale Old~Vale county east 90102 - - 2012-06",
    )  # fmt: skip
    programme = with_rows(
        programme, "pairings", "code donor place channel level parent from to",
        "a-vale DN-A old-vale territorial county a-east 1995 2012-06",
    )  # fmt: skip
    return with_rows(programme, "successions", "code day predecessor successor kind", "S-1 2012-07 old-vale dale merge")


def test_a_pairing_of_1995_resolves_through_the_code_changes(record: Path) -> None:
    from pairup.record.models import PairingVersion, SuccessionVersion
    from pairup.services import reporting

    load(a_place_with_a_history())

    told = {}
    for day in (date(1996, 1, 1), date(2015, 3, 15), date(2015, 3, 16), date(2026, 11, 23)):
        found = reporting.read_facts("twin", on=day)
        pairing = next(fact for fact in found.pairings if fact.code == "a-east")
        place = found.place(pairing.place)
        told[day.isoformat()] = (pairing.start, place.name.en, place.order)

    # the pairing is one and the same; its place is called what it was called on the day
    assert len({start for start, _, _ in told.values()}) == 1
    assert {day: said[1:] for day, said in told.items()} == {
        "1996-01-01": ("East Area", "542600"), "2015-03-15": ("East Area", "542600"),
        "2015-03-16": ("East City", "540400"), "2026-11-23": ("East City", "540400"),
    }  # fmt: skip

    # a county that is gone still counts towards the prefecture it lay in, and names who followed it
    ended = PairingVersion.objects.known().get(identity__code="a-vale")
    assert (ended.place.code, ended.span.last) == ("old-vale", date(2012, 6, 30))
    followed = SuccessionVersion.objects.on(date(2026, 11, 23)).get(predecessor=ended.place)
    assert followed.successor.code == "dale"
    assert reporting.read_facts("twin", on=date(2026, 11, 23)).place("old-vale").area == "east"
