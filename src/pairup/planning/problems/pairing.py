"""The pairing question: donors to recipients for a span of years."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.values.reading import Reading, head
from pairup.values.words import Words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Tie(NamedTuple):
    """A donor with a recipient."""

    donor: str
    recipient: str

    def to_dict(self) -> dict[str, Any]:
        return {"donor": self.donor, "recipient": self.recipient}


class Donor(NamedTuple):
    id: str
    capacity: float
    most_partners: int | None = None


class Recipient(NamedTuple):
    id: str
    fewest_donors: int = 0
    most_donors: int | None = None


@dataclass(frozen=True, eq=False)
class PairingProblem:
    """Who may be paired with whom, what it is worth and what it loads. Rows stand in the order of their identifiers."""

    kind = "pairings"
    donors: tuple[Donor, ...]
    recipients: tuple[Recipient, ...]
    option_donor: Ints
    option_recipient: Ints
    worth: Floats
    load: Floats
    existing: tuple[Tie, ...] = ()
    change_cost: float = 0.0
    locks: tuple[Tie, ...] = ()
    forbids: tuple[Tie, ...] = ()
    refusal: Callable[[Tie], Words | None] | None = field(default=None, repr=False)

    @classmethod
    def from_columns(
        cls,
        donors: Iterable[Donor],
        recipients: Iterable[Recipient],
        options: Iterable[tuple[str, str, float, float]],
        *,
        existing: Iterable[tuple[str, ...]] = (),
        change_cost: float = 0.0,
        locks: Iterable[tuple[str, ...]] = (),
        forbids: Iterable[tuple[str, ...]] = (),
        refusal: Callable[[Tie], Words | None] | None = None,
        reading: Reading | None = None,
    ) -> PairingProblem:
        """Build a problem; refuse what cannot be, with every finding. Options are (donor, recipient, worth, load)."""
        reading = reading or Reading()
        givers, takers = sorted(donors), sorted(recipients, key=lambda row: row.id)
        donor_at = reading.once((row.id for row in givers), "donors")
        taker_at = reading.once((row.id for row in takers), "recipients")
        rows = sorted(
            (row for row in options if _is_known(reading, "options", Tie(row[0], row[1]), donor_at, taker_at)),
            key=lambda row: row[:2],
        )
        ties = {Tie(row[0], row[1]) for row in rows}
        for k in range(1, len(rows)):
            if rows[k][:2] == rows[k - 1][:2]:
                reading.refuse("option-twice", "options", first=rows[k][0], second=rows[k][1])
        kept = {}
        for where, pairs in (("existing", existing), ("locks", locks), ("forbids", forbids)):
            kept[where] = tuple(sorted({Tie(*pair) for pair in pairs}))
            for tie in kept[where]:
                if _is_known(reading, where, tie, donor_at, taker_at) and where == "locks" and tie not in ties:
                    reading.refuse("lock-outside", where, "hint-lock", first=tie.donor, second=tie.recipient)
        reading.require()
        return cls(
            tuple(givers), tuple(takers),
            np.array([donor_at[row[0]] for row in rows], dtype=np.int64),
            np.array([taker_at[row[1]] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.float64), np.array([row[3] for row in rows], dtype=np.float64),
            kept["existing"], change_cost, kept["locks"], kept["forbids"], refusal,
        )  # fmt: skip

    @classmethod
    def from_dict(cls, said: Any, file: str = "") -> PairingProblem:
        """Read a problem file of kind `pairings`."""
        reading = Reading(file)
        optional = ("existing", "change_cost", "locks", "forbids")
        found = head(reading, said, "pairings", ("donors", "recipients", "options"), optional)
        return cls.from_columns(
            _read_donors(reading, found["donors"]),
            _read_recipients(reading, found["recipients"]),
            _read_options(reading, found["options"]),
            existing=reading.pairs(found.get("existing"), "existing"),
            change_cost=reading.number(found.get("change_cost") or 0, "change_cost", 0) or 0.0,
            locks=reading.pairs(found.get("locks"), "locks"),
            forbids=reading.pairs(found.get("forbids"), "forbids"),
            reading=reading,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the problem file; `from_dict` of it is an equal problem."""
        columns = zip(self.option_donor, self.option_recipient, self.worth.tolist(), self.load.tolist(), strict=True)
        return {
            "kind": "pairings", "version": 1,
            "donors": [row._asdict() for row in self.donors],
            "recipients": [row._asdict() for row in self.recipients],
            "options": [
                {"donor": self.donors[d].id, "recipient": self.recipients[r].id, "worth": worth, "load": load}
                for d, r, worth, load in columns
            ],
            "existing": [list(tie) for tie in self.existing], "change_cost": self.change_cost,
            "locks": [list(tie) for tie in self.locks], "forbids": [list(tie) for tie in self.forbids],
        }  # fmt: skip

    @cached_property
    def option_at(self) -> dict[Tie, int]:
        """Where each option stands in the columns."""
        return {self.tie(k): k for k in range(len(self.worth))}

    def option_rows(self) -> list[tuple[str, str, float, float]]:
        """The options as rows: donor, recipient, worth, load."""
        columns = zip(self.worth.tolist(), self.load.tolist(), strict=True)
        return [(*self.tie(k), worth, load) for k, (worth, load) in enumerate(columns)]

    def tie(self, option: int) -> Tie:
        return Tie(self.donors[self.option_donor[option]].id, self.recipients[self.option_recipient[option]].id)

    def forbidding(self, item: Tie) -> PairingProblem:
        """The same question without this pairing."""
        locks = tuple(lock for lock in self.locks if lock != item)
        return replace(self, forbids=tuple(sorted({*self.forbids, item})), locks=locks)

    def forcing(self, item: Tie) -> PairingProblem:
        """The same question with this pairing settled."""
        forbids = tuple(tie for tie in self.forbids if tie != item)
        return replace(self, locks=tuple(sorted({*self.locks, item})), forbids=forbids)


def _is_known(reading: Reading, where: str, tie: Tie, donors: dict[str, int], recipients: dict[str, int]) -> bool:
    is_known = reading.known(tie.donor, donors, where, "donors")
    return reading.known(tie.recipient, recipients, where, "recipients") and is_known


def _read_donors(reading: Reading, said: Any) -> list[Donor]:
    rows = []
    for at, row in enumerate(reading.rows(said, "donors")):
        where = f"donors[{at}]"
        if (found := reading.keys(row, where, ("id", "capacity"), ("most_partners",))) is not None:
            most = found.get("most_partners")
            rows.append(Donor(
                reading.text(found["id"], f"{where}.id") or "",
                reading.number(found["capacity"], f"{where}.capacity", 0) or 0.0,
                None if most is None else reading.whole(most, f"{where}.most_partners"),
            ))  # fmt: skip
    return rows


def _read_recipients(reading: Reading, said: Any) -> list[Recipient]:
    rows = []
    for at, row in enumerate(reading.rows(said, "recipients")):
        where = f"recipients[{at}]"
        if (found := reading.keys(row, where, ("id",), ("fewest_donors", "most_donors"))) is not None:
            fewest = reading.whole(found.get("fewest_donors") or 0, f"{where}.fewest_donors") or 0
            most = found.get("most_donors")
            most = None if most is None else reading.whole(most, f"{where}.most_donors")
            rows.append(Recipient(reading.text(found["id"], f"{where}.id") or "", fewest, most))
    return rows


def _read_options(reading: Reading, said: Any) -> list[tuple[str, str, float, float]]:
    rows = []
    for at, row in enumerate(reading.rows(said, "options")):
        where = f"options[{at}]"
        if (found := reading.keys(row, where, ("donor", "recipient", "worth"), ("load",))) is not None:
            worth = reading.number(found["worth"], f"{where}.worth")
            load = reading.number(found.get("load") or 0, f"{where}.load", 0)
            if worth is not None and load is not None:
                rows.append((str(found["donor"]), str(found["recipient"]), worth, load))
    return rows
