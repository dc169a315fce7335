"""Pictures of how plans weigh against each other."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.reports.pictures import to_png, to_svg
from pairup.reports.render import TAGS, page
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


def write_frontier(marks: Sequence[FrontierMark], path: Path, language: str = "en") -> None:
    """Write the picture of a frontier as SVG, as an HTML page with its words, or as PNG. Takes one mark or more."""
    heading, worth, least = (
        Words(f"funding.frontier-{part}").say(language) for part in ("heading", "worth", "least")
    )  # fmt: skip
    spec = frontier(marks, (worth, least), Frame(heading)).to_dict(validate=False)
    if path.suffix == ".png":
        path.write_bytes(to_png(spec))
        return
    alt_text = frontier_in_words(marks).say(language)
    alone = path.suffix == ".svg"  # a picture by itself has no page behind it
    drawn = to_svg({**spec, "background": palette.PAPER} if alone else spec, name="frontier", alt=alt_text)
    if alone:
        path.write_text(drawn, encoding="utf-8")
        return
    body = (
        f'<div class="page" lang="{TAGS[language]}">\n<main>\n<h1>{html.escape(heading)}</h1>\n<figure>{drawn}\n'
        f"<figcaption>{html.escape(alt_text)}</figcaption></figure>\n</main>\n</div>\n"
    )
    path.write_text(page(heading, body), encoding="utf-8")
