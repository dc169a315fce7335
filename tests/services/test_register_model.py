"""The register against a small model of it: states, terms and money, by random commands, refused ones too.

Each example is a programme of its own in one record, so that hundreds are cheap. `just lives 5000` runs more.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pairup.errors import AccessError, ConflictError, InputError
from pairup.values.codes import Answer, NeedStatus, ProjectStatus
from tests.services.cast import OFFICE, load, rows

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "20"))
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
_numbers = count(1)

#: the model's own table of what may follow what, written down apart from the product's
MAY = {
    "proposed": "appraised planned dormant cancelled", "appraised": "planned dormant cancelled",
    "planned": "approved proposed suspended dormant cancelled",
    "approved": "procurement works suspended dormant cancelled", "procurement": "works suspended dormant cancelled",
    "works": "changed accepted suspended dormant cancelled", "changed": "works accepted suspended dormant cancelled",
    "accepted": "accounted handed_over", "accounted": "audited handed_over", "audited": "handed_over",
    "handed_over": "operating dormant", "operating": "dormant", "cancelled": "",
    "suspended": "planned approved procurement works changed dormant cancelled",
    "dormant": "proposed planned approved procurement works operating cancelled",
}  # fmt: skip
NEEDS = {"open": "planned met withdrawn", "planned": "open met withdrawn", "met": "open", "withdrawn": "open"}


class Register(RuleBasedStateMachine):
    """Commands on one programme, and what they should have done."""

    def __init__(self) -> None:
        super().__init__()
        self.home = f"m{next(_numbers)}"
        self.person = f"P-{self.home}"  # of one programme: a code that two of them have names nobody to the fence
        self.day = date(2026, 1, 1)
        self.project, self.need = "proposed", "open"
        self.lines: dict[str, tuple[str, int, int]] = {}  # code: currency, minor units, version in force
        self.codes = count(1)
        self.last: date = date(2028, 6, 30)
        self.over = False
        self.asked: str | None = None
        self.rows_before = 0
        load({
            "programme": rows("code name_en preset currency", f"{self.home} M mandate_led CNY"),
            "places": rows("code name_en level", "vale Vale county"),
            "organisations": rows("code name_en kind place", "DN-A A government -", "host V government vale"),
            "pairings": rows("code donor place channel from", "a DN-A vale territorial 1995"),
            "rounds": rows("code scheme ordinal from to", "n national 1 2025-07 2028-06"),
            "needs": rows("code place category text_en priority stated_by from", "N vale health X 3 office 2025"),
            "projects": rows(
                "code title_en category status place pairing mode running_cost_payer asset_owner running_cost_from"
                " from",
                "J J health proposed vale a cheque host host 2026-01-01 2025",
            ),
            "people": rows("code donor round profession from", f"{self.person} DN-A n doctor 2025"),
            "posts": rows("code round place profession title_en", "Q n vale doctor D"),
            "postings": rows("code person post status from to", f"R {self.person} Q in_post 2025-07-01 2028-06-30"),
        }, START)  # fmt: skip

    def said(self) -> dict[str, Any]:
        self.day += timedelta(days=1)
        return {"at": START + timedelta(days=(self.day - START.date()).days), "programme": self.home}

    @rule(status=st.sampled_from(ProjectStatus))
    def move(self, status: ProjectStatus) -> None:
        from pairup.services import projects

        said = self.said()
        try:
            projects.move("J", status, day=self.day, actor=OFFICE, **said)
        except ConflictError:
            assert status.value not in MAY[self.project].split()
        else:
            assert status.value == self.project or status.value in MAY[self.project].split()
            self.project = status.value

    @rule(status=st.sampled_from([NeedStatus.OPEN, NeedStatus.PLANNED, NeedStatus.MET, NeedStatus.WITHDRAWN]))
    def state(self, status: NeedStatus) -> None:
        from pairup.services import projects

        said = self.said()
        try:
            projects.state_need("N", status, day=self.day, actor="recipient_office:vale", **said)
        except ConflictError:
            assert status.value not in NEEDS[self.need].split()
        else:
            assert status.value == self.need or status.value in NEEDS[self.need].split()
            self.need = status.value

    @rule(
        kind=st.sampled_from(["payment", "return", "correction"]), minor=st.integers(1, 10**9),
        currency=st.sampled_from(["CNY", "EUR", "JPY"]),
    )  # fmt: skip
    def give(self, kind: str, minor: int, currency: str) -> None:
        """Pay, send back, or correct by a line the other way."""
        from pairup.services import edits
        from pairup.values.money import Money

        code = f"M{next(self.codes)}"
        signed = minor if kind == "payment" else -minor
        cells = {"code": code, "day": self.day.isoformat(), "pairing": "a", "kind": kind, "budget_year": "2026",
                 "amount": f"{Money(signed, currency).amount}", "currency": currency}  # fmt: skip
        edits.record("money", [cells], actor=OFFICE, **self.said())
        self.lines[code] = (currency, signed, 1)

    @precondition(lambda self: bool(self.lines))
    @rule(at=st.integers(0, 50), minor=st.integers(1, 10**6), is_stale=st.booleans())
    def amend(self, at: int, minor: int, is_stale: bool) -> None:
        """Correct an amount on the version in force, or on one that is not."""
        from pairup.services import edits
        from pairup.values.money import Money

        code = sorted(self.lines)[at % len(self.lines)]
        currency, before, version = self.lines[code]
        after = minor if before > 0 else -minor
        seen = version - 1 if is_stale else version
        try:
            edits.correct(
                "money", code, {"amount": f"{Money(after, currency).amount}"}, seen=seen, actor=OFFICE, **self.said()
            )
        except ConflictError as lost:
            assert is_stale and version > 1 and lost.facts["won"] == version
        except InputError:
            assert after == before or (is_stale and version == 1)
        else:
            assert not is_stale
            self.lines[code] = (currency, after, version + 1)

    @precondition(lambda self: bool(self.lines))
    @rule(at=st.integers(0, 50))
    def take_back(self, at: int) -> None:
        from pairup.services import edits

        code = sorted(self.lines)[at % len(self.lines)]
        edits.withdraw("money", code, seen=self.lines[code][2], actor=OFFICE, reason="entered twice", **self.said())
        del self.lines[code]

    @rule(days=st.integers(-200, 400))
    def ask_to_stay(self, days: int) -> None:
        from pairup.services import postings

        until = self.last + timedelta(days=days)
        try:
            asked = postings.extend("R", until, actor=OFFICE, **self.said())
        except (ConflictError, InputError):
            assert self.over or days <= 0
        else:
            assert not self.over and days > 0
            self.asked, self.until = asked.code, until

    @precondition(lambda self: self.asked is not None)
    @rule(answer=st.sampled_from([Answer.SIGNED, Answer.DECLINED]), is_own=st.booleans())
    def answer(self, answer: Answer, is_own: bool) -> None:
        from pairup.services import postings

        actor = f"secondee:{self.person}" if is_own else OFFICE

        assert self.asked is not None
        try:
            postings.consent(self.asked, answer, actor=actor, **self.said())
        except AccessError:
            assert actor == OFFICE and not self.over
        except ConflictError:
            assert self.over
        else:
            assert is_own and not self.over
            self.last = self.until if answer is Answer.SIGNED else self.last
            self.asked = None

    @rule(days=st.integers(0, 900))
    def leave(self, days: int) -> None:
        from pairup.services import postings

        last = date(2025, 7, 1) + timedelta(days=days)
        try:
            postings.end("R", last, actor=f"secondee:{self.person}", **self.said())
        except (ConflictError, InputError):
            assert self.over or last >= self.last
        else:
            assert not self.over and last < self.last
            self.last, self.over = last, True

    @invariant()
    def the_record_says_what_the_model_says(self) -> None:
        from pairup.record.models import MoneyLineVersion, NeedVersion, PostingVersion, ProjectVersion

        mine = {"identity__programme__code": self.home}
        assert ProjectVersion.objects.on(self.day).get(**mine).status == self.project
        assert NeedVersion.objects.on(self.day).get(**mine).status == self.need
        posting = PostingVersion.objects.known().get(**mine)
        assert (posting.ends_before, posting.status == "ended_early") == (self.last + timedelta(days=1), self.over)
        held = MoneyLineVersion.objects.known().filter(**mine)
        assert {
            row.identity.code: (row.currency, row.amount_minor, row.number) for row in held.select_related("identity")
        } == self.lines
        rows_now = MoneyLineVersion.objects.filter(**mine).count()
        assert rows_now >= self.rows_before  # nothing is ever taken away
        self.rows_before = rows_now


def test_the_register_keeps_its_rules_and_money_adds_up_whatever_is_asked_of_it(record: Path) -> None:
    from pairup.services import write

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Register, settings=settings(max_examples=EXAMPLES, stateful_step_count=12, deadline=None)
    )  # fmt: skip

    assert write.check_journal() == []
