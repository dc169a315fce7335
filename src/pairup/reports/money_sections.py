"""Money by pairing and year, five ways: due, pledged, paid, executed, audited. Public money is never left out."""

from __future__ import annotations

from collections.abc import Sequence

from altair import LayerChart

from pairup.reports import palette
from pairup.reports.between_section import between_blocks, burden_blocks
from pairup.reports.document import (
    Block,
    Column,
    Definition,
    Figure,
    Fold,
    Inline,
    Link,
    Paragraph,
    Section,
    Table,
    Tone,
)
from pairup.reports.facts import Both, MoneyFacts, PairingFacts, ReportFacts, RowLink
from pairup.reports.figures import Amount, GridCell, Kind, money_by_year, money_grid
from pairup.reports.said import (
    frame,
    money,
    pairing_name,
    pairing_order,
    picture,
    plain,
    said,
    synthetic_mark,
)
from pairup.reports.writing import MoneyScale, add_up, count
from pairup.values.money import Money

KINDS = ("due", "pledged", "paid", "executed", "audited")
LINES = {  # of the figure; due is drawn only where every pairing of a year has one
    "pledged": (palette.PLEDGED, (6, 4)),
    "paid": (palette.PAID, (1, 0)),
    "executed": (palette.EXECUTED, (2, 3)),
}


def money_section(facts: ReportFacts, *, public: bool) -> Section:
    """Show money over years, by pairing and year, and in a table whose every amount has its rows or its definition."""
    title = said("money-title")
    if not facts.money:
        return Section("money", title, (Paragraph(said("none-recorded")),))
    scale = MoneyScale.fit((getattr(m, kind) for m in facts.money for kind in KINDS), facts.programme.currency)
    blocks: list[Block] = [Paragraph(said("money-intro")), _over_years(facts)]
    if public:
        blocks.append(_public_table(facts, scale))
    else:
        ordered = _ordered(facts)
        grid = _grid(facts, ordered, scale)
        blocks += [grid] if grid else []
        blocks.append(_office_table(facts, ordered, scale))
        blocks.append(Fold(said("money-by-year"), tuple(_year_fold(p, facts, scale) for p in ordered)))
        blocks += between_blocks(facts.five_ways) + burden_blocks(facts.burdens)
    others = sorted({m.currency for row in facts.money for m in _amounts(row)} - {facts.programme.currency})
    if others:
        blocks.append(Paragraph(said("other-currencies", currencies=", ".join(others)), Tone.NOTE))
    return Section("money", title, tuple(blocks))


def _amounts(row: MoneyFacts) -> list[Money]:
    return [amount for kind in KINDS if (amount := getattr(row, kind)) is not None]


def _ordered(facts: ReportFacts) -> list[PairingFacts]:
    """Give the pairings that have money, by official codes."""
    used = {m.pairing for m in facts.money}
    return sorted((p for p in facts.pairings if p.code in used), key=lambda p: pairing_order(p, facts))


def _rows_of(facts: ReportFacts, codes: Sequence[str]) -> list[MoneyFacts]:
    wanted = set(codes)
    return sorted((m for m in facts.money if m.pairing in wanted), key=lambda m: (m.pairing, m.year))


def _sum(rows: Sequence[MoneyFacts], kind: str, currency: str) -> Money | None:
    return add_up((getattr(row, kind) for row in rows), currency)


# --- figures ------------------------------------------------------------------------------------------------


def _over_years(facts: ReportFacts) -> Figure:
    currency = facts.programme.currency
    years = sorted({m.year for m in facts.money})
    sums = {
        (year, kind): amount
        for year in years
        for kind in LINES
        if (amount := _sum([m for m in facts.money if m.year == year], kind, currency)) is not None
    }
    scale = MoneyScale.fit(sums.values(), currency)

    def draw(language: str, stamp: str) -> LayerChart:
        kinds = [Kind(plain(f"col-{kind}", language), colour, dash) for kind, (colour, dash) in LINES.items()]
        amounts = [Amount(year, plain(f"col-{kind}", language), scale.value(m)) for (year, kind), m in sums.items()]
        return money_by_year(amounts, kinds, frame(language, stamp, scale.name))

    return picture(
        "money",
        said("money-figure"),
        said("money-alt", first=str(years[0]), last=str(years[-1])),
        draw,
        is_synthetic=any(m.is_synthetic for m in facts.money),
        note=said("money-note"),
    )


def _grid(facts: ReportFacts, ordered: Sequence[PairingFacts], scale: MoneyScale) -> Figure | None:
    paid = [m for m in facts.money if m.paid is not None and m.paid.currency == scale.currency]
    used = [p for p in ordered if any(m.pairing == p.code for m in paid)]
    if len(used) < 2:
        return None
    names = {p.code: pairing_name(p, facts) for p in used}
    steps = _steps([scale.value(m.paid) for m in paid if m.paid is not None])

    def draw(language: str, stamp: str) -> LayerChart:
        label = {code: f"{name.say(language)}" for code, name in names.items()}
        for code in [c for c in label if list(label.values()).count(label[c]) > 1]:
            label[code] = f"{label[code]} ({code})"
        cells = [GridCell(label[m.pairing], m.year, scale.value(m.paid)) for m in paid if m.paid and m.pairing in label]
        return money_grid(cells, list(label.values()), steps, frame(language, stamp, scale.name))

    return picture(
        "money-grid",
        said("grid-figure"),
        said("grid-alt", pairings=count(len(used))),
        draw,
        is_synthetic=any(m.is_synthetic for m in paid),
        note=said("grid-note"),
    )


def _steps(values: list[float]) -> list[float]:
    """Choose four round limits between five classes, at about the fifths of the values."""
    ranked = sorted(values)
    picks = [ranked[len(ranked) * k // 5] for k in range(1, 5)]
    rounded = []
    for pick in picks:
        unit = 10.0 ** (len(str(int(abs(pick)))) - 1) if abs(pick) >= 1 else 0.1
        rounded.append(round(pick / unit) * unit)
    for k in range(1, 4):
        if rounded[k] <= rounded[k - 1]:
            rounded[k] = round(rounded[k - 1] + (10.0 ** max(len(str(int(abs(rounded[k - 1])))) - 1, 0)), 3)
    return rounded


# --- tables -------------------------------------------------------------------------------------------------


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column(said(first)),
        Column(said("col-years"), is_short=True),
        *(Column(said(f"col-{kind}"), is_number=True) for kind in KINDS),
        Column(said("col-known")),
    )


def _due(rows: Sequence[MoneyFacts], scale: MoneyScale, link: Link | None) -> Inline:
    """Say what was due. Where a base is missing, say so; a part is never shown as if it were the whole."""
    given = [row for row in rows if row.due is not None]
    if not given and len(rows) > 1:
        return said("no-base")
    if not given:
        return next((row.due_note for row in rows if row.due_note is not None), said("no-base"))
    if len(given) < len(rows):
        return said("no-base-in", missing=count(len(rows) - len(given)), years=count(len(rows)))
    return money(_sum(rows, "due", scale.currency), scale, link)


def _office_table(facts: ReportFacts, ordered: Sequence[PairingFacts], scale: MoneyScale) -> Table:
    rows = []
    for pairing in ordered:
        lines = _rows_of(facts, [pairing.code])
        wide = _wider([line.rows for line in lines])
        works = _wider([line.works_rows for line in lines])
        rows.append(
            (
                pairing_name(pairing, facts),
                f"{lines[0].year}–{lines[-1].year}",
                _due(lines, scale, lines[0].due_rows if len(lines) == 1 else _wider([m.due_rows for m in lines])),
                *(money(_sum(lines, k, scale.currency), scale, works if k == "executed" else wide) for k in KINDS[1:]),
                synthetic_mark(any(line.is_synthetic for line in lines)),
            )
        )
    return Table(said("money-caption", uom=scale.name), _columns("col-pairing"), tuple(rows))


def _wider(links: Sequence[RowLink | None]) -> RowLink | None:
    """Give the link that holds all of these: the longest beginning of the keys that they share."""
    given = [link for link in links if link is not None]
    if not given or len({link.table for link in given}) > 1:
        return None
    shared: list[str] = []
    for parts in zip(*(link.key for link in given), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return RowLink(given[0].table, tuple(shared))


def _year_fold(pairing: PairingFacts, facts: ReportFacts, scale: MoneyScale) -> Fold:
    rows = tuple(
        (
            str(line.year),
            money(line.due, scale, line.due_rows) if line.due is not None else line.due_note or said("no-base"),
            *(money(getattr(line, k), scale, line.works_rows if k == "executed" else line.rows) for k in KINDS[1:]),
            synthetic_mark(line.is_synthetic),
        )
        for line in _rows_of(facts, [pairing.code])
    )
    columns = (
        Column(said("col-year"), is_short=True),
        *(Column(said(f"col-{kind}"), is_number=True) for kind in KINDS),
        Column(said("col-known")),
    )
    name = pairing_name(pairing, facts)
    caption = said("money-year-caption", pairing=name, uom=scale.name)
    return Fold(name, (Table(caption, columns, rows),))


def _public_table(facts: ReportFacts, scale: MoneyScale) -> Table:
    """Sum by donor and prefecture. Nothing smaller, and nothing hidden: it is public money."""
    groups: dict[tuple[str, str], list[PairingFacts]] = {}
    for pairing in _ordered(facts):
        groups.setdefault((facts.place(pairing.place).area, pairing.donor.code), []).append(pairing)
    rows = []
    for (area, _), some in groups.items():
        lines = _rows_of(facts, [p.code for p in some])
        donor, place = some[0].donor.name, facts.place(area).name
        rows.append(
            (
                Both(f"{donor.en} → {place.en}", f"{donor.say('zh')} → {place.say('zh')}"),
                f"{min(m.year for m in lines)}–{max(m.year for m in lines)}",
                _due(lines, scale, Definition("due")),
                *(money(_sum(lines, k, scale.currency), scale, Definition(k)) for k in KINDS[1:]),
                synthetic_mark(any(line.is_synthetic for line in lines)),
            )
        )
    return Table(said("public-money-caption", uom=scale.name), _columns("col-pairing"), tuple(rows))
