"""A record saved as a folder and loaded again is the same record; a folder that was touched is refused."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pairup.errors import AccessError, ConflictError
from pairup.services import folder
from pairup.services.folder import FolderRefused
from tests.services.test_folder import FIRST, LATER, a_programme, load, told

NewRecord = Callable[[str], Path]


def restore(path: Path) -> folder.Loaded:
    return folder.load_folder(path, actor="administrator", at=LATER)


def files(path: Path) -> dict[str, bytes]:
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def a_history(at: datetime = LATER) -> None:
    """Two programmes, a correction, and a plan whose problem and answer do not fit a cell."""
    from pairup.record.models import PlanRun, PlanRunVersion, Programme
    from pairup.services import write

    load(a_programme())
    other = a_programme()
    other["programme"][0]["code"] = "other"
    other["money"][0]["note"] = '\'=kept, "quoted"\nand on'
    load(other, FIRST)
    tables = a_programme()
    tables["people"][0]["highest_altitude_m"] = "4200"
    load(tables, at)
    with write.command("plan.draft", actor="programme_office", at=at, programme="twin", key="k1") as doing:
        ids = doing.identities(PlanRun, ["run-1"], programme=Programme.objects.get(code="twin"))
        answer = {"gap": 0.1 + 0.2, "chosen": ["一", None, True], "n": 1e-7}
        run = PlanRunVersion(
            identity_id=ids["run-1"], day=FIRST.date(), kind="postings", status="optimal", problem=bytes(range(256)),
            problem_digest="0" * 64, answer=answer, read_digest="1" * 64, code_version="0",
        )  # fmt: skip
        doing.add(PlanRunVersion, [run])


def test_what_is_saved_loads_as_an_equal_record(new_record: NewRecord, tmp_path: Path) -> None:
    from pairup.record.models import JournalEntry, PersonVersion
    from pairup.services.personal import open_rows
    from pairup.services.write import check_journal

    new_record("one")
    a_history()
    journal = list(JournalEntry.objects.values_list("number", "leaf", "hash"))
    counts = folder.save_folder(tmp_path / "saved")
    assert folder.check_folder(tmp_path / "saved") == []

    new_record("two")
    shutil.copy(tmp_path / "one.sqlite3.keys", tmp_path / "two.sqlite3.keys")
    loaded = restore(tmp_path / "saved")
    folder.save_folder(tmp_path / "again")

    assert files(tmp_path / "again") == files(tmp_path / "saved")
    assert loaded.total.new == sum(counts.values()) and loaded.programme == "other, twin"
    assert list(JournalEntry.objects.values_list("number", "leaf", "hash")) == journal
    assert check_journal() == []
    versions = PersonVersion.objects.filter(identity__code="P-1", identity__programme__code="twin").order_by("number")
    assert [(row.number, row.highest_altitude_m, row.recorded_at) for row in open_rows(versions)] == [
        (1, 4500, FIRST), (2, 4200, LATER),
    ]  # fmt: skip
    assert load(a_programme(), LATER).total.changed == 1


def test_the_same_record_saves_the_same_bytes_and_describes_them(new_record: NewRecord, tmp_path: Path) -> None:
    new_record("one")
    a_history()

    folder.save_folder(tmp_path / "one")
    folder.save_folder(tmp_path / "two")

    saved = files(tmp_path / "one")
    assert saved == files(tmp_path / "two")
    package = json.loads(saved["datapackage.json"])
    listed = {one["path"]: one for one in package["resources"]}
    assert set(listed) == set(saved) - {"datapackage.json"}
    for name, one in listed.items():
        assert one["hash"] == f"sha256:{hashlib.sha256(saved[name]).hexdigest()}" and one["bytes"] == len(saved[name])
    people = listed["people.csv"]
    header = saved["people.csv"].decode().splitlines()[0].split(",")
    assert [one["name"] for one in people["schema"]["fields"]] == header and people["rows"] == 5
    assert {"programme", "version", "recorded_at", "superseded_at", "entry", "sealed", "closed"} <= set(header)
    assert (tmp_path / "one" / "people.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("money.csv", lambda raw: raw.replace(b"1200000.5", b"1300000.5", 1), ":package-changed"),
        ("journal.jsonl", lambda raw: raw.replace(b"programme_office", b"administrator__", 1), ":package-changed"),
        ("roads.csv", None, ":package-missing"),
        ("extra.csv", lambda raw: b"code\n", ":package-extra"),
        ("datapackage.json", lambda raw: raw[:-9], ":package-unreadable"),
        ("datapackage.json", lambda raw: raw.replace(b'"format": 3', b'"format": 9'), ":package-format"),
    ],
)
def test_a_saved_folder_that_was_touched_is_refused_and_nothing_is_loaded(
    new_record: NewRecord, tmp_path: Path, name: str, change: Callable[[bytes], bytes] | None, expected: str
) -> None:
    from pairup.record.models import JournalEntry, Place

    new_record("one")
    load(a_programme())
    folder.save_folder(tmp_path / "saved")
    path = tmp_path / "saved" / name
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes() if path.exists() else b""))
    new_record("two")

    with pytest.raises(FolderRefused) as refused:
        restore(tmp_path / "saved")

    assert told(refused.value.facts["findings"]) == [f"{name}::{expected}"]
    assert told(folder.check_folder(tmp_path / "saved")) == [f"{name}::{expected}"]
    assert not JournalEntry.objects.exists() and not Place.objects.exists()


def test_rows_changed_together_with_their_digest_do_not_pass_the_journal(new_record: NewRecord, tmp_path: Path) -> None:
    from pairup.record.models import JournalEntry

    new_record("one")
    load(a_programme())
    saved = tmp_path / "saved"
    folder.save_folder(saved)
    raw = (saved / "money.csv").read_bytes()
    (saved / "money.csv").write_bytes(changed := raw.replace(b"1200000.5", b"1300000.5", 1))
    package = (saved / "datapackage.json").read_text()
    forged = package.replace(hashlib.sha256(raw).hexdigest(), hashlib.sha256(changed).hexdigest())
    (saved / "datapackage.json").write_text(forged)
    new_record("two")

    with pytest.raises(FolderRefused) as refused:
        restore(saved)

    assert [one.words.code for one in refused.value.facts["findings"]] == ["record.rows-changed"]
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(("clearance", "is_whole"), [("", True), ("safeguarding", False)])
def test_a_folder_saved_before_a_column_was_added_loads_and_its_journal_verifies(
    new_record: NewRecord, tmp_path: Path, clearance: str, is_whole: bool
) -> None:
    new_record("one")
    tables = a_programme()
    for row in tables["posts"]:
        row["clearance"] = clearance
    load(tables)
    saved = tmp_path / "saved"
    folder.save_folder(saved)
    package = json.loads((saved / "datapackage.json").read_text())
    later = {"attestations.csv", "host_views.csv"}  # as a version before them saved it
    package["resources"] = [one for one in package["resources"] if one["path"] not in later]
    for name in later:
        (saved / name).unlink()
    for name, column in (
        ("posts.csv", "clearance"), ("teams.csv", "one_lead"), ("rounds.csv", "most_per_donor_and_place"),
    ):  # fmt: skip
        with (saved / name).open(encoding="utf-8", newline="") as file:
            head, *lines = list(csv.reader(file))
        at = head.index(column)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([*line[:at], *line[at + 1 :]] for line in (head, *lines))
        raw = text.getvalue().encode()
        (saved / name).write_bytes(raw)
        listed = next(one for one in package["resources"] if one["path"] == name)
        listed |= {"hash": f"sha256:{hashlib.sha256(raw).hexdigest()}", "bytes": len(raw)}
    (saved / "datapackage.json").write_text(json.dumps(package))
    new_record("two")

    if is_whole:
        assert restore(saved).counts["posts"].new == len(tables["posts"])
    else:  # what was said in the column is part of the journal, and its loss is seen
        with pytest.raises(FolderRefused):
            restore(saved)


def test_a_record_that_holds_anything_is_not_restored_into(new_record: NewRecord, tmp_path: Path) -> None:
    new_record("one")
    load(a_programme())
    folder.save_folder(tmp_path / "saved")

    with pytest.raises(ConflictError, match="empty"):
        restore(tmp_path / "saved")
    with pytest.raises(AccessError):
        folder.load_folder(tmp_path / "saved", actor="programme_office", at=LATER)


def test_saving_never_writes_over_what_it_did_not_write(new_record: NewRecord, tmp_path: Path) -> None:
    new_record("one")
    load(a_programme())
    target = tmp_path / "saved"
    target.mkdir()
    (target / "letter.txt").write_text("mine")
    (target / "files").mkdir()

    with pytest.raises(ConflictError, match="not empty"):
        folder.save_folder(target)
    assert sorted(one.name for one in target.iterdir()) == ["files", "letter.txt"]

    a_plan_was_here = target / "files" / ("0" * 64)
    folder.save_folder(target, force=True)
    package = json.loads((target / "datapackage.json").read_text())
    package["resources"].append({"path": f"files/{'0' * 64}"})
    package["resources"].append({"path": "../record.sqlite3"})
    (target / "datapackage.json").write_text(json.dumps(package))
    (tmp_path / "record.sqlite3").write_text("keep")
    a_plan_was_here.write_text("old")
    folder.save_folder(target, force=True)

    assert (target / "letter.txt").read_text() == "mine" and not a_plan_was_here.exists()
    assert (tmp_path / "record.sqlite3").read_text() == "keep"
    assert folder.check_folder(target) == []


def test_a_save_that_breaks_leaves_the_earlier_one_whole(
    new_record: NewRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_record("one")
    load(a_programme())
    folder.save_folder(tmp_path / "saved")
    before = files(tmp_path / "saved")
    load(a_programme() | {"claims": [{**a_programme()["claims"][0], "code": "C-2"}]}, LATER)

    def breaks(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("pairup.services.folder.saving._Writer.journal", breaks)
    with pytest.raises(OSError, match="disk full"):
        folder.save_folder(tmp_path / "saved", force=True)

    assert files(tmp_path / "saved") == before


ANY_TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    note=ANY_TEXT,
    items=st.lists(ANY_TEXT | st.integers(-5, 5), max_size=3),
    latitude=st.decimals(-90, 90, places=5, allow_nan=False),
    starts=st.dates(),
    precision=st.sampled_from(["day", "month", "year"]),
)
def test_whatever_the_record_holds_comes_back(
    new_record: NewRecord,
    tmp_path: Path,
    note: str,
    items: list[object],
    latitude: Decimal,
    starts: object,
    precision: str,
) -> None:
    from pairup.record.models import Place, PlaceVersion
    from pairup.services import write

    first, second = (tmp_path / f"{name}-{len(list(tmp_path.iterdir()))}" for name in ("first", "second"))
    new_record("one")
    with write.command("load", actor="programme_office", at=FIRST) as doing:
        row = PlaceVersion(
            identity_id=doing.identities(Place, ["=a"])["=a"], name_en="A", level="county", note=note,
            other_names=items, latitude=latitude, starts=starts, starts_precision=precision, ends_precision=precision,
        )  # fmt: skip
        doing.add(PlaceVersion, [row])
    folder.save_folder(first, force=True)
    new_record("two")

    restore(first)
    folder.save_folder(second, force=True)

    assert files(first) == files(second)
    again = PlaceVersion.objects.get()
    assert (again.note, again.other_names, again.latitude, again.starts) == (note, items, latitude, starts)
    assert (again.starts_precision, again.ends_precision, again.identity.code) == (precision, precision, "=a")
