"""The five sentences that open a report, for the office and for everyone."""

from __future__ import annotations

from collections.abc import Callable

from pairup.reports.document import Definition, Inline, Link, Number, Place, Sentence
from pairup.reports.facts import MoneyFacts, Outcome, PlanFacts, PlanKind, ReportFacts, RowLink
from pairup.reports.said import number, said
from pairup.reports.writing import add_up, day, days, long_money, people_in_public
from pairup.values.days import RoughDay

#: how a number is linked: its rows for the office, its definition for everyone
Linking = Callable[[RowLink | None, str], Link | None]


def to_rows(rows: RowLink | None, definition: str) -> Link | None:
    return rows


def to_definition(rows: RowLink | None, definition: str) -> Link | None:
    return Definition(definition)


def office_sentences(facts: ReportFacts) -> tuple[Inline, ...]:
    return _five(facts, to_rows, lambda value, link: number(value, link))


def public_sentences(facts: ReportFacts) -> tuple[Inline, ...]:
    return _five(facts, to_definition, lambda value, link: Number(people_in_public(value), link))


def _five(facts: ReportFacts, link: Linking, people: Callable[[int, Link | None], Number]) -> tuple[Inline, ...]:
    return (
        _pairings(facts, link),
        _round(facts, link, people),
        _money(facts, link),
        _portfolio(facts, link),
        _claims(facts, link),
    )


def _pairings(facts: ReportFacts, link: Linking) -> Sentence:
    now = [p for p in facts.pairings if is_in_force(p.start, p.end, facts)]
    rows = RowLink("pairings") if has_table(facts, "pairings") else None
    starts = sorted((p.start for p in now if p.start), key=lambda start: start.first)
    donors = {p.donor.code for p in now}
    areas = {facts.place(p.place).area for p in now}
    return said(
        "open-pairings" if starts else "open-pairings-undated",
        day=day(facts.programme.day),
        programme=facts.programme.name,
        pairings=number(len(now), link(rows, "pairing")),
        donors=number(len(donors), link(rows, "donor")),
        places=number(len(areas), link(rows, "area")),
        first=day(starts[0]) if starts else "",
    )


def is_in_force(start: RoughDay | None, end: RoughDay | None, facts: ReportFacts) -> bool:
    today = facts.programme.day
    return (start is None or start.first <= today) and (end is None or today < end.after)


def has_table(facts: ReportFacts, name: str) -> bool:
    return any(table.name == name for table in facts.tables)


def _round(facts: ReportFacts, link: Linking, people: Callable[[int, Link | None], Number]) -> Sentence:
    plan = facts.plan(PlanKind.POSTINGS)
    if facts.round is None or plan is None:
        return said("open-no-round")
    if plan.decided is None or plan.asked is None or plan.considered is None:
        return said("open-round-no-plan", ordinal=str(facts.round.ordinal), proof=how_good(plan))
    return said(
        "open-round",
        ordinal=str(facts.round.ordinal),
        span=days(facts.round.start, facts.round.end),
        filled=people(plan.decided.value, link(plan.decided.rows, "post")),
        posts=people(plan.asked.value, link(plan.asked.rows, "post")),
        candidates=people(plan.considered.value, link(plan.considered.rows, "candidate")),
        proof=how_good(plan),
    )


def how_good(plan: PlanFacts) -> Inline:
    """Say how good a plan provably is."""
    if plan.proof is not None:
        return plan.proof
    return said(f"status-{plan.status}") if plan.status in STATUSES else plan.status


#: what a plan can be; each has words in the catalogue
STATUSES = ("optimal", "feasible", "infeasible", "unknown")


def _money(facts: ReportFacts, link: Linking) -> Sentence:
    rows = [m for m in facts.money if m.year <= facts.programme.day.year]
    if not rows:
        return said("open-no-money")
    return said(
        "open-money",
        first=str(min(m.year for m in rows)),
        last=str(max(m.year for m in rows)),
        pledged=_sum(facts, rows, "pledged", link),
        paid=_sum(facts, rows, "paid", link),
        executed=_sum(facts, rows, "executed", link),
    )


def _table_of(facts: ReportFacts, name: str) -> RowLink | None:
    return RowLink(name) if has_table(facts, name) else None


def _sum(facts: ReportFacts, rows: list[MoneyFacts], kind: str, link: Linking) -> Inline:
    amount = add_up((getattr(row, kind) for row in rows), facts.programme.currency)
    table = _table_of(facts, "works" if kind == "executed" else "money")
    return said("nothing-recorded") if amount is None else Number(long_money(amount), link(table, kind))


def _portfolio(facts: ReportFacts, link: Linking) -> Sentence:
    portfolio = facts.portfolio
    if portfolio is None or not portfolio.projects:
        return said("open-no-portfolio")
    chosen = [p for p in portfolio.projects if p.is_chosen]
    cost = add_up((p.cost for p in chosen), facts.programme.currency)
    met = [f for f in portfolio.floors if f.reached is not None and f.reached >= f.required]
    floors = said(
        "floors-all" if portfolio.floors and len(met) == len(portfolio.floors) else "floors-some",
        met=number(len(met), Place("portfolio")),
        floors=number(len(portfolio.floors), Place("portfolio")),
    )
    return said(
        "open-portfolio",
        first=str(portfolio.first_year),
        last=str(portfolio.last_year),
        chosen=number(len(chosen), Place("portfolio")),
        projects=number(len(portfolio.projects), link(_table_of(facts, "projects"), "project")),
        cost=Number(long_money(cost), Place("portfolio")) if cost else said("nothing-recorded"),
        floors=floors if portfolio.floors else said("floors-none"),
    )


def _claims(facts: ReportFacts, link: Linking) -> Sentence:
    if not facts.claims:
        return said("open-no-claims")
    how_many = {o: sum(1 for claim in facts.claims if claim.outcome is o) for o in Outcome}
    return said(
        "open-claims",
        claims=number(len(facts.claims), link(_table_of(facts, "claims"), "claim")),
        holds=number(how_many[Outcome.HOLDS], Place("claims-holds")),
        contradicted=number(how_many[Outcome.CONTRADICTED], Place("claims-contradicted")),
        cannot_tell=number(how_many[Outcome.CANNOT_TELL], Place("claims-cannot_tell")),
    )
