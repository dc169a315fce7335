"""What is due by a dated rule, as parts of a total: each with its rule version, its base and the base's source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pairup.record.models import PairingVersion, Programme, RevenueBaseVersion
from pairup.reports.totals import Part
from pairup.rules.quota import Due, due
from pairup.rules.register import Rule, load_rules
from pairup.services.tables import read_programme
from pairup.services.totals.asked import Asked
from pairup.services.totals.ground import Ground
from pairup.values.codes import Channel
from pairup.values.money import Money
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Owed:
    """What is due along one top-level pairing in one year, or in words why no amount stands here."""

    pairing: str
    pairing_id: int
    year: int
    words: Words
    due: Due | None = None  # None: counted with the donor's first pairing
    base: RevenueBaseVersion | None = None

    @property
    def amount(self) -> Money | None:
        return self.due.amount if self.due else None


def money_rule(programme: str, *, on: date, known_by: date | None = None) -> Rule | None:
    """The money rule the programme names, if any."""
    named = read_programme(programme, on=on, known_by=known_by).rules
    return next(
        (rule for name, rule in sorted(load_rules().items()) if name in named and name.startswith("money_quota.")), None
    )


def read_bases(programme: str, *, on: date, known_by: date | None = None) -> list[RevenueBaseVersion]:
    """Revenue of the programme's donors, as known."""
    held = PairingVersion.objects.known(known_by).filter(identity__programme__code=programme)
    donors = set(held.values_list("donor", flat=True))
    rows = RevenueBaseVersion.objects.known(known_by).filter(donor__in=donors)
    return list(rows.select_related("identity", "donor").order_by("identity__code", "starts"))


def read_owed(programme: str, *, on: date, known_by: date | None = None) -> list[Owed]:
    """What each top-level territorial pairing owes by the rule, from its first year to the day's.

    A donor with several pairings owes once: its due stands with the first of them, and the others say so.
    """
    rule = money_rule(programme, on=on, known_by=known_by)
    if rule is None:
        return []
    revenue: dict[str, dict[int, Money]] = defaultdict(dict)
    bases: dict[tuple[str, int | None], RevenueBaseVersion] = {}
    for row in read_bases(programme, on=on, known_by=known_by):
        revenue[row.donor.code][row.year] = Money(row.amount_minor, row.currency)
        bases[row.donor.code, row.year] = row
    held = PairingVersion.objects.known(known_by).filter(
        identity__programme__code=programme, parent=None, channel=Channel.TERRITORIAL
    )
    counted: dict[tuple[str, int], str] = {}
    owed: dict[tuple[str, int], Owed] = {}
    for tie in held.select_related("identity", "donor").order_by("identity__code", "starts"):
        code, donor = tie.identity.code, tie.donor.code
        first = max(tie.starts.year if tie.starts else rule.versions[0].starts.year, rule.versions[0].starts.year)
        last = min(tie.span.last.year if tie.span.last else on.year, on.year)
        for year in range(first, last + 1):
            if (with_ := counted.setdefault((donor, year), code)) == code:
                found = due(rule, year, revenue[donor], donor=donor, known_by=known_by)
                base = bases.get((donor, found.base_year))
                owed[code, year] = Owed(code, tie.identity_id, year, found.words, found, base)
            else:
                words = Words("services.due-counted-with", {"pairing": with_})
                owed[code, year] = Owed(code, tie.identity_id, year, words)
    return list(owed.values())


def due_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """Every amount due, standing with the base it was taken of."""
    codes = Programme.objects.order_by("code").values_list("code", flat=True)
    for programme in [asked.programme] if asked.programme is not None else list(codes):
        for one in read_owed(programme, on=asked.on, known_by=asked.known_by):
            if one.amount is None or one.base is None or one.due is None or one.due.version is None:
                continue
            day = date(one.year, 1, 1)
            spot = ground.along(one.pairing_id, day)
            keys = spot.keys | {"year": str(one.year), "programme": programme}
            if not asked.holds(day) or not asked.fits(keys, spot.inside):
                continue
            version = one.due.version
            shown = {
                "rule": version.rule, "rule_from": str(version.told_from),
                "rule_published": str(version.told_published),
                "rule_standing": version.standing.value, "base_year": str(one.due.base_year), "base": str(one.due.base),
                "version": str(one.base.number), "standing": one.base.standing, "source": one.base.source,
            }  # fmt: skip
            yield Part(
                one.amount.minor, one.amount.currency, keys, one.base.identity.code, "revenue_bases",
                is_synthetic=one.base.is_synthetic, why=one.words, day=day, shown=shown,
            )  # fmt: skip
