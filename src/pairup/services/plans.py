"""Draft a plan from the record, keep it as a run, and adopt it.

No transaction is held across a solve: the problem is read, solved with the record closed to us, verified, and stored
in a short write. Adopting reads the problem again and refuses if it is not the one that was solved. It is long
because a draft of each kind is asked, read, kept and adopted here, by one set of rules.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from pairup import __version__
from pairup.errors import ConflictError, InputError, NoPlanError
from pairup.planning.funding import plan_funding
from pairup.planning.pair_worth import PairingWeights
from pairup.planning.pairing import Change, plan_pairings, require_donors, what_if_donors_leave
from pairup.planning.plan import UNTIL_PROVED, Plan, Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems import PostingProblem, read_problem
from pairup.planning.visits import plan_visits
from pairup.planning.visits.need import NeedWeights
from pairup.planning.worth import (
    Candidate,
    FundingWeights,
    Opening,
    PostingWeights,
    eligible,
    first_days,
    posting_points,
)
from pairup.record.models import (
    Adoption,
    AdoptionVersion,
    AttestationVersion,
    CallVersion,
    ConstraintVersion,
    EnvelopeVersion,
    FitnessCheckVersion,
    HostViewVersion,
    NeedVersion,
    OfferVersion,
    PairingPreferenceVersion,
    PairingVersion,
    PersonVersion,
    PlanRun,
    PlanRunVersion,
    PostVersion,
    Programme,
    ProjectVersion,
    QuotaVersion,
    RevenueBaseVersion,
    RoadVersion,
    RoundVersion,
    SiteVersion,
    VisitFindingVersion,
    VisitVersion,
)
from pairup.record.remembered import remembers
from pairup.rules.register import NoRuleError, Rule, load_rules
from pairup.services import journeys, pairing_tables, tables, write
from pairup.services.access import require_may
from pairup.services.adoption import adopt_chosen
from pairup.services.checks import parts_of, posting_checks
from pairup.services.conditions import leads_of, with_attestations, with_conditions
from pairup.values.words import Words

KINDS = ("pairings", "postings", "funding", "visits")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is asked for; everything a later reading of the same problem needs."""

    kind: str
    programme: str
    round: str
    on: date
    known_by: date | None = None
    horizon: tuple[int, int] | None = None
    days: int = 8
    nights: str = "anywhere"
    years: tuple[int, int] | None = None  # of pairings over years; a portfolio's years are its horizon

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "programme": self.programme, "round": self.round, "on": self.on.isoformat(),
            "known_by": self.known_by.isoformat() if self.known_by else None,
            "horizon": list(self.horizon) if self.horizon else None, "days": self.days, "nights": self.nights,
        } | ({"years": list(self.years)} if self.years else {})  # fmt: skip

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Asked:
        return cls(
            said["kind"], said["programme"], said["round"], date.fromisoformat(said["on"]),
            date.fromisoformat(said["known_by"]) if said["known_by"] else None,
            (said["horizon"][0], said["horizon"][1]) if said["horizon"] else None, said["days"], said["nights"],
            (said["years"][0], said["years"][1]) if said.get("years") else None,
        )  # fmt: skip


def asked_of(run: PlanRunVersion) -> Asked:
    """What a run was asked, with what the record knew on the day it was drafted: later corrections change no reason."""
    asked = Asked.of(run.answer["asked"])
    return replace(asked, known_by=asked.known_by or run.recorded_at.date())


@dataclass(frozen=True, slots=True)
class Draft:
    """A stored run with its plan, the weights it was made of, and what was checked beside it."""

    run: str
    asked: Asked
    plan: Plan[Any]
    weights: Mapping[str, str]
    checks: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[Words, ...] = ()  # what the worth of pairings could not be told from
    read_digest: str = ""  # of the question that the record held


@remembers
def default_programme() -> str:
    """The one programme of the record. Refuses where there are several."""
    codes = sorted(Programme.objects.values_list("code", flat=True))
    if len(codes) != 1:
        raise InputError(
            f"This record holds {len(codes)} programmes.",
            hint=f"Say which with --programme: {', '.join(codes) or 'none yet'}.",
            code="record.which-programme", programmes=codes,
        )  # fmt: skip
    return codes[0]


def default_round(programme: str, *, on: date, known_by: date | None = None) -> str:
    """The next round of the programme's scheme that starts after a day, or else its last."""
    scheme = tables.read_programme(programme, on=on, known_by=known_by).scheme
    rounds = RoundVersion.objects.known(known_by).filter(identity__programme__code=programme)
    if scheme:
        rounds = rounds.filter(scheme=scheme)
    found = rounds.filter(starts__gt=on).order_by("ordinal").first() or rounds.order_by("-ordinal").first()
    if found is None:
        raise InputError(
            f"{programme} has no round yet.", hint="Add one to rounds.csv.", code="record.no-round-yet",
            programme=programme,
        )  # fmt: skip
    return found.identity.code


def default_horizon(programme: str, *, on: date, known_by: date | None = None) -> tuple[int, int]:
    """The budget years from that day's year on for which envelopes are recorded."""
    rows = EnvelopeVersion.objects.known(known_by)
    years = rows.filter(identity__programme__code=programme, budget_year__gte=on.year)
    found = sorted(set(years.values_list("budget_year", flat=True)))
    if not found:
        raise InputError(
            f"{programme} has no envelope for {on.year} or later.", hint="Add envelopes.csv.",
            code="record.no-envelopes", programme=programme, year=on.year,
        )  # fmt: skip
    return found[0], found[-1]


def ask(
    kind: str, *, programme: str | None, round_code: str | None, on: date, known_by: date | None = None,
    horizon: tuple[int, int] | None = None, days: int = 8, nights: str = "anywhere",
    years: tuple[int, int] | None = None,
) -> Asked:  # fmt: skip
    """Fill in what was left open: the record's programme, its next round, the years of its envelopes."""
    programme = programme or default_programme()
    tables.read_programme(programme, on=on, known_by=known_by)
    if kind == "funding" and horizon is None:
        horizon = default_horizon(programme, on=on, known_by=known_by)
    if kind in ("postings", "pairings"):
        round_code = round_code or default_round(programme, on=on, known_by=known_by)
        tables.read_round(programme, round_code, on=on, known_by=known_by)
    return Asked(kind, programme, round_code or "", on, known_by, horizon, days, nights, years)


def read_problem_of(asked: Asked) -> Any:
    """Read the problem that `asked` names, as the record holds it."""
    if asked.kind == "postings":
        return posting_problem(asked)
    if asked.kind == "pairings":
        said = read_asking(asked, on=asked.on).problem
    elif asked.kind == "funding":
        assert asked.horizon is not None
        floors = _floors(asked)
        said = tables.read_funding_problem(
            asked.programme, on=asked.on, known_by=asked.known_by, horizon=asked.horizon, floors=floors
        )
    else:
        rule = _named_rule(asked, "visit_altitude") or load_rules()["visit_altitude.general"]
        altitude = rule if _is_in_force(rule, asked) else None
        said = journeys.read_visit_problem(
            asked.programme, on=asked.on, known_by=asked.known_by, days=asked.days, nights=asked.nights,
            altitude=altitude,
        )  # fmt: skip
    return read_problem(said)


def read_asking(asked: Asked, *, on: date) -> pairing_tables.Asking:
    """The pairing question of a round, or over the years that are asked for, and what it could not be told from."""
    weights = pairing_weights(asked)
    if asked.years is None:
        return pairing_tables.read_pairing_problem(
            asked.programme, asked.round, on=on, known_by=asked.known_by, weights=weights
        )
    return pairing_tables.read_years_problem(
        asked.programme, asked.years, on=on, known_by=asked.known_by, weights=weights,
        rule=_named_rule(asked, "money_quota"), round_code=asked.round,
    )  # fmt: skip


def pairing_weights(asked: Asked) -> PairingWeights:
    """The weights of pairings in force on the day: the programme's own rule, or the general one."""
    return PairingWeights.on(asked.on, asked.known_by, _named_rule(asked, "pairing_weights"))


def without_donors(drafted: Plan[Any], donors: Iterable[str], *, stop: Stop = UNTIL_PROVED) -> Change:
    """Say what changes in a plan of pairings if donors leave. Nothing is kept."""
    return what_if_donors_leave(drafted, donors, stop)


def require_donors_of(asked: Asked, donors: Iterable[str]) -> None:
    """Refuse a donor that the question does not list, before anything is planned or kept."""
    require_donors(read_problem_of(asked), donors)


def _floors(asked: Asked) -> tuple[tuple[str, float], ...]:
    """The purpose tests in force for the programme: each tag with its least share."""
    rule = _named_rule(asked, "purpose_shares")
    if rule is None:
        return ()
    terms = rule.on(asked.on, known_by=asked.known_by).terms
    return tuple(sorted((tag, float(terms[tag])) for tag in ("grassroots", "livelihood") if tag in terms))


def _is_in_force(rule: Rule, asked: Asked) -> bool:
    """Whether a rule says anything on the day; before its first version nothing had been published."""
    try:
        rule.on(asked.on, known_by=asked.known_by)
    except NoRuleError:
        return False
    return True


def _named_rule(asked: Asked, family: str) -> Rule | None:
    """The rule of a family that the programme names, if any."""
    named = tables.read_programme(asked.programme, on=asked.on, known_by=asked.known_by).rules
    return next(
        (load_rules()[name] for name in sorted(named) if name.startswith(f"{family}.") and name in load_rules()), None
    )


@dataclass(frozen=True, slots=True)
class RoundTables:
    """Candidates and openings of a round, with the eligible index pairs."""

    people: list[Candidate]
    openings: list[Opening]
    pairs: list[tuple[int, int]]
    posts: list[PostVersion]  # of each opening, its row
    one_donor_teams: tuple[str, ...]  # that name no lead


def round_tables(asked: Asked) -> RoundTables:
    day, known_by = asked.on, asked.known_by
    people = tables.read_candidates(asked.programme, asked.round, on=day, known_by=known_by)
    people = with_attestations(asked.programme, people, on=day, known_by=known_by)
    openings, posts = tables.read_openings(asked.programme, asked.round, on=day, known_by=known_by)
    openings = with_conditions(asked.programme, openings, posts, on=day, known_by=known_by)
    leads = leads_of(asked.programme, posts, on=day, known_by=known_by)
    teams = tuple(team for team, lead in leads.items() if not lead)
    return RoundTables(people, openings, list(eligible(people, openings)), posts, teams)


def posting_weights(asked: Asked) -> PostingWeights:
    """The weights of postings in force on the day: the programme's own rule, or the general one."""
    return PostingWeights.on(asked.on, asked.known_by, _named_rule(asked, "posting_weights"))


def posting_problem(asked: Asked) -> PostingProblem:
    """The posting question of a round, from columns: no dictionary of some 100,000 options is made.

    A post begins on the first day of its handover, so that the checker sees who would come too late for it.
    """
    weights = posting_weights(asked)
    found = round_tables(asked)
    first = first_days(found.people, found.openings)
    worth = [sum(posting_points(found.people[k], found.openings[j], weights).values()) for k, j in found.pairs]
    return PostingProblem.from_columns(
        people=[(p.code, p.donor, first[p.code], p.available.last) for p in found.people],
        posts=[
            (row.identity.code, row.place.code, row.seats, row.must_fill, row.team.code if row.team else None,
             opening.first_day(), row.span.last)
            for opening, row in zip(found.openings, found.posts, strict=True)
        ],
        option_person=[k for k, _ in found.pairs], option_post=[j for _, j in found.pairs], option_worth=worth,
        quotas=tables.read_quotas(asked.programme, asked.round, on=asked.on, known_by=asked.known_by),
        couples=tables.read_couples(asked.programme, asked.round, on=asked.on, known_by=asked.known_by),
        one_donor_teams=found.one_donor_teams,
        most_per_donor_and_place=tables.read_round(
            asked.programme, asked.round, on=asked.on, known_by=asked.known_by
        ).most_per_donor_and_place,
    )  # fmt: skip


PLANNERS: dict[str, Callable[..., Plan[Any]]] = {
    "pairings": plan_pairings,
    "postings": plan_postings,
    "funding": plan_funding,
    "visits": plan_visits,
}
WEIGHTS: dict[str, Callable[[Asked], dict[str, str]]] = {
    "pairings": lambda asked: pairing_weights(asked).named(),
    "postings": lambda asked: posting_weights(asked).named(),
    "funding": lambda _: FundingWeights().named(),
    "visits": lambda _: NeedWeights().named(),
}


def draft(
    asked: Asked, *, actor: str, at: datetime, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Any = None,
    with_checks: bool = False, key: str | None = None,
) -> Draft:  # fmt: skip
    """Plan, and keep the run. Changes nothing but the list of runs; a plan without an answer is kept too.

    `with_checks` keeps beside a posting plan how firm it is and how fair; this goes on after `stop`.
    """
    require_may(actor, "plan.draft")
    found = drafted(asked, stop=stop, seed=seed, progress=progress, with_checks=with_checks)
    return replace(found, run=keep_drafted(found, actor=actor, at=at, key=key))


def drafted(
    asked: Asked, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Any = None, with_checks: bool = False
) -> Draft:
    """Plan, with nothing of the record held meanwhile; `keep_drafted` keeps the run."""
    problem = read_problem_of(asked)
    plan = PLANNERS[asked.kind](problem, stop=stop, seed=seed, progress=progress)
    checks = _checks(asked, plan, seed) if with_checks and asked.kind == "postings" else {}
    digest = hashlib.sha256(problem_bytes(problem)).hexdigest()
    missing = read_asking(asked, on=asked.on).missing if asked.kind == "pairings" else ()
    return Draft("", asked, plan, WEIGHTS[asked.kind](asked), checks, missing, digest)


def keep_drafted(found: Draft, *, actor: str, at: datetime, key: str | None = None) -> str:
    """Keep a draft as a run; give its code. Under a `key` it is kept once."""
    return keep(
        found.asked, found.plan, read_digest=found.read_digest, actor=actor, at=at, checks=found.checks, key=key
    )


def keep(
    asked: Asked, plan: Plan[Any], *, read_digest: str, actor: str, at: datetime,
    checks: Mapping[str, Any] = MappingProxyType({}), further: Mapping[str, Any] = MappingProxyType({}),
    key: str | None = None,
) -> str:  # fmt: skip
    """Keep a plan as a run; give its code. `read_digest` is of the question that the record holds.

    `further` is what else the run keeps beside its answer, by name.
    """
    said = problem_bytes(plan.problem)
    with write.command(
        "plan.draft", actor=actor, at=at, programme=asked.programme, facts={"kind": asked.kind}, key=key
    ) as doing:
        programme = Programme.objects.get(code=asked.programme)
        stem = "-".join(part for part in (asked.kind, asked.round or str(asked.on)) if part)
        count = PlanRun.objects.filter(programme=programme, code__startswith=f"{stem}-").count()
        code = f"{stem}-{count + 1}"
        if key is not None:  # so that the same command sent again finds what it drafted
            doing.facts["run"] = code
        ids = doing.identities(PlanRun, [code], programme=programme)
        answer = plan.to_dict() | {
            "asked": asked.to_dict(),
            "verdict": plan.verdict().to_dict(),
            "blocks": plan.run.blocks,
        } | ({"checks": checks} if checks else {}) | dict(further)  # fmt: skip
        row = PlanRunVersion(
            identity_id=ids[code], day=asked.on, kind=asked.kind, round=asked.round, known_by=asked.known_by,
            status=plan.status.value, seed=plan.run.seed, problem=zlib.compress(said, 6),
            problem_digest=hashlib.sha256(said).hexdigest(), answer=answer, read_digest=read_digest,
            code_version=__version__, is_synthetic=_is_synthetic(asked),
        )  # fmt: skip
        doing.add(PlanRunVersion, [row])
    return code


def _checks(asked: Asked, plan: Plan[Any], seed: int) -> dict[str, Any]:
    """How firm a posting plan is and how fair, by the parts of its worth."""
    if not plan.has_plan:
        return {}
    found, weights = round_tables(asked), posting_weights(asked)
    parts = parts_of(plan.problem, found.people, found.openings, found.pairs, weights)
    return posting_checks(plan, parts, weights, seed=seed)


def problem_bytes(problem: Any) -> bytes:
    """The canonical text of a problem; equal questions have equal digests."""
    return json.dumps(problem.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


#: tables that a kind of plan reads; a plan that rests on one synthetic row is synthetic
READ: dict[str, tuple[Any, ...]] = {
    "pairings": (
        PairingVersion,
        OfferVersion,
        CallVersion,
        PairingPreferenceVersion,
        PersonVersion,
        PostVersion,
        NeedVersion,
        ProjectVersion,
    ),
    "postings": (
        PersonVersion,
        PostVersion,
        FitnessCheckVersion,
        AttestationVersion,
        ConstraintVersion,
        ConstraintVersion,
        HostViewVersion,
        QuotaVersion,
    ),
    "funding": (ProjectVersion, EnvelopeVersion, NeedVersion),
    "visits": (SiteVersion, RoadVersion, VisitVersion, VisitFindingVersion),
}


def _is_synthetic(asked: Asked) -> bool:
    if asked.years is not None:  # then it rests on revenue and envelopes too
        made_up = RevenueBaseVersion.objects.known(asked.known_by).filter(is_synthetic=True)
        envelopes = EnvelopeVersion.objects.known(asked.known_by).filter(is_synthetic=True)
        if made_up.exists() or envelopes.filter(identity__programme__code=asked.programme).exists():
            return True
    return any(
        model.objects.known(asked.known_by)
        .filter(identity__programme__code=asked.programme, is_synthetic=True)
        .exists()
        for model in READ[asked.kind]
    )


def read_run(run: str, *, programme: str | None = None, on: date | None = None) -> PlanRunVersion:
    """A stored run by its code; `on` limits to runs asked as of that day or before."""
    rows = PlanRunVersion.objects.known().filter(identity__code=run).select_related("identity__programme")
    if programme:
        rows = rows.filter(identity__programme__code=programme)
    if on is not None:
        rows = rows.filter(day__lte=on)
    found = list(rows[:2])
    if len(found) != 1:
        codes = list(
            PlanRunVersion.objects.known().order_by("identity__code").values_list("identity__code", flat=True)[:20]
        )
        raise InputError(
            f"There is no run {run!r} in this record." if not found else f"{run!r} is a run of several programmes.",
            hint=f"Runs: {', '.join(codes) or 'none yet; `pairup plan KIND --record FILE` drafts one'}." if not found
            else "Say which with --programme.",
            code="record.no-run", run=run,
        )  # fmt: skip
    return found[0]


def adopt(run: str, *, actor: str, at: datetime, programme: str | None = None) -> dict[str, int]:
    """Take a drafted plan into the record; give how many rows of each table it added.

    Refuses a run without a plan, a run adopted before, a round whose postings or pairings were adopted from another
    run, and a run whose problem is not what the record holds now, whatever was known when it was drafted.
    """
    require_may(actor, "plan.adopt")
    row = read_run(run, programme=programme)
    if row.status not in (Status.OPTIMAL, Status.FEASIBLE):
        raise NoPlanError(
            f"Run {run} has no plan to adopt: it is {row.status}.", code="record.run-without-plan", run=run,
            status=row.status,
        )  # fmt: skip
    _require_first(row)
    asked = replace(Asked.of(row.answer["asked"]), known_by=None)
    if asked.years is not None:
        raise InputError(
            f"Run {run} is a plan over years, and a pairing of the record holds no amount by year.",
            hint="Adopt a plan of a round: pairup plan pairings --record FILE without --years.",
            code="record.run-over-years", run=run,
        )  # fmt: skip
    if hashlib.sha256(problem_bytes(read_problem_of(asked))).hexdigest() != row.read_digest:
        raise ConflictError(
            f"The record has changed since run {run} was drafted.",
            hint=f"Draft it again: pairup plan {row.kind} --record FILE.", code="record.run-outdated", run=run,
        )  # fmt: skip
    code = row.identity.programme.code
    with write.command(
        "plan.adopt", actor=actor, at=at, programme=code, key=f"adopt/{code}/{run}", facts={"run": run}
    ) as doing:
        ids = doing.identities(Adoption, [run], programme=row.identity.programme)
        doing.add(
            AdoptionVersion,
            [AdoptionVersion(identity_id=ids[run], day=asked.on, run=row.identity, is_synthetic=row.is_synthetic)],
        )
        adopt_chosen(doing, row, asked.round, asked.on)
        return {table: count for table, count in sorted(doing.added.items()) if count and table != "adoptions"}


def _require_first(row: PlanRunVersion) -> None:
    """Refuse a run that was adopted, and one whose round has taken another run of its kind."""
    run, adopted = row.identity.code, AdoptionVersion.objects.known().filter(identity__programme=row.identity.programme)
    if adopted.filter(run=row.identity).exists():
        raise ConflictError(f"Run {run} was adopted before.", code="record.adopted-before", run=run)
    rivals = PlanRunVersion.objects.known().filter(kind=row.kind, round=row.round, identity__in=adopted.values("run"))
    if row.round and (other := rivals.select_related("identity").first()) is not None:
        raise ConflictError(
            f"The {row.kind} of {row.round} were adopted from run {other.identity.code}.",
            hint="A round takes one plan of a kind.",
            code="record.round-adopted-before", kind=row.kind, round=row.round, run=other.identity.code,
        )  # fmt: skip
