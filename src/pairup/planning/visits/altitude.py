"""The altitude rule over the nights of a journey, and which nights leave a team better placed.

How the rule is read. Every night counts, the last one at `finish` included. Above `above_m` a night lies at most
`gain_m` above the highest night before it; before the first night `first_night_m` stands for that height (what the
team is used to). Metres gained count from `first_night_m`: when a night above `above_m` is the highest so far and
has gained `rest_every_m` or more since the count began, the next night is spent no higher than that night, and the
count begins again from it. A second night that was not asked for does not begin the count again.
The rule follows public travel-medicine advice for lowlanders (CDC Yellow Book; Wilderness Medical Society, 2010):
above about 3,000 m no more than 500 m a night, and a further night for every 1,000 m. It plans and clears nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.visits.problem import AltitudeRule, VisitProblem

#: highest night so far (None before the first), where the count of gained metres began, and the height the next
#: night may not exceed (None: no rest is due)
Past = tuple[float | None, float, float | None]

_MANY = 600  # beyond so many pasts only equal ones are compared
_SAME_M = 1e-9


def first_past(rule: AltitudeRule) -> Past:
    """Give the past before the first night."""
    return (None, rule.first_night_m, None)


def after_night(rule: AltitudeRule, past: Past, height: float) -> Past | None:
    """Give the past after a night at `height`, or None where the rule forbids the night."""
    highest, mark, ceiling = past
    if ceiling is not None and height > ceiling + _SAME_M:
        return None
    known = rule.first_night_m if highest is None else highest
    if height > rule.above_m and height > known + rule.gain_m + _SAME_M:
        return None
    top = height if highest is None else max(highest, height)
    is_new = highest is None or height > highest
    if (
        rule.rest_every_m is not None and is_new and height > rule.above_m
        and top - mark >= rule.rest_every_m - _SAME_M
    ):  # fmt: skip
        return (top, top, height)
    return (top, mark, None)


@dataclass(frozen=True, slots=True)
class Climb:
    """The rule as a table: pasts are numbers, 0 is the one before the first night.

    `step[past, site]` is the past after a night at the site, or -1 where the rule forbids it. `can_all[p, q]` says
    that whatever nights may follow past q may follow past p as well.
    """

    step: NDArray[np.int64]
    can_all: NDArray[np.bool_]

    @classmethod
    def of(cls, problem: VisitProblem) -> Climb:
        """Find every past that the places to sleep can lead to."""
        size, places = len(problem.ids), problem.night_places()
        if problem.altitude_rule is None:
            return cls(np.where(np.isin(np.arange(size), places), 0, -1)[None], np.ones((1, 1), bool))
        rule, pasts = problem.altitude_rule, [first_past(problem.altitude_rule)]
        number, rows = {pasts[0]: 0}, []
        for past in pasts:  # the list grows while it is walked
            row = [-1] * size
            for place in places:
                after = after_night(rule, past, float(problem.altitude[place]))
                if after is None:
                    continue
                if after not in number:
                    number[after] = len(pasts)
                    pasts.append(after)
                row[place] = number[after]
            rows.append(row)
        step = np.array(rows, np.int64)
        return cls(step, _can_all(step, places))


def _can_all(step: NDArray[np.int64], places: list[int]) -> NDArray[np.bool_]:
    """Compare pasts by what may follow them: the largest relation that every step keeps."""
    count = len(step)
    if count > _MANY:
        return np.eye(count, dtype=bool)
    better = np.ones((count, count), bool)
    while True:
        before = better.copy()
        for place in places:
            to = step[:, place]
            kept = better[np.ix_(np.maximum(to, 0), np.maximum(to, 0))]
            better &= (to < 0)[None, :] | ((to >= 0)[:, None] & kept)
        if (better == before).all():
            return better
