"""Who has which role on a day (until the grants of the record take its place)."""

from __future__ import annotations

from datetime import date
from typing import Any

from pairup.errors import AccessError
from pairup.record.acting import Actor, read_actor


def actors_of(user: Any, *, on: date) -> list[Actor]:
    """The roles of a user in force on a day; none of an account that is closed."""
    try:
        return [read_actor(user.get_username().replace("--", ":"))] if user.is_active else []
    except AccessError:
        return []
