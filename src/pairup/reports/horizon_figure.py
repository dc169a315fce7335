"""Pictures of rounds ahead, each with its gap, and of what fair filling costs as more points are given for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt

from pairup.planning.plan import number
from pairup.reports import palette
from pairup.reports.alone import write_alone
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.values.words import Words, say


def rounds_with_gaps(rounds: Sequence[Mapping[str, Any]], language: str = "en") -> alt.LayerChart:
    """Draw for each round the worth at its prices as a bar, its bound as a line, and its gap above.

    `rounds` are those of `Ahead.to_dict()`; a round without a bound has its bar only.
    """
    known, drawn = (say(f"horizon.figure-{word}", language) for word in ("known", "drawn"))
    rows = [
        {"round": str(at), "worth": row["objective"], "name": drawn if row["is_drawn"] else known,
         "bound": row["bound"] if row["bound"] is not None else row["objective"],
         "gap": "–" if row["gap"] is None else f"{100 * row['gap']:.2f} %"}
        for at, row in enumerate(rounds, start=1)
    ]  # fmt: skip
    x = alt.X("round:O", sort=None, axis=alt.Axis(title=say("horizon.axis-round", language), labelAngle=0))
    top = 1.12 * max(1.0, max(row["bound"] for row in rows))
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y("worth:Q", scale=scale, axis=alt.Axis(title=None, tickCount=5, domain=False))
    colour = alt.Color("name:N", title=None, scale=alt.Scale(domain=[known, drawn],
                       range=[palette.PAID, palette.PLEDGED]))  # fmt: skip
    bars = table(rows).mark_bar(size=26).encode(x=x, y=y, color=colour)
    at = alt.Y("bound:Q", scale=scale, axis=None)
    ticks = table(rows).mark_tick(color=palette.PLAN, thickness=2.2, size=34).encode(x=x, y=at)
    gaps = table(rows).mark_text(dy=-10).encode(x=x, y=at, text="gap:N")
    frame = Frame(say("horizon.figure-heading", language))
    return framed([bars, ticks, gaps], frame, height=240, margins=Margins(left=72, right=20, bottom=86))


def write_rounds(told: Mapping[str, Any], path: Path, language: str = "en") -> None:
    """Write the picture of a horizon, with its words."""
    gaps = [row["gap"] for row in told["rounds"] if row["gap"] is not None]
    facts = {"rounds": len(told["rounds"]), "known": told["known"], "gap": f"{100 * max(gaps, default=0.0):.2f}"}
    write_alone(
        rounds_with_gaps(told["rounds"], language).to_dict(validate=False), path, name="rounds",
        title=say("horizon.figure-title", language), alt=Words("horizon.figure-alt", facts).say(language),
        language=language,
    )  # fmt: skip


def price_of_fairness(curve: Sequence[tuple[float, Mapping[str, Any]]], language: str = "en") -> alt.LayerChart:
    """Draw what weighted plans cost (across) against how fairly they fill (up); the points given stand beside.

    `curve` has the points given for fair filling, above 0, and `FairPlan.beside`. Up is what the points are given for:
    seats filled, each counted by the share of its place's seats that was still empty.
    """
    rows = [{"price": price, "fair": fair, "name": " – ".join(dict.fromkeys((number(few), number(many))))}
            for (price, fair), (few, many) in _plans(curve).items()]  # fmt: skip
    x = alt.X("price:Q", axis=alt.Axis(title=say("horizon.axis-price", language), tickCount=6),
              scale=alt.Scale(padding=24))  # fmt: skip
    y = alt.Y("fair:Q", axis=alt.Axis(title=say("horizon.axis-fair", language), tickCount=5, domain=False),
              scale=alt.Scale(zero=False, padding=16))  # fmt: skip
    line = table(rows).mark_line(strokeWidth=2.2, color=palette.PAID).encode(x=x, y=y, order=alt.Order("price:Q"))
    dots = table(rows).mark_point(filled=True, size=60, color=palette.PLAN, opacity=1).encode(x=x, y=y)
    text = table(rows).mark_text(dx=10, dy=12, align="left").encode(x=x, y=y, text="name:N")
    frame = Frame(say("horizon.price-heading", language))
    return framed([line, dots, text], frame, height=240, margins=Margins(left=70, right=60, bottom=48))


def _plans(curve: Sequence[tuple[float, Mapping[str, Any]]]) -> dict[tuple[float, float], tuple[float, float]]:
    """Price and fair filling of each plan of a curve, cheapest first, with the fewest and most points that give it.

    A plan that fills no more fairly than a cheaper one is left out: the order is searched and not always proved.
    """
    found: dict[tuple[float, float], tuple[float, float]] = {}
    for points, one in sorted(curve, key=lambda row: (row[1]["price"], row[0])):
        plan = one["price"], round((one["score"] - one["worth"]) / points, 3)
        found[plan] = found.get(plan, (points, points))[0], points
    kept: dict[tuple[float, float], tuple[float, float]] = {}
    best = -1.0
    for (price, fair), given in sorted(found.items(), key=lambda row: (row[0][0], -row[0][1])):
        if fair > best:
            best, kept[price, fair] = fair, given
    return kept


def write_price(curve: Sequence[tuple[float, Mapping[str, Any]]], path: Path, language: str = "en") -> None:
    """Write the picture of what fairness costs, with its words."""
    plans = list(_plans(curve))
    (low, less), (high, more) = plans[0], plans[-1]
    facts = {"low": number(low), "high": number(high), "less": number(less, 1), "more": number(more, 1)}
    write_alone(
        price_of_fairness(curve, language).to_dict(validate=False), path, name="price",
        title=say("horizon.price-title", language), alt=Words("horizon.price-alt", facts).say(language),
        language=language,
    )  # fmt: skip
