"""Programme folders in and out: check, load, save and start one (docs/reference/folder.md has the format)."""

from __future__ import annotations

from pairup.services.folder.checking import check_folder, check_tables
from pairup.services.folder.loading import load_folder, load_into, load_tables
from pairup.services.folder.saving import save_folder
from pairup.services.folder.shape import FolderRefused, Loaded
from pairup.services.folder.starting import init_folder

__all__ = [
    "FolderRefused",
    "Loaded",
    "check_folder",
    "check_tables",
    "init_folder",
    "load_folder",
    "load_into",
    "load_tables",
    "save_folder",
]
