"""Public names: sorted, and every one of them loads."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import pairup
from tests.house.source import PACKAGE, module_name, modules, tree

#: word for a thing that has no name yet
FORBIDDEN_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "legacy"}


def written_all(path: Path) -> list[str] | None:
    """The `__all__` a module writes out, or None where it has none or computes it."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            try:
                return list(ast.literal_eval(node.value))
            except ValueError:
                return None
    return None


WITH_ALL = [path for path in modules() if written_all(path) is not None]


def test_the_public_names_are_sorted_and_load() -> None:
    assert pairup.__all__ == sorted(pairup.__all__)
    assert all(getattr(pairup, name) is not None for name in pairup.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = pairup.nothing


@pytest.mark.parametrize("path", WITH_ALL, ids=module_name)
def test_a_written_all_is_sorted_and_its_names_stand_in_the_module(path: Path) -> None:
    names = written_all(path)
    assert names is not None

    defined = {node.name for node in tree(path).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    defined |= {
        alias.asname or alias.name
        for node in tree(path).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    defined |= {
        t.id
        for node in tree(path).body
        if isinstance(node, ast.Assign)
        for t in node.targets
        if isinstance(t, ast.Name)
    }
    defined |= {
        node.target.id
        for node in tree(path).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }

    assert names == sorted(names)
    if "record" in path.parts or "services" in path.parts:
        assert set(names) <= defined
    else:
        module = importlib.import_module(module_name(path))
        assert all(hasattr(module, name) for name in names)


def test_no_module_is_named_after_nothing() -> None:
    ours = [path for path in modules() if path.parent.parent.name != "fenced"]  # Django asks a connection to be `base`
    found = [path for path in ours if set(path.stem.split("_")) & (FORBIDDEN_MODULES | {"v2", "v3"})]

    assert not found


def test_the_version_stands_in_one_place() -> None:
    holders = [path for path in PACKAGE.rglob("*.py") if f'"{pairup.__version__}"' in path.read_text(encoding="utf-8")]

    assert holders == [PACKAGE / "__init__.py"]
