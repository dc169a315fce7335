"""A register as large as a country's would be after thirty years, and what the record's doors take on it."""

from __future__ import annotations
