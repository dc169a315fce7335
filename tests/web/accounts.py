"""Accounts for tests: one a role, and clients that have signed in with them."""

from __future__ import annotations

from typing import Any

from tests.services.cast import FIRST, LATER

#: an account that was closed, with a session that is still open
CLOSED = "closed"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(actor: str) -> Any:
    """A client that has signed in as `role` or `role:code`; `public` has not, and the account of `closed` is."""
    from django.test import Client

    from pairup.record.acting import OPERATOR, acting_as
    from pairup.record.users import User
    from pairup.services import users

    client = Client(SERVER_NAME="localhost")
    if actor == "public":
        return client
    named = "programme_office" if actor == CLOSED else actor
    name = (CLOSED if actor == CLOSED else actor).replace(":", "-")
    with acting_as(OPERATOR):
        if not User.objects.filter(username=name).exists():
            users.add(name, actor="administrator", at=FIRST)
            users.grant(name, named, actor="administrator", at=FIRST)
        user = User.objects.get(username=name)
        client.force_login(user, backend=_BACKEND)
        if actor == CLOSED:
            users.close(name, actor="administrator", at=LATER)
    return client
