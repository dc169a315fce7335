"""`bench register`: the record's doors on a register as large as a country's, each in a process of its own."""

from __future__ import annotations

import os
import pickle
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from pairup.cli.options import now

#: rows that one import is measured with; a tenth of it at least at a small scale
LINES = 100_000
_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
_ON = date(2026, 1, 6)
_OFFICE = "programme_office"


@click.command()
@click.option("--scale", type=click.FloatRange(0.0005, 3), default=0.01, show_default=True, help="1: a country's.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="Write register.md, .csv and .json there."
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Work there, and leave it all there; parts measured there before are not done again.",
)
def register(scale: float, seed: int, into: Path | None, home: Path | None) -> None:
    """Make a register of thirty years, and measure import, journal, backup, restore and a total on it.

    Ends with 1 where a target is missed. At scale 1 it takes an hour and some 10 GB.
    """
    from pairup.bench.machine import this_machine
    from pairup.bench.register import table

    machine = this_machine()
    click.echo(str(machine))
    figures = []
    with TemporaryDirectory() as scratch:
        work = home or Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        for figure in figures_of(work, scale, seed):
            figures.append(figure)
            click.echo(table.line(figure))
    if into is not None:
        table.write(into, figures, machine, now().date(), scale, seed)
    if any(figure.is_met is False for figure in figures):
        raise click.exceptions.Exit(1)


def figures_of(work: Path, scale: float, seed: int) -> Iterator[Any]:
    """Measure part by part; each finds what the one before left."""
    from pairup.bench.register import table
    from pairup.bench.register.making import Size, extra_lines, write_register
    from pairup.bench.register.table import Figure
    from pairup.services.schema import load_django

    load_django()  # so that no part is charged with loading it
    from pairup.services import backup, folder, totals  # noqa: F401

    record, size = work / "record.sqlite3", Size.of(scale)
    count = max(2000, min(LINES, round(LINES * scale * 10)))

    kept = table.Kept(work / f"figures-{scale:g}-{seed}.jsonl")

    def measured(part: str, rows: int, does: Callable[[], str], **asked: float) -> Iterator[Figure]:
        figure = kept.get(part)
        if figure is None:
            wall, cpu, peak, note = _apart(does)
            figure = kept.add(Figure(part, rows, wall, cpu, peak, note, **asked))
        yield figure

    folders: list[Path] = []

    def made() -> str:
        write_register(work / "folders", scale=scale, seed=seed)
        return ""

    yield from measured("write the folders", size.rows, made)
    folders = [work / "folders" / "base", *sorted(path for path in (work / "folders").iterdir() if path.name != "base")]
    extra = work / "extra"
    if not extra.is_dir():
        extra_lines(extra, count, scale=scale)
    yield from measured("load 31 folders", size.rows, lambda: _load(record, folders, create=True))
    yield from measured("import money lines", count, lambda: _load(record, [extra]), least=2000, most_mb=512)
    yield from measured("the same file again", count, lambda: _load(record, [extra]), least=2000, most_mb=512)
    yield from measured("a total as of a day", size.lines + count, lambda: _total(record), most_seconds=1.0)
    rows = size.rows + count
    yield from measured("verify the journal", rows, lambda: _verify(record))
    yield from measured("back up, restored beside", rows, lambda: _backup(record, work))
    yield from measured("restore", rows, lambda: _restore(work), most_seconds=600)


def _apart(does: Callable[[], str]) -> tuple[float, float, float, str]:
    """Do something in a child; give seconds on the clock, of the processor, the most memory, and what it says."""
    hears, tells = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        said: tuple[bool, str] = (False, "")
        try:
            said = (True, does())
        except BaseException as error:
            said = (False, f"{type(error).__name__}: {error}")
        finally:
            os.write(tells, pickle.dumps(said)[:60000])
            os._exit(0)
    os.close(tells)
    with os.fdopen(hears, "rb") as pipe:
        raw = pipe.read()
    _, _, used = os.wait4(child, 0)
    wall = time.monotonic() - began
    is_done, said_back = pickle.loads(raw) if raw else (False, "it was killed")  # noqa: S301
    if not is_done:
        raise click.ClickException(said_back)
    return wall, used.ru_utime + used.ru_stime, _mega(used), said_back


def _mega(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024


def _load(record: Path, folders: list[Path], *, create: bool = False) -> str:
    from pairup.services import open_record

    open_record(record, create=create)
    from pairup.services.folder import load_folder

    new = 0
    for one in folders:
        new += load_folder(one, actor=_OFFICE, at=_AT).total.new
    return f"{new:,} new, {record.stat().st_size / 2**20:,.0f} MB"


def _verify(record: Path) -> str:
    from pairup.services import open_record

    open_record(record)
    from pairup.services.write import check_journal

    if found := check_journal():
        raise AssertionError(str(found[0]))
    return ""


def _backup(record: Path, work: Path) -> str:
    from pairup.services import open_record

    open_record(record)
    from pairup.services import backup

    made = backup.backup(record, work / "backups", at=_AT)
    return f"{made.path.stat().st_size / 2**20:,.0f} MB"


def _restore(work: Path) -> str:
    from pairup.services.schema import load_django

    load_django()
    from pairup.services import backup

    backup.restore(work / "backups", work / "restored.sqlite3", at=_AT)
    return f"{(work / 'restored.sqlite3').stat().st_size / 2**20:,.0f} MB"


def _total(record: Path) -> str:
    from pairup.services import open_record

    open_record(record)
    from pairup.services import totals

    began = time.process_time()
    figure = totals.total("money_paid", programme="register", on=_ON).figures[0]
    return f"{figure.value} {figure.uom}, {time.process_time() - began:.2f} CPU s of it"
