"""Accounts for tests: one a role, and clients that have signed in with them."""

from __future__ import annotations

from typing import Any

#: an account that was closed, with a session that is still open
CLOSED = "closed"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(actor: str) -> Any:
    """A client that has signed in as `role` or `role:code`; `public` has not, and the account of `closed` is."""
    from django.test import Client

    from pairup.record.acting import OPERATOR, acting_as
    from pairup.record.users import User

    client = Client(SERVER_NAME="localhost")
    if actor == "public":
        return client
    named = "programme_office" if actor == CLOSED else actor
    with acting_as(OPERATOR):
        user, _ = User.objects.get_or_create(username=f"{actor}--" if actor == CLOSED else named.replace(":", "--"))
        client.force_login(user, backend=_BACKEND)
        if actor == CLOSED:
            user.is_active = False
            user.save()
    return client
