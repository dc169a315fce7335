"""Programmes built once for all test modules; tests read them and change nothing."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from pairup.programmes.catalogue import build
from pairup.programmes.synthetic.rows import Tables

SEED = 7


@cache
def built(programme: str, seed: int = SEED) -> Tables:
    return build(programme, seed)


def digest(tables: Tables) -> str:
    return hashlib.sha256(json.dumps(tables, ensure_ascii=False).encode()).hexdigest()
