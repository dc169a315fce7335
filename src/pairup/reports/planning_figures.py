"""Pictures of how plans weigh against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class FrontierMark:
    """A plan on the frontier: worth in all, and worth of the place with least. `name` is written beside the dot."""

    worth: float
    smallest: float
    name: str = ""


def frontier(marks: Sequence[FrontierMark], titles: tuple[str, str], frame: Frame) -> alt.LayerChart:
    """Draw worth (across) against the worth of the place with least (up), joined in order. `titles` are of the axes."""
    rows = [{"worth": m.worth, "smallest": m.smallest, "name": m.name} for m in sorted(marks, key=lambda m: m.worth)]
    x = alt.X("worth:Q", axis=alt.Axis(title=titles[0], tickCount=6), scale=alt.Scale(zero=False, padding=24))
    y = alt.Y("smallest:Q", axis=alt.Axis(title=titles[1], tickCount=5, domain=False), scale=alt.Scale(padding=16))
    line = table(rows).mark_line(strokeWidth=2.2, color=palette.PAID).encode(x=x, y=y, order=alt.Order("worth:Q"))
    dots = table(rows).mark_point(filled=True, size=70, color=palette.PLAN, opacity=1).encode(x=x, y=y)
    text = table(rows).mark_text(dy=-12, color=palette.INK).encode(x=x, y=y, text="name:N")
    return framed([line, dots, text], frame, height=260, margins=Margins(left=70, right=40, bottom=48))


def frontier_in_words(marks: Sequence[FrontierMark]) -> Words:
    """Describe the frontier for those who do not see it: its two ends. Takes one mark or more."""
    most, fairest = max(marks, key=lambda m: m.worth), max(marks, key=lambda m: m.smallest)
    return Words("funding.frontier-alt", {
        "count": len(marks), "worth": f"{most.worth:g}", "least": f"{most.smallest:g}",
        "fair_worth": f"{fairest.worth:g}", "fair_least": f"{fairest.smallest:g}",
    })  # fmt: skip
