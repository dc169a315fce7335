"""The main job on a reference programme: load, plan four ways, check claims, adopt, report.

The day and the clock of a demonstration are those of its programme, so that the same seed gives the same report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pairup.evaluation.claim_lines import summary_lines
from pairup.evaluation.design_file import design_of
from pairup.planning.plan import Status, Stop
from pairup.programmes.catalogue import PROGRAMMES, Reference, build
from pairup.programmes.synthetic.rows import Row, Tables
from pairup.programmes.synthetic.trials import Trial
from pairup.record.models import PlanRunVersion
from pairup.services import claims, evaluations, folder, plans, reporting
from pairup.services.checks import check_words
from pairup.values.words import Words

ACTOR = "programme_office"
#: a plan that is not proved by then stops by counted work, never by the clock
WORK = {"pairings": 100_000, "postings": 200_000, "funding": 200_000, "visits": 3_000_000}

Step = Callable[[str], AbstractContextManager[Any]]


def run(programme: str, *, seed: int, report: Path, step: Step, language: str = "en") -> list[str]:
    """Carry out the whole path on the record that is open; give the lines of the closing screen."""
    reference = PROGRAMMES[programme]
    at = datetime.combine(reference.on, time(8), tzinfo=UTC)
    with step(f"2/6 Loading {programme}: facts from sources, synthetic people, posts and money") as bar:
        made, outcomes = held_back(build(programme, seed=seed), reference.trials)
        loaded = folder.load_tables(made, actor=ACTOR, at=at, progress=bar)
        bar.said = f"{loaded.total.new:,} rows of {len(loaded.counts)} tables"
    drafts = []
    for kind in plans.KINDS:
        asked = _asked(kind, programme, reference)
        with step(f"3/6 Planning {kind}") as bar:
            stop = Stop(work=WORK[kind])
            drafted = plans.draft(
                asked, actor=ACTOR, at=at, stop=stop, seed=seed, progress=bar, with_checks=kind == "postings"
            )
            bar.said = drafted.plan.verdict().say(language)
            drafts.append(drafted)
    with step("4/6 Evaluating and checking claims") as bar:
        _carry_out(reference, made, outcomes, seed, at)
        results = claims.check(programme, on=reference.on)
        bar.said = f"{len(results)} claims, {len(reference.trials)} evaluated"
    with step("5/6 Adopting the plans") as bar:
        added = [plans.adopt(d.run, actor=ACTOR, at=at, programme=programme) for d in drafts if d.plan.has_plan]
        bar.said = f"{sum(sum(rows.values()) for rows in added):,} rows"
    with step("6/6 Writing the report") as bar:
        paths = reporting.write(report, programme=programme, on=reference.on, force=True, is_demo=True)
        bar.said = f"{len(paths)} files in {report}"
    return list(_screen(reference, drafts, results, language))


def held_back(tables: Tables, trials: Sequence[Trial]) -> tuple[Tables, list[Row]]:
    """Take out what the trials observe once the help began: it is loaded when their plans are registered."""
    opened = {trial.indicator: str(trial.opened) for trial in trials}
    outcomes = [
        row for row in tables["observations"] if row["indicator"] in opened and _is_after(row, opened[row["indicator"]])
    ] if trials else []  # fmt: skip
    late = {row["code"] for row in outcomes}
    if not late:
        return tables, []
    return {**tables, "observations": [row for row in tables["observations"] if row["code"] not in late]}, outcomes


def _is_after(row: Row, opened: str) -> bool:
    """Whether a row ends on that day or later; a year ends with its last day."""
    return (row["to"] + "-12-31")[:10] >= opened


def _carry_out(reference: Reference, made: Tables, outcomes: list[Row], seed: int, at: datetime) -> None:
    """Register the plan of each trial, then load the outcomes, then evaluate by the plans."""
    for trial in reference.trials:
        evaluations.register(trial.claim, design_of(trial.design), actor=ACTOR, at=at, on=reference.on)
    if outcomes:
        folder.load_tables({"programme": made["programme"], "observations": outcomes}, actor=ACTOR, at=at)
    for trial in reference.trials:
        evaluations.evaluate(trial.claim, actor=ACTOR, at=at, on=reference.on, seed=seed, planted=trial.truth)


def _asked(kind: str, programme: str, reference: Reference) -> plans.Asked:
    """What the demonstration asks for."""
    return plans.ask(
        kind, programme=programme, round_code=reference.round, on=reference.on, horizon=reference.horizon,
        days=int(reference.visit["days"] or 1), nights=str(reference.visit["nights"]),
    )  # fmt: skip


def _screen(reference: Reference, drafts: list[plans.Draft], results: list[Any], language: str) -> Iterator[str]:
    yield Words("services.demo-planned", {"round": reference.round, "day": str(reference.on)}).say(language)
    for drafted in drafts:
        kind = Words(f"services.kind-{drafted.asked.kind}").say(language)
        yield f"  {kind}: {drafted.plan.verdict().say(language)}"
    blocks = next((d.plan.run.blocks for d in drafts if d.asked.kind == "postings"), None)
    proved = all(d.plan.status is Status.OPTIMAL for d in drafts if d.asked.kind == "postings")
    if blocks and proved:
        yield "  " + Words("services.demo-blocks", {"blocks": blocks}).say(language)
    for drafted in drafts:
        yield from (f"  {words.say(language)}" for words in check_words(drafted.checks))
    yield ""
    yield from summary_lines(results, language)
    yield ""
    for result in results:
        if result.judged is not None:
            facts = {"claim": result.claim.code, "verdict": result.judged.words}
            yield "  " + Words("evaluations.demo-evaluated", facts).say(language)
    yield ""
    yield Words("services.demo-synthetic" if reference.has_facts else "services.demo-invented").say(language)


def day_of(programme: str) -> date:
    """The day that a reference programme is shown as of."""
    return PROGRAMMES[programme].on


def next_commands(programme: str, record: Path) -> list[str]:
    """Commands to try next; the first ask the plan of postings why, what if, and what after somebody drops out."""
    row = PlanRunVersion.objects.known().filter(identity__programme__code=programme, kind="postings").first()
    first = [f"pairup plan postings --record {record}"]
    if row is not None and row.answer["assignments"]:
        run, chosen = row.identity.code, row.answer["assignments"][0]
        first = [
            f"pairup why {run} {chosen['person']} {chosen['post']} --record {record}",
            f"pairup what-if {run} --forbid {chosen['person']} {chosen['post']} --record {record}",
            f"pairup repair {run} --without {chosen['person']} --record {record}",
        ]
    return [
        *first, f"pairup claims --record {record}", f"pairup serve --record {record}", "pairup init my-programme",
    ]  # fmt: skip
