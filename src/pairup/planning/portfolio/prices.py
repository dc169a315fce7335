"""Prices of a portfolio: what one more of each line would gain at most, and what each way loses at least."""

from __future__ import annotations

import numpy as np

from pairup.planning.plan import number
from pairup.planning.portfolio.formulation import form_of
from pairup.planning.portfolio.large import prices_of
from pairup.planning.portfolio.relaxation import Relaxation, relaxation
from pairup.planning.prices import Prices
from pairup.planning.problems.funding import FundingProblem
from pairup.values.words import Words


def relaxed(problem: FundingProblem, seed: int = 0, seconds: float | None = None) -> Relaxation | None:
    """Solve the relaxation of the whole problem, floors and all."""
    form, _ = form_of(problem, problem.worth, seed, floors=True)
    return relaxation(form.whole(), seed, seconds)


def funding_prices(problem: FundingProblem, seed: int = 0) -> Prices | None:
    """Give the loss of each way and what one more of a line would gain at most; None without a relaxed plan."""
    base = relaxed(problem, seed)
    if base is None:
        return None
    lines, _ = prices_of(problem, base)
    limits = {line.id: float(price) for line, price in zip(problem.lines, lines.tolist(), strict=True)}
    none = np.zeros(0)
    return Prices(base.bound, np.maximum(0.0, -base.reduced[: len(problem.ways)]), none, none, limits)


def line_words(prices: Prices, line: str, more: float = 100.0) -> Words:
    """Say what more of a line would gain at most."""
    gain = number(more * prices.limits[line])
    return Words("funding.line-price", {"more": number(more), "line": line, "gain": gain})
