"""`bench`: our planners beside the best peers, measured in one run on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from pairup.bench import PARTS
from pairup.cli.options import now


def _parts(context: click.Context, parameter: click.Parameter, given: str | None) -> tuple[str, ...]:
    """Read `--only postings,stable`; without it every part."""
    wanted = PARTS if given is None else tuple(word.strip() for word in given.split(",") if word.strip())
    if unknown := [word for word in wanted if word not in PARTS]:
        raise click.BadParameter(f"{', '.join(unknown)} is no part. Parts: {', '.join(PARTS)}.")
    return tuple(part for part in PARTS if part in wanted)


@click.group()
def bench() -> None:
    """Measure pairup beside other solvers, in one run on this machine."""


@bench.command()
@click.option("--only", "parts", callback=_parts, metavar="PART,…", help=f"Only these of: {', '.join(PARTS)}.")
@click.option(
    "--quick/--full", "is_quick", default=True, help="A few small instances, or all of them. [default: quick]"
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False),
    help="Write planning.md, .csv and .json there; parts that were not measured now stay as they are.",
)  # fmt: skip
def planning(parts: tuple[str, ...], is_quick: bool, seed: int, into: Path | None) -> None:
    """Plan instances with pairup and with the peers that are installed, and print each row as it comes.

    Every solver runs in a process of its own. A peer that is not installed is a row that says so. Seconds depend on
    the machine and on what else runs there: compare ratios of one run.
    """
    if not carry_out(parts, is_quick=is_quick, seed=seed, into=into):
        raise click.exceptions.Exit(1)


def carry_out(
    parts: tuple[str, ...], *, is_quick: bool, seed: int, into: Path | None, package: str = "pairup.bench"
) -> bool:
    """Measure parts of a package of benchmarks, print and write them; say whether none failed."""
    from pairup.bench.machine import installed, this_machine
    from pairup.bench.parts import FAILED, rows_of
    from pairup.bench.sheet import Measurement, heading, line, summary_lines, write

    machine, versions = this_machine(), installed()
    click.echo(f"{machine}\n{', '.join(f'{name} {number}' for name, number in versions.items())}; seed {seed}")
    is_whole = True
    for part in parts:
        click.echo(f"\n{part}\n{heading()}")
        rows = []
        for row in rows_of(part, is_quick=is_quick, seed=seed, package=package):
            rows.append(row)
            click.echo(line(row))
            is_whole = is_whole and not row.note.startswith(FAILED)
        for said in summary_lines(rows):
            click.echo(f"  {said}")
        if into is not None:  # part by part, so that what was measured stays if the next is stopped
            write(into, {part: Measurement(part, now().date(), machine, versions, seed, is_quick, tuple(rows))})
    if into is not None:
        click.echo(f"\nWritten: {into / 'planning.md'}, .csv, .json")
    return is_whole
