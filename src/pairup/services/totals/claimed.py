"""What is claimed of a total, beside the figure computed: claims that differ are all kept, with their range."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pairup.record.models import ClaimVersion
from pairup.reports.totals import definition

#: what two claims must share to be about one thing
_ABOUT = ("scope", "place__code", "covers_from", "covers_to", "uom")


@dataclass(frozen=True, slots=True)
class Claimed:
    """Claims about one thing, lowest first: code, figure, speaker, source. Never added, none of them chosen."""

    scope: str
    place: str
    covers_from: str
    covers_to: str
    uom: str
    claims: tuple[tuple[str, Decimal, str, str], ...]

    @property
    def low(self) -> Decimal:
        return self.claims[0][1]

    @property
    def high(self) -> Decimal:
        return self.claims[-1][1]

    def __str__(self) -> str:
        told = f"{self.low.normalize():,f}" + (f"–{self.high.normalize():,f}" if self.high != self.low else "")
        span = "–".join(dict.fromkeys(part for part in (self.covers_from, self.covers_to) if part))
        about = ", ".join(part for part in (self.scope, self.place, span) if part)
        said = "; ".join(
            f"{code} {figure.normalize():,f} {source or speaker}" for code, figure, speaker, source in self.claims
        )
        return f"{about or '–'}: {told} {self.uom} ({said})"


def read_claimed(name: str, *, on: date, known_by: date | None = None, programme: str | None = None) -> list[Claimed]:
    """Claims that name a total in `computes` and give a figure, those about one thing together."""
    rows = ClaimVersion.objects.on(on, known_by=known_by).filter(computes=definition(name).name).exclude(figure=None)
    if programme is not None:
        rows = rows.filter(identity__programme__code=programme)
    about: dict[tuple[str, ...], list[tuple[str, Decimal, str, str]]] = defaultdict(list)
    columns: tuple[Any, ...] = (*_ABOUT, "identity__code", "figure", "speaker", "source")
    for scope, place, first, last, uom, code, figure, speaker, source in rows.values_list(*columns):
        about[scope, place or "", first, last, uom].append((code, figure, speaker, source))
    return [
        Claimed(scope, place, first, last, uom, tuple(sorted(some, key=lambda one: (one[1], one[0]))))
        for (scope, place, first, last, uom), some in sorted(about.items())
    ]
