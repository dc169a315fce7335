"""Lots are drawn among near ties of a drafted portfolio, journalled, and can be adopted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pairup.errors import AccessError, InputError
from pairup.record.models import JournalEntry, PlanRunVersion
from pairup.services import lotteries, plans, write
from tests.services.cast import ADOPTED, DRAFTED, a_programme, adopt, draft, load

OFFICE = "programme_office"


def drawn(run: str, seed: int = 1, **options: object) -> lotteries.Drawn:
    return lotteries.draw(run, within=0.5, seed=seed, actor=OFFICE, at=DRAFTED, **options)  # type: ignore[arg-type]


def test_a_draw_is_a_run_of_its_own_with_its_facts_in_the_journal(record: Path) -> None:
    load(a_programme())
    run = draft("funding").run

    found = drawn(run, seed=7)

    row = plans.read_run(found.run)
    said = json.loads(bytes(JournalEntry.objects.latest("number").leaf))["facts"]
    facts = {name: told for name, told in said.items() if name != "unsafe_postgresql"}  # a server for tests
    assert (row.kind, row.problem_digest) == ("funding", plans.read_run(run).problem_digest)
    assert facts["seed"] == 7 and facts["run"] == run and set(facts) >= {"candidates", "chances", "drawn"}
    assert row.answer["lottery"] == facts and write.check_journal() == []


def test_the_same_seed_draws_the_same_again(record: Path) -> None:
    load(a_programme())
    run = draft("funding").run

    assert drawn(run).lottery.drawn == drawn(run).lottery.drawn
    assert PlanRunVersion.objects.known().filter(kind="funding").count() == 3


def test_a_draw_can_be_adopted(record: Path) -> None:
    load(a_programme())

    added = adopt(drawn(draft("funding").run).run, ADOPTED)

    assert added["projects"] > 0


def test_lots_are_drawn_among_projects_by_the_office_only(record: Path) -> None:
    load(a_programme())
    other, run = draft("postings").run, draft("funding").run

    with pytest.raises(InputError, match="lots are drawn among projects"):
        drawn(other)
    with pytest.raises(AccessError):
        lotteries.draw(run, within=0.1, seed=1, actor="donor_office:FJ", at=DRAFTED)
