"""Public tables name nobody: small counts are hidden, others rounded, and nothing hidden can be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pairup.errors import ConflictError
from pairup.reports import disclosure_attack
from pairup.reports.disclosure import (
    KNOWN,
    Counts,
    Earlier,
    Told,
    every_part,
    may_tell_amount,
    must_hide,
    percentage,
    tell,
)
from pairup.reports.disclosure_attack import Attack, Known, protect, require_unknown

CELLS = {("east", "1"): 40, ("east", "2"): 7, ("west", "1"): 22, ("west", "2"): 30}


def tables(cells: dict[tuple[str, str], int]) -> list[Counts]:
    """People by place and round, by place, by round, and all of them."""
    sums: dict[int, dict[tuple[str, ...], int]] = {0: {}, 1: {}}
    for key, count in cells.items():
        for at in (0, 1):
            sums[at][key[at],] = sums[at].get((key[at],), 0) + count
    return [
        Counts("fine", ("place", "round"), cells), Counts("places", ("place",), sums[0]),
        Counts("rounds", ("round",), sums[1]), Counts("all", (), {(): sum(cells.values())}),
    ]  # fmt: skip


def told_of(told: Sequence[Told], name: str) -> dict[tuple[str, ...], int | None]:
    return dict(next(table.cells for table in told if table.name == name))


def test_a_small_count_is_hidden_and_every_other_is_rounded_to_five():
    told = [tell(table, must_hide(table)) for table in tables(CELLS)]

    assert told_of(told, "fine") == {("east", "1"): 40, ("east", "2"): None, ("west", "1"): 20, ("west", "2"): 30}
    assert told_of(told, "places") == {("east",): 45, ("west",): 50}


def test_rounding_alone_does_not_hide_one_person_beside_ten():
    """10 means 10 to 12: shown beside a sum of 10 it leaves one or two for the hidden cell."""
    counts = tables({("east", "1"): 10, ("east", "2"): 2, ("west", "1"): 60, ("west", "2"): 60})
    told = [tell(table, must_hide(table)) for table in counts]

    with pytest.raises(ConflictError, match="fine east / 2: 1 to 2"):
        require_unknown(counts, told)
    assert told_of(protect(counts), "fine")["east", "1"] is None


def test_suppressing_without_rounding_is_found_out(monkeypatch: pytest.MonkeyPatch):
    """The planted defect of promise E3: 47 in the east less 40 of the first round are 7 of the second."""
    monkeypatch.setattr("pairup.reports.disclosure.public_size", lambda number: number)
    counts = tables(CELLS)
    told = [tell(table, must_hide(table)) for table in counts]

    with pytest.raises(ConflictError, match="fine east / 2: 7 to 7"):
        require_unknown(counts, told)


A_AND_C = {("a", "1"): 10, ("c", "1"): 2}
BEFORE = Earlier(
    date(2025, 1, 1),
    (Told("fine", ("place", "round"), {("a", "1"): 10, ("c", "1"): None}), Told("rounds", ("round",), {("1",): None})),
    {"round": frozenset({"1"})},
)


def two_tables() -> list[Counts]:
    return [Counts("fine", ("place", "round"), A_AND_C), Counts("rounds", ("round",), {("1",): 12})]


def test_two_releases_that_hide_different_cells_give_away_what_each_alone_does_not():
    """The second planted defect: a release that does not look at the one before."""
    told = [
        Told("fine", ("place", "round"), {("a", "1"): None, ("c", "1"): None}), Told("rounds", ("round",), {("1",): 10})
    ]  # fmt: skip

    assert Attack(two_tables(), told).known() == []
    assert Known("fine", ("c", "1"), 1, 2) in Attack(two_tables(), told, [BEFORE]).known()


def test_what_was_hidden_of_a_closed_round_stays_hidden():
    told = protect(two_tables(), [BEFORE])

    assert told_of(told, "fine")["c", "1"] is None
    assert told_of(told, "rounds") == {("1",): None}


def test_a_release_that_gave_everything_away_before_is_refused():
    careless = Earlier(
        BEFORE.day,
        (BEFORE.tables[0], Told("rounds", ("round",), {("1",): 10})),
        BEFORE.closed,
    )  # fmt: skip

    with pytest.raises(ConflictError, match="c / 1: 1 to 2"):
        protect(two_tables(), [careless])


def test_one_newcomer_between_two_releases_is_not_singled_out():
    now = [Counts("rounds", ("round",), {("1",): 13})]
    before = Earlier(date(2025, 1, 1), (Told("rounds", ("round",), {("1",): 12}),))  # not rounded

    found = Attack(now, [Told("rounds", ("round",), {("1",): 13})], [before]).known()

    assert found == [Known("rounds", ("1",), 1, 1, "since 2025-01-01")]
    assert Attack(now, protect(now), [Earlier(before.day, (Told("rounds", ("round",), {("1",): 10}),))]).known() == []


def test_what_was_corrected_since_binds_nobody():
    """40 then and 12 now: rows were withdrawn; the old number tells nothing of the new one."""
    now = [Counts("rounds", ("round",), {("1",): 12, ("2",): 3})]
    before = Earlier(date(2025, 1, 1), (Told("rounds", ("round",), {("1",): 40, ("2",): None}),))

    assert told_of(protect(now, [before]), "rounds") == {("1",): 10, ("2",): None}


def test_a_table_that_is_no_longer_counted_stops_the_release():
    with pytest.raises(ConflictError, match="has a table places"):
        protect(two_tables(), [Earlier(date(2025, 1, 1), (Told("places", ("place",), {("a",): 10}),))])


# --- what people are ----------------------------------------------------------------------------------------


def by_profession(**cells: int) -> Counts:
    counts = Counts("kinds", ("round", "profession"), {("1", k): n for k, n in cells.items()}, ("profession",))
    return every_part(counts, ("cadre", "doctor", "teacher"))


def test_none_and_all_of_a_group_are_hidden():
    assert must_hide(by_profession(doctor=40)) == {("1", "cadre"), ("1", "doctor"), ("1", "teacher")}
    assert must_hide(by_profession(doctor=40, teacher=20)) == {("1", "cadre")}


def test_who_knows_where_everybody_was_does_not_learn_what_one_of_them_is():
    counts = [Counts("rounds", ("round",), {("1",): 12}), by_profession(doctor=11, teacher=1)]
    shown = {("1", "cadre"): None, ("1", "doctor"): 11, ("1", "teacher"): None}  # not rounded
    told = [Told("rounds", ("round",), {("1",): 10}), Told("kinds", ("round", "profession"), shown, ("profession",))]

    found = Attack(counts, told, by_roster=True).known()

    assert found == []  # two hidden kinds share the one
    shown[("1", "cadre")] = 0
    assert [one.key for one in Attack(counts, told, by_roster=True).known()] == [("1", "teacher")]
    assert told_of(protect(counts), "kinds") == dict.fromkeys(shown) | {("1", "doctor"): None}


def test_percentages_come_from_rounded_counts_and_are_never_none_or_all():
    assert percentage(15, 45) == 33
    assert percentage(0, 45) is None and percentage(45, 45) is None and percentage(None, 45) is None


@pytest.mark.parametrize(
    ("contributions", "may"),
    [((900, 900), False), ((900, 500, 1), False), ((900, 500, 89), False), ((900, 500, 90), True), ((), False)],
)
def test_private_amounts_need_three_firms_and_the_p_percent_rule(contributions: tuple[int, ...], may: bool):
    assert may_tell_amount(contributions) is may


# --- any tables at all --------------------------------------------------------------------------------------


def bounds(told: Sequence[Told], name: str, key: tuple[str, ...]) -> tuple[float, float]:
    """The oracle: the same question put to another solver, written down from the printed tables alone."""
    fine = next(table for table in told if table.name == "fine")
    keys = sorted(fine.cells)
    rows, limits = [], []
    for table in told:
        at = [fine.dims.index(dim) for dim in table.dims]
        for cell in table.cells:
            row = [1.0 if tuple(k[i] for i in at) == cell else 0.0 for k in keys]
            low, high = table.interval(cell)
            rows += [row, [-x for x in row]]
            limits += [min(high, 1e6), -low]
            if (table.name, cell) == (name, key):
                aim = np.array(row)
    ends = [linprog(sign * aim, A_ub=np.array(rows), b_ub=np.array(limits)).fun * sign for sign in (1, -1)]
    return ends[0], ends[1]


COUNTS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("123")), st.integers(1, 30), min_size=2, max_size=12
)


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_nothing_hidden_is_known_within_four_in_any_tables(cells: dict[tuple[str, str], int]):
    counts = tables(cells)

    told = protect(counts)

    for table, true in zip(told, counts, strict=True):
        for key, number in table.cells.items():
            if number is None:
                low, high = bounds(told, table.name, key)
                assert np.floor(high + 1e-6) - np.ceil(low - 1e-6) > KNOWN
            else:
                assert number % 5 == 0 and number >= 10 and abs(number - true.cells[key]) <= 2


@settings(max_examples=25, deadline=None)
@given(COUNTS, st.dictionaries(st.sampled_from("abcd"), st.integers(1, 30), min_size=1))
def test_a_second_release_gives_nothing_of_the_first_away(cells: dict[tuple[str, str], int], later: dict[str, int]):
    """Round 4 is new; rounds 1 to 3 are over. Sums over rounds differ by what came in."""
    before = Earlier(date(2025, 1, 1), protect(tables(cells)), {"round": frozenset("123")})
    counts = tables(cells | {(place, "4"): count for place, count in later.items()})

    told = protect(counts, [before])

    assert Attack(counts, told, [before]).known() == []


def test_the_property_would_see_a_release_that_hides_too_little(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disclosure_attack.Attack, "close", lambda self: set())

    with pytest.raises(ConflictError):
        protect(tables({("east", "1"): 10, ("east", "2"): 2}))
