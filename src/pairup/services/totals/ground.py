"""Who and where: along which donor, place and parents a row stood on its own day, as far as was known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from pairup.record.models import (
    Organisation,
    Pairing,
    PairingVersion,
    Place,
    PlaceVersion,
    Programme,
    Project,
    ProjectVersion,
)

T = TypeVar("T")
_SPAN = ("identity_id", "starts", "ends_before")


class Timeline:
    """Facts of identities over time. Asked for a day that no span holds, the last before it answers, else the first."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._spans: dict[int, list[tuple[date, date, tuple[Any, ...]]]] = defaultdict(list)
        for identity, starts, ends, *facts in rows:
            self._spans[identity].append((starts or date.min, ends or date.max, tuple(facts)))
        for spans in self._spans.values():
            spans.sort(key=lambda span: span[:2])
        #: identities whose facts differ from one time to another
        self.changing = {one for one, spans in self._spans.items() if len({facts for _, _, facts in spans}) > 1}

    def at(self, identity: int, day: date) -> tuple[Any, ...] | None:
        spans = self._spans.get(identity)
        if spans is None:
            return None
        begun = [span for span in spans if span[0] <= day]
        holding = [span for span in begun if day < span[1]]
        return (holding or begun or spans[:1])[-1][2]

    def ever(self, identity: int) -> list[tuple[Any, ...]]:
        """The facts of all times."""
        return [facts for _, _, facts in self._spans.get(identity, ())]

    def __iter__(self) -> Any:
        return iter(self._spans)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row stood: its keys, and every place it lies in."""

    keys: dict[str, str]
    inside: tuple[str, ...]


class Ground:
    """Pairings, places and projects, as known by a day. Rows of a place that was split stay where they were."""

    def __init__(self, known_by: date | None) -> None:
        self.known_by = known_by
        self.pairings = Timeline(
            PairingVersion.objects.known(known_by).values_list(*_SPAN, "donor_id", "place_id", "parent_id", "channel")
        )
        self.places = Timeline(PlaceVersion.objects.known(known_by).values_list(*_SPAN, "parent_id", "level"))
        self.place_codes = _codes(Place)
        self.donor_codes = _codes(Organisation)
        self.pairing_codes = _codes(Pairing)
        self.programme_codes = _codes(Programme)
        self._programmes: dict[int, int] = dict(Pairing.objects.values_list("pk", "programme_id"))
        self._read: dict[Hashable, Any] = {}

    def once(self, name: Hashable, read: Callable[[], T]) -> T:
        """Read rows the first time they are asked for: claims ask many totals of the same people and projects."""
        if name not in self._read:
            self._read[name] = read()
        found: T = self._read[name]
        return found

    @cached_property
    def projects(self) -> Timeline:
        """Place of every project; read only where somebody asks for places."""
        return Timeline(ProjectVersion.objects.known(self.known_by).values_list(*_SPAN, "place_id"))

    @cached_property
    def project_codes(self) -> dict[int, str]:
        return _codes(Project)

    def lineage(self, place: int | None, day: date) -> list[tuple[str, str]]:
        """Code and level of a place and of everything it lay in on a day, smallest first."""
        found: list[tuple[str, str]] = []
        seen: set[int] = set()
        while place is not None and place not in seen:
            seen.add(place)
            parent, level = self.places.at(place, day) or (None, "")
            found.append((self.place_codes[place], level))
            place = parent
        return found

    def spot(self, place: int | None, day: date) -> Spot:
        """The keys of a place on a day."""
        areas = self.lineage(place, day)
        keys = {"place": areas[0][0] if areas else ""}
        for level in ("county", "prefecture", "province"):
            keys[level] = next((code for code, of in areas if of == level), "")
        return Spot(keys, tuple(code for code, _ in areas))

    def along(self, pairing: int | None, day: date, project: int | None = None) -> Spot:
        """The keys of a row along a pairing on a day; where it names a project, the place is the project's."""
        facts = self.pairings.at(pairing, day) if pairing is not None else None
        donor, place, _, channel = facts or (None, None, None, "")
        if project is not None:
            found = self.projects.at(project, day)
            place = found[0] if found else place
        spot = self.spot(place, day)
        keys = spot.keys | {
            "donor": self.donor_codes.get(donor, ""), "channel": channel,
            "pairing": self.pairing_codes.get(pairing, "") if pairing is not None else "",
            "top": self.pairing_codes.get(self.top(pairing, day), "") if pairing is not None else "",
        }  # fmt: skip
        return Spot(keys, spot.inside)

    def top(self, pairing: int, day: date) -> int:
        """The pairing at the top of a pairing's parents on a day."""
        seen: set[int] = set()
        while pairing not in seen:
            seen.add(pairing)
            facts = self.pairings.at(pairing, day)
            if facts is None or facts[2] is None:
                break
            pairing = facts[2]
        return pairing

    def programme_of(self, pairing: int | None) -> str:
        """The code of a pairing's programme; empty where none is named."""
        return self.programme_codes.get(self._programmes.get(pairing, 0), "") if pairing is not None else ""

    def pairing_of(self, programme: str, code: str) -> int | None:
        """The id of a pairing of a programme."""
        return Pairing.objects.filter(programme__code=programme, code=code).values_list("pk", flat=True).first()

    def pairings_of(self, donor: str) -> list[int]:
        """Pairings that ever were a donor's."""
        return [one for one in self.pairings if any(self.donor_codes[f[0]] == donor for f in self.pairings.ever(one))]

    @cached_property
    def moving(self) -> set[int]:
        """Pairings whose donor, place or parents, or whose place's parents, were others at another time."""
        moved: set[int] = set()
        for pairing in self.pairings:
            chain, places, at = {pairing}, set(), [pairing]
            while at:
                for _, place, parent, _ in self.pairings.ever(at.pop()):
                    places.add(place)
                    if parent is not None and parent not in chain:
                        chain.add(parent)
                        at.append(parent)
            if chain & self.pairings.changing or any(self._moves(place) for place in places):
                moved.add(pairing)
        return moved

    def _moves(self, place: int) -> bool:
        met, at = {place}, [place]
        while at:
            one = at.pop()
            if one in self.places.changing:
                return True
            for parent, _ in self.places.ever(one):
                if parent is not None and parent not in met:
                    met.add(parent)
                    at.append(parent)
        return False


def _codes(model: Any) -> dict[int, str]:
    return dict(model._default_manager.values_list("pk", "code"))
