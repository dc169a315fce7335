"""Files that others made are taken apart in the limited child process, and nowhere else."""

from __future__ import annotations

import ast

from tests.house.source import PACKAGE, modules, tree, where

#: what takes archives, XML and workbooks apart
PARSERS = {
    "bz2", "defusedxml", "gzip", "html", "lxml", "lzma", "odf", "openpyxl", "python_calamine", "tarfile", "xlrd", "xml",
    "zipfile",
}  # fmt: skip
IN_THE_CHILD = {PACKAGE / "exchange" / name for name in ("untrusted.py", "workbook_scan.py")}
#: backups in a form of our own: only members that the sealed head names, written as bytes and held to their hashes
OWN_FORM = {PACKAGE / "services" / "backup" / "making.py"}
#: writes HTML, and escapes what it writes
ONLY_WRITE = {"html"}


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) and not node.level else set()


def test_only_the_child_takes_files_of_others_apart() -> None:
    found = [
        f"{where(path, node)} {name}"
        for path in modules()
        if path not in IN_THE_CHILD | OWN_FORM
        for node in ast.walk(tree(path))
        for name in imported(node) & PARSERS - ONLY_WRITE
    ]

    assert found == []


def test_the_modules_of_the_child_are_imported_by_the_child_only() -> None:
    names = {f"pairup.exchange.{path.stem}" for path in IN_THE_CHILD}
    importers = {
        path
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module in names or {f"{node.module}.{alias.name}" for alias in node.names} & names)
    }

    assert importers - IN_THE_CHILD == {PACKAGE / "exchange" / "child.py"}


def test_the_child_takes_apart_what_it_is_there_for() -> None:
    found = {name for path in IN_THE_CHILD for node in ast.walk(tree(path)) for name in imported(node)}

    assert found & PARSERS == {"defusedxml", "python_calamine", "xml", "zipfile"}
