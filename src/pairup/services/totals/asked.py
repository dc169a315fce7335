"""What is asked of a total, and whether a row fits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pairup.errors import InputError
from pairup.reports.totals import Definition

#: keys that only the ground can tell: where a row lies
OF_PLACES = frozenset({"place", "county", "prefecture", "province"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a total.

    Parameters
    ----------
    on, known_by : the day asked about, and what was recorded by the end of that day (None: now).
    programme : its code; None asks all programmes of the record.
    by : the keys it is split by.
    where : the keys it is limited to; a `place` holds everything in it, as it was on the row's own day.
    first, after : the days counted: `first` is in, `after` is out; None is open.
    into : a currency to convert into, by the dated rates of the record.
    """

    on: date
    known_by: date | None = None
    programme: str | None = None
    by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    first: date | None = None
    after: date | None = None
    into: str | None = None

    def names(self, *keys: str) -> bool:
        """Whether the question splits by, or is limited to, one of these keys."""
        return any(key in self.by or key in self.where for key in keys)

    def holds(self, day: date | None) -> bool:
        """Whether a day is among the days counted; a day that is not known is, where nothing is asked of days."""
        if day is None:
            return self.first is None and self.after is None
        return (self.first is None or self.first <= day) and (self.after is None or day < self.after)

    def fits(self, keys: Mapping[str, str], inside: Iterable[str] = ()) -> bool:
        """Whether a row with these keys, lying in these places, is asked for."""
        return all(
            value in inside if key == "place" else keys.get(key, "") == value for key, value in self.where.items()
        )


def require_askable(of: Definition, asked: Asked) -> None:
    """Refuse a key that a total does not have, a conversion of what is no money, and `observed` of no indicator."""
    for key in (*asked.by, *asked.where):
        if key not in of.by:
            raise InputError(
                f"{of.name} cannot be asked by {key!r}.", hint=f"It knows: {', '.join(of.by)}.",
                code="totals.no-such-key", name=of.name, key=key,
            )  # fmt: skip
    if asked.into is not None and of.measure != "money":
        raise InputError(
            f"{of.name} is no money and has no currency to convert into.", hint="Leave the currency out.",
            code="totals.no-money", name=of.name,
        )  # fmt: skip
    if of.name == "observed" and "indicator" not in asked.where:
        raise InputError(
            "Values of different indicators are never added up.", hint="Name one: --where indicator=CODE.",
            code="totals.which-indicator",
        )  # fmt: skip
