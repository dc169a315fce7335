"""The attack on a release, before anybody else makes it: what can be worked out from all its tables together.

An attacker takes every number of this release and of earlier ones as an interval for a sum of unknown counts, and asks
a linear programme for the least and the most that each hidden count can be. A hidden count that is known within 4
must not go out; `protect` hides more cells until there is none, and refuses where that cannot be had.

The unknowns are the cells of the finest tables; those that share dimensions are tied by equal sums. A count that was
published earlier and no longer grows is the same unknown; of one that still grows, what came in since is an unknown
of its own. A second attacker knows where and when everybody was (the full roster) and asks what people are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pairup.errors import ConflictError
from pairup.planning.linear import Floats, LinearProgramme
from pairup.reports.disclosure import KNOWN, LEAST, Counts, Earlier, Key, Told, is_closed, must_hide, tell

#: a cell of this release: the name of its table, and its key
Cell = tuple[str, Key]
_MOST = 1e7  # nobody counts more people than this
_SLACK = 1e-6
_SHAKES = 24
_SINCE = "since"  # begins the release of a target that is what came in since then


@dataclass(frozen=True, slots=True)
class Known:
    """A hidden cell that can be worked out: between `low` and `high` people. `release` is empty for the present one."""

    table: str
    key: Key
    low: int
    high: int
    release: str = ""
    by_roster: bool = False


@dataclass
class _Row:
    """Something published about a sum of unknowns."""

    columns: list[int]
    low: float
    high: float
    cell: Cell | None = None  # of the present release
    values: list[float] | None = None  # what each column counts for; None: once each
    is_of_growth: bool = False  # rests on what came in since an earlier release


@dataclass
class _Target:
    """A sum of unknowns that nobody is to know, with the spread of values met so far."""

    cell: Cell
    columns: list[int]
    release: str = ""
    values: list[float] | None = None
    least: float = math.inf
    most: float = -math.inf

    def met_in(self, amount: Floats) -> float:
        """Give the value of the sum in a solution."""
        return float(amount[self.columns].sum() if self.values is None else amount[self.columns] @ self.values)


def _whole(target: _Target) -> tuple[int, int]:
    """Give the whole numbers that a target can be."""
    return math.ceil(target.least - _SLACK), math.floor(target.most + _SLACK)


class Attack:
    """What can be worked out from published tables. `by_roster`: by one who knows where and when everybody was."""

    def __init__(
        self,
        counts: Sequence[Counts],
        told: Sequence[Told],
        earlier: Sequence[Earlier] = (),
        *,
        by_roster: bool = False,
    ) -> None:
        self.counts = {table.name: table for table in counts}
        self.told = {table.name: dict(table.cells) for table in told}
        self.by_roster = by_roster
        self._finest = [
            table for table in counts
            if not any(set(table.dims) < set(other.dims) for other in counts)
        ]  # fmt: skip
        self._columns = [(table.name, key) for table in self._finest for key in sorted(table.cells)]
        self._truth = [self.counts[name].cells[key] for name, key in self._columns]
        self._unknown = len(self._columns)
        self._rows = [*self._links(), *(row for table in told for row in self._present(table))]
        self._targets = [
            self._target(table.name, key)
            for table in told if table.attributes or not by_roster
            for key, number in table.cells.items() if number is None
        ]  # fmt: skip
        self._public: set[Cell] = set()  # told before, of what no longer grows: hiding it now hides nothing
        for release in () if by_roster else earlier:
            self._add_earlier(release)
        self._programme = self._formulate()

    # --- what is published ---

    def _over(self, dims: Sequence[str], table: Counts | None = None) -> dict[Key, list[int]]:
        """For every key of these dimensions, the unknowns that add up to it: cells of one finest table."""
        finest = table or next(t for t in self._finest if set(dims) <= set(t.dims))
        at = [finest.dims.index(dim) for dim in dims]
        found: dict[Key, list[int]] = {}
        for column, (name, key) in enumerate(self._columns):
            if name == finest.name:
                found.setdefault(tuple(key[k] for k in at), []).append(column)
        return found

    def _links(self) -> list[_Row]:
        """Tie the finest tables: over the dimensions they share they count the same people."""
        rows = []
        for k, one in enumerate(self._finest):
            for other in self._finest[:k]:
                shared = [dim for dim in one.dims if dim in other.dims]
                left, right = self._over(shared, one), self._over(shared, other)
                for key in sorted(set(left) | set(right)):
                    mine, theirs = left.get(key, []), right.get(key, [])
                    values = [1.0] * len(mine) + [-1.0] * len(theirs)
                    rows.append(_Row(mine + theirs, 0.0, 0.0, values=values))
        return rows

    def _present(self, table: Told) -> list[_Row]:
        over = self._over(table.dims)
        is_exact = self.by_roster and not table.attributes
        rows = []
        for key in sorted(table.cells):
            true = self.counts[table.name].cells[key]
            low, high = (true, true) if is_exact else table.interval(key)
            rows.append(_Row(over[key], low, high, (table.name, key)))
        return rows

    def _target(self, name: str, key: Key) -> _Target:
        return _Target((name, key), self._over(self.counts[name].dims)[key])

    def _add_earlier(self, release: Earlier) -> None:
        """Take in what an earlier release said and still holds; what has been corrected since binds nobody."""
        since, new = self._since(release)
        day = release.day.isoformat()
        for table in release.tables:
            if table.name not in self.counts or table.dims != self.counts[table.name].dims:
                raise ConflictError(
                    f"The release of {day} has a table {table.name} that this one does not count.",
                    hint="What it gives away together with this one cannot be told.", code="releases.other-tables",
                    table=table.name, day=day,
                )  # fmt: skip
            over = self._over(table.dims)
            for key, number in table.cells.items():
                then = [column for column in over.get(key, []) if column not in new]
                came = [since[column] for column in then if column in since]
                settled = sum(self._truth[column] for column in then if column not in since)
                low, high = table.interval(key)
                if not then or sum(self._truth[column] for column in then) < low or settled > high:
                    continue
                values = [1.0] * len(then) + [-1.0] * len(came)
                if number is not None and not came and len(then) == len(over[key]):
                    self._public.add((table.name, key))
                self._rows.append(_Row(then + came, low, high, values=values, is_of_growth=bool(came)))
                if number is None and (came or settled < LEAST):
                    self._targets.append(_Target((table.name, key), then + came, day, values))
                if came and number is not None and self.told[table.name].get(key) is not None:
                    self._targets.append(_Target((table.name, key), came, f"{_SINCE} {day}"))

    def _since(self, release: Earlier) -> tuple[dict[int, int], set[int]]:
        """Give each unknown that may have grown an unknown of its own for what came in, and those that are all new.

        What the earlier release did not list held nobody then.
        """
        since: dict[int, int] = {}
        new: set[int] = set()
        listed = {table.name: table.cells for table in release.tables}
        for column, (name, key) in enumerate(self._columns):
            dims = self.counts[name].dims
            if name in listed and key not in listed[name]:
                new.add(column)
            elif not is_closed(dims, key, release):
                since[column] = self._unknown
                self._rows.append(_Row([column, self._unknown], 0.0, math.inf, values=[1.0, -1.0]))
                self._unknown += 1
        return since, new

    # --- the linear programme ---

    def _formulate(self) -> LinearProgramme:
        """Put the unknowns and all that is published into one programme.

        Where what grew contradicts the present tables, rows were taken out of the record since; then it binds nobody.
        """
        programme = LinearProgramme()
        programme.option("simplex_strategy", 4)  # primal: only the objective changes between solves
        self._all = np.arange(self._unknown)
        none = np.zeros(self._unknown + 1, dtype=np.int64)
        programme.add_columns(np.zeros(self._unknown), none, np.zeros(0, np.int64), np.zeros(0), 0.0, _MOST)
        starts = np.cumsum([0, *(len(row.columns) for row in self._rows)])
        index = np.array([column for row in self._rows for column in row.columns], dtype=np.int64)
        value = np.array([v for row in self._rows for v in (row.values or [1.0] * len(row.columns))], float)
        low, high = (np.array([getattr(row, name) for row in self._rows], float) for name in ("low", "high"))
        programme.add_rows(low, high, starts, index, value)
        of_growth = np.array([k for k, row in enumerate(self._rows) if row.is_of_growth], dtype=np.int64)
        if len(of_growth) and programme.solve() is None:
            free = np.full(len(of_growth), math.inf)
            programme.set_limits(of_growth, -free, free)
        return programme

    def _push(self, target: _Target, sign: float) -> set[Cell]:
        """Move a target as far as it goes; give the cells of this release that hold it there."""
        worth = np.zeros(self._unknown)
        worth[target.columns] = sign if target.values is None else sign * np.array(target.values)
        prices = self._solve(worth)
        return {cell for k in np.flatnonzero(np.abs(prices) > _SLACK) if (cell := self._rows[k].cell)}

    def _shake(self) -> None:
        """Push all targets at once, each up or down as it falls; most are then met far apart and need no solve."""
        random = np.random.default_rng(0)
        for _ in range(_SHAKES if len(self._targets) > _SHAKES else 0):
            worth = np.zeros(self._unknown)
            for target in self._targets:
                worth[target.columns] += random.choice((-1.0, 1.0))
            self._solve(worth)

    def _solve(self, worth: Floats) -> Floats:
        self._programme.set_worth(self._all, worth)
        solved = self._programme.solve()
        if solved is None:
            raise ConflictError(
                "The published counts contradict each other; no true counts give them.",
                hint="Tables of one release have to count the same people.", code="releases.contradiction",
            )  # fmt: skip
        for one in self._targets:
            met = one.met_in(solved.amount)
            one.least, one.most = min(one.least, met), max(one.most, met)
        return solved.price

    def _is_known(self, target: _Target) -> bool:
        """Whether the values met so far leave the target known; once it was pushed both ways they are its bounds."""
        if target.most < target.least:
            return True
        low, high = _whole(target)
        if target.release.startswith(_SINCE):
            return low >= 1 and high - low <= KNOWN
        if self.by_roster:
            name, key = target.cell
            group = self.counts[name].groups()[self.counts[name].group_of(key)]
            return high <= 0 or low >= group or low == high < LEAST
        return high - low <= KNOWN

    def find(self, target: _Target) -> tuple[Known | None, list[Cell]]:
        """Bound one target; where it is known, also the cells shown that give it away, the least loss first."""
        if not self._is_known(target):
            return None, []
        holding = self._push(target, 1.0) | self._push(target, -1.0)
        if not self._is_known(target):
            return None, []
        cells = [
            (name, key) for name, key in holding
            if self.told[name][key] is not None and (name, key) not in self._public
            and (self.counts[name].attributes or not self.by_roster)
        ]  # fmt: skip
        name, key = target.cell
        return Known(name, key, *_whole(target), target.release, self.by_roster), sorted(cells, key=self._cost)

    def _cost(self, cell: Cell) -> tuple[int, int, Cell]:
        """What is lost with a cell: rather one of a fine table, rather a small one."""
        counts = self.counts[cell[0]]
        return -len(counts.dims), counts.cells[cell[1]], cell

    def hide(self, cell: Cell) -> None:
        """Leave one more cell out: it binds nobody any more, and must not be known either."""
        name, key = cell
        self.told[name][key] = None
        least = 0.0 if self.counts[name].attributes else 1.0
        rows = np.array([k for k, row in enumerate(self._rows) if row.cell == cell])
        self._programme.set_limits(rows, np.full(len(rows), least), np.full(len(rows), math.inf))
        self._targets.append(self._target(name, key))

    def known(self) -> list[Known]:
        """Everything hidden that can be worked out."""
        self._shake()
        return [found for target in list(self._targets) if (found := self.find(target)[0]) is not None]

    def close(self) -> set[Cell]:
        """Hide more cells until nothing hidden is known. Refuses where it stays known whatever is hidden."""
        self._shake()
        hidden: set[Cell] = set()
        waiting = list(self._targets)
        while waiting:
            target = waiting.pop(0)
            while True:
                found, cells = self.find(target)
                if found is None:
                    break
                if not cells:
                    raise _refusal([found])
                self.hide(cells[0])
                hidden.add(cells[0])
                waiting.append(self._targets[-1])
        return hidden


def protect(counts: Sequence[Counts], earlier: Sequence[Earlier] = ()) -> tuple[Told, ...]:
    """Decide what to hide in all tables together, and give them as they are published.

    What an earlier release hid of counts that no longer grow stays hidden. Refuses (`releases.known`) where something
    hidden stays known, e.g. because an earlier release already gave it away.
    """
    hidden = {table.name: must_hide(table) | _hidden_before(table, earlier) for table in counts}
    for by_roster in (False, True):
        told = [tell(table, hidden[table.name]) for table in counts]
        for name, key in sorted(Attack(counts, told, earlier, by_roster=by_roster).close()):
            hidden[name].add(key)
    told = [tell(table, hidden[table.name]) for table in counts]
    require_unknown(counts, told, earlier)
    return tuple(told)


def _hidden_before(table: Counts, earlier: Sequence[Earlier]) -> set[Key]:
    return {
        key
        for release in earlier for before in release.tables if before.name == table.name
        for key, number in before.cells.items()
        if number is None and key in table.cells and is_closed(table.dims, key, release)
    }  # fmt: skip


def require_unknown(counts: Sequence[Counts], told: Sequence[Told], earlier: Sequence[Earlier] = ()) -> None:
    """Refuse published tables from which something hidden can be worked out."""
    found = [
        known
        for by_roster in (False, True)
        for known in Attack(counts, told, earlier, by_roster=by_roster).known()
    ]  # fmt: skip
    if found:
        raise _refusal(found)


def _refusal(found: Sequence[Known]) -> ConflictError:
    first = found[0]
    return ConflictError(
        f"{len(found)} hidden counts can be worked out, e.g. {first.table} {' / '.join(first.key)}: "
        f"{first.low} to {first.high}.",
        hint="Nothing was written. Publish fewer tables, or coarser ones.",
        code="releases.known", count=len(found), table=first.table, cell=" / ".join(first.key), low=first.low,
        high=first.high,
    )  # fmt: skip
