"""Write both reports into a folder. Equal facts give equal bytes."""

from __future__ import annotations

from pathlib import Path

from pairup.errors import InputError
from pairup.reports.document import Document, links_of
from pairup.reports.facts import FollowedPost, ReportFacts, RowLink
from pairup.reports.public_report import public_report
from pairup.reports.render import to_html
from pairup.reports.round_report import round_report
from pairup.reports.rows import (
    csv_name,
    require_known_tables,
    require_no_personal_columns,
    rows_page,
    to_csv,
)
from pairup.values.codes import Level


def write_report(facts: ReportFacts, folder: Path) -> list[Path]:
    """Write `index.html`, `public.html` and the rows under `rows/`; give the files in the order written.

    Nothing is written when a number links to rows that were not given, or a table holds personal columns.
    """
    require_no_personal_columns(facts.tables)
    require_no_personal_points(facts.followed)
    require_large_areas(facts)
    office, public = round_report(facts), public_report(facts)
    links = [link for link in links_of(office) if isinstance(link, RowLink)]
    require_known_tables(links, facts.tables)
    require_no_rows(public)

    texts = {"index.html": to_html(office), "public.html": to_html(public)}
    for table in facts.tables:
        texts[f"rows/{table.name}.html"] = rows_page(table, links, home="../index.html")
        texts[f"rows/{csv_name(table)}"] = to_csv(table)
    written = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        written.append(path)
    return written


def require_no_personal_points(post: FollowedPost | None) -> None:
    """Refuse points of a posting that are named after health, family or preference."""
    for part in post.parts if post else ():
        name = getattr(part.name, "code", "") + " " + part.name.say("en").lower()
        if any(word in name for word in ("prefer", "fitness", "family", "health")):
            raise InputError(
                f"The points {part.name.say('en')!r} of one post are personal and cannot be split off.",
                hint='Add them to a part named "a personal condition", or leave them out.',
                code="reports.personal-points",
                part=part.name.say("en"),
            )


def require_large_areas(facts: ReportFacts) -> None:
    """Refuse a place whose area is smaller than a prefecture: the public page would show it."""
    large = {place.code for place in facts.places if place.level in (Level.COUNTRY, Level.PROVINCE, Level.PREFECTURE)}
    for code in sorted({p.place for p in facts.pairings} | {p.place for p in facts.unmet}):
        area = facts.place(code).area
        if area not in large:
            raise InputError(
                f"The place {code!r} counts towards {area!r}, which is not given as a prefecture or anything larger.",
                hint="Give the facts of its prefecture, and name it as the place's area.",
                code="reports.area-too-small",
                place=code,
                area=area,
            )


def require_no_rows(public: Document) -> None:
    """Refuse a public page that links to rows: its numbers link to what they mean."""
    if any(isinstance(link, RowLink) for link in links_of(public)):
        raise InputError("The public page links to rows.", code="reports.public-rows")
