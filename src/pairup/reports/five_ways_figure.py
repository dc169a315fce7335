"""Picture of money five ways: a bar a step, its owner beside it, and words where a step has no amount."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.alone import write_alone
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.reports.five_ways import FiveWays
from pairup.reports.said import STAMP
from pairup.reports.writing import MoneyScale
from pairup.values.words import Words

_COLOURS = {
    "due": palette.DUE, "pledged": palette.PLEDGED, "paid": palette.PAID, "executed": palette.EXECUTED,
    "audited": palette.AUDITED,
}  # fmt: skip


def five_bars(view: FiveWays, currency: str, language: str = "en") -> alt.LayerChart:
    """Draw the five steps of one pairing and year in one currency. A missing step has words and no bar."""
    amounts = {step.name: step.amount(currency) for step in view.steps}
    scale = MoneyScale.fit(amounts.values(), currency)
    rows: list[dict[str, Any]] = []
    for step in view.steps:
        amount = amounts[step.name]
        told = scale.write(amount) if amount else Words("totals.step-not-recorded").say(language)
        if amount is None and step.words is not None and step.name == "due":
            told = Words("totals.step-no-amount").say(language)
        rows.append({
            "step": f"{step.title.say(language)} · {step.owner.say(language)}",
            "amount": scale.value(amount) if amount else 0.0, "told": told, "kind": step.name,
        })  # fmt: skip
    y = alt.Y("step:N", sort=None, scale=alt.Scale(domain=[row["step"] for row in rows], padding=0.28),
              axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=290, labelColor=palette.INK))  # fmt: skip
    values = [0.0, *(scale.value(amount) for amount in amounts.values() if amount is not None)]
    x = alt.X("amount:Q", scale=alt.Scale(domain=[min(values), 1.25 * max(values) or 1.0], nice=False),
              axis=alt.Axis(title=None, tickCount=5, domain=False))  # fmt: skip
    fill = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())))
    bars = table(rows).mark_bar(cornerRadiusEnd=2).encode(x=x, y=y, color=fill)
    text = table(rows).mark_text(align="left", dx=6, baseline="middle").encode(x=x, y=y, text="told:N")
    stamp = STAMP if any(step.is_synthetic for step in view.steps) else ""
    frame = Frame(scale.name.say(language), stamp)
    return framed([bars, text], frame, height=40 * len(rows), margins=Margins(left=300, right=20, bottom=40))


def write_five_bars(view: FiveWays, currency: str, path: Path, language: str = "en") -> None:
    """Write the picture, with its words."""
    facts = {"pairing": view.pairing, "year": str(view.year)}
    told = "; ".join(f"{step.title.say(language)} {step.say(language)}" for step in view.steps)
    write_alone(
        five_bars(view, currency, language).to_dict(validate=False), path, name="five-ways",
        title=Words("totals.figure-title", facts).say(language),
        alt=Words("totals.figure-alt", facts | {"told": told}).say(language), language=language,
    )  # fmt: skip
