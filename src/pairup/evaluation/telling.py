"""An estimate on one screen: the verdict first, then the estimate, then what was looked at, then what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from pairup.evaluation.estimate import Estimate, Identification, said_effect
from pairup.evaluation.grading import Grade
from pairup.values.words import Words

#: so many event times are told one by one; of more, the first and last of both sides
_TOLD = 14


def screen(estimate: Estimate, language: str = "en") -> str:
    """Tell an estimate in lines."""
    parts = (_verdict, _effect, _looked_at, _findings, _next)
    return "\n".join(line for part in parts for line in part(estimate, language))


def _is_told(estimate: Estimate) -> bool:
    return estimate.identification is not Identification.NOT_IDENTIFIED and estimate.found.effect is not None


def _verdict(estimate: Estimate, language: str) -> Iterator[str]:
    if estimate.grading:
        yield estimate.grading.words.say(language)
    elif estimate.design.claim is None and _is_told(estimate):
        yield Words("evaluations.no-claim-graded").say(language)


def _effect(estimate: Estimate, language: str) -> Iterator[str]:
    facts = {"units": estimate.units, "periods": estimate.periods, "method": estimate.design.method.value}
    if not _is_told(estimate):
        yield Words("evaluation.said-not-identified", facts).say(language)
        yield from (f"  - {words.say(language)}" for words in estimate.found.missing)
        return
    assert estimate.found.effect is not None
    yield said_effect(estimate.found.effect, facts, estimate.design.level).say(language)
    rows = estimate.found.by_event_time
    for at, row in enumerate(rows):
        if len(rows) <= _TOLD or at < 3 or at >= len(rows) - 3 or abs(row.event_time) <= 3:
            yield "  " + said_effect(row.effect, {"event_time": row.event_time}, estimate.design.level).say(language)
        elif at == 3:
            yield "  " + Words("evaluations.more-event-times", {"count": len(rows)}).say(language)


def _looked_at(estimate: Estimate, language: str) -> Iterator[str]:
    gates = estimate.grading.gates if estimate.grading else ()
    looked = [(one.passed, one.words.say(language)) for one in estimate.checks]
    looked += [(gate.passed, gate.told.say(language)) for gate in gates]
    if looked:
        yield Words("evaluations.looked-at", {"count": len(looked)}).say(language)
    yield from (f"  {mark(passed)} {text}" for passed, text in looked)


def mark(passed: bool | None) -> str:
    """Give the mark of a check: passed, failed, or looked at and deciding nothing."""
    return {True: "+", False: "-", None: "?"}[passed]


def _findings(estimate: Estimate, language: str) -> Iterator[str]:
    yield from (f"  ! {finding.say(language)}" for finding in estimate.findings)


def _next(estimate: Estimate, language: str) -> Iterator[str]:
    yield Words(f"evaluations.next-{_state(estimate)}").say(language)


def _state(estimate: Estimate) -> str:
    """Name what the reader can do next."""
    if not _is_told(estimate):
        return "not-identified"
    if estimate.grading is None:
        return "no-claim" if estimate.design.claim is None else "not-graded"
    if estimate.grading.grade is Grade.CANNOT_TELL:
        return "cannot-tell"
    return "quote" if estimate.grading.is_registered else "retrospective"
