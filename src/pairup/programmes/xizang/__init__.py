"""The reference programme: what is invented of it. Facts stand in `facts/`; the sizes are those of the real one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pairup.programmes.synthetic import (
    conditions,
    journeys,
    money,
    oversight,
    people,
    posts,
    projects,
    service,
    stories,
    ties,
    trials,
    voices,
)
from pairup.programmes.synthetic import needs as needs_
from pairup.programmes.synthetic.ground import Ground, Tie, day_after, first_day
from pairup.programmes.synthetic.posts import Line, Lines, Opening, RoundSpan
from pairup.programmes.synthetic.rows import Draw, Row, Tables, merged
from pairup.programmes.synthetic.vocabulary import PROFESSIONS
from pairup.values.codes import Channel, Level, PostingStatus
from pairup.values.distance import kilometres

ON = date(2026, 11, 23)
PLANNED, CURRENT = 12, 11
HORIZON = (2026, 2030)
REGION = "CN-54"
#: visits begin where the office lives; visit_altitude.xizang starts from nights there
VISIT_BASE = "lhasa"
#: the county at the end of the story's journey is always among the sites
REMOTE = "nang"

#: people of each round: as reported where a figure was found (1, 5, 6, 7, 10, 11), else estimates that fit the totals
HEADS = {1: 622, 2: 670, 3: 740, 4: 860, 5: 853, 6: 990, 7: 1300, 8: 1850, 9: 1950, 10: 2117, 11: 2156, 12: 2150}
#: group-style teams of each round (hospital, school), from the eighth on
TEAMS = {8: (14, 24), 9: (22, 34), 10: (32, 44), 11: (32, 44), 12: (32, 44)}
_STARTS = {
    1: (1995, 5),
    2: (1998, 5),
    3: (2001, 5),
    4: (2004, 6),
    5: (2007, 7),
    6: (2010, 6),
    7: (2013, 7),
    8: (2016, 7),
    9: (2019, 7),
    10: (2022, 7),
    11: (2025, 7),
    12: (2028, 7),
}
_LAST_DAY = date(2031, 6, 30)
_STAYS = 0.86  # of a round's posts go on into the next


def generate(facts: Tables, seed: int) -> Tables:
    """Make all synthetic tables of the programme from its facts and a seed."""
    ground = Ground.of(facts)
    counties = ground.at_level(Level.COUNTY, ON)
    seats = sorted({ground.parent(county, ON) for county in counties})
    hosts = ties.host_units(ground, counties + seats, ON)
    organs, organ_ties = ties.central_organs(ground, REGION, date(1994, 8, 1))
    county_ties = ties.county_ties(ground, ON)
    ground.add_ties(organ_ties + county_ties)
    needs = needs_.needs(ground, counties + seats, 11, date(2019, 1, 1), date(2026, 10, 1), Draw(seed, "xizang/needs"))
    base: Tables = {"organisations": hosts + organs, "pairings": county_ties + organ_ties, "needs": needs}
    rounds = _rounds(ground)
    named = frozenset(row["code"] for row in hosts)
    works = _works(ground, needs, seed)
    tables = merged(
        base,
        _people(ground, counties, seats, rounds, needs, named, seed),
        works,
        _journeys(ground, works["projects"], seed),
        _voices(ground, rounds[PLANNED], needs, seed),
        stories.demo_valley(seed),
        trials.demo_trials(seed),
    )
    return merged(tables, oversight.kept(tables, facts["pairings"], seed, ON))


def _rounds(ground: Ground) -> dict[int, RoundSpan]:
    """Spans of the twelve national rounds: from the facts where they name a month or a day, each up to the next."""
    firsts = {}
    for ordinal, (year, month) in _STARTS.items():
        row = ground.rounds.get(f"national-{ordinal}")
        firsts[ordinal] = first_day(row) if row and len(row.get("from", "")) > len("2001") else date(year, month, 1)
    row = ground.rounds.get(f"national-{PLANNED}")
    lasts = {ordinal: firsts[ordinal + 1] - timedelta(days=1) for ordinal in firsts if ordinal < PLANNED}
    lasts[PLANNED] = day_after(row) - timedelta(days=1) if row and row.get("to") else _LAST_DAY
    return {ordinal: RoundSpan(f"national-{ordinal}", ordinal, firsts[ordinal], lasts[ordinal]) for ordinal in firsts}


def _people(
    ground: Ground,
    counties: list[str],
    seats: list[str],
    rounds: dict[int, RoundSpan],
    needs: list[Row],
    named: frozenset[str],
    seed: int,
) -> Tables:
    """Posts of all rounds, those who served in past ones, candidates of the next."""
    maker = Lines(ground, counties, seats, Draw(seed, "xizang/posts"), language="bo")
    tables: Tables = {name: [] for name in ("posts", "teams", "people", "postings", "counterparts", "welfare_checks")}
    lines: list[Line] = []
    holders: dict[str, Row] = {}  # of the posts of the current round
    for ordinal, span in rounds.items():
        lines = _grown(maker, lines, ordinal, span)
        openings = maker.openings(lines, span)
        tables["teams"] += posts.team_rows(openings, span, ground)
        if ordinal == PLANNED:
            planned = _planned(ground, openings, span, needs, named, seed)
            return merged(tables, planned, _conditions(planned, openings, holders, span, seed))
        tables["posts"] += posts.post_rows(openings, span, named=named)
        tables["people"] += people.served(openings, span, "zh", "bo", Draw(seed, f"xizang/people/{ordinal}"))
        served = service.postings(openings, span, ON, Draw(seed, f"xizang/postings/{ordinal}"))
        tables["postings"] += served
        if ordinal >= min(TEAMS):
            draw = Draw(seed, f"xizang/counterparts/{ordinal}")
            tables["counterparts"] += service.counterparts(openings, served, 0.15, ON, draw)
        if ordinal == CURRENT:
            gone = {row["post"] for row in served if row["status"] == PostingStatus.ENDED_EARLY}
            came = tables["people"][-len(openings) :]
            holders = {item.code: row for item, row in zip(openings, came, strict=True) if item.code not in gone}
            tables["welfare_checks"] += service.welfare(
                served, date(2026, 9, 1), date(2026, 10, 31), Draw(seed, "xizang/welfare")
            )
    raise AssertionError("the planned round is the last")


def _grown(maker: Lines, before: Sequence[Line], ordinal: int, span: RoundSpan) -> list[Line]:
    """Keep most lines of the round before, whole teams always, and draw new ones up to the round's head count."""
    draw = maker.draw
    teams = [line for line in before if line.team]
    hospital, school = TEAMS.get(ordinal, (0, 0))
    have = {line.team for line in teams}
    for kind, wanted, places in (("hospital", hospital, maker.seats), ("school", school, maker.seats + maker.counties)):
        held = sum(1 for team in have if team.startswith(kind))
        for at in range(held, wanted):
            teams += maker.team(places[at % len(places)], kind, draw.whole(5, 12))
    teams = [line for line in teams if maker.serves(line, span.first)]
    room = HEADS[ordinal] - len(teams)
    kept = [line for line in before if not line.team and draw.chance(_STAYS) and maker.serves(line, span.first)][:room]
    while len(kept) < room:
        line = maker.new(span.first)
        if maker.serves(line, span.first):
            kept.append(line)
    return sorted(kept + teams, key=lambda line: (line.place, line.channel, line.team))


def _planned(
    ground: Ground, openings: list[Opening], span: RoundSpan, needs: list[Row], named: frozenset[str], seed: int
) -> Tables:
    shelf = needs_.shelf(needs)
    draw = Draw(seed, "xizang/planned")
    need_of = {}
    for item in openings:
        asked = shelf.get((item.line.place, PROFESSIONS[item.line.profession].serves))
        if asked:
            need_of[item.code] = draw.pick(asked)["code"]
    crowded = sorted(
        {tie.place for tie in ground.ties}, key=lambda place: (-len(ground.tops(place, span.first)), place)
    )[:3]
    shared = posts.open_to_several(openings, ground, crowded, 0.12, draw)
    must = posts.posts_to_fill(openings, 0.1, draw)
    pool = people.Pool(language="bo")
    nominated, fitness = people.candidates(openings, shared, span, pool, Draw(seed, "xizang/candidates"))
    return {
        "quotas": people.quotas(openings, shared, span, HEADS[PLANNED], Draw(seed, "xizang/quotas")),
        "posts": posts.post_rows(openings, span, shared=shared, must_fill=must, need_of=need_of, named=named),
        "people": nominated,
        "fitness": fitness,
    }


def _conditions(
    planned: Tables, openings: Sequence[Opening], holders: dict[str, Row], span: RoundSpan, seed: int
) -> Tables:
    """What is signed of the candidates, what hosts say of them, and who of the current round would stay."""
    posts_, nominated, signed = planned["posts"], planned["people"], date(2026, 8, 20)
    conditions.ask_clearances(posts_, ["teacher"], 0.6, Draw(seed, "xizang/clearance_asked"))
    staying, fitness = conditions.stayers(
        posts_, holders, span, 60, people.Pool(language="bo"), Draw(seed, "xizang/stayers")
    )
    donors = {item.code: [item.donor] for item in openings}
    views = conditions.host_views(posts_, nominated, donors, 0.1, Draw(seed, "xizang/host_views"), date(2026, 10, 12))
    return {
        "people": staying,
        "fitness": fitness,
        "attestations": [
            *conditions.clearances(nominated + staying, ["teacher"], signed, Draw(seed, "xizang/clearances")),
            *conditions.licences(nominated + staying, 0.3, signed, Draw(seed, "xizang/licences")),
        ],
        "host_views": views,
    }


def _places_of(ground: Ground, top: Tie) -> list[str]:
    """Where a pairing's projects lie: the seat, and the counties tied under it at any time."""
    return [top.place] * 2 + sorted({tie.place for tie in ground.ties if tie.parent == top.code})


def _works(ground: Ground, needs: list[Row], seed: int) -> Tables:
    """Money, projects and works from 1994 on, and what is proposed for the years of the portfolio."""
    tops = [tie for tie in ground.ties if not tie.parent and tie.channel == Channel.TERRITORIAL]
    firms = [tie for tie in ground.ties if tie.channel == Channel.ENTERPRISE]
    shelf = needs_.shelf(needs)
    given = money.giving(
        tops,
        range(1994, HORIZON[1] + 1),
        lambda donor, year: money.one_per_mille(donor, year, seed),
        money.YUAN,
        Draw(seed, "xizang/giving"),
    )
    firm = money.giving(
        firms,
        range(2002, ON.year + 1),
        lambda donor, year: 4e6 * 1.07 ** (year - 2002),
        money.YUAN,
        Draw(seed, "xizang/firms"),
    )
    past = {key: steps for key, steps in given.items() if key[1] <= ON.year}
    places = {tie.code: _places_of(ground, tie) for tie in tops} | {tie.code: [tie.place] for tie in firms}
    made, works, shares = _carried_out(ground, past, firm, places, shelf, seed)
    current = {tie.code for tie in tops if tie.holds(ON)}
    note = "Open to new projects; the rest of what the donor gives in the year is bound."
    envelopes = money.envelopes(
        {key: steps for key, steps in given.items() if key[0] in current},
        range(HORIZON[0], HORIZON[1] + 1),
        0.25,
        money.YUAN,
        note,
    )
    new = projects.proposed(
        ground, envelopes, places, 15, 2.0, needs=shelf, scale=money.YUAN, on=ON, draw=Draw(seed, "xizang/proposed")
    )
    return {
        "projects": made + new,
        "works": works,
        "envelopes": envelopes,
        "money": money.lines(past | firm, shares, ON.year - 1, ON, money.YUAN, Draw(seed, "xizang/money")),
        "revenue_bases": _bases(tops, seed),
    }


def _carried_out(
    ground: Ground,
    past: money.Giving,
    firm: money.Giving,
    places: dict[str, list[str]],
    shelf: projects.Needs,
    seed: int,
) -> tuple[list[Row], list[Row], projects.Shares]:
    """Draw projects of the provinces and of the enterprises, the works done on them and their shares."""
    made: list[Row] = []
    works: list[Row] = []
    shares: projects.Shares = {}
    for name, giving, count in (("tops", past, _projects_a_year), ("firms", firm, lambda year: 3)):
        done = projects.past(
            ground,
            giving,
            places,
            count,
            needs=shelf,
            tagged_from=2014,
            scale=money.YUAN,
            on=ON,
            draw=Draw(seed, f"xizang/projects/{name}"),
        )
        made, works = made + done[0], works + done[1]
        shares |= done[2]
    return made, works, shares


def _projects_a_year(year: int) -> int:
    return 5 if year < 2010 else 12 if year < 2019 else 26


def _bases(tops: Sequence[Tie], seed: int) -> list[Row]:
    """Revenue for two donors in three, some of them with years missing; where none is known the rule says so."""
    draw = Draw(seed, "xizang/bases")
    donors = sorted({tie.donor for tie in tops if tie.ends > ON})
    known = sorted(draw.some(donors, len(donors) * 2 // 3))
    gaps = set(draw.some(known, len(known) // 4))
    years = {donor: [y for y in range(2009, ON.year) if donor not in gaps or not 2012 <= y <= 2014] for donor in known}
    return money.revenue_rows(known, years, seed)


def _journeys(ground: Ground, made: list[Row], seed: int) -> Tables:
    """A base, thirteen sites around it, roads, and the visits of ten years."""
    base = ground.position(VISIT_BASE)
    near = []
    for county in ground.at_level(Level.COUNTY, ON):
        at = ground.position(county)
        if base and at and ground.altitude(county) is not None:
            near.append((kilometres(base, at), county))
    chosen = [county for distance, county in sorted(near) if distance > 8][:20]
    draw = Draw(seed, "xizang/sites")
    places = sorted([REMOTE, *draw.some([county for county in chosen if county != REMOTE], 12)])
    running = [row for row in made if row["status"] == "operating" and row["from"] >= "2018"]
    sites = journeys.sites(VISIT_BASE, places, running, date(2015, 1, 1), draw)
    visits, found = journeys.visits(sites, range(2016, 2026), ON, draw)
    return {
        "roads": journeys.roads(ground, [VISIT_BASE, *places], Draw(seed, "xizang/roads")),
        "sites": sites,
        "visits": visits,
        "visit_findings": found,
    }


def _voices(ground: Ground, span: RoundSpan, needs: list[Row], seed: int) -> Tables:
    tops = [tie for tie in ground.ties if not tie.parent and tie.channel == Channel.TERRITORIAL and tie.holds(ON)]
    wanted: dict[str, list[str]] = {f"host-{tie.place}-office": [f"rounds/{span.code}"] for tie in tops}
    for row in needs:
        if row["priority"] == "5":
            wanted.setdefault(f"host-{row['place']}-office", []).append(f"needs/{row['code']}")
    signed = voices.signatures(wanted, date(2026, 10, 5), date(2026, 11, 20), Draw(seed, "xizang/signatures"))
    liked = voices.preferences(tops, span.code, date(2026, 9, 1), 0.12, Draw(seed, "xizang/preferences"))
    return {"pairing_preferences": liked, "signatures": signed}
