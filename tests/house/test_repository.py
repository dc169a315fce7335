"""What stands in the repository: no registries, no paths of a machine, nothing left to do, nothing too long."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import PURE, ROOT, modules, repository_files, texts, tree, where

#: put together here so that this file does not hold them
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted",
    "registry." + "npmjs",
    "index" + "-url",
    "crates" + ".io",
    "proxy.golang" + ".org",
]
MACHINE = [
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/ho" + "me/",
    "/Us" + "ers/",
    "/tmp/" + "venv",
    "/tmp/" + "brief",
    ".lib" + "rary/",
    "C:\\" + "Users",
]
TO_DO = re.compile("|".join(rf"\b{word}\b" for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX", "H" + "ACK")))
#: the switch of uv that leaves addresses out of a lock
EXCUSED = {("dev.py", "--no-emit-" + "index" + "-url"): ""}
MODULE, FUNCTION = 400, 40


def found_in(words: list[str]) -> list[str]:
    found = []
    for path, text in texts():
        name = str(path.relative_to(ROOT))
        for (excused, word), instead in EXCUSED.items():
            text = text.replace(word, instead) if name == excused else text
        found += [f"{name}: {word}" for word in words if word in text]
    return found


def test_no_registry_is_named() -> None:
    assert found_in(REGISTRIES) == []


def test_no_path_of_a_machine_is_named() -> None:
    assert found_in(MACHINE) == []


def test_nothing_is_left_for_later_in_a_comment() -> None:
    assert [str(path.relative_to(ROOT)) for path, text in texts() if TO_DO.search(text)] == []


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text(encoding="utf-8")
        packages = re.split(r"\n(?=\S)", text.strip())

        assert "://" not in text
        assert all("--hash=sha256:" in package for package in packages)
        assert all("==" in package.partition("\n")[0] for package in packages)


def test_nothing_large_or_built_is_in_the_repository() -> None:
    large = [
        f"{path.relative_to(ROOT)} {path.stat().st_size:,}"
        for path in repository_files()
        if path.stat().st_size > 1_500_000
    ]
    built = [path for path in repository_files() if path.suffix in {".whl", ".pyc", ".sqlite3", ".zip", ".gz"}]

    assert large == []
    assert built == []


def says_why(docstring: str | None) -> bool:
    return bool(re.search(r"\blong(er)?\b", docstring or "", re.IGNORECASE))


def test_a_long_module_says_why() -> None:
    long = {path: path.read_text(encoding="utf-8").count("\n") for path in modules()}

    assert [
        f"{path.relative_to(ROOT)} has {lines} lines"
        for path, lines in long.items()
        if lines > MODULE and not says_why(ast.get_docstring(tree(path)))
    ] == []


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_a_long_function_says_why() -> None:
    functions = [
        (path, node)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]

    assert [
        f"{where(path, node)} {node.name} has {body_lines(node)} lines"
        for path, node in functions
        if body_lines(node) > FUNCTION and not says_why(ast.get_docstring(node))
    ] == []


def test_every_module_says_what_it_is() -> None:
    assert [str(path.relative_to(ROOT)) for path in modules() if len(ast.get_docstring(tree(path)) or "") < 10] == []


@pytest.mark.parametrize("part", PURE)
def test_tests_of_a_pure_part_use_no_django_and_no_record(part: str) -> None:
    found = []
    for path in sorted((ROOT / "tests" / part).rglob("*.py")):
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [
                f"{where(path, node)} {name}"
                for name in names
                if name.startswith(("django", "pairup.record", "pairup.services"))
            ]

    assert found == []


def test_people_come_without_names() -> None:
    """Rows about people have codes; a column that names somebody is in no file of a programme."""
    sheets = [
        path
        for path in repository_files()
        if path.suffix == ".csv" and path.stem in ("people", "postings", "counterparts", "fitness_checks")
    ]
    headers = {path: path.read_text(encoding="utf-8").splitlines()[0].split(",") for path in sheets if is_text(path)}
    named = [
        f"{path.relative_to(ROOT)} {column}"
        for path, header in headers.items()
        for column in header
        if re.search(r"name|姓名", column)
    ]
    lists = [path for path in repository_files() if re.search(r"(sur|first_?|last_?|given_?)names?\b", path.stem)]

    assert named == []
    assert lists == []


def is_text(path: Path) -> bool:
    try:
        return bool(path.read_text(encoding="utf-8").strip())
    except UnicodeDecodeError:
        return False
