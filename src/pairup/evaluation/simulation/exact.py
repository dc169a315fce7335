"""Exact intervals of a share, and whether a target can still be true."""

from __future__ import annotations

from scipy.stats import beta

#: a target fails only where this interval of the share lies outside it
LEVEL = 0.99


def interval_of(count: int, draws: int) -> tuple[float, float]:
    """Give the exact interval of a share (Clopper and Pearson 1934)."""
    half = (1 - LEVEL) / 2
    low = 0.0 if count == 0 else float(beta.ppf(half, count, draws - count + 1))
    high = 1.0 if count == draws else float(beta.ppf(1 - half, count + 1, draws - count))
    return low, high


def is_met(count: int, draws: int, least: float, most: float) -> bool:
    """Say whether the share may lie between two bounds."""
    low, high = interval_of(count, draws)
    return high >= least and low <= most
