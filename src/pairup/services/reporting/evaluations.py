"""Evaluations that were kept, as a report shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pairup.evaluation.claim import ClaimResult
from pairup.evaluation.estimate import Effect, said_effect
from pairup.evaluation.keeping import share_said
from pairup.record.models import EvaluationVersion, IndicatorVersion, PlaceVersion
from pairup.reports.evaluation_facts import (
    EffectPoint,
    EvaluationFacts,
    Looked,
    PathPoint,
    SensitivityPoint,
    WeightPoint,
)
from pairup.services import evaluations
from pairup.services.claims import check
from pairup.services.tables import read_rows
from pairup.values.days import RoughDay
from pairup.values.figures import said
from pairup.values.words import Words


def evaluation_facts(
    programme: str, *, on: date, known_by: date | None = None, results: list[ClaimResult] | None = None
) -> tuple[EvaluationFacts, ...]:  # fmt: skip
    """Every claim's evaluation that counts, with the verdict that it has among the others."""
    kept = evaluations.latest(programme, on=on, known_by=known_by)
    if not kept:
        return ()
    found = results if results is not None else check(programme, on=on, known_by=known_by)
    by_code = {result.claim.code: result for result in found}
    places = _places(on=on, known_by=known_by)
    units = _units(programme, on=on, known_by=known_by)
    return tuple(_facts(row, by_code[code], places, units) for code, row in kept.items() if code in by_code)


def _units(programme: str, *, on: date, known_by: date | None) -> dict[str, str]:
    """By indicator, what it is counted in: a claim of effect has the code of its outcome as its subject."""
    rows = read_rows(IndicatorVersion, on=on, known_by=known_by, programme=programme)
    return dict(rows.values_list("identity__code", "uom"))


def _facts(
    row: EvaluationVersion, result: ClaimResult, places: Mapping[str, PlaceVersion], units: Mapping[str, str]
) -> EvaluationFacts:  # fmt: skip
    answer: dict[str, Any] = row.answer
    drawn, judged, claim = answer["drawn"], result.judged, result.claim
    path = drawn.get("path") or {}
    has_effect = row.identification != "not_identified"
    return EvaluationFacts(
        claim=claim.code, text_en=claim.text_en, text_zh=claim.text_zh,
        verdict=judged.words if judged else result.words, standing=_standing(row),
        method=Words(f"evaluations.method-{row.method.replace('_', '-')}"),
        effect=_effect(row, answer) if has_effect else None, planted=_planted(row, answer),
        points=tuple(_point(one) for one in answer.get("by_event_time") or ()) if has_effect else (),
        path=tuple(
            PathPoint(label, observed, without) for label, observed, without in
            zip(path.get("periods", ()), path.get("observed", ()), path.get("counterfactual", ()), strict=True)
        ),
        start=_start(answer, path), placebos=tuple(tuple(one) for one in drawn.get("placebo_paths") or ()),
        weights=_weights(row, answer, places), sensitivity=_sensitivity(answer), breakdown=_breakdown(answer),
        looked=_looked(answer), run=row.identity.code,
        design_sha256=row.design_digest, data_sha256=row.data_digest, is_synthetic=row.is_synthetic,
        uom=units.get(claim.subject, ""),
    )  # fmt: skip


def _standing(row: EvaluationVersion) -> Words:
    plan = evaluations.plan_kept(row)
    if plan is None:
        return Words("evaluations.is-retrospective")
    if row.is_registered:
        return Words("evaluations.is-registered", {"plan": plan.code, "entry": plan.entry, "day": RoughDay(plan.day)})
    return Words("evaluations.is-late", {"plan": plan.code, "entry": plan.entry, "opened": plan.opened or "?"})


def _effect(row: EvaluationVersion, answer: Mapping[str, Any]) -> Words:
    interval = answer.get("interval")
    effect = Effect(answer["value"], interval=(interval[0], interval[1]) if interval and None not in interval else None)
    facts = {"units": answer["units"], "periods": answer["periods"], "method": row.method}
    return said_effect(effect, facts, answer["drawn"].get("level") or 0.95)


def _planted(row: EvaluationVersion, answer: Mapping[str, Any]) -> Words | None:
    """The planted truth, in per cent where the claim of the design is a share; beside it the estimate likewise."""
    if row.planted is None:
        return None
    truth, is_share = float(row.planted), share_said(row.design)
    value, without = answer.get("value"), answer["drawn"].get("level_without")
    if value is None:
        told = f"{100 * truth:g} %" if is_share else said(truth)
        return Words("evaluations.planted-untold", {"truth": told})
    if not is_share:
        return Words("evaluations.planted", {"truth": said(truth), "estimate": said(value)})
    share = f"{100 * value / without:.3g} %" if without else "?"
    return Words("evaluations.planted", {"truth": f"{100 * truth:g} %", "estimate": share})


def _point(one: Mapping[str, Any]) -> EffectPoint:
    def pair(name: str) -> tuple[float, float] | None:
        ends = one.get(name)
        return (ends[0], ends[1]) if ends and None not in ends else None

    return EffectPoint(one["event_time"], one["value"], pair("interval"), pair("band"))


def _start(answer: Mapping[str, Any], path: Mapping[str, Any]) -> int:
    """The place of the first period with help: that with event time 0."""
    times = [one["event_time"] for one in answer.get("by_event_time") or ()]
    return times.index(0) if 0 in times else len(path.get("periods", ()))


def _looked(answer: Mapping[str, Any]) -> tuple[Looked, ...]:
    told = answer["told"]
    checks = [Looked(one["passed"], Words.read(one["words"])) for one in told["checks"]]
    gates = [Looked(one["passed"], Words.read(one["words"]), one["number"]) for one in told["gates"]]
    return (*checks, *gates)


def _sensitivity(answer: Mapping[str, Any]) -> tuple[SensitivityPoint, ...]:
    """The interval as trends may part by more and more, beside the largest parting before the help."""
    curve = _relative(answer)
    if curve is None:
        return ()
    return tuple(
        SensitivityPoint(one["value"], (one["interval"][0], one["interval"][1])) for one in curve["points"]
        if None not in one["interval"]
    )  # fmt: skip


def _breakdown(answer: Mapping[str, Any]) -> float | None:
    """Give how far trends may part until the interval holds nothing: 0 where it does from the start."""
    curve = _relative(answer)
    return None if curve is None else float(curve.get("breakdown", 0.0))


def _relative(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((one for one in answer.get("sensitivity") or () if one["restriction"] == "relative_magnitudes"), None)


def _weights(
    row: EvaluationVersion, answer: Mapping[str, Any], places: Mapping[str, PlaceVersion]
) -> tuple[WeightPoint, ...]:  # fmt: skip
    """Where the comparison lies: units that are places with coordinates, and the place that the claim is about."""
    weights: dict[str, float] = (answer.get("weights") or {}).get("units") or {}
    found = [_weight(places[code], weight) for code, weight in sorted(weights.items()) if code in places]
    helped = row.claim.versions.order_by("-number").values_list("place__code", flat=True).first()
    own = [_weight(places[helped], None)] if helped is not None and helped in places else []
    return (*own, *found) if found else ()


def _weight(place: PlaceVersion, weight: float | None) -> WeightPoint:
    return WeightPoint(
        place.identity.code, place.name_en, place.name_zh, float(place.longitude or 0), float(place.latitude or 0),
        place.altitude_m, weight,
    )  # fmt: skip


def _places(*, on: date, known_by: date | None) -> dict[str, PlaceVersion]:
    rows = PlaceVersion.objects.on(on, known_by=known_by).exclude(latitude=None).exclude(longitude=None)
    return {row.identity.code: row for row in rows.select_related("identity")}
