"""Large rounds: assignment by prices, and what ties it together."""
