"""Closes the secrets of second factors (one-time codes, recovery codes): the record's file alone opens nobody's.

They are closed with a key of the key file, as what is personal is: whoever has a copy of the record, or of a backup
without its keys, cannot work out anybody's codes. What an earlier version kept open is still read.
"""

from __future__ import annotations

from datetime import datetime

from pairup.errors import ConflictError
from pairup.keys import close_text, key_id_of, open_text
from pairup.services.personal import open_ring

#: whose key it is in the key file, and for what; a person stands there as PROGRAMME/CODE
_SUBJECT, _DRAWER = "accounts", "second-factors"
_CONTEXT = "second factor"
#: what marks a closed secret: an open one is letters and digits alone
_MARK = "closed:"


def close_secret(secret: str, *, at: datetime) -> str:
    """Close the secret of a second factor for the record to keep."""
    wanted = (_SUBJECT, _DRAWER)
    with open_ring(create=True) as ring:
        key = ring.keys_for([wanted], at=at)[wanted]
    return _MARK + close_text(key, secret.encode(), _CONTEXT)


def open_secret(kept: str) -> str:
    """Open what the record keeps. Refuses where its key is not in the key file; one kept open before is given as is."""
    if not kept.startswith(_MARK):
        return kept
    closed = kept.removeprefix(_MARK)
    with open_ring() as ring:
        key = ring.known([key_id_of(closed)]).get(key_id_of(closed))
    if key is None:
        raise ConflictError(
            "The key of this second factor is not in the key file.",
            hint="Put back the record's key file: `pairup restore-keys`.", code="users.factor-lost",
        )  # fmt: skip
    return open_text(key, closed, _CONTEXT).decode()
