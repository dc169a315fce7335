"""The pages of a release, one document each. Lists follow official codes; no place is ranked, no figure praised."""

from __future__ import annotations

from collections.abc import Mapping

from pairup.reports.claim_sections import origins_section
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
    Section,
    Table,
    Terms,
    Tone,
)
from pairup.reports.evaluation_section import evaluations_section
from pairup.reports.facts import Outcome
from pairup.reports.money_sections import money_section
from pairup.reports.opening import is_in_force, public_sentences
from pairup.reports.pairing_sections import how_led, map_figure, place_names
from pairup.reports.portfolio_section import portfolio_section
from pairup.reports.reads_section import reads_section
from pairup.reports.release.claim_pages import claim_pages
from pairup.reports.release.facts import ReleaseFacts
from pairup.reports.release.frame import page_of, people, told
from pairup.reports.release.frozen import MANIFEST
from pairup.reports.release.pairing_pages import days_of, page_path, pairing_pages
from pairup.reports.said import pairing_name, pairing_order, said, synthetic_mark, together
from pairup.reports.totals import definition
from pairup.reports.writing import add_up, count, day, long_money
from pairup.values.codes import ClaimClass
from pairup.values.words import Words

HOME, METHODS, DATA = "index.html", "methods.html", "data.html"
#: the pages of the menu, and what they are called
MENU: Mapping[str, str] = {
    HOME: "home", "pairings.html": "pairings", "money.html": "money", "claims.html": "claims",
    "evaluations.html": "evaluations", METHODS: "methods", DATA: "data",
}  # fmt: skip
#: what numbers and words of these pages mean, and those that mean the same as in the reports
DEFINED = ("people", "class", "projects", "result", "voice", "contract")
AS_IN_REPORTS = (
    "pairing", "donor", "area", "due", "pledged", "paid", "executed", "audited", "project", "floor", "envelope",
    "claim", "computed",
)  # fmt: skip


def make_pages(facts: ReleaseFacts, sizes: Mapping[str, int]) -> dict[str, Document]:
    """Give every page by its path. `sizes` are the bytes of the data files."""
    return {
        HOME: _home(facts),
        "pairings.html": page_of(
            facts, "pairings", told("menu-pairings"), (Paragraph(told("pairings-opening")),),
            (_pairings(facts), _people_section(facts)),
        ),
        **pairing_pages(facts),
        "money.html": page_of(
            facts, "money", told("menu-money"), (Paragraph(told("money-opening")),),
            (money_section(facts.report, public=True), _contracts(facts),
             portfolio_section(facts.report, public=True)),
        ),
        **claim_pages(facts),
        "evaluations.html": page_of(
            facts, "evaluations", told("menu-evaluations"), (Paragraph(told("evaluations-opening")),),
            (evaluations_section(facts.report, public=True),),
        ),
        METHODS: _methods(facts),
        DATA: _data(facts, sizes),
    }  # fmt: skip


# --- pairings ---------------------------------------------------------------------------------------------


def _pairings(facts: ReleaseFacts) -> Section:
    """List every pairing with a page of its own, by official codes: those of a prefecture stand together."""
    report = facts.report
    ordered = sorted(report.pairings, key=lambda one: pairing_order(one, report))
    rows = tuple(
        (Number(pairing_name(one, report), Place(page_path(one.code))), report.place(report.place(one.place).area).name,
         said(f"channel-{one.channel.value}"), days_of(one), synthetic_mark(one.is_synthetic))
        for one in ordered
    )  # fmt: skip
    columns = (
        Column(said("col-pairing")), Column(told("col-area")), Column(said("col-channel"), is_short=True),
        Column(said("col-since")), Column(said("col-known")),
    )  # fmt: skip
    table: Block = Table(told("pairings-caption"), columns, rows) if rows else Paragraph(said("none-recorded"))
    return Section("pairings", said("pairings-title"), (table, *place_names(report, by_area=True)))


# --- home ---------------------------------------------------------------------------------------------------


def _home(facts: ReleaseFacts) -> Document:
    report = facts.report
    sentences = public_sentences(report)
    lead = Bullets((sentences[0], sentences[2], sentences[4]), is_lead=True)
    opening: list[Block] = [Paragraph(how_led(report)), lead]
    if (picture := map_figure(report, public=True)) is not None:
        opening.append(picture)
    return page_of(facts, "home", report.programme.name, tuple(opening), (_numbers(facts),))


def _numbers(facts: ReleaseFacts) -> Section:
    """The key numbers, each with its class, who says so, and a link to what it means."""
    report = facts.report
    now = [one for one in report.pairings if is_in_force(one.start, one.end, report)]
    office, both = told("says-office"), told("says-offices")

    def row(name: str, figure: Inline, says: Inline) -> tuple[Inline, ...]:
        return told(f"number-{name}"), figure, together((_class(ClaimClass.REPORTED), says), " · ")

    rows = [
        row("pairings", Number(count(len(now)), Definition("pairing")), office),
        row("donors", Number(count(len({one.donor.code for one in now})), Definition("donor")), office),
        row("areas", Number(count(len({report.place(one.place).area for one in now})), Definition("area")), office),
        row("people", people(facts, "people-in-all"), both),
        row("projects", Number(count(len(facts.projects)), Definition("projects")), both),
    ]
    rows += [line for step in ("pledged", "paid", "executed", "audited") if (line := _amount(facts, step)) is not None]
    for outcome in Outcome if report.claims else ():
        found = sum(1 for claim in report.claims if claim.outcome is outcome)
        figure = Number(count(found), Place(f"claims-{outcome.value}"))
        rows.append((told(f"number-claims-{outcome.value}"), figure, told("says-check")))
    titles = ("col-number", "col-figure", "col-class")
    columns = tuple(Column(told(name), is_number=name == "col-figure") for name in titles)
    caption = told("numbers-caption", day=day(report.programme.day))
    return Section("numbers", told("numbers-title"), (Table(caption, columns, tuple(rows), name="key-numbers"),))


def _class(of: ClaimClass) -> Inline:
    return Number(Words(f"reports.class-{of.value}"), Definition("class"))


def _amount(facts: ReleaseFacts, step: str) -> tuple[Inline, ...] | None:
    report = facts.report
    rows = [row for row in report.money if row.year <= report.programme.day.year]
    amount = add_up((getattr(row, step) for row in rows), report.programme.currency)
    if amount is None:
        return None
    of = definition(f"money_{step}")
    assert of.owner_words is not None and of.claim_class is not None
    figure = Number(long_money(amount), Definition(step))
    return told(f"number-{step}"), figure, together((_class(of.claim_class), of.owner_words), " · ")


def _people_section(facts: ReleaseFacts) -> Section:
    """People by prefecture and round; a row a prefecture by official code."""
    table = next((one for one in facts.people if one.name == "people-by-prefecture-and-round"), None)
    title = told("people-title")
    if table is None or not table.cells:
        return Section("people", title, (Paragraph(said("none-recorded")),))
    rounds = [one for one in sorted(facts.report.rounds, key=lambda r: (r.scheme, r.ordinal))
              if any(key[1] == one.code for key in table.cells)]  # fmt: skip
    areas = sorted({key[0] for key in table.cells}, key=lambda code: facts.report.place(code).order or code)
    columns = (
        Column(said("col-place")), *(Column(str(one.ordinal), is_number=True) for one in rounds),
        Column(told("col-all"), is_number=True),
    )  # fmt: skip
    rows: list[tuple[Inline, ...]] = [
        (facts.report.place(area).name, *(people(facts, table.name, (area, one.code)) for one in rounds),
         people(facts, "people-by-prefecture", (area,)))
        for area in areas
    ]  # fmt: skip
    rows.append((told("col-all"), *(people(facts, "people-by-round", (one.code,)) for one in rounds),
                 people(facts, "people-in-all")))  # fmt: skip
    blocks: tuple[Block, ...] = (
        Paragraph(told("people-intro")), Table(told("people-caption"), columns, tuple(rows)), *_professions(facts),
    )  # fmt: skip
    return Section("people", title, blocks)


def _professions(facts: ReleaseFacts) -> tuple[Block, ...]:
    """People by profession and round; none and all are hidden too."""
    table = next((one for one in facts.people if one.name == "people-by-profession"), None)
    if table is None or not table.cells:
        return ()
    rounds = [one for one in sorted(facts.report.rounds, key=lambda r: (r.scheme, r.ordinal))
              if any(key[0] == one.code for key in table.cells)]  # fmt: skip
    kinds = sorted({key[1] for key, number in table.cells.items() if number is not None})  # no row of blanks
    columns = (
        Column(told("col-profession")), *(Column(str(one.ordinal), is_number=True) for one in rounds),
    )  # fmt: skip
    rows: tuple[tuple[Inline, ...], ...] = tuple(
        (facts.professions.get(kind, Words("releases.profession-other")),
         *(people(facts, table.name, (one.code, kind)) for one in rounds))
        for kind in kinds
    )  # fmt: skip
    return (Table(told("professions-caption"), columns, rows),)


# --- money --------------------------------------------------------------------------------------------------


def _contracts(facts: ReleaseFacts) -> Section:
    """What firms were paid by contract; an amount is told where no firm's own can be told from it."""
    title = told("contracts-title")
    if not facts.contracts:
        return Section("contracts", title, (Paragraph(said("none-recorded")),))
    rows = tuple(
        (str(one.year), count(one.contracts),
         Number(f"{one.currency} {one.amount}" if one.amount else Words("releases.hidden"), Definition("contract")))
        for one in facts.contracts
    )  # fmt: skip
    columns = (
        Column(said("col-year")), Column(told("col-contracts"), is_number=True),
        Column(told("col-amount"), is_number=True),
    )  # fmt: skip
    blocks = (Paragraph(told("contracts-intro")), Table(told("contracts-caption"), columns, rows))
    return Section("contracts", title, blocks)


# --- methods and data ---------------------------------------------------------------------------------------


def _methods(facts: ReleaseFacts) -> Document:
    terms = [(code, told(f"term-{code}"), told(f"meaning-{code}")) for code in DEFINED]
    terms += [(code, said(f"term-{code}"), said(f"meaning-{code}")) for code in AS_IN_REPORTS]
    meanings = Section("definitions", said("definitions-title"), (Terms(tuple(terms)),))
    protected = Section(
        "protection", told("protection-title"),
        (
            Paragraph(told("protection-rule")), Paragraph(told("protection-attack")),
            Paragraph(told("protection-left-out")), Paragraph(told("protection-limits"), Tone.NOTE),
        ),
    )  # fmt: skip
    return page_of(
        facts, "methods", told("menu-methods"), (Paragraph(told("methods-opening")),),
        (meanings, protected, reads_section(facts.report, public=True), origins_section(facts.report, public=True)),
    )  # fmt: skip


def _data(facts: ReleaseFacts, sizes: Mapping[str, int]) -> Document:
    names = sorted(path.removesuffix(".csv").removeprefix("data/") for path in sizes if path.endswith(".csv"))
    rows = tuple(
        (told(f"sheet-{name}"), _file(f"data/{name}.csv", sizes), _file(f"data/{name}.json", sizes)) for name in names
    )
    columns = (Column(told("col-table")), Column("CSV"), Column("JSON"))
    licence = told("licence", licence=facts.licence) if facts.licence else told("no-licence")
    described = told("data-described", file=Number("datapackage.json", Place("data/datapackage.json")))
    blocks = (Paragraph(described), Table(told("data-caption"), columns, rows), Paragraph(licence))
    frozen = Section(
        "frozen", told("frozen-title"),
        (
            Paragraph(told("frozen-manifest", file=Number("manifest.json", Place(MANIFEST)))),
            Paragraph(told("frozen-check")),
            Paragraph(told("frozen-protection", file=Number("protection.json", Place("data/protection.json")))),
        ),
    )  # fmt: skip
    return page_of(
        facts, "data", told("menu-data"), (Paragraph(told("data-opening")),),
        (Section("tables", told("data-title"), blocks), frozen),
    )  # fmt: skip


def _file(path: str, sizes: Mapping[str, int]) -> Inline:
    return told("file", kind=Number(path.rpartition(".")[2].upper(), Place(path)),
                kilobytes=count(-(-sizes[path] // 1000)))  # fmt: skip
