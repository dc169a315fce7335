"""A stable round without couples, teams or limits: offers, then the best of the plans between the two extremes.

With strict preferences all stable plans place the same people (Roth, Econometrica 54, 1986), and each is what is best
for people less a set of rotations closed under precedence (Gusfield and Irving, The Stable Marriage Problem, 1989; for
posts with several seats Bansal, Agrawal and Malhotra, Theor. Comput. Sci. 379, 2007). So the plan worth most is a
closure of greatest weight, a minimum cut. With ties the same is done after they are broken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pairup.planning.blocking import Market
from pairup.planning.blocks import step_of
from pairup.planning.problems.posting import Floats, Ints, PostingProblem
from pairup.planning.stability.kernels import offers, worth_most
from pairup.planning.stability.lists import Lists, lists_of
from pairup.planning.stability.parts import most_matched


@dataclass(frozen=True, slots=True)
class Plain:
    """A stable plan of a plain round: its options, whether none is better, and how many could be placed at most."""

    options: Ints
    is_proved: bool
    most_placed: int


def best_plain(market: Market) -> Plain:
    """Give a stable plan: proved to place the most and be worth most where no two are liked alike.

    With ties, people refused by all get a second chance among equals (Kiraly 2011): where only posts have ties, at
    least two thirds of the most that a stable plan can place are placed. Then ties are broken for those placed, which
    changes nothing for who is placed, and the best of those plans is taken.
    """
    options = np.flatnonzero(market.is_open)
    lists = lists_of(market, options)
    if lists.is_strict:
        chosen = _worth_most(lists, market.problem.worth)
        return Plain(np.sort(chosen), True, len(chosen))
    at = offered(lists, is_promoting=True)
    held = lists.order[at[at >= 0]]
    favoured = np.zeros(len(market.problem.worth), dtype=np.bool_)
    favoured[held] = True
    broken = lists_of(market, options, favoured)
    chosen = _worth_most(broken, market.problem.worth)
    most = most_matched(lists.starts, lists.order, lists.post, lists.seats, at)
    if not lists.has_person_ties:
        most = min(most, 3 * len(held) // 2)
    return Plain(np.sort(chosen), False, int(most))


def offered(lists: Lists, is_promoting: bool = False) -> Ints:
    """Where each person stands after all offers are made."""
    at = offers(
        lists.starts, lists.order, lists.person, lists.post, lists.wanted, lists.standing, lists.seats, is_promoting
    )  # fmt: skip
    return np.asarray(at)


def _worth_most(lists: Lists, worth: Floats) -> Ints:
    """Of all stable plans of strict lists, the options of the one worth most."""
    step = step_of(worth[lists.order])
    unit = worth if step is None else np.round(worth / step)  # whole numbers are summed without loss
    at = worth_most(
        lists.starts, lists.order, lists.person, lists.post, lists.wanted, lists.standing, lists.seats, unit
    )  # fmt: skip
    return lists.order[at[at >= 0]]


def warm_up() -> None:
    """Load the kernels of a plain round, compiling them where that was never done."""
    people, posts = (
        [(code, "any", None, None) for code in "ab"],
        [(code, code, 1, False, None, None, None) for code in "qr"],
    )
    for tie in (False, True):
        liked = {"q": (("a", "b"),), "r": (("a",), ("b",))} if tie else {"q": (("b",), ("a",)), "r": (("a",), ("b",))}
        problem = PostingProblem.from_columns(
            people, posts, [0, 0, 1, 1], [0, 1, 0, 1], [1.0, 2.0, 2.0, 1.0], mode="stable",
            person_ranks={"a": (("q",), ("r",)), "b": (("r",), ("q",))}, post_ranks=liked,
        )  # fmt: skip
        best_plain(Market(problem))
