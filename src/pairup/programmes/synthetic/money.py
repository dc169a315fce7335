"""Revenue bases, pledges, payments, returns, audited amounts and envelopes.

Real donors stand in these rows, so no invented shortfall may: what is pledged is at least what the rules give on the
invented revenue, what is paid in a closed year is what was pledged, and what was built is what was paid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import ceil
from typing import Any

from pairup.programmes.synthetic.ground import Tie
from pairup.programmes.synthetic.rows import Draw, Row, dated, happened
from pairup.values.codes import MoneyKind

#: the year whose revenue is drawn first; other years follow from it
BASE_YEAR = 2009
_MEDIAN_REVENUE = 84_000_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    """A currency, and the step in whole units in which its amounts are drawn."""

    currency: str
    step: int

    def amount(self, steps: int) -> str:
        return str(steps * self.step)


YUAN = Scale("CNY", 10_000)

#: (tie code, budget year) -> amount in steps
Giving = dict[tuple[str, int], int]


@cache
def revenue(donor: str, year: int, seed: int) -> int:
    """Give a donor's invented revenue of a year, in units of the currency; the same in every programme."""
    draw = Draw(seed, f"revenue/{donor}")
    level = draw.around(_MEDIAN_REVENUE, 0.45)
    growth = {at: draw.between(1.07, 1.11) for at in range(1990, 2031)}
    for at in range(BASE_YEAR + 1, year + 1):
        level *= growth[at]
    for at in range(BASE_YEAR, year, -1):
        level /= growth[at] + 0.04
    return round(level / 10_000) * 10_000


def one_per_mille(donor: str, year: int, seed: int) -> float:
    """The most that either reading of the one-per-mille rule asks: of the year before, or of 2009 with 8 % growth."""
    if year < BASE_YEAR + 1:
        return 0.001 * revenue(donor, year - 1, seed)
    grown = revenue(donor, BASE_YEAR, seed) * 1.08 ** (year - BASE_YEAR - 1)
    return 0.001 * max(float(revenue(donor, year - 1, seed)), grown)


def one_per_cent(donor: str, year: int, seed: int) -> float:
    return 0.01 * revenue(donor, year - 1, seed)


def giving(
    ties: Iterable[Tie], years: Sequence[int], least: Callable[[str, int], float], scale: Scale, draw: Draw
) -> Giving:
    """Draw what each pairing gives in each year of its span, a little over `least(donor, year)`."""
    found: Giving = {}
    for tie in sorted(ties):
        extra = draw.between(1.005, 1.05)
        for year in years:
            if tie.starts < date(year + 1, 1, 1) and tie.ends > date(year, 1, 1):
                found[tie.code, year] = max(
                    found.get((tie.code, year), 0), ceil(least(tie.donor, year) * extra / scale.step)
                )
    return found


def revenue_rows(donors: Sequence[str], years: Mapping[str, Sequence[int]], seed: int) -> list[Row]:
    return [
        dated(
            f"revenue-{donor}-{year}",
            str(year),
            str(year),
            "Drawn; not this donor's revenue.",
            donor=donor,
            year=year,
            amount=str(revenue(donor, year, seed)),
            currency=YUAN.currency,
        )
        for donor in donors
        for year in years[donor]
    ]


def lines(
    given: Giving,
    shares: Mapping[tuple[str, int], tuple[float, float]],
    closed: int,
    on: date,
    scale: Scale,
    draw: Draw,
    opened: date = date.min,
) -> list[Row]:
    """Write pledges, payments, returns and audits; a year still open on `on` is pledged and paid in February, so that
    no real donor stands beside an invented shortfall.

    Nothing happens before `opened`, the day the programme began.
    """
    rows: list[Row] = []
    for (tie, year), steps in sorted(given.items()):
        tagged = shares.get((tie, year))
        common: dict[str, Any] = {"pairing": tie, "budget_year": year, "currency": scale.currency}
        if tagged:
            common |= {"grassroots_share": f"{tagged[0]:.3f}", "livelihood_share": f"{tagged[1]:.3f}"}
        stem = f"M-{tie}-{year}"
        pledge = (f"{stem}-pledge", date(year, 2, 15), MoneyKind.PLEDGE, steps)
        moves = []
        if year <= closed:
            moves = [pledge, *_closed(stem, year, steps, opened, draw)]
            if draw.chance(0.6) and date(year + 1, 11, 15) <= on:
                moves.append((f"{stem}-audit", date(year + 1, 10, 31), MoneyKind.AUDITED, steps))
        elif date(year, 2, 20) <= on:
            moves = [pledge, (f"{stem}-pay1", date(year, 2, 20), MoneyKind.PAYMENT, steps)]
        rows += [
            happened(
                code,
                max(day, opened),
                _BACK if kind == MoneyKind.RETURN else "",
                kind=kind,
                amount=scale.amount(part),
                **common,
            )
            for code, day, kind, part in moves
        ]
    return rows


_BACK = "More was paid than pledged; the rest was sent back."


def _closed(stem: str, year: int, steps: int, opened: date, draw: Draw) -> list[tuple[str, date, MoneyKind, int]]:
    """Pay a closed year in full: in two parts, and now and then too much with the rest sent back."""
    first = steps * draw.whole(45, 70) // 100
    over = max(1, steps // 50) if draw.chance(0.05) else 0
    early = max(
        draw.day(date(year, 3, 10), date(year, 5, 20)), opened + timedelta(days=30) if opened > date.min else date.min
    )
    moves = [
        (f"{stem}-pay1", early, MoneyKind.PAYMENT, first),
        (f"{stem}-pay2", draw.day(date(year, 8, 10), date(year, 11, 20)), MoneyKind.PAYMENT, steps - first + over),
    ]
    return [*moves, (f"{stem}-return", date(year, 12, 15), MoneyKind.RETURN, -over)] if over else moves


def envelopes(given: Giving, years: Iterable[int], share: float, scale: Scale, note: str) -> list[Row]:
    """Write what each pairing leaves open to new projects: a share of what it gives in a year."""
    wanted = set(years)
    return [
        dated(
            f"E-{tie}-{year}",
            str(year),
            str(year),
            note,
            pairing=tie,
            budget_year=year,
            amount=scale.amount(int(steps * share)),
            currency=scale.currency,
        )
        for (tie, year), steps in sorted(given.items())
        if year in wanted
    ]
