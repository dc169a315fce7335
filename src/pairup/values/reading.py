"""Read what a file of ours says (JSON or TOML), collecting every finding before refusing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pairup.errors import InputError
from pairup.values.findings import Finding
from pairup.values.words import Words

#: what may be wrong in a file of any kind: said in the words of `reading`; the rest in those of the file's own domain
_COMMON = frozenset({
    "missing-key", "not-a-day", "not-a-flag", "not-a-list", "not-a-number", "not-a-pair", "not-an-object", "not-one-of",
    "not-text", "not-whole", "other-kind", "other-version", "out-of-range", "twice", "unknown-id", "unknown-key",
    "hint-add-key", "hint-day", "hint-id", "hint-keys", "hint-text",
})  # fmt: skip


class Reading:
    """What was found wrong so far. Each reader gives None (or nothing) for what it refuses, and reading goes on.

    `domain` has the words of what only this kind of file can get wrong, and of the whole refusal (`DOMAIN.refused`).
    """

    def __init__(self, file: str = "", domain: str = "planning") -> None:
        self.file = file
        self.domain = domain
        self.findings: list[Finding] = []

    def refuse(self, what: str, where: str, hint: str = "", **facts: Any) -> None:
        """Note a finding: `WHAT` at `where`, with what to do."""
        words = Words(self._code(what), {"where": where} | facts)
        advice = Words(self._code(hint), facts) if hint else None
        self.findings.append(Finding(words, self.file, hint=advice))

    def _code(self, what: str) -> str:
        return f"{'reading' if what in _COMMON else self.domain}.{what}"

    def require(self) -> None:
        """Refuse with all findings, if there are any."""
        if self.findings:
            code, facts = f"{self.domain}.refused", {"count": len(self.findings)}
            raise InputError(
                f"{Words(code, facts)} {self.findings[0].say()}",
                hint="Correct each and try again.", code=code, findings=tuple(self.findings), **facts,
            )  # fmt: skip

    def keys(
        self, said: Any, where: str, required: Iterable[str], optional: Iterable[str] = ()
    ) -> Mapping[str, Any] | None:
        """Read an object. Unknown keys are refused by name."""
        if not isinstance(said, Mapping):
            self.refuse("not-an-object", where, found=_short(said))
            return None
        required, optional = tuple(required), tuple(optional)
        if said.keys() - {*required, *optional}:
            known = ", ".join([*required, *optional])
            for key in sorted(map(str, said.keys() - {*required, *optional})):
                self.refuse("unknown-key", where, "hint-keys", key=key, known=known)
        missing = [key for key in required if said.get(key) is None]
        for key in missing:
            self.refuse("missing-key", where, "hint-add-key", key=key)
        return None if missing else said

    def rows(self, said: Any, where: str) -> list[Any]:
        """Read a list; None is an empty one."""
        if said is None:
            return []
        if not isinstance(said, (list, tuple)):
            self.refuse("not-a-list", where, found=_short(said))
            return []
        return list(said)

    def table(self, said: Any, where: str) -> Mapping[str, Any]:
        """Read an object whose keys are identifiers; None is an empty one."""
        if said is None:
            return {}
        if not isinstance(said, Mapping):
            self.refuse("not-an-object", where, found=_short(said))
            return {}
        return said

    def text(self, said: Any, where: str) -> str | None:
        """Read an identifier or a word."""
        if isinstance(said, str) and said.strip():
            return said
        self.refuse("not-text", where, "hint-text", found=_short(said))
        return None

    def one_of(self, said: Any, where: str, choices: tuple[str, ...]) -> str | None:
        if said in choices:
            return str(said)
        self.refuse("not-one-of", where, found=_short(said), choices=", ".join(choices))
        return None

    def number(self, said: Any, where: str, least: float | None = None, most: float | None = None) -> float | None:
        """Read a number. NaN, infinity and true or false are none."""
        if isinstance(said, (int, float)) and not isinstance(said, bool) and math.isfinite(said):
            if (least is None or said >= least) and (most is None or said <= most):
                return float(said)
            limits = f">= {least}" if most is None else f"{least} ... {most}"
            self.refuse("out-of-range", where, found=_short(said), limits=limits)
            return None
        self.refuse("not-a-number", where, found=_short(said))
        return None

    def whole(self, said: Any, where: str, least: int = 0) -> int | None:
        """Read a whole number."""
        value = self.number(said, where, least)
        if value is not None and value != int(value):
            self.refuse("not-whole", where, found=_short(said))
            return None
        return None if value is None else int(value)

    def flag(self, said: Any, where: str, otherwise: bool = False) -> bool:
        """Read true or false; None gives `otherwise`."""
        if said is None or isinstance(said, bool):
            return otherwise if said is None else said
        self.refuse("not-a-flag", where, found=_short(said))
        return otherwise

    def day(self, said: Any, where: str) -> date | None:
        """Read an ISO day; None is not given."""
        if said is None:
            return None
        try:
            if isinstance(said, str) and len(said) == 10:
                return date.fromisoformat(said)
        except ValueError:
            pass
        self.refuse("not-a-day", where, "hint-day", found=_short(said))
        return None

    def pairs(self, said: Any, where: str, sizes: tuple[int, ...] = (2,)) -> list[tuple[str, ...]]:
        """Read a list of short lists of identifiers."""
        rows = (self.pair(row, f"{where}[{at}]", sizes) for at, row in enumerate(self.rows(said, where)))
        return [row for row in rows if row is not None]

    def pair(self, said: Any, where: str, sizes: tuple[int, ...] = (2,)) -> tuple[str, ...] | None:
        """Read a short list of identifiers."""
        if isinstance(said, (list, tuple)) and len(said) in sizes and all(isinstance(part, str) for part in said):
            return tuple(said)
        self.refuse("not-a-pair", where, found=_short(said), size=" or ".join(map(str, sizes)))
        return None

    def once(self, ids: Iterable[str], where: str) -> dict[str, int]:
        """Give each identifier its place; refuse one that stands twice."""
        at: dict[str, int] = {}
        for k, code in enumerate(ids):
            if code in at:
                self.refuse("twice", where, id=code)
            at.setdefault(code, k)
        return at

    def known(self, code: str, known: Mapping[str, Any], where: str, table: str) -> bool:
        """Refuse an identifier that stands in no row of `table`."""
        if code in known:
            return True
        self.refuse("unknown-id", where, "hint-id", id=code, table=table)
        return False


def head(
    reading: Reading, said: Any, kind: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> Mapping[str, Any]:
    """Read the outer object of a problem: its kind, version and keys. Refuses at once where it is no object."""
    found = reading.keys(said, kind, ("kind", "version", *required), optional)
    if isinstance(said, Mapping):
        if said.get("kind") not in (kind, None):
            reading.refuse("other-kind", "kind", found=_short(said.get("kind")), kind=kind)
        if said.get("version") is not None and (said["version"] != 1 or isinstance(said["version"], bool)):
            reading.refuse("other-version", "version", found=_short(said["version"]))
    if found is None:
        reading.require()
    assert found is not None
    return found


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 60 else text[:57] + "..."
