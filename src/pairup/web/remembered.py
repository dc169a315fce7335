"""Answers that take seconds and change with the record only: kept for as long as the journal has grown no further."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from django.db import connection

from pairup.record.acting import acting
from pairup.services.journal_check import last_number

T = TypeVar("T")
#: answers kept by one process
_MOST = 32
_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = Lock()


def remembered(make: Callable[[], T], *key: Any) -> T:
    """Give what `make` gives, worked out once for an actor, a key and a length of the journal.

    Two who ask at once may both work it out; neither waits for the other.
    """
    whole_key = (connection.settings_dict["NAME"], str(acting().actor), last_number(), *key)
    with _lock:
        if whole_key in _kept:
            _kept.move_to_end(whole_key)
            found: T = _kept[whole_key]
            return found
    made = make()
    with _lock:
        _kept[whole_key] = made
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return made
