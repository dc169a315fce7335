"""`serve`: a record in the browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from pairup.cli.options import RECORD_PLACE

_LOCAL = ("127.0.0.1", "localhost", "::1")
#: where `pairup demo` puts its record
_DEMO = Path("pairup-demo/record.sqlite3")


def _require_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens at; the server would share it, and half the answers."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.UsageError(f"{host}:{port} cannot be listened at: {error.strerror}. Try --port.") from error


@click.command()
@click.option(
    "--record", type=RECORD_PLACE, envvar="PAIRUP_DATABASE_URL",
    help="The record: a SQLite file, or a postgresql:// address. [default: the demo's, where there is one]",
)  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen at this address.")
@click.option("--name", "names", multiple=True, help="The site's name, as in its address behind TLS; may be repeated.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that answer.")
@click.option(
    "--public", type=click.Path(path_type=Path, file_okay=False), help="Give out this release under /public/, to all."
)
@click.option(
    "--backups", type=click.Path(path_type=Path, file_okay=False),
    help="Put the backups that are asked for on the pages into this folder. [default: PAIRUP_BACKUPS]",
)  # fmt: skip
@click.option("--only-tables", is_flag=True, help="Make the pages' own tables and end; on a server, as the owner.")
def serve(
    record: Path | str | None, port: int, host: str, names: tuple[str, ...], workers: int, public: Path | None,
    backups: Path | None, only_tables: bool,
) -> None:  # fmt: skip
    """Serve a record's pages.

    On this machine's own address it speaks plain HTTP. Anywhere else it answers by --name only, and expects a server
    before it that speaks TLS and says so in X-Forwarded-Proto.
    """
    if record is None:
        if not _DEMO.is_file():
            raise click.UsageError("Say which record: --record FILE. `pairup demo` makes one with sample data.")
        record = _DEMO
    from pairup.services import serving

    serving.require_web()
    if only_tables:
        os.environ.update(serving.environment(record))
        serving.make_tables(record)
        return
    is_local = host in _LOCAL and not names
    if not is_local and not names:
        raise click.UsageError(f"{host} can be reached by others: say the site's --name, and put TLS before it.")
    _require_free(host, port)
    told = serving.environment(record, hosts=names, is_local=is_local)
    if public is not None:
        from pairup.reports.release.frozen import require_unchanged

        require_unchanged(public)
        told["PAIRUP_PUBLIC"] = str(public.resolve())
    if backups is not None:
        told["PAIRUP_BACKUPS"] = str(backups.resolve())
    os.environ.update(told)
    serving.prepare(record)
    click.echo(f"Starting {workers} process{'es' * (workers > 1)} …", err=True)
    words = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers",
        str(workers), "--blocking-threads", "2", "--blocking-threads-idle-timeout", "600", "--no-ws",
        "--log-level", "warning",
        "pairup.web.wsgi:application",
    ]  # fmt: skip
    working = [sys.executable, "-c", "from pairup.cli.main import main; main()", "work", "--record", str(record)]
    say = partial(click.echo, f"http://{_written(host)}:{port}/ shows {record}. Ctrl-C ends it.", err=True)
    threading.Thread(target=_say_when_it_answers, args=(host, port, say), daemon=True).start()
    raise SystemExit(_until_ended(words, working, {**os.environ, **told}))


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _say_when_it_answers(host: str, port: int, say: Callable[[], None]) -> None:
    """Ask the server until it has answered anything at all, then say so; who listens everywhere is asked at home."""
    at_home = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (asked there, not listened at)
    while True:
        try:
            line = HTTPConnection(at_home, port, timeout=30)
            line.request("HEAD", "/account/login/")
            line.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.2)
        else:
            say()
            return


def _until_ended(serving: list[str], working: list[str], told: dict[str, str]) -> int:
    """Run the server with its worker until somebody ends it; gives its exit code, 0 for an end that was asked for."""
    server, worker = subprocess.Popen(serving, env=told), subprocess.Popen(working, env=told)
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGTERM))
    try:
        code = server.wait()
    except KeyboardInterrupt:
        code = server.wait()
    finally:
        worker.terminate()
        worker.wait(30)
    return 0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else code
