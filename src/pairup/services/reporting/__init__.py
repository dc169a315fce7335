"""The facts of a report, read from the record as of a day, and the writing of it."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pairup import __version__
from pairup.errors import ConflictError
from pairup.planning.plan import Status
from pairup.planning.problems import FundingProblem
from pairup.record.journal import JournalCheckpoint
from pairup.record.models import (
    TABLES,
    AdoptionVersion,
    EvaluationVersion,
    PlanRunVersion,
    SignatureVersion,
    SourceVersion,
)
from pairup.reports.facts import (
    Both,
    Change,
    CheckpointFacts,
    Count,
    NameFacts,
    Origin,
    PlanFacts,
    PlanKind,
    ProgrammeFacts,
    ReportFacts,
    RoundFacts,
    RowLink,
    SignatureFacts,
    SourceFacts,
    Total,
)
from pairup.reports.totals import Measure
from pairup.reports.write import write_report
from pairup.services import tables, totals
from pairup.services.burdens import read_other_burdens
from pairup.services.claims import check, claim_facts
from pairup.services.explanations import plan_of
from pairup.services.five_ways import read_five_ways
from pairup.services.plans import WEIGHTS, asked_of, default_programme
from pairup.services.reporting import evaluations, firm, journey, money, people, places, projects
from pairup.services.reporting.reads import read_bulk_reads
from pairup.services.reporting.waiting import read_waiting
from pairup.services.rows import rough, title_of
from pairup.values.codes import Preset, SignatureKind
from pairup.values.words import Words


def write(
    into: Path,
    *,
    programme: str | None = None,
    on: date,
    known_by: date | None = None,
    force: bool = False,
    is_demo: bool = False,
) -> list[Path]:
    """Write the office's page and the public page of a programme into a folder.

    Refuses a folder that holds something else, and one that holds a report unless `force`.
    """
    if into.exists() and any(into.iterdir()) and not force:
        raise ConflictError(
            f"{into} is not empty.", hint="Use --force to write the report over it, or --into FOLDER.",
            code="report.folder-not-empty", folder=str(into),
        )  # fmt: skip
    facts = read_facts(programme or default_programme(), on=on, known_by=known_by, is_demo=is_demo)
    into.mkdir(parents=True, exist_ok=True)
    return write_report(facts, into)


def latest_runs(programme: str, *, on: date, known_by: date | None = None) -> dict[str, tuple[PlanRunVersion, bool]]:
    """The last run of each kind asked as of the day or before, adopted ones first; and whether it is adopted.

    Pairings over years are left out: they end and begin nothing in the record.
    """
    adopted = set(
        AdoptionVersion.objects.known(known_by)
        .filter(identity__programme__code=programme)
        .values_list("run", flat=True)
    )
    rows = PlanRunVersion.objects.on(on, known_by=known_by).filter(identity__programme__code=programme)
    found: dict[str, tuple[PlanRunVersion, bool]] = {}
    for row in sorted(rows.select_related("identity__programme"), key=lambda row: (row.identity_id in adopted, row.pk)):
        if not row.answer["asked"].get("years"):
            found[row.kind] = (row, row.identity_id in adopted)
    return found


def problem_text(run: PlanRunVersion) -> dict[str, Any]:
    """The stored problem of a run."""
    said: dict[str, Any] = json.loads(zlib.decompress(bytes(run.problem)))
    return said


def read_facts(
    programme: str, *, on: date, known_by: date | None = None, is_demo: bool = False,
    kinds: Collection[PlanKind] = tuple(PlanKind),
) -> ReportFacts:  # fmt: skip
    """Everything both reports need, as of `on` and as known by `known_by`; of plans those of `kinds`.

    Long because it names every section of the report once, in order.
    """
    row = tables.read_programme(programme, on=on, known_by=known_by)
    atlas = places.read_atlas(on=on, known_by=known_by)
    tops = places.read_tops(programme, on=on, known_by=known_by)
    runs = {k: run for k, run in latest_runs(programme, on=on, known_by=known_by).items() if k in kinds}
    served = people.read_served(programme, on=on, known_by=known_by)
    needs = people.read_needs(programme, on=on, known_by=known_by)
    row_tables = [people.posting_rows(served), people.need_rows(needs)]
    planned_round = runs["postings"][0].round if "postings" in runs else ""
    rounds = people.read_rounds(programme, served, planned_round, on=on, known_by=known_by)
    amounts, money_tables = money.read_money(programme, tops, on=on, known_by=known_by)
    row_tables += money_tables
    parts: dict[str, Any] = {}
    planned = places.PlannedPeople(Counter(), Counter())
    counts: dict[str, dict[str, Count]] = {}
    if "postings" in runs:
        run = runs["postings"][0]
        read = people.planned_round(run)
        plan = plan_of(run)
        planned = people.planned_people(read, tops)
        parts["unmet"] = people.unmet(read, plan, needs, tops)
        parts["checks"] = firm.checks_of(run.answer.get("checks") or {}, atlas)
        row_tables.append(people.post_rows(read, tops))
        if story := people.followed(read, plan, needs, atlas, tops):
            parts["followed"] = story[0]
            row_tables.append(story[1])
        counts["postings"] = {
            "asked": Count(
                Words("services.count-posts"), sum(row.seats for row in read.rows.values()), RowLink("posts")
            ),
            "decided": Count(Words("services.count-filled"), sum(map(len, read.takers.values())), RowLink("posts")),
            "considered": Count(Words("services.count-candidates"), len(read.tables.people)),
        }
    if "funding" in runs:
        run = runs["funding"][0]
        parts["portfolio"], more = projects.portfolio(
            run, FundingProblem.from_dict(problem_text(run)), on=on, known_by=known_by
        )
        row_tables += more
        chosen = sum(1 for project in parts["portfolio"].projects if project.is_chosen)
        counts["funding"] = {
            "asked": Count(Words("services.count-proposed"), len(parts["portfolio"].projects), RowLink("projects")),
            "decided": Count(Words("services.count-chosen"), chosen, RowLink("projects", ("chosen",))),
        }
    if "visits" in runs:
        run = runs["visits"][0]
        parts["itinerary"], table = journey.itinerary(run, problem_text(run), atlas, programme=programme)
        row_tables.append(table)
        stops = sum(len(day.stops) for day in parts["itinerary"].days)
        counts["visits"] = {
            "asked": Count(
                Words("services.count-sites"), stops + len(parts["itinerary"].not_visited), RowLink("sites")
            ),
            "decided": Count(Words("services.count-stops"), stops, RowLink("sites")),
        }
    changes = _changes(runs)
    held, table = places.read_pairings(programme, atlas, on=on, known_by=known_by, kept=changes, planned=planned)
    row_tables.append(table)
    results = check(programme, on=on, known_by=known_by)
    claims, claim_table = claim_facts(programme, on=on, known_by=known_by, results=results)
    row_tables.append(claim_table)
    ties = tuple(
        Count(Words(f"services.count-{change.value}"), list(changes.values()).count(change), RowLink("pairings"))
        for change in (Change.KEPT, Change.NEW, Change.ENDED)
    )
    return ReportFacts(
        programme=ProgrammeFacts(
            programme, Both(row.name_en, row.name_zh), Preset(row.preset), on, row.currency, known_by, is_demo,
            Both(row.mandate) if row.mandate else None, rough(row.starts, row.starts_precision), __version__,
            runs["postings"][0].seed if "postings" in runs else None,
        ),
        round=_round(programme, planned_round, on=on, known_by=known_by),
        plans=tuple(
            _plan_facts(*runs[kind.value], counts.get(kind.value, {}), ties) for kind in PlanKind if kind.value in runs
        ),
        places=tuple(atlas.places.values()), pairings=held,
        donor_places={
            code: atlas.places[place] for code, place in atlas.organisation_places.items() if place in atlas.places
        },
        money=amounts, rounds=rounds,
        handovers=people.read_handovers(programme, served, rounds, on=on, known_by=known_by),
        claims=claims,
        evaluations=evaluations.evaluation_facts(programme, on=on, known_by=known_by, results=results),
        totals=_totals(programme, on=on, known_by=known_by),
        five_ways=tuple(read_five_ways(programme, on=on, known_by=known_by)),
        burdens=read_other_burdens(programme, on=on, known_by=known_by),
        signatures=_signatures(programme, runs, atlas, held, on, known_by),
        waiting=read_waiting(programme, on=on, known_by=known_by),
        bulk_reads=read_bulk_reads(programme, atlas, on=on, known_by=known_by),
        sources=_sources(programme, on=on, known_by=known_by),
        origins=_origins(programme, row_tables, on=on, known_by=known_by), checkpoint=_checkpoint(known_by),
        tables=tuple(row_tables), **parts,
    )  # fmt: skip


def _round(programme: str, code: str, *, on: date, known_by: date | None) -> RoundFacts | None:
    if not code:
        return None
    row = tables.read_round(programme, code, on=on, known_by=known_by)
    return RoundFacts(code, row.scheme, row.ordinal, row.span.first or on, row.span.last or on)


def _changes(runs: dict[str, tuple[PlanRunVersion, bool]]) -> dict[tuple[str, str], Change]:
    """What the pairing plan does to each pair of donor and place."""
    if "pairings" not in runs:
        return {}
    run = runs["pairings"][0]
    existing = {(tie[0], tie[1]) for tie in problem_text(run).get("existing", [])}
    chosen = {(item["donor"], item["recipient"]) for item in run.answer["assignments"] or []}
    said = dict.fromkeys(existing & chosen, Change.KEPT)
    return said | dict.fromkeys(existing - chosen, Change.ENDED) | dict.fromkeys(chosen - existing, Change.NEW)


def exactly(value: float) -> Decimal:
    """Give a figure of a plan without the tail that binary numbers leave; a millionth of a point is nothing.

    >>> exactly(7249.080000000002)
    Decimal('7249.08')
    """
    return Decimal(str(round(value, 6)))


def _plan_facts(run: PlanRunVersion, is_adopted: bool, told: dict[str, Count], ties: tuple[Count, ...]) -> PlanFacts:
    """The headline of a run; of pairings, how many are kept, new and ended."""
    answer = run.answer
    exact = {key: None if answer[key] is None else exactly(answer[key]) for key in ("objective", "bound", "gap")}
    return PlanFacts(
        kind=PlanKind(run.kind), status=run.status, objective=exact["objective"], bound=exact["bound"],
        gap=exact["gap"], proof=_proof(run), run=run.identity.code, seed=run.seed, solver=answer["run"]["solver"],
        blocks=answer.get("blocks"), counts=ties if run.kind == "pairings" else (),
        weights=WEIGHTS[run.kind](asked_of(run)),
        conflicts=tuple(Words(said["code"], said["facts"]) for said in answer["conflicts"]),
        is_adopted=is_adopted, beside=firm.beside(answer), **told,
    )  # fmt: skip


def _proof(run: PlanRunVersion) -> Words:
    """How good a plan provably is, without counts of people: the public page rounds those."""
    if run.status == Status.FEASIBLE and run.answer["gap"] is not None:
        return Words("services.proof-within", {"percent": f"{100 * run.answer['gap']:.2g}"})
    return Words(f"services.proof-{run.status}")


#: registered totals that a report shows, and the table their rows stand in
TOTALS = {"people_posted": "postings", "money_paid": "money"}


def _totals(programme: str, *, on: date, known_by: date | None) -> tuple[Total, ...]:
    """The totals of the whole programme so far; of money one a currency."""
    found = []
    for name, table in TOTALS.items():
        for figure in totals.total(name, on=on, known_by=known_by, programme=programme).figures:
            of = figure.definition
            value = figure.money if of.measure is Measure.MONEY else int(figure.value)
            found.append(Total(name, of.title, value, None, figure.is_synthetic, RowLink(table), of.counts_people))
    return tuple(found)


def _signatures(
    programme: str, runs: dict[str, tuple[PlanRunVersion, bool]], atlas: places.Atlas, held: tuple[Any, ...], on: date,
    known_by: date | None,
) -> tuple[SignatureFacts, ...]:  # fmt: skip
    """Who signed what; where a plan has no signature of a side, its absence is printed."""
    rows = tables.read_rows(SignatureVersion, on=on, known_by=known_by, programme=programme).select_related(
        "organisation"
    )
    found = [
        SignatureFacts(
            atlas.organisations.get(row.organisation.code)
            or NameFacts(row.organisation.code, Both(row.organisation.code)),
            Both(row.about), SignatureKind(row.kind), rough(row.day, row.day_precision),
            Both(row.reservation) if row.reservation else None,
        )
        for row in rows
    ]  # fmt: skip
    signed = {fact.about.en for fact in found if isinstance(fact.about, Both)}
    for _, (run, _) in sorted(runs.items()):
        if f"runs/{run.identity.code}" not in signed:
            about = Words("services.about-plan", {"run": run.identity.code})
            found.append(SignatureFacts(NameFacts("recipients", Both("Recipient offices", "受援方")), about))
    told = tables.read_rows(EvaluationVersion, on=on, known_by=known_by, programme=programme)
    unsigned = [f"reports/{on}", *(f"evaluations/{code}" for code in told.values_list("identity__code", flat=True))]
    for name in unsigned:
        if name not in signed:
            absent = Words(f"lifecycle.about-{name.partition('/')[0]}", {"name": name.partition("/")[2]})
            found.append(SignatureFacts(NameFacts("recipients", Both("Recipient offices", "受援方")), absent))
    return tuple(found)


def _sources(programme: str, *, on: date, known_by: date | None) -> tuple[SourceFacts, ...]:
    """Sources, with how many rows of this programme and of the shared tables name each."""
    used: Counter[str] = Counter()
    for model in TABLES.values():
        rows = model.objects.known(known_by).exclude(source="")
        if hasattr(model.identity.field.related_model, "programme"):
            rows = rows.filter(identity__programme__code=programme)
        for said in rows.values_list("source", flat=True):
            used.update(part.strip() for part in said.split(";"))
    return tuple(
        SourceFacts(row.identity.code, row.citation, row.address, row.licence, used[row.identity.code])
        for row in tables.read_rows(SourceVersion, on=on, known_by=known_by).select_related("identity")
        if used[row.identity.code]
    )


def _checkpoint(known_by: date | None) -> CheckpointFacts | None:
    """The last checkpoint that was signed, as its note says it; None where none was yet."""
    rows = JournalCheckpoint.objects.order_by("-pk")
    row = (rows if known_by is None else rows.filter(at__date__lte=known_by)).first()
    if row is None:
        return None
    log, size, head, at = row.note.splitlines()[:4]
    return CheckpointFacts(log, int(size), head, datetime.fromisoformat(at).date())


def _origins(programme: str, linked: list[Any], *, on: date, known_by: date | None) -> tuple[Origin, ...]:
    """Of each table: how many rows, how many synthetic, and the standing of the others."""
    names = {table.name for table in linked}
    origins = []
    for name, model in TABLES.items():
        if name in ("runs", "adoptions", "registrations", "evaluations"):
            continue
        rows = model.objects.known(known_by)
        if hasattr(model.identity.field.related_model, "programme"):
            rows = rows.filter(identity__programme__code=programme)
        made_up, count = 0, 0
        standings: Counter[str] = Counter()
        for is_synthetic, standing in rows.values_list("is_synthetic", "standing"):
            count += 1
            if is_synthetic:
                made_up += 1
            else:
                standings[standing] += 1
        if count:
            link = RowLink(name) if name in names else None
            title = title_of(name)
            origins.append(Origin(name, title, count, made_up, dict(sorted(standings.items())), link))
    return tuple(origins)
