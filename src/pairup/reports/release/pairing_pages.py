"""One page a pairing: its decades on one line, its money in full, projects, results, and what both sides say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from altair import LayerChart

from pairup.reports import palette
from pairup.reports.decades_figure import COLOURS, Bars, Decades, Marks, Term, decades, decimal_year
from pairup.reports.document import (
    Block,
    Bullets,
    Column,
    Definition,
    Document,
    Figure,
    Inline,
    Number,
    Paragraph,
    Run,
    Section,
    Table,
    Tone,
)
from pairup.reports.facts import MoneyFacts, PairingFacts, RoundPeople
from pairup.reports.money_sections import KINDS
from pairup.reports.release.facts import ProjectRow, ReleaseFacts, Result, Voice
from pairup.reports.release.frame import page_of, people, told
from pairup.reports.rounds_section import round_name
from pairup.reports.said import DASH, frame, money, pairing_name, pairing_order, picture, plain, said, synthetic_mark
from pairup.reports.writing import MoneyScale, count, day, days
from pairup.values.codes import ProjectStatus, called
from pairup.values.days import RoughDay
from pairup.values.words import Words


def pairing_pages(facts: ReleaseFacts) -> dict[str, Document]:
    """Give the pages by their paths, in the order of official codes."""
    ordered = sorted(facts.report.pairings, key=lambda one: pairing_order(one, facts.report))
    return {page_path(one.code): _page(one, facts) for one in ordered}


def page_path(code: str) -> str:
    return f"pairing/{code}.html"


def _page(one: PairingFacts, facts: ReleaseFacts) -> Document:
    area = facts.report.place(facts.report.place(one.place).area)
    lines = sorted((row for row in facts.report.money if row.pairing == one.code), key=lambda row: row.year)
    projects = [row for row in facts.projects if row.pairing == one.code]
    results = [row for row in facts.results if row.place in (one.place, area.code)]
    voices = _voices(one, projects, facts)
    opening: list[Block] = [
        Paragraph(
            told("pairing-opening", channel=said(f"channel-{one.channel.value}"), days=days_of(one), area=area.name)
        )
    ]
    if one.is_synthetic:
        opening.append(Paragraph(told("pairing-synthetic"), Tone.NOTE))
    drawn = _timeline(one, area.code, lines, projects, results, voices, facts)
    opening += [drawn] if drawn else []
    sections = (
        _people(one, area.code, facts), _money(lines, facts), _projects(projects), _results(one, results, facts),
        voices_section(voices, pairing_name(one, facts.report)),
    )  # fmt: skip
    return page_of(facts, one.code, pairing_name(one, facts.report), tuple(opening), sections)


def days_of(one: PairingFacts) -> Inline:
    """Say since when a pairing holds, or from when to when it did."""
    if one.start is not None and one.end is None:
        return said("since", day=day(one.start))
    return days(one.start, one.end) if one.end is not None else said("not-known")


def _voices(one: PairingFacts, projects: Sequence[ProjectRow], facts: ReleaseFacts) -> list[Voice]:
    """What was said about the pairing, its projects and what it agreed on."""
    about = {f"pairings/{one.code}", *(f"projects/{row.code}" for row in projects)}
    about |= {f"agreed_results/{row.code}" for row in facts.agreed if row.pairing == one.code}
    return [voice for voice in facts.voices if voice.about in about]


# --- the line of years --------------------------------------------------------------------------------------


def _rounds(one: PairingFacts, area: str, facts: ReleaseFacts) -> list[RoundPeople]:
    """Rounds in which the donor had anybody in the prefecture, in order of time."""
    held = {key[2] for table in facts.people if table.name == "people" for key in table.cells
            if key[:2] == (one.donor.code, area)}  # fmt: skip
    rounds = [row for row in facts.report.rounds if row.code in held]
    return sorted(rounds, key=lambda row: (row.scheme, row.ordinal))


def _timeline(
    one: PairingFacts, area: str, lines: Sequence[MoneyFacts], projects: Sequence[ProjectRow],
    results: Sequence[Result], voices: Sequence[Voice], facts: ReleaseFacts,
) -> Figure | None:  # fmt: skip
    """Draw everything of a pairing that has a year. None where nothing has."""
    rounds = _rounds(one, area, facts)
    last = facts.report.programme.day.year
    begun = Counter(row.begun for row in projects if row.begun is not None and row.begun <= last)
    years = [row.year for row in lines if row.year <= last] + list(begun) + [_first(row.start).year for row in rounds]
    years += [row.period.first.year for row in results] + [voice.day.first.year for voice in voices]
    if not years:
        return None
    scale = MoneyScale.fit((getattr(row, kind) for row in lines for kind in KINDS), facts.report.programme.currency)

    def draw(language: str, stamp: str) -> LayerChart:
        of = Decades(
            min(years), last, _terms(one, area, rounds, facts, language),
            [*_bars(lines, scale, last, language), *_begun(begun, language)], _marks(results, voices, language),
        )  # fmt: skip
        return decades(of, frame(language, stamp, scale.name if lines else None))

    made_up = [row.is_synthetic for row in lines] + [row.is_synthetic for row in projects]
    made_up += [row.is_synthetic for row in rounds]
    return picture(
        "decades", told("decades-title"),
        told("decades-alt", first=str(min(years)), last=str(last), rounds=count(len(rounds)),
             projects=count(sum(begun.values())), voices=count(len(voices))),
        draw,
        is_synthetic=one.is_synthetic or any(made_up),
        note=told("decades-note"),
    )  # fmt: skip


def _terms(
    one: PairingFacts, area: str, rounds: Sequence[RoundPeople], facts: ReleaseFacts, language: str
) -> list[Term]:
    terms = []
    for row in rounds:
        end = row.end.after if isinstance(row.end, RoughDay) else row.end
        shown = people(facts, "people", (one.donor.code, area, row.code)).say(language)
        terms.append(Term(round_name(row, language), decimal_year(_first(row.start)), decimal_year(end), shown))
    return terms


def _bars(lines: Sequence[MoneyFacts], scale: MoneyScale, last: int, language: str) -> list[Bars]:
    """Money five ways, all on one scale; a step that nothing was recorded of says so."""
    amounts = {
        kind: {row.year: amount for row in lines if (amount := getattr(row, kind)) is not None and row.year <= last
               and amount.currency == scale.currency}
        for kind in KINDS
    }  # fmt: skip
    top = max((scale.value(amount) for found in amounts.values() for amount in found.values()), default=0.0)
    if top <= 0:
        return []
    bars = []
    for kind, found in amounts.items():
        most = max(found.values(), key=lambda amount: amount.minor, default=None)
        words = Words("releases.lane-most", {"most": scale.write(most)}) if most else Words("releases.lane-none")
        heights = {year: max(0.0, scale.value(amount)) / top for year, amount in found.items()}
        bars.append(Bars(plain(f"col-{kind}", language), COLOURS[kind], heights, words.say(language)))
    return bars


def _begun(begun: Counter[int], language: str) -> list[Bars]:
    if not begun:
        return []
    top = max(begun.values())
    words = Words("releases.lane-most", {"most": count(top)})
    heights = {year: number / top for year, number in begun.items()}
    return [Bars(Words("releases.lane-projects").say(language), palette.MUTED, heights, words.say(language))]


def _marks(results: Sequence[Result], voices: Sequence[Voice], language: str) -> list[Marks]:
    lanes: dict[str, list[float]] = {}
    for row in results:
        lanes.setdefault(Words("releases.lane-results").say(language), []).append(decimal_year(row.period.first))
    for voice in voices:
        lanes.setdefault(voice.who.say(language), []).append(decimal_year(voice.day.first))
    return [Marks(name, sorted(set(years))) for name, years in lanes.items()]


def _first(when: date | RoughDay) -> date:
    return when.first if isinstance(when, RoughDay) else when


# --- sections -----------------------------------------------------------------------------------------------


def _people(one: PairingFacts, area: str, facts: ReleaseFacts) -> Section:
    """People of the donor in the prefecture, round by round."""
    title, rounds = told("pairing-people-title"), _rounds(one, area, facts)
    if not rounds:
        return Section("people", title, (Paragraph(said("none-recorded")),))
    rows = tuple(
        (Words("reports.round-name", {"scheme": row.scheme, "ordinal": row.ordinal}), days(row.start, row.end),
         people(facts, "people", (one.donor.code, area, row.code)), synthetic_mark(row.is_synthetic))
        for row in rounds
    )  # fmt: skip
    columns = (
        Column(said("col-round")), Column(said("col-days")), Column(said("col-posted"), is_number=True),
        Column(said("col-known")),
    )  # fmt: skip
    intro = told("pairing-people-intro", donor=one.donor.name, area=facts.report.place(area).name)
    return Section("people", title, (Paragraph(intro), Table(told("pairing-people-caption"), columns, rows)))


def _money(lines: Sequence[MoneyFacts], facts: ReleaseFacts) -> Section:
    """Money year by year, five ways, in full."""
    title = told("pairing-money-title")
    if not lines:
        return Section("money", title, (Paragraph(said("none-recorded")),))
    scale = MoneyScale.fit((getattr(row, kind) for row in lines for kind in KINDS), facts.report.programme.currency)
    rows = tuple(
        (str(row.year), *(_amount(row, kind, scale) for kind in KINDS), synthetic_mark(row.is_synthetic))
        for row in lines
    )
    columns = (
        Column(said("col-year"), is_short=True), *(Column(said(f"col-{kind}"), is_number=True) for kind in KINDS),
        Column(said("col-known")),
    )  # fmt: skip
    table = Table(told("pairing-money-caption", uom=scale.name), columns, rows)
    return Section("money", title, (Paragraph(told("pairing-money-intro")), table))


def _amount(row: MoneyFacts, kind: str, scale: MoneyScale) -> Inline:
    amount = getattr(row, kind)
    if amount is None and kind == "due":
        return row.due_note or said("no-base")
    return money(amount, scale, Definition(kind))


def _projects(projects: Sequence[ProjectRow]) -> Section:
    """How many projects are in which state, by purpose."""
    title = told("pairing-projects-title")
    if not projects:
        return Section("projects", title, (Paragraph(said("none-recorded")),))
    states = [state for state in ProjectStatus if any(row.status is state for row in projects)]
    counted = Counter((row.category, row.status) for row in projects)
    columns = (
        Column(told("col-purpose")), *(Column(called(state), is_number=True) for state in states),
        Column(told("col-all"), is_number=True),
    )  # fmt: skip
    rows: list[tuple[Inline, ...]] = [
        (Words(f"choices.category-{category}"), *(count(counted[category, state]) for state in states),
         count(sum(counted[category, state] for state in states)))
        for category in sorted({row.category for row in projects})
    ]  # fmt: skip
    totals = Counter(row.status for row in projects)
    rows.append((told("col-all"), *(count(totals[state]) for state in states),
                 Number(count(len(projects)), Definition("projects"))))  # fmt: skip
    return Section("projects", title, (Table(told("pairing-projects-caption"), columns, tuple(rows)),))


def _results(one: PairingFacts, results: Sequence[Result], facts: ReleaseFacts) -> Section:
    """What was agreed on, and what was measured where the help arrives: first and last value, with its class."""
    blocks: list[Block] = []
    agreed = tuple(row.text for row in facts.agreed if row.pairing == one.code)
    if agreed:
        blocks += [Paragraph(told("agreed-intro")), Bullets(agreed)]
    rows = []
    for key in dict.fromkeys((row.indicator, row.place) for row in results):
        values = [row for row in results if (row.indicator, row.place) == key]
        first, last = values[0], values[-1]
        rows.append((
            first.name, facts.report.place(first.place).name, _value(first), _value(last),
            Number(Words(f"reports.class-{last.claim_class.value}"), Definition("class")),
            synthetic_mark(any(value.is_synthetic for value in values)),
        ))  # fmt: skip
    if rows:
        titles = ("col-indicator", "col-place", "col-first", "col-last", "col-class", "col-known")
        columns = tuple(Column(told(name)) for name in titles)
        blocks += [Paragraph(told("results-intro")), Table(told("results-caption"), columns, tuple(rows))]
    return Section("results", told("results-title"), tuple(blocks) or (Paragraph(said("none-recorded")),))


def _value(row: Result) -> Inline:
    return Run((count(row.value), row.uom, Run(("(", day(row.period), ")"), "")), " ")


def voices_section(voices: Sequence[Voice], about: Inline) -> Section:
    """What was said about something, whole, with the reply beside it."""
    title = told("voices-title")
    if not voices:
        return Section("voices", title, (Paragraph(told("voices-none")),))
    titles = ("col-day", "col-who", "col-said", "col-reply")
    columns = tuple(Column(told(name), is_wide=name in ("col-said", "col-reply")) for name in titles)
    rows = tuple(_voice(voice) for voice in voices)
    return Section("voices", title, (Table(told("voices-caption", about=about), columns, rows),))


def _voice(voice: Voice) -> tuple[Inline, ...]:
    spoken: list[Inline] = [voice.what]
    if voice.text.en or voice.text.zh:
        spoken.append(voice.text)
    if voice.is_synthetic:
        spoken.append(said("synthetic-row"))
    reply: list[Inline] = [voice.reply] if voice.reply else []
    reply += [voice.outcome] if voice.outcome else []
    return day(voice.day), voice.who, Run(tuple(spoken), ": "), Run(tuple(reply), " · ") if reply else DASH
