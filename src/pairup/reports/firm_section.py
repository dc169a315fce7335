"""How firm and how fair the posting plan is: for the office with rows, for everybody as spreads only."""

from __future__ import annotations

from altair import LayerChart

from pairup.reports.document import Block, Bullets, Column, Figure, Fold, Inline, Paragraph, Section, Table, Tone
from pairup.reports.facts import ChecksFacts, ReportFacts, SpreadFacts
from pairup.reports.figures import Part, worth_by_part
from pairup.reports.said import frame, picture, together
from pairup.reports.writing import count
from pairup.values.words import Words


def firm_section(facts: ReportFacts, *, public: bool) -> Section:
    """Show what survives other weights, the plans nearly as good, burdens, envy and the reasons of empty seats."""
    title, checks = Words("firmness.section-title"), facts.checks
    if checks is None:
        return Section("firm", title, (Paragraph(Words("firmness.section-none")),))
    spreads = _spreads(checks.spreads)
    if public:
        return Section("firm", title, (Paragraph(Words("firmness.section-public")), spreads))
    blocks: list[Block] = [Paragraph(_survival(checks)), _figure(checks, facts.is_synthetic)]
    if checks.alternatives:
        blocks += [Paragraph(Words("firmness.alternatives")), Bullets(checks.alternatives)]
    blocks += [Paragraph(Words("firmness.fair-intro")), spreads, Paragraph(checks.envious)]
    if checks.envies:
        blocks.append(Bullets(tuple(_envy(facts, row) for row in checks.envies)))
    if checks.fair:
        blocks += [Paragraph(Words("firmness.fair-orders")), _fair(checks)]
    if checks.reasons:
        items = tuple(together((reason, count(seats)), ": ") for reason, seats in checks.reasons)
        blocks += [Paragraph(Words("firmness.reasons")), Bullets(items)]
    if checks.burdens:
        blocks.append(Fold(Words("firmness.burdens"), (_burdens(checks),)))
    blocks.append(Paragraph(Words("firmness.since", {"day": checks.since}), Tone.NOTE))
    return Section("firm", title, tuple(blocks))


def _survival(checks: ChecksFacts) -> Words:
    facts = {"percent": checks.percent, "share": f"{100 * checks.share:.1f}", "firm": count(checks.firm)}
    return Words("firmness.survival", facts | {"of": count(checks.of), "shifts": checks.shifts})


def _figure(checks: ChecksFacts, is_synthetic: bool) -> Figure:
    """Bars: of the plan's postings, how many survive with each weight lower and higher."""

    def draw(language: str, stamp: str) -> LayerChart:
        who = [Words(f"firmness.{way}", {"percent": checks.percent}).say(language) for way in ("lower", "higher")]
        parts = [
            Part(weight.say(language), one, kept)
            for weight, *both in checks.weights for one, kept in zip(who, both, strict=True)
        ]  # fmt: skip
        made = frame(language, stamp)
        return worth_by_part(parts, who, made)

    least = min((min(lower, higher) for _, lower, higher in checks.weights), default=checks.of)
    alt_text = Words(
        "firmness.figure-alt", {"weights": len(checks.weights), "least": count(least), "of": count(checks.of)}
    )
    return picture("firm", Words("firmness.figure"), alt_text, draw, is_synthetic=is_synthetic)


def _spreads(spreads: tuple[SpreadFacts, ...]) -> Table:
    titles = (
        "firmness.col-figure", "firmness.col-lowest", "firmness.col-mean", "firmness.col-highest", "firmness.col-gini",
    )  # fmt: skip
    columns = tuple(Column(Words(title), is_number=at > 0) for at, title in enumerate(titles))
    rows: tuple[tuple[Inline, ...], ...] = tuple(
        (row.name, f"{100 * row.lowest:.0f} %", f"{100 * row.mean:.0f} %", f"{100 * row.highest:.0f} %",
         f"{row.gini:.2f}")
        for row in spreads
    )  # fmt: skip
    return Table(Words("firmness.spreads-caption"), columns, rows)


def _fair(checks: ChecksFacts) -> Table:
    """The plan worth most, and the round planned by each fair order with its price."""
    titles = ("firmness.col-order", "firmness.col-price", "firmness.col-lowest-share", "firmness.col-gini",
              "firmness.col-proved")  # fmt: skip
    columns = tuple(Column(Words(title), is_number=0 < at < 4) for at, title in enumerate(titles))
    first = checks.fair[0]
    rows: list[tuple[Inline, ...]] = [
        (Words("firmness.order-welfare"), "0", f"{100 * first.lowest[0]:.0f} %", f"{first.gini[0]:.2f}", "–")
    ]
    rows += [
        (one.order, f"{one.price:,g}", f"{100 * one.lowest[1]:.0f} %", f"{one.gini[1]:.2f}",
         Words("firmness.yes" if one.is_proved else "firmness.not-proved"))
        for one in checks.fair
    ]  # fmt: skip
    caption = Words("firmness.fair-caption", {"welfare": f"{first.welfare:,g}"})
    return Table(caption, columns, tuple(rows))


def _envy(facts: ReportFacts, row: tuple[str, str, float, float]) -> Inline:
    place, other, own, there = row
    points = Words("firmness.envy-points", {"own": f"{own:,g}", "there": f"{there:,g}"})
    return together((together((facts.place(place).name, facts.place(other).name), " → "), points), ": ")


def _burdens(checks: ChecksFacts) -> Table:
    titles = ("firmness.col-donor", "firmness.col-sent", "firmness.col-of")
    columns = tuple(Column(Words(title), is_number=at > 0) for at, title in enumerate(titles))
    rows: tuple[tuple[Inline, ...], ...] = tuple(
        (donor.name, count(sent), count(most)) for donor, sent, most in checks.burdens
    )
    return Table(Words("firmness.burdens-caption"), columns, rows)
