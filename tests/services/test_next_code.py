"""Rows that are given the next free code: no two the same one, however many people record at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connection

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import NeedVersion
from pairup.services import lives
from tests.services.cast import LATER, OFFICE, a_programme, load

NEED = {
    "code": "N-east", "place": "east", "category": "health", "text_en": "A ward", "priority": "3",
    "stated_by": "office", "from": "2026-01-01", "status": "open", "is_synthetic": "yes",
}  # fmt: skip


def state(key: str, actor: str = OFFICE) -> str:
    try:
        with acting_as(actor):
            return lives.record_next("needs", NEED, actor=actor, at=LATER, programme="twin", key=key).rows[0][0]
    finally:
        connection.close()


def test_people_who_record_at_once_are_given_different_codes(record: Path) -> None:
    load(a_programme())

    with ThreadPoolExecutor(6) as people:
        codes = list(people.map(state, [f"form-{number}" for number in range(18)]))

    assert sorted(codes) == sorted(f"N-east-{number}" for number in range(1, 19))


def test_papers_added_at_once_are_given_different_codes(record: Path, tmp_path: Path) -> None:
    from pairup.services import documents

    load(a_programme())

    def kept(number: int) -> str:
        (paper := tmp_path / f"{number}.txt").write_text(f"minutes {number}", encoding="utf-8")
        try:
            with acting_as(OFFICE):
                return documents.add_next(
                    "J-1-D", paper, kind="minutes", title="Minutes", actor=OFFICE, at=LATER, programme="twin"
                ).code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as people:
        codes = list(people.map(kept, range(12)))

    assert sorted(codes) == sorted(f"J-1-D-{number}" for number in range(1, 13))


def test_a_form_sent_twice_is_given_one_code(record: Path) -> None:
    load(a_programme())

    assert state("form") == state("form") == "N-east-1"
    with acting_as(OPERATOR):
        assert NeedVersion.objects.known().filter(identity__code__startswith="N-east").count() == 1


def test_a_code_that_one_does_not_see_is_taken_too(record: Path) -> None:
    load(a_programme())
    state("of the office")
    with acting_as(OPERATOR):
        NeedVersion.objects.filter(identity__code="N-east-1").update(place_id=NeedVersion.objects.get(
            identity__code="N-2", superseded_at=None
        ).place_id)  # fmt: skip

    assert state("of the county", "recipient_office:east") == "N-east-2"
