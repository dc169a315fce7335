"""What every estimator returns: an effect with its interval and checks, or the words why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pairup.errors import NotIdentifiedError
from pairup.evaluation.design import Design
from pairup.evaluation.grading import Grading
from pairup.values.figures import said
from pairup.values.findings import Finding
from pairup.values.words import Words, is_said


class Identification(StrEnum):
    IDENTIFIED = "identified"
    FRAGILE = "fragile"  # an essential check failed or is sensitive
    NOT_IDENTIFIED = "not_identified"  # the design cannot tell from these data


@dataclass(frozen=True, slots=True)
class Effect:
    """A number with its doubt. `se`, `interval` and `p` are None where the inference has none (a rank has no error)."""

    value: float
    se: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None

    def to_dict(self) -> dict[str, Any]:
        told = {"value": self.value, "se": self.se, "p": self.p}
        return _told(told | {"interval": list(self.interval) if self.interval else None})


@dataclass(frozen=True, slots=True)
class AtEventTime:
    """The effect so many periods after the first treated one; those before it should be near nothing.

    `band` is the interval that holds for all event times at once.
    """

    event_time: int
    effect: Effect
    band: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        band = {"band": list(self.band)} if self.band else {}
        return {"event_time": self.event_time} | self.effect.to_dict() | band


@dataclass(frozen=True, slots=True)
class DoubtCheck:
    """One way in which the estimate could be wrong, looked at. `passed` None: not looked at, or decides nothing."""

    name: str
    passed: bool | None
    words: Words
    figure: float | None = None
    is_essential: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "passed": self.passed, "figure": self.figure, "words": self.words.say()}


class Restriction(StrEnum):
    """How trends may part, that would have run parallel."""

    RELATIVE_MAGNITUDES = "relative_magnitudes"  # changes after at most so many times the largest before
    SMOOTHNESS = "smoothness"  # bends of at most so much a period


@dataclass(frozen=True, slots=True)
class SensitivityCurve:
    """The interval as trends may part more and more. `breakdown`: how far until zero is in it; None: from the start."""

    restriction: Restriction
    values: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    breakdown: float | None
    level: float

    def to_dict(self) -> dict[str, Any]:
        points = [
            {"value": value, "interval": list(interval)}
            for value, interval in zip(self.values, self.intervals, strict=True)
        ]
        return {"restriction": self.restriction.value, "level": self.level, "points": points} | _told(
            {"breakdown": self.breakdown}
        )


@dataclass(frozen=True, slots=True)
class Certificate:
    """How near an optimum a fit is proved to be: the duality gap over the objective."""

    objective: float
    gap: float


@dataclass(frozen=True, slots=True)
class Path:
    """What happened and what would have without the help, period by period (of one treated unit, or their mean)."""

    periods: tuple[str, ...]
    observed: tuple[float, ...]
    counterfactual: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """How an estimate was made."""

    seconds: float
    seed: int
    versions: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"seconds": round(self.seconds, 3), "seed": self.seed, "versions": dict(sorted(self.versions.items()))}


@dataclass(frozen=True, slots=True)
class Found:
    """What an estimator gives before anybody doubts it. `effect` None: it cannot tell, and `missing` says what would.

    event_covariance : covariance of the effects of `by_event_time`, in its order (K, K); sensitivity draws on it.
    placebos : effects where nothing happened, by what was shuffled; power and multiplicity draw on them.
    further : parts that one method alone has, under the names of the answer file.
    """

    effect: Effect | None
    missing: tuple[Words, ...] = ()
    by_event_time: tuple[AtEventTime, ...] = ()
    event_covariance: NDArray[np.float64] | None = None
    unit_weights: Mapping[str, float] = field(default_factory=dict)
    period_weights: Mapping[str, float] = field(default_factory=dict)
    path: Path | None = None
    certificate: Certificate | None = None
    placebos: tuple[float, ...] = ()
    checks: tuple[DoubtCheck, ...] = ()
    level_without: float | None = None  # the treated units' mean outcome had they not been treated: a share is of this
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect with the design it rests on, the doubts looked at, and one grade.

    Ask `identification` before `value`: where nothing is identified, `value` and `interval` refuse.
    """

    design: Design
    identification: Identification
    found: Found
    units: int
    periods: int
    run: EvaluationRun
    checks: tuple[DoubtCheck, ...] = ()
    grading: Grading | None = None
    findings: tuple[Finding, ...] = ()
    data_sha256: str = ""
    sensitivity: tuple[SensitivityCurve, ...] = ()

    @property
    def value(self) -> float:
        """Give the effect. Raises `NotIdentifiedError` where there is none."""
        return self._effect().value

    @property
    def interval(self) -> tuple[float, float] | None:
        """Give the interval at the level of the design. Raises `NotIdentifiedError` where there is no effect."""
        return self._effect().interval

    def _effect(self) -> Effect:
        if self.found.effect is None or self.identification is Identification.NOT_IDENTIFIED:
            reasons = " ".join(words.say() for words in self.found.missing)
            raise NotIdentifiedError(
                f"Not identified. {reasons}".strip(), hint="The checks say what data would identify it.",
                code="evaluation.not-identified", reasons=reasons,
            )  # fmt: skip
        return self.found.effect

    def to_dict(self) -> dict[str, Any]:
        """Give the answer file. Parts that a method has not are absent, never zero."""
        is_told = self.identification is not Identification.NOT_IDENTIFIED and self.found.effect is not None
        effect = self.found.effect.to_dict() if is_told and self.found.effect else {}
        head: dict[str, Any] = {"identification": self.identification.value}
        head |= {key: effect.get(key) for key in ("value", "se", "interval", "p") if key in effect or not is_told}
        weights = _told({"units": dict(self.found.unit_weights), "periods": dict(self.found.period_weights)})
        parts: dict[str, Any] = {
            "by_event_time": [row.to_dict() for row in self.found.by_event_time] if is_told else None,
            "weights": weights,
            "sensitivity": [curve.to_dict() for curve in self.sensitivity],
            "certificate": self.found.certificate
            and {"objective": self.found.certificate.objective, "gap": self.found.certificate.gap},
            "verdict": self.grading and self.grading.to_dict(),
        }
        return {
            **head, "units": self.units, "periods": self.periods, **_told(parts),
            "checks": [check.to_dict() for check in self.checks], **self.found.further,
            "findings": [finding.say() for finding in self.findings],
            "design_sha256": self.design.sha256, "data_sha256": self.data_sha256, "run": self.run.to_dict(),
        }  # fmt: skip

    def screen(self, language: str = "en") -> str:
        """Tell the estimate on one screen."""
        from pairup.evaluation.telling import screen

        return screen(self, language)

    def __str__(self) -> str:
        return self.screen()


class Estimator(Protocol):
    """One method: a panel and a design in, what was found out. Pure and seeded."""

    def __call__(self, panel: Any, design: Design, *, seed: int = 0) -> Found: ...


def method_told(name: str) -> Words | str:
    """A method in words; one that has none keeps its name."""
    code = f"verdict.method-{name.replace('_', '-')}"
    return Words(code) if is_said(code) else name


def said_effect(effect: Effect, facts: Mapping[str, Any], level: float) -> Words:
    """Tell an effect with what is known of its doubt."""
    told = dict(facts) | {"value": said(effect.value), "level": f"{100 * level:g}"}
    if "method" in facts:
        told["method"] = method_told(facts["method"])
    kind = "at" if "event_time" in facts else "effect"
    if effect.interval is None:
        return Words(f"evaluation.said-{kind}-alone", told)
    low, high = effect.interval
    return Words(f"evaluation.said-{kind}", told | {"low": said(low), "high": said(high)})


def _told(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if value not in (None, {}, [], ())}
