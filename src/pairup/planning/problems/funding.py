"""The funding question: money to projects over years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.values.reading import Reading, head
from pairup.values.words import Words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Funding(NamedTuple):
    """A project in one of its ways."""

    project: str
    way: str

    def to_dict(self) -> dict[str, Any]:
        return {"project": self.project, "way": self.way}


class Line(NamedTuple):
    """What can be spent of one thing: the money of a donor and year, or hours, or places."""

    id: str
    capacity: float
    is_money: bool = False


class Way(NamedTuple):
    """One way to carry a project out. `loads` is what it takes of each line."""

    id: str
    worth: float
    loads: Mapping[str, float]


class Project(NamedTuple):
    id: str
    ways: tuple[Way, ...]
    tags: Mapping[str, float]
    place: str | None = None
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    worth: float | None = None


@dataclass(frozen=True, eq=False)
class FundingProblem:
    """Which projects may be carried out in which ways. Rows stand in the order of their identifiers.

    The columns `way_project`, `worth` and the sparse loads (`load_way`, `load_line`, `load`) hold the same as
    `projects`, for computing.
    """

    kind = "funding"
    lines: tuple[Line, ...]
    projects: tuple[Project, ...]
    floors: tuple[tuple[str, float], ...]
    ways: tuple[Funding, ...]
    way_project: Ints
    worth: Floats
    load_way: Ints
    load_line: Ints
    load: Floats
    locks: tuple[tuple[str, ...], ...] = ()
    forbids: tuple[tuple[str, ...], ...] = ()
    refusal: Callable[[Funding], Words | None] | None = field(default=None, repr=False)
    least: tuple[tuple[str, float], ...] = ()  # of each place, the worth its projects reach together at least

    @classmethod
    def from_rows(
        cls,
        lines: Iterable[Line],
        projects: Iterable[Project],
        *,
        floors: Iterable[tuple[str, float]] = (),
        locks: Iterable[tuple[str, ...]] = (),
        forbids: Iterable[tuple[str, ...]] = (),
        refusal: Callable[[Funding], Words | None] | None = None,
        least: Iterable[tuple[str, float]] = (),
        reading: Reading | None = None,
    ) -> FundingProblem:
        """Build a problem; refuse what cannot be, with every finding."""
        reading = reading or Reading()
        lines = tuple(sorted(lines))
        projects = tuple(sorted((_tidy(project) for project in projects), key=lambda project: project.id))
        line_at = reading.once((line.id for line in lines), "lines")
        _check(reading, projects, line_at)
        ways = tuple(Funding(project.id, way.id) for project in projects for way in project.ways)
        settled = {}
        for where, rows in (("locks", locks), ("forbids", forbids)):
            settled[where] = tuple(sorted(set(rows)))
            for row in settled[where]:
                if row not in set(ways) and row not in {(project.id,) for project in projects}:
                    reading.refuse("way-unknown", where, "hint-way", item=" ".join(row))
        reading.require()
        flat = [(at, way) for at, project in enumerate(projects) for way in project.ways]
        loads = [
            (at, line_at[line], load)
            for at, (_, way) in enumerate(flat) for line, load in sorted(way.loads.items()) if load
        ]  # fmt: skip
        return cls(
            lines, projects, tuple(sorted(floors)), ways,
            np.array([at for at, _ in flat], dtype=np.int64),
            np.array([way.worth for _, way in flat], dtype=np.float64),
            np.array([row[0] for row in loads], dtype=np.int64), np.array([row[1] for row in loads], dtype=np.int64),
            np.array([row[2] for row in loads], dtype=np.float64), settled["locks"], settled["forbids"], refusal,
            tuple(sorted(least)),
        )  # fmt: skip

    @classmethod
    def from_dict(cls, said: Any, file: str = "") -> FundingProblem:
        """Read a problem file of kind `funding`."""
        reading = Reading(file)
        found = head(reading, said, "funding", ("lines", "projects"), ("floors", "locks", "forbids", "least"))
        return cls.from_rows(
            _read_lines(reading, found["lines"]),
            _read_projects(reading, found["projects"]),
            floors=_read_floors(reading, found.get("floors")),
            locks=reading.pairs(found.get("locks"), "locks", (1, 2)),
            forbids=reading.pairs(found.get("forbids"), "forbids", (1, 2)),
            least=_read_least(reading, found.get("least")),
            reading=reading,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the problem file; `from_dict` of it is an equal problem."""
        return {
            "kind": "funding", "version": 1,
            "lines": [line._asdict() for line in self.lines],
            "projects": [
                {
                    "id": project.id, "worth": project.worth, "tags": dict(project.tags), "place": project.place,
                    "needs": list(project.needs), "excludes": list(project.excludes),
                    "ways": [{"id": way.id, "loads": dict(way.loads), "worth": way.worth} for way in project.ways],
                }
                for project in self.projects
            ],
            "floors": [{"tag": tag, "share": share} for tag, share in self.floors],
            "locks": [list(row) for row in self.locks], "forbids": [list(row) for row in self.forbids],
            **({"least": [{"place": place, "worth": worth} for place, worth in self.least]} if self.least else {}),
        }  # fmt: skip

    @cached_property
    def option_at(self) -> dict[Funding, int]:
        """Where each way stands in the columns."""
        return {way: at for at, way in enumerate(self.ways)}

    @cached_property
    def exclusions(self) -> tuple[tuple[str, str], ...]:
        """Pairs of projects that are not carried out together, each once, whichever of the two names the other."""
        return tuple(sorted({
            (min(project.id, other), max(project.id, other)) for project in self.projects for other in project.excludes
        }))  # fmt: skip

    def forbidding(self, item: Funding) -> FundingProblem:
        """The same question without the project of this item, in any way."""
        locks = tuple(lock for lock in self.locks if lock[0] != item.project)
        return replace(self, forbids=tuple(sorted({*self.forbids, (item.project,)})), locks=locks)

    def forcing(self, item: Funding) -> FundingProblem:
        """The same question with this project settled in this way."""
        forbids = tuple(row for row in self.forbids if row not in ((item.project,), item))
        locks = tuple(lock for lock in self.locks if lock[0] != item.project)
        return replace(self, locks=tuple(sorted({*locks, tuple(item)})), forbids=forbids)


def _check(reading: Reading, projects: tuple[Project, ...], line_at: dict[str, int]) -> None:
    project_at = reading.once((project.id for project in projects), "projects")
    for project in projects:
        where = f"projects.{project.id}"
        reading.once((way.id for way in project.ways), f"{where}.ways")
        for line in sorted({line for way in project.ways for line in way.loads}):
            reading.known(line, line_at, f"{where}.ways", "lines")
        for other in sorted({*project.needs, *project.excludes}):
            if reading.known(other, project_at, where, "projects") and other == project.id:
                reading.refuse("names-itself", where, id=other)


def _tidy(project: Project) -> Project:
    ways = tuple(
        Way(way.id, way.worth, dict(sorted(way.loads.items()))) for way in sorted(project.ways, key=lambda way: way.id)
    )
    needs, excludes = tuple(sorted(set(project.needs))), tuple(sorted(set(project.excludes)))
    return project._replace(ways=ways, needs=needs, excludes=excludes, tags=dict(sorted(project.tags.items())))


def _read_lines(reading: Reading, said: Any) -> list[Line]:
    rows = []
    for at, row in enumerate(reading.rows(said, "lines")):
        where = f"lines[{at}]"
        if (found := reading.keys(row, where, ("id", "capacity"), ("is_money",))) is not None:
            rows.append(Line(
                reading.text(found["id"], f"{where}.id") or "",
                reading.number(found["capacity"], f"{where}.capacity", 0) or 0.0,
                reading.flag(found.get("is_money"), f"{where}.is_money"),
            ))  # fmt: skip
    return rows


def _read_projects(reading: Reading, said: Any) -> list[Project]:
    rows = []
    for at, row in enumerate(reading.rows(said, "projects")):
        where = f"projects[{at}]"
        optional = ("worth", "tags", "place", "needs", "excludes")
        if (found := reading.keys(row, where, ("id", "ways"), optional)) is None:
            continue
        worth = None if found.get("worth") is None else reading.number(found["worth"], f"{where}.worth")
        rows.append(Project(
            reading.text(found["id"], f"{where}.id") or "", _read_ways(reading, found["ways"], f"{where}.ways", worth),
            _read_numbers(reading, found.get("tags"), f"{where}.tags", most=1.0),
            None if found.get("place") is None else reading.text(found["place"], f"{where}.place"),
            tuple(str(code) for code in reading.rows(found.get("needs"), f"{where}.needs")),
            tuple(str(code) for code in reading.rows(found.get("excludes"), f"{where}.excludes")), worth,
        ))  # fmt: skip
    return rows


def _read_ways(reading: Reading, said: Any, where: str, otherwise: float | None) -> tuple[Way, ...]:
    ways = []
    for at, row in enumerate(reading.rows(said, where)):
        here = f"{where}[{at}]"
        if (found := reading.keys(row, here, ("id",), ("loads", "worth"))) is None:
            continue
        worth = otherwise if found.get("worth") is None else reading.number(found["worth"], f"{here}.worth")
        if found.get("worth") is None and otherwise is None:
            reading.refuse("missing-key", here, "hint-add-key", key="worth")
        code = reading.text(found["id"], f"{here}.id")
        ways.append(Way(code or "", worth or 0.0, _read_numbers(reading, found.get("loads"), f"{here}.loads")))
    return tuple(ways)


def _read_numbers(reading: Reading, said: Any, where: str, most: float | None = None) -> dict[str, float]:
    numbers = {}
    for key, value in reading.table(said, where).items():
        if (found := reading.number(value, f"{where}.{key}", 0, most)) is not None:
            numbers[str(key)] = found
    return numbers


def _read_floors(reading: Reading, said: Any) -> list[tuple[str, float]]:
    floors = []
    for at, row in enumerate(reading.rows(said, "floors")):
        where = f"floors[{at}]"
        if (found := reading.keys(row, where, ("tag", "share"))) is not None:
            tag = reading.text(found["tag"], f"{where}.tag")
            share = reading.number(found["share"], f"{where}.share", 0, 1)
            if tag is not None and share is not None:
                floors.append((tag, share))
    return floors


def _read_least(reading: Reading, said: Any) -> list[tuple[str, float]]:
    rows = []
    for at, row in enumerate(reading.rows(said, "least")):
        where = f"least[{at}]"
        if (found := reading.keys(row, where, ("place", "worth"))) is not None:
            place, worth = reading.text(found["place"], f"{where}.place"), reading.number(found["worth"], where, 0)
            if place is not None and worth is not None:
                rows.append((place, worth))
    return rows
