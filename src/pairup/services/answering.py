"""Answers what somebody said: an objection, a dispute of a figure, a wish. The words that were said stay theirs."""

from __future__ import annotations

from datetime import datetime

from pairup.errors import ConflictError, InputError
from pairup.record.models import FeedbackVersion
from pairup.services import lives, write
from pairup.services.access import require_may
from pairup.services.cells import table_for
from pairup.services.edits import Edit, prepared_correction
from pairup.services.postings import known_row
from pairup.values.codes import FeedbackOutcome


def answer(
    code: str, text: str, outcome: FeedbackOutcome, *, language: str, actor: str, at: datetime, programme: str
) -> lives.Done:
    """Answer what was said, with what came of it. Refuses an answer without words, one that decides nothing, a second.

    An answer is put right as any row is: by a correction, which leaves the first one to be read.
    """
    require_may(actor, "feedback.answer")
    if not text.strip() or outcome is FeedbackOutcome.OPEN:
        raise InputError("Say what your answer is, and what comes of it.", code="proof.answer-empty", row=code)
    with write.alone():
        row = known_row(FeedbackVersion, code, programme)
        if row.replied is not None:
            raise ConflictError(
                f"{code} was answered on {row.replied}.", hint="Correct that answer in its row.",
                code="proof.answered-before", row=code, day=row.replied,
            )  # fmt: skip
        cells = {"code": code, "replied": lives.day_of(at).isoformat(), f"reply_{language[:2]}": text,
                 "outcome": outcome.value}  # fmt: skip
        edit = Edit("correct", table_for("feedback"), (cells,), actor, at, programme, seen=row.number)
        writing = prepared_correction(edit)
        with write.command(
            "feedback.answer", actor=actor, at=at, programme=programme, facts={"feedback": code}
        ) as doing:
            writing(doing)
    return lives.Done("feedback", code, outcome.value, doing.entry.number)
