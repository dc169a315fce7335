"""What a report needs of evaluations: values only, so that no picture is loaded with them."""

from __future__ import annotations

from dataclasses import dataclass

from pairup.values.words import Words

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class EffectPoint:
    """The effect so many periods after the start, its interval, and the band that holds for all at once."""

    time: int
    value: float
    interval: Pair | None = None
    band: Pair | None = None


@dataclass(frozen=True, slots=True)
class PathPoint:
    """One period of a path: what it is called, what happened, and what would have without the help."""

    label: str
    observed: float
    without: float


@dataclass(frozen=True, slots=True)
class SensitivityPoint:
    """The interval that holds if the trend without help may have bent by so much (`bend`)."""

    bend: float
    interval: Pair


@dataclass(frozen=True, slots=True)
class WeightPoint:
    """A place of the comparison with its weight, or the place that was helped (`weight` None)."""

    key: str
    name_en: str
    name_zh: str
    longitude: float
    latitude: float
    altitude_m: int | None = None
    weight: float | None = None

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") and self.name_zh else self.name_en


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing looked at beside an estimate; `passed` None: shown, and deciding nothing."""

    passed: bool | None
    words: Words
    number: str = ""  # of a gate


@dataclass(frozen=True, slots=True)
class EvaluationFacts:
    """One evaluation of a claim. `verdict` is the one sentence in which it may be quoted; it stands by every picture.

    standing : registered or retrospective, and why. planted : the truth in a made-up panel, as it is written.
    start : place of the first period with help in `path`. placebos : gaps of places that were not helped.
    uom : what the outcome is counted in, as its indicator says; the effect is in the same.
    """

    claim: str
    text_en: str
    text_zh: str
    verdict: Words
    standing: Words
    method: Words
    effect: Words | None = None
    planted: Words | None = None
    points: tuple[EffectPoint, ...] = ()
    path: tuple[PathPoint, ...] = ()
    start: int = 0
    placebos: tuple[tuple[float, ...], ...] = ()
    weights: tuple[WeightPoint, ...] = ()
    sensitivity: tuple[SensitivityPoint, ...] = ()
    breakdown: float | None = None  # the bend from which on the interval holds nothing
    looked: tuple[Looked, ...] = ()
    run: str = ""
    design_sha256: str = ""
    data_sha256: str = ""
    is_synthetic: bool = False
    uom: str = ""
