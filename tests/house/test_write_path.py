"""Only the write path changes the record: nothing else calls what writes to a database."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, modules, tree, where

WRITE_PATH = PACKAGE / "services" / "write.py"
#: modules that may write, and why
ALLOWED = {
    WRITE_PATH: "the write path",
    PACKAGE / "services" / "staging.py": "keeps what was sent until it is accepted; no part of the record",
    PACKAGE / "record" / "fenced" / "postgresql" / "base.py": "tells the server who acts, and hides columns by views",
    PACKAGE / "services" / "server.py": "asks a server how it keeps things, drops what was being made",
    PACKAGE
    / "services"
    / "folder"
    / "restoring.py": "puts a saved record into an empty one; its journal is the saved journal",
    PACKAGE / "services" / "jobs.py": "leases and progress of work; that it was asked for and what it did are entries",
    PACKAGE / "services" / "users.py": "accounts are Django's own; each change is in an entry's transaction",
    PACKAGE / "services" / "tokens.py": "digests of secrets; that one was made or ended is a journal entry",
    PACKAGE / "services" / "invitations.py": "digests of secrets; each was made and taken by an entry's command",
    PACKAGE / "services" / "mail.py": "remembers which letters were sent, by key; what they told is in the record",
    PACKAGE / "services" / "reminders.py": "who wants mail, address closed; asked and given up by an entry's command",
    PACKAGE / "record" / "fenced" / "sqlite" / "base.py": "temporary tables and views of the fence, and no other",
    PACKAGE / "record" / "remembered.py": "reads on in the journal, by the same two statements on both databases",
    PACKAGE / "services" / "snapshot.py": "asks PostgreSQL for one moment, to read",
    PACKAGE / "services" / "backup" / "copying.py": "copies a whole record into a database that was just made",
}
#: methods of models, managers and querysets that write
WRITES = {
    "abulk_create", "abulk_update", "acreate", "adelete", "asave", "aupdate", "bulk_create", "bulk_update",
    "create", "get_or_create", "raw", "save", "update_or_create",
}  # fmt: skip
#: these also live on dicts, sets and files: writes only where what they are called on is a queryset or a model row
SHARED_WRITES = {"delete", "update"}
QUERYSET = {
    "objects",
    "filter",
    "exclude",
    "all",
    "known",
    "on",
    "select_related",
    "order_by",
    "_default_manager",
    "_base_manager",
}
DATABASE = {"connection", "connections", "cursor", "pysqlite3", "sqlite3", "transaction"}
RAW = {"cursor", "execute", "executemany", "executescript"}


def names_in(node: ast.expr) -> set[str]:
    """Names of the chain a method is called on: `A.objects.filter(x)` gives A, objects, filter."""
    found: set[str] = set()
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return found | ({node.id} if isinstance(node, ast.Name) else set())


def writes(parsed: ast.Module) -> list[ast.Call]:
    """Calls in a module that would change rows of a database."""
    found = []
    for node in ast.walk(parsed):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, on = node.func.attr, names_in(node.func.value)
        bare_delete = name == "delete" and not node.args
        shared = name in SHARED_WRITES and (bool(on & QUERYSET) or bare_delete)
        if name in WRITES or shared or (name in RAW and on & DATABASE):
            found.append(node)
    return found


def imports_django(parsed: ast.Module) -> bool:
    named = {alias.name for node in ast.walk(parsed) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom)}
    return any(
        name.partition(".")[0] == "django" or name.startswith(("pairup.record", "pairup.services")) for name in named
    )


def near_the_record() -> list[Path]:
    """Modules that could reach a row: those that import Django, the record or the services."""
    return [path for path in modules() if path not in ALLOWED and imports_django(tree(path))]


@pytest.mark.parametrize("path", near_the_record(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_beside_the_write_path_writes(path: Path) -> None:
    assert [where(path, call) for call in writes(tree(path))] == []


@pytest.mark.parametrize(
    "defect",
    [
        "PlaceVersion.objects.filter(pk=1).update(note='x')",
        "PlaceVersion.objects.create(code='x')",
        "PlaceVersion._default_manager.bulk_create(rows)",
        "row.save()",
        "row.delete()",
        "PlaceVersion.objects.on(day).delete()",
        "Place.objects.get_or_create(code='x')",
        "connection.cursor().execute('DELETE FROM record_place')",
    ],
)
def test_a_planted_write_is_seen(defect: str) -> None:
    assert len(writes(ast.parse(defect))) >= 1


@pytest.mark.parametrize(
    "plain", ["totals.update(more)", "digest.update(b'x')", "seen.setdefault(1, [])", "path.unlink()"]
)
def test_what_only_looks_like_a_write_is_left_alone(plain: str) -> None:
    assert writes(ast.parse(plain)) == []


def test_the_write_path_itself_would_be_caught_elsewhere() -> None:
    assert len(writes(tree(WRITE_PATH))) >= 4


def test_nothing_listens_for_signals() -> None:
    found = [where(path, node) for path in modules() for node in ast.walk(tree(path)) if is_signal(node)]

    assert found == []


def is_signal(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
        ("django.db.models.signals", "django.dispatch")
    )
