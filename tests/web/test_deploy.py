"""The settings as shipped: nothing for Django's own check of a site in use to find, and no start on a weak secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgresql

CHECK = """
import sys
from pairup.services import open_record
open_record(sys.argv[1])
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
"""


def run(code: str, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAIRUP_", "DJANGO_"))}
    said = {"DJANGO_SETTINGS_MODULE": "pairup.web.settings", **environment}
    if postgresql.ON_SERVER:
        said["PAIRUP_ALLOW_UNSAFE_POSTGRESQL"] = "yes"  # the tests' server forgets in a power cut
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], env=kept | said, capture_output=True, text=True, timeout=120
    )


def test_the_shipped_settings_have_nothing_to_find(record: Path) -> None:
    done = run(CHECK, record, PAIRUP_SECRET_KEY="0123456789abcdefghij" * 4, PAIRUP_HOSTS="pairs.example.org")

    assert done.returncode == 0, done.stderr[-1500:]
    assert "no issues" in done.stdout


def test_the_check_would_see_a_site_that_speaks_plain_http(record: Path) -> None:
    done = run(CHECK, record, PAIRUP_SECRET_KEY="0123456789abcdefghij" * 4, PAIRUP_INSECURE="yes")

    assert done.returncode != 0 and "security.W" in done.stderr


@pytest.mark.parametrize("key", ["", "short", "x" * 49])
def test_a_site_does_not_start_on_a_weak_secret(key: str) -> None:
    done = run("import django; django.setup()", PAIRUP_SECRET_KEY=key)

    assert done.returncode != 0 and "50 characters" in done.stderr
