"""Let chance decide among near ties of a drafted portfolio; the draw is journalled and kept as a run to adopt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pairup import __version__
from pairup.errors import InputError
from pairup.evaluation.panel import Panel
from pairup.planning.plan import Plan
from pairup.planning.portfolio.lottery import Lottery, lottery, plan_drawn
from pairup.planning.problems import Funding
from pairup.record.models import PlanRun, PlanRunVersion
from pairup.services import write
from pairup.services.access import require_may
from pairup.services.explanations import plan_of
from pairup.services.learning import Question, draw_to_learn
from pairup.services.lot_designs import LotDesign, lot_design
from pairup.services.plans import read_run


@dataclass(frozen=True, slots=True)
class Drawn:
    """The run that keeps the drawn plan, the lottery, and the design that it is, where one was asked for."""

    run: str
    lottery: Lottery
    design: LotDesign | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """By what the draw will be evaluated: outcomes of the past, and the question."""

    panel: Panel
    question: Question


def draw(
    run: str, *, within: float, seed: int, actor: str, at: datetime, programme: str | None = None,
    deviation: float = 1.0, evaluated: Evaluated | None = None,
) -> Drawn:  # fmt: skip
    """Draw among the near ties of a drafted portfolio, and keep the drawn plan as a run of its own.

    `within` is the share of the plan's worth that the draw may lose at most. The journal keeps seed, candidates,
    chances and what was drawn, so that anyone can draw again. With `evaluated`, lots are drawn only among places that
    an evaluation can tell apart, and the journal keeps the hash of the design that compares them, with each place's
    stratum and start: it is registered before any outcome. Refuses runs of other kinds and runs without a plan, and
    for an evaluation a draw that tells nothing apart.
    """
    require_may(actor, "funding.lottery")
    row = _read_portfolio(run, programme)
    plan, design = plan_of(row), None
    if evaluated is None:
        found = lottery(plan, within=within, seed=seed, deviation=deviation)
    else:
        found = draw_to_learn(plan, evaluated.panel, evaluated.question, within=within, seed=seed)
        design = lot_design(found, evaluated.panel, evaluated.question, day=at.date())
    drawn = plan_drawn(found)
    facts = {"run": run} | found.facts() | ({"design": design.facts()} if design else {})
    with write.command(
        "funding.lottery", actor=actor, at=at, programme=row.identity.programme.code, facts=facts
    ) as doing:
        stem = f"{run}-lottery"
        count = PlanRun.objects.filter(programme=row.identity.programme, code__startswith=f"{stem}-").count()
        code = f"{stem}-{count + 1}"
        ids = doing.identities(PlanRun, [code], programme=row.identity.programme)
        answer = drawn.to_dict() | {
            "asked": row.answer["asked"], "verdict": drawn.verdict().to_dict(), "blocks": None, "lottery": facts,
        }  # fmt: skip
        kept = PlanRunVersion(
            identity_id=ids[code], day=row.day, kind=row.kind, round=row.round, known_by=row.known_by,
            status=drawn.status.value, seed=seed, problem=row.problem, problem_digest=row.problem_digest,
            answer=answer, read_digest=row.read_digest, code_version=__version__, is_synthetic=row.is_synthetic,
        )  # fmt: skip
        doing.add(PlanRunVersion, [kept])
    return Drawn(code, found, design)


def portfolio_of(run: str, *, programme: str | None = None) -> Plan[Funding]:
    """Give the plan of a drafted portfolio, as it was kept. Refuses runs of other kinds."""
    return plan_of(_read_portfolio(run, programme))


def _read_portfolio(run: str, programme: str | None) -> PlanRunVersion:
    row = read_run(run, programme=programme)
    if row.kind != "funding":
        raise InputError(
            f"{run} is a plan of {row.kind}; lots are drawn among projects.", hint="Name a run of funding.",
            code="funding.lottery-kind", run=run, kind=row.kind,
        )  # fmt: skip
    return row
