"""How people sign in: accounts are made by an administrator, never by oneself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from pairup.web.acting import CHOSEN


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """No account is opened from outside."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class Ministries(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A ministry's own sign-in opens an account that is there; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


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
