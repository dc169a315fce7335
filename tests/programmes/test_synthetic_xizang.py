"""The reference programme: its sizes, its money, its posts and whether they can be filled."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from pairup.planning.worth import Candidate, Certificate, Opening, eligible
from pairup.programmes import xizang
from pairup.programmes.catalogue import build
from pairup.programmes.synthetic.ground import Ground, holds
from pairup.programmes.synthetic.rows import Row, Tables
from pairup.rules.register import load_rules
from pairup.values.codes import Fitness, Level
from pairup.values.days import Span
from tests.programmes.built import SEED, built, digest

ROUND = "national-12"


@pytest.fixture(scope="module")
def tables() -> Tables:
    return built("xizang")


@pytest.fixture(scope="module")
def ground(tables: Tables) -> Ground:
    return Ground.of(tables)


def of_round(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["round"] == ROUND]


def several(cell: str) -> frozenset[str]:
    return frozenset(filter(None, cell.split(";")))


def test_another_seed_gives_another_programme_and_the_same_seed_the_same() -> None:
    again, other = build("xizang", SEED), build("xizang", SEED + 1)

    assert digest(again) == digest(built("xizang"))
    assert digest(other) != digest(again)


def test_the_sizes_are_those_of_the_real_programme(tables: Tables) -> None:
    heads = Counter(row["round"] for row in tables["people"] if row["round"] != ROUND)

    assert {int(code.removeprefix("national-")): count for code, count in heads.items()} == {
        ordinal: count for ordinal, count in xizang.HEADS.items() if ordinal < xizang.PLANNED
    }
    assert 11_500 < sum(count for code, count in heads.items() if code != "national-11") < 12_000
    assert len(of_round(tables["posts"])) == 2150
    assert 5_700 < len(of_round(tables["people"])) < 6_500
    assert 6_000 < len({row["code"] for row in tables["projects"] if row["status"] != "proposed"}) < 8_000
    assert 230 < sum(row["status"] == "proposed" for row in tables["projects"]) < 290
    assert sum(map(len, tables.values())) < 110_000


def test_quotas_sum_to_the_posts_and_name_every_donor_that_posts_are_open_to(tables: Tables, ground: Ground) -> None:
    donors = {tie.code: ground.root(tie).donor for tie in ground.ties}
    asked = set()
    for row in of_round(tables["posts"]):
        asked |= several(row["open_to"]) or {donors[row["pairing"]]}

    assert sum(int(row["people"]) for row in tables["quotas"]) == 2150
    assert {row["donor"] for row in tables["quotas"]} == asked


def test_every_county_has_a_pairing_of_its_own_under_one_of_its_prefecture(ground: Ground) -> None:
    for day in (date(1996, 1, 1), date(2016, 6, 30), date(2016, 8, 1), xizang.ON):
        for county in ground.at_level(Level.COUNTY, xizang.ON):
            if ground.place_on(county, day) is None or county.startswith("demo"):
                continue
            local = ground.local(county, day)
            assert local, (county, day)
            tops = {tie.code for tie in ground.tops(ground.parent(county, xizang.ON), day)}
            assert {tie.parent for tie in local} <= tops, (county, day)


def test_when_fujian_left_nyingchi_its_counties_went_on_under_another_donor(tables: Tables, ground: Ground) -> None:
    before = {tie.place for tie in ground.ties if tie.parent == "fj-nyingchi" and tie.holds(date(2016, 7, 1))}

    assert before
    for county in before:
        assert [tie.donor for tie in ground.local(county, date(2017, 1, 1))] == ["CN-GD"]
    posts = {row["code"]: row for row in tables["posts"]}
    moved = [
        row for row in posts.values()
        if row["continues"] and row["place"] in before
        and posts[row["continues"]]["pairing"].startswith("fj-") and row["pairing"].startswith("gd-")
    ]  # fmt: skip
    assert moved, "a post outlives the pairing that filled it"


def test_posts_lie_in_every_county_and_every_seat(tables: Tables, ground: Ground) -> None:
    counties = [place for place in ground.at_level(Level.COUNTY, xizang.ON) if not place.startswith("demo")]
    seats = {ground.parent(county, xizang.ON) for county in counties}

    assert set(counties) | seats <= {row["place"] for row in of_round(tables["posts"])}
    assert (len(counties), len(seats)) == (74, 7)


def test_teams_are_of_five_to_twelve_posts_for_one_donor_and_one_term(tables: Tables) -> None:
    teams = defaultdict(list)
    for row in of_round(tables["posts"]):
        if row["team"]:
            teams[row["team"]].append(row)

    assert len(teams) > 60
    for posts in teams.values():
        assert 5 <= len(posts) <= 12
        assert len({(row["place"], row["pairing"], row["from"], row["to"]) for row in posts}) == 1


def candidates(tables: Tables) -> list[Candidate]:
    certificates = defaultdict(list)
    for row in tables["fitness"]:
        span = Span(date.fromisoformat(row["from"]), date.fromisoformat(row["to"]))
        certificates[row["person"]].append(Certificate(Fitness(row["outcome"]), int(row["altitude_m"]), span))
    return [
        Candidate(
            row["code"], row["donor"], row["profession"], several(row["skills"]), several(row["languages"]),
            int(row["grade"]), int(row["years_in_profession"]), {"yes": True, "no": False, "": None}[row["licensed"]],
            Span(date.fromisoformat(row["from"]), date.fromisoformat(row["to"])), tuple(certificates[row["code"]]),
            int(row["highest_altitude_m"]) if row["highest_altitude_m"] else None,
        )
        for row in of_round(tables["people"])
    ]  # fmt: skip


def openings(tables: Tables, ground: Ground) -> list[Opening]:
    donors = {tie.code: tie.donor for tie in ground.ties}
    return [
        Opening(
            row["code"], row["place"], row["profession"],
            Span(date.fromisoformat(row["from"]), date.fromisoformat(row["to"])),
            several(row["open_to"]) or frozenset({donors[row["pairing"]]}), several(row["skills_required"]),
            frozenset(), row["language"], int(row["least_grade"]), row["licence_needed"] == "yes",
            ground.altitude(row["place"]),
        )
        for row in of_round(tables["posts"])
    ]  # fmt: skip


def test_most_posts_have_a_choice_some_have_none_and_what_must_be_filled_can_be(tables: Tables, ground: Ground) -> None:
    people, posts = candidates(tables), openings(tables, ground)

    options = Counter(at for _, at in eligible(people, posts))

    assert 35 < sum(options.values()) / len(posts) < 60
    assert 0 < sum(1 for at in range(len(posts)) if not options[at]) < len(posts) / 20
    must = [at for at, row in enumerate(of_round(tables["posts"])) if row["must_fill"] == "yes"]
    assert must
    assert min(options[at] for at in must) >= 3


def test_the_planned_round_shows_stayers_clearances_licences_and_what_hosts_say(tables: Tables) -> None:
    posts = {row["code"]: row for row in tables["posts"]}
    nominated = {row["code"] for row in of_round(tables["people"])}
    held = {row["person"]: row["post"] for row in tables["postings"]}
    staying = [code for code in nominated if code in held]

    assert len(staying) == 60
    assert all(posts[held[code]]["round"] == "national-11" for code in staying)
    assert sum(row["clearance"] == "safeguarding" for row in of_round(tables["posts"])) > 100
    assert {row["kind"] for row in tables["attestations"]} == {"licence", "safeguarding"}
    assert {row["person"] for row in tables["attestations"]} <= nominated
    views = tables["host_views"]
    assert len(views) > 300 and {"yes", "no"} == {row["refuses"] for row in views}
    assert all((row["rank"] == "") == (row["refuses"] == "yes") for row in views)


def amounts(rows: list[Row], kinds: set[str], column: str = "amount") -> dict[tuple[str, int], Decimal]:
    sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.get("kind", "") in kinds:
            sums[row["pairing"], int(row.get("budget_year") or row["day"][:4])] += Decimal(row[column])
    return sums


def test_no_donor_shows_a_shortfall_that_was_invented(tables: Tables) -> None:
    pledged = amounts(tables["money"], {"pledge"})
    paid = amounts(tables["money"], {"payment", "return", "correction"})
    audited = amounts(tables["money"], {"audited"})
    executed = amounts([row | {"kind": "works"} for row in tables["works"]], {"works"}, "value")
    closed = {key for key in pledged if key[1] < xizang.ON.year}

    assert closed
    for key in closed:
        assert paid[key] == pledged[key] == executed[key], key
        assert key not in audited or audited[key] == paid[key], key
    for key in set(pledged) - closed:
        assert executed[key] <= paid[key] <= pledged[key], key


def test_what_is_pledged_is_at_least_what_one_per_mille_gives_in_either_reading(tables: Tables, ground: Ground) -> None:
    pledged = amounts(tables["money"], {"pledge"})
    base = {(row["donor"], int(row["year"])): Decimal(row["amount"]) for row in tables["revenue_bases"]}
    share = Decimal(str(load_rules()["money_quota.xizang"].on(date(2020, 1, 1)).terms["share"]))
    tops = {tie.code: tie.donor for tie in ground.ties if not tie.parent and tie.channel == "territorial"}
    tested = 0

    for (pairing, year), amount in pledged.items():
        if (donor := tops.get(pairing)) and (donor, year - 1) in base:
            assert amount >= share * base[donor, year - 1], (pairing, year)
            assert amount >= share * base[donor, 2009] * Decimal("1.08") ** (year - 2010), (pairing, year)
            tested += 1
    assert tested > 150
    assert {donor for donor, _ in base} < set(tops.values()), "some donors have no known base"


def test_returns_alone_are_below_zero(tables: Tables) -> None:
    below = [row for row in tables["money"] if Decimal(row["amount"]) < 0]

    assert below
    assert {row["kind"] for row in below} == {"return"}


def test_money_since_2014_keeps_both_purpose_tests(tables: Tables) -> None:
    tagged = [row for row in tables["money"] if row["grassroots_share"]]

    assert {row["budget_year"] for row in tagged} >= {str(year) for year in range(2014, 2026)}
    for row in tagged:
        assert Decimal(row["grassroots_share"]) >= Decimal("0.8"), row["code"]
        assert Decimal(row["livelihood_share"]) >= Decimal("0.8"), row["code"]


def test_about_half_of_what_is_proposed_fits_the_envelopes(tables: Tables) -> None:
    proposed = [row for row in tables["projects"] if row["status"] == "proposed"]
    cost, room = Counter[str](), Counter[str]()
    for row in proposed:
        cost[row["pairing"]] += int(row["cost"])
        assert row["start_years"] and len({row["needs_projects"], row["excludes_projects"], row["code"]}) > 1
    for row in tables["envelopes"]:
        room[row["pairing"]] += int(row["amount"])

    assert set(cost) == set(room)
    assert all(1.8 < cost[pairing] / room[pairing] < 2.2 for pairing in room)
    narrow = sum(int(row["cost"]) for row in proposed if Decimal(row["livelihood_share"]) < Decimal("0.8"))
    assert narrow > 0, "the floor has something to do"


def test_most_postings_overlap_with_the_next_in_the_same_post_by_some_days(tables: Tables) -> None:
    ends = {row["post"]: row for row in tables["postings"]}
    overlaps = []
    for post in tables["posts"]:
        before = ends.get(post["continues"])
        if before and post["code"] in ends and before["status"] == "completed" and post["term"] == "full":
            overlaps.append(
                (date.fromisoformat(before["to"]) - date.fromisoformat(ends[post["code"]]["from"])).days + 1
            )

    assert sum(1 for days in overlaps if days > 0) > 0.7 * len(overlaps)
    assert max(overlaps) <= 31


def test_those_in_post_on_the_day_of_the_demo_are_of_the_current_round(tables: Tables) -> None:
    serving = [row for row in tables["postings"] if row["status"] == "in_post"]

    assert 1_500 < len(serving) < 2_156
    assert all(row["code"].startswith("R-11-") and holds(row, xizang.ON) for row in serving)


def test_needs_are_stated_by_offices_residents_and_surveys_and_some_are_signed(tables: Tables) -> None:
    stated = Counter(row["stated_by"] for row in tables["needs"])
    signed = {row["about"] for row in tables["signatures"]}
    urgent = {f"needs/{row['code']}" for row in tables["needs"] if row["priority"] == "5"}

    assert min(stated["office"], stated["residents"], stated["survey"]) > 100
    assert 0 < len(signed & urgent) < len(urgent)


def test_sites_lie_around_lhasa_on_real_places_and_every_two_have_a_road(tables: Tables, ground: Ground) -> None:
    places = [row["place"] for row in tables["sites"]]
    roads = {frozenset((row["start"], row["finish"])) for row in tables["roads"]}

    assert len(places) == 14 and "nang" in places
    assert all(ground.altitude(place) is not None for place in places)
    assert all(frozenset((a, b)) in roads for a in places for b in places if a < b)
