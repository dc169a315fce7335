"""What has to be there before pages are served: the pages' own tables in the record's database, and a secret."""

from __future__ import annotations

import os
import secrets
from importlib.util import find_spec
from pathlib import Path

from pairup.errors import InputError
from pairup.record.address import address_of
from pairup.services import OF_THE_RECORD, beside, open_record, server

SETTINGS = "pairup.web.settings"
#: what the pages need beside the core; the extra `web` brings them
NEEDED = ("allauth", "argon2", "csp", "django_htmx", "granian", "ninja", "whitenoise")


def require_web() -> None:
    """Refuse to serve where the extra `web` is not installed."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise InputError(
            f"The pages need {', '.join(missing)}.", hint="Install them: pip install 'pairup[web]'.",
            code="web.not-installed", missing=", ".join(missing),
        )  # fmt: skip


def environment(place: Path | str, *, hosts: tuple[str, ...] = (), is_local: bool = True) -> dict[str, str]:
    """What a server's processes are told of a record: where it is, its secret, the names it answers to."""
    said = {
        "PAIRUP_RECORD": str(place), "DJANGO_SETTINGS_MODULE": SETTINGS,
        "PAIRUP_SECRET_KEY": os.environ.get("PAIRUP_SECRET_KEY") or secret_of(place),
    }  # fmt: skip
    return (
        said | ({"PAIRUP_HOSTS": " ".join(hosts)} if hosts else {}) | ({"PAIRUP_INSECURE": "yes"} if is_local else {})
    )


def set_up(place: Path | str) -> None:
    """Tell this process what a server's processes are told, before Django loads."""
    for name, value in environment(place).items():
        os.environ.setdefault(name, value)


def secret_of(place: Path | str) -> str:
    """The secret that signs sessions, kept beside the record and seen by this user only; made where there is none."""
    if address_of(place).path is None:
        raise InputError(
            "A record on a server has no folder in which the secret of the sessions could lie.",
            hint="Set PAIRUP_SECRET_KEY, or write the address into a file and give that file as the record.",
            code="web.no-secret",
        )
    path = beside(place, ".secret")
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64) + "\n")
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def prepare(place: Path | str) -> None:
    """Open a record for the pages, making their own tables (sessions, second factors) where they are missing.

    On a server the application may make none: refuses until `make_tables` was run as their owner.
    """
    open_record(place)
    from django.db import connection

    if _missing():
        if address_of(place).on_server:
            raise InputError(
                "The pages' own tables are not in this database.",
                hint="pairup serve --only-tables --record OWNER, with the address of the tables' owner",
                code="web.no-tables",
            )
        _migrate()
    connection.close()


def make_tables(place: Path | str) -> None:
    """Make the pages' own tables in a record, on a server as the owner of the record's; once, or after an upgrade."""
    open_record(place, by_owner=True)
    from django.apps import apps
    from django.db import connection

    _migrate()
    if address_of(place).on_server:
        pages = [model for model in apps.get_models() if model._meta.app_label not in OF_THE_RECORD]
        server.let_go(model._meta.db_table for model in pages)
    connection.close()


def _missing() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
