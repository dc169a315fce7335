"""The picture of two sets of pairings: how far each recipient's donors are in the one and in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.values.words import Words, say


@dataclass(frozen=True, slots=True)
class Apart:
    """A recipient, and the mean kilometres to its donors as given and as planned."""

    name: str
    given: float
    planned: float


@dataclass(frozen=True, slots=True)
class ApartWords:
    """What stands in the picture: names of the two marks, and the title of the axis."""

    given: str
    planned: str
    km: str

    @classmethod
    def of(cls, language: str = "en") -> ApartWords:
        """The words of the picture in a language."""
        codes = ("pairings.apart-given", "pairings.apart-planned", "pairings.apart-km")
        return cls(*(say(code, language) for code in codes))


def apart(rows: Sequence[Apart], words: ApartWords, frame: Frame) -> alt.LayerChart:
    """Draw both distances of each recipient on one line, joined; the longest way given stands on top."""
    order = [row.name for row in sorted(rows, key=lambda row: (-row.given, row.name))]
    y = alt.Y("name:N", sort=order, axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=190))
    x = alt.X("km:Q", scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(title=words.km, tickCount=6))
    both = [
        {"name": row.name, "km": value, "kind": kind}
        for row in rows
        for kind, value in ((words.given, row.given), (words.planned, row.planned))
    ]
    kinds = alt.Scale(domain=[words.given, words.planned], range=[palette.PAID, palette.PLAN])
    colour = alt.Color("kind:N", title=None, scale=kinds)
    shape = alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds.domain, range=["circle", "diamond"]))
    ways = table([{"name": row.name, "km": row.given, "other": row.planned} for row in rows])
    line = ways.mark_rule(strokeWidth=1.6, color=palette.MUTED).encode(x=x, x2="other:Q", y=y)
    dots = table(both).mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=colour, shape=shape)
    return framed([line, dots], frame, height=22 * len(rows), margins=Margins(left=210, right=24, bottom=86))


def apart_in_words(rows: Sequence[Apart]) -> Words:
    """Describe the picture for those who do not see it."""
    given, planned = (sum(values) / len(rows) for values in zip(*((r.given, r.planned) for r in rows), strict=True))
    nearer = sum(1 for row in rows if row.planned < row.given)
    return Words("pairings.apart-alt", {
        "count": len(rows), "given": f"{given:,.0f}", "planned": f"{planned:,.0f}", "nearer": nearer,
    })  # fmt: skip
