"""What a recipient signs: needs, plans, reports, evaluations. And what an office closes: follow-ups, feedback.

A signature is a voice, never a gate: no payment and no plan waits for it. Its absence is printed.
"""

from __future__ import annotations

from datetime import date, datetime

from pairup.errors import ConflictError, InputError
from pairup.record.models import TABLES, VisitFindingVersion
from pairup.services import lives, write
from pairup.services.access import require_may
from pairup.services.postings import known_row
from pairup.values.codes import SignatureKind

#: what can be signed; a report is named by its day, as reports/2026-11-23
SIGNED_TABLES = ("needs", "runs", "reports", "evaluations", "projects", "agreed_results", "reviews", "commitments")


def countersign(
    about: str, kind: SignatureKind, *, organisation: str, actor: str, at: datetime, reservation: str = "",
    programme: str | None = None,
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
    with write.alone():
        home = lives.programme_of(programme)
        _require_there(about, home)
        stem = f"sign-{organisation}-{about.replace('/', '-')}"[:70]
        cells = {"code": lives.free_code("signatures", stem, programme=home), "organisation": organisation,
                 "day": lives.day_of(at).isoformat(), "about": about, "kind": kind.value,
                 "reservation": reservation}  # fmt: skip
        writing = lives.added("signatures", [cells], programme=home)
        with write.command("countersign", actor=actor, at=at, programme=home, facts={"about": about}) as doing:
            writing(doing)
    return lives.Done("signatures", cells["code"], kind.value, doing.entry.number)


def _require_there(about: str, programme: str) -> None:
    table, _, code = about.partition("/")
    is_day = table == "reports" and _is_day(code)
    known = is_day or (
        table in SIGNED_TABLES
        and table in TABLES
        and TABLES[table].objects.known().filter(identity__code=code, identity__programme__code=programme).exists()
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
