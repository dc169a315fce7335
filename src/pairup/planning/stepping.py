"""People who step up: a seat is taken by somebody who holds another, theirs by a third, the last by somebody free.

With so many steps at most, the chain worth most into each post is found layer by layer, as a shortest path with so
many arcs (Bellman 1958). Only what lies along the chain changes, so a chain is found in milliseconds, whatever the
block; quotas, caps and teams are then checked. It is a good plan of few moves, and no proof that there is none better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pairup.planning.problems.posting import Flags, Floats, Ints, PostingProblem
from pairup.planning.round_form import may_serve_twice
from pairup.planning.verify import check_chosen

#: chains into a seat that are checked for each number of steps, the one worth most first
TRIED = 4


@dataclass(frozen=True, slots=True)
class Steps:
    """Who may step: the options that may be taken, and of each person whether they may come in, or step up."""

    problem: PostingProblem
    is_open: Flags
    may_come: Flags
    may_step: Flags

    def best(self, options: Ints, seat: int, most: int) -> Ints | None:
        """Give `options` with a seat of post `seat` filled by a chain of at most so many steps, worth most; or None.

        The seat is free in `options`, which keeps every requirement but those that the free seat breaks.
        """
        found, value = None, -np.inf
        for steps, worth, chain in self._chains(options, seat, most):
            if worth > value + 1e-9:
                left = options[~np.isin(self.problem.option_person[options], self.problem.option_person[chain])]
                filled = np.sort(np.concatenate([left, chain]))
                if len(np.unique(self.problem.option_person[chain])) == steps + 1 and self.is_kept(filled):
                    found, value = filled, worth
        return found

    def is_kept(self, options: Ints) -> bool:
        """Whether a plan of these options keeps every requirement."""
        broken: list[str] = []
        chosen = tuple(sorted(map(self.problem.posting, options.tolist())))
        check_chosen(self.problem, chosen, lambda code, **_: broken.append(code))
        return not broken

    def _chains(self, options: Ints, seat: int, most: int) -> Iterator[tuple[int, float, Ints]]:
        """The chains worth most into a seat: steps, worth gained, and the options along it."""
        problem = self.problem
        held = np.full(len(problem.people), -1, dtype=np.int64)
        held[problem.option_person[options]] = options
        came = np.flatnonzero(self.is_open & (self.may_come & (held < 0))[problem.option_person])
        step = np.flatnonzero(self.is_open & (self.may_step & (held >= 0))[problem.option_person])
        step = step[held[problem.option_person[step]] != step]
        old = held[problem.option_person[step]]
        gain, left = problem.worth[step] - problem.worth[old], problem.option_post[old]
        value, layers = problem.worth[came], list[Ints]()
        ways = came
        for steps in range(most + 1):
            best, through = self._into(ways, value)
            layers.append(through)
            into = np.flatnonzero(problem.option_post[ways] == seat)
            for at in into[np.argsort(-value[into], kind="stable")[:TRIED]].tolist():
                if np.isfinite(value[at]):
                    yield steps, float(value[at]), self._along(int(ways[at]), steps, layers, held)
            ways, value = step, gain + best[left]

    def _into(self, ways: Ints, value: Floats) -> tuple[Floats, Ints]:
        """Of each post: the most that filling it is worth, and the option that does."""
        posts = self.problem.option_post[ways]
        best, through = np.full(len(self.problem.posts), -np.inf), np.full(len(self.problem.posts), -1, dtype=np.int64)
        order = np.argsort(value, kind="stable")  # the last written is worth most
        best[posts[order]], through[posts[order]] = value[order], ways[order]
        return best, through

    def _along(self, option: int, steps: int, layers: list[Ints], held: Ints) -> Ints:
        """The options of a chain, followed from its end."""
        chain = [option]
        for layer in range(steps - 1, -1, -1):
            post = int(self.problem.option_post[held[self.problem.option_person[chain[-1]]]])
            chain.append(int(layers[layer][post]))
        return np.array(chain, dtype=np.int64)


def alone(problem: PostingProblem) -> Flags:
    """Who may step: couples go together, and who may serve twice may hold more than one post."""
    steps = ~may_serve_twice(problem)
    steps[[problem.person_at[person] for couple in problem.couples for person in couple.people]] = False
    return steps
