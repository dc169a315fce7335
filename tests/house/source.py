"""The repository as house tests see it: its files, its modules, its syntax trees."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
PACKAGE = SRC / "pairup"
PURE = ("values", "rules", "planning", "evaluation", "measurement", "exchange", "reports", "programmes")
_SKIPPED = {".git", ".venv", "__pycache__", "node_modules", "site", "build", "dist", "wheels"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def modules(*parts: str) -> tuple[Path, ...]:
    """Python files of the package, or of one part of it; migrations are generated and left out."""
    return tuple(path for path in sorted(PACKAGE.joinpath(*parts).rglob("*.py")) if "migrations" not in path.parts)


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(SRC).with_suffix("").parts)
    return name.removesuffix(".__init__")


def where(path: Path, node: ast.AST) -> str:
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{shown}:{getattr(node, 'lineno', 0)}"


@cache
def repository_files() -> tuple[Path, ...]:
    """Every file of the repository as it would be committed; without git, every file that is no product of set-up."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _SKIPPED & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def texts() -> Iterator[tuple[Path, str]]:
    """Files of the repository that are text."""
    for path in repository_files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def pages() -> list[Path]:
    """Every page of words: the README, its neighbours and docs."""
    return [path for path in repository_files() if path.suffix == ".md"]


def child(code: str, *args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    words = [sys.executable, "-c", code, *args]
    return subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONUTF8": "1"}
    )


def load_file(path: Path) -> ModuleType:
    """Import a file that is in no package."""
    spec = importlib.util.spec_from_file_location(f"house_{path.stem}_{abs(hash(path))}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
