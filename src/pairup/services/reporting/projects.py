"""The portfolio of a report: projects considered, floors, and what each envelope holds."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from pairup.planning.portfolio.floors import cost_words, margin_words
from pairup.planning.problems import FundingProblem
from pairup.record.models import PlanRunVersion, ProjectVersion
from pairup.reports.facts import Both, EnvelopeFacts, FloorFacts, PortfolioFacts, ProjectFacts, RowLink, RowTable
from pairup.rules.register import load_rules
from pairup.services.plans import Asked, asked_of
from pairup.services.rows import row_table
from pairup.services.tables import latest, read_envelopes, yearly
from pairup.values.codes import ProjectStatus, Standing
from pairup.values.money import Money
from pairup.values.words import Words


def portfolio(
    run: PlanRunVersion, problem: FundingProblem, *, on: date, known_by: date | None
) -> tuple[PortfolioFacts, list[RowTable]]:
    """Read a funding run again: chosen and not, floors required and reached, envelopes used. Amounts are exact.

    Costs and envelopes are those the record knew on the day the run was drafted.

    Long because each project is told as a fact and as a row.
    """
    asked = asked_of(run)
    assert asked.horizon is not None
    chosen = {item["project"]: int(item["way"].removeprefix("start-")) for item in run.answer["assignments"] or []}
    considered = {project.id for project in problem.projects}
    known = ProjectVersion.objects.known(asked.known_by).select_related("identity", "place", "pairing")
    of_run = known.filter(identity__programme__code=asked.programme, identity__code__in=considered)
    rows = latest(sorted(  # as proposed, even where adopting on the same day has left no proposed day
        of_run.filter(starts__lte=asked.on) | of_run.filter(starts=None),
        key=lambda row: (row.identity.code, row.status == ProjectStatus.PROPOSED, row.starts or date.min),
    ))  # fmt: skip
    envelopes = read_envelopes(asked.programme, on=on, known_by=asked.known_by, horizon=asked.horizon)
    used: dict[str, int] = defaultdict(int)
    projects, listed, money, tagged = [], [], 0, {"grassroots": Decimal(0), "livelihood": Decimal(0)}
    for row in rows:
        assert row.cost_minor is not None and row.pairing is not None
        start, cost = chosen.get(row.identity.code), Money(row.cost_minor, row.currency)
        if start is not None:
            for line, money_of_year in yearly(row, start).items():
                used[line] += money_of_year.minor
            money += row.cost_minor
            tagged["grassroots"] += row.cost_minor * (row.grassroots_share or 0)
            tagged["livelihood"] += row.cost_minor * (row.livelihood_share or 0)
        state = "chosen" if start is not None else "not_chosen"
        projects.append(
            ProjectFacts(
                row.identity.code, Both(row.title_en, row.title_zh), row.place.code,
                Words(f"services.category-{row.category}"), cost, start, row.pairing.code, (),
                None if start is not None else Words("services.project-not-chosen"), row.is_synthetic,
                RowLink("projects", (state, row.identity.code)),
            )
        )  # fmt: skip
        listed.append((
            row.identity.code, state, row.title_en, row.title_zh, row.category, row.place.code, row.pairing.code, cost,
            row.currency, start, row.build_years, row.grassroots_share, row.livelihood_share, row.benefit,
            row.is_synthetic,
        ))  # fmt: skip
    synthetic = any(project.is_synthetic for project in projects)
    facts = PortfolioFacts(
        asked.horizon[0], asked.horizon[1], tuple(projects), _floors(problem, asked, tagged, money, on, known_by),
        tuple(
            EnvelopeFacts(
                Both(_of_line(line)[0]), int(_of_line(line)[1]), limit, Money(used[line], limit.currency),
                synthetic, RowLink("envelopes", _of_line(line)),
            )
            for line, limit in sorted(envelopes.items())
        ),
        synthetic, _floor_costs(run, problem),
    )  # fmt: skip
    columns = (
        "code", "state", "title_en", "title_zh", "category", "place", "pairing", "cost", "currency", "start_year",
        "build_years", "grassroots_share", "livelihood_share", "benefit", "is_synthetic",
    )  # fmt: skip
    tables = [
        row_table("projects", columns, listed, group_by=("state", "code"), synthetic=synthetic),
        row_table(
            "envelopes", ("pairing", "year", "limit", "used", "currency"),
            [
                (*_of_line(line), limit, Money(used[line], limit.currency), limit.currency)
                for line, limit in sorted(envelopes.items())
            ],
            group_by=("pairing", "year"), synthetic=synthetic,
        ),
    ]  # fmt: skip
    return facts, tables


def _floor_costs(run: PlanRunVersion, problem: FundingProblem) -> tuple[Words, ...]:
    """What the floors cost, as the run found it, and what a point more would by the prices; nothing without floors."""
    cost = run.answer.get("floors_cost")
    if not problem.floors or cost is None:
        return ()
    told = cost_words(problem, (cost[0], cost[1]))
    return (*(() if told is None else (told,)), *margin_words(problem, run.seed))


def _of_line(line: str) -> tuple[str, str]:
    """Pairing and year of an envelope."""
    pairing, _, year = line.rpartition("-")
    return pairing, year


def _floors(
    problem: FundingProblem, asked: Asked, tagged: dict[str, Decimal], money: int, on: date, known_by: date | None
) -> tuple[FloorFacts, ...]:
    rule = load_rules().get(f"purpose_shares.{asked.programme}")
    standing = Standing(rule.on(on, known_by=known_by).standing) if rule else None
    return tuple(
        FloorFacts(
            Words(f"services.floor-{tag}"), Decimal(str(share)),
            (tagged[tag] / money).quantize(Decimal("0.0001")) if money else None, standing,
            None, RowLink("projects", ("chosen",)),
        )
        for tag, share in problem.floors
    )  # fmt: skip
