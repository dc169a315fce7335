"""The documents of two records lie apart, in a file or on a server, and each is in its own record's backup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pairup.errors import InputError
from pairup.services import backup as backups
from pairup.services import documents
from pairup.services.backup.files import files_beside
from tests.services.cast import ADOPTED, LATER, OFFICE, a_programme, load


def kept(tmp_path: Path, text: bytes) -> str:
    """Keep a paper in the open record and give the hash it is kept under."""
    paper = tmp_path / "minutes.pdf"
    paper.write_bytes(text)
    return documents.add("D-1", paper, kind="agreement", title="Minutes", actor=OFFICE, at=ADOPTED).state


def test_documents_of_two_records_lie_apart(new_record: Callable[[str], Path], tmp_path: Path) -> None:
    first = new_record("first")
    load(a_programme())
    kept(tmp_path, b"of the first")

    second = new_record("second")

    assert documents.files_folder() == files_beside(second)
    assert not files_beside(second).exists() and files_beside(first).is_dir()


def test_what_happened_to_another_record_s_documents_stops_no_backup(
    new_record: Callable[[str], Path], tmp_path: Path
) -> None:
    new_record("first")
    load(a_programme())
    kept(tmp_path, b"of the first")
    [path] = [path for path in documents.files_folder().rglob("*") if path.is_file()]
    path.chmod(0o600)
    path.write_bytes(b"changed")
    second = new_record("second")
    load(a_programme())
    digest = kept(tmp_path, b"of the second")

    made = backups.backup(second, tmp_path / "backups", at=LATER)

    assert list(made.manifest.files) == [digest]


def test_a_record_named_by_an_address_alone_has_no_folder_for_documents(
    record: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "PLACE", "")

    with pytest.raises(InputError) as refused:
        documents.files_folder()
    monkeypatch.setenv("PAIRUP_FILES", str(tmp_path / "papers"))

    assert refused.value.code == "lifecycle.no-files-folder"
    assert documents.files_folder() == tmp_path / "papers"
