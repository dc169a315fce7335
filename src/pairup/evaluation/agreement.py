"""Claims set beside each other: the same thing said twice, a part beside its whole, one figure for two periods.

Two claims are about the same thing when subject, scope, place, period and kind of unit agree; they contradict each
other when no value fits both. A claim is part of another when subject, scope and kind of unit agree and its days and
place lie within the other's; then it cannot be the larger one, if the unit counts upwards.

A part that is too large is itself in doubt where a known slip explains it: a unit taken for another, or one decimal
place too many. Where nothing explains it, part and whole contradict each other. Nothing says which of them is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pairup.errors import InputError
from pairup.evaluation.bounds import Band, band
from pairup.evaluation.claim import Check, CheckName, Claim, Verdict
from pairup.evaluation.units import Uom, decimal, read_uom, taken_for
from pairup.values.days import RoughDay, Span
from pairup.values.figures import said_exactly
from pairup.values.words import Words

_SLIP = Decimal("0.1")  # one decimal place too many; also what lies between 亿 and billion
_IN_LINE = Decimal(2)  # a slip explains a part only if the corrected yearly rate is within this factor of the whole's
_TELLING_DIGITS = 3  # a figure of so many digits is not the same for two periods by chance


@dataclass(frozen=True, slots=True)
class Said:
    """A claim with its figure in base units, ready to stand beside others."""

    claim: Claim
    uom: Uom
    band: Band
    span: Span | None
    thing: tuple[str, ...]  # what it speaks of; claims with one thing can contradict each other


def read_said(claims: Iterable[Claim]) -> dict[str, Said]:
    """Read the claims that have a figure, by code."""
    found = {}
    for claim in claims:
        if claim.figure is None:
            continue
        uom = read_uom(claim.uom)
        base = band(claim.figure, claim.bound, uom).times(decimal(uom.factor))
        thing = (claim.subject, claim.scope, claim.place, claim.covers_from, claim.covers_to, uom.kind)
        found[claim.code] = Said(claim, uom, base, read_span(claim), thing)
    return found


def read_span(claim: Claim) -> Span | None:
    """Give the days a claim covers. None: not a period, or not readable. An open end is the day it was said."""
    if not claim.covers_from and not claim.covers_to:
        return None
    try:
        first = RoughDay.read(claim.covers_from).first if claim.covers_from else None
        last = _last(RoughDay.read(claim.covers_to) if claim.covers_to else claim.day)
        return Span(first, last)
    except InputError:
        return None


def _last(day: RoughDay | None) -> date | None:
    return None if day is None else date.fromordinal(day.after.toordinal() - 1)


def _comparable(one: Said) -> tuple[str, str, str, bool]:
    """What two claims must share to be compared at all. Synthetic claims never stand against real ones."""
    return (one.claim.subject, one.claim.scope, one.uom.kind, one.claim.is_synthetic)


@dataclass(frozen=True, slots=True)
class Beside:
    """All claims of a programme, and which place lies in which."""

    by_code: Mapping[str, Said]
    parents: Mapping[str, str]
    by_thing: Mapping[tuple[str, str, str, bool], tuple[Said, ...]]
    wholes: dict[str, list[Said]]  # code of a part -> the wholes it lies in
    broken: dict[str, list[Said]]  # code of a part -> the wholes it is larger than
    exceeded_by: dict[str, list[Said]]  # code of a whole -> the parts that are larger

    @classmethod
    def of(cls, claims: Iterable[Claim], parents: Mapping[str, str]) -> Beside:
        by_code = read_said(claims)
        groups: dict[tuple[str, str, str, bool], list[Said]] = defaultdict(list)
        for one in sorted(by_code.values(), key=lambda one: one.claim.code):
            groups[_comparable(one)].append(one)
        beside = cls(by_code, parents, {thing: tuple(group) for thing, group in groups.items()}, {}, {}, {})
        for one in by_code.values():
            wholes = [other for other in beside.others(one) if beside.is_part(one, other)]
            beside.wholes[one.claim.code] = list(wholes)
            named = beside.named_whole(one)
            if named is not None and named not in wholes:
                wholes.append(named)
            beside.broken[one.claim.code] = [other for other in wholes if one.band.is_above(other.band)]
        for code in by_code:
            beside.exceeded_by[code] = []
        for part in sorted(beside.broken):
            for whole in beside.broken[part]:
                beside.exceeded_by[whole.claim.code].append(by_code[part])
        return beside

    def others(self, one: Said) -> Iterator[Said]:
        """Give the other claims with its subject, scope and kind of unit."""
        for other in self.by_thing[_comparable(one)]:
            if other.claim.code != one.claim.code:
                yield other

    def named_whole(self, one: Said) -> Said | None:
        """Give the claim that `kind=within` names as its whole; None where it is not here or has another unit."""
        numbers = one.claim.arithmetic
        whole = self.by_code.get(str(numbers.get("part_of", ""))) if numbers.get("kind") == "within" else None
        if whole is None or whole is one or whole.uom.kind != one.uom.kind:
            return None
        return whole if whole.claim.is_synthetic == one.claim.is_synthetic else None

    def lies_in(self, place: str, other: str) -> bool:
        seen = set()
        while place and place not in seen:
            if place == other:
                return True
            seen.add(place)
            place = self.parents.get(place, "")
        return place == other

    def is_part(self, one: Said, other: Said) -> bool:
        """Whether `one` speaks of days and a place within those of `other`, and not of the same thing."""
        if one.thing == other.thing or one.span is None or other.span is None or not one.uom.adds_up:
            return False
        return _within(one.span, other.span) and self.lies_in(one.claim.place, other.claim.place)


def _within(one: Span, other: Span) -> bool:
    if other.first is not None and (one.first is None or one.first < other.first):
        return False
    return other.last is None or (one.last is not None and one.last <= other.last)


def check_beside(claim: Claim, beside: Beside) -> list[Check]:
    """Set a claim beside all others of the programme."""
    one = beside.by_code.get(claim.code)
    if one is None:
        return []
    looks = (_check_within, _check_same, _check_wholes, _check_parts, _check_period)
    return [check for look in looks for check in look(one, beside)]


def _check_same(one: Said, beside: Beside) -> list[Check]:
    alike = [other for other in beside.others(one) if other.thing == one.thing]
    against = [other for other in alike if not other.band.meets(one.band)]
    if against:
        codes = tuple(other.claim.code for other in against)
        low, high = (said_exactly(value / decimal(one.uom.factor)) for value in value_range([one, *alike]))
        speakers = "; ".join(sorted({other.claim.speaker for other in against}))
        facts = {"claims": ", ".join(codes), "speakers": speakers, "low": low, "high": high, "uom": one.claim.uom}
        words = Words("claims.same-differs", facts)
        return [Check(CheckName.SAME, False, words, others=codes, entails=Verdict.CONTRADICTED_BY)]
    if alike:
        codes = tuple(other.claim.code for other in alike)
        return [Check(CheckName.SAME, True, Words("claims.same-agrees", {"claims": ", ".join(codes)}), others=codes)]
    return []


def value_range(claims: Iterable[Said]) -> tuple[Decimal, Decimal]:
    """Give the lowest and the highest figure told, in base units."""
    figures = [one.claim.figure * decimal(one.uom.factor) for one in claims if one.claim.figure is not None]
    return min(figures), max(figures)


def _check_wholes(one: Said, beside: Beside) -> list[Check]:
    """Look for wholes that this claim is part of and still larger than."""
    broken = beside.broken[one.claim.code]
    exceeded = {other.claim.code for other in broken}
    closed = [other for other in beside.wholes[one.claim.code] if other.band.high is not None]
    kept = [other for other in closed if other.claim.code not in exceeded]
    checks = []
    if kept:
        words = Words("claims.part-fits", _named(one, kept))
        checks.append(Check(CheckName.PART, True, words, None, tuple(other.claim.code for other in kept)))
    return [_check_broken(one, broken), *checks] if broken else checks


def _named(one: Said, others: list[Said]) -> dict[str, str]:
    return {
        "claims": ", ".join(other.claim.code for other in others), "figure": said_exactly(_figure(one)),
        "uom": one.claim.uom,
        "wholes": "; ".join(f"{said_exactly(_figure(other))} {other.claim.uom} ({_period(other)})" for other in others),
    }  # fmt: skip


def _check_broken(one: Said, broken: list[Said]) -> Check:
    """Say why the claim is larger than its wholes: a unit, a decimal place, or nothing that is known."""
    codes, facts = tuple(other.claim.code for other in broken), _named(one, broken)
    if meant := _unit_slip(one, broken):
        other, value = meant
        words = Words("claims.part-unit", facts | _both_ways(one, other, value))
        return Check(CheckName.PART, False, words, value, codes, Verdict.UNIT_DOUBTFUL)
    if _decimal_slip(one, broken):
        value = _figure(one) * _SLIP
        words = Words("claims.part-magnitude", facts | {"value": said_exactly(value)})
        return Check(CheckName.PART, False, words, value, codes, Verdict.MAGNITUDE_DOUBTFUL)
    return Check(CheckName.PART, False, Words("claims.part-too-large", facts), None, codes, Verdict.CONTRADICTED_BY)


def _check_parts(one: Said, beside: Beside) -> list[Check]:
    """Look for parts of this claim that are larger than it. Where a slip explains a part, the doubt is the part's."""
    larger = beside.exceeded_by[one.claim.code]
    checks = []
    for is_explained, code in ((False, "claims.whole-too-small"), (True, "claims.whole-part-doubted")):
        these = [other for other in larger if _is_explained(other, beside) is is_explained]
        if these:
            codes = tuple(other.claim.code for other in these)
            words = Words(
                code, {"claims": ", ".join(codes), "figure": said_exactly(_figure(one)), "uom": one.claim.uom}
            )
            entails = None if is_explained else Verdict.CONTRADICTED_BY
            checks.append(Check(CheckName.PART, None if is_explained else False, words, None, codes, entails))
    return checks


def _is_explained(part: Said, beside: Beside) -> bool:
    broken = beside.broken[part.claim.code]
    return _unit_slip(part, broken) is not None or _decimal_slip(part, broken)


def _unit_slip(one: Said, broken: list[Said]) -> tuple[Uom, Decimal] | None:
    """Find a unit or number word it may be taken for, by which it fits every whole. The value is in its own unit."""
    named = read_uom(str(one.claim.arithmetic.get("from_uom", one.claim.uom)))
    for other in taken_for(named):
        factor = decimal(other.factor) / decimal(named.factor)
        if all(not one.band.times(factor).is_above(whole.band) for whole in broken):
            return other, _figure(one) * factor
    return None


def _both_ways(one: Said, other: Uom, value: Decimal) -> dict[str, str]:
    """Say the figure as told and as meant, both in one unit: hectares for an area, else the claim's own."""
    told = read_uom(str(one.claim.arithmetic.get("from_uom", one.claim.uom)))
    number = Decimal(str(one.claim.arithmetic.get("value", _figure(one)))) if told.word else _figure(one)
    common = read_uom("ha") if one.uom.kind == "area" else one.uom
    factor = decimal(one.uom.factor) / decimal(common.factor)
    return {
        "number": said_exactly(number), "told": told.told, "other": other.told, "common": common.told,
        "as_told": said_exactly(_figure(one) * factor), "as_meant": said_exactly(value * factor),
    }  # fmt: skip


def _decimal_slip(one: Said, broken: list[Said]) -> bool:
    """Whether one decimal place less brings the claim in line with every whole, by its figure a day."""
    return all(_is_in_line(one, whole) for whole in broken)


def _is_in_line(one: Said, whole: Said) -> bool:
    corrected = _figure(one) * decimal(one.uom.factor) * _SLIP
    limit = _figure(whole) * decimal(whole.uom.factor)
    days, of = one.span.days if one.span else None, whole.span.days if whole.span else None
    if one.claim.place != whole.claim.place or days is None or of is None or limit <= 0:
        return False
    rate, usual = corrected / days, limit / of
    return corrected <= limit and usual / _IN_LINE <= rate <= usual * _IN_LINE


def _check_within(one: Said, beside: Beside) -> list[Check]:
    """Check `kind=within`, which names the whole; a whole that is exceeded is looked at with the others."""
    if one.claim.arithmetic.get("kind") != "within":
        return []
    whole = beside.named_whole(one)
    if whole is None:
        words = Words("claims.within-unknown", {"claims": str(one.claim.arithmetic.get("part_of", ""))})
        return [Check(CheckName.PART, None, words, entails=Verdict.CANNOT_BE_TOLD)]
    if whole in beside.broken[one.claim.code]:
        return []
    return [Check(CheckName.PART, True, Words("claims.within-fits", _named(one, [whole])), None, (whole.claim.code,))]


def _check_period(one: Said, beside: Beside) -> list[Check]:
    """Find the same telling figure told for a longer or a shorter period of the same thing."""
    digits = len(_figure(one).normalize().as_tuple().digits)
    if one.claim.bound not in ("", "exact") or digits < _TELLING_DIGITS or not one.uom.adds_up:
        return []
    twins = [
        other
        for other in beside.others(one)
        if other.claim.figure == one.claim.figure
        and other.claim.uom == one.claim.uom
        and other.claim.place == one.claim.place
        and (beside.is_part(one, other) or beside.is_part(other, one))
    ]
    if not twins:
        return []
    codes = tuple(other.claim.code for other in twins)
    facts = {
        "claims": ", ".join(codes), "figure": said_exactly(_figure(one)), "uom": one.claim.uom, "period": _period(one),
        "others": "; ".join(_period(other) for other in twins),
    }  # fmt: skip
    return [Check(CheckName.PERIOD, None, Words("claims.period-unclear", facts), None, codes, Verdict.CANNOT_BE_TOLD)]


def _figure(one: Said) -> Decimal:
    assert one.claim.figure is not None
    return one.claim.figure


def _period(one: Said) -> str:
    first, last = one.claim.covers_from or "…", one.claim.covers_to or "…"
    return first if first == last else f"{first}/{last}"
