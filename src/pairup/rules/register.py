"""Load dated rules, check them, and find the version in force.

A rule is a TOML file of versions: the name of the rule is the name of the file. A version is in force from its `from`
until the next one. Blocks that were released are never edited; a correction is a new block that names what it replaces.
Files are in `data/`; an office's own rules have the same shape and go through `Rule.read`.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pairup.errors import InputError, RuleError
from pairup.values.codes import Standing
from pairup.values.days import RoughDay
from pairup.values.words import Words, is_said

_OWN = ("from", "published", "formula", "source", "standing", "note", "replaces", "ended", "applied")
_NEEDED = ("from", "published", "source", "standing")


class NoRuleError(RuleError):
    """No version answers for the day. Its facts say why: before the first, ended, or not yet known."""

    code = "rules.no-version"


def titled(name: str) -> Words:
    """What a rule is about, for sentences that name it; a rule of an office's own stands under its name."""
    title = f"rules.title.{name}"
    return Words(title) if is_said(title) else Words("rules.own", {"name": name})


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a rule: what held from a day on, by what authority.

    `told_from` and `told_published` keep the precision of the source; a year or month counts from its first day.
    `terms` are the numbers: whole numbers are int, others Decimal. `is_ended`: from this day on nothing is in force.
    `is_applied` is False where the rule is kept as told and nothing in pairup acts on it.
    """

    rule: str
    told_from: RoughDay
    told_published: RoughDay
    source: str
    standing: Standing
    terms: Mapping[str, Any]
    formula: str = ""
    note: str = ""
    replaces: tuple[date, date] | None = None
    is_ended: bool = False
    is_applied: bool = True

    @property
    def starts(self) -> date:
        return self.told_from.first

    @property
    def published(self) -> date:
        return self.told_published.first

    @property
    def key(self) -> tuple[date, date]:
        """What orders versions and what a correction names: first day in force, day published."""
        return (self.starts, self.published)

    @property
    def digest(self) -> str:
        """Give the SHA-256 of the block. A released block keeps its digest for ever."""
        block = {
            "rule": self.rule,
            "from": str(self.told_from),
            "published": str(self.told_published),
            "formula": self.formula,
            "terms": _plain(self.terms),
            "source": self.source,
            "standing": self.standing.value,
            "note": self.note,
            "replaces": [str(day) for day in self.replaces or ()],
            "ended": self.is_ended,
            "applied": self.is_applied,
        }
        return hashlib.sha256(json.dumps(block, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rule:
    """A name and its versions, sorted by the day they start and the day they were published."""

    name: str
    versions: tuple[Version, ...]

    def __post_init__(self) -> None:
        require_consistent(self.name, self.versions)

    @property
    def title(self) -> Words:
        """What the rule is about. Only rules that come with pairup have a title in the catalogue."""
        return titled(self.name)

    @classmethod
    def read(cls, name: str, blocks: Sequence[Mapping[str, Any]]) -> Rule:
        """Read the versions of a rule from its blocks. Refuses what is missing, unknown or out of order."""
        return cls(name, tuple(sorted((_version(name, block) for block in blocks), key=lambda version: version.key)))

    def on_or_first(self, day: date, *, known_by: date | None = None) -> Version:
        """Find the version in force on `day`, or the first: for weights, without which nothing can be planned."""
        try:
            return self.on(day, known_by=known_by)
        except NoRuleError:
            return self.versions[0]

    def on(self, day: date, *, known_by: date | None = None) -> Version:
        """Find the version in force on `day`; with `known_by`, as people could know it then.

        Raises
        ------
        NoRuleError
            Before the first version, after the end, or where nothing was published by `known_by`.
        """
        known = [version for version in self.versions if known_by is None or version.published <= known_by]
        replaced = {version.replaces for version in known}
        held = [version for version in known if version.key not in replaced]
        for version in reversed(held):
            if version.starts <= day and not version.is_ended:
                return version
            if version.starts <= day:
                raise NoRuleError(
                    f"{self.name} ended on {version.told_from}; none of its versions is in force on {day}.",
                    hint="Give an earlier day, or add the version that follows with its source.",
                    code="rules.ended",
                    rule=self.name,
                    day=str(day),
                    since=str(version.told_from),
                )
        first = self.versions[0].told_published
        if not held:
            raise NoRuleError(
                f"No version of {self.name} was published by {known_by}; the first was published {first}.",
                hint="Ask without known_by, or with a later day.",
                code="rules.not-known-yet",
                rule=self.name,
                day=str(known_by),
                first=str(first),
            )
        raise NoRuleError(
            f"No version of {self.name} is in force on {day}; the first starts {held[0].told_from}.",
            hint="Give a later day, or add the earlier version with its source.",
            rule=self.name,
            day=str(day),
            first=str(held[0].told_from),
        )

    def with_version(self, **block: Any) -> Rule:
        """Give a new rule with one more version, to ask "what if"; the register is left alone.

        Keys are those of a block; `from` is written `from_`.
        """
        named = {"from" if key == "from_" else key: value for key, value in block.items()}
        added = _version(self.name, named)
        return replace(self, versions=tuple(sorted((*self.versions, added), key=lambda version: version.key)))


def _require_told(name: str, block: Mapping[str, Any]) -> None:
    """Refuse a block that leaves out what every version says, or that counts in floats."""
    missing = [key for key in _NEEDED if block.get(key) in (None, "")]
    if missing:
        raise RuleError(
            f"A version of {name} says nothing about {', '.join(missing)}.",
            hint="Every version has from, published, source and standing.",
            code="rules.incomplete",
            rule=name,
            missing=", ".join(missing),
        )
    if block["standing"] not in list(Standing):
        raise RuleError(
            f'A version of {name} has the standing "{block["standing"]}".',
            hint=f"Standings: {', '.join(Standing)}.",
            code="rules.standing",
            rule=name,
            found=str(block["standing"]),
        )
    if wrong := sorted(key for key, value in block.items() if key not in _OWN and isinstance(value, float)):
        raise RuleError(
            f"{name}: {', '.join(wrong)} is a float.",
            hint="Give whole numbers or Decimals.",
            code="rules.float",
            rule=name,
            terms=", ".join(wrong),
        )


def _version(name: str, block: Mapping[str, Any]) -> Version:
    """Read one block of a rule file."""
    _require_told(name, block)
    named = block.get("replaces")
    return Version(
        rule=name,
        told_from=_day(block["from"]),
        told_published=_day(block["published"]),
        source=str(block["source"]),
        standing=Standing(block["standing"]),
        terms=MappingProxyType({key: value for key, value in block.items() if key not in _OWN}),
        formula=str(block.get("formula", "")),
        note=str(block.get("note", "")),
        replaces=(_day(named["from"]).first, _day(named["published"]).first) if named else None,
        is_ended=bool(block.get("ended", False)),
        is_applied=bool(block.get("applied", True)),
    )


def _day(value: Any) -> RoughDay:
    return RoughDay(value) if isinstance(value, date) else RoughDay.read(str(value))


def _plain(value: Any) -> Any:
    """Write terms so that equal numbers give equal text: 0.80 is 0.8."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value


def require_consistent(name: str, versions: Sequence[Version]) -> None:
    """Refuse a rule without versions, two versions that start together, and corrections of what is not there."""
    if not versions:
        raise RuleError(f"{name} has no version.", hint="Write one [[version]] block.", code="rules.empty", rule=name)
    replaced = {version.replaces for version in versions if version.replaces}
    if lost := replaced - {version.key for version in versions}:
        at, published = sorted(lost)[0]
        raise RuleError(
            f"A correction of {name} names a version from {at}, published {published}; there is none.",
            hint="Name the from and published of the block it replaces.",
            code="rules.replaces-nothing",
            rule=name,
            at=str(at),
            published=str(published),
        )
    for version in versions:
        if version.replaces and version.replaces[1] > version.published:
            raise RuleError(
                f"A correction of {name} is published before the version it replaces.",
                hint="Correct its published day.",
                code="rules.replaces-later",
                rule=name,
            )
    starts = [version.starts for version in versions if version.key not in replaced]
    if twice := sorted({day for day in starts if starts.count(day) > 1}):
        raise RuleError(
            f"Two versions of {name} start on {twice[0]}.",
            hint="The later one is a correction: let it name the earlier one in replaces.",
            code="rules.start-together",
            rule=name,
            day=str(twice[0]),
        )


@cache
def load_rules() -> Mapping[str, Rule]:
    """Load the rules that come with pairup, by name."""
    found = {}
    for entry in files("pairup.rules").joinpath("data").iterdir():
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            found[name] = read_rule(name, entry.read_text(encoding="utf-8"))
    return MappingProxyType(dict(sorted(found.items())))


def read_rule(name: str, text: str) -> Rule:
    """Read a rule from TOML text. Decimals stay exact."""
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise InputError(
            f"{name}.toml is not TOML: {fault}", code="rules.not-toml", rule=name, fault=str(fault)
        ) from None
    if set(told) != {"version"}:
        raise RuleError(
            f"{name}.toml holds {', '.join(sorted(told)) or 'nothing'}.",
            hint="A rule file holds [[version]] blocks only.",
            code="rules.not-versions",
            rule=name,
        )
    return Rule.read(name, told["version"])


def find_rule(name: str) -> Rule:
    """Find a rule by name. Refuses a name that is not there and lists those that are."""
    rules = load_rules()
    if name not in rules:
        raise RuleError(
            f"There is no rule {name}.",
            hint=f"Rules: {', '.join(rules)}.",
            code="rules.unknown",
            rule=name,
            known=", ".join(rules),
        )
    return rules[name]
