"""Keeps what somebody said theirs: an office that answers it changes its answer, and never the words it answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pairup.errors import AccessError
from pairup.record.acting import acting, refused, whole

#: columns of feedback that whoever answers may write
ANSWER = frozenset({"owner", "reply_due", "replied", "reply_en", "reply_zh", "outcome", "is_published"})


def require_own_words(table: str, row: Any, changed: Iterable[str], *, actor: str) -> None:
    """Refuse to change or withdraw what another said. Who keeps the whole record may, and the journal says so."""
    if table != "feedback" or acting().at_the_door.sees_all or set(changed) <= ANSWER:
        return
    with whole():
        first = type(row).objects.filter(identity=row.identity_id).select_related("entry").order_by("number").first()
    if first is None or first.entry.actor != actor:
        raise refused(AccessError(
            f"{row.identity.code} is in the words of whoever said it.", hint="Answer it; what was said stays.",
            code="proof.not-your-words", row=row.identity.code,
        ))  # fmt: skip
