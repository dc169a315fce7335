"""A picture of who would leave: stable rounds as quotas grow tight, beside what the plan worth most would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import altair as alt

from pairup.reports import palette
from pairup.reports.alone import write_alone
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.values.words import Words, say


@dataclass(frozen=True, slots=True)
class Leaving:
    """One round: its tightness, the blockers of its stable plan, those of them within limits, and of the plan worth
    most; the points that stability costs, as a share of the worth of that plan.
    """

    tightness: float
    leaving: int
    within: int
    welfare: int
    price: float


def leaving(rounds: Sequence[Leaving], language: str = "en") -> alt.LayerChart:
    """Draw for each round a bar of who would leave, within limits below and held back by a quota above."""
    held, within = (say(f"stable.figure-{word}", language) for word in ("held", "within"))
    rows = [
        {"tightness": f"{one.tightness:g}", "count": count, "name": name, "at": at}
        for one in rounds for at, (name, count) in enumerate(((within, one.within), (held, one.leaving - one.within)))
    ]  # fmt: skip
    marks = [
        {"tightness": f"{one.tightness:g}", "count": one.leaving,
         "text": say("stable.figure-bar", language, leaving=f"{one.leaving:,}", welfare=f"{one.welfare:,}"),
         "price": say("stable.figure-price", language, percent=f"{100 * one.price:.0f}")}
        for one in rounds
    ]  # fmt: skip
    x = alt.X("tightness:O", sort=None, axis=alt.Axis(title=say("stable.axis-tightness", language), labelAngle=0))
    top = 1.25 * max(1, max(one.leaving for one in rounds))
    y = alt.Y("count:Q", scale=alt.Scale(domain=[0, top]), axis=alt.Axis(title=None, tickCount=5, domain=False))
    colour = alt.Color("name:N", title=None, sort=[within, held],
                       scale=alt.Scale(domain=[within, held], range=[palette.PLAN, palette.PLEDGED]))  # fmt: skip
    bars = table(rows).mark_bar(size=44).encode(x=x, y=y, color=colour, order=alt.Order("at:O"))
    above = table(marks).mark_text(dy=-22).encode(x=x, y=y, text="text:N")
    price = table(marks).mark_text(dy=-8, color=palette.MUTED).encode(x=x, y=y, text="price:N")
    frame = Frame(say("stable.figure-heading", language))
    return framed([bars, above, price], frame, height=260, margins=Margins(left=56, right=20, bottom=92))


def write_leaving(rounds: Sequence[Leaving], path: Path, language: str = "en") -> None:
    """Write the picture with its words."""
    first, last = rounds[0], rounds[-1]
    facts = {
        "rounds": len(rounds), "first": f"{first.tightness:g}", "few": first.leaving,
        "last": f"{last.tightness:g}", "many": last.leaving, "within": last.within,
    }  # fmt: skip
    write_alone(
        leaving(rounds, language).to_dict(validate=False), path, name="leaving",
        title=say("stable.figure-heading", language), alt=Words("stable.figure-alt", facts).say(language),
        language=language,
    )  # fmt: skip
