"""The report for everyone: nothing about a single post or person, no itinerary, nothing smaller than a prefecture.

Lists follow official codes, so that nothing is ranked. People are counted as "under 10" or to the nearest 5.
Public money is shown in full.
"""

from __future__ import annotations

from pairup.reports.claim_sections import (
    claims_section,
    definitions_section,
    origins_section,
    signatures_section,
    totals_section,
)
from pairup.reports.document import Block, Bullets, Document
from pairup.reports.evaluation_section import evaluations_section
from pairup.reports.facts import ReportFacts
from pairup.reports.firm_section import firm_section
from pairup.reports.in_public import in_public
from pairup.reports.money_sections import money_section
from pairup.reports.opening import public_sentences
from pairup.reports.pairing_sections import map_figure, public_pairings
from pairup.reports.plan_sections import public_unmet
from pairup.reports.portfolio_section import portfolio_section
from pairup.reports.reads_section import reads_section
from pairup.reports.round_report import footer, stamp, subtitle, title
from pairup.reports.rounds_section import rounds_section
from pairup.reports.said import said


def public_report(facts: ReportFacts) -> Document:
    """Make the report of a programme for everyone."""
    facts = in_public(facts)
    picture = map_figure(facts, public=True)
    opening: tuple[Block, ...] = (Bullets(public_sentences(facts), is_lead=True),)
    return Document(
        name="public",
        title=title(facts),
        subtitle=subtitle(facts),
        audience=said("audience-public"),
        opening=(*opening, picture) if picture else opening,
        sections=(
            public_pairings(facts),
            money_section(facts, public=True),
            rounds_section(facts, public=True),
            public_unmet(facts),
            firm_section(facts, public=True),
            portfolio_section(facts, public=True),
            evaluations_section(facts, public=True),
            claims_section(facts, public=True),
            totals_section(facts, public=True),
            signatures_section(facts, public=True),
            reads_section(facts, public=True),
            origins_section(facts, public=True),
            definitions_section(),
        ),
        footer=footer(facts),
        stamp=stamp(facts),
    )
