#!/usr/bin/env python3
"""Draw the pictures of the pages that explain, from the worked examples themselves.

python3 docs/make_pictures.py      write docs/explanation/pictures/pairings-*.svg
"""

from __future__ import annotations

from pathlib import Path

from pairup.programmes.worked_pairings import work_out
from pairup.reports.figures import Frame
from pairup.reports.pairing_figure import Apart, ApartWords, apart, apart_in_words
from pairup.reports.pictures import to_svg

FOLDER = Path(__file__).parent / "explanation" / "pictures"
PROGRAMMES = ("wenchuan", "xizang")


def picture(programme: str) -> tuple[str, str]:
    """Give the picture of a worked example as SVG, and what it shows in words."""
    found = work_out(programme)
    given, planned = found.by_recipient(found.given), found.by_recipient(found.plan.assignments)
    rows = [Apart(found.names[place], given[place], planned[place]) for place in given]
    alt = apart_in_words(rows).say()
    return to_svg(apart(rows, ApartWords.of(), Frame()).to_dict(), name=f"pairings-{programme}", alt=alt), alt


if __name__ == "__main__":
    for programme in PROGRAMMES:
        path = FOLDER / f"pairings-{programme}.svg"
        path.write_text(picture(programme)[0], encoding="utf-8")
        print(path)
