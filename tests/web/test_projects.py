"""The portfolio and a project's life, as offices read it and move it on."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import DocumentVersion, ProjectVersion, WorksRecordVersion
from pairup.services import edits
from pairup.services.alerts import out_of_line
from tests.services.cast import LATER, OFFICE, rows
from tests.web.conftest import Browse


def said(answer: Any) -> str:
    return str(answer.content.decode())


def held(model: Any) -> list[Any]:
    with acting_as(OPERATOR):
        return list(model.objects.known().order_by("pk"))


def test_a_donor_finds_the_projects_along_its_own_pairings(browse: Browse) -> None:
    page = said(browse("donor_office:DN-A").get("/in/twin/projects/"))

    assert "Clinic" in page and "Hall" in page and "Road" not in page


def test_a_project_is_moved_on_by_the_side_it_belongs_to(browse: Browse) -> None:
    client = browse("recipient_office:east")

    answer = client.post(
        "/in/twin/projects/J-1/move/", {"key": "k1", "status": "appraised", "day": "2026-11-20", "why": ""}, follow=True
    )

    assert answer.redirect_chain and "appraised" in said(answer)
    assert [row.status for row in held(ProjectVersion) if row.starts and row.starts.year == 2026][-1] == "appraised"


def test_a_move_that_lacks_what_it_rests_on_is_refused_in_the_form(browse: Browse) -> None:
    client, before = browse("programme_office"), len(held(ProjectVersion))
    client.post("/in/twin/projects/J-1/move/", {"key": "k1", "status": "planned", "day": "2026-11-20"})

    answer = client.post(
        "/in/twin/projects/J-1/move/", {"key": "k2", "status": "approved", "day": "2026-11-21", "why": "as agreed"}
    )

    assert answer.status_code == 422 and "as agreed" in said(answer)
    assert len(held(ProjectVersion)) == before + 1


def test_works_sent_twice_by_a_double_click_count_once(browse: Browse) -> None:
    client = browse("programme_office")
    sent = {"key": "one click", "day": "2026-11-20", "value": "120.50", "certified_by": "a supervisor"}

    first = client.post("/in/twin/projects/J-2/works/", sent)
    again = client.post("/in/twin/projects/J-2/works/", sent)

    assert (first.status_code, again.status_code) == (302, 302)
    assert [row.value_minor for row in held(WorksRecordVersion)] == [12050]


def test_the_other_sides_project_is_not_there(browse: Browse) -> None:
    answer = browse("donor_office:DN-A").post(
        "/in/twin/projects/J-2/works/", {"key": "k", "day": "2026-11-20", "value": "1"}
    )

    assert answer.status_code == 404 and held(WorksRecordVersion) == []


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def photograph(width: int = 1, height: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"tEXt", b"Where\0at the clinic") + chunk(
        b"IDAT", zlib.compress(b"\0\0")
    ) + chunk(b"IEND", b"")  # fmt: skip


def test_a_photograph_is_kept_without_what_its_camera_wrote(browse: Browse) -> None:
    client = browse("programme_office")
    file = SimpleUploadedFile("../../etc/where.exe", photograph(), content_type="application/x-msdownload")

    kept = client.post("/in/twin/projects/J-1/papers/", {"key": "k", "title": "The clinic", "file": file})
    shown = client.get("/in/twin/documents/J-1-D-1/")

    assert kept.status_code == 302 and shown["Content-Type"] == "image/png"
    assert b"at the clinic" not in shown.content and shown.content.startswith(b"\x89PNG")
    assert "sandbox" in shown["Content-Security-Policy"]


@pytest.mark.parametrize(("data", "why"), [
    (b"MZ\x90", "neither a PDF nor a JPEG"), (photograph()[:40], "ends before its end"),
    (photograph(60_000, 60_000), "pixels"),
])  # fmt: skip
def test_what_is_no_photograph_is_refused_and_not_kept(browse: Browse, data: bytes, why: str) -> None:
    answer = browse("programme_office").post(
        "/in/twin/projects/J-1/papers/", {"key": "k", "title": "x", "file": SimpleUploadedFile("a.png", data)}
    )

    assert answer.status_code == 422 and why in said(answer)
    assert held(DocumentVersion) == []


def test_the_list_asks_the_record_as_often_for_few_projects_as_for_many(browse: Browse) -> None:
    client = browse("programme_office")
    client.get("/in/twin/projects/")
    with CaptureQueriesContext(connection) as few:
        client.get("/in/twin/projects/")
    more = rows(
        "code title_en category status place cost currency from is_synthetic",
        *(f"K-{k} More health proposed east 5 CNY 2026 yes" for k in range(30)),
    )
    with acting_as(OPERATOR):
        edits.record("projects", more, actor=OFFICE, at=LATER, programme="twin")
    with CaptureQueriesContext(connection) as many:
        client.get("/in/twin/projects/")

    assert len(many) == len(few)


def test_a_cost_is_out_of_line_only_among_enough_of_its_kind() -> None:
    usual = [(k, 100.0 + k) for k in range(9)]

    assert out_of_line([*usual, ("far", 900.0)]) == [("far", 900.0)]
    assert out_of_line([*usual[:5], ("far", 900.0)]) == []
    assert out_of_line([(k, 100.0) for k in range(9)]) == []


def test_the_picture_of_a_project_without_money_is_not_there(browse: Browse) -> None:
    client = browse("programme_office")

    assert client.get("/in/twin/projects/J-1/picture.svg").status_code == 404
    drawn = client.get("/in/twin/projects/J-0/picture.svg")
    assert drawn["Content-Type"] == "image/svg+xml" and b"<svg" in drawn.content
    assert client.get("/in/twin/projects/J-0/picture.svg", headers={"If-None-Match": drawn["ETag"]}).status_code == 304
