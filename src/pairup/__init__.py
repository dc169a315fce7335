"""Plan, run and prove paired assistance. Public names load on first use; none of them needs Django."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "Finding": "pairup.values.findings",
    "Money": "pairup.values.money",
    "PairupError": "pairup.errors",
    "Span": "pairup.values.days",
    "Words": "pairup.values.words",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pairup' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
