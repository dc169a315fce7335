"""The question over years, written down: which ties in which years, what each gives, and what is counted of them.

Columns, all between 0 and 1: whether a pair is tied in a year (whole); what it gives, as a part of the most it could;
whether a tie begins or ends; whether a sector is served; and the share of need that everybody reaches.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from pairup.planning.blocks import INF, Block, Cut, Flags, Floats, Ints, with_cuts
from pairup.planning.form import Form
from pairup.planning.problems.pairing import Tie
from pairup.planning.problems.pairing_years import Given, YearsProblem, exact

#: a recipient in a year, or (year None) over all years
Key = tuple[int, int | None]


@dataclass(frozen=True)
class Written:
    """The form of a question, and where its columns are. `tie` and `flow` have a row for each option."""

    problem: YearsProblem
    form: Form
    tie: Ints
    flow: Ints
    size: Floats  # what a flow of 1 is, in units
    share: int
    keys: tuple[Key, ...]  # whose share is counted
    left_out: tuple[Key, ...]  # in need, and nobody may help
    is_whole: Flags

    @cached_property
    def needs(self) -> dict[Key, Fraction]:
        """The need of each recipient whose share could count, in units; it need not be whole."""
        return {key: need_of(self.problem, key) for key in (*self.keys, *self.left_out)}

    @cached_property
    def whole(self) -> Block:
        """All rows of the form, put together once."""
        return self.form.whole()

    @cached_property
    def _options_of(self) -> dict[str, Ints]:
        rows = grouped_by(row.recipient for row in self.problem.options)
        return {row.id: rows.get(row.id, np.zeros(0, dtype=np.int64)) for row in self.problem.recipients}

    def cells(self, key: Key) -> tuple[Ints, Any]:
        """Where the flows that reach a recipient stand in `flow` and `size`."""
        rows = self._options_of[self.problem.recipients[key[0]].id]
        return (rows, slice(None)) if key[1] is None else (rows, key[1])

    def entries(self, key: Key) -> tuple[Ints, Floats]:
        """The flows that reach a recipient, and what 1 of each is in units."""
        at = self.cells(key)
        return self.flow[at].ravel(), self.size[at].ravel()

    def block(self, floor: Fraction | None = None, *, counts_share: bool = False) -> Block:
        """All rows; with a `floor`, everybody reaches that share, in whole units; or the share is counted."""
        whole, cuts = self.whole, []
        for key in self.keys:
            at, size = self.entries(key)
            if floor is not None:
                cuts.append((at, size, float(math.ceil(floor * self.needs[key]))))
            elif counts_share:
                cuts.append((np.append(at, self.share), np.append(size, -float(self.needs[key])), 0.0))
        whole = with_cuts(whole, [_cut(*cut) for cut in cuts]) if cuts else whole
        if not counts_share:
            return whole
        worth = np.zeros(len(whole.choices))
        worth[self.share] = 1.0
        return replace(whole, worth=worth)

    def units(self, amount: Floats) -> tuple[Flags, Ints]:
        """Read ties and amounts, in whole units, off an answer."""
        return amount[self.tie] > 0.5, np.rint(amount[self.flow] * self.size).astype(np.int64)

    def given(self, is_tied: Flags, units: Ints) -> tuple[Given, ...]:
        """The rows of a plan; something given without a tie shows as a row too, so that the checker sees it."""
        step, problem = self.problem.step, self.problem
        return tuple(sorted(
            Given(row.donor, row.recipient, year, float(int(units[k, t]) * step))
            for k, row in enumerate(problem.options) for t, year in enumerate(problem.years)
            if is_tied[k, t] or units[k, t]
        ))  # fmt: skip

    def units_of(self, chosen: tuple[Given, ...]) -> Ints:
        """The amounts of a plan, in units, as `units` gives them."""
        units = np.zeros(self.flow.shape, dtype=np.int64)
        for item in chosen:
            at = self.problem.option_at[item.tie], self.problem.years.index(item.year)
            units[at] = int(exact(item.amount) / self.problem.step)
        return units

    def reached(self, units: Ints) -> Fraction | None:
        """The least share that anybody counted reaches, 1 at most; None where nobody is counted."""
        shares = []
        for key in self.keys:
            got = int(units[self.cells(key)].sum())
            shares.append(min(Fraction(1), Fraction(got) / self.needs[key]))
        return min(shares, default=None)

    def below(self, share: Fraction) -> Fraction:
        """The largest share at or below this that somebody can be at: whole units over their need."""
        if share >= 1:
            return Fraction(1)
        return max(
            (Fraction(math.floor(share * self.needs[key])) / self.needs[key] for key in self.keys), default=share
        )

    def under(self, share: Fraction) -> Fraction:
        """The largest share below this that somebody can be at; 0 where there is none."""
        before = (Fraction(math.ceil(share * self.needs[key]) - 1) / self.needs[key] for key in self.keys)
        return max(Fraction(0), *before) if self.keys else Fraction(0)

    def above(self, share: Fraction) -> Fraction:
        """The smallest share above this that somebody can be at, 1 at most."""
        after = (Fraction(math.floor(share * self.needs[key]) + 1) / self.needs[key] for key in self.keys)
        return min(Fraction(1), *after) if self.keys else Fraction(1)


def need_of(problem: YearsProblem, key: Key) -> Fraction:
    """The need of a recipient in a year, or over all of them, in units."""
    need = problem.recipients[key[0]].need
    years = need if key[1] is None else (need[key[1]],)
    return sum((exact(value) for value in years), Fraction(0)) / problem.step


def _cut(index: Ints, value: Floats, low: float) -> Cut:
    order = np.argsort(index)
    return index[order], value[order], low


def write_down(
    problem: YearsProblem, seed: int, kept: frozenset[tuple[Tie, int]] = frozenset(), bonus: float = 0.0
) -> Written:
    """Write the question down. A tie of `kept` is worth `bonus` more: too little to outweigh a point."""
    form, shape = Form(seed), (len(problem.options), len(problem.years))
    worth = np.array([[row.worth] * shape[1] for row in problem.options], dtype=np.float64).reshape(shape)
    for k, row in enumerate(problem.options):
        worth[k] += [bonus if (row.tie, year) in kept else 0.0 for year in problem.years]
    size = _sizes(problem).reshape(shape)
    per_unit = np.array([row.worth_per_unit for row in problem.options], dtype=np.float64).reshape(-1, 1) * float(
        problem.step
    )
    tie = form.choose(worth.ravel()).reshape(shape)
    flow = form.choose((size * per_unit).ravel()).reshape(shape)
    share = int(form.choose(np.zeros(1))[0])
    keys, left_out = _counted(problem)
    written = Written(problem, form, tie, flow, size, share, keys, left_out, np.zeros(0, dtype=np.bool_))
    _donors(written)
    _recipients(written)
    _options(written)
    _least_share(written)
    _changes(written)
    _sectors(written)
    is_whole = np.zeros(form.count, dtype=np.bool_)
    is_whole[tie.ravel()] = True
    return replace(written, is_whole=is_whole)


def _floor(problem: YearsProblem, value: float) -> int:
    return math.floor(exact(value) / problem.step)


def _sizes(problem: YearsProblem) -> Floats:
    """More than each tie could give in each year, in units, whatever requirement is left out."""
    capacity, need = ({row.id: row[1] for row in rows} for rows in (problem.donors, problem.recipients))
    most = [
        max(capacity[row.donor][t], need[row.recipient][t], row.least, row.most or 0.0)
        for row in problem.options for t in range(len(problem.years))
    ]  # fmt: skip
    return np.array([float(math.ceil(exact(value) / problem.step) or 1) for value in most])


def grouped_by(keys: Iterable[str]) -> dict[str, Ints]:
    """The places at which each key stands, in order."""
    rows: dict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        rows[key].append(at)
    return {key: np.array(at, dtype=np.int64) for key, at in rows.items()}


def _counted(problem: YearsProblem) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Whose share is counted: who is in need and may be helped; and who is in need and may not.

    Who may not be helped would hold the least share at 0, and nobody else would be raised: so they are told apart.
    """
    forbids, capacity = set(problem.forbids), {row.id: row.capacity for row in problem.donors}
    open_: dict[str, set[int]] = defaultdict(set)
    for row in problem.options:
        for t, year in enumerate(problem.years):
            most = min(capacity[row.donor][t], math.inf if row.most is None else row.most)
            is_open = (row.donor, row.recipient, year) not in forbids
            if is_open and _floor(problem, most) >= 1 and most >= row.least:
                open_[row.recipient].add(t)
    each = range(len(problem.years)) if problem.share_of == "years" else (None,)
    keys: list[Key] = [(at, t) for at in range(len(problem.recipients)) for t in each]
    wanted = [key for key in keys if need_of(problem, key) > 0]
    years_of = {key: set(range(len(problem.years))) if key[1] is None else {key[1]} for key in wanted}
    helped = {key for key in wanted if open_[problem.recipients[key[0]].id] & years_of[key]}
    return tuple(key for key in wanted if key in helped), tuple(key for key in wanted if key not in helped)


def _donors(written: Written) -> None:
    problem, form = written.problem, written.form
    rows = grouped_by(row.donor for row in problem.options)
    for donor in problem.donors:
        own = rows.get(donor.id, np.zeros(0, dtype=np.int64))
        for t, year in enumerate(problem.years if len(own) else ()):
            room = float(_floor(problem, donor.capacity[t]))
            name = form.name("donor-year", donor=donor.id, year=str(year), capacity=donor.capacity[t])
            form.require(name, written.flow[own, t], written.size[own, t], high=room)
            _linked(written, name, (own, t), room)
            if donor.most_partners is not None:
                name = form.name("donor-year-most", donor=donor.id, year=str(year), most=donor.most_partners)
                form.require(name, written.tie[own, t], high=float(donor.most_partners))


def _linked(written: Written, name: int, cells: Any, most: float) -> None:
    """What gives is tied, and gives no more than so many units: a row for each of some cells."""
    _bounded(written, name, cells, -most, high=0.0)


def _bounded(written: Written, name: int, cells: Any, units: float, low: float = -INF, high: float = INF) -> None:
    """Hold `units` times a tie and what it gives between two limits."""
    ties, flows, sizes = (part[cells].ravel() for part in (written.tie, written.flow, written.size))
    count = len(ties)
    values = np.concatenate([np.full(count, units), sizes])
    written.form.require_each(
        np.full(count, name), np.tile(np.arange(count), 2), np.concatenate([ties, flows]), values, low, high
    )


def _recipients(written: Written) -> None:
    problem, form = written.problem, written.form
    for at, taker in enumerate(problem.recipients):
        own = written.cells((at, None))[0]
        for t, year in enumerate(problem.years):
            facts = {"recipient": taker.id, "year": str(year)}
            need = float(_floor(problem, taker.need[t]))
            name = form.name("recipient-year", **facts, need=taker.need[t])
            form.require(name, written.flow[own, t], written.size[own, t], high=need)
            _linked(written, name, (own, t), need)
            if taker.fewest_donors:
                name = form.name("recipient-year-fewest", **facts, fewest=taker.fewest_donors)
                form.require(name, written.tie[own, t], low=float(taker.fewest_donors))
            if taker.most_donors is not None:
                name = form.name("recipient-year-most", **facts, most=taker.most_donors)
                form.require(name, written.tie[own, t], high=float(taker.most_donors))


def _options(written: Written) -> None:
    problem, form = written.problem, written.form
    for k, row in enumerate(problem.options):
        if row.least:
            name = form.name("tie-least", donor=row.donor, recipient=row.recipient, least=row.least)
            _bounded(written, name, k, -float(math.ceil(exact(row.least) / problem.step)), low=0.0)
        if row.most is not None:
            name = form.name("tie-most", donor=row.donor, recipient=row.recipient, most=row.most)
            _linked(written, name, k, float(_floor(problem, row.most)))
    for value, rows, code in ((1, problem.locks, "tie-lock"), (0, problem.forbids, "tie-forbid")):
        for donor, recipient, year in rows:
            if (at := problem.option_at.get(Tie(donor, recipient))) is not None:
                name = form.name(code, donor=donor, recipient=recipient, year=str(year))
                form.settle(name, int(written.tie[at, problem.years.index(year)]), value)


def _least_share(written: Written) -> None:
    problem, form = written.problem, written.form
    for key in (*written.keys, *written.left_out) if problem.least_share else ():
        at, size = written.entries(key)
        all_years = "-".join(map(str, dict.fromkeys((problem.years[0], problem.years[-1]))))
        year = all_years if key[1] is None else str(problem.years[key[1]])
        facts = {"recipient": problem.recipients[key[0]].id, "year": year, "percent": f"{100 * problem.least_share:g}"}
        name = form.name("share-least", **facts)
        form.require(name, at, size, low=float(math.ceil(exact(problem.least_share) * written.needs[key])))


def _changes(written: Written) -> None:
    """Count ties that begin and end, where that costs. The rows are kept by any choice, so they are no requirement."""
    problem, form, held = written.problem, written.form, set(written.problem.existing)
    name = form.name("counted")
    before = np.zeros(written.tie.shape)
    before[:, 0] = [float(row.tie in held) for row in problem.options]
    row = np.arange(written.tie.size).reshape(written.tie.shape)
    for cost, sign in ((problem.start_cost, 1.0), (problem.change_cost, -1.0)):
        if not cost or not written.tie.size:
            continue
        counts = form.choose(np.full(written.tie.size, -cost))
        rows = np.concatenate([row.ravel(), row.ravel(), row[:, 1:].ravel()])
        cells = np.concatenate([counts, written.tie.ravel(), written.tie[:, :-1].ravel()])
        values = np.repeat([1.0, -sign, sign], [row.size, row.size, row[:, 1:].size])
        form.require_each(np.full(row.size, name), rows, cells, values, low=-sign * before.ravel())


def _sectors(written: Written) -> None:
    """Count each sector of a recipient that a donor strong in it serves in a year: once, however many serve it."""
    problem, form = written.problem, written.form
    strong = {donor.id: set(donor.sectors) for donor in problem.donors}
    name = form.name("counted")
    for taker in problem.recipients:
        for sector, points in taker.sectors:
            own = [k for k, row in enumerate(problem.options)
                   if row.recipient == taker.id and sector in strong[row.donor]]  # fmt: skip
            for t in range(len(problem.years) if own else 0):
                served = int(form.choose(np.array([points]))[0])
                form.require(name, [served, *written.tie[own, t].tolist()], [1.0, *[-1.0] * len(own)], high=0.0)


def points_of_years(problem: YearsProblem, chosen: tuple[Given, ...]) -> list[float]:
    """What a plan is worth, part by part: ties, amounts, ties begun and ended, sectors served."""
    row_of = {row.tie: row for row in problem.options}
    strong = {donor.id: set(donor.sectors) for donor in problem.donors}
    points = [row_of[item.tie].worth for item in chosen]
    points += [row_of[item.tie].worth_per_unit * item.amount for item in chosen]
    tied: dict[int, set[Tie]] = defaultdict(set)
    for item in chosen:
        tied[item.year].add(item.tie)
    before = set(problem.existing)
    for year in problem.years:
        points.append(-problem.start_cost * len(tied[year] - before))
        points.append(-problem.change_cost * len(before - tied[year]))
        for taker in problem.recipients:
            there = {tie.donor for tie in tied[year] if tie.recipient == taker.id}
            points += [worth for sector, worth in taker.sectors if any(sector in strong[donor] for donor in there)]
        before = tied[year]
    return points


def constant_of_years(problem: YearsProblem) -> float:
    """What is lost whatever is chosen: existing pairs that may not be tied end."""
    return -problem.change_cost * sum(1 for tie in problem.existing if tie not in problem.option_at)
