"""The section on how firm and how fair a plan is: rows for the office, spreads only for everybody."""

from __future__ import annotations

from dataclasses import replace

from pairup.reports.document import Fold, Paragraph, Table
from pairup.reports.facts import Both, ChecksFacts, FairFacts, NameFacts, SpreadFacts
from pairup.reports.firm_section import firm_section
from pairup.values.words import Words

from .cast import sample_facts

CHECKS = ChecksFacts(
    "2026-01-01", 20, 0.97, 1762, 2086, 18, ((Words("firmness.weight-skills"), 2030, 2010),),
    (SpreadFacts(Words("firmness.share-burden"), 0.7, 0.93, 1.0, 0.04),),
    Words("fairness.envious", {"count": 1, "of": 81}), (), (("nang", "mainling", 403.0, 411.0),),
    ((NameFacts("CN-FJ", Both("Fujian", "福建"), "35"), 90, 100),), ((Words("fairness.short-nobody"), 36),),
    (FairFacts(Words("fairness.order-leximin"), 1432.0, 250000.0, (0.4, 0.75), (0.06, 0.02), True),),
)  # fmt: skip


def test_the_office_sees_who_envies_whom_and_each_donors_burden() -> None:
    section = firm_section(replace(sample_facts(), checks=CHECKS), public=False)

    told = "\n".join(str(block) for block in section.blocks)
    assert "403" in told and "Fujian" in told
    assert any(isinstance(block, Fold) for block in section.blocks)


def test_the_office_sees_what_each_fair_order_costs_beside_the_plan_worth_most() -> None:
    section = firm_section(replace(sample_facts(), checks=CHECKS), public=False)

    table = next(block for block in section.blocks if isinstance(block, Table) and "250,000" in str(block.caption))
    assert [[str(cell) for cell in row][1:4] for row in table.rows] == [
        ["0", "40 %", "0.06"], ["1,432", "75 %", "0.02"],
    ]  # fmt: skip


def test_the_public_reads_spreads_and_no_place_or_donor() -> None:
    section = firm_section(replace(sample_facts(), checks=CHECKS), public=True)

    told = "\n".join(str(block) for block in section.blocks)
    assert [type(block) for block in section.blocks] == [Paragraph, Table]
    assert not any(name in told for name in ("nang", "Fujian", "CN-FJ", "403", "1,432", "leximin"))


def test_a_plan_without_checks_says_so() -> None:
    section = firm_section(replace(sample_facts(), checks=None), public=False)

    assert [type(block) for block in section.blocks] == [Paragraph]
