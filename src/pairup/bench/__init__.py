"""Measurements beside the best peers, from one run: `pairup bench planning`."""
