"""Needs of every place, in the place's own order."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from pairup.programmes.synthetic.ground import Ground
from pairup.programmes.synthetic.rows import Draw, Row, dated
from pairup.programmes.synthetic.vocabulary import CATEGORY_SHARES, NEEDS
from pairup.values.codes import NeedStatus, StatedBy

_ASKED = {
    StatedBy.OFFICE: "list of the host office",
    StatedBy.RESIDENTS: "village meeting, minutes kept",
    StatedBy.SURVEY: "household survey, drawn sample",
}


_STATES = (NeedStatus.OPEN, NeedStatus.PLANNED, NeedStatus.MET, NeedStatus.WITHDRAWN)


def needs(ground: Ground, places: list[str], each: float, first: date, last: date, draw: Draw) -> list[Row]:
    """Draw about `each` needs a place, stated between two days; the status is that of `last`."""
    rows = []
    for place in places:
        for number in range(1, max(2, round(draw.normal(each, each / 5))) + 1):
            rows.append(_need(ground, place, number, first, last, draw))
    return rows


def _need(ground: Ground, place: str, number: int, first: date, last: date, draw: Draw) -> Row:
    category = draw.weighted(list(CATEGORY_SHARES), CATEGORY_SHARES.values())
    words_en, words_zh = draw.pick(NEEDS[category])
    stated_by = draw.weighted(list(_ASKED), (0.55, 0.28, 0.17))
    status = draw.weighted(_STATES, (0.66, 0.16, 0.15, 0.03))
    return dated(
        f"N-{place}-{number:02d}",
        draw.day(first, last),
        None,
        place=place,
        category=category,
        text_en=words_en,
        text_zh=words_zh,
        priority=draw.weighted((1, 2, 3, 4, 5), (0.08, 0.18, 0.32, 0.26, 0.16)),
        stated_by=stated_by,
        how_asked=_ASKED[stated_by],
        status=status,
    )


def shelf(rows: list[Row]) -> dict[tuple[str, str], list[Row]]:
    """Put needs by place and category."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["place"], row["category"]].append(row)
    return found
