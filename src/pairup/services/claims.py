"""Every claim of a programme checked, with the record's own totals beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pairup.errors import InputError
from pairup.evaluation.claim import Claim, ClaimResult, Computed, Verdict
from pairup.evaluation.claims import check_claims
from pairup.evaluation.did import Change, ChangeKind, Observed, look_at_change
from pairup.evaluation.judging import judged
from pairup.record.models import ClaimVersion, ObservationVersion, PlaceVersion
from pairup.reports.facts import Both, ClaimFacts, Outcome, RowLink, RowTable
from pairup.reports.totals import Measure
from pairup.services import evaluations, tables, totals
from pairup.services.plans import default_programme
from pairup.services.rows import rough, row_table
from pairup.services.totals.ground import Ground
from pairup.values.codes import ClaimClass, Standing
from pairup.values.days import RoughDay
from pairup.values.words import Words

#: under which of the report's three heads a verdict is counted
HEADS: dict[Verdict, Outcome] = {
    Verdict.HOLDS: Outcome.HOLDS,
    Verdict.HOLDS_ROUNDED: Outcome.HOLDS,
    Verdict.ARITHMETIC_WRONG: Outcome.CONTRADICTED,
    Verdict.MAGNITUDE_DOUBTFUL: Outcome.CONTRADICTED,
    Verdict.UNIT_DOUBTFUL: Outcome.CONTRADICTED,
    Verdict.CONTRADICTED_BY: Outcome.CONTRADICTED,
    Verdict.NOT_IDENTIFIED: Outcome.CANNOT_TELL,
    Verdict.CANNOT_BE_TOLD: Outcome.CANNOT_TELL,
    Verdict.REPORTED_ONLY: Outcome.CANNOT_TELL,
    Verdict.SUPPORTED: Outcome.HOLDS,
    Verdict.SUPPORTED_IN_DIRECTION: Outcome.HOLDS,
    Verdict.NOT_SUPPORTED_IN_SIZE: Outcome.CONTRADICTED,
    Verdict.NOT_SUPPORTED: Outcome.CONTRADICTED,
    Verdict.EFFECT_CONTRADICTED: Outcome.CONTRADICTED,
}
#: scopes for which the record can compute a total. Of one donor it does not: people and money in a demo are
#: synthetic, and no real donor is shown beside an invented figure (settled: no invented shortfall).
WHOLE = frozenset({"", "all rounds", "all channels", "provinces"})


def check(
    programme: str | None = None, *, on: date, known_by: date | None = None, proposed: Claim | None = None
) -> list[ClaimResult]:
    """Check every claim said by a day, in order of code; last one that is proposed, which is in no row yet."""
    programme = programme or default_programme()
    tables.read_programme(programme, on=on, known_by=known_by)
    rows = read_claims(programme, on=on, known_by=known_by)
    computed = Totals(programme, on=on, known_by=known_by)
    parents = {
        code: parent
        for code, parent in tables.read_rows(PlaceVersion, on=on, known_by=known_by).values_list(
            "identity__code", "parent__code"
        )
        if parent
    }
    observed = _observer(programme, on=on, known_by=known_by)
    kept = evaluations.latest(programme, on=on, known_by=known_by)
    families = {row.identity.code: (programme, row.day.year) for row in rows}
    found = judged({code: row.answer for code, row in kept.items() if code in families}, families)
    claims = [*(claim_of(row) for row in rows), *([proposed] if proposed is not None else [])]
    return check_claims(claims, computed.of, parents=parents, observed=observed, judged=found)


def read_claims(programme: str, *, on: date, known_by: date | None = None) -> list[ClaimVersion]:
    rows = tables.read_rows(ClaimVersion, on=on, known_by=known_by, programme=programme)
    return list(rows.select_related("identity", "place"))


def claim_of(row: ClaimVersion) -> Claim:
    return Claim(
        code=row.identity.code, speaker=row.speaker, day=rough(row.day, row.day_precision), text_en=row.text_en,
        text_zh=row.text_zh, claim_class=ClaimClass(row.claim_class), subject=row.subject, scope=row.scope,
        place=row.place.code if row.place else "", covers_from=row.covers_from, covers_to=row.covers_to,
        figure=row.figure, uom=row.uom, bound=row.bound, arithmetic=row.arithmetic, computes=row.computes,
        says_effect=row.says_effect, comparison=row.comparison, mission=row.mission, is_synthetic=row.is_synthetic,
    )  # fmt: skip


class Totals:
    """The registered totals that may stand beside a claim, over the claim's own days and place."""

    def __init__(self, programme: str, *, on: date, known_by: date | None = None) -> None:
        self.programme, self.on, self.known_by = programme, on, known_by
        self._ground: Ground | None = None

    def of(self, claim: Claim) -> Computed | None:
        """The total a claim names in `computes`; None where the record has none.

        People are those of the round named, or whose posting began in the days claimed; money is in the programme's
        currency.
        """
        is_round = claim.computes == "people_posted" and claim.scope.startswith("round ")
        if claim.computes not in COMPUTED or not (claim.scope in WHOLE or is_round):
            return None
        programme = tables.read_programme(self.programme, on=self.on, known_by=self.known_by)
        where = {"place": claim.place} if claim.place else {}
        first, after = (None, None) if is_round else _days(claim)
        if is_round:
            where["round"] = f"{programme.scheme}-{claim.scope.removeprefix('round ')}"
        self._ground = self._ground or Ground(self.known_by)
        answer = totals.total(
            claim.computes, on=self.on, known_by=self.known_by, programme=self.programme, where=where, first=first,
            after=after, ground=self._ground,
        )  # fmt: skip
        found = answer.at(uom=programme.currency if answer.of.measure is Measure.MONEY else "")
        return Computed(found.amount, found.uom, is_synthetic=found.is_synthetic) if found else None


#: totals that a claim may name
COMPUTED = frozenset({"people_posted", "projects", "money_paid", "donors", "counties_paired"})


def _days(claim: Claim) -> tuple[date | None, date | None]:
    first = RoughDay.read(claim.covers_from).first if claim.covers_from else None
    after = RoughDay.read(claim.covers_to).after if claim.covers_to else None
    return first, after


def _observer(programme: str, *, on: date, known_by: date | None) -> Callable[[Claim], Change | None]:
    """Give, for a claim whose subject is an indicator of the record, a look at that indicator's own series."""
    series: dict[str, list[Observed]] = {}
    columns = (
        "indicator__code",
        "place__code",
        "unit",
        "starts",
        "ends_before",
        "value",
        "treated_from",
        "is_synthetic",
    )
    rows = ObservationVersion.objects.known(known_by).filter(identity__programme__code=programme, starts__lte=on)
    invented: set[str] = set()
    for indicator, place, unit, starts, after, value, treated, synthetic in rows.order_by("identity__code").values_list(
        *columns
    ):
        last = date.fromordinal(after.toordinal() - 1) if after else starts
        series.setdefault(indicator, []).append(Observed(f"{place}/{unit}", place, starts, last, float(value), treated))
        if synthetic:
            invented.add(indicator)

    def look(claim: Claim) -> Change | None:
        if claim.subject not in series:
            return None
        try:
            return look_at_change(_clustered(series[claim.subject]), is_synthetic=claim.subject in invented)
        except (
            InputError
        ) as refused:  # rows that contradict each other are told beside the claim; the others are checked
            return Change(ChangeKind.NO_SERIES, Words(refused.code, refused.facts))

    return look


def _clustered(rows: list[Observed]) -> list[Observed]:
    """Take each unit by itself where the units of one place were helped at different times, or only some were."""
    states: dict[str, set[date | None]] = {}
    for row in rows:
        states.setdefault(row.cluster, set()).add(row.treated_from)
    return [row if len(states[row.cluster]) == 1 else replace(row, cluster=row.unit) for row in rows]


def claim_facts(
    programme: str, *, on: date, known_by: date | None, results: list[ClaimResult] | None = None
) -> tuple[tuple[ClaimFacts, ...], RowTable]:
    """Claims with their verdicts as a report shows them, and the rows they stand in. `results` are those of `check`."""
    rows = {row.identity.code: row for row in read_claims(programme, on=on, known_by=known_by)}
    facts = []
    found = results if results is not None else check(programme, on=on, known_by=known_by)
    for result in found:
        claim, row = result.claim, rows[result.claim.code]
        facts.append(
            ClaimFacts(
                claim.code, Both(claim.text_en, claim.text_zh), claim.speaker, claim.day or RoughDay(on),
                claim.claim_class, HEADS[result.verdict], result.words, claim.figure, claim.uom,
                tuple(each.words for each in result.checks if each.words != result.words),
                result.computed.figure if result.computed else None,
                bool(result.computed and result.computed.is_synthetic), _link(claim), result.conflicts, claim.mission,
                Standing(row.standing) if row.standing else None, tuple(part for part in row.source.split(";") if part),
                RowLink("claims", (claim.code,)), result.verdict.value, result.judged is not None,
            )
        )  # fmt: skip
    columns = (
        "code", "day", "speaker", "text_en", "text_zh", "claim_class", "subject", "scope", "place", "covers_from",
        "covers_to", "figure", "uom", "bound", "says_effect", "comparison", "standing", "source", "is_synthetic",
    )  # fmt: skip
    listed = [
        (code, rough(r.day, r.day_precision), r.speaker, r.text_en, r.text_zh, r.claim_class, r.subject, r.scope,
         r.place.code if r.place else "", r.covers_from, r.covers_to, r.figure, r.uom, r.bound, r.says_effect,
         r.comparison, r.standing, r.source, r.is_synthetic)
        for code, r in rows.items()
    ]  # fmt: skip
    synthetic = any(row.is_synthetic for row in rows.values())
    return tuple(facts), row_table("claims", columns, listed, group_by=("code",), synthetic=synthetic)


def _link(claim: Claim) -> RowLink | None:
    table = {
        "people_posted": "postings",
        "money_paid": "money",
        "donors": "pairings",
        "counties_paired": "pairings",
    }.get(claim.computes)
    return RowLink(table) if table else None
