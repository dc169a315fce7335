"""The 2008 recovery pairing, as of a day in 2009: what is invented of it. The 20 pairings stand in `facts/`."""

from __future__ import annotations

from datetime import date, timedelta

from pairup.programmes.synthetic import journeys, money, people, posts, projects, ties, voices
from pairup.programmes.synthetic import needs as needs_
from pairup.programmes.synthetic.ground import Ground, Tie, day_after, first_day
from pairup.programmes.synthetic.posts import Line, Lines, RoundSpan
from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated, merged
from pairup.programmes.synthetic.vocabulary import PROFESSIONS
from pairup.values.codes import Channel
from pairup.values.distance import kilometres

ON = date(2009, 3, 1)
ROUND = "recovery-2"
HORIZON = (2009, 2010)
OPENED = date(2008, 6, 18)
POSTS = 260
VISIT_BASE = "mianzhu"


def generate(facts: Tables, seed: int) -> Tables:
    """Make all synthetic tables of the programme from its facts and a seed."""
    ground = Ground.of(facts)
    tops = [tie for tie in ground.ties if not tie.parent and tie.channel == Channel.TERRITORIAL and tie.holds(ON)]
    places = sorted({tie.place for tie in tops})
    hosts = ties.host_units(ground, places, ON)
    needs = needs_.needs(ground, places, 8, OPENED, date(2009, 2, 15), Draw(seed, "wenchuan/needs"))
    span, rounds = _round(ground)
    works = _works(tops, ground, needs, seed)
    return merged(
        {"organisations": hosts, "rounds": rounds, "needs": needs},
        _people(ground, places, span, needs, frozenset(row["code"] for row in hosts), seed),
        works,
        _journeys(ground, places, works["projects"], seed),
        _voices(tops, span, needs, seed),
    )


def _round(ground: Ground) -> tuple[RoundSpan, list[Row]]:
    row = ground.rounds.get(ROUND)
    if row and row.get("from") and row.get("to"):
        return RoundSpan(ROUND, 2, first_day(row), day_after(row) - timedelta(days=1)), []
    span = RoundSpan(ROUND, 2, date(2009, 7, 1), date(2010, 9, 30))
    return span, [dated(ROUND, span.first, span.last, "Drawn for the demo.", scheme="recovery", ordinal=2)]


def _people(
    ground: Ground, places: list[str], span: RoundSpan, needs: list[Row], named: frozenset[str], seed: int
) -> Tables:
    maker = Lines(ground, places, [], Draw(seed, "wenchuan/posts"), half_terms=0.3, missions=0.1)
    lines: list[Line] = []
    for at, place in enumerate(places):
        if at % 3 == 0:
            lines += maker.team(place, "hospital" if at % 2 else "school", maker.draw.whole(5, 8))
    while len(lines) < POSTS:
        lines.append(maker.new(ON))
    openings = maker.openings(sorted(lines, key=lambda line: (line.place, line.team)), span)
    shelf, draw = needs_.shelf(needs), Draw(seed, "wenchuan/planned")
    need_of = {}
    for item in openings:
        asked = shelf.get((item.line.place, PROFESSIONS[item.line.profession].serves))
        if asked:
            need_of[item.code] = draw.pick(asked)["code"]
    must = posts.posts_to_fill(openings, 0.1, draw)
    pool = people.Pool(
        screened=(date(2009, 1, 10), date(2009, 2, 20)),
        valid_until=(date(2009, 9, 1), date(2011, 3, 31)),
        altitudes=((2500, 0.1), (3000, 0.2), (3500, 0.4), (4500, 0.3)),
    )
    nominated, fitness = people.candidates(openings, {}, span, pool, Draw(seed, "wenchuan/candidates"))
    return {
        "teams": posts.team_rows(openings, span, ground),
        "posts": posts.post_rows(openings, span, must_fill=must, need_of=need_of, named=named),
        "quotas": people.quotas(openings, {}, span, len(openings), Draw(seed, "wenchuan/quotas")),
        "people": nominated,
        "fitness": fitness,
    }


def _works(tops: list[Tie], ground: Ground, needs: list[Row], seed: int) -> Tables:
    """Money of 2008 and 2009 under the one-per-cent rule, projects begun, and what is proposed for 2009 and 2010."""
    shelf = needs_.shelf(needs)
    given = money.giving(
        tops,
        range(2008, 2011),
        lambda donor, year: money.one_per_cent(donor, year, seed),
        money.YUAN,
        Draw(seed, "wenchuan/giving"),
    )
    begun = {key: steps for key, steps in given.items() if key[1] <= ON.year}
    places = {tie.code: [tie.place] for tie in tops}
    made, works, shares = projects.past(
        ground,
        begun,
        places,
        lambda year: 10,
        needs=shelf,
        tagged_from=2100,
        scale=money.YUAN,
        on=ON,
        draw=Draw(seed, "wenchuan/projects"),
        opened=OPENED,
    )
    note = "Open to new projects; the rest of what the donor gives in the year is bound."
    envelopes = money.envelopes(given, HORIZON, 0.5, money.YUAN, note)
    new = projects.proposed(
        ground, envelopes, places, 6, 2.0, needs=shelf, scale=money.YUAN, on=ON, draw=Draw(seed, "wenchuan/proposed")
    )
    donors = sorted({tie.donor for tie in tops})
    return {
        "projects": made + new,
        "works": works,
        "envelopes": envelopes,
        "money": money.lines(begun, shares, ON.year - 1, ON, money.YUAN, Draw(seed, "wenchuan/money"), OPENED),
        "revenue_bases": money.revenue_rows(donors, dict.fromkeys(donors, (2007, 2008, 2009)), seed),
    }


def _journeys(ground: Ground, places: list[str], made: list[Row], seed: int) -> Tables:
    """A base, the twelve recipients nearest to it, and the roads between them."""
    known = [place for place in places if ground.position(place) and ground.altitude(place) is not None]
    base, at = VISIT_BASE, ground.position(VISIT_BASE)
    near = sorted(
        (kilometres(at, other), place) for place in known if at and (other := ground.position(place)) and place != base
    )
    chosen = sorted(place for _, place in near[:12])
    sites = journeys.sites(
        base, chosen, [row for row in made if row["status"] == "works"], OPENED, Draw(seed, "wenchuan/sites")
    )
    return {"sites": sites, "roads": journeys.roads(ground, [base, *chosen], Draw(seed, "wenchuan/roads"))}


def _voices(tops: list[Tie], span: RoundSpan, needs: list[Row], seed: int) -> Tables:
    wanted: dict[str, list[str]] = {f"host-{tie.place}-office": [f"rounds/{span.code}"] for tie in tops}
    for row in needs:
        if row["priority"] == "5":
            wanted.setdefault(f"host-{row['place']}-office", []).append(f"needs/{row['code']}")
    return {
        "pairing_preferences": voices.preferences(
            tops, span.code, date(2009, 2, 1), 0.08, Draw(seed, "wenchuan/preferences")
        ),
        "signatures": voices.signatures(
            wanted, date(2009, 2, 10), date(2009, 2, 27), Draw(seed, "wenchuan/signatures")
        ),
    }
