"""Donors to recipients: the planner, the search for one donor each, coverage, years, and what if the parties change."""

from pairup.planning.pairing.planner import plan_pairings

__all__ = ["plan_pairings"]
