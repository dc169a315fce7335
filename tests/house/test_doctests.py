"""Examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from tests.house.source import PURE, module_name, modules

WITH_EXAMPLES = [path for part in PURE for path in modules(part) if ">>> " in path.read_text(encoding="utf-8")]


def test_there_are_examples() -> None:
    assert WITH_EXAMPLES


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=module_name)
def test_the_examples_of_a_module_hold(path: Path) -> None:
    done = doctest.testmod(importlib.import_module(module_name(path)))

    assert done.attempted > 0
    assert done.failed == 0
