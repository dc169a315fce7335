"""What templates say: `{% say "web.title" count=3 %}`, `{{ value|shown:language }}`, `{% listing table %}`.

Words come from pairup's one catalogue; numbers, money and days are written as reports write them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from pairup.reports import writing
from pairup.reports.render import fragment
from pairup.values.money import Money
from pairup.values.words import say as say_words
from pairup.web.listing import Cell

register = template.Library()
NOTHING = "–"
_WHEN_SEEN = mark_safe(' loading="lazy"')


def text_of(value: Any, language: str) -> str:
    """Write a value as a person reads it in a language; nothing is a dash."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Money):
        return writing.long_money(value).say(language)  # a page rounds; what is said to the last digit is in words
    say = getattr(value, "say", None)
    if say is not None:
        return str(say(language))
    if isinstance(value, bool):
        return say_words("web.yes" if value else "web.no", language)
    if isinstance(value, (int, Decimal)):
        return writing.count(value)
    if isinstance(value, datetime):
        return f"{writing.day(value.date()).say(language)} {value:%H:%M} UTC"
    if isinstance(value, date):
        return writing.day(value).say(language)
    return str(value)


@register.simple_tag(takes_context=True)
def say(context: Mapping[str, Any], code: str, /, **facts: Any) -> str:
    """Say an entry of the catalogue; numbers, money and days among its facts are written as the language does."""
    language = context.get("language", "en")
    return say_words(code, language, **{key: text_of(fact, language) for key, fact in facts.items()})


@register.filter
def shown(value: Any, language: str) -> str:
    """Write a value in a language."""
    return text_of(value, language)


@register.simple_tag(takes_context=True)
def show(context: Mapping[str, Any], value: Any) -> str:
    """Write a value in the page's language."""
    return text_of(value, context.get("language", "en"))


@register.inclusion_tag("web/listing.html", takes_context=True)
def listing(context: Mapping[str, Any], table: Any) -> dict[str, Any]:
    """A table with its search, its pages and its files."""
    return {"table": table, "language": context.get("language", "en"), "request": context.get("request")}


@register.simple_tag(takes_context=True)
def body(context: Mapping[str, Any], rows: Sequence[Sequence[Cell]]) -> SafeString:
    """The rows of a table, the first cell of each its head. Tables are most of what pages say, and a template's own
    loops take several times as long for a cell."""
    language = context.get("language", "en")
    return mark_safe("".join(_row(row, language) for row in rows))  # noqa: S308


def _row(row: Sequence[Cell], language: str) -> str:
    said = [
        _cell(cell, "td" if at else 'th scope="row"', "td" if at else "th", language) for at, cell in enumerate(row)
    ]
    return f"<tr>{''.join(said)}</tr>\n"


def _cell(cell: Cell, opens: str, closes: str, language: str) -> str:
    text = str(conditional_escape(text_of(cell.value, language)))
    if cell.href:
        text = f'<a href="{escape(cell.href)}">{text}</a>'
    classes = cell.classes
    return f'<{opens} class="{escape(classes)}">{text}</{closes}>' if classes else f"<{opens}>{text}</{closes}>"


@register.simple_tag(takes_context=True)
def drawing(
    context: Mapping[str, Any], route: str, /, *codes: Any, height: int, says: Any, on: date | None = None,
    query: str = "", is_seen_at_once: bool = False,
) -> SafeString:  # fmt: skip
    """A picture that its own route draws, 760 units wide; a touch shows it alone, at the size of the screen.

    `says` is what those read who do not see it. Loaded when it is seen.
    """
    asked = "&".join(filter(None, [f"on={on.isoformat()}" if on else "", query]))
    at = reverse(route, args=[context["programme_code"], *codes]) + (f"?{asked}" if asked else "")
    return format_html(
        '<a href="{}"><img class="drawing"{} width="760" height="{}" src="{}" alt="{}"></a>',
        at, "" if is_seen_at_once else _WHEN_SEEN, height, at, show(context, says),
    )  # fmt: skip


@register.simple_tag
def exact(value: Any) -> SafeString:
    """A day or moment for machines beside the words for people: the attribute of a `<time>`."""
    return format_html('datetime="{}"', value.isoformat() if hasattr(value, "isoformat") else str(value))


@register.simple_tag(takes_context=True)
def blocks(context: Mapping[str, Any], told: Any) -> SafeString:
    """Blocks of a report as a part of the page; what stands in them is escaped where they are written."""
    return mark_safe(fragment(told, context.get("language", "en")))  # noqa: S308
