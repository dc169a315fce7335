"""Stories are told on records of their own."""

from __future__ import annotations

from tests.services.conftest import _database, empty_record, new_record, record  # noqa: F401
