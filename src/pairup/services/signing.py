"""What a recipient signs: needs, plans, reports, evaluations; a donor signs drafted plans. And what an office closes.

A signature is a voice, never a gate: no payment and no plan waits for it. Its absence is printed.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import Role, acting, refused
from pairup.record.models import TABLES, OrganisationVersion, VisitFindingVersion
from pairup.services import lives, plan_reviews, write
from pairup.services.access import require_may
from pairup.services.postings import known_row
from pairup.values.codes import SignatureKind

#: what can be signed; a report is named by its day, as reports/2026-11-23
SIGNED_TABLES = ("needs", "runs", "reports", "evaluations", "projects", "agreed_results", "reviews", "commitments",
                 "claims", "documents")  # fmt: skip


def countersign(
    about: str, kind: SignatureKind, *, organisation: str, actor: str, at: datetime, reservation: str = "",
    programme: str | None = None, key: str | None = None,
) -> lives.Done:  # fmt: skip
    """Sign, sign with a reservation, or decline what `about` names (table/code). A later signature is one more row.

    A reservation says what it is, and is printed whole. Refuses what is not there and what is not signed.
    """
    require_may(actor, "countersign")
    if (kind is SignatureKind.RESERVATION) != bool(reservation.strip()):
        raise InputError(
            "A reservation has words, and only a reservation has.", hint="Give --reservation TEXT.",
            code="lifecycle.reservation-words", about=about,
        )  # fmt: skip
    if actor.partition(":")[0] == Role.DONOR_OFFICE and not about.startswith("runs/"):
        raise refused(AccessError(
            f"{actor} signs drafted plans only; {about} is the recipient's to sign.",
            code="rounds.not-yours-to-sign", actor=actor, about=about,
        ))  # fmt: skip
    with write.alone():
        home = lives.programme_of(programme)
        _require_there(about, home)
        stem = f"sign-{organisation}-{about.replace('/', '-')}"[:70]
        cells = {"code": lives.free_code("signatures", stem, programme=home), "organisation": organisation,
                 "day": lives.day_of(at).isoformat(), "about": about, "kind": kind.value,
                 "reservation": reservation}  # fmt: skip
        writing = lives.added("signatures", [cells], programme=home)
        with write.command("countersign", actor=actor, at=at, programme=home, key=key, facts={"about": about}) as doing:
            writing(doing)
    return lives.Done("signatures", cells["code"], kind.value, doing.entry.number)


def read_signers(*, on: date, known_by: date | None = None) -> list[str]:
    """Organisations that whoever acts signs for: an office itself, of a place what stands there."""
    actor = acting().actor
    if actor.role not in (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE):
        return []
    rows = OrganisationVersion.objects.on(on, known_by=known_by)
    found = rows.filter(Q(identity__code=actor.code) | Q(place__code=actor.code))
    codes = set(found.values_list("identity__code", flat=True))
    return [actor.code] if actor.code in codes else sorted(codes)


def read_own_place(*, on: date, known_by: date | None = None) -> str:
    """The place that a recipient office speaks of: itself where it is one, else where it stands; empty of others."""
    actor = acting().actor
    if actor.role is not Role.RECIPIENT_OFFICE:
        return ""
    row = OrganisationVersion.objects.on(on, known_by=known_by).filter(identity__code=actor.code).first()
    return actor.code if row is None else row.place.code if row.place else ""


def _require_there(about: str, programme: str) -> None:
    table, _, code = about.partition("/")
    is_day = table == "reports" and _is_day(code)
    known = (
        is_day
        or (table == "runs" and plan_reviews.is_put_forward(code, programme))
        or (
            table in SIGNED_TABLES
            and table in TABLES
            and TABLES[table].objects.known().filter(identity__code=code, identity__programme__code=programme).exists()
        )
    )
    if not known:
        raise InputError(
            f"There is nothing to sign at {about!r}.",
            hint=f"Name TABLE/CODE; tables: {', '.join(SIGNED_TABLES)}; a report by its day: reports/2026-11-23.",
            code="lifecycle.nothing-to-sign", about=about,
        )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) is not None
    except ValueError:
        return False


def close_follow_up(
    code: str, *, done: date, outcome: str, actor: str, at: datetime, programme: str | None = None
) -> lives.Done:
    """Say that a visit's follow-up was done, on which day and with what outcome."""
    require_may(actor, "follow-up.close")
    if not outcome.strip():
        raise InputError("Say what came of it.", hint="Give --outcome TEXT.", code="lifecycle.no-outcome", row=code)
    with write.alone():
        home = lives.programme_of(programme)
        row = known_row(VisitFindingVersion, code, home)
        if row.done is not None:
            raise ConflictError(
                f"{code} was closed on {row.done}.", code="lifecycle.closed-before", row=code, day=row.done
            )  # fmt: skip
        if done < row.day:
            raise InputError(
                f"{code} was found on {row.day}; it cannot have been done before.",
                code="lifecycle.done-too-early", row=code, day=row.day,
            )  # fmt: skip
        writing = lives.corrected(row, done=done, outcome=outcome)
        with write.command("follow-up.close", actor=actor, at=at, programme=home, facts={"finding": code}) as doing:
            writing(doing)
    return lives.Done("visit_findings", code, "done", doing.entry.number)
