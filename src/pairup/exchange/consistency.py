"""Checks that look at more than one cell: references, doubles, spans, money below zero, people and parties at once.

What real programmes do is not refused: two schemes at once, an overlap at handover, a refund.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

from pairup.exchange.cells import known_reference
from pairup.exchange.layout import Clock, Column, Kind
from pairup.exchange.notes import finding
from pairup.exchange.reading import Rows
from pairup.rules.register import load_rules
from pairup.values.codes import Attested, MoneyKind
from pairup.values.days import Precision, RoughDay
from pairup.values.findings import Finding
from pairup.values.words import Words

HANDOVER_DAYS = 31
#: cells that list codes of another table, by table and column
LISTED = {
    ("constraints", "not_at"): "places",
    ("people", "prefers"): "places",
    ("posts", "open_to"): "organisations",
    ("projects", "needs_projects"): "projects",
    ("projects", "excludes_projects"): "projects",
    ("visits", "made_by"): "organisations",
}
_MAY_BE_NEGATIVE = (MoneyKind.RETURN, MoneyKind.CORRECTION)


@dataclass(frozen=True, slots=True)
class Held:
    """A row's code and span, and what it is about. Rows already in a record have no place (`at`)."""

    code: str
    starts: date | None
    starts_precision: str
    ends_before: date | None
    ends_precision: str
    about: Hashable = None
    detail: str = ""
    at: int | None = None

    @property
    def surely_from(self) -> date:
        """The latest day on which the span can have begun, given how roughly it is known."""
        if self.starts is None:
            return date.min
        return RoughDay(self.starts, Precision(self.starts_precision)).after - timedelta(days=1)

    @property
    def surely_before(self) -> date:
        """The earliest day before which the span can have ended."""
        if self.ends_before is None:
            return date.max
        last = self.ends_before - timedelta(days=1)
        if self.ends_precision == Precision.YEAR:
            last = last.replace(month=1, day=1)
        elif self.ends_precision == Precision.MONTH:
            last = last.replace(day=1)
        return last + timedelta(days=1)


def held(rows: Rows, places: Iterable[int], about: Sequence[Hashable] = (), detail: Sequence[str] = ()) -> list[Held]:
    """Give rows of a dated table as spans."""
    fields = rows.fields
    return [
        Held(
            fields["code"][at], fields["starts"][at], fields["starts_precision"][at], fields["ends_before"][at],
            fields["ends_precision"][at], about[at] if about else None, detail[at] if detail else "", at,
        )
        for at in places
        if at not in rows.refused
    ]  # fmt: skip


def listed_codes(rows: Rows, column: Column) -> tuple[str, Sequence[Sequence[str]]]:
    """Give the table whose codes are listed in a column's cells, and the codes by row; no table where none are.

    A row about a person names its source by code: words there would stand in the clear, and outlive an erasure.
    """
    values = rows.fields.get(column.field)
    if values is None:
        return "", []
    if rows.table.of_people and column.name == "source":
        return "sources", [[code for code in map(str.strip, text.split(";")) if code] for text in values]
    target = LISTED.get((rows.table.name, column.name), "")
    return target, values if target else []


def references(rows: Rows) -> dict[str, set[str]]:
    """The codes that stand in the cells, by the table they are of."""
    found: dict[str, set[str]] = {}
    for column in rows.table.columns:
        listed, lists = listed_codes(rows, column)
        target = column.refers_to or listed
        if target:
            values = rows.fields.get(column.field) or ()
            said = {code for codes in lists for code in codes} if listed else {code for code in values if code}
            found.setdefault(target, set()).update(map(str, said))
    return found


def check_references(rows: Rows, known: Mapping[str, set[str]]) -> list[Finding]:
    """Refuse codes that no table of the folder and no record has; each names the known ones nearest to it."""
    found = []
    for column in rows.table.columns:
        listed, lists = listed_codes(rows, column)
        target = column.refers_to or listed
        if not target or rows.fields.get(column.field) is None:
            continue
        values: Sequence[Any] = lists if listed else rows.fields[column.field]
        codes = {code for items in values for code in items} if listed else {code for code in values if code}
        unknown = {code: known_reference(code, known.get(target, set())) for code in sorted(map(str, codes))}
        if not (unknown := {code: refusal for code, refusal in unknown.items() if refusal}):
            continue
        for at, value in enumerate(values):
            for code in value if listed else (value,):
                if refusal := unknown.get(code):
                    found.append(finding(refusal.code, table=target, **rows.where(at, column.name), **refusal.facts))
    return found


def check_doubles(rows: Rows) -> list[Finding]:
    """Refuse rows that stand twice, and two rows of a code that begin on the same day."""
    keys = row_keys(rows)
    if len(set(keys)) == len(keys):
        return []
    first: dict[Hashable, int] = {}
    found = []
    for at, key in enumerate(keys):
        if at in rows.refused:
            continue
        if key not in first:
            first[key] = at
            continue
        other = first[key]
        same = all(values[at] == values[other] for values in rows.fields.values())
        code = "same-row-twice" if same else "one-row-a-code" if rows.table.one_row_a_code else "two-rows-one-day"
        found.append(finding(code, **rows.where(at, "code"), code=rows.codes[at], other=rows.sheet.rows[other]))
    return found


def row_keys(rows: Rows) -> list[Hashable]:
    """What makes a row the same row again: its code and first day, or its code alone."""
    if rows.table.one_row_a_code:
        return list(rows.codes)
    return list(zip(rows.codes, rows.fields["starts" if rows.table.clock is Clock.SPAN else "day"], strict=True))


def check_spans(rows: Rows, standing: Sequence[Held] = ()) -> list[Finding]:
    """Refuse spans that end before they begin, and spans of one code that overlap, in the record too."""
    if rows.table.clock is not Clock.SPAN:
        return []
    found, starts, ends = [], rows.fields["starts"], rows.fields["ends_before"]
    for at, (first, before) in enumerate(zip(starts, ends, strict=True)):
        if first and before and before <= first and at not in rows.refused:
            rows.refused.add(at)
            last = before - timedelta(days=1)
            found.append(finding("span-backwards", **rows.where(at, "to"), first=str(first), last=str(last)))
    others: dict[str, list[Held]] = defaultdict(list)
    for span in standing:
        others[span.code].append(span)
    count = Counter(rows.codes)
    places = [at for at, code in enumerate(rows.codes) if count[code] > 1 or code in others]
    for span in held(rows, places):
        others[span.code].append(span)
    for spans in others.values():
        spans.sort(key=lambda span: (span.starts or date.min, span.at is not None))
        for one, other in pairwise(spans):
            if (one.ends_before or date.max) > (other.starts or date.min):
                found += _overlap(rows, one, other)
    return found


def _overlap(rows: Rows, one: Held, other: Held) -> list[Finding]:
    later, earlier = (other, one) if other.at is not None else (one, other)
    if later.at is None:
        return []
    if earlier.starts == later.starts and earlier.at is not None:
        return []  # told by check_doubles
    return [finding("spans-overlap", **rows.where(later.at, "from"), code=later.code, other=_place(rows, earlier))]


def _place(rows: Rows, span: Held) -> str | Words:
    if span.at is None:
        return Words("folder.in-the-record")
    file, row, _ = rows.sheet.place(span.at)
    return f"{file} {row}"


def check_money(rows: Rows) -> list[Finding]:
    """Refuse amounts below zero, but for returns and corrections."""
    found, kinds = [], rows.fields.get("kind") if rows.table.name == "money" else None
    for column in rows.table.columns:
        if column.kind is not Kind.AMOUNT:
            continue
        for at, minor in enumerate(rows.fields[column.field]):
            if minor is not None and minor < 0 and not (kinds and kinds[at] in _MAY_BE_NEGATIVE):
                text = rows.sheet.columns[column.name][at]
                code = "below-zero" if kinds else "amount-below-zero"
                found.append(finding(code, **rows.where(at, column.name), found=text))
    return found


def posting_spans(rows: Rows) -> list[Held]:
    """Give the full-time postings of a sheet by person."""
    full = [at for at, is_full in enumerate(rows.fields["full_time"]) if is_full]
    return held(rows, full, rows.fields["person"], rows.fields["post"])


def check_postings(rows: Rows, standing: Sequence[Held] = (), *, handover_days: int = HANDOVER_DAYS) -> list[Finding]:
    """Refuse a person in two full-time posts for longer than a handover. Only certain days count."""
    found = []
    for one, other, days in _at_once([*standing, *posting_spans(rows)]):
        if one.code != other.code and days > handover_days and other.at is not None:
            facts: dict[str, Any] = {"one": one.detail, "two": other.detail, "days": days, "limit": handover_days}
            facts |= {"person": other.about, "other": _place(rows, one)}
            found.append(finding("two-posts", **rows.where(other.at, "person"), **facts))
    return found


def check_attestations(rows: Rows) -> list[Finding]:
    """Refuse a rule that is met without its name, a name that is no rule, and a name beside what is no rule."""
    found = []
    for at, (kind, rule) in enumerate(zip(rows.fields["kind"], rows.fields["rule"], strict=True)):
        if at in rows.refused:
            continue
        if (kind == Attested.RULE) != bool(rule) or (rule and rule not in load_rules()):
            known = ", ".join(name for name in load_rules() if name.startswith("selection_"))
            found.append(finding("attested-rule", **rows.where(at, "rule"), rule=rule or "-", known=known))
    return found


def pairing_spans(rows: Rows) -> list[Held]:
    """Give the pairings of a sheet by parties and channel."""
    names = ("donor", "recipient", "place", "channel")
    return held(rows, range(len(rows)), list(zip(*(rows.fields[name] for name in names), strict=True)))


def check_pairings(rows: Rows, standing: Sequence[Held] = ()) -> list[Finding]:
    """Refuse two pairings of the same parties and channel on the same days. Only certain days count."""
    found = []
    for one, other, days in _at_once([*standing, *pairing_spans(rows)]):
        if one.code != other.code and days > 0 and other.at is not None and isinstance(other.about, tuple):
            donor, recipient, place, channel = other.about
            facts: dict[str, Any] = {"donor": donor, "recipient": recipient or place, "channel": channel}
            facts |= {"one": one.code, "code": other.code, "other": _place(rows, one)}
            found.append(finding("two-pairings", **rows.where(other.at, "code"), **facts))
    return found


def _at_once(spans: Sequence[Held]) -> list[tuple[Held, Held, int]]:
    """Give the pairs about the same thing that surely overlap, with the days; what stands in the record comes first."""
    groups: dict[Hashable, list[Held]] = defaultdict(list)
    for span in spans:
        groups[span.about].append(span)
    pairs = []
    for group in groups.values():
        for one, other in combinations(group, 2):
            days = (min(one.surely_before, other.surely_before) - max(one.surely_from, other.surely_from)).days
            if days > 0:
                pairs.append((one, other, days))
    return pairs
