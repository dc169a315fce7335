"""Who is acting: a role, and a code where the role has a side. Doors say it once; every query then keeps to it.

Outside `acting_as` whoever opened the record on this machine acts: the operator, who sees all of it. A door that serves
others calls `require_somebody` first; from then on nothing is read outside `acting_as`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pairup.errors import AccessError


class Role(StrEnum):
    PROGRAMME_OFFICE = "programme_office"
    DONOR_OFFICE = "donor_office"
    RECIPIENT_OFFICE = "recipient_office"
    SECONDEE = "secondee"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"
    PUBLIC = "public"


#: where refusals of access are logged; silent until a door gives it somewhere to write
LOG = logging.getLogger("pairup.access")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False

#: roles that are nobody without the code of their side
WITH_A_SIDE = frozenset({Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE, Role.SECONDEE})


@dataclass(frozen=True, slots=True)
class Actor:
    """A role and its side: `donor_office:DN-A`, `recipient_office:east`, `secondee:P-1`, `programme_office`."""

    role: Role
    code: str = ""
    user: str = field(default="", compare=False)  # the account that acts, where one signed in

    def __str__(self) -> str:
        return f"{self.role}:{self.code}" if self.code else str(self.role)

    @property
    def called(self) -> str:
        """The code of what the role is called, in the catalogue."""
        return f"access.role-{self.role.value.replace('_', '-')}"

    @property
    def sees_all(self) -> bool:
        return self.role is Role.ADMINISTRATOR or (self.role is Role.PROGRAMME_OFFICE and not self.code)


OPERATOR = Actor(Role.ADMINISTRATOR)


def read_actor(given: str | Actor) -> Actor:
    """Read `role` or `role:code`. Refused: a role there is none of, a side left out where a role needs one."""
    if isinstance(given, Actor):
        return given
    role, _, code = given.partition(":")
    if role not in set(Role) or (Role(role) in WITH_A_SIDE and not code):
        raise refused(AccessError(
            f"{given!r} is nobody here.", hint="Say a role, or role:code where the role has a side: " + ", ".join(Role),
            code="access.nobody", actor=given,
        ))  # fmt: skip
    return Actor(Role(role), code)


def actor_of(name: str) -> Actor:
    """The actor that a journal entry names; a role without the side it needs owns nothing."""
    role, _, code = name.partition(":")
    return Actor(Role(role), code)


@dataclass(slots=True)
class Acting:
    """An actor at work, what has been found to be theirs, and who the door said it is: the same, but inside `whole`."""

    actor: Actor
    holdings: dict[str, Any] = field(default_factory=dict)
    said: Actor | None = None

    @property
    def at_the_door(self) -> Actor:
        return self.said or self.actor


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
_otherwise: list[Acting | None] = [Acting(OPERATOR)]


def acting() -> Acting:
    """Give who acts now; refused where a door forgot to say it."""
    found = _acting.get() or _otherwise[0]
    if found is None:
        raise refused(AccessError("Nobody is acting, so nothing is read.", code="access.no-actor"))
    return found


def refused(error: AccessError) -> AccessError:
    """Log a refusal of access, by its code and facts, before it is raised."""
    LOG.warning("%s %s", error.code, error.facts)
    return error


def is_said() -> bool:
    """Whether a door said who acts."""
    return _acting.get() is not None


def require_somebody(is_required: bool = True) -> None:
    """Refuse every query outside `acting_as` from now on, in all threads: for a door that serves others."""
    _otherwise[0] = None if is_required else Acting(OPERATOR)


@contextmanager
def acting_as(actor: str | Actor) -> Iterator[Actor]:
    """Let everything inside be read and written as this actor."""
    who = read_actor(actor)
    token = _acting.set(Acting(who))
    try:
        yield who
    finally:
        _acting.reset(token)


@contextmanager
def whole() -> Iterator[None]:
    """Work on the whole record inside: for the write path, which asks for the right to each row itself.

    Who the door said acts is kept: a command given in here is theirs, and in nobody else's name.
    """
    token = _acting.set(Acting(OPERATOR, said=acting().at_the_door))
    try:
        yield
    finally:
        _acting.reset(token)
