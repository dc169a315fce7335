"""The office's report: everything the record holds for this round, people by code, nothing about fitness or family."""

from __future__ import annotations

from pairup.reports.claim_sections import claims_section, origins_section, signatures_section, totals_section
from pairup.reports.document import Block, Bullets, Document, Inline, Sentence
from pairup.reports.evaluation_section import evaluations_section
from pairup.reports.facts import ReportFacts
from pairup.reports.firm_section import firm_section
from pairup.reports.money_sections import money_section
from pairup.reports.opening import office_sentences
from pairup.reports.pairing_sections import map_figure, office_pairings
from pairup.reports.plan_sections import followed_section, plans_section, unmet_section
from pairup.reports.portfolio_section import portfolio_section
from pairup.reports.reads_section import reads_section
from pairup.reports.rounds_section import rounds_section
from pairup.reports.said import said
from pairup.reports.visit_section import visit_section
from pairup.reports.waiting_section import waiting_section
from pairup.reports.writing import day


def round_report(facts: ReportFacts) -> Document:
    """Make the office's report of a programme."""
    picture = map_figure(facts, public=False)
    opening: tuple[Block, ...] = (Bullets(office_sentences(facts), is_lead=True),)
    return Document(
        name="index",
        title=title(facts),
        subtitle=subtitle(facts),
        audience=said("audience-office"),
        opening=(*opening, picture) if picture else opening,
        sections=(
            followed_section(facts),
            office_pairings(facts),
            money_section(facts, public=False),
            rounds_section(facts, public=False),
            plans_section(facts),
            unmet_section(facts),
            firm_section(facts, public=False),
            portfolio_section(facts, public=False),
            visit_section(facts),
            evaluations_section(facts, public=False),
            claims_section(facts, public=False),
            totals_section(facts, public=False),
            waiting_section(facts),
            signatures_section(facts, public=False),
            reads_section(facts, public=False),
            origins_section(facts, public=False),
        ),
        footer=footer(facts),
        stamp=stamp(facts),
    )


def title(facts: ReportFacts) -> Sentence:
    if facts.round is None:
        return said("title", programme=facts.programme.name)
    return said("title-round", programme=facts.programme.name, ordinal=str(facts.round.ordinal))


def subtitle(facts: ReportFacts) -> Sentence:
    on = day(facts.programme.day)
    if facts.programme.known_by is None or facts.programme.known_by == facts.programme.day:
        return said("as-of", day=on)
    return said("as-of-known-by", day=on, known_by=day(facts.programme.known_by))


def stamp(facts: ReportFacts) -> Inline | None:
    """Say on every page that it holds synthetic rows; a demo says that it is one."""
    if not facts.is_synthetic:
        return None
    return said("band-demo") if facts.programme.is_demo else said("band")


def footer(facts: ReportFacts) -> tuple[Inline, ...]:
    lines: list[Inline] = [said("made-by", version=facts.programme.code_version or "–")]
    if facts.programme.seed is not None:
        lines.append(said("made-with-seed", seed=str(facts.programme.seed)))
    return (*lines, said("no-boundaries"))
