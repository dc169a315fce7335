"""Claims: all under their verdicts on one page, and a page a place, where replies stand beside each claim."""

from __future__ import annotations

from collections import Counter

from pairup.reports.claim_sections import claims_section
from pairup.reports.document import (
    Block,
    Bullets,
    Column,
    Definition,
    Document,
    Inline,
    Number,
    Paragraph,
    Place,
    Run,
    Section,
    Table,
    Tone,
)
from pairup.reports.facts import ClaimFacts
from pairup.reports.release.facts import ReleaseFacts
from pairup.reports.release.frame import page_of, told
from pairup.reports.release.pairing_pages import voices_section
from pairup.reports.said import said
from pairup.reports.writing import count, day
from pairup.values.words import Words

INDEX = "claims.html"
#: the page of claims about no place in particular
_WHOLE = ""


def claim_pages(facts: ReleaseFacts) -> dict[str, Document]:
    """Give the page of all claims, and a page for each place that claims are about."""
    groups = _by_place(facts)
    pages = {
        INDEX: page_of(
            facts, "claims", told("menu-claims"), (Paragraph(told("claims-opening")), *_places(groups, facts)),
            (claims_section(facts.report, public=True),),
        )
    }  # fmt: skip
    for place, some in groups.items():
        said_once = Counter(one.text.en for one in some)
        sections = tuple(_claim(one, facts, is_only=said_once[one.text.en] == 1) for one in some)
        name = facts.report.place(place).name if place else told("claims-of-all")
        opening = (Paragraph(told("claims-place-opening", back=Number(Words("releases.menu-claims"), Place(INDEX)))),)
        pages[place_path(place)] = page_of(facts, f"claims-{place}", told("claims-of", place=name), opening, sections)
    return pages


def place_path(place: str) -> str:
    return f"claims/{place or 'programme'}.html"


def _by_place(facts: ReleaseFacts) -> dict[str, list[ClaimFacts]]:
    """Group claims by place, places in the order of their official codes; those about no place come first."""
    groups: dict[str, list[ClaimFacts]] = {}
    for one in facts.report.claims:
        groups.setdefault(facts.claim_places.get(one.code, _WHOLE), []).append(one)

    def order(place: str) -> tuple[str, str]:
        return (facts.report.place(place).order or place, place) if place else ("", "")

    return {place: groups[place] for place in sorted(groups, key=order)}


def _places(groups: dict[str, list[ClaimFacts]], facts: ReleaseFacts) -> list[Block]:
    """List the places with how many claims each has, and how many were answered."""
    rows: list[tuple[Inline, ...]] = []
    for place, some in groups.items():
        name = facts.report.place(place).name if place else Words("releases.claims-of-all")
        answered = sum(1 for one in some if facts.voices_about(f"claims/{one.code}"))
        rows.append((Number(name, Place(place_path(place))), count(len(some)), count(answered)))
    columns = (
        Column(said("col-place")), Column(told("col-claims"), is_number=True),
        Column(told("col-answered"), is_number=True),
    )  # fmt: skip
    return [Table(told("claims-places-caption"), columns, tuple(rows))] if rows else []


def _claim(one: ClaimFacts, facts: ReleaseFacts, *, is_only: bool) -> Section:
    """One claim: what was said and by whom, its verdict, what says otherwise, and what those concerned answered.

    Its heading has its code where another claim on the page says the same.
    """
    lines: list[Inline] = [
        told("claim-said", speaker=one.speaker, day=day(one.day)),
        Run((Number(Words(f"reports.class-{one.claim_class.value}"), Definition("class")), one.verdict), " · "),
    ]
    lines += one.notes
    if one.computed is not None:
        figure = Run((Number(count(one.computed), Definition("computed")), one.uom), " ")
        lines.append(told("claim-computed", figure=said("computed-synthetic", figure=figure)
                          if one.computed_is_synthetic else figure))  # fmt: skip
    blocks: list[Block] = [Bullets(tuple(lines))]
    others = [other for other in facts.report.claims if other.code in one.conflicts]
    if others:
        columns = tuple(Column(told(name), is_wide=name == "col-said") for name in ("col-code", "col-who", "col-said"))
        rows = tuple((Number(other.code, Place(f"claim-{other.code}")), other.speaker, other.text) for other in others)
        blocks.append(Table(told("claim-otherwise", code=one.code), columns, rows))
    voices = facts.voices_about(f"claims/{one.code}")
    blocks += voices_section(voices, one.code).blocks if voices else (Paragraph(told("claim-unanswered"), Tone.NOTE),)
    title: Inline = one.text if is_only else Run((one.text, f"({one.code})"))
    return Section(f"c-{one.code}", title, tuple(blocks))
