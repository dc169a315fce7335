"""Parts of the funding planner, and what can be asked of a portfolio beside the plan worth most."""
