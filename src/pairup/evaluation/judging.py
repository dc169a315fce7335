"""What evaluations make of claims once all of them are looked at together.

Of many claims without an effect some will look supported by chance. So the p-values of a family (a programme and a
year) are adjusted by Benjamini and Yekutieli (Annals of Statistics 29, 2001), which holds the share of false
discoveries however the claims hang together: they share places, years and authors. An effect that is none any more
after that is graded *cannot tell*; nothing is ever raised.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from pairup.evaluation.claim import Verdict
from pairup.evaluation.grading import Grade
from pairup.evaluation.multiplicity import by_family
from pairup.values.days import RoughDay
from pairup.values.figures import said
from pairup.values.words import Words

#: what a grade makes of a claim of effect
VERDICTS: Mapping[Grade, Verdict] = {
    Grade.SUPPORTED: Verdict.SUPPORTED,
    Grade.SUPPORTED_IN_DIRECTION: Verdict.SUPPORTED_IN_DIRECTION,
    Grade.NOT_SUPPORTED_IN_SIZE: Verdict.NOT_SUPPORTED_IN_SIZE,
    Grade.NOT_SUPPORTED: Verdict.NOT_SUPPORTED,
    Grade.CONTRADICTED: Verdict.EFFECT_CONTRADICTED,
    Grade.CANNOT_TELL: Verdict.CANNOT_BE_TOLD,
}

#: grades that say that there is an effect
_DISCOVERIES = (Grade.SUPPORTED, Grade.SUPPORTED_IN_DIRECTION, Grade.NOT_SUPPORTED_IN_SIZE)


@dataclass(frozen=True, slots=True)
class Judged:
    """What an evaluation makes of a claim. `words` is the one sentence in which it may be quoted.

    `adjusted` is the p after all claims of the family are looked at; `is_lowered`: the grade fell for that.
    """

    verdict: Verdict
    words: Words
    value: Decimal | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    adjusted: float | None = None
    strength: str = ""
    is_registered: bool = False
    is_lowered: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value, "words": {"en": self.words.say("en"), "zh": self.words.say("zh_Hans")},
            "value": None if self.value is None else float(self.value),
            "interval": list(self.interval) if self.interval else None, "p": self.p, "adjusted_p": self.adjusted,
            "strength": self.strength or None, "registered": self.is_registered, "lowered": self.is_lowered,
        }  # fmt: skip


def judged(answers: Mapping[str, Mapping[str, Any]], families: Mapping[str, Hashable]) -> dict[str, Judged]:
    """Judge every claim that was evaluated.

    Parameters
    ----------
    answers : by claim, what `keeping.kept` gave, or `{"refused": words}` where the panel or design was refused.
    families : by claim, what it is looked at together with.
    """
    codes = sorted(answers)
    p = [_p_of(answers[code]) for code in codes]
    adjusted = by_family(p, [families[code] for code in codes])
    sizes = {family: sum(families[code] == family and q is not None for code, q in zip(codes, p, strict=True))
             for family in set(families.values())}  # fmt: skip
    return {
        code: _judge(answers[code], one, other, sizes[families[code]])
        for code, one, other in zip(codes, p, adjusted, strict=True)
    }


def _p_of(answer: Mapping[str, Any]) -> float | None:
    """The p of an estimate; where its method gives an interval alone, that of a normal with that interval."""
    if answer.get("identification") in (None, "not_identified") or answer.get("value") is None:
        return None
    if answer.get("p") is not None:
        return min(1.0, max(0.0, float(answer["p"])))
    interval = answer.get("interval")
    if not interval or interval[0] is None or interval[1] is None or interval[1] <= interval[0]:
        return None
    level = (answer.get("drawn") or {}).get("level") or 0.95
    error = (interval[1] - interval[0]) / (2 * NormalDist().inv_cdf((1 + level) / 2))
    return 2 * (1 - NormalDist().cdf(abs(answer["value"]) / error))


def _judge(answer: Mapping[str, Any], p: float | None, adjusted: float | None, family: int) -> Judged:
    if "refused" in answer:
        words = Words("evaluations.panel-refused", {"reason": Words.read(answer["refused"])})
        return Judged(Verdict.CANNOT_BE_TOLD, words)
    told, grading = answer["told"], answer.get("verdict") or {}
    is_registered = bool(grading.get("registered"))
    if answer["identification"] == "not_identified":
        reasons: Sequence[Mapping[str, Any]] = told["missing"]
        missing = {"reason": Words.read(reasons[0]) if reasons else ""}
        words = Words("evaluations.verdict-not-identified", missing)
        if told["verdict"]:  # the one sentence, with design and who chose the places
            words = Words("evaluations.sentence-not-identified", missing | {"sentence": _kept(told["verdict"])})
        return Judged(Verdict.NOT_IDENTIFIED, words, is_registered=is_registered)
    value, interval = Decimal(str(answer["value"])), answer.get("interval")
    ends = (interval[0], interval[1]) if interval and None not in interval else None
    if not grading:
        return Judged(Verdict.CANNOT_BE_TOLD, _without_grade(answer, ends), value, ends, p, adjusted)
    grade, words = Grade(grading["grade"]), _kept(told["verdict"])
    level = 1 - (answer["drawn"].get("level") or 0.95)
    is_lowered = _falls(grade, p, adjusted, level)
    if is_lowered:
        facts = {"sentence": words, "count": family, "adjusted": "?" if adjusted is None else f"{adjusted:.2g}"}
        grade, words = Grade.CANNOT_TELL, Words("evaluations.lowered", facts)
    return Judged(
        VERDICTS[grade], words, value, ends, p, adjusted, grading.get("strength") or "", is_registered, is_lowered
    )


def _falls(grade: Grade, p: float | None, adjusted: float | None, level: float) -> bool:
    """Whether a grade does not stand among the others: it says that there is an effect, and the adjusted p does not.

    That there is practically none, or not the claimed size, needs no small p; only a small one can be lost.
    """
    if grade in _DISCOVERIES:
        return adjusted is None or adjusted > level
    return grade is Grade.CONTRADICTED and p is not None and adjusted is not None and p <= level < adjusted


def _without_grade(answer: Mapping[str, Any], ends: tuple[float, float] | None) -> Words:
    """Tell an estimate that no claimed band was set beside."""
    facts = {"value": said(answer["value"]), "level": f"{100 * (answer['drawn'].get('level') or 0.95):g}"}
    if ends is None:
        return Words("evaluations.estimate-alone", {"value": facts["value"]})
    return Words("evaluations.estimate-ungraded", facts | {"low": said(ends[0]), "high": said(ends[1])})


def _kept(said: Mapping[str, Any]) -> Words:
    """Read a sentence that was kept; a day in it is said as its reader's language writes days."""
    return _dated(Words.read(said))


def _dated(words: Words) -> Words:
    facts = {name: _dated(fact) if isinstance(fact, Words) else fact for name, fact in words.facts.items()}
    if words.code in ("verdict.registered", "verdict.changed"):
        facts["day"] = RoughDay.read(str(facts["day"]))
    return Words(words.code, facts)
