"""Who may take a post: every requirement on the day before it holds, on its first and last day, and the day after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.planning.worth import PERSONAL, Attestation, Candidate, Certificate, Handover, Opening, told, why_not
from pairup.values.codes import Attested, Fitness
from pairup.values.days import Span

TERM = Span(date(2028, 7, 1), date(2031, 6, 30))
DAY = timedelta(days=1)
RULE = "selection_age.office"
ASKS = Opening(
    "clinic", "nang", "doctor", TERM, frozenset({"FJ"}), skills_required=frozenset({"surgery"}), language="bo",
    least_grade=4, licence_needed=True, altitude_m=4000, clearance=Attested.SAFEGUARDING, rules=(RULE,),
    refused=frozenset({"Wu"}), handover=Handover(date(2028, 6, 26), 5), held_by=frozenset({"Old"}),
)  # fmt: skip
FIRST = date(2028, 6, 26)  # of the handover


def signed(kind: Attested, *, holds: bool = True, first: date | None = None, last: date | None = None) -> Attestation:
    return Attestation(kind, holds, Span(first, last), RULE if kind is Attested.RULE else "")


def certified(altitude: int = 4000, outcome: Fitness = Fitness.FIT, **valid: date) -> Certificate:
    return Certificate(outcome, altitude, Span(valid.get("first"), valid.get("last")))


LIN = Candidate(
    "Lin", "FJ", "doctor", frozenset({"surgery"}), frozenset({"zh", "bo"}), 4, 9, True,
    Span(FIRST, TERM.last), (certified(),), attested=(signed(Attested.SAFEGUARDING), signed(Attested.RULE)),
)  # fmt: skip


def code(person: Candidate, post: Opening = ASKS) -> str | None:
    reason = why_not(person, post)
    return reason and reason.code


def attested(*but: Attested, also: tuple[Attestation, ...] = ()) -> Candidate:
    return replace(LIN, attested=tuple(one for one in LIN.attested if one.kind not in but) + also)


def test_who_meets_everything_may_take_the_post() -> None:
    assert code(LIN) is None


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (replace(LIN, donor="HB"), "worth.other-donor"),
        (replace(LIN, profession="nurse"), "worth.other-profession"),
        (replace(LIN, skills=frozenset()), "worth.skills-missing"),
        (replace(LIN, grade=3), "worth.grade-too-low"),
        (replace(LIN, grade=5), None),
        (replace(LIN, languages=frozenset({"zh"})), "worth.language-missing"),
        (replace(LIN, available=Span(TERM.first, TERM.last)), "worth.handover-missed"),
        (replace(LIN, available=Span(TERM.first + DAY, TERM.last)), "worth.not-available"),
        (replace(LIN, available=Span(FIRST, TERM.last - DAY)), "worth.not-available"),
        (replace(LIN, available=Span(None, None)), None),
        (replace(LIN, licensed=False), "worth.no-licence"),
        (replace(LIN, licensed=None), "worth.no-licence"),
        (replace(LIN, altitude_limit_m=3999), "worth.own-altitude-limit"),
        (replace(LIN, altitude_limit_m=4000), None),
        (replace(LIN, certificates=()), "worth.not-fit"),
        (replace(LIN, certificates=(certified(3999),)), "worth.not-fit"),
        (replace(LIN, certificates=(certified(5000, Fitness.UNFIT),)), "worth.not-fit"),
        (replace(LIN, certificates=(certified(4000, Fitness.CONDITIONAL),)), None),
        (replace(LIN, code="Wu"), "worth.host-refuses"),
        (attested(Attested.SAFEGUARDING), "worth.no-clearance"),
        (attested(Attested.RULE), "worth.rule-not-known"),
    ],
)  # fmt: skip
def test_each_requirement_is_hard_and_says_which_it_is(person: Candidate, expected: str | None) -> None:
    assert code(person) == expected


@pytest.mark.parametrize("kind", [Attested.LICENCE, Attested.SAFEGUARDING, Attested.RULE])
@pytest.mark.parametrize("end", ["first", "last"])
def test_what_is_signed_counts_from_its_first_to_its_last_day(kind: Attested, end: str) -> None:
    away = {Attested.LICENCE: "licence-expired", Attested.SAFEGUARDING: "clearance-expired"}.get(kind, "rule-not-known")
    found = [code(attested(kind, also=(signed(kind, **{end: FIRST + k * DAY}),))) for k in (-1, 0, 1)]

    refused = f"worth.{away}"
    assert found == ([None, None, refused] if end == "first" else [refused, None, None])


@pytest.mark.parametrize(
    ("end", "expected"), [("first", [None, None, "expired"]), ("last", ["expired", None, None])]
)  # fmt: skip
def test_a_certificate_counts_from_its_first_to_its_last_day(end: str, expected: list[str | None]) -> None:
    people = [replace(LIN, certificates=(certified(**{end: FIRST + k * DAY}),)) for k in (-1, 0, 1)]

    assert [code(person) for person in people] == [said and f"worth.fitness-{said}" for said in expected]


@pytest.mark.parametrize(("lowest", "altitude", "is_asked"), [
    (3000, 2999, False), (3000, 3000, True), (2500, 2500, True), (2500, 2499, False), (4500, 4499, False),
])  # fmt: skip
def test_a_certificate_is_asked_for_from_the_lowest_class_on(lowest: int, altitude: int, is_asked: bool) -> None:
    post = replace(ASKS, altitude_m=altitude, certified_from_m=lowest)

    assert code(replace(LIN, certificates=()), post) == ("worth.not-fit" if is_asked else None)
    assert code(replace(LIN, certificates=()), replace(post, altitude_m=None)) is None


def test_a_newer_check_takes_the_place_of_an_older_one() -> None:
    old, later = certified(5000, first=date(2026, 1, 1)), date(2028, 1, 1)

    assert code(replace(LIN, certificates=(old, certified(5000, Fitness.UNFIT, first=later)))) == "worth.not-fit"
    assert code(replace(LIN, certificates=(old, certified(3500, first=later)))) == "worth.not-fit"
    assert code(replace(LIN, certificates=(certified(5000, Fitness.UNFIT, first=date(2025, 1, 1)), old))) is None
    assert code(replace(LIN, certificates=(old, certified(3500, first=FIRST + DAY)))) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Attested.LICENCE, "no-licence"), (Attested.SAFEGUARDING, "no-clearance"), (Attested.RULE, "rule-not-met")],
)
def test_what_was_signed_last_counts_and_may_be_a_no(kind: Attested, expected: str) -> None:
    early, late = {"first": date(2026, 1, 1)}, {"first": date(2027, 1, 1)}

    yes_then_no = attested(kind, also=(signed(kind, **early), signed(kind, holds=False, **late)))
    no_then_yes = attested(kind, also=(signed(kind, holds=False, **early), signed(kind, **late)))

    assert code(yes_then_no) == f"worth.{expected}"
    assert code(no_then_yes) is None


def test_a_statement_about_another_rule_or_kind_answers_nothing() -> None:
    other = Attestation(Attested.RULE, True, Span(None, None), "selection_age.elsewhere")

    assert code(attested(Attested.RULE, also=(other,))) == "worth.rule-not-known"
    assert code(attested(Attested.SAFEGUARDING, also=(signed(Attested.PROFESSIONAL_STANDING),))) == "worth.no-clearance"


def test_who_holds_the_post_needs_no_handover_to_themselves() -> None:
    free = Span(TERM.first, TERM.last)

    assert code(replace(LIN, available=free)) == "worth.handover-missed"
    assert code(replace(LIN, code="Old", available=free)) is None


def test_health_clearance_rules_and_a_host_who_refuses_are_told_to_the_person_alone() -> None:
    hidden = [
        replace(LIN, certificates=()), replace(LIN, certificates=(certified(last=FIRST - DAY),)),
        replace(LIN, altitude_limit_m=3000), replace(LIN, code="Wu"), attested(Attested.SAFEGUARDING),
        attested(Attested.SAFEGUARDING, also=(signed(Attested.SAFEGUARDING, last=FIRST - DAY),)),
        attested(Attested.RULE), attested(Attested.RULE, also=(signed(Attested.RULE, holds=False),)),
    ]  # fmt: skip

    kept_away = replace(ASKS, kept_away=frozenset({LIN.code}))
    reasons = [*(why_not(person, ASKS) for person in hidden), why_not(LIN, kept_away)]

    assert {reason.code for reason in reasons if reason} == PERSONAL - {"worth.preference"}
    for reason in filter(None, reasons):
        others, own = told(reason, to_person=False), told(reason, to_person=True)
        assert (others.say("en"), others.say("zh_Hans")) == ("A personal condition.", "个人原因。")
        assert set(others.facts) <= {"person", "post"}
        assert own == reason and own.say("zh_Hans") != own.say("en")


def test_no_field_of_a_person_holds_an_age_or_a_day_of_birth() -> None:
    fields = {*Candidate.__dataclass_fields__, *Attestation.__dataclass_fields__}

    assert not {word for field in fields for word in field.split("_")} & {"age", "birth", "born", "birthday", "sex"}


# --- written a second time, from the words of the page, against every person that Hypothesis draws -------------------

DAYS = [None, *(FIRST + k * DAY for k in (-9, -1, 0, 1, 5, 6))]
spans = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(
    lambda ends: Span(*ends) if None in ends or ends[0] <= ends[1] else Span(ends[1], ends[0])
)
statements = st.builds(
    Attestation, st.sampled_from([Attested.LICENCE, Attested.SAFEGUARDING, Attested.RULE]), st.booleans(), spans,
    st.sampled_from(["", RULE]),
)  # fmt: skip
checks = st.builds(Certificate, st.sampled_from(list(Fitness)), st.sampled_from([3999, 4000]), spans)
people = st.fixed_dictionaries({}, optional={
    "code": st.sampled_from(["Lin", "Wu", "Old"]), "donor": st.sampled_from(["FJ", "FJ", "HB"]),
    "grade": st.sampled_from([3, 4, 5]), "licensed": st.sampled_from([True, True, False, None]),
    "available": st.builds(Span, st.sampled_from(DAYS), st.sampled_from([None, TERM.last, TERM.last - DAY])),
    "certificates": st.lists(checks, max_size=3).map(tuple), "altitude_limit_m": st.sampled_from([None, 3999, 4000]),
    "attested": st.lists(statements, max_size=3).map(lambda more: (*LIN.attested, *more)),
}).map(lambda changes: replace(LIN, **changes))  # fmt: skip


def last_word(rows: list[tuple[Span, bool]], day: date) -> bool | None:
    """What was said last of what is valid on a day; a no beside a yes of the same day is a no."""
    valid = [(span.first or date.min, is_yes) for span, is_yes in rows
             if (span.first or date.min) <= day <= (span.last or date.max)]  # fmt: skip
    return min((is_yes for first, is_yes in valid if first == max(valid)[0]), default=None)


def is_fit_for(person: Candidate) -> bool:
    starts = TERM.first if person.code == "Old" else FIRST
    assert starts is not None and TERM.last is not None

    def said(kind: Attested, rule: str = "") -> bool | None:
        return last_word([(a.valid, a.holds) for a in person.attested if (a.kind, a.rule) == (kind, rule)], starts)

    def reaches(check: Certificate) -> bool:
        return check.outcome in (Fitness.FIT, Fitness.CONDITIONAL) and check.altitude_m >= 4000

    has_days = any(a.kind is Attested.LICENCE for a in person.attested)
    return all((
        person.donor == "FJ", person.grade >= 4, person.code != "Wu",
        (person.available.first or date.min) <= starts, (person.available.last or date.max) >= TERM.last,
        bool(said(Attested.LICENCE)) if has_days else person.licensed is True,
        bool(said(Attested.SAFEGUARDING)), bool(said(Attested.RULE, RULE)),
        person.altitude_limit_m is None or person.altitude_limit_m >= 4000,
        bool(last_word([(check.valid, reaches(check)) for check in person.certificates], starts)),
    ))  # fmt: skip


@settings(max_examples=300)
@given(people)
def test_who_may_take_a_post_is_who_meets_every_requirement_of_the_page(person: Candidate) -> None:
    assert (why_not(person, ASKS) is None) is is_fit_for(person)


def test_the_skills_that_are_missing_are_called_by_their_words() -> None:
    reason = why_not(replace(LIN, skills=frozenset()), replace(ASKS, skills_required=frozenset({"soil", "audit"})))

    assert reason is not None
    assert reason.say() == "Lin lacks what clinic requires: audit, soils."
    assert reason.say("zh_Hans").endswith("审计、土壤。")
