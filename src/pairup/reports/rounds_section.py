"""Rounds over time, and how posts passed from one to the next."""

from __future__ import annotations

from datetime import date

from altair import LayerChart

from pairup.reports.document import (
    Block,
    Column,
    Definition,
    Figure,
    Inline,
    Number,
    Paragraph,
    Section,
    Table,
)
from pairup.reports.facts import (
    Both,
    ReportFacts,
    RoundPeople,
)
from pairup.reports.figures import Bar, rounds_over_time
from pairup.reports.said import (
    frame,
    number,
    picture,
    said,
    synthetic_mark,
    together,
)
from pairup.reports.writing import count, days, people_in_public
from pairup.values.days import RoughDay
from pairup.values.words import Words


def rounds_section(facts: ReportFacts, *, public: bool) -> Section:
    """Show rounds over time and, for the office, how posts passed from one to the next."""
    title = said("rounds-title")
    if not facts.rounds:
        return Section("rounds", title, (Paragraph(said("none-recorded")),))
    rounds = sorted(facts.rounds, key=lambda r: (r.scheme, r.ordinal, r.code))
    blocks: list[Block] = [Paragraph(said("rounds-intro")), _rounds_figure(rounds, public=public)]
    blocks.append(_rounds_table(rounds, public=public))
    if facts.handovers and not public:
        blocks.append(_handovers_table(facts))
    return Section("rounds", title, tuple(blocks))


def round_name(one: RoundPeople, language: str) -> str:
    return Words("reports.round-name", {"scheme": one.scheme, "ordinal": one.ordinal}).say(language)


def _people_text(one: RoundPeople, *, public: bool) -> Inline:
    if one.people is None:
        return said("not-known")
    return Number(people_in_public(one.people), Definition("post")) if public else number(one.people, one.rows)


def _rounds_figure(rounds: list[RoundPeople], *, public: bool) -> Figure:
    def draw(language: str, stamp: str) -> LayerChart:
        bars = [
            Bar(
                round_name(r, language),
                _year(_first(r.start)),
                _year(r.end.after if isinstance(r.end, RoughDay) else r.end),
                "" if r.people is None else _bare_text(_people_text(r, public=public), language),
                r.is_planned,
            )
            for r in rounds
        ]
        return rounds_over_time(bars, frame(language, stamp))

    return picture(
        "rounds",
        said("rounds-figure"),
        said("rounds-alt", rounds=count(len(rounds)), first=str(min(_first(r.start).year for r in rounds))),
        draw,
        is_synthetic=any(r.is_synthetic for r in rounds),
        note=said("rounds-note"),
    )


def _bare_text(text: Inline, language: str) -> str:
    return text if isinstance(text, str) else text.say(language)


def _first(when: date | RoughDay) -> date:
    return when.first if isinstance(when, RoughDay) else when


def _year(when: date) -> float:
    """Give a day as a decimal year."""
    return round(when.year + (when.timetuple().tm_yday - 1) / 366, 3)


def _rounds_table(rounds: list[RoundPeople], *, public: bool) -> Table:
    rows = tuple(
        (
            Both(round_name(r, "en"), round_name(r, "zh_Hans")),
            days(r.start, r.end),
            _people_text(r, public=public),
            said("planned") if r.is_planned else said("of-record"),
            synthetic_mark(r.is_synthetic),
        )
        for r in rounds
    )
    titles = (
        ("col-round", False),
        ("col-days", False),
        ("col-posted", True),
        ("col-state", False),
        ("col-known", False),
    )
    return Table(said("rounds-caption"), tuple(Column(said(name), is_number) for name, is_number in titles), rows)


def _handovers_table(facts: ReportFacts) -> Table:
    names = {r.code: Both(round_name(r, "en"), round_name(r, "zh_Hans")) for r in facts.rounds}
    rows = tuple(
        (
            together((names.get(h.earlier, Both(h.earlier)), names.get(h.later, Both(h.later))), " → "),
            number(h.overlapping, h.rows),
            number(h.gap, h.rows),
            number(h.not_followed, h.rows),
            said("not-known") if h.median_overlap_days is None else count(h.median_overlap_days),
            synthetic_mark(h.is_synthetic),
        )
        for h in facts.handovers
    )
    titles = ("col-handover", "col-overlap", "col-gap", "col-not-followed", "col-overlap-days", "col-known")
    columns = tuple(Column(said(name), is_number=0 < k < 5) for k, name in enumerate(titles))
    return Table(said("handovers-caption"), columns, rows)
