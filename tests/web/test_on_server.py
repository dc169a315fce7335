"""Pages of a record on PostgreSQL: who owns the tables makes the pages' own, and the application serves them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests import postgresql
from tests.web.browser import served

pytestmark = pytest.mark.skipif(not postgresql.ON_SERVER, reason="PAIRUP_TEST_DATABASE=postgresql runs these")
PASSWORD = "synthetic-word-1"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAIRUP_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", "from pairup.cli.main import main; main()", *words], text=True, capture_output=True,
        env={**kept, "PAIRUP_ALLOW_UNSAFE_POSTGRESQL": "yes"},
    )  # fmt: skip


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A record as an operator makes it, without the pages' tables: the files of the owner and of the office."""
    server, name = postgresql.the_server(), f"served{os.getpid()}"
    server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    server.make_database(name)
    postgresql.grant(server, name)
    owner, office = tmp_path / "owner.record", tmp_path / "office.record"
    owner.write_text(server.address(name, postgresql.OWNER))
    office.write_text(server.address(name))
    (tmp_path / "folder").mkdir()
    done = run("init", str(tmp_path / "folder" / "new"))
    assert done.returncode == 0, done.stderr
    done = run("load", str(tmp_path / "folder" / "new"), "--record", str(owner))
    assert done.returncode == 0, done.stderr
    return owner, office


def sessions() -> set[int]:
    """Who is connected to the record as the application, by the number of the server's process."""
    import psycopg

    server = postgresql.the_server()
    with psycopg.connect(server.address("postgres", "postgres")) as asking:
        found = asking.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = %s",
            [f"served{os.getpid()}", postgresql.APPLICATION],
        )
        return {int(pid) for (pid,) in found.fetchall()}


def sign_in(opener: OpenerDirector, address: str) -> str:
    page = opener.open(f"{address}/account/login/").read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page)
    assert token is not None
    said = urlencode({"csrfmiddlewaretoken": token[1], "login": "clerk", "password": PASSWORD})
    return str(opener.open(f"{address}/account/login/", said.encode()).read().decode())


def test_pages_are_not_served_before_the_owner_made_their_tables(places: tuple[Path, Path]) -> None:
    done = run("serve", "--record", str(places[1]))

    assert done.returncode == 1 and "--only-tables" in done.stderr


def test_two_workers_on_a_server_sign_people_in_and_out(places: tuple[Path, Path]) -> None:
    owner, office = places

    made = run("serve", "--only-tables", "--record", str(owner))
    assert made.returncode == 0, made.stderr
    password = office.with_name("password.txt")
    password.write_text(PASSWORD)
    added = run("user", "add", "clerk", "--password-file", str(password), "--record", str(office))
    assert added.returncode == 0, added.stderr
    granted = run("user", "grant", "clerk", "programme_office", "--record", str(office))
    assert granted.returncode == 0, granted.stderr

    with served(office, workers=2) as address:
        opener = build_opener(HTTPCookieProcessor(CookieJar()))
        assert "clerk" in sign_in(opener, address)
        for _ in range(10):  # whichever worker answers, it knows who asks
            assert "clerk" in opener.open(f"{address}/").read().decode()
        before = sessions()
        for _ in range(20):
            opener.open(f"{address}/").read()
        assert len(sessions() & before) > 1  # what answers keeps its connection; one more is for jobs
        page = opener.open(f"{address}/").read().decode()
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page)
        assert token is not None
        opener.open(f"{address}/account/logout/", urlencode({"csrfmiddlewaretoken": token[1]}).encode())
        assert "clerk" not in opener.open(f"{address}/").read().decode()
