"""Terms in post, altitude classes, and the days two people may share a post at handover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pairup.errors import RuleError
from pairup.rules.register import Version, titled
from pairup.values.days import Span
from pairup.values.words import Words


def term_span(version: Version, starts: date) -> Span:
    """Give the span of a term that starts on a day, by the months of a term rule. The last day is in.

    >>> from pairup.rules.register import find_rule
    >>> term_span(find_rule("term_officials.xizang").on(date(2025, 7, 1)), date(2025, 7, 1)).last
    datetime.date(2028, 6, 30)
    """
    months = starts.month - 1 + int(_term(version, "months"))
    year, month = starts.year + months // 12, months % 12 + 1
    day = starts.day
    while True:  # 31 August and six months: the last day of February
        try:
            return Span(starts, date(year, month, day) - timedelta(days=1))
        except ValueError:
            day -= 1


@dataclass(frozen=True, slots=True)
class AltitudeClass:
    """The class of an altitude; `number` is None where the rule tells none, and the words say so."""

    number: int | None
    words: Words


def altitude_class(version: Version, metres: int | Decimal) -> AltitudeClass:
    """Find the hardship class of an altitude. A limit belongs to the class above it, which the source does not say."""
    classes = _term(version, "classes")
    facts = {"metres": f"{metres:,}", "rule": version.rule, "called": titled(version.rule)}
    for row in sorted(classes, key=lambda row: int(row["above_m"])):
        if row["above_m"] <= metres < row["below_m"]:
            number = int(row["class"])
            return AltitudeClass(number, Words("rules.altitude-class", facts | {"number": number}))
    lowest = min(row["above_m"] for row in classes)
    said = "rules.altitude-below-classes" if metres < lowest else "rules.altitude-above-classes"
    return AltitudeClass(None, Words(said, facts))


def may_overlap(version: Version, one: Span, other: Span) -> bool:
    """Say whether two spans share no more days than a handover may take. An open end is no handover."""
    shared = one.overlap(other)
    if shared is None:
        return True
    return shared.days is not None and shared.days <= int(_term(version, "days"))


def handover_from(version: Version, kind: str, term: Span, last_there: date) -> date | None:
    """Give the day by which a newcomer has to be in post, so that the handover lasts as long as the rule asks.

    `kind` is that of the new term, `last_there` the last day of the one who leaves, that day counted. None where the
    rule asks for no handover: other kinds of term, and a post that stood empty before the new term.

    >>> from pairup.rules.register import find_rule
    >>> version = find_rule("handover_least.general").on(date(2028, 7, 1))
    >>> handover_from(version, "full", Span(date(2028, 7, 1), date(2031, 6, 30)), date(2028, 6, 30))
    datetime.date(2028, 6, 26)
    """
    if kind not in _term(version, "terms") or term.first is None:
        return None
    if last_there < term.first - timedelta(days=int(_term(version, "within_days"))):
        return None
    return last_there - timedelta(days=int(_term(version, "days")) - 1)


def _term(version: Version, name: str) -> Any:
    if name not in version.terms:
        raise RuleError(
            f"{version.rule} from {version.told_from} has no term {name}.",
            hint=f"It has: {', '.join(version.terms)}.",
            code="rules.no-term",
            rule=version.rule,
            term=name,
        )
    return version.terms[name]
