"""Purpose tests: what share of the money goes to the grass roots, and what share to livelihoods.

The tests are independent: they weigh the same money by two tags. Money without a tag is counted for neither side;
a test passes only if it passes whatever that money was for, and fails only if it fails whatever it was for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pairup.errors import InputError
from pairup.rules.register import Rule, Version, titled
from pairup.values.money import Money
from pairup.values.words import Words

#: tags of money lines and projects that a purpose rule may set a share for
TAGS = ("grassroots", "livelihood")


@dataclass(frozen=True, slots=True)
class TaggedMoney:
    """An amount and the share of it for each purpose, 0 to 1. A tag that is absent or None is not known."""

    amount: Money
    tags: Mapping[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShareTest:
    """One purpose test in one currency.

    `least` and `most` are the shares reached if all untagged money was for other ends, or all for this one; `reached`
    is their common value, None where they differ. All three are None where there is no money. `passes` is None where
    the untagged money decides.
    """

    tag: str
    required: Decimal
    total: Money
    untagged: Money
    passes: bool | None
    words: Words
    version: Version
    reached: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None


def check_shares(
    lines: Iterable[TaggedMoney], rule: Rule, on: date, *, known_by: date | None = None
) -> list[ShareTest]:
    """Run every purpose test of a rule on the same money, each on its own, for each currency.

    Returns and corrections take part with their sign. `NoRuleError` before the first version.
    """
    version = rule.on(on, known_by=known_by)
    by_currency: dict[str, list[TaggedMoney]] = defaultdict(list)
    for line in lines:
        by_currency[line.amount.currency].append(line)
    wanted = [tag for tag in TAGS if tag in version.terms]
    return [_test(tag, money, version) for _, money in sorted(by_currency.items()) for tag in wanted]


def _test(tag: str, lines: list[TaggedMoney], version: Version) -> ShareTest:
    required = Decimal(version.terms[tag])
    currency = lines[0].amount.currency
    total = sum(line.amount.minor for line in lines)
    weighted, low, high, untagged = Decimal(0), 0, 0, 0
    for line in lines:
        share = line.tags.get(tag)
        if share is None:
            untagged += line.amount.minor
            low, high = low + min(0, line.amount.minor), high + max(0, line.amount.minor)
        elif not 0 <= share <= 1:
            raise InputError(
                f"A {tag} share of {share} cannot be.",
                hint="A share lies between 0 and 1.",
                code="rules.share-outside",
                tag=tag,
                share=str(share),
            )
        else:
            weighted += line.amount.minor * share
    money, rest = Money(total, currency), Money(untagged, currency)
    facts: dict[str, Any] = {
        "rule": version.rule, "called": titled(version.rule), "required": _percent(required), "total": money,
        "untagged": rest,
    }  # fmt: skip
    if total <= 0:
        return ShareTest(tag, required, money, rest, None, Words(f"rules.share-{tag}-no-money", facts), version)
    least, most = (weighted + low) / total, (weighted + high) / total
    passes = True if least >= required else False if most < required else None
    facts |= {"least": _percent(least), "most": _percent(most)}
    said = {True: "passes", False: "fails", None: "cannot-tell"}[passes]
    words = Words(f"rules.share-{tag}-{said}{'-range' if passes is not None and least != most else ''}", facts)
    return ShareTest(tag, required, money, rest, passes, words, version, least if least == most else None, least, most)


def _percent(share: Decimal) -> str:
    """Write a share in per cent, to two digits, cut off: what is short of a limit never reads as the limit."""
    return f"{(share * 100).quantize(Decimal('0.01'), 'ROUND_FLOOR').normalize():f}"
