"""Static files: kept for good by a browser, and never of another version than the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from pairup.web.stamp import stamp_of
from tests.web.conftest import Browse


def test_a_page_names_a_stylesheet_that_may_be_kept_for_good(browse: Browse) -> None:
    page = browse("public").get("/account/login/").content.decode()
    address = re.search(r'href="(/static/[^"]+pairup\.css)"', page)
    assert address is not None

    answer = browse("public").get(address[1], headers={"accept-encoding": "gzip"})

    assert answer.status_code == 200 and "immutable" in answer["Cache-Control"]
    assert int(re.findall(r"max-age=(\d+)", answer["Cache-Control"])[0]) >= 365 * 24 * 3600
    assert answer["Content-Encoding"] == "gzip" and "Set-Cookie" not in answer


def test_a_script_finds_the_script_it_imports_in_its_own_version(browse: Browse) -> None:
    script = b"".join(browse("public").get(f"{settings.STATIC_URL}web/complaints.js").streaming_content)

    assert b'from "./sealing.js"' in script
    assert browse("public").get(f"{settings.STATIC_URL}web/sealing.js").status_code == 200
    assert browse("public").get("/static/000000000000/web/sealing.js").status_code == 404


@pytest.mark.parametrize("change", ["content", "name", "more"])
def test_another_file_is_another_address(tmp_path: Path, change: str) -> None:
    (tmp_path / "one.css").write_text("a{}")
    before = stamp_of(tmp_path, ["Django"])

    if change == "content":
        (tmp_path / "one.css").write_text("b{}")
    elif change == "name":
        (tmp_path / "one.css").rename(tmp_path / "two.css")
    else:
        (tmp_path / "two.css").write_text("")

    assert stamp_of(tmp_path, ["Django"]) != before and re.fullmatch("[0-9a-f]{12}", before)
    assert stamp_of(tmp_path, []) != stamp_of(tmp_path, ["Django"])
