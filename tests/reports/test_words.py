"""The reports' catalogue: every entry is used, filled alike in both languages, and nothing is said without one."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pairup.reports
from pairup.reports.claim_sections import DEFINED
from pairup.reports.facts import Change, Outcome, PlanKind
from pairup.reports.money_sections import KINDS
from pairup.reports.opening import STATUSES
from pairup.values.codes import Channel, ClaimClass, Preset, SignatureKind, Standing

SOURCE = Path(pairup.reports.__file__).parent
LOCALE = SOURCE.parent / "values" / "locale"
FAMILIES = {
    "channel": Channel, "change": Change, "standing": Standing, "status": STATUSES, "plan": PlanKind, "col": KINDS,
    "class": ClaimClass, "signature": SignatureKind, "term": DEFINED, "meaning": DEFINED, "preset": Preset,
}  # fmt: skip


def entries(language: str) -> dict[str, str]:
    text = (LOCALE / language / "LC_MESSAGES" / "reports.po").read_text(encoding="utf-8")
    return dict(re.findall(r'msgid "reports\.([^"]+)"\nmsgstr "([^"]+)"', text))


def built() -> set[str]:
    """Give the codes that are put together from closed lists."""
    codes = {f"{family}-{member}" for family, members in FAMILIES.items() for member in members}
    return codes | {f"claims-{outcome}-caption" for outcome in Outcome} | {
        f"projects-{name}{end}" for name in ("chosen", "left-out") for end in ("", "-caption")
    }  # fmt: skip


def quoted() -> set[str]:
    """Give every quoted word of the source that could be a code."""
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))
    return {code.removeprefix("reports.") for code in re.findall(r'"([a-z][a-z0-9.-]*)"', text)}


#: says the words of the life cycles
OF_LIFE_CYCLES = {"waiting_section.py"}


def said() -> set[str]:
    """Give the codes that the source says outright."""
    paths = [path for path in SOURCE.glob("*.py") if path.name not in OF_LIFE_CYCLES]
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    direct = re.findall(r'(?:said|plain|said_both)\(\s*"([a-z0-9-]+)"', text)
    return {*direct, *re.findall(r'"reports\.([a-z0-9-]+)"', text), *re.findall(r'"(col-[a-z-]+)"', text)}


def test_both_languages_have_the_same_entries_with_the_same_facts() -> None:
    english, chinese = entries("en"), entries("zh_Hans")

    def facts(template: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(template) if name}

    assert english.keys() == chinese.keys()
    assert {code for code in english if facts(english[code]) != facts(chinese[code])} == set()


def test_nothing_is_said_without_an_entry() -> None:
    assert (said() | built()) - entries("en").keys() == set()


def test_no_entry_is_left_over() -> None:
    assert entries("en").keys() - quoted() - built() == set()
