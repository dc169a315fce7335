"""Which states may follow which, held against rows on their way into the record."""

from __future__ import annotations

from collections.abc import Mapping

from pairup.errors import ConflictError, InputError
from pairup.values.lifecycles import MOVES, PROJECT_NEEDS, may_follow


def require_move(table: str, code: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Refuse a status that may not follow the one before, and one that lacks what it rests on."""
    if table not in MOVES or (now := after["status"]) == (was := before["status"]):
        return
    if (allowed := may_follow(table, was, now)) is not None:
        raise ConflictError(
            f"{table} {code} is {was}; {now} may not follow.",
            hint=f"May follow: {', '.join(allowed) or 'nothing'}.",
            code="lifecycle.no-such-move", table=table, row=code, before=was, after=now,
        )  # fmt: skip
    wanted = next((needs for state, needs in PROJECT_NEEDS.items() if table == "projects" and state == now), ())
    if lacking := [name for name in wanted if not after[name]]:
        raise InputError(
            f"{table} {code} cannot be {now} while it does not say: {', '.join(lacking)}.",
            hint=f"Give {' '.join(f'{name}=…' for name in lacking)} with the move.",
            code="lifecycle.not-ready", table=table, row=code, after=now, lacking=", ".join(lacking),
        )  # fmt: skip
