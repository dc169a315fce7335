"""County ties that no source names, central organs, and the host units of every place."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from pairup.programmes.synthetic.ground import Ground, Tie
from pairup.programmes.synthetic.rows import Row, dated
from pairup.values.codes import Channel, Level, OrganisationKind

#: central organs of the system channel that the facts do not name
CENTRAL_ORGANS = 8
#: the one row in which the facts keep them together
ALL_ORGANS = "ORG-central-bodies"


def county_ties(ground: Ground, on: date) -> list[Row]:
    """Give every county a pairing under a pairing of its prefecture, for all days on which the facts name none.

    When the pairings of a prefecture change, a county keeps its donor if it can; else it goes to the pairing with
    the fewest counties.
    """
    rows: list[Row] = []
    taken = {tie.code for tie in ground.ties}
    counties = ground.at_level(Level.COUNTY, on)
    for prefecture in sorted({ground.parent(county, on) for county in counties}):
        inside = [county for county in counties if ground.parent(county, on) == prefecture]
        rows += _ties_inside(ground, prefecture, inside, taken)
    return rows


def _ties_inside(ground: Ground, prefecture: str, counties: list[str], taken: set[str]) -> list[Row]:
    tops = [
        tie for tie in ground.ties if tie.place == prefecture and not tie.parent and tie.channel == Channel.TERRITORIAL
    ]
    known = [tie for tie in ground.ties if tie.place in counties and tie.parent and tie.channel == Channel.TERRITORIAL]
    days = sorted({day for tie in tops + known for day in (tie.starts, tie.ends)})
    held: dict[str, list[tuple[Tie, date, date]]] = {county: [] for county in counties}
    for begins, ends in pairwise(days):
        open_now = [tie for tie in tops if tie.holds(begins)]
        named = {tie.place for tie in known if tie.holds(begins)}
        load = Counter(tie.parent for tie in known if tie.holds(begins))
        before = {county: held[county][-1] for county in counties if held[county]}
        kept = {c: run[0] for c, run in before.items() if run[2] == begins and run[0] in open_now and c not in named}
        load.update(tie.code for tie in kept.values())
        for county in counties:
            if county in named or not open_now:
                continue
            tie = kept.get(county) or min(open_now, key=lambda top: (load[top.code], top.code))
            if county in kept:
                held[county][-1] = (tie, held[county][-1][1], ends)
            else:
                load[tie.code] += 1
                held[county].append((tie, begins, ends))
    return [_row(tie, county, begins, ends, ground, taken) for county in counties for tie, begins, ends in held[county]]


def _row(top: Tie, county: str, begins: date, ends: date, ground: Ground, taken: set[str]) -> Row:
    code, recipient = f"{top.code.partition('-')[0]}-{county}", f"GOV-{county}"
    return dated(
        f"{code}-drawn" if code in taken else code,
        None if begins == date.min else begins,
        None if ends == date.max else ends - timedelta(days=1),
        "No source read names this county's donor; drawn.",
        donor=top.donor,
        recipient=recipient if recipient in ground.organisations else "",
        place=county,
        channel=Channel.TERRITORIAL,
        level=Level.COUNTY,
        parent=top.code,
    )


def central_organs(ground: Ground, place: str, first: date) -> tuple[list[Row], list[Row]]:
    """Give (organisations, pairings) of the system channel, up to `CENTRAL_ORGANS`, where the facts name none."""
    if any(tie.channel == Channel.SYSTEM for tie in ground.ties):
        return [], []
    organs, ties = [], []
    for number in range(1, CENTRAL_ORGANS + 1):
        code = f"ORG-SYN-{number}"
        organs.append(
            dated(
                code,
                None,
                None,
                "Stands for the central organs, of which no full list was found.",
                name_en=f"Central organ {number} (synthetic)",
                name_zh=f"中央单位{number}（合成）",
                kind=OrganisationKind.MINISTRY,
                parent=ALL_ORGANS if ALL_ORGANS in ground.organisations else "",
            )
        )
        ties.append(
            dated(
                f"organ{number}-{place.lower()}",
                first,
                None,
                donor=code,
                place=place,
                channel=Channel.SYSTEM,
                level=Level.PROVINCE,
            )
        )
    return organs, ties


_UNITS = (
    ("office", OrganisationKind.GOVERNMENT, "Office for paired assistance, {} (synthetic)", "{}受援办公室（合成）"),
    ("hospital", OrganisationKind.HOSPITAL, "People's hospital, {} (synthetic)", "{}人民医院（合成）"),
    ("school", OrganisationKind.SCHOOL, "Secondary school, {} (synthetic)", "{}中学（合成）"),
)


def host_units(ground: Ground, places: list[str], on: date) -> list[Row]:
    """Give each place an office, a hospital and a school that can host people, under codes `host-PLACE-UNIT`."""
    rows = []
    for place in places:
        name_en, name_zh = ground.names(place, on)
        parent = f"GOV-{place}"
        for unit, kind, words_en, words_zh in _UNITS:
            rows.append(
                dated(
                    f"host-{place}-{unit}",
                    None,
                    None,
                    name_en=words_en.format(name_en),
                    name_zh=words_zh.format(name_zh),
                    kind=kind,
                    place=place,
                    parent=parent if parent in ground.organisations else "",
                )
            )
    return rows
