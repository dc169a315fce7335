"""The portfolio of projects against its floors and envelopes."""

from __future__ import annotations

from altair import LayerChart

from pairup.reports.document import (
    Block,
    Bullets,
    Column,
    Definition,
    Fold,
    Inline,
    Link,
    Number,
    Paragraph,
    Section,
    Table,
)
from pairup.reports.facts import (
    FloorFacts,
    PortfolioFacts,
    ProjectFacts,
    ReportFacts,
    RowLink,
)
from pairup.reports.figures import Floor, YearUse, envelopes_by_year, floors_reached
from pairup.reports.said import DASH, frame, money, number, picture, plain, said, synthetic_mark, together
from pairup.reports.writing import MoneyScale, add_up, count, share
from pairup.values.money import Money


def portfolio_section(facts: ReportFacts, *, public: bool) -> Section:
    """Show the portfolio against its floors and envelopes; for the office, project by project."""
    title = said("portfolio-title")
    portfolio = facts.portfolio
    if portfolio is None:
        return Section("portfolio", title, (Paragraph(said("portfolio-none")),))
    currency = facts.programme.currency
    scale = MoneyScale.fit([p.cost for p in portfolio.projects] + [e.limit for e in portfolio.envelopes], currency)
    blocks: list[Block] = [
        Paragraph(said("portfolio-intro", first=str(portfolio.first_year), last=str(portfolio.last_year)))
    ]
    blocks += _floors(portfolio, public)
    blocks += _envelopes(portfolio, scale, public)
    blocks += _by_category(portfolio, scale, currency) if public else _projects(facts, portfolio, scale)
    return Section("portfolio", title, tuple(blocks))


def _link(rows: RowLink | None, definition: str, public: bool) -> Link | None:
    return Definition(definition) if public else rows


def _floors(portfolio: PortfolioFacts, public: bool) -> list[Block]:
    if not portfolio.floors:
        return [Paragraph(said("floors-no-rule"))]
    reached = [f for f in portfolio.floors if f.reached is not None]

    def draw(language: str, stamp: str) -> LayerChart:
        rows = [Floor(f.name.say(language), float(f.required), float(f.reached or 0)) for f in reached]
        return floors_reached(
            rows, (plain("col-reached", language), plain("col-required", language)), frame(language, stamp)
        )

    rows = tuple(
        (
            f.name,
            share(f.required),
            said("not-known") if f.reached is None else Number(share(f.reached), _link(f.rows, "floor", public)),
            said("not-known")
            if f.reached is None
            else said("floor-met" if f.reached >= f.required else "floor-not-met"),
            _rule(f),
        )
        for f in portfolio.floors
    )
    titles = ("col-floor", "col-required", "col-reached", "col-kept", "col-rule")
    columns = tuple(Column(said(name), is_number=k in (1, 2)) for k, name in enumerate(titles))
    blocks: list[Block] = []
    if reached:
        alt_text = said("floors-alt", floors=count(len(reached)))
        blocks.append(picture("floors", said("floors-figure"), alt_text, draw, is_synthetic=portfolio.is_synthetic))
    blocks.append(Table(said("floors-caption"), columns, rows))
    return blocks if public or not portfolio.floor_costs else [*blocks, Bullets(portfolio.floor_costs)]


def _rule(floor: FloorFacts) -> Inline:
    known: list[Inline] = [said(f"standing-{floor.standing.value}")] if floor.standing else []
    return together(known + ([floor.note] if floor.note else [])) if floor.standing or floor.note else DASH


def _envelopes(portfolio: PortfolioFacts, scale: MoneyScale, public: bool) -> list[Block]:
    if not portfolio.envelopes:
        return []
    years = sorted({e.year for e in portfolio.envelopes})
    sums: dict[int, tuple[Money | None, Money | None]] = {}
    for year in years:
        some = [e for e in portfolio.envelopes if e.year == year]
        sums[year] = (add_up((e.limit for e in some), scale.currency), add_up((e.used for e in some), scale.currency))

    def draw(language: str, stamp: str) -> LayerChart:
        rows = [
            YearUse(y, scale.value(limit), scale.value(used)) for y, (limit, used) in sums.items() if limit and used
        ]
        names = (plain("col-limit", language), plain("col-used", language))
        return envelopes_by_year(rows, names, frame(language, stamp, scale.name))

    synthetic = portfolio.is_synthetic or any(e.is_synthetic for e in portfolio.envelopes)
    link = _link(RowLink("envelopes") if any(e.rows for e in portfolio.envelopes) else None, "envelope", public)
    rows = tuple((str(y), money(limit, scale, link), money(used, scale)) for y, (limit, used) in sums.items())
    columns = (Column(said("col-year")), Column(said("col-limit"), True), Column(said("col-used"), True))
    blocks: list[Block] = [
        picture("envelopes", said("envelopes-figure"), said("envelopes-alt"), draw, is_synthetic=synthetic),
        Table(said("envelopes-caption", uom=scale.name), columns, rows),
    ]
    if not public:
        each = tuple(
            (e.label, str(e.year), money(e.limit, scale, e.rows), money(e.used, scale)) for e in portfolio.envelopes
        )
        wide = (Column(said("col-envelope")), *columns)
        blocks.append(
            Fold(said("envelopes-each"), (Table(said("envelopes-each-caption", uom=scale.name), wide, each),))
        )
    return blocks


def _projects(facts: ReportFacts, portfolio: PortfolioFacts, scale: MoneyScale) -> list[Block]:
    chosen = sorted((p for p in portfolio.projects if p.is_chosen), key=lambda p: (p.start_year or 0, p.code))
    left = sorted((p for p in portfolio.projects if not p.is_chosen), key=lambda p: p.code)
    shown = ("col-project", "col-place", "col-category", "col-cost", "col-start", "col-tags", "col-known")
    columns = tuple(Column(said(name), is_number=name == "col-cost") for name in shown)
    blocks: list[Block] = []
    for name, some in (("chosen", chosen), ("left-out", left)):
        if some:
            rows = tuple(_project_row(p, facts, scale) for p in some)
            table = Table(said(f"projects-{name}-caption", uom=scale.name), columns, rows)
            blocks.append(Fold(said(f"projects-{name}", projects=count(len(some))), (table,)))
    return blocks


def _project_row(project: ProjectFacts, facts: ReportFacts, scale: MoneyScale) -> tuple[Inline, ...]:
    return (
        Number(project.title, project.rows),
        facts.place(project.place).name,
        project.category,
        money(project.cost, scale, project.rows),
        str(project.start_year) if project.is_chosen else (project.reason or said("not-chosen")),
        together(project.tags, ", ") if project.tags else DASH,
        synthetic_mark(project.is_synthetic),
    )


def _by_category(portfolio: PortfolioFacts, scale: MoneyScale, currency: str) -> list[Block]:
    heads: dict[str, list[ProjectFacts]] = {}
    for project in portfolio.projects:
        heads.setdefault(project.category.say("en"), []).append(project)
    rows: list[tuple[Inline, ...]] = []
    for _, some in sorted(heads.items()):
        chosen = [p for p in some if p.is_chosen]
        cost = add_up((p.cost for p in chosen), currency)
        counts = (number(len(chosen), Definition("project")), number(len(some), Definition("project")))
        rows.append((some[0].category, *counts, money(cost, scale, Definition("project")) if cost else DASH))
    columns = (
        Column(said("col-category")),
        Column(said("col-chosen"), True),
        Column(said("col-proposed"), True),
        Column(said("col-cost"), True),
    )
    return [Table(said("categories-caption", uom=scale.name), columns, tuple(rows))] if rows else []
