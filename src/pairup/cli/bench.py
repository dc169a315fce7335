"""`bench`: ours beside the best peers, measured in one run on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pairup.bench import PARTS, parts_of
from pairup.cli.bench_register import register
from pairup.cli.options import now

#: where benchmarks live
HOME = "pairup.bench"


def _chosen(known: tuple[str, ...], given: str | None) -> tuple[str, ...]:
    """Read `--only postings,stable`; without it every part."""
    wanted = known if given is None else tuple(word.strip() for word in given.split(",") if word.strip())
    if unknown := [word for word in wanted if word not in known]:
        raise click.BadParameter(f"{', '.join(unknown)} is no part. Parts: {', '.join(known)}.")
    return tuple(part for part in known if part in wanted)


def _options(known: tuple[str, ...], name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that every kind of benchmark has."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        written = f"Write {name}.md, .csv and .json there; parts that were not measured now stay as they are."
        for option in (
            click.option("--into", type=click.Path(path_type=Path, file_okay=False), help=written),
            click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True),
            click.option(
                "--quick/--full", "is_quick", default=True,
                help="A few small instances, or all of them. [default: quick]",
            ),
            click.option(
                "--only", "parts", metavar="PART,…", help=f"Only these of: {', '.join(known)}.",
                callback=lambda context, parameter, given: _chosen(known, given),
            ),
        ):  # fmt: skip
            command = option(command)
        return command

    return decorated


@click.group()
def bench() -> None:
    """Measure pairup beside other solvers, in one run on this machine."""


@bench.command()
@_options(PARTS, "planning")
def planning(parts: tuple[str, ...], is_quick: bool, seed: int, into: Path | None) -> None:
    """Plan instances with pairup and with the peers that are installed, and print each row as it comes.

    Every solver runs in a process of its own. A peer that is not installed is a row that says so. Seconds depend on
    the machine and on what else runs there: compare ratios of one run.
    """
    if not carry_out(parts, is_quick=is_quick, seed=seed, into=into):
        raise click.exceptions.Exit(1)


def carry_out(parts: tuple[str, ...], *, is_quick: bool, seed: int, into: Path | None, package: str = HOME) -> bool:
    """Measure parts of planning, print and write them; say whether none failed."""
    from pairup.bench import sheet
    from pairup.bench.measure import Row

    def write(folder: Path, part: str, machine: Any, versions: Any, rows: tuple[Any, ...]) -> None:
        done = sheet.Measurement(part, now().date(), machine, versions, seed, is_quick, rows)
        sheet.write(folder, {part: done})

    return _through(parts, is_quick, seed, into, package, sheet, Row, write, "planning")


def carry_out_paired(
    name: str, parts: tuple[str, ...], *, is_quick: bool, seed: int, into: Path | None, package: str | None = None
) -> bool:
    """Measure parts of evaluation or measurement, print and write them; say whether none failed."""
    from pairup.bench import paired_sheet
    from pairup.bench.paired import Timing

    def write(folder: Path, part: str, machine: Any, versions: Any, rows: tuple[Any, ...]) -> None:
        done = paired_sheet.Paired(part, now().date(), machine, versions, seed, is_quick, rows)
        paired_sheet.write(folder, {part: done}, name)

    package = package or f"{HOME}.{name}"
    return _through(parts, is_quick, seed, into, package, paired_sheet, Timing, write, name)


def _through(
    parts: tuple[str, ...], is_quick: bool, seed: int, into: Path | None, package: str, sheet: Any, row: Any,
    write: Callable[..., None], name: str,
) -> bool:  # fmt: skip
    """Go through the parts, print each row as it comes, and write part by part."""
    from pairup.bench.machine import installed, this_machine
    from pairup.bench.parts import FAILED, rows_of

    machine, versions = this_machine(), installed()
    click.echo(f"{machine}\n{', '.join(f'{package} {number}' for package, number in versions.items())}; seed {seed}")
    is_whole = True
    for part in parts:
        click.echo(f"\n{part}\n{sheet.heading()}")
        rows = []
        for one in rows_of(part, is_quick=is_quick, seed=seed, package=package, row=row):
            rows.append(one)
            click.echo(sheet.line(one))
            is_whole = is_whole and not one.note.startswith(FAILED)
        for said in sheet.summary_lines(rows):
            click.echo(f"  {said}")
        if into is not None:  # part by part, so that what was measured stays if the next is stopped
            write(into, part, machine, versions, tuple(rows))
    if into is not None:
        click.echo(f"\nWritten: {into / name}.md, .csv, .json")
    return is_whole


def _paired(name: str, said: str) -> click.Command:
    """Make the command of one package of parts."""

    @click.command(name, help=said)
    @_options(parts_of(f"{HOME}.{name}"), name)
    def command(parts: tuple[str, ...], is_quick: bool, seed: int, into: Path | None) -> None:
        if not carry_out_paired(name, parts, is_quick=is_quick, seed=seed, into=into):
            raise click.exceptions.Exit(1)

    return command


_SAID = """{}, with pairup and with the peers that are installed, in turn, and print each row.

Every go runs in a process of its own; goes alternate between solvers, and medians are told. A peer that is not
installed is a row that says so. Seconds depend on the machine and on what else runs there: compare ratios of one run.
"""
bench.add_command(_paired("evaluation", _SAID.format("Estimate effects on panels of known size")))
bench.add_command(_paired("measurement", _SAID.format("Measure indicators from tables of known size")))


@bench.command()
@click.option("--only", metavar="WORDS", default="", help="Only rows whose name holds these words.")
@click.option(
    "--quick/--full", "is_quick", default=True, help="100 draws a row, or the 2,000 that decide. [default: quick]"
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--draws", type=click.IntRange(min=20), help="So many draws a row in place of these.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes at once.")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False),
    help="Write simulate.md, .csv and .json there; rows that were not simulated now stay as they are.",
)  # fmt: skip
def simulate(only: str, is_quick: bool, seed: int, draws: int | None, jobs: int, into: Path | None) -> None:
    """Put the rule of verdicts to worlds of known truth: how often it is wrong, and how often it sees.

    Ends with 1 where a target is missed: an exact 99 % interval of what was counted lies outside it.
    """
    from pairup.bench import simulation

    is_kept = True
    for name in (one for one in simulation.names() if only in one):
        rows = simulation.rows_of(name, is_quick, seed, jobs, draws)
        for row in rows:
            click.echo(simulation.line(row))
            is_kept = is_kept and row.met is not False
        if into is not None:  # world by world, so that what was simulated stays if the next is stopped
            simulation.write(into, {row.name: row for row in rows}, f"Last written {now().date()}, seed {seed}.")
    if not is_kept:
        raise click.exceptions.Exit(1)


bench.add_command(register)
