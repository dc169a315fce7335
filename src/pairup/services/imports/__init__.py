"""Sheets in: what a file would change is shown first, and what is accepted of it is written as one command."""

from __future__ import annotations

from pairup.services.imports.accepting import Accepted, accept_file, compare_file
from pairup.services.imports.difference import Cell, Difference, State, TableDiff
from pairup.services.imports.source import Source, read_source

__all__ = [
    "Accepted",
    "Cell",
    "Difference",
    "Source",
    "State",
    "TableDiff",
    "accept_file",
    "compare_file",
    "read_source",
]
