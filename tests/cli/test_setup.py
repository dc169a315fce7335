"""Set-up from a bare Python: what it refuses, what it skips, where it writes."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.house.source import ROOT, load_file

OLD = [name for name in ("python3.6", "python3.7", "python3.8", "python3.9", "python3.10") if shutil.which(name)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what set-up reads, and nothing set up."""
    for name in ("dev.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def stamped(dev: object, **stamp: str) -> None:
    """Pretend that a set-up has ended with this stamp."""
    python: Path = dev.python_of(dev.VENV)  # type: ignore[attr-defined]
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    (dev.VENV / "pairup-stamp.json").write_text(json.dumps(stamp))  # type: ignore[attr-defined]


def test_dev_reads_on_a_python_of_2016() -> None:
    import ast

    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.skipif(not OLD, reason="no Python older than 3.11 on this machine")
def test_an_old_python_is_refused_in_a_sentence(checkout: Path) -> None:
    working = [name for name in OLD if subprocess.run([name, "-c", ""], capture_output=True).returncode == 0]
    if not working:
        pytest.skip("no Python older than 3.11 that starts")

    said = subprocess.run([working[0], "dev.py", "demo"], cwd=checkout, capture_output=True, text=True)

    assert said.returncode == 1
    assert said.stdout.startswith("pairup needs Python 3.11 or later; this is 3.")
    assert "Traceback" not in said.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_cannot_make_environments_is_told_what_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = load_file(checkout / "dev.py")
    bare = checkout / "bare-python"
    bare.write_text("#!/bin/sh\necho 'No module named ensurepip' >&2\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    monkeypatch.setenv("PATH", "/usr/bin" if shutil.which("apt-get", path="/usr/bin") else "/nowhere")

    with pytest.raises(dev.Refused) as refused:
        dev.set_up("core")

    assert "cannot make an environment" in str(refused.value)
    assert "venv" in str(refused.value)
    assert not dev.VENV.exists()


def test_a_second_set_up_does_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dev = load_file(checkout / "dev.py")
    stamped(dev, root=str(checkout), core=dev.fingerprint("core"))

    dev.set_up("core")

    assert capsys.readouterr().out == ""


def test_a_set_up_for_tests_serves_the_demo_and_not_the_other_way_round(checkout: Path) -> None:
    dev = load_file(checkout / "dev.py")

    stamped(dev, root=str(checkout), test=dev.fingerprint("test"))
    assert dev.is_set_up("core") and dev.is_set_up("test")

    stamped(dev, root=str(checkout), core=dev.fingerprint("core"))
    assert dev.is_set_up("core") and not dev.is_set_up("test")


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements/core.txt"])
def test_a_changed_lock_or_project_asks_for_a_new_set_up(checkout: Path, changed: str) -> None:
    dev = load_file(checkout / "dev.py")
    stamped(dev, root=str(checkout), core=dev.fingerprint("core"))

    with (checkout / changed).open("a") as file:
        file.write("# changed\n")

    assert not dev.is_set_up("core")


def test_a_checkout_that_was_moved_is_set_up_anew(checkout: Path) -> None:
    dev = load_file(checkout / "dev.py")

    stamped(dev, root="/somewhere/else", core=dev.fingerprint("core"))

    assert not dev.is_set_up("core")


def test_a_demo_goes_into_a_folder_that_is_free(checkout: Path) -> None:
    dev = load_file(checkout / "dev.py")
    assert dev.free_folder(checkout) == checkout / "pairup-demo"

    (checkout / "pairup-demo").mkdir()
    (checkout / "pairup-demo" / "record.sqlite3").touch()

    assert dev.free_folder(checkout) == checkout / "pairup-demo-2"


def test_an_unknown_word_shows_what_there_is(checkout: Path) -> None:
    said = subprocess.run([sys.executable, "dev.py", "dmeo"], cwd=checkout, capture_output=True, text=True)

    assert said.returncode == 2
    assert "python3 dev.py demo" in said.stdout


def test_set_up_needs_the_standard_library_only() -> None:
    code = "import sys; sys.path.insert(0, '.'); import dev; print(*sorted({m.partition('.')[0] for m in sys.modules}))"

    said = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert {name for name in said.stdout.split() if name not in sys.stdlib_module_names} <= {"dev", "__main__"}


def test_the_locks_hold_every_dependency_at_a_version_that_is_asked_for() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        said = tomllib.load(file)
    extras, groups = said["project"]["optional-dependencies"], said["dependency-groups"]
    core = said["project"]["dependencies"] + groups["build"] + said["build-system"]["requires"]
    asked = {
        "core": core,
        "web": core + extras["web"],
        "test": core + extras["test"] + extras["web"] + groups["lint"],
        "docs": groups["docs"],
    }

    missing = [
        f"{lock}: {wish}"
        for lock, wishes in asked.items()
        for wish in wishes
        if not wish.startswith("pairup[") and not is_locked(lock, Requirement(wish))
    ]

    assert missing == []


def is_locked(lock: str, wish: Requirement) -> bool:
    lines = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    versions = [next(iter(one.specifier)).version for one in pinned if one.name.lower() == wish.name.lower()]
    return any(wish.specifier.contains(version) for version in versions)


@pytest.mark.skipif(os.name == "nt", reason="the script is pairup.exe there")
def test_the_installed_command_is_this_checkout() -> None:
    assert importlib.metadata.version("pairup") == __import__("pairup").__version__
