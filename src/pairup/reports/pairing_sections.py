"""Sections about pairings, their map, and rounds over time. `public` keeps to prefectures and rounded people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from altair import LayerChart

from pairup.reports import maps, palette
from pairup.reports.document import (
    Block,
    Column,
    Definition,
    Figure,
    Fold,
    Inline,
    Number,
    Paragraph,
    Section,
    Table,
    Tongue,
)
from pairup.reports.facts import (
    Both,
    Change,
    PairingFacts,
    PlaceFacts,
    ReportFacts,
)
from pairup.reports.opening import is_in_force
from pairup.reports.said import (
    DASH,
    frame,
    pairing_name,
    pairing_order,
    people,
    picture,
    plain,
    said,
    synthetic_mark,
    together,
)
from pairup.reports.writing import count, day, days, people_in_public, public_size
from pairup.values.codes import Channel
from pairup.values.words import Words

_MOST_POINTS = 26  # with more places than this, people are drawn by prefecture and smaller places as dots
_MOST_DONORS = 4  # named under one place on the map


def shown(facts: ReportFacts) -> list[PairingFacts]:
    """Give the pairings that are in force or that the plan begins or ends, by official codes."""
    now = [p for p in facts.pairings if is_in_force(p.start, p.end, facts) or p.change is not Change.NONE]
    return sorted(now, key=lambda p: pairing_order(p, facts))


# --- the map ------------------------------------------------------------------------------------------------


def map_figure(facts: ReportFacts, *, public: bool) -> Figure | None:
    """Draw where the help arrives: a point a place, altitude as colour, people as size. None without coordinates."""
    groups = _by_place(facts, by_area=public)
    dots: list[PlaceFacts] = []
    if len(groups) > _MOST_POINTS:
        dots = [place for place, _ in groups if place.area != place.code and place.latitude is not None]
        groups = _by_place(facts, by_area=True)
    spots = [(place, some) for place, some in groups if place.latitude is not None and place.longitude is not None]
    if not spots:
        return None
    places = [*(place for place, _ in spots), *dots]
    synthetic = any(p.is_synthetic or (p.people is not None and facts.is_synthetic) for _, some in spots for p in some)

    def draw(language: str, stamp: str) -> LayerChart:
        points = [_point(place, some, language, public=public) for place, some in spots]
        points += [_bare(place, "", place.code, coloured=True) for place in dots]
        sized = any(point.size is not None for point in points)
        return maps.point_map(points, map_words(language, sized), frame(language, stamp))

    return picture(
        "map",
        said("map-title"),
        said(
            "map-alt",
            places=count(len(places)),
            low=_altitude(places, lowest=True),
            high=_altitude(places, lowest=False),
        ),
        draw,
        is_synthetic=synthetic,
        note=said("map-note"),
    )


def _altitude(places: Sequence[PlaceFacts], *, lowest: bool) -> str:
    heights = [place.altitude_m for place in places if place.altitude_m is not None]
    return count(min(heights) if lowest else max(heights)) if heights else DASH


def _by_place(facts: ReportFacts, *, by_area: bool) -> list[tuple[PlaceFacts, list[PairingFacts]]]:
    """Group pairings by the place they help, or by its prefecture."""
    groups: dict[str, list[PairingFacts]] = {}
    for pairing in shown(facts):
        place = facts.place(pairing.place)
        groups.setdefault(place.area if by_area else place.code, []).append(pairing)
    return [(facts.place(code), some) for code, some in groups.items()]


def _point(place: PlaceFacts, some: list[PairingFacts], language: str, *, public: bool) -> maps.MapPoint:
    known = [p.people for p in some if p.people is not None]
    size = (public_size(sum(known)) if public else sum(known)) if known else None
    direct = [p for p in some if p.place == place.code] or some
    first = [p for p in direct if p.channel is Channel.TERRITORIAL] or direct
    donors = list(dict.fromkeys(p.donor.name.say(language) for p in first if p.change is not Change.ENDED))
    lines = (place.name.say(language), *_pairs(donors, language))
    assert place.longitude is not None and place.latitude is not None
    return maps.MapPoint(place.code, place.longitude, place.latitude, place.altitude_m, size, lines)


def _pairs(donors: list[str], language: str) -> tuple[str, ...]:
    """Put two donors on a line, and say how many are left out."""
    kept, left = donors[:_MOST_DONORS], len(donors) - _MOST_DONORS
    joint = "、" if language.startswith("zh") else ", "
    if left > 0:
        kept = [*kept[:-1], Words("reports.and-more", {"more": left + 1}).say(language)]
    return tuple(joint.join(kept[k : k + 2]) for k in range(0, len(kept), 2))


def map_words(language: str, sized: bool) -> maps.MapWords:
    firsts = [first for first, _ in palette.ALTITUDE]
    classes = [Words("reports.below-m", {"metres": f"{firsts[1]:,}"}).say(language)]
    classes += [
        Words("reports.between-m", {"low": f"{low:,}", "high": f"{high:,}"}).say(language)
        for low, high in pairwise(firsts[1:])
    ]
    classes.append(Words("reports.from-m", {"metres": f"{firsts[-1]:,}"}).say(language))
    return maps.MapWords(plain("altitude", language), tuple(classes), plain("people-posted", language) if sized else "")


def reach_figure(facts: ReportFacts) -> Figure | None:
    """Draw each pairing as a line from where the donor is to the prefecture it helps. None without coordinates."""
    ends: dict[tuple[str, str], bool] = {}
    for pairing in shown(facts):
        area, home = facts.place(facts.place(pairing.place).area), facts.donor_places.get(pairing.donor.code)
        if area.latitude is None or home is None or home.latitude is None or pairing.change is Change.ENDED:
            continue
        key = (pairing.donor.code, area.code)
        ends[key] = ends.get(key, True) and pairing.change in (Change.NEW, Change.CHANGED)
    if len({donor for donor, _ in ends}) < 2:
        return None
    names = {p.donor.code: p.donor.name for p in facts.pairings}

    def draw(language: str, stamp: str) -> LayerChart:
        points = [
            _bare(facts.donor_places[donor], names[donor].say(language), f"donor {donor}")
            for donor in dict.fromkeys(donor for donor, _ in ends)
        ]
        points += [
            _bare(facts.place(area), "", area, coloured=True) for area in dict.fromkeys(area for _, area in ends)
        ]
        lines = [
            maps.MapLine(_where(facts.donor_places[donor]), _where(facts.place(area)), new)
            for (donor, area), new in ends.items()
        ]
        return maps.point_map(points, map_words(language, False), frame(language, stamp), lines)

    synthetic = any(p.is_synthetic for p in shown(facts))
    alt_text = said("reach-alt", lines=count(len(ends)), donors=count(len({donor for donor, _ in ends})))
    return picture("reach", said("reach-title"), alt_text, draw, is_synthetic=synthetic, note=said("reach-note"))


def _where(place: PlaceFacts) -> tuple[float, float]:
    assert place.longitude is not None and place.latitude is not None
    return place.longitude, place.latitude


def _bare(place: PlaceFacts, name: str, key: str, *, coloured: bool = False) -> maps.MapPoint:
    lines = (name,) if name else ()
    return maps.MapPoint(key, *_where(place), place.altitude_m if coloured else None, None, lines, not coloured)


# --- pairings -----------------------------------------------------------------------------------------------


def office_pairings(facts: ReportFacts) -> Section:
    """List every pairing in force with its days, what the plan does to it, and its people."""
    rows = tuple(_pairing_row(pairing, facts) for pairing in shown(facts))
    columns = (
        Column(said("col-pairing")),
        Column(said("col-channel"), is_short=True),
        Column(said("col-since"), is_short=True),
        Column(said("col-altitude"), is_number=True),
        Column(said("col-plan")),
        Column(said("col-posted"), is_number=True),
        Column(said("col-asked"), is_number=True),
        Column(said("col-known")),
    )
    reach = reach_figure(facts)
    blocks: list[Block] = [Paragraph(how_led(facts)), Paragraph(said("pairings-intro"))]
    blocks += [reach] if reach else []
    blocks.append(Table(said("pairings-caption"), columns, rows) if rows else Paragraph(said("none-recorded")))
    blocks += place_names(facts, by_area=False)
    return Section("pairings", said("pairings-title"), tuple(blocks))


def _pairing_row(pairing: PairingFacts, facts: ReportFacts) -> tuple[Inline, ...]:
    place = facts.place(pairing.place)
    known: list[Inline] = [synthetic_mark(True)] if pairing.is_synthetic else []
    if pairing.standing and not pairing.is_synthetic:
        known.append(said(f"standing-{pairing.standing.value}"))
    plan: list[Inline] = [said(f"change-{pairing.change.value}")]
    if pairing.reason is not None:
        plan.append(pairing.reason)
    return (
        Number(pairing_name(pairing, facts), pairing.rows),
        said(f"channel-{pairing.channel.value}"),
        _days(pairing),
        count(place.altitude_m) if place.altitude_m is not None else said("not-known"),
        together(plan, ": "),
        people(pairing.people, pairing.people_rows),
        people(pairing.posts, pairing.people_rows),
        together(known) if known else DASH,
    )


def _days(pairing: PairingFacts) -> Inline:
    if pairing.start is not None and pairing.end is None:
        return said("since", day=day(pairing.start))
    return days(pairing.start, pairing.end) if pairing.end is not None else said("not-known")


def public_pairings(facts: ReportFacts) -> Section:
    """List pairings by donor and prefecture, with people rounded."""
    groups: dict[tuple[str, str, str], list[PairingFacts]] = {}
    for pairing in shown(facts):
        groups.setdefault((facts.place(pairing.place).area, pairing.channel.value, pairing.donor.code), []).append(
            pairing
        )
    rows = []
    for (area, channel, _), some in groups.items():
        known = [p.people for p in some if p.people is not None]
        starts = sorted((p.start for p in some if p.start), key=lambda start: start.first)
        rows.append(
            (
                Both(
                    f"{some[0].donor.name.en} → {facts.place(area).name.en}",
                    f"{some[0].donor.name.say('zh')} → {facts.place(area).name.say('zh')}",
                ),
                said(f"channel-{channel}"),
                day(starts[0]) if starts else said("not-known"),
                Number(people_in_public(sum(known)), Definition("post")) if known else said("not-known"),
                synthetic_mark(all(p.is_synthetic for p in some)),
            )
        )
    columns = (
        Column(said("col-pairing")),
        Column(said("col-channel"), is_short=True),
        Column(said("col-since"), is_short=True),
        Column(said("col-posted"), is_number=True),
        Column(said("col-known")),
    )
    table: Block = (
        Table(said("public-pairings-caption"), columns, tuple(rows)) if rows else Paragraph(said("none-recorded"))
    )
    intro = (Paragraph(how_led(facts)), Paragraph(said("public-pairings-intro")))
    return Section("pairings", said("pairings-title"), (*intro, table, *place_names(facts, by_area=True)))


def how_led(facts: ReportFacts) -> Inline:
    """Say who takes the first step in the programme, since when, and by what mandate."""
    programme = facts.programme
    parts: list[Inline] = [said(f"preset-{programme.preset.value}")]
    if programme.started is not None:
        parts.append(said("started", day=day(programme.started)))
    return together([*parts, *([programme.mandate] if programme.mandate else [])], " ")


def place_names(facts: ReportFacts, *, by_area: bool) -> list[Block]:
    """List the places with their names in every language that the record has."""
    places = [place for place, _ in _by_place(facts, by_area=by_area)]
    if not places:
        return []
    rows = tuple(
        (
            p.name.en,
            Tongue(p.name.zh, "zh-Hans") if p.name.zh else DASH,
            Tongue(p.name_bo, "bo") if p.name_bo else DASH,
            p.order or DASH,
            count(p.altitude_m) if p.altitude_m is not None else said("not-known"),
        )
        for p in places
    )
    titles = ("col-name-en", "col-name-zh", "col-name-bo", "col-code", "col-altitude")
    columns = tuple(Column(said(name), is_number=name == "col-altitude") for name in titles)
    return [Fold(said("names-fold"), (Table(said("names-caption"), columns, rows),))]
