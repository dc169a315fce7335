"""Accounts and their roles: added, granted, ended and closed by the write path; passwords never enter the journal."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db.models import Q

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import WITH_A_SIDE, Actor, Role, acting, read_actor, refused, whole
from pairup.record.mail import MailWish
from pairup.record.models import Grant, GrantVersion, Organisation, Person, Place, Programme
from pairup.record.remembered import remembers
from pairup.record.users import Invitation, User
from pairup.services import write
from pairup.services.access import require_may

#: characters of a password at least, and of the name of an account at most
SHORTEST, LONGEST_NAME = 12, 64
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Account:
    """An account with the roles it has on a day."""

    name: str
    is_open: bool
    actors: tuple[Actor, ...]
    last_in: datetime | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that an account has, had or will have: from a first day to a last, open where it is not said."""

    code: str
    actor: Actor
    first: date | None
    last: date | None


def actors_of(user: Any, *, on: date) -> list[Actor]:
    """The roles of an account in force on a day, in the order they were granted; none of an account that is closed."""
    return list(_in_force(user.get_username(), on=on)) if user.is_active else []


@remembers
def _in_force(name: str, *, on: date) -> tuple[Actor, ...]:
    with whole():
        rows = _holding(on).filter(user=name).order_by("identity_id")
        return tuple(Actor(Role(role), side) for role, side in rows.values_list("role", "side"))


def open_account(name: str) -> Any:
    """The account of a name, which has to be open; None where there is none."""
    with whole():
        return User.objects.filter(username=name, is_active=True).first() if name else None


def grants_of(name: str, *, on: date | None = None) -> list[Granted]:
    """The roles of an account by their first day: all of them, or those of one day."""
    rows = GrantVersion.objects.known() if on is None else _holding(on)
    found = rows.filter(user=name).select_related("identity").order_by("starts", "identity_id")
    return [Granted(row.identity.code, _actor_in(row), row.span.first, row.span.last) for row in found]


def accounts(*, on: date) -> list[Account]:
    """Every account, in order of name, with its roles on a day. Refused to whoever does not see the whole record."""
    require_whole()
    granted: dict[str, list[Actor]] = {}
    for user, role, side in _holding(on).order_by("identity_id").values_list("user", "role", "side"):
        granted.setdefault(user, []).append(Actor(Role(role), side))
    return [
        Account(user.username, user.is_active, tuple(granted.get(user.username, ())), user.last_login)
        for user in User.objects.order_by("username")
    ]


def count_ending(*, on: date, until: date) -> int:
    """How many roles of accounts are held on a day and end by another. Refused as `accounts` is."""
    require_whole()
    return int(_holding(on).filter(ends_before__lte=until).count())


def add(name: str, *, actor: str, at: datetime, password: str | None = None) -> None:
    """Open an account. Without a password nobody can sign in until one is set. Refuses a name that is taken."""
    require_keeper(actor, "user.add")
    _require_name(name)
    if password is not None:
        require_password(password, name)
    with write.alone(), whole():
        if User.objects.filter(username__iexact=name).exists():
            raise ConflictError(f"There is an account {name} already.", code="users.taken", user=name)
        with write.command("user.add", actor=actor, at=at, facts={"user": name}):
            user = User(username=name)
            user.set_password(password) if password is not None else user.set_unusable_password()
            user.save()


def set_password(name: str, password: str, *, actor: str, at: datetime) -> None:
    """Give an account another password. The journal says that it was given one, and nothing of it.

    Refuses an administrator's account to anybody but an administrator: whoever sets a password can sign in with it.
    """
    require_keeper(actor, "user.password")
    require_password(password, name)
    with write.alone(), whole():
        user = known(name)
        require_over(actor, name, on=at.date())
        with write.command("user.password", actor=actor, at=at, facts={"user": name}):
            take(user, password)


def take(user: User, password: str) -> None:
    """Give an account a password, inside a command. An invitation to set one is void from then on."""
    user.set_password(password)
    user.save()
    Invitation.objects.filter(user=user.username).delete()


def grant(name: str, to: str, *, actor: str, at: datetime, first: date | None = None, last: date | None = None) -> str:
    """Give an account a role, `role` or `role:code`, from a day (today) to a last day (none); gives the grant's code.

    Refuses a role that stands for nobody, a side that is not in the record, a role that the account has already, and
    an administrator's role from anybody but an administrator.
    """
    require_keeper(actor, "user.grant")
    wanted, starts = read_actor(to), first or at.date()
    if last is not None and last < starts:
        raise InputError("The last day is before the first.", code="users.backwards", first=starts, last=last)
    with write.alone(), whole():
        if not known(name).is_active:
            raise ConflictError(f"The account {name} is closed.", code="users.closed", user=name)
        _require_side(wanted)
        _require_administrator(actor, wanted)
        _require_no_overlap(name, wanted, starts, last)
        code = f"{name}-{GrantVersion.objects.filter(user=name).values('identity').distinct().count() + 1}"
        after = last + _DAY if last else None
        facts = {"user": name, "role": str(wanted)}
        with write.command("user.grant", actor=actor, at=at, facts=facts) as doing:
            ids = doing.identities(Grant, [code])
            row = GrantVersion(
                identity_id=ids[code], user=name, role=wanted.role.value, side=wanted.code,
                starts=starts, ends_before=after,
            )  # fmt: skip
            doing.add(GrantVersion, [row])
    return code


def end(name: str, of: str, *, actor: str, at: datetime, last: date) -> None:
    """End a role of an account after a last day, or at once where that is today or before.

    Refuses a role it has not, and the end of the last administrator.
    """
    require_keeper(actor, "user.end")
    with write.alone(), whole():
        rows = [row for row in _from(last + _DAY).filter(user=name) if str(_actor_in(row)) == of]
        if not rows:
            raise InputError(f"{name} has no role {of} to end.", code="users.has-not", user=name, actor=of)
        today = at.date()
        _require_another_administrator(rows, *((last + _DAY,) if last > today else (today, today + _DAY)))
        _require_administrator(actor, read_actor(of))
        with write.command("user.end", actor=actor, at=at, facts={"user": name, "role": of}) as doing:
            _ended(doing, rows, last)


def close(name: str, *, actor: str, at: datetime) -> None:
    """Close an account: it signs in no more, its roles end today, those to come with them. What it did stays."""
    require_keeper(actor, "user.close")
    today = at.date()
    with write.alone(), whole():
        user = known(name)
        require_over(actor, name, on=today)
        rows = list(_from(today + _DAY).filter(user=name))
        _require_another_administrator(rows, today, today + _DAY)
        with write.command("user.close", actor=actor, at=at, facts={"user": name}) as doing:
            _ended(doing, rows, today)
            user.is_active = False
            user.save()
            Invitation.objects.filter(user=name).delete()
            MailWish.objects.filter(user=name).delete()


def _ended(doing: write.Doing, rows: Sequence[Any], last: date) -> None:
    from pairup.services.adoption import copy_of

    doing.supersede(GrantVersion, [row.pk for row in rows])
    after = last + _DAY
    begun = [row for row in rows if row.starts is None or row.starts <= last]
    doing.add(GrantVersion, [copy_of(row, ends_before=after) for row in begun])


def known(name: str) -> User:
    """An account by its name; refuses one that is not there."""
    user: User | None = User.objects.filter(username=name).first()
    if user is None:
        raise InputError(f"There is no account {name}.", code="users.missing", user=name)
    return user


def require_password(password: str, name: str = "") -> None:
    """Refuse a password that is too short, that everybody tries first, or that holds the name of its account."""
    if len(password) < SHORTEST:
        raise InputError(
            f"A password has {SHORTEST} characters or more.", hint="Several words are easy to keep in mind.",
            code="users.short", shortest=SHORTEST,
        )  # fmt: skip
    if name and password.lower().replace(name.lower(), "").strip("-_. ") == "":
        raise InputError("This password is the name of its account.", code="users.like-name")
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        raise InputError(
            "Many people use this password, so it is tried first.", hint="Take words that nobody puts together.",
            code="users.common",
        ) from None  # fmt: skip


def _require_name(name: str) -> None:
    """Refuse what is no plain code: letters of other scripts can look alike, so that one account passes for another."""
    if not name or not name.isascii() or not all(c.isalnum() or c in "._-@+" for c in name) or len(name) > LONGEST_NAME:
        raise InputError(
            f"{name!r} is no user name.", hint="Letters a to z, digits and . _ - @ +; a code, never a person's name.",
            code="users.name", user=name,
        )  # fmt: skip


def _require_side(wanted: Actor) -> None:
    """Refuse a side that the record does not know."""
    nouns: dict[Role, tuple[Any, ...]] = {
        Role.DONOR_OFFICE: (Organisation,), Role.RECIPIENT_OFFICE: (Place, Organisation), Role.SECONDEE: (Person,),
        Role.PROGRAMME_OFFICE: (Programme,),
    }  # fmt: skip
    if not wanted.code:
        return
    if wanted.role not in (*WITH_A_SIDE, Role.PROGRAMME_OFFICE):
        raise InputError(f"{wanted.role} has no side.", code="users.no-side", role=wanted.role.value)
    code = wanted.code.rpartition("/")[2] if wanted.role is Role.SECONDEE else wanted.code
    if not any(noun.objects.filter(code=code).exists() for noun in nouns[wanted.role]):
        raise InputError(f"The record knows no {wanted.code}.", code="users.unknown-side", side=wanted.code)


def require_keeper(actor: str, command: str) -> None:
    """Refuse whoever does not keep the accounts. They are the whole record's: the office of one programme keeps none,
    since a role given there reaches into other programmes."""
    require_may(actor, command)
    if not read_actor(actor).sees_all:
        raise refused(AccessError(
            f"{actor} keeps no accounts; they are the whole record's.", code="users.whole-record", actor=actor
        ))  # fmt: skip


def require_whole() -> None:
    """Refuse to show who has an account to whoever sees a part of the record."""
    who = acting().at_the_door
    if not who.sees_all:
        raise refused(AccessError(
            f"{who} keeps no accounts; they are the whole record's.", code="users.whole-record", actor=str(who)
        ))  # fmt: skip


def require_over(actor: str, name: str, *, on: date) -> None:
    """Refuse an account that is an administrator's, on a day or later, to anybody but an administrator."""
    for row in _from(on).filter(user=name):
        _require_administrator(actor, _actor_in(row))


def _require_administrator(actor: str, of: Actor) -> None:
    if of.role is Role.ADMINISTRATOR and read_actor(actor).role is not Role.ADMINISTRATOR:
        raise refused(AccessError(
            "Only an administrator changes an administrator's account or role.", code="users.administrator", actor=actor
        ))  # fmt: skip


def _require_no_overlap(name: str, wanted: Actor, first: date, last: date | None) -> None:
    """Refuse a role that the account has on one of these days."""
    rows = _from(first).filter(user=name, role=wanted.role, side=wanted.code).exclude(**_ended_on(first))
    if last is not None:
        rows = rows.filter(Q(starts=None) | Q(starts__lte=last))
    if rows.exists():
        raise ConflictError(f"{name} has the role {wanted} already.", code="users.has", user=name, actor=str(wanted))


def _from(day: date) -> Any:
    """Roles that an account has on a day or later."""
    return GrantVersion.objects.known().filter(Q(ends_before=None) | Q(ends_before__gt=day))


def _holding(day: date) -> Any:
    """Roles in force on a day; one that was ended on that very day was so at once, and not from the next."""
    return GrantVersion.objects.on(day).exclude(**_ended_on(day))


def _ended_on(day: date) -> dict[str, Any]:
    """What a role looks like that somebody ended on a day: a later version, of that day, whose last day it is."""
    return {"number__gt": 1, "ends_before": day + _DAY, "recorded_at__date": day}


def _actor_in(row: Any) -> Actor:
    return Actor(Role(row.role), row.side)


def _require_another_administrator(rows: Sequence[Any], *days: date) -> None:
    """Refuse to end who is the last administrator on one of the days: nobody could give a role any more."""
    ended = {row.pk for row in rows if row.role == Role.ADMINISTRATOR}
    others = [_holding(day).filter(role=Role.ADMINISTRATOR).exclude(pk__in=ended) for day in days]
    if ended and not all(each.exists() for each in others):
        raise ConflictError(
            "This is the last administrator.", hint="Grant another one first.", code="users.last-administrator"
        )


#: of the sample accounts: the role of each, and how its side is found
_SAMPLES: tuple[tuple[str, Role], ...] = (
    ("administrator", Role.ADMINISTRATOR), ("office", Role.PROGRAMME_OFFICE), ("donor", Role.DONOR_OFFICE),
    ("county", Role.RECIPIENT_OFFICE), ("secondee", Role.SECONDEE), ("evaluator", Role.EVALUATOR),
)  # fmt: skip


def sample_accounts(programme: str, *, at: datetime, on: date, say: Callable[[str], None]) -> dict[str, str]:
    """Open one account a role for a demo, with passwords drawn anew; gives name and password, for a file of one's own.

    The donor, the recipient and the secondee are those of one posting, so that each meets what the others see. The
    recipient acts as the body that is helped where the post is, which has a workbook of its own and signs.
    """
    from pairup.record.models import PostingVersion

    rows = PostingVersion.objects.on(on).filter(identity__programme__code=programme, status="in_post")
    rows = rows.filter(is_synthetic=True).order_by("identity__code").select_related("person", "post")
    posting = rows.first()
    sides = _sides_of(posting, on) if posting is not None else {}
    made = {}
    for name, role in _SAMPLES:
        if role in WITH_A_SIDE and role not in sides:
            continue
        password = secrets.token_urlsafe(12)
        add(name, actor="administrator", at=at, password=password)
        to = Actor(role, sides.get(role, ""))
        grant(name, str(to), actor="administrator", at=at)
        made[name] = password
        say(f"{name}: {to}")
    return made


def _sides_of(posting: Any, on: date) -> dict[Role, str]:
    from pairup.record.models import PairingVersion, PostVersion

    post: Any = PostVersion.objects.known().filter(identity=posting.post_id).order_by("-number").first()
    pairing = PairingVersion.objects.known().filter(identity=post.pairing_id).select_related("donor").first()
    there = PairingVersion.objects.on(on).filter(place=post.place, recipient__isnull=False).order_by("identity__code")
    helped = [row.recipient for row in there.select_related("recipient")] + [one for one in (post.host,) if one]
    return {
        Role.DONOR_OFFICE: pairing.donor.code if pairing else "",
        Role.RECIPIENT_OFFICE: (helped[0] if helped else post.place).code, Role.SECONDEE: posting.person.code,
    }  # fmt: skip
