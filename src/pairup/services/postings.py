"""A posting's life: lengthened only with the secondee's own consent, ended early without a reason, handed over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.models import ExtensionVersion, PersonSignatureVersion, PostingVersion, PostOfferVersion
from pairup.services import lives, write
from pairup.services.access import Role, require_may
from pairup.services.personal import open_rows
from pairup.values.codes import Answer, PostingStatus
from pairup.values.days import Precision


def extend(
    code: str, until: date, *, actor: str, at: datetime, asked_by: str = "", programme: str | None = None
) -> lives.Done:
    """Ask for a posting to last until a later day. Nothing changes until the secondee has signed (`consent`)."""
    require_may(actor, "posting.extend")
    with write.alone():
        home = lives.programme_of(programme)
        row = _open_posting(code, home)
        last = lives.last_day(row)
        if last is None or until <= last:
            raise InputError(
                f"{code} lasts until {last or 'an open end'} already.", hint="Name a later day.",
                code="lifecycle.not-longer", posting=code, last=last or "-",
            )  # fmt: skip
        asked = lives.free_code("extensions", code, programme=home)
        cells = {"code": asked, "day": lives.day_of(at).isoformat(), "posting": code, "until": until.isoformat(),
                 "asked_by": asked_by, "is_synthetic": "yes" if row.is_synthetic else "no"}  # fmt: skip
        writing = lives.added("extensions", [cells], programme=home)
        with write.command("posting.extend", actor=actor, at=at, programme=home, facts={"posting": code}) as doing:
            writing(doing)
    return lives.Done("extensions", asked, "asked", doing.entry.number)


def consent(
    extension: str, answer: Answer, *, actor: str, at: datetime, paper: str = "", programme: str | None = None
) -> lives.Done:
    """Sign or decline an extension, as the secondee; with a consent on `paper`, an office may enter it.

    Signing lengthens the posting in the same command. Declining changes nothing, and no reason is asked for.
    """
    require_may(actor, "posting.consent")
    with write.alone():
        home = lives.programme_of(programme)
        asked = known_row(ExtensionVersion, extension, home)
        row = _open_posting(asked.posting.code, home)
        person = row.person.code
        _require_own(actor, person, paper)
        about = f"extensions/{extension}"
        if (
            answered := PersonSignatureVersion.objects.known()
            .filter(identity__programme__code=home, about=about)
            .first()
        ):
            raise ConflictError(
                f"{extension} was {answered.answer} before.", code="lifecycle.answered-before", about=extension,
                answer=answered.answer,
            )  # fmt: skip
        cells = {"code": lives.free_code("person_signatures", extension, programme=home), "person": person,
                 "day": lives.day_of(at).isoformat(), "about": about, "answer": answer.value, "paper": paper,
                 "is_synthetic": "yes" if row.is_synthetic else "no"}  # fmt: skip
        signing = lives.added("person_signatures", [cells], programme=home)
        lengthening = lives.corrected(
            row, ends_before=asked.until + timedelta(days=1), ends_precision=Precision.DAY
        ) if answer is Answer.SIGNED else None  # fmt: skip
        with write.command("posting.consent", actor=actor, at=at, programme=home, facts={"about": about}) as doing:
            signing(doing)
            if lengthening is not None:
                lengthening(doing)
    return lives.Done("postings", row.identity.code, answer.value, doing.entry.number)


def end(code: str, last: date, *, actor: str, at: datetime, programme: str | None = None) -> lives.Done:
    """End a posting early, after a last day. There is no place for a reason, and none is asked for."""
    require_may(actor, "posting.end")
    with write.alone():
        home = lives.programme_of(programme)
        row = _open_posting(code, home)
        planned = lives.last_day(row)
        if (planned is not None and last >= planned) or (row.starts is not None and last < row.starts):
            raise InputError(
                f"{code} lasts from {row.starts} to {planned or 'an open end'}; {last} is no earlier end of it.",
                hint="Name a day within it.", code="lifecycle.no-earlier-end", posting=code, last=last,
            )  # fmt: skip
        writing = lives.corrected(
            row, ends_before=last + timedelta(days=1), ends_precision=Precision.DAY, status=PostingStatus.ENDED_EARLY
        )  # fmt: skip
        with write.command("posting.end", actor=actor, at=at, programme=home, facts={"posting": code}) as doing:
            writing(doing)
    return lives.Done("postings", code, PostingStatus.ENDED_EARLY.value, doing.entry.number)


def hand_over(
    code: str, *, document: str, actor: str, at: datetime, successor: str = "", programme: str | None = None
) -> tuple[lives.Done, int | None]:
    """Give a posting its handover file and, where there is one, its successor; the days both are there come beside."""
    require_may(actor, "posting.hand-over")
    with write.alone():
        home = lives.programme_of(programme)
        row = known_row(PostingVersion, code, home)
        paper = _identity("documents", document, home)
        parts, overlap = [lives.corrected(row, handover_id=paper)], None
        if successor:
            follows = known_row(PostingVersion, successor, home)
            overlap = _overlap(row, follows)
            parts.append(lives.corrected(follows, succeeds_id=row.identity_id))
        facts = {"posting": code} | ({"successor": successor} if successor else {})
        with write.command("posting.hand-over", actor=actor, at=at, programme=home, facts=facts) as doing:
            for part in parts:
                part(doing)
    return lives.Done("postings", code, "handed_over", doing.entry.number), overlap


def answer_offer(
    offer: str, answer: Answer, *, actor: str, at: datetime, paper: str = "", programme: str | None = None
) -> lives.Done:
    """Accept or decline the offer of a post, as the person it was made to. No reason is taken."""
    require_may(actor, "offer.answer")
    with write.alone():
        home = lives.programme_of(programme)
        (row,) = open_rows([known_row(PostOfferVersion, offer, home)])
        _require_own(actor, row.person.code, paper)
        if row.answer != Answer.OPEN:
            raise ConflictError(
                f"{offer} was answered before.", code="lifecycle.answered-before", about=offer, answer="-"
            )  # fmt: skip
        writing = lives.corrected(row, answer=answer)
        with write.command("offer.answer", actor=actor, at=at, programme=home, facts={"offer": offer}) as doing:
            writing(doing)
    return lives.Done("post_offers", offer, "answered", doing.entry.number)


def _require_own(actor: str, person: str, paper: str) -> None:
    """Refuse an answer that is not the person's own: not signed in as them, and no paper they signed."""
    if actor == f"{Role.SECONDEE}:{person}" or (paper and not actor.startswith(Role.SECONDEE)):
        return
    raise AccessError(
        f"Only {person} can answer this.",
        hint=f"Answer as secondee:{person}, or name the signed paper (--paper DOCUMENT).",
        code="lifecycle.not-their-own", person=person,
    )  # fmt: skip


def _open_posting(code: str, programme: str) -> Any:
    row = known_row(PostingVersion, code, programme)
    if row.status not in (PostingStatus.PLANNED, PostingStatus.IN_POST):
        raise ConflictError(
            f"{code} is over: {row.status}.", hint="`pairup history postings CODE` shows how.",
            code="lifecycle.posting-over", posting=code, status=row.status,
        )  # fmt: skip
    return row


def known_row(model: Any, code: str, programme: str) -> Any:
    """The latest version in force of a row, by its code. Refuses a code that is not there."""
    rows = model.objects.known().filter(identity__code=code, identity__programme__code=programme)
    row = rows.select_related("identity").order_by("-number").first()
    if row is None:
        raise InputError(
            f"{model.table} has no row {code!r}.", hint=f"`pairup history {model.table} CODE` shows one.",
            code="lifecycle.no-row", table=model.table, row=code,
        )  # fmt: skip
    return row


def _identity(table: str, code: str, programme: str) -> int:
    from pairup.record.models import TABLES

    return int(known_row(TABLES[table], code, programme).identity_id)


def _overlap(row: Any, follows: Any) -> int | None:
    """Days on which both are there; None where one of the two days is open."""
    if row.ends_before is None or follows.starts is None:
        return None
    return max(0, int((row.ends_before - follows.starts).days))
