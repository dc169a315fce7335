"""A release is frozen: one record and day give the same bytes, the journal keeps its digest, and it names nobody."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import acting_as
from pairup.record.models import JournalEntry
from pairup.reports.release.frozen import read_manifest, require_unchanged
from pairup.services import release_facts, releases
from pairup.services.releases import Published
from tests.services.cast import OFFICE, ON, Tables, a_programme, load, with_rows

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
NEXT = date(2026, 12, 31)


def with_people(programme: Tables, *, east: int = 0, west: int = 0) -> Tables:
    """So many more people in post in East and West in the first round."""
    ways = [("east", "a-east", "DN-A")] * east + [("west", "b-west", "DN-B")] * west
    coded = [(f"{place}-{k}", place, pairing, donor) for k, (place, pairing, donor) in enumerate(ways)]
    programme = with_rows(
        programme, "posts", "code round place pairing title_en profession seats from to is_synthetic",
        *(f"Q-{c} national-1 {place} {pairing} Secret~title doctor 1 2025-07 2028-06 yes"
          for c, place, pairing, _ in coded),
    )  # fmt: skip
    programme = with_rows(
        programme, "people", "code donor round profession from to is_synthetic",
        *(f"P-{c} {donor} national-1 doctor 2025-06 2028-07 yes" for c, _, _, donor in coded),
    )  # fmt: skip
    return with_rows(
        programme, "postings", "code person post status from to is_synthetic",
        *(f"R-{c} P-{c} Q-{c} in_post 2025-07-10 2028-07-05 yes" for c, *_ in coded),
    )  # fmt: skip


def release(into: Path, on: date = ON, **options: Any) -> Published:
    return releases.publish(into, on=on, actor=OFFICE, at=AT, **options)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("record")
def test_the_same_record_and_day_give_the_same_bytes_and_one_entry(tmp_path: Path):
    load(with_people(a_programme(), east=20, west=12))

    first, again = release(tmp_path / "one"), release(tmp_path / "two")

    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert first.digest == again.digest and first.entry == again.entry
    (entry,) = JournalEntry.objects.filter(command="release.publish")
    said = json.loads(bytes(entry.leaf))
    assert said["facts"]["digest"] == first.digest == require_unchanged(tmp_path / "one")[0]
    assert said["actor"] == OFFICE and said["programme"] == "twin" and said["facts"]["day"] == "2026-11-23"


@pytest.mark.usefixtures("record")
def test_no_file_names_a_person_a_post_a_term_or_a_journey(tmp_path: Path):
    load(with_people(a_programme(), east=20, west=12))

    release(tmp_path / "out")

    told = b"\n".join(content(tmp_path / "out").values()).decode()
    for secret in ("P-0", "P-east", "Q-east", "R-0", "Secret title", "2025-07-10", "dale-clinic", "old-clinic"):
        assert secret not in told, secret


@pytest.mark.usefixtures("record")
def test_people_are_rounded_small_counts_hidden_and_public_money_told_in_full(tmp_path: Path):
    load(with_people(a_programme(), east=21, west=3))

    release(tmp_path / "out")

    said = json.loads((tmp_path / "out/data/people-by-prefecture.json").read_bytes())
    assert said == [{"area": "east", "people": 20}, {"area": "west", "people": None}]
    money = (tmp_path / "out/data/money.csv").read_text(encoding="utf-8-sig")
    assert "a-east,2025,CNY,,1000.00,749.50,,,reported,true" in money
    assert "b-west,2025,CNY,,,300.00,,,reported,true" in money


@pytest.mark.usefixtures("record")
def test_a_folder_that_was_touched_is_found_out(tmp_path: Path):
    load(a_programme())
    release(tmp_path / "out")
    (tmp_path / "out/en/index.html").write_text("9999", encoding="utf-8")

    with pytest.raises(ConflictError, match=r"1 files differ, e\.g\. ≠ en/index\.html"):
        require_unchanged(tmp_path / "out")
    (tmp_path / "out/en/index.html").unlink()
    (tmp_path / "out/en/new.html").write_text("", encoding="utf-8")
    with pytest.raises(ConflictError, match="2 files differ"):
        require_unchanged(tmp_path / "out")
    with pytest.raises(InputError, match="no manifest"):
        read_manifest(tmp_path)


@pytest.mark.usefixtures("record")
def test_a_release_goes_into_a_new_folder_only(tmp_path: Path):
    load(a_programme())
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(ConflictError, match="holds something else"):
        release(tmp_path / "full")

    assert not JournalEntry.objects.filter(command="release.publish").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".full")] == []


@pytest.mark.usefixtures("record")
def test_only_the_programme_office_releases(tmp_path: Path):
    load(a_programme())

    with acting_as("donor_office:DN-A"), pytest.raises(AccessError):
        releases.publish(tmp_path / "out", on=ON, actor="donor_office:DN-A", at=AT)
    assert not (tmp_path / "out").exists()


# --- together with what was released before -----------------------------------------------------------------


@pytest.mark.usefixtures("record")
def test_a_later_release_is_set_against_the_one_before(tmp_path: Path):
    load(with_people(a_programme(), east=20, west=12))
    before = release(tmp_path / "november")

    with pytest.raises(ConflictError, match="2026-11-23 is not set against"):
        release(tmp_path / "december", on=NEXT)
    after = release(tmp_path / "december", on=NEXT, previous=tmp_path / "november")

    assert after.digest != before.digest
    said = json.loads((tmp_path / "december/data/protection.json").read_bytes())
    assert said["digests_before"] == [before.digest]
    assert [one["day"] for one in said["releases"]] == ["2026-11-23", "2026-12-31"]


@pytest.mark.usefixtures("record")
def test_a_release_as_of_an_earlier_day_is_refused(tmp_path: Path):
    load(a_programme())
    release(tmp_path / "december", on=NEXT)

    with pytest.raises(ConflictError, match="a release never changes"):
        release(tmp_path / "november", on=ON)


@pytest.mark.usefixtures("record")
def test_a_second_release_of_a_day_is_numbered_and_set_against_the_first(tmp_path: Path):
    load(with_people(a_programme(), east=20, west=12))
    first = release(tmp_path / "first")
    load(with_people(a_programme(), east=20, west=13))  # somebody more, and a sum that was 15 is 15 still

    with pytest.raises(ConflictError, match="a release never changes"):
        release(tmp_path / "alone")
    second = release(tmp_path / "second", previous=tmp_path / "first")
    again = release(tmp_path / "again", previous=tmp_path / "first")
    third = release(tmp_path / "third", previous=tmp_path / "second", licence="CC-BY-4.0")

    assert [one.version for one in (first, second, third)] == ["2026-11-23", "2026-11-23.2", "2026-11-23.3"]
    assert again.digest == second.digest and again.entry == second.entry
    assert read_manifest(tmp_path / "second")["number"] == 2 and "number" not in read_manifest(tmp_path / "first")
    said = json.loads((tmp_path / "third/data/protection.json").read_bytes())
    assert said["digests_before"] == [first.digest, second.digest] and len(said["releases"]) == 3
    assert "release 2 of that day" in (tmp_path / "second/en/index.html").read_text(encoding="utf-8")


def test_two_releases_of_a_day_hide_together_what_two_of_two_days_hide(tmp_path: Path, new_record: Any):
    """Two came to East while the sum of all, told as 35 before and after, grew by 4 at most."""

    def told(name: str, on: date) -> dict[str, bytes]:
        new_record(name)
        load(with_people(a_programme(), east=20, west=12))
        release(tmp_path / f"{name}-1")
        load(with_people(a_programme(), east=22, west=12))
        done = release(tmp_path / f"{name}-2", on=on, previous=tmp_path / f"{name}-1")
        assert done.hidden > 0
        return {key: value for key, value in content(done.folder).items() if key.startswith("data/people")}

    same_day, next_day = told("same", ON), told("next", NEXT)

    assert same_day == next_day
    shown = same_day["data/people-in-all.json"] + same_day["data/people-by-prefecture.json"]
    assert b"null" in shown, shown


@pytest.mark.usefixtures("record")
def test_a_previous_folder_that_the_journal_does_not_hold_is_refused(tmp_path: Path, new_record: Any):
    load(a_programme())
    release(tmp_path / "elsewhere")
    new_record("other")
    load(a_programme())

    with pytest.raises(ConflictError, match="no release of this record"):
        release(tmp_path / "out", on=NEXT, previous=tmp_path / "elsewhere")


@pytest.mark.usefixtures("record")
def test_nothing_is_counted_under_a_prefecture_and_nobody_twice_a_round():
    load(with_people(a_programme(), east=2))

    counts = {table.name: dict(table.cells) for table in release_facts.read_people("twin", on=ON)}

    assert counts["people"] == {("DN-A", "east", "national-1"): 3}
    assert counts["people-in-all"] == {(): 3}
    kinds = counts["people-by-profession"]
    assert kinds.pop(("national-1", "doctor")) == 3 and set(kinds.values()) == {0}
    assert release_facts.read_people("twin", on=date(2025, 7, 1))[0].cells == {}
