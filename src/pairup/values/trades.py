"""What professions, skills and languages are called.

A programme may name its own; one that the catalogue does not know stands as the programme wrote it, in whatever script.
"""

from __future__ import annotations

from collections.abc import Iterable

from pairup.values.words import LANGUAGES, Words, is_said


def profession_called(code: str) -> Words:
    """What a profession is called.

    >>> profession_called("enterprise_manager").say(), profession_called("ice_cutter").say("zh_Hans")
    ('enterprise manager', 'ice cutter')
    """
    return _called(f"trades.profession-{_stem(code)}", code)


def skill_called(code: str) -> Words:
    """What a skill is called."""
    return _called(f"trades.skill-{_stem(code)}", code)


def language_called(code: str) -> Words:
    """What a language is called."""
    return _called(f"trades.language-{_stem(code)}", code)


def listed(several: Iterable[Words]) -> dict[str, str]:
    """Write several in one line, by language.

    >>> listed([skill_called("soil"), language_called("bo")])
    {'en': 'soils, Tibetan', 'zh_Hans': '土壤、藏语'}
    """
    found = list(several)
    return {
        language: ("、" if language == "zh_Hans" else ", ").join(one.say(language) for one in found)
        for language in LANGUAGES
    }


def several(words: Iterable[Words]) -> Words:
    """Say several in one line. Refuses none.

    >>> several([skill_called("soil"), language_called("bo"), skill_called("audit")]).say("zh_Hans")
    '土壤、藏语、审计'
    """
    first, *rest = words
    return Words("trades.several", {"first": first, "rest": several(rest)}) if rest else first


def _stem(code: str) -> str:
    return code.replace("_", "-")


def _called(words: str, code: str) -> Words:
    return Words(words) if is_said(words) else Words("trades.own", {"name": code.replace("_", " ")})
