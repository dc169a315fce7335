"""Donors to recipients over years: the least covered first, then worth."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.errors import InputError
from pairup.planning.explain import what_if
from pairup.planning.pairing import plan_pairings, what_if_donors_leave, what_if_joins
from pairup.planning.pairing.years import coverage_words
from pairup.planning.plan import Status, Stop
from pairup.planning.problems import Given, YearDonor, YearOption, YearRecipient, YearsProblem, read_problem
from pairup.planning.verify import check_chosen, check_plan
from pairup.planning.verify_years import _shares


def some_years(*rows: str, years=(2026,), capacity=10, need=10, **more) -> YearsProblem:
    """Type a question: each row is `DONOR RECIPIENT [WORTH [WORTH_PER_UNIT [LEAST [MOST]]]]`."""
    options = []
    for row in rows:
        donor, recipient, *numbers = row.split()
        options.append(YearOption(donor, recipient, *map(float, numbers)))
    each = len(years)
    donors = more.pop("donors", [YearDonor(d, (capacity,) * each) for d in dict.fromkeys(o.donor for o in options)])
    takers = dict.fromkeys(o.recipient for o in options)
    recipients = more.pop("recipients", [YearRecipient(r, (need,) * each) for r in takers])
    return YearsProblem.of(years, donors, recipients, options, **more)


@st.composite
def small_years(draw: st.DrawFn) -> YearsProblem:
    """At most 5 pairs and years together, amounts up to 3 units, with every feature of the format."""
    years = (2026, 2027)[: draw(st.integers(1, 2))]
    pairs = [(d, r) for d in ("FJ", "GD") for r in ("nang", "zayu")]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1, max_size=2 if len(years) == 2 else 4))
    unit = draw(st.sampled_from([1, 0.1]))
    amounts, cells = st.sampled_from([0, 1, 2, 3]), [(*pair, year) for pair in chosen for year in years]

    def each_year() -> tuple[float, ...]:
        return tuple(round(draw(amounts) * unit, 1) for _ in years)

    return YearsProblem.of(
        years,
        [YearDonor(d, each_year(), draw(st.none() | st.integers(1, 2)), tuple(draw(st.sets(st.just("health")))))
         for d in ("FJ", "GD")],
        [YearRecipient(r, each_year(), draw(st.sampled_from([0, 0, 0, 1])), draw(st.none() | st.integers(1, 2)),
                       tuple(draw(st.sampled_from([(), (("health", 2.5),)])))) for r in ("nang", "zayu")],
        [YearOption(d, r, draw(st.sampled_from([-2, 0, 1])), draw(st.sampled_from([-1, 0, 2])),
                    round(draw(st.sampled_from([0, 0, 1, 2])) * unit, 1), draw(st.none() | st.just(round(2 * unit, 1))))
         for d, r in chosen],
        existing=draw(st.lists(st.sampled_from(pairs), unique=True, max_size=2)),
        change_cost=draw(st.sampled_from([0, 1.5])), start_cost=draw(st.sampled_from([0, 0.5])), unit=unit,
        share_of=draw(st.sampled_from(["years", "total"])), least_share=draw(st.sampled_from([0, 0, 0.4])),
        locks=[cell for cell in cells if draw(st.integers(0, 7)) == 0],
        forbids=[cell for cell in cells if draw(st.integers(0, 7)) == 0],
    )  # fmt: skip


def best_by_trying_all(problem: YearsProblem, left_out: set) -> tuple[Fraction, float] | None:
    """The best share, then the best worth, by trying every tie and amount."""
    unit, best = problem.step, None
    cells = [(*row.tie, year) for row in problem.options for year in problem.years]
    for amounts in product([None, 0, 1, 2, 3], repeat=len(cells)):
        chosen = tuple(
            Given(*cell, float(a * unit)) for cell, a in zip(cells, amounts, strict=True) if a is not None
        )  # fmt: skip
        broken: list[str] = []
        worth = check_chosen(problem, chosen, lambda code, broken=broken, **facts: broken.append(code))
        if broken:
            continue
        shares = [min(Fraction(1), share) for who, share in _shares(problem, chosen).items() if who not in left_out]
        found = (min(shares, default=Fraction(0)), worth)
        best = found if best is None else max(best, found)
    return best


@settings(max_examples=60, deadline=None)
@given(small_years())
def test_nothing_covers_more_or_covers_as_much_and_is_worth_more(problem):
    plan = plan_pairings(problem)

    coverage = plan.further.get("coverage", {})
    best = best_by_trying_all(problem, {tuple(who) for who in coverage.get("nobody_may_help", [])})
    assert plan.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
    if best is not None:
        assert Fraction(coverage["share"] or 0) == best[0] and plan.objective == pytest.approx(best[1])


@settings(max_examples=25, deadline=None)
@given(small_years(), st.sampled_from([0, 1]))
def test_a_plan_with_little_work_claims_no_more_than_it_knows(problem, work):
    plan, best = plan_pairings(problem, stop=Stop(work=work)), plan_pairings(problem)

    assert check_plan(problem, plan) == []
    if plan.has_plan and plan.further["coverage"]["share"] is not None:
        share, bound = (Fraction(plan.further["coverage"][key]) for key in ("share", "bound"))
        assert share <= Fraction(best.further["coverage"]["share"]) <= bound


@settings(max_examples=60, deadline=None)
@given(small_years())
def test_a_question_survives_json(problem):
    assert read_problem(problem.to_dict()).to_dict() == problem.to_dict()


def test_the_least_covered_come_before_worth():
    question = some_years("FJ nang 0 9", "FJ zayu 0 1", capacity=10)

    plan = plan_pairings(question)

    assert [item.amount for item in plan.assignments] == [5, 5] and plan.objective == 50
    assert [str(words) for words in coverage_words(plan)] == [
        "Who is covered least in a year gets 50 % of the need; more cannot be had."
    ]


def test_a_share_that_no_decimal_writes_is_kept_exactly():
    rows = [f"FJ {place}" for place in ("nang", "tingri", "zayu")]

    plan = plan_pairings(some_years(*rows, capacity=10, need=9, unit=1))

    assert plan.further["coverage"]["share"] == plan.further["coverage"]["bound"] == "1/3"
    assert sorted(item.amount for item in plan.assignments) == [3, 3, 3]  # worth nothing, so no more is given


def test_the_share_may_be_counted_over_all_years():
    rows, years = ("FJ nang 0 1", "FJ zayu 0 1"), (2026, 2027)
    donors = [YearDonor("FJ", (10, 0))]

    each = plan_pairings(some_years(*rows, years=years, donors=donors, need=10))
    total = plan_pairings(some_years(*rows, years=years, donors=donors, need=10, share_of="total"))

    assert each.further["coverage"]["share"] == "1/2"  # in 2027 nobody may help, so only 2026 counts
    assert each.further["coverage"]["nobody_may_help"] == [["nang", 2027], ["zayu", 2027]]
    assert total.further["coverage"]["share"] == "1/4"


def test_a_tie_gives_its_least_or_nothing():
    donors = [YearDonor("FJ", (3,))]
    question = some_years("FJ nang 0 1 2", "FJ zayu 0 1 2", donors=donors)

    plan = plan_pairings(question)

    assert plan.further["coverage"]["share"] == "0" and [item.amount for item in plan.assignments] == [3]


def test_a_tie_that_ends_and_one_that_begins_cost_once_each():
    years = (2026, 2027, 2028)
    question = some_years("FJ nang 1", "GD nang 3", years=years, existing=[("FJ", "nang")], change_cost=2, start_cost=1,
                          recipients=[YearRecipient("nang", (0, 0, 0), 1, 1)])  # fmt: skip

    plan = plan_pairings(question)

    assert {item.donor for item in plan.assignments} == {"GD"} and plan.objective == 3 * 3 - 2 - 1


def test_a_sector_counts_once_however_many_serve_it():
    donors = [YearDonor("FJ", (5,), sectors=("health",)), YearDonor("GD", (5,), sectors=("health",)),
              YearDonor("ZJ", (5,), sectors=("school",))]  # fmt: skip
    recipients = [YearRecipient("nang", (10,), 0, 2, (("health", 4.0), ("school", 4.0)))]

    plan = plan_pairings(some_years("FJ nang", "GD nang", "ZJ nang", donors=donors, recipients=recipients))

    assert plan.objective == 8 and "ZJ" in {item.donor for item in plan.assignments}


def test_why_tells_what_the_least_covered_lose_before_the_points():
    plan = plan_pairings(some_years("FJ nang 0 9", "FJ zayu 0 1", "GD zayu", capacity=10, need=8))

    assert str(plan.why(("GD", "zayu"))).splitlines()[0] == (
        "GD – zayu is chosen: without it the least covered get 62.5 % of their need in place of 100 %, and the points "
        "change by -24."
    )


def test_why_of_a_year_and_of_what_is_no_option():
    plan = plan_pairings(some_years("FJ nang 3", "GD zayu 1", years=(2026, 2027), forbids=[("GD", "zayu", 2026)]))

    assert str(plan.why(("FJ", "nang", 2027))).splitlines()[0] == (
        "FJ – nang – 2027 is chosen: without it nobody may help nang 2027"
    )
    assert plan.why(("FJ", "zayu")).words.code == "planning.not-an-option"
    assert plan.why(("GD", "zayu", 2026)).words.code == "planning.pair-forbid"
    with pytest.raises(InputError, match="no year"):
        plan.why(("FJ", "nang", 2030))


def test_a_clash_names_the_requirements_in_words():
    question = some_years("FJ nang 0 0 8", "FJ zayu 0 0 8", locks=[("FJ", "nang", 2026), ("FJ", "zayu", 2026)])

    assert [str(words) for words in plan_pairings(question).conflicts] == [
        "FJ gives 10 at most in 2026", "a tie of FJ with nang gives 8 at least a year",
        "a tie of FJ with zayu gives 8 at least a year", "FJ is paired with nang in 2026",
        "FJ is paired with zayu in 2026",
    ]  # fmt: skip


@pytest.mark.parametrize("change, said", [
    ({"years": [2026, 2026]}, "are no years"),
    ({"donors": [{"id": "FJ", "capacity": {"2027": 5}}]}, "2026"),
    ({"locks": [["FJ", "nang", 2030]]}, "no year of this problem"),
    ({"unit": 0}, "> 0"),
    ({"share_of": "month"}, "share_of"),
    ({"options": [{"donor": "FJ", "recipient": "nang", "load": 1}]}, "load"),
    ({"options": [{"donor": "FJ", "recipient": "nang", "least": 5, "most": 2}]}, ">= 5"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(change, said):
    file = {"kind": "pairings", "version": 1, "years": [2026], "donors": [{"id": "FJ", "capacity": 5}],
            "recipients": [{"id": "nang", "need": 4}], "options": [{"donor": "FJ", "recipient": "nang"}]}  # fmt: skip
    assert plan_pairings(read_problem(file)).has_plan

    with pytest.raises(InputError) as refused:
        read_problem(file | change)

    assert said in " ".join(finding.say() for finding in refused.value.facts["findings"])


def test_a_donor_that_leaves_is_told_by_share_ties_amounts_and_points():
    plan = plan_pairings(some_years("FJ nang 0 1", "GD nang", "GD zayu 0 1", "ZJ zayu 0 1", need=10, capacity=10))

    change = what_if_donors_leave(plan, ["FJ", "ZJ"])

    assert [str(words) for words in change.words] == [
        "Without FJ, ZJ:",
        "who is covered least gets 50 % of the need, before 100 %",
        "FJ – nang ends: 2026",
        "ZJ – zayu ends: 2026",
        "GD – nang begins: 2026",
        "GD – zayu begins: 2026",
        "nang gets 5 of 10 in 2026, before 10",
        "zayu gets 5 of 10 in 2026, before 10",
        "the plan is worth 5, before 20: a change of -15",
    ]
    with pytest.raises(InputError, match="no donor") as refused:
        what_if_donors_leave(plan, ["HB"])
    assert refused.value.hint == "Donors here: FJ, GD, ZJ."


def test_a_recipient_that_nobody_else_may_help_is_named():
    plan = plan_pairings(some_years("FJ nang 0 1", "GD zayu 0 1"))

    change = what_if_donors_leave(plan, ["FJ"])

    assert "in need, and nobody may help any more: nang 2026" in [str(words) for words in change.words]


def test_a_region_that_joins_is_covered_as_far_as_can_be_and_needless_change_is_left_out():
    plan = plan_pairings(some_years("FJ nang 1", "GD nang 1", recipients=[YearRecipient("nang", (6,), 0, 1)]))
    held = plan.assignments[0].donor

    options = [YearOption("ZJ", "zayu", 0.0, 1.0)]
    change = what_if_joins(plan, [YearDonor("ZJ", (10,))], [YearRecipient("zayu", (20,))], options)

    assert change.plan.further["coverage"]["share"] == "1/2"
    assert {(item.donor, item.recipient, item.amount) for item in change.plan.assignments} == {
        (held, "nang", plan.assignments[0].amount), ("ZJ", "zayu", 10),
    }  # fmt: skip


def test_what_if_settles_a_tie_in_one_year_and_counts_points():
    plan = plan_pairings(some_years("FJ nang 3", "GD nang 1", years=(2026, 2027),
                                    recipients=[YearRecipient("nang", (0, 0), 0, 1)]))  # fmt: skip

    found = what_if(plan, force=[("GD", "nang", 2027)])

    assert found.difference.points == -2 and [item.donor for item in found.plan.assignments] == ["FJ", "GD"]


def test_without_any_time_there_is_a_plan_that_claims_no_bound():
    question = some_years("FJ nang 0 1", "FJ zayu 0 1", "GD zayu 0 1", capacity=8, existing=[("FJ", "nang")])

    plan = plan_pairings(question, stop=Stop(seconds=0))

    assert plan.status is Status.FEASIBLE and plan.bound is None and check_plan(question, plan) == []
    assert Fraction(plan.further["coverage"]["share"]) > 0 and not plan.further["coverage"]["is_proved"]
    assert "is not proved" in str(coverage_words(plan)[0])


@pytest.mark.parametrize("stop", [Stop(seconds=0), Stop(work=0), Stop(work=2)])
def test_large_amounts_are_told_as_they_are_though_nothing_is_proved(stop):
    draw = random.Random(3)
    donors = [YearDonor(f"D{k}", (draw.randint(10**8, 10**9), draw.randint(10**8, 10**9)), 3) for k in range(5)]
    needs = [(draw.randint(10**8, 10**9), draw.randint(10**8, 10**9)) for _ in range(6)]
    places = [YearRecipient(f"place{k}", need, 0, 2) for k, need in enumerate(needs)]
    rows = [f"{d.id} {p.id} 0 {draw.random() / 10**8}" for d in donors for p in places]
    question = some_years(*rows, years=(2026, 2027), donors=donors, recipients=places)

    plan, best = plan_pairings(question, stop=stop), plan_pairings(question)

    assert check_plan(question, plan) == check_plan(question, best) == [] and plan.has_plan
    share, bound = (Fraction(plan.further["coverage"][key]) for key in ("share", "bound"))
    assert 0 < share <= Fraction(best.further["coverage"]["share"]) <= bound
