"""Sections about claims, computed totals, signatures, and what is synthetic and what is sourced."""

from __future__ import annotations

from collections.abc import Mapping

from pairup.reports.document import (
    Block,
    Column,
    Definition,
    Inline,
    Link,
    Number,
    Paragraph,
    Place,
    Run,
    Section,
    Table,
    Terms,
    Tone,
)
from pairup.reports.facts import ClaimFacts, Outcome, ReportFacts, RowLink, SignatureFacts, Total
from pairup.reports.said import DASH, number, said, together
from pairup.reports.writing import count, day, people_in_public, total_text
from pairup.values.codes import SignatureKind


def claims_section(facts: ReportFacts, *, public: bool) -> Section:
    """Show every claim under its verdict: contradicted ones first, side by side with what they contradict."""
    title = said("claims-title")
    if not facts.claims:
        return Section("claims", title, (Paragraph(said("none-recorded")),))
    blocks: list[Block] = [Paragraph(said("claims-intro"))]
    for outcome in (Outcome.CONTRADICTED, Outcome.CANNOT_TELL, Outcome.HOLDS):
        some = [claim for claim in facts.claims if claim.outcome is outcome]
        blocks.append(_claims_table(some, outcome, public))
    return Section("claims", title, tuple(blocks))


def _claims_table(claims: list[ClaimFacts], outcome: Outcome, public: bool) -> Block:
    caption = said(f"claims-{outcome.value}-caption", claims=count(len(claims)))
    titles = (
        ("col-claim", True),
        ("col-speaker", False),
        ("col-class", False),
        ("col-verdict", True),
        ("col-computed", False),
    )
    columns = tuple(Column(said(name), is_wide=is_wide) for name, is_wide in titles)
    rows = tuple(_claim_row(claim, public) for claim in claims)
    anchors = tuple(f"claim-{claim.code}" for claim in claims)
    return Table(caption, columns, rows, anchors, name=f"claims-{outcome.value}")


def _claim_row(claim: ClaimFacts, public: bool) -> tuple[Inline, ...]:
    verdict: list[Inline] = [claim.verdict, *claim.notes]
    if claim.conflicts:
        others = Run(tuple(Number(code, Place(f"claim-{code}")) for code in claim.conflicts), ", ")
        verdict.append(said("see-claims", claims=others))
    code = Number(claim.code, None if public else claim.rows)
    known: list[Inline] = [said(f"class-{claim.claim_class.value}")]
    known += [said(f"standing-{claim.standing.value}")] if claim.standing else []
    spoken: list[Inline] = [claim.speaker] if str(claim.day) in claim.speaker else [claim.speaker, day(claim.day)]
    return (
        Run((code, claim.mission, claim.text) if claim.mission else (code, claim.text), " · "),
        together([*spoken, *claim.sources], ", "),
        together(known, ", "),
        Run(tuple(verdict), " "),
        _computed(claim, public),
    )


def _computed(claim: ClaimFacts, public: bool) -> Inline:
    if claim.computed is None:
        return DASH
    link: Link | None = Definition("computed") if public else claim.computed_rows
    shown = Number(count(claim.computed), link)
    figure = Run((shown, claim.uom), " ") if claim.uom else shown
    return said("computed-synthetic", figure=figure) if claim.computed_is_synthetic else figure


# --- totals -------------------------------------------------------------------------------------------------


def totals_section(facts: ReportFacts, *, public: bool) -> Section:
    """Show the totals of the record, each with its rows."""
    title = said("totals-title")
    if not facts.totals:
        return Section("totals", title, (Paragraph(said("none-recorded")),))
    rows = tuple(
        (
            total.label,
            _total(total, public),
            said("synthetic-row") if total.is_synthetic else said("sourced-row"),
        )
        for total in facts.totals
    )
    columns = (Column(said("col-total")), Column(said("col-figure"), True), Column(said("col-known")))
    return Section("totals", title, (Paragraph(said("totals-intro")), Table(said("totals-caption"), columns, rows)))


def _total(total: Total, public: bool) -> Number:
    if not public:
        return Number(total_text(total), total.rows)
    if total.counts_people and isinstance(total.value, int):
        return Number(people_in_public(total.value), Definition("computed"))
    return Number(total_text(total), Definition("computed"))


# --- signatures ---------------------------------------------------------------------------------------------


def signatures_section(facts: ReportFacts, *, public: bool) -> Section:
    """Print who signed what, and where no signature is on record; for everyone, only counted."""
    title = said("signatures-title")
    if not facts.signatures:
        return Section("signatures", title, (Paragraph(said("signatures-none")),))
    ordered = sorted(facts.signatures, key=lambda s: (s.organisation.order or s.organisation.code, s.about.say()))
    table = _signature_counts(ordered) if public else _signatures(ordered)
    return Section("signatures", title, (Paragraph(said("signatures-intro")), table))


def _signatures(signatures: list[SignatureFacts]) -> Table:
    rows = tuple(
        (
            signature.organisation.name,
            signature.about,
            said(f"signature-{signature.kind.value}") if signature.kind else said("signature-absent"),
            day(signature.day) if signature.day else DASH,
            signature.reservation or DASH,
        )
        for signature in signatures
    )
    titles = ("col-organisation", "col-about", "col-signature", "col-day", "col-reservation")
    return Table(said("signatures-caption"), tuple(Column(said(name)) for name in titles), rows)


def _signature_counts(signatures: list[SignatureFacts]) -> Table:
    rows: tuple[tuple[Inline, ...], ...] = tuple(
        (
            said(f"signature-{kind.value}") if kind else said("signature-absent"),
            count(sum(1 for s in signatures if s.kind is kind)),
        )
        for kind in (*SignatureKind, None)
    )
    columns = (Column(said("col-signature")), Column(said("col-count"), is_number=True))
    return Table(said("signatures-counted"), columns, rows)


# --- origins and sources ------------------------------------------------------------------------------------


def origins_section(facts: ReportFacts, *, public: bool) -> Section:
    """Say of every table how many rows are synthetic, how the others are known, and where they were read."""
    blocks: list[Block] = [Paragraph(said("origins-intro" if facts.is_synthetic else "origins-intro-real"))]
    if facts.origins:
        rows: tuple[tuple[Inline, ...], ...] = tuple(
            (
                origin.title,
                number(origin.rows, None if public else origin.link or _table_link(facts, origin.table)),
                count(origin.synthetic),
                _standings(origin.standings),
            )
            for origin in facts.origins
        )
        titles = ("col-table", "col-rows", "col-synthetic", "col-standing")
        columns = tuple(Column(said(name), is_number=k in (1, 2)) for k, name in enumerate(titles))
        blocks.append(Table(said("origins-caption"), columns, rows))
    if facts.sources:
        listed: tuple[tuple[Inline, ...], ...] = tuple(
            (source.code, source.citation, source.address or DASH, source.licence or DASH, count(source.used))
            for source in sorted(facts.sources, key=lambda s: s.code)
        )
        titles_of_sources = ("col-source", "col-citation", "col-address", "col-licence", "col-rows")
        columns = tuple(Column(said(name), name == "col-rows", name == "col-citation") for name in titles_of_sources)
        blocks.append(Table(said("sources-caption"), columns, listed))
    if (mark := facts.checkpoint) is not None:
        told = said("origins-checkpoint", log=mark.log, size=count(mark.size), head=mark.head, day=day(mark.day))
        blocks.append(Paragraph(told))
    return Section("origins", said("origins-title"), tuple(blocks))


def _table_link(facts: ReportFacts, name: str) -> RowLink | None:
    return RowLink(name) if any(table.name == name for table in facts.tables) else None


def _standings(standings: Mapping[str, int]) -> Inline:
    given = [
        Run((said(f"standing-{name}") if name else said("standing-none"), count(rows)), " ")
        for name, rows in sorted(standings.items())
        if rows
    ]
    return together(given, ", ") if given else DASH


def definitions_section() -> Section:
    """Say what each number of the public page means."""
    entries = tuple((code, said(f"term-{code}"), said(f"meaning-{code}")) for code in DEFINED)
    return Section(
        "definitions", said("definitions-title"), (Paragraph(said("definitions-intro"), Tone.NOTE), Terms(entries))
    )


#: what the public page links its numbers to
DEFINED = (
    "pairing", "donor", "area", "post", "candidate", "unmet", "due", "pledged", "paid", "executed", "audited",
    "project", "floor", "envelope", "claim", "computed",
)  # fmt: skip
