"""Sheets in: what a file would change is shown first, and what is accepted of it is written as one command."""

from __future__ import annotations

from pairup.services.imports.accepting import Accepted, ImportRefused, accept_file, compare_file
from pairup.services.imports.difference import Cell, Difference, State, TableDiff
from pairup.services.imports.source import Source, read_source
from pairup.services.imports.telling import propose_mapping, write_difference

__all__ = [
    "Accepted",
    "Cell",
    "Difference",
    "ImportRefused",
    "Source",
    "State",
    "TableDiff",
    "accept_file",
    "compare_file",
    "propose_mapping",
    "read_source",
    "write_difference",
]
