"""What nobody has done yet: follow-ups, replies, checks, consents, safeguard questions. Printed, never hidden."""

from __future__ import annotations

from pairup.reports.document import Column, Inline, Paragraph, Section, Sentence, Table
from pairup.reports.facts import ReportFacts
from pairup.reports.said import DASH
from pairup.reports.writing import count


def waiting_section(facts: ReportFacts) -> Section:
    """List by kind what waits, what is overdue and for whom. Nothing waiting is said too."""
    title = _said("waiting-title")
    if not facts.waiting:
        return Section("waiting", title, (Paragraph(_said("waiting-none")),))
    rows: tuple[tuple[Inline, ...], ...] = tuple(
        (
            one.kind,
            count(one.waiting),
            count(one.overdue),
            DASH if one.longest is None else count(one.longest),
            ", ".join(one.owners) + (" …" if one.has_more_owners else "") or DASH,
        )
        for one in facts.waiting
    )
    titles = ("col-what", "col-waiting", "col-overdue", "col-longest", "col-owners")
    columns = tuple(Column(_said(name), is_number=k in (1, 2, 3)) for k, name in enumerate(titles))
    return Section(
        "waiting", title, (Paragraph(_said("waiting-intro")), Table(_said("waiting-caption"), columns, rows))
    )


def _said(name: str) -> Sentence:
    return Sentence(f"lifecycle.{name}")
