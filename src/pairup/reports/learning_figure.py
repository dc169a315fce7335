"""What lots cost and what they let an evaluation see: points lost against the smallest effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import altair as alt

from pairup.reports import palette
from pairup.reports.alone import write_alone
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class LearningMark:
    """A lottery: points it loses to be expected, and the smallest effect that it shows; `name` stands at the dot."""

    lost: float
    effect: float
    name: str


def learning(
    marks: Sequence[LearningMark], planned: LearningMark | None, titles: tuple[str, str], frame: Frame
) -> alt.LayerChart:
    """Draw points lost (across) against the smallest effect (up), joined in order; `planned` is a ring, without lots.

    `titles` are of the axes. The ring is no rival of the dots: chance did not choose its places.
    """
    rows = [{"lost": m.lost, "effect": m.effect, "name": m.name} for m in sorted(marks, key=lambda m: m.lost)]
    top = 1.15 * max((m.effect for m in [*marks, *([planned] if planned else [])]), default=1.0)
    x = alt.X("lost:Q", axis=alt.Axis(title=titles[0], tickCount=6), scale=alt.Scale(padding=24))
    y = alt.Y(
        "effect:Q",
        axis=alt.Axis(title=titles[1], tickCount=5, domain=False),
        scale=alt.Scale(domain=[0, top], nice=True),
    )
    line = table(rows).mark_line(strokeWidth=2.2, color=palette.PAID).encode(x=x, y=y, order=alt.Order("lost:Q"))
    dots = table(rows).mark_point(filled=True, size=70, color=palette.PLAN, opacity=1).encode(x=x, y=y)
    text = table(rows).mark_text(dy=-12, align="left", color=palette.INK).encode(x=x, y=y, text="name:N")
    layers: list[alt.Chart] = [line, dots, text]
    if planned is not None:
        ring = table([{"lost": planned.lost, "effect": planned.effect, "name": planned.name}])
        layers += [
            ring.mark_point(filled=False, size=90, strokeWidth=2, color=palette.INK, opacity=1).encode(x=x, y=y),
            ring.mark_text(dx=-4, dy=20, align="left", color=palette.INK).encode(x=x, y=y, text="name:N"),
        ]
    return framed(layers, frame, height=280, margins=Margins(left=76, right=120, bottom=48))


def learning_in_words(marks: Sequence[LearningMark]) -> Words:
    """Describe the picture for those who do not see it."""
    if not marks:
        return Words("learning.picture-none")
    cheap, dear = min(marks, key=lambda m: m.lost), max(marks, key=lambda m: m.lost)
    return Words("learning.picture-alt", {
        "count": len(marks), "lost": f"{cheap.lost:g}", "effect": f"{cheap.effect:.3g}", "most": f"{dear.lost:g}",
        "least": f"{dear.effect:.3g}",
    })  # fmt: skip


def write_learning(
    marks: Sequence[LearningMark], planned: LearningMark | None, path: Path, language: str = "en"
) -> None:
    """Write the picture as SVG, as an HTML page with its words, or as PNG."""
    heading, lost, effect = (
        Words(f"learning.{part}").say(language) for part in ("heading", "axis-lost", "axis-effect")
    )  # fmt: skip
    write_alone(
        learning(marks, planned, (lost, effect), Frame(heading)).to_dict(validate=False), path, name="learning",
        title=heading, alt=learning_in_words(marks).say(language), language=language,
    )  # fmt: skip
