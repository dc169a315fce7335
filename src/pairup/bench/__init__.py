"""Measurements beside the best peers, from one run: `pairup bench planning`, `evaluation`, `measurement`."""

import importlib
import pkgutil

#: the parts of `pairup bench planning`, in the order they run; each is a module here with a function `rows`
PARTS = ("postings", "answers", "fairness", "horizon", "stable", "pairings", "funding", "visits")


def parts_of(package: str) -> tuple[str, ...]:
    """Name the parts of a package that holds nothing else, in the order of their names."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(importlib.import_module(package).__path__)))
