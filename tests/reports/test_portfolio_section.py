"""What the floors cost is told to the office, and to nobody else."""

from __future__ import annotations

from dataclasses import replace

from pairup.reports.document import Bullets
from pairup.reports.facts import ReportFacts
from pairup.reports.portfolio_section import portfolio_section
from pairup.values.words import Words
from tests.reports.cast import sample_facts, sample_portfolio

COSTS = (Words("funding.floor-costs", {"tags": "livelihood", "most": "8"}),)


def with_costs() -> ReportFacts:
    return replace(sample_facts(), portfolio=replace(sample_portfolio(), floor_costs=COSTS))


def test_the_office_reads_what_the_floors_cost_and_the_public_does_not():
    office, public = (portfolio_section(with_costs(), public=public) for public in (False, True))

    assert Bullets(COSTS) in office.blocks and Bullets(COSTS) not in public.blocks


def test_floors_whose_cost_is_not_known_have_no_line():
    office = portfolio_section(replace(sample_facts(), portfolio=sample_portfolio()), public=False)

    assert not any(isinstance(block, Bullets) for block in office.blocks)
