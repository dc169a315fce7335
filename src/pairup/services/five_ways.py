"""The five-way view of money, read from the registered totals: by pairing and year, with gaps and purpose tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pairup.record.models import OrganisationVersion, ProjectVersion
from pairup.record.remembered import remembers
from pairup.reports.five_ways import STEPS, FiveWays, Step, StepState, gaps, is_withheld
from pairup.reports.totals import Figure
from pairup.rules.register import NoRuleError, Rule, load_rules
from pairup.rules.shares import TAGS, ShareTest, TaggedMoney, check_shares
from pairup.services import totals
from pairup.services.tables import read_programme
from pairup.services.totals.due import Owed, read_owed
from pairup.services.totals.ground import Ground
from pairup.values.money import Money
from pairup.values.words import Words

_BY = ("top", "year")
#: steps that are added up from rows; what is due comes from the rule
_ADDED_UP = tuple(name for name in STEPS if name != "due")


@remembers
def read_five_ways(
    programme: str, *, on: date, known_by: date | None = None, pairing: str = "", year: int | None = None
) -> list[FiveWays]:
    """The five ways of every top-level pairing and year in which something is due or recorded, by code and year.

    `pairing` and `year` limit it. What is paid through a sub-pairing stands with the pairing above it.
    """
    ground = Ground(known_by)
    where = ({"top": pairing} if pairing else {}) | ({"year": str(year)} if year is not None else {})
    steps: dict[tuple[str, int], dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for name in ("notified", *_ADDED_UP):
        answer = totals.total(
            STEPS.get(name, "money_notified"),
            on=on,
            known_by=known_by,
            programme=programme,
            by=_BY,
            where=where,
            ground=ground,
        )
        for figure in answer.figures:
            if figure.key[0]:
                steps[figure.key[0], int(figure.key[1])][name].append(figure)
    owed = {
        (one.pairing, one.year): one
        for one in read_owed(programme, on=on, known_by=known_by)
        if pairing in ("", one.pairing) and year in (None, one.year)
    }
    tests = _tests(programme, where, ground, on=on, known_by=known_by)
    made_up = _made_up_donors(on=on, known_by=known_by)
    wanted = sorted(set(steps) | {key for key, one in owed.items() if one.amount is not None})
    return [_view(programme, key, owed.get(key), steps[key], tests.get(key, ()), made_up, ground, on) for key in wanted]


def _view(
    programme: str, key: tuple[str, int], owed: Owed | None, found: dict[str, list[Figure]],
    tests: Iterable[ShareTest], made_up: set[str], ground: Ground, on: date,
) -> FiveWays:  # fmt: skip
    pairing, year = key
    steps = (_due_step(owed, found["notified"]), *(_step(name, found[name]) for name in _ADDED_UP))
    spot = ground.along(ground.pairing_of(programme, pairing), date(year, 12, 31)).keys
    is_made_up = spot["donor"] in made_up
    told = _notices_apart(owed, found["notified"]) + gaps(
        steps, is_over=on > date(year, 12, 31), donor_is_synthetic=is_made_up
    )
    kept = () if is_withheld(steps, donor_is_synthetic=is_made_up) else tuple(tests)
    return FiveWays(programme, pairing, spot["donor"], spot["place"], year, steps, told, kept)


def _due_step(owed: Owed | None, notified: list[Figure]) -> Step:
    """What is due, by which version of which rule and of which base; without one, what was notified; else in words
    why there is no amount."""
    if notified and (owed is None or owed.amount is None):
        amounts = tuple(figure.money for figure in notified)
        made_up, count = any(figure.is_synthetic for figure in notified), sum(figure.rows for figure in notified)
        return Step("due", StepState.RECORDED, amounts, Words("totals.due-notified"), count, made_up)
    if owed is None:
        return Step("due", StepState.NOT_DUE, words=Words("totals.step-no-rule"))
    if owed.amount is None or owed.base is None:
        return Step("due", StepState.NOT_DUE, words=owed.words)
    return Step(
        "due", StepState.RECORDED, (owed.amount,), owed.words, 1, owed.base.is_synthetic, owed.base.source
    )  # fmt: skip


def _notices_apart(owed: Owed | None, notified: list[Figure]) -> tuple[Words, ...]:
    """Where what was notified is not what the rule gives: both stand, and the office is told."""
    if owed is None or owed.amount is None:
        return ()
    facts = {"due": owed.amount}
    return tuple(
        Words("totals.gap-notified", facts | {"notified": figure.money})
        for figure in notified if figure.money != owed.amount
    )  # fmt: skip


def _step(name: str, figures: list[Figure]) -> Step:
    if not figures:
        return Step(name, StepState.NOT_RECORDED)
    return Step(
        name, StepState.RECORDED, tuple(figure.money for figure in figures), None, sum(f.rows for f in figures),
        any(figure.is_synthetic for figure in figures),
    )  # fmt: skip


def _tests(
    programme: str, where: dict[str, str], ground: Ground, *, on: date, known_by: date | None
) -> dict[tuple[str, int], list[ShareTest]]:
    """The purpose tests of each pairing and year, on what was paid; by the rule in force on the year's last day."""
    rule = _purpose_rule(programme, on=on, known_by=known_by)
    if rule is None:
        return {}
    shares = _project_shares(programme, on=on, known_by=known_by)
    lines: dict[tuple[str, int], list[TaggedMoney]] = defaultdict(list)
    for row in totals.rows_of(
        "money_paid", on=on, known_by=known_by, programme=programme, by=_BY, where=where, ground=ground
    ):
        of_project = shares.get(row.part.keys["project"], {})
        own = {tag: row.part.shown.get(tag, "") for tag in TAGS}
        tags = {tag: Decimal(own[tag]) if own[tag] else of_project.get(tag) for tag in TAGS}
        lines[row.key[0], int(row.key[1])].append(TaggedMoney(Money(int(row.counts), row.uom), tags))
    found = {}
    for key, some in lines.items():
        try:
            found[key] = check_shares(some, rule, date(key[1], 12, 31), known_by=known_by)
        except NoRuleError:  # the year is before the rule
            continue
    return found


def _purpose_rule(programme: str, *, on: date, known_by: date | None) -> Rule | None:
    named = read_programme(programme, on=on, known_by=known_by).rules
    return next(
        (rule for name, rule in sorted(load_rules().items()) if name in named and name.startswith("purpose_shares.")),
        None,
    )


def _project_shares(programme: str, *, on: date, known_by: date | None) -> dict[str, dict[str, Decimal | None]]:
    """The tags of each project, for lines that name it and have none of their own."""
    rows = ProjectVersion.objects.known(known_by).filter(identity__programme__code=programme)
    columns = ("identity__code", "grassroots_share", "livelihood_share")
    return {
        code: {"grassroots": grassroots, "livelihood": livelihood}
        for code, grassroots, livelihood in rows.order_by("identity__code", "starts").values_list(*columns)
    }


def _made_up_donors(*, on: date, known_by: date | None) -> set[str]:
    rows = OrganisationVersion.objects.known(known_by).filter(is_synthetic=True)
    return set(rows.values_list("identity__code", flat=True))
