"""Measurements beside the best peers, from one run: `pairup bench planning`, `evaluation`, `measurement`."""

#: the parts of `pairup bench planning`, in the order they run; each is a module here with a function `rows`
PARTS = ("postings", "answers", "fairness", "horizon", "stable", "pairings", "funding", "visits")
