"""`work` and `jobs`: the process that carries long work out, and what it has to do."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path

import click

from pairup.cli.options import PROGRAMME, RECORD


@click.command()
@RECORD
@click.option("--once", is_flag=True, help="End when there is nothing to do.")
def work(record: Path | str, once: bool) -> None:
    """Carry out the jobs of a record, one after the other, until ended. `pairup serve` starts one of these."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import working

    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    name = f"{socket.gethostname()}-{os.getpid()}"
    try:
        count = working.work(name, is_over=over.is_set, only_once=once)
    except KeyboardInterrupt:
        count = 0
    click.echo(f"{count} jobs carried out.", err=True)


@click.command()
@RECORD
@PROGRAMME
@click.option("--stop", "stopped", metavar="CODE", help="Let this job end with the best so far.")
@click.option("--cancel", "cancelled", metavar="CODE", help="Let this job end with nothing.")
@click.option("--actor", default="programme_office", show_default=True)
def jobs(record: Path | str, programme: str | None, stopped: str | None, cancelled: str | None, actor: str) -> None:
    """List the jobs of a record; stop or cancel one."""
    from pairup.services import open_record

    open_record(record)
    from pairup.services import jobs as service
    from pairup.services import lives

    if stopped:
        service.request_stop(stopped, actor=actor)
    if cancelled:
        service.request_cancel(cancelled, actor=actor)
    for one in service.jobs(lives.programme_of(programme)):
        click.echo(f"{one.code}: {one.kind}, {one.state}, asked by {one.actor} at {one.asked:%Y-%m-%d %H:%M}")
