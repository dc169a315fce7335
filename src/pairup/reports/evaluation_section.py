"""What evaluations found, and what they could not: the sentence of the verdict stands by every picture.

Nobody is praised or blamed: a section holds the claim, the sentence, how the plan came about, the pictures and what was
looked at. Where a panel is made up, the truth that was planted in it is shown beside.
"""

from __future__ import annotations

from collections import Counter

from pairup.evaluation.claim import Verdict
from pairup.reports import evaluation_figures as figures
from pairup.reports.claims_wall import draw_wall, wall_in_words
from pairup.reports.document import Block, Bullets, Figure, Fold, Inline, Paragraph, Run, Section, Tone
from pairup.reports.evaluation_facts import EvaluationFacts
from pairup.reports.facts import Both, ReportFacts
from pairup.reports.pairing_sections import map_words
from pairup.reports.said import frame, picture
from pairup.values.codes import ClaimClass
from pairup.values.words import Words


def evaluations_section(facts: ReportFacts, *, public: bool) -> Section:
    """Show every evaluation of a claim; the map of the comparison and its codes are for the office alone."""
    blocks: list[Block] = [Paragraph(_told("section-intro"))]
    if wall := wall_figure(facts):
        blocks.append(wall)
    for one in facts.evaluations:
        blocks += evaluation_blocks(one, public=public)
    if not facts.evaluations:
        blocks.append(Paragraph(_told("section-none")))
    return Section("evaluations", _told("section-title"), tuple(blocks))


def _told(name: str, **facts: object) -> Words:
    return Words(f"evaluations.{name}", facts)


def evaluation_blocks(one: EvaluationFacts, *, public: bool) -> list[Block]:
    """Tell one evaluation: the claim, the sentence of its verdict, how its plan came about, pictures, the checks."""
    lines: list[Inline] = [one.standing]
    if one.effect is not None:
        lines.append(one.effect)
    if one.planted is not None:
        lines.append(one.planted)
    if not public:
        lines.append(_told("section-run", run=one.run, design=one.design_sha256[:12], data=one.data_sha256[:12]))
    claim = Both(f"{one.claim}: {one.text_en}", f"{one.claim}：{one.text_zh or one.text_en}")
    blocks: list[Block] = [Paragraph(claim), Paragraph(one.verdict, Tone.LEAD), Bullets(tuple(lines))]
    blocks += _figures(one, public=public)
    if one.looked:
        looked = Bullets(tuple(
            Run((_told(f"mark-{ {True: 'passed', False: 'failed', None: 'open'}[row.passed] }"),
                 *([row.number] if row.number and row.words.code != "verdict.gate-told" else []), row.words), ": ")
            for row in one.looked
        ))  # fmt: skip
        blocks.append(Fold(_told("section-looked", count=len(one.looked)), (looked,)))
    return blocks


def _figures(one: EvaluationFacts, *, public: bool) -> list[Figure]:
    """The pictures that an evaluation has; under each stands the sentence of its verdict."""
    drawn = []
    if one.points and any(point.interval for point in one.points):
        first, last = one.points[0].time, one.points[-1].time
        drawn.append(picture(
            f"effects-{one.claim}", _told("figure-event-title", claim=one.claim),
            _told("figure-event-alt", first=first, last=last, count=len(one.points), found=_range(one)),
            lambda language, stamp: figures.event_study(one.points, frame(language, stamp), language, uom=one.uom),
            is_synthetic=one.is_synthetic, note=one.verdict,
        ))  # fmt: skip
    if len(one.sensitivity) > 1:
        most = max(point.bend for point in one.sensitivity)
        broken = None if one.breakdown is None or one.breakdown > most else one.breakdown
        drawn.append(picture(
            f"sensitivity-{one.claim}", _told("figure-sensitivity-title", claim=one.claim),
            _told("figure-sensitivity-none", most=f"{most:g}") if broken is None
            else _told("figure-sensitivity-alt", bend=f"{broken:.3g}"),
            lambda language, stamp: figures.sensitivity(
                one.sensitivity, broken, frame(language, stamp), language, uom=one.uom
            ),
            is_synthetic=one.is_synthetic, note=one.verdict,
        ))  # fmt: skip
    if one.path:
        drawn += _paths(one)
    if one.weights and not public:
        named = sorted((p for p in one.weights if p.weight), key=lambda p: -(p.weight or 0))[:3]
        largest = ", ".join(f"{p.name_en} {100 * (p.weight or 0):.0f} %" for p in named)
        drawn.append(picture(
            f"weights-{one.claim}", _told("figure-weights-title", claim=one.claim),
            _told("figure-weights-alt", most=largest, count=sum(1 for p in one.weights if p.weight)),
            lambda language, stamp: figures.weights_map(
                one.weights, map_words(language, sized=False).classes, frame(language, stamp), language
            ),
            is_synthetic=one.is_synthetic, note=one.verdict,
        ))  # fmt: skip
    return drawn


def _paths(one: EvaluationFacts) -> list[Figure]:
    start = one.start
    labels = [point.label for point in one.path]
    own = [point.observed - point.without for point in one.path]
    drawn = [picture(
        f"paths-{one.claim}", _told("figure-paths-title", claim=one.claim),
        _told("figure-paths-alt", first=labels[0], last=labels[-1], start=labels[min(one.start, len(labels) - 1)]),
        lambda language, stamp: figures.paths(one.path, one.start, frame(language, stamp), language, uom=one.uom),
        is_synthetic=one.is_synthetic, note=one.verdict,
    )]  # fmt: skip
    if one.placebos:
        drawn.append(picture(
            f"gaps-{one.claim}", _told("figure-gaps-title", claim=one.claim),
            _told("figure-gaps-alt", count=len(one.placebos), larger=_larger(own, one)),
            lambda language, stamp: figures.gaps(
                labels, own, one.placebos, start, frame(language, stamp), language, uom=one.uom
            ),
            is_synthetic=one.is_synthetic, note=one.verdict,
        ))  # fmt: skip
    return drawn


def _larger(own: list[float], one: EvaluationFacts) -> int:
    """Of how many places that were not helped the mean gap after the start is at least as large."""

    def after(path: list[float] | tuple[float, ...]) -> float:
        late = path[one.start :]
        return abs(sum(late) / len(late)) if late else 0.0

    return sum(after(path) >= after(own) for path in one.placebos)


def _range(one: EvaluationFacts) -> str:
    values = [point.value for point in one.points if point.time >= 0] or [point.value for point in one.points]
    return f"{min(values):,.3g} – {max(values):,.3g}"


def wall_figure(facts: ReportFacts) -> Figure | None:
    """The claims wall of a report; None without claims."""
    found = Counter(
        (ClaimClass.EVALUATED if claim.is_evaluated else claim.claim_class, Verdict(claim.kind))
        for claim in facts.claims if claim.kind
    )  # fmt: skip
    if not found:
        return None
    return picture(
        "claims-wall", _told("wall-title"), wall_in_words(found),
        lambda language, stamp: draw_wall(found, frame(language, stamp), language),
        is_synthetic=any(one.is_synthetic for one in facts.evaluations), note=_told("wall-note"),
    )  # fmt: skip
