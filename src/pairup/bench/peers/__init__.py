"""Other people's solvers, called as their own documentation says. The only place that may import them."""
