"""A report is run again years on, as it was known then, while the record has learnt better."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from tests.services.cast import ADOPTED, ON, a_programme, adopt, changed, draft, load

AUDIT = datetime(2029, 3, 1, 9, tzinfo=UTC)


def test_an_old_report_is_run_again_as_of_a_past_day(record: Path, tmp_path: Path) -> None:
    from pairup.services import plans, reporting

    load(a_programme())
    for kind in plans.KINDS:
        adopt(draft(kind).run)
    first = reporting.write(tmp_path / "first", on=ON, known_by=ADOPTED.date())

    # years later an auditor corrects a payment, a name, a need and a person's certificate, and a round is planned
    for table, code, cells in (
        ("money", "M-2", {"amount": "1"}), ("organisations", "DN-A", {"name_en": "Renamed"}),
        ("needs", "N-1", {"text_en": "Something else."}), ("fitness", "F-1", {"outcome": "unfit"}),
        ("posts", "clinic", {"title_en": "Physician"}),
    ):  # fmt: skip
        load({table: changed(a_programme(), table, code, **cells)[table]}, AUDIT)
    draft("funding", AUDIT, on=date(2027, 1, 1))

    again = reporting.write(tmp_path / "again", on=ON, known_by=ADOPTED.date())
    now = reporting.write(tmp_path / "now", on=ON)

    # the old report comes out as it was, to the byte; today's tells of the corrections
    assert [path.name for path in again] == [path.name for path in first]
    assert [
        path.name for path, other in zip(again, first, strict=True) if path.read_bytes() != other.read_bytes()
    ] == []
    assert "Renamed" in (tmp_path / "now" / "index.html").read_text(encoding="utf-8")
    assert "Renamed" not in (tmp_path / "again" / "index.html").read_text(encoding="utf-8")
    assert len(now) == len(first)
    money = (tmp_path / "now" / "rows" / "money.synthetic.csv").read_text(encoding="utf-8")
    assert "M-2,a-east,2025,a-east,payment,1.00" in money
