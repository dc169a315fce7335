"""Short ways to say what many sections say: names, links, cells, figures in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt

from pairup.reports.document import Figure, Inline, Link, Number, Run, Sentence
from pairup.reports.facts import Both, PairingFacts, ReportFacts, Text
from pairup.reports.figures import Frame
from pairup.reports.writing import MoneyScale, count
from pairup.values.codes import Channel
from pairup.values.money import Money
from pairup.values.words import LANGUAGES, Words

STAMP = "Synthetic · 合成数据"
DASH = "–"


def said(name: str, /, **facts: Inline) -> Sentence:
    """Say an entry of the reports' catalogue."""
    return Sentence(f"reports.{name}", facts)


def number(value: int, link: Link | None = None) -> Number:
    return Number(count(value), link)


def people(value: int | None, link: Link | None = None) -> Inline:
    """Write a count; what is not known is a dash with its meaning."""
    return said("not-known") if value is None else number(value, link)


def money(amount: Money | None, scale: MoneyScale, link: Link | None = None) -> Inline:
    """Write an amount of a table. None means that there are no rows, and says so."""
    return said("no-rows") if amount is None else Number(scale.write(amount), link)


def pairing_name(pairing: PairingFacts, facts: ReportFacts) -> Both:
    """Name a pairing by its two sides, and by its channel where that is a special one."""
    donor, place = pairing.donor.name, facts.place(pairing.place).name
    en, zh = f"{donor.en} → {place.en}", f"{donor.say('zh')} → {place.say('zh')}"
    if pairing.channel in (Channel.TERRITORIAL, Channel.ENTERPRISE):
        return Both(en, zh)
    by = f"channel-{pairing.channel.value}"
    return Both(f"{en} ({plain(by, 'en')})", f"{zh}（{plain(by, 'zh_Hans')}）")


def pairing_order(pairing: PairingFacts, facts: ReportFacts) -> tuple[str, ...]:
    """Sort by official codes, never by a figure."""
    place = facts.place(pairing.place)
    area = facts.place(place.area)
    return (
        area.order or area.code,
        place.order or place.code,
        pairing.channel.value,
        pairing.donor.order or pairing.donor.code,
        pairing.code,
    )


def together(texts: Iterable[Text | Inline], joint: str = "; ") -> Inline:
    parts = tuple(texts)
    return parts[0] if len(parts) == 1 else Run(parts, joint)


def plain(name: str, language: str) -> str:
    """Say an entry of the catalogue as bare text, for inside a picture."""
    return Words(f"reports.{name}").say(language)


def picture(
    name: str,
    title: Inline,
    alt_text: Inline,
    draw: Callable[[str, str], alt.LayerChart],
    *,
    is_synthetic: bool,
    note: Inline | None = None,
) -> Figure:
    """Draw a figure in each language. `draw` takes the language and the stamp, empty where nothing is synthetic."""
    stamp = STAMP if is_synthetic else ""
    specs: Mapping[str, Mapping[str, Any]] = {
        language: draw(language, stamp).to_dict(validate=False) for language in LANGUAGES
    }
    return Figure(name, title, alt_text, specs, note, is_synthetic)


def frame(language: str, stamp: str, heading: Both | None = None) -> Frame:
    return Frame(heading.say(language) if heading else "", stamp)


def synthetic_mark(is_synthetic: bool) -> Inline:
    """Say of one row whether it is synthetic."""
    return said("synthetic-row") if is_synthetic else said("sourced-row")
