"""Which state may follow which, as data: the lives of needs, projects and postings (domain.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pairup.values.codes import NeedStatus, PostingStatus, ProjectStatus

P = ProjectStatus
_SIDE = frozenset({P.SUSPENDED, P.DORMANT, P.CANCELLED})
#: a project's life; suspended and dormant ones go on where they stood, which the history says
PROJECT_MOVES: Mapping[ProjectStatus, frozenset[ProjectStatus]] = {
    P.PROPOSED: frozenset({P.APPRAISED, P.PLANNED, P.DORMANT, P.CANCELLED}),
    P.APPRAISED: frozenset({P.PLANNED, P.DORMANT, P.CANCELLED}),
    P.PLANNED: frozenset({P.APPROVED, P.PROPOSED}) | _SIDE,
    P.APPROVED: frozenset({P.PROCUREMENT, P.WORKS}) | _SIDE,
    P.PROCUREMENT: frozenset({P.WORKS}) | _SIDE,
    P.WORKS: frozenset({P.CHANGED, P.ACCEPTED}) | _SIDE,
    P.CHANGED: frozenset({P.WORKS, P.ACCEPTED}) | _SIDE,
    P.ACCEPTED: frozenset({P.ACCOUNTED, P.HANDED_OVER}),
    P.ACCOUNTED: frozenset({P.AUDITED, P.HANDED_OVER}),
    P.AUDITED: frozenset({P.HANDED_OVER}),
    P.HANDED_OVER: frozenset({P.OPERATING, P.DORMANT}),
    P.OPERATING: frozenset({P.DORMANT}),
    P.SUSPENDED: frozenset({P.PLANNED, P.APPROVED, P.PROCUREMENT, P.WORKS, P.CHANGED, P.DORMANT, P.CANCELLED}),
    P.DORMANT: frozenset({P.PROPOSED, P.PLANNED, P.APPROVED, P.PROCUREMENT, P.WORKS, P.OPERATING, P.CANCELLED}),
    P.CANCELLED: frozenset(),
}
#: states in which nothing is built yet
NOT_BEGUN = frozenset({P.PROPOSED, P.APPRAISED, P.PLANNED, P.APPROVED, P.PROCUREMENT, P.CANCELLED})
#: states in which the works are finished
FINISHED = frozenset({P.ACCEPTED, P.ACCOUNTED, P.AUDITED, P.HANDED_OVER, P.OPERATING})
#: what a row must say before a project may be in a state
PROJECT_NEEDS: Mapping[ProjectStatus, tuple[str, ...]] = {
    P.APPROVED: ("mode", "running_cost_payer"),
    P.HANDED_OVER: ("asset_owner", "running_cost_payer", "running_cost_from"),
}
#: months after hand-over at which somebody looks again
CHECK_MONTHS = (18, 60)

N = NeedStatus
NEED_MOVES: Mapping[NeedStatus, frozenset[NeedStatus]] = {
    N.OPEN: frozenset({N.PLANNED, N.MET, N.WITHDRAWN, N.MERGED}),
    N.PLANNED: frozenset({N.OPEN, N.MET, N.WITHDRAWN, N.MERGED}),
    N.MET: frozenset({N.OPEN}),
    N.WITHDRAWN: frozenset({N.OPEN}),
    N.MERGED: frozenset({N.OPEN}),
}

S = PostingStatus
POSTING_MOVES: Mapping[PostingStatus, frozenset[PostingStatus]] = {
    S.PLANNED: frozenset({S.IN_POST, S.ENDED_EARLY}),
    S.IN_POST: frozenset({S.COMPLETED, S.ENDED_EARLY}),
    S.COMPLETED: frozenset(),
    S.ENDED_EARLY: frozenset(),
}
#: by table, the moves of its `status`
MOVES: Mapping[str, Mapping[StrEnum, frozenset[StrEnum]]] = {
    "projects": PROJECT_MOVES,  # type: ignore[dict-item]
    "needs": NEED_MOVES,  # type: ignore[dict-item]
    "postings": POSTING_MOVES,  # type: ignore[dict-item]
}


def may_follow(table: str, before: str, after: str) -> list[str] | None:
    """Say what may follow a state, in order of name, where `after` may not; None where it may.

    >>> may_follow("needs", "met", "planned"), may_follow("needs", "open", "met")
    (['open'], None)
    """
    moves = MOVES[table]
    allowed = next((next_ones for state, next_ones in moves.items() if state == before), frozenset())
    return None if after == before or after in allowed else sorted(map(str, allowed))
