"""Tell reasons and moves in words fit for who asks: health, family and preference are the person's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from typing import Any

from pairup.errors import InputError
from pairup.planning.plan import Audience, Difference
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.worth import told
from pairup.values.words import Words

#: reasons of a plan that rest on family or preference: told to the person, to all others "a personal condition"
PERSONAL = frozenset({
    "planning.couple-pairs", "planning.couple-place", "planning.stable-couple", "planning.stable-person-prefers",
})  # fmt: skip


def moves_of(difference: Difference[Any]) -> tuple[Words, ...]:
    """Tell a difference in words: who moves where, what comes in and what goes."""
    if not any(isinstance(item, Posting) for item in (*difference.lost, *difference.gained)):
        gone = [Words("planning.goes-out", {"item": said(item)}) for item in difference.lost]
        return (*gone, *(Words("planning.comes-in", {"item": said(item)}) for item in difference.gained))
    before, after = defaultdict(list), defaultdict(list)
    for item in difference.lost:
        before[item.person].append(item.post)
    for item in difference.gained:
        after[item.person].append(item.post)
    moves = []
    for person in sorted({*before, *after}):
        facts = {"person": person, "old": ", ".join(before[person]), "new": ", ".join(after[person])}
        kind = "moves" if before[person] and after[person] else "goes" if after[person] else "leaves"
        moves.append(Words(f"planning.person-{kind}", facts))
    return tuple(moves)


def told_to(words: Words, for_: Audience) -> Words:
    """Words fit for an audience: health, family and preference are told to nobody but the person."""
    if for_ is not Audience.PERSON and words.code in PERSONAL:
        return Words("worth.personal-condition")
    return told(words, to_person=for_ is Audience.PERSON)


def barred_posting(problem: PostingProblem, item: Posting) -> Words | None:
    """Why a pair cannot be chosen at all, or None."""
    at = problem.option_of(item)
    if at is None:
        words = problem.refusal(item) if problem.refusal else None
        return words or Words("planning.not-an-option", {"item": said(item)})
    if not problem.is_free[at]:
        return Words("planning.away", item._asdict())
    if item in problem.forbids:
        return Words("planning.forbid", item._asdict())
    return None


def shown_to(details: tuple[Words, ...], for_: Audience, item: Any) -> tuple[Words, ...]:
    """What of the details an audience is told: of people, the office all, a person only what names nobody else."""
    if for_ is Audience.OFFICE or not isinstance(item, Posting):
        return tuple(told_to(words, for_) for words in details)
    own = tuple(
        words for words in details
        if for_ is Audience.PERSON and words.facts.get("person") == item.person and "first" not in words.facts
    )  # fmt: skip
    hidden = len(details) - len(own)
    return (*own, Words("planning.others", {"count": hidden})) if hidden else own


def require_known(**parts: tuple[str, Container[str]]) -> None:
    """Refuse a code that the problem does not have. Of each kind of thing: the code asked for, and those there are."""
    for what, (code, known) in parts.items():
        if code not in known:
            raise InputError(
                f"{code!r} is no {what} of this problem.", hint="Take one that the problem lists.",
                code="planning.unknown-item", what=what, found=code,
            )  # fmt: skip


def said(item: Any) -> str:
    """Name an item by its parts."""
    return " – ".join(str(part) for part in item)
