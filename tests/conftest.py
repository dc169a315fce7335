"""For every test: no network, the settings that pages are served with, and the same Hypothesis cases everywhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# one process has one set of settings; the command line alone is run by CI from `pip install .`
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairup.web.settings")
os.environ.setdefault("PAIRUP_SECRET_KEY", "for tests only: " + "0123456789" * 5)
os.environ.setdefault("PAIRUP_INSECURE", "yes")

settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


class NetworkUsed(AssertionError):
    """A test reached for the network."""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let sockets reach this machine only."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise NetworkUsed(f"A test tried to reach {address[0]}. Nothing here needs a network.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)
    yield
