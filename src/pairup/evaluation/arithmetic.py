"""The arithmetic a claim carries, worked out again. Kinds and keys: docs/reference/claims.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from pairup.evaluation.bounds import band
from pairup.evaluation.claim import Check, CheckName, Claim, Verdict
from pairup.evaluation.units import convert, read_uom, taken_for
from pairup.values.figures import said_exactly
from pairup.values.words import Words

Numbers = Mapping[str, str]


def _number(numbers: Numbers, key: str) -> Decimal:
    value = Decimal(str(numbers[key]).strip())
    if not value.is_finite():
        raise InvalidOperation
    return value


def _growth(numbers: Numbers) -> Decimal:
    first = _number(numbers, "from")
    return (_number(numbers, "to") - first) / first * 100


def _ratio(numbers: Numbers) -> Decimal:
    return _number(numbers, "part") / _number(numbers, "whole") * 100


def _sum(numbers: Numbers) -> Decimal:
    return sum((_number({"part": part}, "part") for part in str(numbers["parts"]).split("|")), Decimal(0))


def _difference(numbers: Numbers) -> Decimal:
    return _number(numbers, "a") - _number(numbers, "b")


def _per(numbers: Numbers) -> Decimal:
    return _number(numbers, "amount") / _number(numbers, "count")


KINDS: dict[str, Callable[[Numbers], Decimal]] = {
    "growth": _growth, "ratio": _ratio, "sum": _sum, "difference": _difference, "per": _per,
}  # fmt: skip
_KEYS = {
    "growth": ("from", "to"), "ratio": ("part", "whole"), "sum": ("parts",), "difference": ("a", "b"),
    "per": ("amount", "count"),
}  # fmt: skip


def check_arithmetic(claim: Claim) -> list[Check]:
    """Work out the claim's own arithmetic and set it beside its figure. `within` is looked at with the other claims."""
    numbers = claim.arithmetic
    kind = str(numbers.get("kind", ""))
    if not numbers or kind == "within" or claim.figure is None:
        return []
    if kind == "convert":
        return _check_conversion(claim)
    facts = {"kind": kind, "figure": said_exactly(claim.figure), "uom": claim.uom}
    if kind not in KINDS:
        return [_cannot("claims.arithmetic-unknown", facts)]
    try:
        computed = KINDS[kind](numbers)
    except (KeyError, InvalidOperation, ZeroDivisionError):
        return [_cannot("claims.arithmetic-unreadable", facts)]
    facts |= {key: said_exactly(_number(numbers, key)) for key in _KEYS[kind] if key != "parts"}
    parts = str(numbers.get("parts", "0")).split("|")
    facts |= {
        "computed": said_exactly(computed),
        "parts": " + ".join(said_exactly(Decimal(part.strip())) for part in parts),
    }
    if computed in band(claim.figure, claim.bound, read_uom(claim.uom)):
        entails = Verdict.HOLDS if claim.bound in ("", "exact") else Verdict.HOLDS_ROUNDED
        words = Words(f"claims.arithmetic-{kind}-agrees", facts)
        return [Check(CheckName.ARITHMETIC, True, words, computed, entails=entails)]
    code = f"claims.arithmetic-{kind}-differs"
    if kind == "growth" and _is_ratio_in_disguise(claim, numbers):
        code = "claims.arithmetic-growth-is-ratio"
        facts |= {"ratio": said_exactly(_number(numbers, "to") / _number(numbers, "from") * 100)}
    return [Check(CheckName.ARITHMETIC, False, Words(code, facts), computed, entails=Verdict.ARITHMETIC_WRONG)]


def _is_ratio_in_disguise(claim: Claim, numbers: Numbers) -> bool:
    """Whether the figure is, but for rounding up or down, the ratio of the two numbers and not the growth."""
    assert claim.figure is not None
    ratio = _number(numbers, "to") / _number(numbers, "from") * 100
    return abs(ratio - claim.figure) <= 1


def _check_conversion(claim: Claim) -> list[Check]:
    assert claim.figure is not None
    numbers = claim.arithmetic
    facts = {"figure": said_exactly(claim.figure), "uom": claim.uom, "kind": "convert"}
    try:
        value, source, target = _number(numbers, "value"), str(numbers["from_uom"]), str(numbers["to_uom"])
    except (KeyError, InvalidOperation):
        return [_cannot("claims.arithmetic-unreadable", facts)]
    computed = convert(value, source, target)
    facts |= {"value": said_exactly(value), "from": source, "to": target}
    if computed is None or read_uom(target).kind != read_uom(claim.uom).kind:
        return [_cannot("claims.unit-not-the-same", facts, CheckName.UNIT)]
    computed = convert(computed, target, claim.uom)
    assert computed is not None
    facts |= {"computed": said_exactly(computed)}
    allowed = band(claim.figure, claim.bound, read_uom(claim.uom))
    if computed in allowed:
        entails = Verdict.HOLDS if claim.bound in ("", "exact") else Verdict.HOLDS_ROUNDED
        return [Check(CheckName.UNIT, True, Words("claims.unit-agrees", facts), computed, entails=entails)]
    for other in taken_for(read_uom(source)):
        meant = convert(value, other.told, claim.uom)
        if meant is not None and meant in allowed:
            words = Words("claims.unit-taken-for", facts | {"other": other.told})
            return [Check(CheckName.UNIT, False, words, computed, entails=Verdict.UNIT_DOUBTFUL)]
    words = Words("claims.unit-differs", facts)
    return [Check(CheckName.UNIT, False, words, computed, entails=Verdict.ARITHMETIC_WRONG)]


def _cannot(code: str, facts: Mapping[str, str], name: CheckName = CheckName.ARITHMETIC) -> Check:
    return Check(name, None, Words(code, facts), entails=Verdict.CANNOT_BE_TOLD)
