"""Claims of effect that wait for an evaluator: first a plan in the journal, then the evaluation. Nothing is stored."""

from __future__ import annotations

from datetime import date

from pairup.record.acting import Role, acting
from pairup.record.models import ClaimVersion, EvaluationVersion, RegistrationVersion
from pairup.services.dues import Due
from pairup.services.tables import read_rows


def read_unevaluated(programme: str, *, on: date, known_by: date | None = None) -> list[Due]:
    """For an evaluator, each claim of effect that nobody evaluated, and whether a plan of it is registered yet."""
    if acting().actor.role is not Role.EVALUATOR:
        return []
    rows = read_rows(ClaimVersion, on=on, known_by=known_by, programme=programme).filter(says_effect=True)
    claims = list(rows.values_list("identity__code", "is_synthetic"))
    if not claims:
        return []
    evaluated, planned = (
        set(read_rows(model, on=on, known_by=known_by, programme=programme).values_list("claim__code", flat=True))
        for model in (EvaluationVersion, RegistrationVersion)
    )
    return [
        Due("-", "claim_evaluate" if code in planned else "claim_plan", None, f"claims/{code}", code, is_synthetic)
        for code, is_synthetic in claims if code not in evaluated
    ]  # fmt: skip
