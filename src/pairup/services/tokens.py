"""Tokens by which programs act for an account: made once, kept as a digest, refused all alike."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import OperationalError, transaction

from pairup.errors import AccessError, InputError
from pairup.record.acting import Actor, acting, read_actor, refused, whole
from pairup.record.users import Token, User
from pairup.services import users, write
from pairup.services.access import POLICY, require_may

#: what a token may be allowed: to read, to write, to draft plans
MAY = ("read", "write", "plan")
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token stands for, and what it may do."""

    actor: Actor
    user: str
    may: frozenset[str]


def issue(
    user: str, as_actor: str, *, may: Collection[str], actor: str, at: datetime, days: int = 90, label: str = ""
) -> tuple[str, str]:
    """Make a token for an account in one of its roles; gives its code and the secret, which is never seen again.

    Refuses a role that the account has not, what no token may do, and the account of another to anybody but who keeps
    accounts; an administrator's to anybody but an administrator.
    """
    require_may(actor, "token.issue")
    if unknown := sorted(set(may) - set(MAY)):
        raise InputError(f"No token may {', '.join(unknown)}.", code="users.token-may", may=", ".join(unknown))
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(f"A token lasts 1 to {LONGEST_DAYS} days.", code="users.token-days", longest=LONGEST_DAYS)
    wanted = read_actor(as_actor)
    with write.alone(), whole():
        _require_own(user, actor, "token.issue", on=at.date())
        if wanted not in users.actors_of(users.known(user), on=at.date()):
            raise InputError(f"{user} has no role {wanted}.", code="users.has-not", user=user, actor=str(wanted))
        code, secret = f"tk-{secrets.token_hex(4)}", f"pairup_{secrets.token_urlsafe(32)}"
        facts = {"token": code, "user": user, "as": str(wanted), "may": sorted(may)}
        with write.command("token.issue", actor=actor, at=at, facts=facts):
            Token.objects.create(
                code=code, digest=_digest(secret), user=user, actor=str(wanted), may=" ".join(sorted(may)),
                label=label, made=at, expires=at + timedelta(days=days),
            )  # fmt: skip
    return code, secret


def revoke(code: str, *, actor: str, at: datetime) -> None:
    """End a token now. Refuses one that is not there, and another's to anybody but who keeps accounts."""
    require_may(actor, "token.revoke")
    with write.alone(), whole():
        found = Token.objects.filter(code=code, revoked=None)
        token = found.first()
        if token is None:
            raise InputError(f"There is no token {code}.", code="users.no-token", token=code)
        _require_own(token.user, actor, "token.revoke", on=at.date())
        with write.command("token.revoke", actor=actor, at=at, facts={"token": code}):
            found.update(revoked=at)


def tokens(user: str | None = None) -> list[Token]:
    """Tokens by the time they were made, of all accounts or of one; never a secret. Everybody sees their own."""
    if user is None or acting().at_the_door.user != user:
        users.require_whole()
    with whole():
        return list(Token.objects.filter(**({"user": user} if user else {})).order_by("-made", "code"))


def bearer_of(secret: str, *, at: datetime) -> Bearer:
    """Whom a secret stands for. Unknown, expired, revoked ones, closed accounts and ended roles are refused alike."""
    with whole():
        token = Token.objects.filter(digest=_digest(secret)).first()
        if token is not None and token.revoked is None and token.expires > at:
            user = User.objects.filter(username=token.user).first()
            wanted = read_actor(token.actor)
            if user is not None and wanted in users.actors_of(user, on=at.date()):
                _say_used(token, at)
                return Bearer(wanted, token.user, frozenset(token.may.split()))
    raise refused(AccessError("This token opens nothing.", code="users.token-refused"))


def _say_used(token: Token, at: datetime) -> None:
    """Keep the day, so that a token nobody needs any more is seen: one write a day, none that could cost an answer."""
    if token.used == at.date():
        return
    try:
        with transaction.atomic():
            Token.objects.filter(pk=token.pk).update(used=at.date())
    except OperationalError:  # a full disk or a long import: what is asked is answered all the same
        pass


def _require_own(user: str, actor: str, command: str, *, on: date) -> None:
    """Refuse another's account to anybody but who keeps accounts, and an administrator's to all but administrators."""
    if acting().at_the_door.user == user:
        return
    if not {read_actor(actor).role} & POLICY["user.add"]:
        raise refused(AccessError(
            f"{actor} makes and ends tokens of its own account only.", code="users.another-account", actor=actor
        ))  # fmt: skip
    users.require_keeper(actor, command)
    users.require_over(actor, user, on=on)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
