"""`user` and `token`: accounts, their roles from day to day, and what programs sign in with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pairup.cli.options import DAY, RECORD, day_of, now, who_acts
from pairup.keys.phrase import passphrase_in

_NAME = click.argument("name")
_ROLE = click.argument("role", metavar="ROLE[:CODE]")
_BY = click.option(
    "--actor", default=lambda: who_acts() or "administrator", show_default="administrator, or who --as names",
    help="Who does this: role or role:code.",
)  # fmt: skip
_PASSWORD = click.option(
    "--password-file", type=click.Path(path_type=Path, dir_okay=False),
    help="The password is the first line of this file. [default: ask]",
)  # fmt: skip


def _open(record: Path | str) -> None:
    from pairup.services import serving

    serving.require_web()
    serving.set_up(record)
    serving.prepare(record)


def _password(file: Path | None) -> str:
    """The password of a file, or one that is typed twice; never an argument, which others could read."""
    given = passphrase_in(file)
    if given is not None:
        return given
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


@click.group()
def user() -> None:
    """Accounts and their roles."""


@user.command("add")
@_NAME
@RECORD
@_PASSWORD
@click.option("--without-password", is_flag=True, help="Set none: nobody signs in before `user invite` or `password`.")
@_BY
def user_add(name: str, record: Path | str, password_file: Path | None, without_password: bool, actor: str) -> None:
    """Open the account NAME, a code and never a person's name. It has no role before `user grant`."""
    if without_password and password_file is not None:
        raise click.UsageError("Either --password-file or --without-password.")
    password = None if without_password else _password(password_file)
    _open(record)
    from pairup.services import users

    users.add(name, actor=actor, at=now(), password=password)
    is_told = "is there" if without_password else "can sign in"
    click.echo(f"{name} {is_told}, and has no role yet: pairup user grant {name} ROLE --record {record}")


@user.command("invite")
@_NAME
@RECORD
@click.option("--days", type=click.IntRange(1, 30), default=7, show_default=True, help="How long it opens.")
@_BY
def user_invite(name: str, record: Path | str, days: int, actor: str) -> None:
    """Let whoever the account NAME is for set its password, once. The secret is printed once."""
    _open(record)
    from pairup.services import invitations

    secret = invitations.invite(name, actor=actor, at=now(), days=days)
    click.echo(f"Within {days} days {name} sets a password at the address of the site, /invitation/, with: {secret}")


@user.command("password")
@_NAME
@RECORD
@_PASSWORD
@_BY
def user_password(name: str, record: Path | str, password_file: Path | None, actor: str) -> None:
    """Give the account NAME another password."""
    password = _password(password_file)
    _open(record)
    from pairup.services import users

    users.set_password(name, password, actor=actor, at=now())
    click.echo(f"{name} has another password.")


@user.command("grant")
@_NAME
@_ROLE
@RECORD
@click.option("--from", "first", type=DAY, help="First day. [default: today]")
@click.option("--to", "last", type=DAY, help="Last day. [default: none]")
@_BY
def user_grant(
    name: str, role: str, record: Path | str, first: datetime | None, last: datetime | None, actor: str
) -> None:
    """Give the account NAME a role: programme_office, donor_office:DN-A, recipient_office:east, secondee:P-1 …"""
    _open(record)
    from pairup.services import users

    code = users.grant(
        name, role, actor=actor, at=now(), first=first.date() if first else None, last=last.date() if last else None
    )
    click.echo(f"{code}: {name} is {role}.")


@user.command("end")
@_NAME
@_ROLE
@RECORD
@click.option("--last", type=DAY, help="Last day of the role. [default: today]")
@_BY
def user_end(name: str, role: str, record: Path | str, last: datetime | None, actor: str) -> None:
    """End a role of the account NAME after a last day."""
    _open(record)
    from pairup.services import users

    users.end(name, role, actor=actor, at=now(), last=day_of(last))
    click.echo(f"{name} is {role} until {day_of(last)}.")


@user.command("close")
@_NAME
@RECORD
@_BY
def user_close(name: str, record: Path | str, actor: str) -> None:
    """Close the account NAME: it signs in no more, and its roles end today."""
    _open(record)
    from pairup.services import users

    users.close(name, actor=actor, at=now())
    click.echo(f"{name} is closed.")


@user.command("list")
@RECORD
def user_list(record: Path | str) -> None:
    """List accounts with the roles they have today."""
    _open(record)
    from pairup.services import users

    for one in users.accounts(on=now().date()):
        roles = ", ".join(map(str, one.actors)) or "no role"
        click.echo(f"{one.name}: {roles if one.is_open else 'closed'}")


@click.group()
def token() -> None:
    """What programs sign in with."""


@token.command("issue")
@click.argument("user_name", metavar="USER")
@_ROLE
@RECORD
@click.option(
    "--may", multiple=True, type=click.Choice(["read", "write", "plan"]), default=("read",), show_default=True
)
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@click.option("--label", default="", help="What it is for.")
@_BY
def token_issue(
    user_name: str, role: str, record: Path | str, may: tuple[str, ...], days: int, label: str, actor: str
) -> None:
    """Make a token for USER in one of its roles. The secret is printed once."""
    _open(record)
    from pairup.services import tokens

    code, secret = tokens.issue(user_name, role, may=may, actor=actor, at=now(), days=days, label=label)
    click.echo(f"{code} opens for {days} days: {secret}")


@token.command("revoke")
@click.argument("code")
@RECORD
@_BY
def token_revoke(code: str, record: Path | str, actor: str) -> None:
    """End the token CODE now."""
    _open(record)
    from pairup.services import tokens

    tokens.revoke(code, actor=actor, at=now())
    click.echo(f"{code} opens nothing any more.")


@token.command("list")
@RECORD
def token_list(record: Path | str) -> None:
    """List tokens; never a secret."""
    _open(record)
    from pairup.services import tokens

    for one in tokens.tokens():
        ends = f"revoked {one.revoked:%Y-%m-%d}" if one.revoked else f"until {one.expires:%Y-%m-%d}"
        used = f"last used {one.used}" if one.used else "never used"
        click.echo(f"{one.code}: {one.user} as {one.actor}, may {one.may}, {ends}, {used} {one.label}".rstrip())
