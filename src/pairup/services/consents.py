"""What secondees signed for themselves: the one thing that can lengthen a posting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pairup.errors import ConflictError
from pairup.exchange.cells import read_day
from pairup.record.models import ExtensionVersion, PersonSignatureVersion
from pairup.services.access import Role
from pairup.values.codes import Answer, PostingStatus


def consented_until(posting: str, *, programme: str) -> date | None:
    """The latest last day that the secondee signed for, by their own hand or on a paper that the record names.

    A row that somebody else entered without such a paper counts for nothing.
    """
    asked = dict(
        ExtensionVersion.objects.known()
        .filter(identity__programme__code=programme, posting__code=posting)
        .values_list("identity__code", "until")
    )
    signed = PersonSignatureVersion.objects.known().filter(
        identity__programme__code=programme, about__in=[f"extensions/{code}" for code in asked], answer=Answer.SIGNED
    )
    days = [
        asked[row.about.partition("/")[2]]
        for row in signed.select_related("entry", "person")
        if row.entry.actor == f"{Role.SECONDEE}:{row.person.code}" or row.paper_id is not None
    ]
    return max(days, default=None)


def require_consent(code: str, before: Mapping[str, str], after: Mapping[str, str], *, programme: str) -> None:
    """Refuse a correction that lengthens a posting past what its secondee signed for."""
    if before["status"] not in (PostingStatus.PLANNED, PostingStatus.IN_POST) or not before["to"]:
        return
    last, _ = read_day(before["to"])
    later = read_day(after["to"])[0] if after["to"] else None
    assert last is not None
    if later is not None and later.after <= last.after:
        return
    signed = consented_until(code, programme=programme)
    if signed is None or later is None or signed + timedelta(days=1) < later.after:
        raise ConflictError(
            f"{code} would last longer than its secondee has signed for.",
            hint=f"pairup posting extend {code} --until DAY; then they sign: pairup posting consent EXTENSION.",
            code="lifecycle.no-consent", posting=code, until=after["to"] or "-",
        )  # fmt: skip
