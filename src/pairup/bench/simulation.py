"""The tables of `pairup bench simulate`: how often the rule is wrong, and how often it sees.

Each row keeps its own day and seed, so that rows measured in pieces stand in one table. Targets are those of the
project: *supported* where nothing happened in at most 5 of 100 cases where places were chosen at random and 10 where
after a bad run; intervals that hold in 93 to 97. A target is missed only where an exact 99 % interval lies outside it.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pairup.evaluation.evaluate import _HOMES
from pairup.evaluation.simulation.coverage import CASES, held
from pairup.evaluation.simulation.exact import interval_of, is_met
from pairup.evaluation.simulation.verdicts import WORLDS, simulate
from pairup.evaluation.simulation.worlds import TRUTHS

#: draws of a row; worlds of more than a hundred places cost more, and are drawn fewer times
FULL, FEWER, QUICK = 2000, 500, 100
_MANY = 100
_COVERED = (0.93, 0.97)


@dataclass(frozen=True, slots=True)
class Simulated:
    """One row. `counts` out of `draws`; `target` the most (verdicts) or the range (coverage) of `share`, or none."""

    name: str
    part: str
    effect: float
    draws: int
    share: float
    low: float
    high: float
    target: str
    met: bool | None
    counts: Mapping[str, int] = field(default_factory=dict)

    def of(self, name: str) -> float:
        return self.counts.get(name, 0) / self.draws


def names() -> tuple[str, ...]:
    """Name what is simulated, in order: worlds, then the intervals of the methods at hand."""
    known = {method.value for method in _HOMES}
    return (*(world.name for world in WORLDS), *(f"interval of {method}" for method in CASES if method in known))


def rows_of(name: str, is_quick: bool, seed: int, jobs: int | None, asked: int | None = None) -> list[Simulated]:
    """Simulate a world, without and with its effect, or an interval."""
    draws = asked or (QUICK if is_quick else FULL)
    if name.startswith("interval of "):
        count = held(name.removeprefix("interval of "), draws, seed=seed, jobs=jobs)
        met = is_met(count, draws, *_COVERED)
        return [_row(name, "intervals", 1.0, draws, count, "93–97 %", met, Counter({"interval held": count}))]
    world = next(one for one in WORLDS if name == one.name)
    if world.treated + world.pool > _MANY and draws == FULL:
        draws = FEWER
    nothing, effect = simulate(world, draws, seed=seed, jobs=jobs)
    count, most = nothing["registered supported at all"], 0.10 if world.is_bad_run else 0.05
    met = is_met(count, draws, 0, most)
    truth = TRUTHS[world.kind].effect
    seen = effect["registered supported at all"]
    return [
        _row(f"{name}; nothing", "false success", 0.0, draws, count, f"≤ {100 * most:.0f} %", met, nothing),
        _row(f"{name}; effect", "power", truth, draws, seen, "", None, effect),
    ]


def _row(
    name: str, part: str, effect: float, draws: int, count: int, target: str, met: bool | None, counts: Counter[str]
) -> Simulated:
    low, high = interval_of(count, draws)
    return Simulated(name, part, effect, draws, count / draws, low, high, target, met, dict(sorted(counts.items())))


def line(row: Simulated) -> str:
    """Tell a row on the screen."""
    kept = "" if row.met is None else ("kept" if row.met else "MISSED")
    share = f"{100 * row.share:5.1f} % [{100 * row.low:.1f}, {100 * row.high:.1f}]"
    return f"{row.name:58} {row.draws:5} {share} {row.target:8} {kept}"


def write(folder: Path, rows: Mapping[str, Simulated], said: str) -> None:
    """Write simulate.md, .csv and .json; rows that were not simulated now stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    together = {**read(folder), **rows}
    order = [one for name in names() for one in (name, f"{name}; nothing", f"{name}; effect")]
    ordered = [together[name] for name in order if name in together]
    (folder / "simulate.json").write_text(
        json.dumps([asdict(row) for row in ordered], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    with (folder / "simulate.csv").open("w", encoding="utf-8", newline="") as file:
        heads = [one.name for one in fields(Simulated) if one.name != "counts"]
        counted = sorted({name for row in ordered for name in row.counts})
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*heads, *counted])
        for row in ordered:
            writer.writerow([*(getattr(row, head) for head in heads), *(row.counts.get(name, 0) for name in counted)])
    (folder / "simulate.md").write_text("\n".join(_page(ordered, said)) + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Simulated]:
    """Read the rows that were written before."""
    file = folder / "simulate.json"
    said: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return {row["name"]: Simulated(**row) for row in said}


def _page(rows: list[Simulated], said: str) -> Iterator[str]:
    yield from (_HEAD.format(said=said).splitlines())
    for row in (one for one in rows if one.part == "false success"):
        yield _cells(row.name.removesuffix("; nothing"), f"{row.draws:,}", _of(row), row.target, _kept(row), *(
            _p(row, name) for name in (
                "registered supported", "retrospective supported", "registered contradicted", "registered cannot_tell",
                "synthetic alone", "trends alone", "before and after",
            )
        ))  # fmt: skip
    yield from _EFFECT.splitlines()
    for row in (one for one in rows if one.part == "power"):
        better = max(row.of("synthetic alone"), row.of("trends alone"))
        loss = f"{100 * (1 - row.share / better):.0f} %" if better > 0 else "–"
        name = row.name.removesuffix("; effect")
        yield _cells(name, f"{row.draws:,}", _of(row), f"{100 * better:.0f} %", loss, *(
            _p(row, name) for name in (
                "registered supported", "registered not_supported_in_size", "registered not_supported",
                "registered contradicted", "registered cannot_tell", "interval held",
            )
        ))  # fmt: skip
    yield from ("", "## Gates not passed where an effect was there", "", "| world | gates |", "|---|---|")
    for row in (one for one in rows if one.part == "power"):
        failed = sorted(
            ((name.removeprefix("gate "), count) for name, count in row.counts.items() if name.startswith("gate ")),
            key=lambda one: -one[1],
        )
        told = ", ".join(f"{name} {100 * count / row.draws:.0f} %" for name, count in failed) or "none"
        yield f"| {row.name.removesuffix('; effect')} | {told} |"
    yield from ("", "## Intervals", "", "| interval | draws | holds | target | |", "|---|---|---|---|---|")
    for row in (one for one in rows if one.part == "intervals"):
        yield f"| {row.name} | {row.draws:,} | {_of(row)} | {row.target} | {_kept(row)} |"


_HEAD = """# How often a verdict is wrong

Written by `pairup bench simulate`. {said}

Worlds, claims and gates are those of [evaluation](../explanation/evaluation.md). *Supported* counts `supported` and
`supported_in_direction`; brackets are exact 99 % intervals; *retrospective* is the same panel without a registration.
In rows *trends first* the design is `staggered_did`, and what stands under synthetic DiD is its interval alone.

## Nothing happened

| world | draws | supported | target | | `supported` itself | the same, retrospective | contradicted | cannot tell \
| synthetic DiD alone | DiD alone | before and after |
|---|---|---|---|---|---|---|---|---|---|---|---|"""
_EFFECT = """
## An effect was there

*Loss*: by how much the rule sees the effect less often than the better of the two methods alone.

| world | draws | supported | better method alone | loss | `supported` itself | not supported in size | not supported \
| contradicted | cannot tell | interval holds |
|---|---|---|---|---|---|---|---|---|---|---|"""


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _of(row: Simulated) -> str:
    return f"{100 * row.share:.1f} % [{100 * row.low:.1f}, {100 * row.high:.1f}]"


def _p(row: Simulated, name: str) -> str:
    return f"{100 * row.of(name):.1f} %"


def _kept(row: Simulated) -> str:
    return "kept" if row.met else "**missed**"
