"""Says who acts for each request, before anything is read of the record.

Sessions and sign-in are read and written by Django itself, as the operator (`FrameworkActs`, outermost). Everything a
page asks is asked by whoever signed in, in the role they chose, or by the public (`SomebodyActs`, innermost). A route
has to have its line in `web.policy`; one without is refused for everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from pairup.errors import AccessError, PairupError
from pairup.record.acting import OPERATOR, Actor, Role, acting_as, whole
from pairup.record.remembered import following
from pairup.services import tokens, users
from pairup.web import refusals
from pairup.web.pages import clock
from pairup.web.policy import SIGN_IN, require_may_open

PUBLIC = Actor(Role.PUBLIC)
#: where programs ask; a token is needed there
API = "/api/"
#: the role chosen, in the session
CHOSEN = "actor"
Answer = Callable[[HttpRequest], HttpResponseBase]


class FrameworkActs:
    """Django's own tables (sessions, sign-in) are the operator's; no page runs in here."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with acting_as(OPERATOR), following():
            return self.get_response(request)


class SomebodyActs:
    """From here on whoever signed in acts, in one of their roles."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        if request.path_info.startswith(API):
            return self._for_a_program(request)
        request.actors = tuple(actors_of(request))
        request.actor = chosen(request)
        if _is_sign_in(request.path_info):
            with whole():
                return self.get_response(request)
        with acting_as(request.actor):
            return self.get_response(request)

    def _for_a_program(self, request: Any) -> HttpResponseBase:
        """Act as whoever a token stands for; a session opens nothing here, so that no page of others can use it."""
        from pairup.web import api

        request.actors, request.actor, request.bearer = (), PUBLIC, None
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and secret:
            try:
                request.bearer = tokens.bearer_of(secret.strip(), at=clock())
            except AccessError as error:
                with acting_as(PUBLIC):
                    answer: HttpResponseBase = api.told(request, error)
                return answer
            request.actor = replace(request.bearer.actor, user=request.bearer.user)
        with acting_as(request.actor):
            answer = self.get_response(request)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse a route that is not the actor's; whoever has not signed in is asked to."""
        if _is_sign_in(request.path_info) or request.path_info.startswith(API):
            return None
        name = request.resolver_match.view_name
        try:
            require_may_open(request.actor, name)
        except AccessError as refused:
            if request.actor == PUBLIC and not request.user.is_authenticated:
                return HttpResponseRedirect(
                    f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
                )
            return refusals.shown(request, refused)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refusals.shown(request, error) if isinstance(error, PairupError) else None


def actors_of(request: Any) -> list[Actor]:
    """The roles in force of whoever signed in."""
    user = request.user
    if not user.is_authenticated:
        return []
    return [replace(actor, user=user.get_username()) for actor in users.actors_of(user, on=clock().date())]


def chosen(request: Any) -> Actor:
    """The role chosen of one's own, the first where none was, the public's where one has none."""
    actors: tuple[Actor, ...] = request.actors
    wanted = request.session.get(CHOSEN) if actors else None
    return next((actor for actor in actors if str(actor) == wanted), (*actors, PUBLIC)[0])


def _is_sign_in(path: str) -> bool:
    """Whether allauth serves a path."""
    if not path.startswith(SIGN_IN):
        return False
    try:
        return resolve(path).func.__module__.startswith("allauth.")
    except Resolver404:
        return False
