"""Dated rules: what was in force on a day, and what people could know by then."""

from __future__ import annotations

import doctest
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.errors import InputError, RuleError
from pairup.rules.quota import FORMULAS, apply
from pairup.rules.register import NoRuleError, Rule, Version, find_rule, load_rules, read_rule
from pairup.values.codes import Standing

RELEASED = Path(__file__).parent / "released.toml"
DAY = timedelta(days=1)


def a_rule(*blocks: str) -> Rule:
    """Make a rule of lines `FROM PUBLISHED [TERM=NUMBER | ended | replaces=FROM/PUBLISHED]`."""
    made = []
    for block in blocks:
        starts, published, *rest = block.split()
        row: dict[str, object] = {"from": starts, "published": published, "source": "a test", "standing": "verified"}
        for word in rest:
            key, _, value = word.partition("=")
            if key == "ended":
                row["ended"] = True
            elif key == "replaces":
                row["replaces"] = dict(zip(("from", "published"), value.split("/"), strict=True))
            else:
                row[key] = int(value)
        made.append(row)
    return Rule.read("a.rule", made)


VERSIONS = [(rule.name, version) for rule in load_rules().values() for version in rule.versions]


@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=[f"{n}-{v.told_from}" for n, v in VERSIONS])
def test_every_version_holds_from_its_first_day_on(name: str, version: Version) -> None:
    rule = find_rule(name)
    earlier = [other for other in rule.versions if other.key < version.key]

    if version.is_ended:
        for day in (version.starts, version.starts + DAY):
            with pytest.raises(NoRuleError, match="ended"):
                rule.on(day)
    else:
        assert rule.on(version.starts) == version
        assert rule.on(version.starts + DAY) == version
    if earlier:
        assert rule.on(version.starts - DAY) == earlier[-1]
    else:
        with pytest.raises(NoRuleError, match="the first starts"):
            rule.on(version.starts - DAY)


def test_no_released_block_was_edited_and_every_block_is_listed() -> None:
    released = tomllib.loads(RELEASED.read_text(encoding="utf-8"))
    listed = {(name, digest) for name, digests in released.items() for digest in digests}

    held = {(name, version.digest) for name, version in VERSIONS}

    assert listed - held == set(), "a released block was edited or removed: restore it and add a correction"
    assert held - listed == set(), "add the digest of the new block to tests/rules/released.toml"


def test_an_edit_of_a_block_changes_its_digest() -> None:
    text = '[[version]]\nfrom = "2014"\npublished = "2014"\nshare = {}\nsource = "a"\nstanding = "verified"\n'

    digests = {read_rule("r", text.format(share)).versions[0].digest for share in ("0.8", "0.80", "0.81")}

    assert len(digests) == 2


@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=[f"{n}-{v.told_from}" for n, v in VERSIONS])
def test_every_money_rule_can_be_worked_out(name: str, version: Version) -> None:
    if not version.formula:
        assert not name.startswith("money_quota.") or version.is_ended
        return

    basis = apply(version, version.starts.year + 1, "FJ")

    assert version.formula in FORMULAS
    assert basis.base_year <= version.starts.year


def test_every_rule_has_a_title_in_both_languages() -> None:
    for rule in load_rules().values():
        english, chinese = rule.title.say("en"), rule.title.say("zh_Hans")
        assert rule.title.code not in (english, chinese)
        assert english != chinese


def test_what_the_sources_leave_open_stands_as_unconfirmed_or_disputed() -> None:
    standing = {name: version.standing for name, version in VERSIONS}

    assert standing["money_quota.xizang"] is Standing.UNCONFIRMED
    assert standing["money_quota.xinjiang"] is Standing.DISPUTED
    assert standing["money_quota.wenchuan"] is Standing.VERIFIED
    assert standing["purpose_shares.xizang"] is Standing.VERIFIED


def test_the_age_of_people_sent_is_kept_as_told_and_not_applied() -> None:
    assert [name for name, version in VERSIONS if not version.is_applied] == ["selection_age.xizang"]


def test_an_old_question_is_answered_as_people_knew_it_then() -> None:
    rule = a_rule("2010-01-01 2009-06-01 share=1", "2012-01-01 2014-03-01 share=2")

    assert rule.on(date(2013, 1, 1)).terms["share"] == 2
    assert rule.on(date(2013, 1, 1), known_by=date(2013, 1, 1)).terms["share"] == 1
    assert rule.on(date(2013, 1, 1), known_by=date(2014, 3, 1)).terms["share"] == 2


def test_what_was_not_yet_published_cannot_be_known() -> None:
    rule = a_rule("2010-01-01 2011-06-01 share=1")

    with pytest.raises(NoRuleError, match="published by 2011-05-31") as refusal:
        rule.on(date(2012, 1, 1), known_by=date(2011, 5, 31))

    assert refusal.value.code == "rules.not-known-yet"


def test_a_correction_takes_the_place_of_what_it_names_from_the_day_it_is_published() -> None:
    rule = a_rule("2010-01-01 2010-01-01 share=1", "2011-01-01 2012-05-01 share=2 replaces=2010-01-01/2010-01-01")

    assert rule.on(date(2011, 6, 1), known_by=date(2012, 4, 30)).terms["share"] == 1
    assert rule.on(date(2011, 6, 1)).terms["share"] == 2
    with pytest.raises(NoRuleError, match="the first starts 2011-01-01"):
        rule.on(date(2010, 6, 1))


def test_a_rule_that_ended_answers_for_the_days_before() -> None:
    rule = a_rule("2008 2008 share=1", "2011 2008 ended")

    assert rule.on(date(2010, 12, 31)).terms["share"] == 1
    with pytest.raises(NoRuleError, match=r"a\.rule ended on 2011") as refusal:
        rule.on(date(2011, 1, 1))
    assert refusal.value.code == "rules.ended"


def test_asking_what_if_leaves_the_rule_alone() -> None:
    rule = find_rule("money_quota.xizang")

    other = rule.with_version(
        from_="2028", published="2027", formula="share_of_previous_year", share=Decimal("0.002"), source="what if",
        standing="unconfirmed",
    )  # fmt: skip

    assert other.on(date(2028, 1, 1)).terms["share"] == Decimal("0.002")
    assert rule.on(date(2028, 1, 1)).terms["share"] == Decimal("0.001")
    assert find_rule("money_quota.xizang") == rule


GOOD = {"from": "2010", "published": "2010", "source": "a test", "standing": "verified"}


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ([], "rules.empty"),
        ([GOOD | {"source": ""}], "rules.incomplete"),
        ([GOOD | {"standing": "sure"}], "rules.standing"),
        ([GOOD | {"share": 0.1}], "rules.float"),
        ([GOOD, GOOD | {"published": "2011"}], "rules.start-together"),
        ([GOOD | {"replaces": {"from": "1990", "published": "1990"}}], "rules.replaces-nothing"),
        (
            [GOOD, GOOD | {"from": "2011", "published": "2009", "replaces": {"from": "2010", "published": "2010"}}],
            "rules.replaces-later",
        ),
    ],
)
def test_a_rule_that_is_not_in_order_is_refused(blocks: list[dict[str, object]], code: str) -> None:
    with pytest.raises(RuleError) as refusal:
        Rule.read("a.rule", blocks)

    assert refusal.value.code == code


@pytest.mark.parametrize(("text", "code"), [("version = [", "rules.not-toml"), ("share = 1", "rules.not-versions")])
def test_a_file_that_is_no_rule_is_refused(text: str, code: str) -> None:
    with pytest.raises((InputError, RuleError)) as refusal:
        read_rule("a.rule", text)

    assert refusal.value.code == code


def test_decimals_of_a_file_are_exact() -> None:
    assert find_rule("money_quota.xizang").versions[0].terms["share"] == Decimal("0.001")


def test_an_unknown_rule_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(RuleError, match=r"money_quota\.wenchuan"):
        find_rule("money_quota.nowhere")


days = st.integers(0, 3000).map(lambda n: date(2000, 1, 1) + n * DAY)


@given(st.lists(st.tuples(days, days), min_size=1, max_size=6, unique_by=lambda pair: pair[0]), days, days)
def test_the_latest_start_that_is_known_answers(pairs: list[tuple[date, date]], day: date, known_by: date) -> None:
    rule = a_rule(*(f"{starts} {published}" for starts, published in pairs))
    expected = max((pair for pair in pairs if pair[0] <= day and pair[1] <= known_by), default=None)

    if expected is None:
        with pytest.raises(NoRuleError):
            rule.on(day, known_by=known_by)
    else:
        assert rule.on(day, known_by=known_by).key == expected


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rules.md"


@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=[f"{n}-{v.told_from}" for n, v in VERSIONS])
def test_the_page_of_rules_tells_every_version_as_it_is(name: str, version: Version) -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{name}` |")]
    row = next(line for line in rows if f"| {version.told_from} |" in line)
    numbers = [term for term in version.terms.values() if isinstance(term, int | Decimal)]

    assert f"| {version.standing} | {version.source} |" in row
    assert all(f" {number:f}" in row if isinstance(number, Decimal) else f" {number}" in row for number in numbers)
    assert ("ended" in row) is version.is_ended
    assert ("not applied" in row) is not version.is_applied


def test_the_example_on_the_page_of_rules_runs() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)

    assert found.attempted > 4
    assert found.failed == 0
