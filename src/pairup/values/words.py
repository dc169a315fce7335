"""What pairup says, as a code with facts; the words come from one catalogue, in English and Chinese.

A code is `domain.what-is-said`; its template stands in `locale/LANGUAGE/LC_MESSAGES/DOMAIN.po`, where the
code is the msgid. `python3 dev.py words` compiles the catalogue.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh_Hans")
_LOCALE = Path(__file__).parent / "locale"


@cache
def _catalogue(domain: str, language: str) -> gettext.NullTranslations:
    return gettext.translation(domain, _LOCALE, languages=[language], fallback=True)


def say(code: str, language: str = "en", /, **facts: Any) -> str:
    """Fill the template of a code. A code without words in a language falls back to English, then to itself."""
    for tongue in (language, "en"):
        template = _catalogue(code.partition(".")[0], tongue).gettext(code)
        if template != code:
            said = {key: fact.say(language) if hasattr(fact, "say") else fact for key, fact in facts.items()}
            return template.format_map(said)
    return code


def is_said(code: str) -> bool:
    """Whether the catalogue has words for a code."""
    return _catalogue(code.partition(".")[0], "en").gettext(code) != code


@dataclass(frozen=True, slots=True)
class Words:
    """One thing said: a stable code and the facts its words are filled with."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def say(self, language: str = "en") -> str:
        return say(self.code, language, **self.facts)

    def __str__(self) -> str:
        return self.say()

    def to_dict(self) -> dict[str, Any]:
        """Give code, facts and English, as JSON carries them; words among the facts likewise, money as text."""
        facts = {key: _plain(fact) for key, fact in self.facts.items()}
        return {"code": self.code, "facts": facts, "words": self.say()}

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Words:
        """Read what `to_dict` gave."""
        facts = {key: cls.read(fact) if isinstance(fact, Mapping) else fact for key, fact in said["facts"].items()}
        return cls(said["code"], facts)


def _plain(fact: Any) -> Any:
    if isinstance(fact, Words):
        return fact.to_dict()
    return str(fact) if hasattr(fact, "say") else fact
