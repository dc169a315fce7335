"""A release under /public/ is given out as it was frozen, and nothing behind it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from pairup.errors import ConflictError, InputError
from pairup.reports.release.frozen import with_manifest
from pairup.web.public import with_public
from tests.reports.cast import sample_facts


@pytest.fixture
def release(tmp_path: Path) -> Path:
    files = {"index.html": b"<p>door</p>", "en/index.html": b"<p>home</p>", "style.css": b"p{}"}
    for name, content in with_manifest(files, programme="p", day=sample_facts().programme.day, version="1").items():
        (tmp_path / "r" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "r" / name).write_bytes(content)
    return tmp_path / "r"


def asked(application: Any, path: str) -> tuple[str, dict[str, str], bytes]:
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ["PATH_INFO"] = path
    said: list[Any] = []
    body = b"".join(application(environ, lambda status, headers, *_: said.extend((status, dict(headers)))))
    return said[0], said[1], body


def behind(environ: Any, start: Any) -> list[bytes]:
    """The pages with the record behind them; reached only by what is not public."""
    start("200 OK", [])
    return [b"the record was asked"]


def test_files_and_folders_of_a_release_are_given_out_without_asking_the_pages_behind(release: Path):
    site = with_public(behind, release)

    for path, content in (("/public/", b"<p>door</p>"), ("/public/en/", b"<p>home</p>"), ("/public/style.css", b"p{}")):
        status, headers, body = asked(site, path)
        assert (status, body) == ("200 OK", content)
        assert "script-src" not in headers["Content-Security-Policy"] and "default-src 'none'" in str(headers)
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert asked(site, "/in/twin/")[2] == b"the record was asked"
    assert asked(site, "/public/../record.sqlite3")[2] == b"the record was asked"


def test_a_release_that_was_changed_or_is_none_is_not_given_out(release: Path, tmp_path: Path):
    (release / "style.css").write_bytes(b"p{color:red}")

    with pytest.raises(ConflictError, match="not as it was released"):
        with_public(behind, release)
    with pytest.raises(InputError, match="no manifest"):
        with_public(behind, tmp_path)
