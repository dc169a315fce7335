"""Kernels that list every set of sites one day can see, and say which of them hold all others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled
from pairup.planning.visits.problem import Numbers
from pairup.planning.visits.ways import Ints, go

Masks = NDArray[np.uint64]


@compiled
def one_more(  # noqa: C901 - as its docstring says
    places: Ints, sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, kind: int, start: int, ahead: Numbers,
    closes: float, masks: Masks, lasts: Ints, times: Numbers, most: int,
) -> tuple[Masks, Ints, Numbers]:  # fmt: skip
    """Visit one more site: from sets with their last site (-1: none yet), each at its earliest departure, to sets.

    Gives sets by mask and last site. More than `most` of them end the layer early; the caller sees it by the count.
    `places` are the candidates by bit; `ahead[bit]` is the least way from a candidate to any evening's place. Long,
    since growing and sorting belong to one loop.
    """
    size = 1024
    mask, last, time = np.empty(size, np.uint64), np.empty(size, np.int64), np.empty(size)
    count, deep, one = 0, 1, np.uint64(1)
    if len(masks) > 0:
        for bit in range(len(places)):
            if masks[0] & (one << np.uint64(bit)) != np.uint64(0):
                deep += 1
    for i in range(len(masks)):
        place = start if lasts[i] < 0 else places[lasts[i]]
        for bit in range(len(places)):
            flag = one << np.uint64(bit)
            if masks[i] & flag != np.uint64(0):
                continue
            site = places[bit]
            t = times[i] if site == place else go(steady, legs, pieces, kind, place, site, times[i])
            begin = max(t, sites[site, 0])
            leave = begin + sites[site, 2]
            if begin > sites[site, 1] or leave + ahead[bit] > closes:
                continue
            if count == size:
                size *= 2
                mask2, last2, time2 = np.empty(size, np.uint64), np.empty(size, np.int64), np.empty(size)
                mask2[:count], last2[:count], time2[:count] = mask, last, time
                mask, last, time = mask2, last2, time2
            mask[count], last[count], time[count] = masks[i] | flag, bit, leave
            count += 1
        if count > deep * most:  # no set comes here with one last site from more than `deep` others
            break
    order = np.argsort(mask[:count], kind="mergesort")
    best = np.full(len(places), np.inf)
    kept, k = 0, 0
    mask2, last2, time2 = np.empty(count, np.uint64), np.empty(count, np.int64), np.empty(count)
    while k < count:
        end = k
        while end < count and mask[order[end]] == mask[order[k]]:
            j = order[end]
            best[last[j]] = min(best[last[j]], time[j])
            end += 1
        for bit in range(len(places)):
            if best[bit] < np.inf:
                mask2[kept], last2[kept], time2[kept] = mask[order[k]], bit, best[bit]
                best[bit] = np.inf
                kept += 1
        k = end
    return mask2[:kept], last2[:kept], time2[:kept]


@compiled
def go_to_bed(
    places: Ints, steady: Numbers, legs: Ints, pieces: Numbers, kind: int, bed: int, closes: float, masks: Masks,
    lasts: Ints, times: Numbers,
) -> Masks:  # fmt: skip
    """Give the sets from which a bed is reached before the day closes; they may repeat."""
    found = np.empty(len(masks), np.uint64)
    count = 0
    for i in range(len(masks)):
        place = places[lasts[i]]
        t = times[i] if place == bed else go(steady, legs, pieces, kind, place, bed, times[i])
        if t <= closes:
            found[count] = masks[i]
            count += 1
    return found[:count].copy()


@compiled
def find(masks: Masks, mask: np.uint64) -> int:
    """Give where a mask stands among sorted ones, or -1."""
    low, high = 0, len(masks)
    while low < high:
        mid = (low + high) // 2
        if masks[mid] < mask:
            low = mid + 1
        else:
            high = mid
    return low if low < len(masks) and masks[low] == mask else -1


@compiled
def outermost(masks: Masks, bits: int) -> tuple[bool, NDArray[np.bool_]]:
    """Say whether sorted sets can each do without any of their sites, and flag those that no other set holds.

    The flags are right only where the sets hold all their subsets.
    """
    is_closed, keep, one = True, np.ones(len(masks), np.bool_), np.uint64(1)
    for i in range(len(masks)):
        for bit in range(bits):
            flag = one << np.uint64(bit)
            if masks[i] & flag != np.uint64(0):
                at = find(masks, masks[i] ^ flag)
                if at < 0:
                    is_closed = False
                else:
                    keep[at] = False
    return is_closed, keep


@compiled
def not_held(masks: Masks, rivals: Masks, is_strict: bool) -> NDArray[np.bool_]:
    """Flag the sets that no rival holds whole; where strict, an equal one does not count."""
    keep = np.ones(len(masks), np.bool_)
    for i in range(len(masks)):
        for k in range(len(rivals)):
            if masks[i] & ~rivals[k] == np.uint64(0) and not (is_strict and masks[i] == rivals[k]):
                keep[i] = False
                break
    return keep
