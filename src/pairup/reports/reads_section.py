"""How often the personal data of many people was read at once, and by which offices. Never is printed too."""

from __future__ import annotations

from pairup.reports.document import Column, Inline, Paragraph, Section, Table
from pairup.reports.facts import ReportFacts
from pairup.reports.said import said
from pairup.reports.writing import count, people_in_public


def reads_section(facts: ReportFacts, *, public: bool) -> Section:
    """Count readings by the office that asked and the one that agreed; for everyone, people are not counted singly."""
    title = said("reads-title")
    if not facts.bulk_reads:
        return Section("bulk-reads", title, (Paragraph(said("reads-none")),))
    rows: tuple[tuple[Inline, ...], ...] = tuple(
        (one.asked_by, one.agreed_by, count(one.times), people_in_public(one.people) if public else count(one.people))
        for one in facts.bulk_reads
    )
    titles = ("col-read-by", "col-agreed-by", "col-times", "col-people-read")
    columns = tuple(Column(said(name), is_number=k > 1) for k, name in enumerate(titles))
    return Section("bulk-reads", title, (Paragraph(said("reads-intro")), Table(said("reads-caption"), columns, rows)))
