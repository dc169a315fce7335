"""What waits or is overdue, for the office's report."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import groupby

from pairup.reports.facts import WaitingFacts
from pairup.services.dues import read_due
from pairup.values.words import Words

#: owners named beside a kind of thing that waits, those with most first
_OWNERS = 3


def read_waiting(programme: str, *, on: date, known_by: date | None = None) -> tuple[WaitingFacts, ...]:
    """Things that wait on a day by kind: how many, how many are overdue, for how long at most, and for whom."""
    found = sorted(read_due(programme, on=on, known_by=known_by), key=lambda one: one.kind)
    facts = []
    for kind, items in groupby(found, key=lambda one: one.kind):
        group = list(items)
        over = [days for one in group if (days := one.days_over(on)) is not None and days > 0]
        owners = Counter(one.owner for one in group if one.owner != "-")
        most = sorted(owners, key=lambda owner: (-owners[owner], owner))[:_OWNERS]
        facts.append(
            WaitingFacts(
                Words(f"lifecycle.due-{kind.replace('_', '-')}"), len(group), len(over), max(over, default=None),
                tuple(most), len(owners) > _OWNERS,
            )
        )  # fmt: skip
    return tuple(facts)
