"""Registers a claim: what was said, by whom, when, with which figure; and what the checks make of it before it is kept.

A claim is kept whatever the checks say: it was said. They stand beside it from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pairup.evaluation.claim import Claim, ClaimResult
from pairup.exchange.reading import read_rows
from pairup.exchange.sheets import sheet_of
from pairup.services import claims, lives, write
from pairup.services.access import require_may
from pairup.services.cells import require_columns, table_for
from pairup.services.edits import require_clean
from pairup.services.folder.checking import Reading
from pairup.services.folder.near import NearStanding

#: the code of a claim that is not kept yet
PROPOSED = "proposed"
#: what codes of claims begin with that were registered one by one
STEM = "claim"


def weigh(cells: Mapping[str, str], *, on: date, programme: str) -> ClaimResult:
    """Check a claim as if it stood among the others; nothing is written. Refuses what could not be registered."""
    require_may_be_read(cells, programme)
    found = claims.check(programme, on=on, proposed=Claim.read({**cells, "code": PROPOSED}))
    return found[-1]


def require_may_be_read(cells: Mapping[str, str], programme: str) -> None:
    """Refuse cells that are no claim, with every finding."""
    layout = table_for("claims")
    require_columns(layout, list(cells))
    rows, found = read_rows(layout, [sheet_of("claims", [{**cells, "code": PROPOSED}])])
    require_clean(Reading({"claims": rows}, found, programme), NearStanding(rows))


def state(cells: Mapping[str, str], *, actor: str, at: datetime, programme: str, key: str | None = None) -> str:
    """Keep a claim under the next free code; gives the code. The same key gives the same claim, kept once."""
    require_may(actor, "claim.state")
    require_columns(table_for("claims"), list(cells))
    with write.alone():
        code = lives.free_code("claims", STEM, programme=programme, key=key)
        if key is not None and write.entry_under(key) is not None:
            return code
        writing = lives.added("claims", [{**cells, "code": code}], programme=programme)
        with write.command(
            "claim.state", actor=actor, at=at, programme=programme, key=key, facts={"table": "claims"}
        ) as doing:
            writing(doing)
            doing.facts["versions"] = [[code, 1]]
    return code
