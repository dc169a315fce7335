"""Donors to recipients: the planner, the search for one donor each, coverage first, and what if the parties change."""

from pairup.planning.pairing.change import Change, what_if_donor_leaves, what_if_joins
from pairup.planning.pairing.coverage import Covered, plan_coverage_first
from pairup.planning.pairing.planner import plan_pairings

__all__ = ["Change", "Covered", "plan_coverage_first", "plan_pairings", "what_if_donor_leaves", "what_if_joins"]
