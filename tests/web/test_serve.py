"""`pairup serve` says its address when there is somebody to answer at it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests import postgresql
from tests.web.browser import free_port


def test_the_address_is_said_once_the_server_answers_there(site: Path) -> None:
    port = free_port()
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PAIRUP_", "DJANGO_"))}
    if postgresql.ON_SERVER:
        told["PAIRUP_ALLOW_UNSAFE_POSTGRESQL"] = "yes"
    words = ["serve", "--record", str(site), "--port", str(port), "--workers", "1"]

    with subprocess.Popen(
        [sys.executable, "-c", "from pairup.cli.main import main; main()", *words], env=told,
        stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stderr is not None
        try:
            first, second = server.stderr.readline(), server.stderr.readline()
            answer = urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=60)
        finally:
            server.terminate()

    assert first.startswith("Starting 1 process") and "http" not in first
    assert f"http://127.0.0.1:{port}/ shows" in second and answer.status == 200
