"""Every table of the record and every command of the command line has its line in the policy table."""

from __future__ import annotations

import pytest

from pairup.cli.main import COMMANDS
from pairup.services.access import DOORS
from pairup.services.schema import load_django

load_django()


def test_every_command_of_the_command_line_has_a_row_and_every_row_a_command() -> None:
    assert set(DOORS) == set(COMMANDS)


def test_every_table_has_a_line() -> None:
    from pairup.record.fence import protected
    from pairup.record.scopes import SCOPES, name_of

    assert {name_of(model) for model in protected()} - set(SCOPES) == set()


def test_every_manager_of_the_record_asks_who_acts() -> None:
    from pairup.record.fence import protected
    from pairup.record.scopes import OwnRows

    found = [
        model.__name__
        for model in protected()
        if not model._meta.auto_created and model.__name__ != "User" and not isinstance(model._default_manager, OwnRows)
    ]

    assert found == [], "give it `objects = OwnRows()`"


def test_every_part_of_a_rule_names_a_column_and_a_holding_or_table_there_is() -> None:
    from django.db import models

    from pairup.record.acting import Acting, Role, actor_of
    from pairup.record.fence import HOLDINGS, postgresql_statements, protected, sqlite_views
    from pairup.record.scopes import _HOLDINGS, narrowed

    for role in Role:
        now = Acting(actor_of(f"{role}:somewhere"), {name: set() for name in _HOLDINGS})
        for model in protected():
            for writing in (False, True):
                narrowed(models.QuerySet(model), now, writing=writing)  # an unknown column or table raises
        assert all(sqlite_views(now.actor))

    assert set(HOLDINGS) == set(_HOLDINGS) | {"self"}
    assert postgresql_statements() == postgresql_statements(), "the fence of one version has one name"


def test_a_table_without_a_line_is_closed_to_every_limited_role(monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.record import scopes
    from pairup.record.acting import actor_of
    from pairup.record.models import NeedVersion

    monkeypatch.setattr(scopes, "SCOPES", {name: one for name, one in scopes.SCOPES.items() if name != "needs"})

    assert scopes.rule_of(NeedVersion, actor_of("evaluator")) == scopes.NOTHING
