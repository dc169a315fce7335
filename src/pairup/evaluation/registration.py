"""A design fixed before the outcome was opened: its hash and the day, and what was changed afterwards."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.values.reading import Reading
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Registration:
    """What was fixed, and on which day. `design` is None where only its hash was kept."""

    design_sha256: str
    day: date
    design: Design | None = None

    def deviations(self, used: Design) -> tuple[Words, ...]:
        """Say how the design used differs from the one registered; nothing where it does not."""
        if used.sha256 == self.design_sha256:
            return ()
        if self.design is None:
            return (Words("evaluation.deviates", {"registered": self.design_sha256[:12], "used": used.sha256[:12]}),)
        return tuple(Words("evaluation.deviates-in", {"key": key}) for key in self.design.differences(used))

    def to_toml(self) -> str:
        """Give the file that `read_registration` reads: the hash and the day, and the design where it is known."""
        lines = [f'design_sha256 = "{self.design_sha256}"', f"day = {self.day.isoformat()}"]
        if self.design is not None:
            lines += ["", "[design]", *(f"{key} = {_toml(value)}" for key, value in self.design.to_dict().items())]
        return "\n".join(lines) + "\n"


def read_registration(path: Path) -> Registration:
    """Read a registration (TOML): `design_sha256`, `day`, and the `[design]` itself where it was kept."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"There is no file {path}.", hint="Give the registration that was written before the outcome was opened.",
            code="evaluation.no-file", path=str(path),
        ) from None  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InputError(
            f"{path.name} is no TOML file: {fault}.", hint="See docs/reference/evaluation.md.",
            code="evaluation.not-toml", file=path.name, fault=str(fault),
        ) from None  # fmt: skip
    return _read(Reading(path.name, "evaluation"), said)


def write_registration(path: Path, registration: Registration) -> None:
    """Write a registration as `read_registration` reads it. Refuses a file that is there: what was fixed stays."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(registration.to_toml())
    except FileExistsError:
        raise InputError(
            f"{path} is there already.", hint="What was fixed stays as it is; name another file.",
            code="verdict.registration-there", path=str(path),
        ) from None  # fmt: skip


def _toml(value: Any) -> str:
    """Write a value of a design: texts, numbers, flags, lists and tables of them."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _read(reading: Reading, said: Any) -> Registration:
    found = reading.keys(said, "registration", ("design_sha256", "day"), ("design",))
    day = None if found is None else _day(reading, found["day"])
    sha256 = None if found is None else reading.text(found["design_sha256"], "design_sha256")
    reading.require()
    assert found is not None and day is not None and sha256 is not None
    design = design_of(found["design"], reading.file) if found.get("design") is not None else None
    if design is not None and design.sha256 != sha256:
        raise InputError(
            f"{reading.file}: the design in it has the hash {design.sha256}, not {sha256}.",
            hint="One of the two was changed after it was registered; find the file as it was.",
            code="evaluation.registration-broken", file=reading.file, found=design.sha256, said=sha256,
        )  # fmt: skip
    return Registration(sha256, day, design)


def _day(reading: Reading, said: Any) -> date | None:
    return said if isinstance(said, date) else reading.day(said, "day")
