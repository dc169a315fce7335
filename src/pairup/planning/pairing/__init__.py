"""Donors to recipients: the planner, the search for one donor each, coverage first, and what if the parties change."""

from pairup.planning.pairing.change import require_donors, what_if_donor_leaves, what_if_donors_leave, what_if_joins
from pairup.planning.pairing.coverage import Covered, plan_coverage_first
from pairup.planning.pairing.planner import plan_pairings
from pairup.planning.pairing.years import coverage_words, plan_years
from pairup.planning.pairing.years_change import Change

__all__ = [
    "Change", "Covered", "coverage_words", "plan_coverage_first", "plan_pairings", "plan_years", "require_donors",
    "what_if_donor_leaves", "what_if_donors_leave", "what_if_joins",
]  # fmt: skip
