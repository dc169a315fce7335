"""Invitations: by a secret whoever an account is for sets its password, once, so that nobody else ever knows it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import refused, whole
from pairup.record.users import Invitation, User
from pairup.services import users, write

LONGEST_DAYS = 30


def invite(name: str, *, actor: str, at: datetime, days: int = 7) -> str:
    """Invite whoever an account is for to set its password within some days; gives the secret, never seen again.

    An invitation takes the place of the one before. Refuses an account that is closed, and an administrator's to
    anybody but an administrator.
    """
    users.require_keeper(actor, "user.invite")
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(
            f"An invitation lasts 1 to {LONGEST_DAYS} days.", code="users.invitation-days", longest=LONGEST_DAYS
        )
    with write.alone(), whole():
        if not users.known(name).is_active:
            raise ConflictError(f"The account {name} is closed.", code="users.closed", user=name)
        users.require_over(actor, name, on=at.date())
        secret = secrets.token_urlsafe(32)
        with write.command("user.invite", actor=actor, at=at, facts={"user": name, "days": days}):
            Invitation.objects.filter(user=name).delete()
            Invitation.objects.create(user=name, digest=_digest(secret), expires=at + timedelta(days=days))
    return secret


def invited(secret: str, *, at: datetime) -> str:
    """The account that a secret invites to. Unknown, used, replaced, expired, of a closed account: refused alike."""
    with whole():
        found = Invitation.objects.filter(digest=_digest(secret), expires__gt=at).first()
        if found is not None and User.objects.filter(username=found.user, is_active=True).exists():
            return found.user
    raise refused(AccessError(
        "This invitation opens nothing.", hint="It may be used, replaced or past its day: ask for another.",
        code="users.invitation-refused",
    ))  # fmt: skip


def accept(secret: str, password: str, *, actor: str, at: datetime) -> str:
    """Set the password of the account that a secret invites to, and use the secret up; gives the account's name.

    A password that is refused uses nothing up.
    """
    with write.alone(), whole():
        name = invited(secret, at=at)
        users.require_password(password, name)
        with write.command("user.accept", actor=actor, at=at, facts={"user": name}):
            users.take(users.known(name), password)
    return name


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
