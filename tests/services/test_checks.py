"""How firm and how fair a drafted posting plan is stands in its run, and in both reports as far as each may show it."""

from __future__ import annotations

from pathlib import Path

from pairup.services import plans
from pairup.services.checks import check_words
from pairup.services.reporting import read_facts
from tests.services.cast import DRAFTED, ON, a_programme, draft, load


def drafted(with_checks: bool = True) -> plans.Draft:
    asked = plans.ask("postings", programme="twin", round_code=None, on=ON)
    return plans.draft(asked, actor="programme_office", at=DRAFTED, with_checks=with_checks)


def test_a_run_keeps_its_weights_with_their_day_what_survives_and_how_fair_it_is(record: Path) -> None:
    load(a_programme())

    found = drafted()

    kept = plans.read_run(found.run).answer["checks"]
    assert kept["weights"]["since"] == "2026-11-01"
    assert kept["survival"]["of"] == len(found.plan.chosen)
    assert len(kept["survival"]["alone"]) == 2 * 5  # nobody earns points by a language, a host or the one before
    assert {row["donor"] for row in kept["fairness"]["burdens"]} >= {found.plan.problem.donors[0]}
    assert next(words.code for words in check_words(kept)) == "firmness.survival"
    assert [one["order"] for one in kept["fair"]] == ["leximin", "weighted"]
    assert all(one["price"] >= 0 for one in kept["fair"])
    assert [words.code for words in check_words(kept)][-2:] == ["fairness.fair", "fairness.fair"]
    assert len(check_words(kept)) > 3


def test_without_checks_nothing_of_them_is_kept(record: Path) -> None:
    load(a_programme())

    assert "checks" not in plans.read_run(drafted(with_checks=False).run).answer
    assert "checks" not in plans.read_run(draft("pairings").run).answer


def test_the_report_reads_what_the_run_keeps(record: Path) -> None:
    load(a_programme())
    found = drafted()

    checks = read_facts("twin", on=ON).checks

    assert checks is not None
    assert checks.of == len(found.plan.chosen)
    assert next(name.code for name, _, _ in checks.weights if hasattr(name, "code")) == "firmness.weight-filled"
