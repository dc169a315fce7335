"""The two other programmes: recovery in 2009, and hospitals that offer each other help."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from pairup.programmes import partners, wenchuan
from pairup.rules.register import load_rules
from tests.programmes.built import built


def test_twenty_pairings_of_nineteen_donors_have_money_posts_and_projects() -> None:
    tables = built("wenchuan")

    pairings = {row["code"] for row in tables["pairings"]}
    assert len(pairings) == 20
    assert len({row["donor"] for row in tables["pairings"]}) == 19
    for name in ("money", "posts", "projects", "envelopes"):
        assert {row["pairing"] for row in tables[name]} == pairings, name


def test_recovery_money_is_at_least_one_per_cent_and_paid_and_built_in_full() -> None:
    tables = built("wenchuan")
    base = {(row["donor"], int(row["year"])): Decimal(row["amount"]) for row in tables["revenue_bases"]}
    donor = {row["code"]: row["donor"] for row in tables["pairings"]}
    sums: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    for row in tables["money"]:
        sums[row["kind"], row["pairing"], int(row["budget_year"])] += Decimal(row["amount"])
    for row in tables["works"]:
        sums["works", row["pairing"], int(row["day"][:4])] += Decimal(row["value"])

    for pairing in donor:
        for year in (2008, 2009):
            share = Decimal(str(load_rules()["money_quota.wenchuan"].on(date(year, 1, 1)).terms["share"]))
            assert sums["pledge", pairing, year] >= share * base[donor[pairing], year - 1]
        paid = sums["payment", pairing, 2008] + sums["return", pairing, 2008]
        assert paid == sums["pledge", pairing, 2008] == sums["works", pairing, 2008]


def test_nothing_is_invented_before_the_earthquake_or_after_the_day_of_the_plan() -> None:
    tables = built("wenchuan")
    synthetic = {name: [row for row in rows if row["is_synthetic"] == "yes"] for name, rows in tables.items()}

    for name in ("money", "works", "signatures"):
        assert all(wenchuan.OPENED.isoformat() <= row["day"] <= "2009-03-01" for row in synthetic[name]), name
    assert all(row["from"] >= wenchuan.OPENED.isoformat() for row in synthetic["projects"])


def test_every_call_has_several_offers_with_a_worth_and_a_load() -> None:
    tables = built("partners")
    offers = Counter(row["call"] for row in tables["offers"] if row["status"] == "offered")

    assert set(offers) == {row["code"] for row in tables["calls"]}
    assert min(offers.values()) >= 2
    assert all(Decimal(row["worth"]) > 0 and Decimal(row["load"]) > 0 for row in tables["offers"])


def test_results_are_agreed_before_people_are_named() -> None:
    tables = built("partners")
    agreed = {}
    for row in tables["agreed_results"]:
        agreed[row["pairing"]] = min(agreed.get(row["pairing"], "9"), row["from"])

    assert set(agreed) == {row["code"] for row in tables["pairings"]}
    planned = [row for row in tables["posts"] if row["round"] == partners.ROUND]
    assert all(agreed[row["pairing"]] <= row["from"] for row in planned)
    assert all(row["indicator"] and row["baseline"] and row["target"] for row in tables["agreed_results"])


def test_missions_last_five_to_21_days_beside_long_terms_and_some_can_follow_each_other() -> None:
    planned = [row for row in built("partners")["posts"] if row["round"] == partners.ROUND]
    missions = [row for row in planned if row["term"] == "mission"]
    people = [row for row in built("partners")["people"] if row["round"] == partners.ROUND]

    assert len(planned) == 120 and len(people) == 300
    assert 50 < len(missions) < 100
    for row in missions:
        days = (date.fromisoformat(row["to"]) - date.fromisoformat(row["from"])).days + 1
        assert 5 <= days <= 21
    several = 0
    for person in people:
        within = [
            row for row in missions
            if row["profession"] == person["profession"] and person["donor"] in row["open_to"].split(";")
            and person["from"] <= row["from"] and row["to"] <= person["to"]
        ]  # fmt: skip
        several += any(a["to"] < b["from"] for a in within for b in within)
    assert several > 20


def test_the_partnerships_are_invented_from_end_to_end_and_in_euros() -> None:
    tables = built("partners")

    assert all(row["is_synthetic"] == "yes" for rows in tables.values() for row in rows)
    assert all("invented" in row["name_en"] and "虚构" in row["name_zh"] for row in tables["places"])
    assert {row["currency"] for name in ("money", "envelopes") for row in tables[name]} == {"EUR"}
    assert [row["preset"] for row in tables["programme"]] == ["offer_led"]
