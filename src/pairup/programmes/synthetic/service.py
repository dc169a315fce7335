"""Time served: postings with handover, counterparts who learn, welfare checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pairup.programmes.synthetic.people import person_code
from pairup.programmes.synthetic.posts import Opening, RoundSpan
from pairup.programmes.synthetic.rows import Draw, Row, dated, happened
from pairup.values.codes import PostingStatus, TermKind


def postings(openings: Sequence[Opening], span: RoundSpan, on: date, draw: Draw) -> list[Row]:
    """Write the postings of a round as of a day. Most stay some days after the round's end, for the handover."""
    rows = []
    for at, item in enumerate(openings, start=1):
        first = item.first + timedelta(days=draw.whole(0, 6))
        last = item.last + timedelta(days=draw.whole(3, 20) if draw.chance(0.85) else 0)
        status = PostingStatus.COMPLETED
        if draw.chance(0.03) and item.line.term == TermKind.FULL:
            last, status = (
                draw.day(item.first + timedelta(days=120), item.last - timedelta(days=60)),
                PostingStatus.ENDED_EARLY,
            )
        if item.line.term == TermKind.MISSION:
            first, last = item.first, item.last
        if last >= on:
            status = PostingStatus.IN_POST if first <= on else PostingStatus.PLANNED
        rows.append(
            dated(
                f"R-{item.code[2:]}",
                first,
                last,
                person=person_code(span, at),
                post=item.code,
                status=status,
                full_time=True,
                run="",
            )
        )
    return rows


_GOALS = {
    "doctor": "Carries out the agreed procedure without help",
    "nurse": "Leads a shift by the agreed protocol",
    "teacher": "Teaches the agreed course and sets its examinations",
    "engineer": "Supervises works and signs measurements",
    "official": "Runs the project accounts from tender to acceptance",
}


def counterparts(openings: Sequence[Opening], served: Sequence[Row], share: float, on: date, draw: Draw) -> list[Row]:
    """Give some postings a local counterpart; whether they practise without help is not yet known while it lasts."""
    rows = []
    for item, posting in zip(openings, served, strict=True):
        if not draw.chance(share):
            continue
        over = posting["to"] < on.isoformat()
        independent = draw.weighted((True, False, None), (0.6, 0.25, 0.15)) if over else None
        goal = _GOALS.get(item.line.profession, "Carries on the work of the post")
        rows.append(
            dated(
                f"C-{posting['code'][2:]}",
                posting["from"],
                posting["to"],
                posting=posting["code"],
                goal=goal,
                independent=independent,
            )
        )
    return rows


def welfare(served: Sequence[Row], first: date, last: date, draw: Draw) -> list[Row]:
    """Ask everyone in post once between two days; some do not answer."""
    return [
        happened(
            f"W-{posting['code'][2:]}",
            draw.day(first, last),
            posting=posting["code"],
            well=draw.weighted((True, False, None), (0.93, 0.03, 0.04)),
            wants_call=draw.chance(0.06),
        )
        for posting in served
        if posting["status"] == PostingStatus.IN_POST and posting["from"] < first.isoformat()
    ]
