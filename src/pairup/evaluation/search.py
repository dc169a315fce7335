"""The least of a function with kinks and many hollows: two local searches as R has them, and one over everything.

The local ones are those of Nash (Compact Numerical Methods for Computers, 1979; algorithms 19 to 21), with the steps
and stops of R's `optim`, since published synthetic controls were found by them. The wide one is differential evolution
(Storn and Price 1997) from several seeded populations. None of them hangs on the clock or on anything but its input.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Function = Callable[[Floats], float]
_NEAR = 1e-8


def nelder_mead(function: Function, start: Floats, calls: int = 500) -> Floats:
    """Search with a simplex that flips, stretches and shrinks (Nash's algorithm 19). start : (K,)."""
    points = np.repeat(start[None], len(start) + 1, axis=0)
    points[1:] += np.eye(len(start)) * (0.1 * float(np.abs(start).max()) or 0.1)
    values = np.array([function(point) for point in points])
    near, used, size = _NEAR * (abs(values[0]) + _NEAR), len(points), np.inf
    while used <= calls:
        low, high = int(values.argmin()), int(values.argmax())
        if values[high] <= values[low] + near:
            break
        middle = (points.sum(axis=0) - points[high]) / len(start)
        flipped = 2 * middle - points[high]
        value = function(flipped)
        used += 1
        if value < values[low]:
            beyond = 2 * flipped - middle
            further = function(beyond)
            used += 1
            points[high], values[high] = (beyond, further) if further < value else (flipped, value)
            continue
        is_better = value < values[high]
        if is_better:
            points[high], values[high] = flipped, value
        inside = 0.5 * (points[high] + middle)
        nearer = function(inside)
        used += 1
        if nearer < values[high]:
            points[high], values[high] = inside, nearer
        elif not is_better:
            points = 0.5 * (points + points[low])
            values = np.array([values[at] if at == low else function(point) for at, point in enumerate(points)])
            used += len(start)
            before, size = size, float(np.abs(points - points[low]).sum())
            if size >= before:
                break
    best: Floats = points[int(values.argmin())]
    return best


def quasi_newton(function: Function, start: Floats, iterations: int = 100, apart: float = 1e-3) -> Floats:
    """Search down a gradient taken over steps wide enough to see past kinks (Nash's algorithm 21). start : (K,)."""
    here, value = start.copy(), function(start)
    gradient, inverse, is_new = _gradient(function, here, apart), np.eye(len(start)), True
    for _ in range(iterations):
        step = -inverse @ gradient
        slope, length, lower = float(step @ gradient), 1.0, np.inf
        there = here
        if slope < 0:
            while True:
                there = here + length * step
                if (there + 10 == here + 10).all():
                    lower = np.inf
                    break
                lower = function(there)
                if lower <= value + 1e-4 * length * slope:
                    break
                length *= 0.2
        is_done = not (np.isfinite(lower) and abs(lower - value) > _NEAR * (abs(value) + _NEAR))
        if is_done:
            if np.isfinite(lower):
                here, value = there, min(value, lower)
            if is_new:
                break
            inverse, is_new = np.eye(len(start)), True  # once more, straight down
            continue
        after = _gradient(function, there, apart)
        moved, turned = there - here, after - gradient
        here, value, gradient = there, lower, after
        along = float(moved @ turned)
        is_new = along <= 0
        if is_new:
            inverse = np.eye(len(start))
        else:
            bent = inverse @ turned
            inverse = inverse + (1 + float(bent @ turned) / along) * np.outer(moved, moved) / along
            inverse -= (np.outer(moved, bent) + np.outer(bent, moved)) / along
    return here


def _gradient(function: Function, here: Floats, apart: float) -> Floats:
    steps = apart * np.eye(len(here))
    return np.array([(function(here + step) - function(here - step)) / (2 * apart) for step in steps])


def wide(
    each: Callable[[Floats], Floats], low: float, high: float, first: Floats, *, seeds: int = 3, rounds: int = 120
) -> tuple[Floats, Floats]:
    """Search the whole box by differential evolution: give every point seen (N, K) and its value (N,).

    each : values (P,) of points (P, K). first : (M, K), points that every population begins with. Each generation moves
    a point towards the best and along the difference of two others, and keeps what is no worse.
    """
    size = first.shape[1]
    many = max(10 * size, 40)
    seen, found = [], []
    for seed in range(seeds):
        random = np.random.default_rng([19, seed])
        points = random.uniform(low, high, (many, size))
        points[: len(first)] = first
        values = each(points)
        seen.append(points)
        found.append(values)
        for _ in range(rounds):
            order = np.argsort(random.random((many, many)), axis=1)[:, :2]
            best = points[values.argmin()]
            factor = random.uniform(0.4, 0.9, (many, 1))
            moved = points + factor * (best - points) + factor * (points[order[:, 0]] - points[order[:, 1]])
            is_taken = random.random((many, size)) < 0.7
            is_taken[np.arange(many), random.integers(0, size, many)] = True
            tried = np.clip(np.where(is_taken, moved, points), low, high)
            new = each(tried)
            is_kept = new <= values
            points, values = np.where(is_kept[:, None], tried, points), np.where(is_kept, new, values)
            seen.append(tried)
            found.append(new)
    return np.concatenate(seen), np.concatenate(found)
