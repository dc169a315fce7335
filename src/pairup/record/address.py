"""Where a record is: a file of SQLite, or a database on a PostgreSQL server.

A server's database is named by its address, `postgresql://user@host/name`, or by a file that holds nothing but that
address: so a password stays out of the shell's history and of the list of processes, and keys have a place to lie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_SERVER = re.compile(r"postgres(ql)?://", re.IGNORECASE)
#: no address is longer; a file of SQLite begins otherwise
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Address:
    """One record's place: `path` of the file, `url` where it is on a server, both where a file holds the address."""

    path: Path | None
    url: str = ""

    @property
    def on_server(self) -> bool:
        return bool(self.url)

    def __str__(self) -> str:
        """The place as it may be shown: never with a password."""
        return str(self.path) if self.path is not None else re.sub(r"(://[^:/@]*):[^@]*@", r"\1@", self.url)

    def database(self) -> dict[str, Any]:
        """Give what Django's `DATABASES` holds for it. A file is named from the root: programs change their folder."""
        said = _server(self.url) if self.on_server or self.path is None else _file(_rooted(self.path))
        place = "" if self.path is None else _rooted(self.path)
        # PLACE: what belongs to a record, as its keys, lies beside it. A connection is kept from request to request,
        # for a new one has its fence to put up, and every statement to read again
        return said | {"PLACE": place, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def address_of(given: Path | str) -> Address:
    """Read where a record is: an address, a file that holds one, or a file of SQLite, there already or not."""
    if isinstance(given, str) and _SERVER.match(given):
        return Address(None, given)
    path = Path(given)
    if path.is_file():
        with path.open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8", "replace").strip()
        if _SERVER.match(text):
            return Address(path, text)
    return Address(path)


def _rooted(path: Path) -> str:
    return str(path) if str(path) == ":memory:" else str(path.absolute())


def _file(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "pairup.record.fenced.sqlite",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "cached_statements": 500,  # pages ask some hundred different questions, each again and again
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _server(url: str) -> dict[str, Any]:
    """Read an address as libpq does; what stands behind the `?` is handed to it, but `host`, `port` and `user`."""
    parts = urlsplit(url)
    more = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "pairup.record.fenced.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": more.pop("user", "") or unquote(parts.username or ""),
        "PASSWORD": more.pop("password", "") or unquote(parts.password or ""),
        "HOST": more.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": more.pop("port", "") or str(parts.port or ""),
        # pages ask some hundred different questions, each again and again: the server keeps a plan for each
        "OPTIONS": {"connect_timeout": 10, "server_side_binding": True, "prepare_threshold": 2, **more},
    }
