"""An office brings its folder, plans the next round, asks why, adopts it, reports, and takes it all away again."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from pairup import services
from pairup.services import folder
from pairup.services.write import check_journal
from tests.services import cast
from tests.services.cast import ADOPTED, DRAFTED, FIRST, ON, a_programme, adopt, draft, held, write_folder


def test_a_programme_goes_from_folder_to_adopted_round_and_report(record: Path, tmp_path: Path) -> None:
    from pairup.services import explanations, plans, reporting

    # a folder with one slip is refused whole; mended, it goes in
    slipped = cast.changed(a_programme(), "people", "P-1", donor="DN-Z")
    found = folder.check_folder(write_folder(tmp_path / "slipped", slipped))
    assert [(finding.file, finding.column) for finding in found] == [("people.csv", "donor")]
    loaded = folder.load_folder(write_folder(tmp_path / "twin", a_programme()), actor=cast.OFFICE, at=FIRST)
    assert loaded.total.new == sum(map(len, a_programme().values()))

    # four plans, each proved; the office asks about one posting
    runs = {kind: draft(kind) for kind in plans.KINDS}
    assert {drafted.plan.status.value for drafted in runs.values()} == {"optimal"}
    assert "personal condition" in explanations.why(runs["postings"].run, ("P-2", "clinic")).say()

    # adopted, they stand in the record with the run they came from
    for drafted in runs.values():
        adopt(drafted.run)
    report = reporting.write(tmp_path / "report", on=ON)
    office = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert len(report) > 10 and runs["postings"].run in office and "P-1" in office

    # and the record goes into a folder and comes back equal, runs, adoptions and journal with it
    before = held()
    folder.save_folder(tmp_path / "saved")
    package = json.loads((tmp_path / "saved" / "datapackage.json").read_text(encoding="utf-8"))
    assert {"runs", "adoptions", "projects"} <= {resource["name"] for resource in package["resources"]}
    folder.load_into(tmp_path / "again.sqlite3", tmp_path / "saved", actor=cast.OFFICE, at=datetime.now(UTC))
    shutil.copy(f"{record}.keys", tmp_path / "again.sqlite3.keys")  # what is personal opens with the key file only
    assert held()["journal"] == before["journal"] and check_journal() == []
    again = reporting.write(tmp_path / "again", on=ON)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in report]

    # what happened is in the journal, in order
    services.open_record(record)
    from pairup.record.models import JournalEntry

    assert [entry.command for entry in JournalEntry.objects.all()] == ["load"] + 4 * ["plan.draft"] + 4 * ["plan.adopt"]
    assert (
        [entry.at.date() for entry in JournalEntry.objects.all()][-1]
        == ADOPTED.date()
        > DRAFTED.date()
        > date(2026, 11, 2)
    )
