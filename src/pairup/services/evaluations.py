"""Plans of evaluations fixed in the journal, and evaluations of claims kept as rows.

A plan stands as registered only where the journal has it before the outcome: before the first observation of the
claim's indicator from a time in which somebody was helped, and before the first evaluation of the claim. What comes
later is retrospective, however early its author says it was written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q

from pairup import __version__
from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Estimate
from pairup.evaluation.evaluate import evaluate as evaluate_panel
from pairup.evaluation.keeping import kept
from pairup.evaluation.panel import Panel
from pairup.evaluation.placebo_paths import gaps_without_help
from pairup.evaluation.registration import Registration as Fixed
from pairup.record.models import (
    Claim,
    ClaimVersion,
    Evaluation,
    EvaluationVersion,
    ObservationVersion,
    Programme,
    Registration,
    RegistrationVersion,
)
from pairup.services import tables, write
from pairup.services.access import require_may
from pairup.services.observed import first_help, read_observed
from pairup.services.plans import default_programme
from pairup.values.days import RoughDay
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan in the journal. `is_before`: no outcome of the claim was in the record by then."""

    code: str
    claim: str
    design: Design
    entry: int
    day: date
    is_before: bool
    opened: int | None  # the entry in which the outcome came in, or was first opened

    def fixed(self) -> Fixed:
        """Give it as an evaluation takes a registration."""
        return Fixed(self.design.sha256, self.day, self.design)

    def words(self) -> Words:
        """Tell where the plan stands in the journal, and whether an outcome had come before it."""
        facts = {"plan": self.code, "entry": self.entry, "day": RoughDay(self.day), "digest": self.design.sha256}
        if self.is_before:
            return Words("evaluations.plan-before", facts)
        return Words("evaluations.plan-late", facts | {"opened": self.opened})


@dataclass(frozen=True, slots=True)
class Kept:
    """An evaluation that was kept, and the plan it stands on; `plan` None: no plan came before the outcome."""

    code: str
    estimate: Estimate
    plan: Plan | None
    late: Plan | None  # a plan that came too late to count

    def standing(self) -> Words:
        """Say whether the answer is registered or retrospective, and why."""
        if self.plan is not None:
            facts = {"plan": self.plan.code, "entry": self.plan.entry, "day": RoughDay(self.plan.day)}
            return Words("evaluations.is-registered", facts)
        if self.late is not None:
            facts = {"plan": self.late.code, "entry": self.late.entry, "opened": self.late.opened}
            return Words("evaluations.is-late", facts)
        return Words("evaluations.is-retrospective")


def register(
    claim: str, design: Design, *, actor: str, at: datetime, on: date, programme: str | None = None
) -> Plan:  # fmt: skip
    """Fix in the journal how the effect in a claim is to be told. A later plan of the claim does not undo it.

    Refuses a claim that the record does not have, and a design that equals the claim's last plan.
    """
    require_may(actor, "claim.register")
    row = read_claim(claim, on=on, programme=programme)
    code = row.identity.programme.code
    last = _plans(row.identity, on=None).last()
    if last is not None and last.design_digest == design.sha256:
        raise InputError(
            f"This design is registered for {claim} already, as {last.identity.code}.",
            hint="Evaluate it: pairup evaluate --record FILE --claim ID.",
            code="evaluations.registered-before", claim=claim, plan=last.identity.code,
        )  # fmt: skip
    facts = {"claim": claim, "design_sha256": design.sha256}
    with write.command("claim.register", actor=actor, at=at, programme=code, facts=facts) as doing:
        owner = Programme.objects.get(code=code)
        count = Registration.objects.filter(programme=owner, code__startswith=f"{claim}-plan-").count()
        name = f"{claim}-plan-{count + 1}"
        ids = doing.identities(Registration, [name], programme=owner)
        kept_row = RegistrationVersion(
            identity_id=ids[name], day=on, claim=row.identity, design=canonical(design), design_digest=design.sha256,
            code_version=__version__, is_synthetic=row.is_synthetic,
        )  # fmt: skip
        doing.add(RegistrationVersion, [kept_row])
    return plan_of(_plans(row.identity, on=None).get(identity__code=name))


def evaluate(
    claim: str, *, actor: str, at: datetime, on: date, known_by: date | None = None, design: Design | None = None,
    panel: Panel | None = None, seed: int = 0, programme: str | None = None, planted: Decimal | None = None,
) -> Kept:  # fmt: skip
    """Tell the effect in a claim and keep the answer. No transaction is held while it is worked out.

    Parameters
    ----------
    design : without it, that of the claim's plan. With it, every difference from the plan is told.
    panel : without it, the record's own observations of the claim's indicator.
    planted : the true effect, of a panel that was made up.

    Refuses a claim without a plan where no design is given, and a claim whose indicator the record does not observe.
    """
    require_may(actor, "claim.evaluate")
    row = read_claim(claim, on=on, known_by=known_by, programme=programme)
    used = design or design_of_claim(claim, on=on, known_by=known_by, programme=programme)
    is_own = panel is None
    data = panel if panel is not None else read_observed(row, used, on=on, known_by=known_by)
    helped = None if is_own else first_help(data)
    plan, late = _plan_that_counts(row, on=on, known_by=known_by, helped=helped)
    estimate = evaluate_panel(data, used, registered=plan.fixed() if plan else None, seed=seed)
    code = _keep(
        row, estimate, plan or late, actor=actor, at=at, on=on, known_by=known_by, is_registered=plan is not None,
        planted=planted, helped=helped, is_own=is_own, gaps=gaps_without_help(data, used, seed=seed),
    )  # fmt: skip
    return Kept(code, estimate, plan, late)


def design_of_claim(
    claim: str, *, on: date, known_by: date | None = None, programme: str | None = None
) -> Design:  # fmt: skip
    """The design of the plan of a claim that counts. Refuses a claim without a plan."""
    row = read_claim(claim, on=on, known_by=known_by, programme=programme)
    plan, late = _plan_that_counts(row, on=on, known_by=known_by)
    if (found := plan or late) is None:
        raise InputError(
            f"{claim} has no plan in the record.", hint="Give --design, or register one: pairup register.",
            code="evaluations.no-plan", claim=claim,
        )  # fmt: skip
    return found.design


def _plan_that_counts(
    row: ClaimVersion, *, on: date, known_by: date | None, helped: date | None = None
) -> tuple[Plan | None, Plan | None]:
    """The last plan before the outcome; where there is none, the last one that came too late.

    helped : the first help that a panel file knows of, which the record may not.
    """
    found = plans_of(row, on=on, known_by=known_by, helped=helped)
    plan = next((one for one in reversed(found) if one.is_before), None)
    return plan, found[-1] if found and plan is None else None


def _keep(
    row: ClaimVersion, estimate: Estimate, plan: Plan | None, *, actor: str, at: datetime, on: date,
    known_by: date | None, is_registered: bool, planted: Decimal | None, helped: date | None, is_own: bool,
    gaps: Sequence[Sequence[float]],
) -> str:  # fmt: skip
    """Keep an estimate as a row; give its code."""
    claim, programme = row.identity.code, row.identity.programme
    facts: dict[str, Any] = {
        "claim": claim, "design_sha256": estimate.design.sha256, "data_sha256": estimate.data_sha256,
        "plan": plan.code if plan else None, "registered": is_registered, "own_observations": is_own,
    }  # fmt: skip
    with write.command("claim.evaluate", actor=actor, at=at, programme=programme.code, facts=facts) as doing:
        count = Evaluation.objects.filter(programme=programme, code__startswith=f"{claim}-evaluation-").count()
        code = f"{claim}-evaluation-{count + 1}"
        ids = doing.identities(Evaluation, [code], programme=programme)
        grading, answer = estimate.grading, kept(estimate, gaps)
        if helped is not None:
            answer["drawn"]["helped_from"] = helped.isoformat()
        kept_row = EvaluationVersion(
            identity_id=ids[code], day=on, claim=row.identity, known_by=known_by, is_registered=is_registered,
            registration=Registration.objects.get(programme=programme, code=plan.code) if plan else None,
            method=estimate.design.method.value, design=canonical(estimate.design),
            design_digest=estimate.design.sha256, data_digest=estimate.data_sha256, seed=estimate.run.seed,
            identification=estimate.identification.value, grade=grading.grade.value if grading else "",
            strength=grading.strength.value if grading else "", planted=planted, answer=answer,
            code_version=__version__, is_synthetic=row.is_synthetic or planted is not None,
        )  # fmt: skip
        doing.add(EvaluationVersion, [kept_row])
    return code


def read_claim(
    claim: str, *, on: date, known_by: date | None = None, programme: str | None = None
) -> ClaimVersion:  # fmt: skip
    """A claim of the programme by its code. Refuses one that had not been said by the day."""
    programme = programme or default_programme()
    rows = tables.read_rows(ClaimVersion, on=on, known_by=known_by, programme=programme)
    found = rows.filter(identity__code=claim).select_related("identity__programme", "place").first()
    if found is None:
        raise InputError(
            f"{programme} has no claim {claim!r} by {on}.", hint="`pairup claims --record FILE` lists them.",
            code="evaluations.no-claim", claim=claim, programme=programme,
        )  # fmt: skip
    row: ClaimVersion = found
    return row


def plans_of(row: ClaimVersion, *, on: date, known_by: date | None = None, helped: date | None = None) -> list[Plan]:
    """Every plan of a claim, as the journal has them in order. `helped`: as `opened_in` takes it."""
    return [plan_of(one, helped) for one in _plans(row.identity, on=on, known_by=known_by)]


def _plans(claim: Claim, *, on: date | None, known_by: date | None = None) -> Any:
    rows = RegistrationVersion.objects.known(known_by) if on is None else RegistrationVersion.objects.on(
        on, known_by=known_by
    )  # fmt: skip
    rows = rows.filter(claim=claim).select_related("identity", "entry", "claim__programme")
    return rows.order_by("entry__number", "pk")


def plan_of(row: RegistrationVersion, helped: date | None = None) -> Plan:
    opened = opened_in(row.claim, helped)
    is_before = opened is None or row.entry.number < opened
    return Plan(
        row.identity.code, row.claim.code, design_of(json.loads(row.design), row.identity.code), row.entry.number,
        row.recorded_at.date(), is_before, opened,
    )  # fmt: skip


def plan_kept(row: EvaluationVersion) -> Plan | None:
    """The plan that a kept evaluation names, if any."""
    if row.registration is None:
        return None
    found = RegistrationVersion.objects.filter(identity=row.registration).select_related(
        "identity", "entry", "claim__programme"
    )  # fmt: skip
    said = row.answer["drawn"].get("helped_from")
    return plan_of(found.get(), date.fromisoformat(said) if said else None)


def opened_in(claim: Claim, helped: date | None = None) -> int | None:
    """The first journal entry with an outcome of the claim, or with an evaluation of it; None where there is neither.

    An outcome is an observation of the claim's indicator that ends after the first help. While nobody is marked as
    helped none is one yet; when somebody is, this is asked again, and what had come in by then counts. What was
    superseded counts too: it had been there to be seen. `helped` is the first help that a panel file knows of, where
    the record's observations do not say who was helped, or say that it came later.
    """
    subjects = ClaimVersion.objects.filter(identity=claim).values_list("subject", flat=True)
    rows = ObservationVersion.objects.filter(identity__programme=claim.programme, indicator__code__in=set(subjects))
    marked = rows.aggregate(first=Min("treated_from"))["first"]
    first = min((day for day in (marked, helped) if day is not None), default=None)
    rows = rows.none() if first is None else rows.filter(Q(ends_before__gt=first) | Q(ends_before=None))
    evaluated = EvaluationVersion.objects.filter(claim=claim).aggregate(first=Min("entry__number"))["first"]
    observed = rows.aggregate(first=Min("entry__number"))["first"]
    return min((number for number in (evaluated, observed) if number is not None), default=None)


def latest(programme: str, *, on: date, known_by: date | None = None) -> Mapping[str, EvaluationVersion]:
    """The evaluation that counts of each claim: the last one of those that are registered, else the last one."""
    rows = EvaluationVersion.objects.on(on, known_by=known_by).filter(identity__programme__code=programme)
    found: dict[str, EvaluationVersion] = {}
    for row in rows.select_related("identity", "claim", "registration", "entry").order_by("is_registered", "pk"):
        found[row.claim.code] = row
    return dict(sorted(found.items()))


def canonical(design: Design) -> str:
    """Write a design as one line of JSON, the same for equal designs."""
    return json.dumps(design.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
