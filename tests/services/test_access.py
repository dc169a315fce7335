"""Who may give a command. An actor is a role, or a role with a code behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.errors import AccessError
from pairup.services import folder, plans
from pairup.services.access import POLICY, Role, require_may
from tests.services.cast import FIRST, ON, a_programme, draft, held, load


@pytest.mark.parametrize("actor", ["", ":", "office", "Programme_Office", "programme_office ", "programme_office2:x"])
def test_an_actor_that_is_no_role_may_do_nothing(actor: str) -> None:
    for command in POLICY:
        with pytest.raises(AccessError) as refused:
            require_may(actor, command)
        assert refused.value.code == "access.refused"


def test_a_refusal_says_who_may(record: Path) -> None:
    with pytest.raises(AccessError, match="administrator, programme_office"):
        folder.load_tables(a_programme(), actor="public", at=FIRST)


def test_the_public_only_takes_up_an_invitation_and_complains() -> None:
    found = {command for command, roles in POLICY.items() if Role.PUBLIC in roles}

    assert found == {"user.accept", "complaint.receive"}


def test_an_evaluator_evaluates_corrects_adds_papers_keeps_a_lost_edit_asks_for_work_and_mail_and_has_tokens() -> None:
    found = {command for command, roles in POLICY.items() if Role.EVALUATOR in roles and Role.PUBLIC not in roles}

    assert found == {
        "claim.state", "claim.register", "claim.evaluate", "correct", "withdraw", "conflict.keep", "conflict.settle",
        "document.add", "job.ask", "mail.ask",
        "mail.stop", "token.issue", "token.revoke",
    }  # fmt: skip


@pytest.mark.parametrize("role", sorted(set(Role) - POLICY["load"]))
def test_a_role_that_may_not_load_leaves_the_record_as_it_was(record: Path, role: Role) -> None:
    before = held()

    with pytest.raises(AccessError):
        folder.load_tables(a_programme(), actor=role, at=FIRST)

    assert held() == before


def test_a_donor_s_office_may_draft_and_its_name_stands_in_the_journal(record: Path) -> None:
    from pairup.record.models import JournalEntry

    load(a_programme())

    asked = plans.ask("postings", programme=None, round_code=None, on=ON)
    plans.draft(asked, actor="donor_office:DN-A", at=FIRST)
    draft("funding")

    said = list(JournalEntry.objects.values_list("command", "actor", "programme__code"))
    assert said == [
        ("load", "programme_office", "twin"),
        ("plan.draft", "donor_office:DN-A", "twin"),
        ("plan.draft", "programme_office", "twin"),
    ]
