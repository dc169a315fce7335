"""Several outcomes and several claims: p-values that say what they mean when many are looked at.

Three corrections of given p-values: Holm (Scandinavian Journal of Statistics 6, 1979) holds the chance of any false
success; Benjamini and Hochberg (JRSS B 57, 1995) the share of false successes, for claims that do not hang together
badly; Benjamini and Yekutieli (Annals of Statistics 29, 2001) the same for claims that hang together in any way. And
one that uses how they hang together: the stepdown of Romano and Wolf (Econometrica 73, 2005), on draws of all
statistics under the null made at once (the same placebo for every outcome).

Across claims of a programme the second is too bold: claims share places, years and authors. So `by_family` with
Benjamini-Yekutieli, within each programme and year.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError

Floats = NDArray[np.float64]


class Correction(StrEnum):
    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"
    BENJAMINI_YEKUTIELI = "benjamini_yekutieli"


def holm(p: Sequence[float] | Floats) -> Floats:
    """Adjust p-values so that any false success among them has the chance stated."""
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    return _back(stepped, order)


def benjamini_hochberg(p: Sequence[float] | Floats) -> Floats:
    """Adjust p-values so that the share of false successes has the expectation stated, if they hang together mildly."""
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    count = len(values)
    stepped = np.minimum.accumulate((values[order] * count / np.arange(1, count + 1))[::-1])[::-1]
    return _back(stepped, order)


def benjamini_yekutieli(p: Sequence[float] | Floats) -> Floats:
    """Adjust p-values so that the share of false successes has the expectation stated, however they hang together."""
    values = _checked(p)
    harmonic = float((1 / np.arange(1, len(values) + 1)).sum())
    return np.minimum(benjamini_hochberg(values) * harmonic, 1.0)


_CORRECTIONS: MappingProxyType[Correction, Callable[[Sequence[float] | Floats], Floats]] = MappingProxyType({
    Correction.HOLM: holm,
    Correction.BENJAMINI_HOCHBERG: benjamini_hochberg,
    Correction.BENJAMINI_YEKUTIELI: benjamini_yekutieli,
})  # fmt: skip


def by_family(
    p: Sequence[float | None], families: Sequence[Hashable], correction: Correction = Correction.BENJAMINI_YEKUTIELI
) -> tuple[float | None, ...]:
    """Adjust p-values within each family, such as (programme, year). A claim without a p was not tested: it stays None.

    Refused: lists of two lengths, a p outside 0 to 1.
    """
    if len(p) != len(families):
        raise InputError(
            f"{len(p)} p-values stand beside {len(families)} families.", hint="Give one family for each.",
            code="doubt.families-differ", count=len(p), families=len(families),
        )  # fmt: skip
    adjusted: list[float | None] = [None] * len(p)
    tested: dict[Hashable, list[int]] = {}
    for at, (value, family) in enumerate(zip(p, families, strict=True)):
        if value is not None:
            tested.setdefault(family, []).append(at)
    for places in tested.values():
        values = np.array([p[at] for at in places], np.float64)
        for at, value in zip(places, _CORRECTIONS[correction](values), strict=True):
            adjusted[at] = float(value)
    return tuple(adjusted)


def romano_wolf(statistics: Sequence[float] | Floats, draws: Floats) -> Floats:
    """Adjust by stepdown: the most striking outcome against the largest of all draws, the next against the rest.

    Parameters
    ----------
    statistics : (K,), each divided by its error, or any on one footing; their size counts, not their sign.
    draws : (M, K), the same under the null, each row from one shuffle, placebo or bootstrap sample of all outcomes.

    Gives (K,) p-values, (1 + the draws at least as large) / (1 + M), never less than those of a more striking outcome.
    Refused: draws of another width, none, or ones that are not finite.
    """
    found, drawn = np.abs(np.asarray(statistics, np.float64)), np.abs(np.asarray(draws, np.float64))
    is_table = drawn.ndim == 2 and drawn.shape[1] == len(found) and len(drawn) > 0
    if not is_table or not np.isfinite(drawn).all() or not np.isfinite(found).all():
        raise InputError(
            "The draws do not fit the statistics.", hint="Give a finite figure of each outcome in each draw.",
            code="doubt.draws-differ", outcomes=len(found),
        )  # fmt: skip
    order = np.argsort(-found, kind="stable")
    # the largest over the outcomes not yet settled, for each step at once
    largest = np.maximum.accumulate(drawn[:, order][:, ::-1], axis=1)[:, ::-1]
    exceed = (largest >= found[order] * (1 - 1e-12)).sum(axis=0)
    stepped = np.maximum.accumulate((1 + exceed) / (1 + len(drawn)))
    return _back(stepped, order)


def _checked(p: Sequence[float] | Floats) -> Floats:
    values = np.asarray(p, np.float64)
    wrong = ~((values >= 0) & (values <= 1))
    if wrong.any():
        raise InputError(
            f"{values[wrong][0]} is no p-value.", hint="Give numbers from 0 to 1.",
            code="doubt.no-p", found=float(values[wrong][0]),
        )  # fmt: skip
    return values


def _back(stepped: Floats, order: NDArray[np.int64]) -> Floats:
    """Put the stepped values back in the order given, at most 1."""
    back = np.empty(len(stepped))
    back[order] = np.minimum(stepped, 1.0)
    return back
