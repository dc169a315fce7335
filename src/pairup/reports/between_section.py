"""What lies between the steps of money, the purpose tests, and what donors bear elsewhere: for the office's page."""

from __future__ import annotations

from collections.abc import Sequence

from pairup.reports.burdens import STEPS, Burden
from pairup.reports.document import Block, Column, Fold, Inline, Paragraph, Run, Table, Tone
from pairup.reports.five_ways import NOT_TOLD, FiveWays
from pairup.reports.said import said, synthetic_mark
from pairup.values.money import Money
from pairup.values.words import Words


def between_blocks(views: Sequence[FiveWays]) -> list[Block]:
    """What lies between the steps, by pairing and year, with the purpose tests; no block where nothing is to tell."""
    rows: list[tuple[Inline, ...]] = []
    for view in views:
        words = [gap for gap in view.gaps if gap.code != NOT_TOLD] + [test.words for test in view.tests]
        if words:
            rows.append((view.pairing, str(view.year), Run(tuple(words), " ")))
    blocks: list[Block] = []
    if rows:
        finding = Column(Words("totals.col-between"), is_wide=True)
        columns = (Column(said("col-pairing")), Column(said("col-year"), is_short=True), finding)
        title = Words("totals.between-title")
        blocks.append(Fold(title, (Table(title, columns, tuple(rows)),)))
    if any(gap.code == NOT_TOLD for view in views for gap in view.gaps):
        blocks.append(Paragraph(Words(NOT_TOLD), Tone.NOTE))
    return blocks


def burden_blocks(burdens: Sequence[Burden]) -> list[Block]:
    """A table of what the programme's donors bear in other programmes, by code and year; none where they do not."""
    if not burdens:
        return []
    columns = (
        Column(Words("totals.col-donor")), Column(Words("totals.col-programme")),
        Column(said("col-year"), is_short=True),
        *(Column(said(f"col-{step}"), is_number=True) for step in STEPS), Column(said("col-known")),
    )  # fmt: skip
    rows: list[tuple[Inline, ...]] = [
        (one.donor, one.programme, str(one.year), *(_told(getattr(one, step)) for step in STEPS),
         synthetic_mark(one.is_synthetic))
        for one in burdens
    ]  # fmt: skip
    title = Words("totals.burden-title")
    table = Table(title, columns, tuple(rows))
    return [Fold(title, (Paragraph(Words("totals.burden-note"), Tone.NOTE), table))]


def _told(amounts: tuple[Money, ...]) -> Inline:
    return " + ".join(map(str, amounts)) or Words("totals.step-not-recorded")
