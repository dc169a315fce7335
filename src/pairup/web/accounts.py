"""How people sign in: accounts are made by an administrator, never by oneself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_http_methods, require_POST

from pairup.services import invitations, second_factors, users
from pairup.values.words import Words
from pairup.web.acting import CHOSEN
from pairup.web.forms import carried_out, done, label, tongue
from pairup.web.pages import clock, page


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """No account is opened from outside."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are closed before they are kept."""

    def encrypt(self, text: str) -> str:
        return second_factors.close_secret(text, at=clock())

    def decrypt(self, encrypted_text: str) -> str:
        return second_factors.open_secret(encrypted_text)


class Ministries(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A ministry's own sign-in opens the account of the name it tells, where there is one; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Of what the ministry tells of a person, nothing is kept but the name of their account."""
        told = sociallogin.account.extra_data
        said = {**told.get("id_token", {}), **told.get("userinfo", {})}.get(str(settings.OIDC_CLAIM))  # type: ignore[misc]
        sociallogin.account.extra_data = {"account": str(said or "")}
        sociallogin.email_addresses = []
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        user = users.open_account(sociallogin.account.extra_data["account"])
        is_another = sociallogin.is_existing and (user is None or user.pk != sociallogin.user.pk)
        if user is None or is_another:  # nobody here is called so, or the ministry calls somebody else so now
            messages.error(request, Words("web.ministry-unknown").say(tongue()))
            raise ImmediateHttpResponse(redirect("account_login"))
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


class Invited(forms.Form):
    """Set the password of the account that one was invited to. The secret is typed, so that it is in no address."""

    secret = forms.CharField(
        label=label("users.invitation-secret"), max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    password = forms.CharField(
        label=label("users.invitation-password"), max_length=200, help_text=label("users.invitation-help"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": str(users.SHORTEST)}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Any) -> HttpResponse:
    """Set a password by an invitation, once, then sign in."""
    form = Invited(request.POST) if request.method == "POST" else Invited()
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        name = carried_out(form, lambda: invitations.accept(
            said["secret"], said["password"], actor=str(request.actor), at=clock()
        ))  # fmt: skip
        if name:
            return done(request, Words("users.invitation-taken", {"user": name}), "account_login")
    return page(
        request, "web/invitation.html", {"form": form}, title=Words("users.invitation-title"),
        status=422 if form.is_bound else 200,
    )  # fmt: skip


def back(request: HttpRequest) -> HttpResponseRedirect:
    """Go back to where a form was, if that is a page of this site."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return redirect(there if safe else "/")


@require_POST
def choose_role(request: Any) -> HttpResponse:
    """Act in another of one's roles from now on."""
    wanted = request.POST.get("actor", "")
    if any(str(actor) == wanted for actor in request.actors):
        request.session[CHOSEN] = wanted
    return redirect("front")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Read in another language from now on; the choice is one cookie."""
    from django.conf import settings

    answer, wanted = back(request), request.POST.get("language", "")
    if check_for_language(wanted):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 24 * 3600, samesite="Lax",
            secure=request.is_secure(), httponly=True,
        )  # fmt: skip
    return answer
