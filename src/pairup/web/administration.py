"""Administration: accounts and their roles, tokens, rules with their versions, the journal's checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.acting import Role
from pairup.record.models import JournalCheckpoint, JournalEntry
from pairup.reports.facts import Both
from pairup.rules.register import load_rules
from pairup.services import invitations, tokens, users
from pairup.services.access import CALLED
from pairup.values.codes import called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, label
from pairup.web.listing import Cell, Column, FromRecord, Listing
from pairup.web.pages import Crumb, as_of, clock, page
from pairup.web.policy import may_open
from pairup.web.rows import actor_words, command_words


class Open(Keyed):
    """Open an account."""

    name = forms.CharField(label=label("office.user"), max_length=150, help_text=label("office.user-help"))
    password = forms.CharField(
        label=label("office.password"), min_length=users.SHORTEST, max_length=200,
        help_text=label("office.password-help"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


class Give(Keyed):
    """Give an account a role."""

    role = forms.ChoiceField(
        label=label("office.role"),
        choices=[(role.value, label(CALLED[role])) for role in Role if role is not Role.PUBLIC],
    )
    side = forms.CharField(
        label=label("office.side"), required=False, max_length=80, help_text=label("office.side-help")
    )
    first = forms.DateField(label=label("office.first"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=label("office.last"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class Password(Keyed):
    """Give an account another password."""

    password = forms.CharField(
        label=label("office.password"), min_length=users.SHORTEST, max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


def administration(request: Any, programme: str) -> HttpResponse:
    """Accounts, and where the rest of it is."""
    return _shown(request, programme)


def _shown(request: Any, programme: str, *, status: int = 200, form: Open | None = None) -> HttpResponse:
    asked = as_of(request)
    listing = Listing(
        "accounts", Words("office.accounts-caption"),
        [
            Column("user", Words("office.user")), Column("roles", Words("office.roles")),
            Column("last", Words("office.last-in")), Column("state", Words("office.state")),
        ],
        [
            (
                Cell(one.name, reverse("account", args=[programme, one.name])),
                ", ".join(f"{label(actor.called)} {actor.code}".strip() for actor in one.actors),
                one.last_in, Words("office.open" if one.is_open else "office.closed"),
            )
            for one in users.accounts(on=asked.on)
        ],
    )  # fmt: skip
    made = Listing(
        "tokens", Words("office.tokens-caption"),
        [
            Column("token", Words("office.token")), Column("user", Words("office.user")),
            Column("actor", Words("office.roles")), Column("may", Words("office.may")),
            Column("until", Words("office.until")),
        ],
        [
            (one.code, one.user, actor_words(one.actor), _allowed(one.may), one.revoked or one.expires)
            for one in tokens.tokens()
        ],
        empty=Words("office.no-tokens"),
    )  # fmt: skip
    return page(
        request, "web/administration.html",
        {"form": form or Open(), "may_back_up": may_open(request.actor, "backups")},
        title=Words("web.nav-administration"), status=status, listings=[listing, made],
    )  # fmt: skip


def _allowed(may: str) -> Both:
    """What a token may, in words."""
    said = [Words(f"office.may-{one}") for one in may.split()]
    return Both(", ".join(one.say("en") for one in said), "、".join(one.say("zh_Hans") for one in said))


@require_POST
def open_account(request: Any, programme: str) -> HttpResponse:
    """Open an account."""
    form = Open(request.POST)
    if form.is_valid():
        said = form.cleaned_data

        def act() -> bool:
            users.add(said["name"], actor=str(request.actor), at=clock(), password=said["password"])
            return True

        if carried_out(form, act):
            return done(request, Words("office.opened", {"user": said["name"]}), "account", programme, said["name"])
    return _shown(request, programme, status=422, form=form)


def account(request: Any, programme: str, name: str) -> HttpResponse:
    """One account: its roles, and what may be done with it."""
    return _account(request, programme, name)


def _account(
    request: Any, programme: str, name: str, *, status: int = 200, secret: str = "", **typed: forms.Form
) -> HttpResponse:
    found = next((one for one in users.accounts(on=as_of(request).on) if one.name == name), None)
    if found is None:
        raise InputError(f"There is no account {name}.", code="web.missing", what=name)
    return page(
        request, "web/account.html",
        {
            "account": found, "refused": typed.get("refused"), "again": typed.get("again") or Password(),
            "give": typed.get("give") or Give(initial={"first": clock().date()}),
            "roles": [(one.called, str(one), one.code) for one in found.actors], "secret": secret,
        },
        title=name, status=status,
        crumbs=[Crumb(Words("web.nav-administration"), reverse("administration", args=[programme]))],
    )  # fmt: skip


def _acted(
    request: Any, programme: str, name: str, form: Any, act: Callable[[], object], told: str, shown_as: str
) -> HttpResponse:
    """Carry out what was asked of an account; lead back to it, with the refusal in its form where there is one."""
    if form.is_valid():
        before = carried_out(form, lambda: (act(), True)[1])
        if before:
            return done(request, Words(told, {"user": name}), "account", programme, name)
    return _account(request, programme, name, status=422, **{shown_as: form})


@require_POST
def give_role(request: Any, programme: str, name: str) -> HttpResponse:
    """Give an account a role."""
    form = Give(request.POST)

    def act() -> object:
        said = form.cleaned_data
        to = f"{said['role']}:{said['side']}" if said["side"] else said["role"]
        return users.grant(name, to, actor=str(request.actor), at=clock(), first=said["first"], last=said["last"])

    return _acted(request, programme, name, form, act, "office.given", "give")


@require_POST
def end_role(request: Any, programme: str, name: str) -> HttpResponse:
    """End a role of an account today."""
    form = Keyed(request.POST)

    def act() -> None:
        users.end(name, request.POST.get("actor", ""), actor=str(request.actor), at=clock(), last=clock().date())

    return _acted(request, programme, name, form, act, "office.role-ended", "refused")


@require_POST
def close_account(request: Any, programme: str, name: str) -> HttpResponse:
    """Close an account."""
    form = Keyed(request.POST)
    return _acted(
        request, programme, name, form, lambda: users.close(name, actor=str(request.actor), at=clock()),
        "office.closed-now", "refused",
    )  # fmt: skip


@require_POST
def set_password(request: Any, programme: str, name: str) -> HttpResponse:
    """Give an account another password."""
    form = Password(request.POST)

    def act() -> None:
        users.set_password(name, form.cleaned_data["password"], actor=str(request.actor), at=clock())

    return _acted(request, programme, name, form, act, "office.password-set", "again")


@require_POST
def invite(request: Any, programme: str, name: str) -> HttpResponse:
    """Invite whoever an account is for to set its password; the secret stands on this answer and nowhere else."""
    form = Keyed(request.POST)
    if form.is_valid():
        secret = carried_out(form, lambda: invitations.invite(name, actor=str(request.actor), at=clock()))
        if secret:
            return _account(request, programme, name, secret=secret)
    return _account(request, programme, name, status=422, refused=form)


def rules(request: HttpRequest, programme: str) -> HttpResponse:
    """Every rule with its versions: from when, published when, by what authority, how well known."""
    listing = Listing(
        "rules", Words("office.rules-caption"),
        [
            Column("rule", Words("office.rule")), Column("name", Words("office.rule-name")),
            Column("from", Words("web.column-from")), Column("published", Words("office.published")),
            Column("standing", Words("office.standing")), Column("terms", Words("office.terms")),
            Column("source", Words("office.source")),
        ],
        [
            (
                rule.title, rule.name, version.told_from, version.told_published, called(version.standing),
                _terms(version.terms, "; ", " = "), version.source,
            )
            for rule in load_rules().values() for version in rule.versions
        ],
    )  # fmt: skip
    return page(
        request, "web/rules.html", title=Words("office.rules-title"), listings=[listing],
        crumbs=[Crumb(Words("web.nav-administration"), reverse("administration", args=[programme]))],
    )  # fmt: skip


def _terms(value: Any, between: str, after: str) -> str:
    """Terms as a person writes them, under the names that the rule's file gives them."""
    if isinstance(value, Mapping):
        return between.join(f"{key}{after}{_terms(one, ', ', ' ')}" for key, one in sorted(value.items()))
    if isinstance(value, list | tuple):
        return (" / " if any(isinstance(one, Mapping) for one in value) else ", ").join(
            _terms(one, ", ", " ") for one in value
        )
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def journal(request: HttpRequest, programme: str) -> HttpResponse:
    """The journal, the latest entry first, and the checkpoints that were given out."""
    entries = Listing(
        "entries", Words("office.entries-caption"),
        [
            Column("number", Words("office.number"), is_number=True), Column("at", Words("office.at")),
            Column("did", Words("office.did")), Column("command", Words("office.command")),
            Column("actor", Words("office.roles")),
            Column("hash", Words("office.hash")),
        ],
        FromRecord(
            JournalEntry.objects.order_by("-number"),
            lambda row: (
                row.number, row.at, command_words(row.command), row.command, actor_words(row.actor), row.hash[:16]
            ),
            words=("command", "actor"), orders={"number": "number", "command": "command", "actor": "actor"},
        ),
    )  # fmt: skip
    marks = Listing(
        "checkpoints", Words("office.checkpoints-caption"),
        [
            Column("size", Words("office.number"), is_number=True), Column("at", Words("office.at")),
            Column("note", Words("office.note")),
        ],
        FromRecord(JournalCheckpoint.objects.order_by("-pk"), lambda row: (row.size, row.at, row.note)),
        empty=Words("office.no-checkpoints"),
    )  # fmt: skip
    return page(
        request, "web/journal.html", title=Words("office.journal-title"), listings=[entries, marks],
        crumbs=[Crumb(Words("web.nav-administration"), reverse("administration", args=[programme]))],
    )  # fmt: skip
