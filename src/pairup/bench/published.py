"""Where published instances lie: a folder that the person who measures names. None of them is part of pairup."""

from __future__ import annotations

import os
from pathlib import Path

#: the setting that names the folder
SETTING = "PAIRUP_INSTANCES"
#: what a row says where the folder is not named, or has not the set
ABSENT = f"skipped: {SETTING} names no folder with them"


def published(name: str) -> Path | None:
    """Give the folder of a published set (`gap`, `mkp`, `toptw` …), or None where it is not at hand."""
    folder = os.environ.get(SETTING)
    found = Path(folder) / name if folder else None
    return found if found is not None and found.is_dir() else None
