"""A project's and a need's life: moves from state to state, each from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from pairup.errors import InputError
from pairup.services import lives, write
from pairup.services.access import require_may
from pairup.values.codes import NeedStatus, ProjectStatus


def move(
    code: str, status: ProjectStatus, *, day: date, actor: str, at: datetime, why: str = "",
    programme: str | None = None, cells: Mapping[str, str] = MappingProxyType({}),
) -> lives.Done:  # fmt: skip
    """Move a project to a state from a day on; `cells` are other columns that change with it.

    Refuses a state that may not follow, and one that lacks what it rests on: approval needs a mode of delivery and
    who will pay the running cost; hand-over an owner of what was built, and from when the cost is borne.
    """
    require_may(actor, "project.move")
    with write.alone():
        home = lives.programme_of(programme)
        row = lives.row_on("projects", code, day, programme=home)
        writing = lives.changed_from(
            "projects", row, day, {**cells, "status": status.value, "why": why}, programme=home
        )  # fmt: skip
        facts = {"project": code, "from": row.status, "to": status.value, "day": day.isoformat()}
        with write.command("project.move", actor=actor, at=at, programme=home, facts=facts) as doing:
            writing(doing)
    return lives.Done("projects", code, status.value, doing.entry.number)


def state_need(
    code: str, status: NeedStatus, *, day: date, actor: str, at: datetime, into: str = "", programme: str | None = None
) -> lives.Done:
    """Say the state of a need from a day on; a merged one names the need it goes into."""
    require_may(actor, "need.state")
    if (status is NeedStatus.MERGED) != bool(into) or into == code:
        raise InputError(
            "A merged need names another need that it goes into, and no other state does.",
            hint="Give --into CODE with `merged`.", code="lifecycle.merged-into", need=code,
        )  # fmt: skip
    with write.alone():
        home = lives.programme_of(programme)
        row = lives.row_on("needs", code, day, programme=home)
        cells = {"status": status.value, "merged_into": into}
        writing = lives.changed_from("needs", row, day, cells, programme=home)
        facts = {"need": code, "from": row.status, "to": status.value, "day": day.isoformat()}
        with write.command("need.state", actor=actor, at=at, programme=home, facts=facts) as doing:
            writing(doing)
    return lives.Done("needs", code, status.value, doing.entry.number)
