"""A design: how an effect is to be told from the data, fixed before the outcome is opened; hashed, to be registered.

The file is described in docs/reference/evaluation.md. Every key has a meaning for the method it stands with; a key that
the method does not use is refused, so that nobody believes that it did something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import rfc8785


class Method(StrEnum):
    STAGGERED_DID = "staggered_did"  # Callaway and Sant'Anna 2021
    IMPUTATION_DID = "imputation_did"  # Borusyak, Jaravel and Spiess 2024
    SUN_ABRAHAM = "sun_abraham"  # Sun and Abraham 2021
    EVENT_STUDY = "event_study"  # two-way fixed effects with leads and lags
    RANDOMISED = "randomised"  # by lot: clusters, or the steps of a stepped wedge
    DISCONTINUITY = "discontinuity"  # a threshold
    SYNTHETIC_DID = "synthetic_did"  # Arkhangelsky and others 2021
    SYNTHETIC_CONTROL = "synthetic_control"  # Abadie, Diamond and Hainmueller 2010
    AUGMENTED_SYNTHETIC_CONTROL = "augmented_synthetic_control"  # Ben-Michael, Feller and Rothstein 2021
    INTERRUPTED_SERIES = "interrupted_series"


class Comparison(StrEnum):
    NOT_YET_TREATED = "not_yet_treated"
    NEVER_TREATED = "never_treated"


class Control(StrEnum):
    """How covariates enter."""

    REGRESSION = "regression"
    WEIGHTING = "weighting"
    DOUBLY_ROBUST = "doubly_robust"


class InferenceKind(StrEnum):
    ANALYTIC = "analytic"
    BOOTSTRAP = "bootstrap"
    PLACEBO = "placebo"
    JACKKNIFE = "jackknife"
    CONFORMAL = "conformal"
    RANDOMISATION = "randomisation"
    WILD_CLUSTER = "wild_cluster"


class MeasuredBy(StrEnum):
    INDEPENDENT = "independent"
    PARTY = "party"


class AssignedBy(StrEnum):
    NOT_RANDOM = "not_random"
    RANDOMISED = "randomised"
    LOTTERY = "lottery"
    THRESHOLD = "threshold"
    STEPPED_WEDGE = "stepped_wedge"


@dataclass(frozen=True, slots=True)
class Window:
    """From one period to another, both within it; as they are written."""

    first: int | date
    last: int | date

    def to_dict(self) -> dict[str, Any]:
        return {"from": said_as(self.first), "to": said_as(self.last)}

    def numbers(self) -> tuple[int, int]:
        """Give both ends as a panel's periods count them."""
        return number_of(self.first), number_of(self.last)


@dataclass(frozen=True, slots=True)
class Predictor:
    """A column to be matched over a window, by its average or period by period.

    weight : what it counts beside the others, fixed in the plan; all of a design's predictors have one, or none has.
    """

    column: str
    window: Window | None = None
    is_average: bool = True
    weight: float | None = None

    def to_dict(self) -> dict[str, Any]:
        said: dict[str, Any] = {"column": self.column, "average": self.is_average}
        said |= self.window.to_dict() if self.window else {}
        return said | ({} if self.weight is None else {"weight": self.weight})


@dataclass(frozen=True, slots=True)
class Inference:
    kind: InferenceKind
    repetitions: int = 999

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "repetitions": self.repetitions}


@dataclass(frozen=True, slots=True)
class ClaimedEffect:
    """What somebody says the effect is: a direction and the band that the words can mean, both ends positive."""

    rises: bool
    low: float
    high: float
    is_share: bool = True

    def to_dict(self) -> dict[str, Any]:
        return {
            "direction": "rises" if self.rises else "falls", "low": self.low, "high": self.high,
            "uom": "share" if self.is_share else "outcome",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What the gates need to know of how places were chosen and the outcome measured (`[plan]`)."""

    smallest_effect: float | None = None
    second_method: Method | None = None
    chosen_on_outcome: bool | None = None
    selection_window: Window | None = None
    measured_by: MeasuredBy | None = None
    alternatives: tuple[str, ...] = ()
    assignment: AssignedBy = AssignedBy.NOT_RANDOM
    dose: str = ""  # a column: treated units with more of it changed more, if the help is the cause

    def to_dict(self) -> dict[str, Any]:
        return _without_none({
            "smallest_effect": self.smallest_effect, "second_method": self.second_method,
            "chosen_on_outcome": self.chosen_on_outcome,
            "selection_window": self.selection_window and self.selection_window.to_dict(),
            "measured_by": self.measured_by, "alternatives": list(self.alternatives) or None,
            "assignment": self.assignment, "dose": self.dose or None,
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Design:
    """The whole of a design file. `clusters` is `unit` or `cluster`, the column by which errors may hang together.

    fitted : of predictors without weights, the periods whose outcome chooses them; all before the start without it.
    running, cutoff : of a discontinuity, the column that decides and the value from which on units are treated.
    strata : the column of the strata from which units were drawn, or within which lots were drawn.
    """

    method: Method
    comparison: Comparison = Comparison.NOT_YET_TREATED
    control: Control = Control.REGRESSION
    covariates: tuple[str, ...] = ()
    anticipation: int = 0
    clusters: str = "unit"
    window: Window | None = None
    pool: tuple[str, ...] = ()
    predictors: tuple[Predictor, ...] = ()
    fitted: Window | None = None
    running: str = ""
    cutoff: float | None = None
    strata: str = ""
    inference: Inference | None = None
    level: float = 0.95
    claim: ClaimedEffect | None = None
    plan: Known = Known()
    gates: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the panel that it names."""
        named = {*self.covariates, *self.plan.alternatives, self.plan.dose, *(one.column for one in self.predictors)}
        return tuple(sorted((named | {self.running}) - {"", "outcome"}))

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns of words that it names."""
        return (self.strata,) if self.strata else ()

    def to_dict(self) -> dict[str, Any]:
        """Give the design as its file has it, without what is left at its default."""
        shown: dict[str, Any] = {"method": self.method}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name != "method" and value != one.default and value not in ((), {}):
                shown[one.name] = value
        told = {key: _plain(value) for key, value in shown.items()}
        return {key: value for key, value in told.items() if value not in ({}, None)}

    @property
    def sha256(self) -> str:
        """Name the design by what it says: canonical JSON (RFC 8785) of every key, defaults written out."""
        whole = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()

    def differences(self, other: Design) -> tuple[str, ...]:
        """Name the keys in which another design differs from this one."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) != getattr(other, one.name))


_DIDS = ("comparison", "control", "covariates", "anticipation", "clusters", "window", "pool", "inference")
_SYNTHETICS = ("covariates", "window", "pool", "inference")
#: for each method the keys it uses, beside `method`, `level`, `claim`, `plan` and `gates`
USES: Mapping[Method, tuple[str, ...]] = MappingProxyType({
    Method.STAGGERED_DID: _DIDS,
    Method.IMPUTATION_DID: ("covariates", "anticipation", "clusters", "window", "pool", "inference"),
    Method.SUN_ABRAHAM: ("comparison", "covariates", "anticipation", "clusters", "window", "pool", "inference"),
    Method.EVENT_STUDY: ("covariates", "anticipation", "clusters", "window", "pool", "inference"),
    Method.RANDOMISED: ("covariates", "clusters", "strata", "window", "pool", "inference"),
    Method.DISCONTINUITY: ("running", "cutoff", "covariates", "clusters", "window", "pool", "inference"),
    Method.SYNTHETIC_DID: _SYNTHETICS,
    Method.SYNTHETIC_CONTROL: ("predictors", "fitted", "window", "pool", "inference"),
    Method.AUGMENTED_SYNTHETIC_CONTROL: ("predictors", *_SYNTHETICS),
    Method.INTERRUPTED_SERIES: ("covariates", "window", "pool", "inference"),
})  # fmt: skip

GATES = tuple(f"G{number}" for number in range(1, 15))


def number_of(value: int | date) -> int:
    """Give a period as a panel counts it: a whole number, or days since 1970-01-01."""
    return int(np.datetime64(value, "D").astype(np.int64)) if isinstance(value, date) else value


def said_as(value: int | date) -> int | str:
    return value.isoformat() if isinstance(value, date) else value


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def _without_none(said: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in said.items() if value is not None}
