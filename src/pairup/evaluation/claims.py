"""Check the claims of a programme: their arithmetic, units and size, each other, and the words of effect.

A claim is never a fact. A verdict says what its own figures and the other claims allow; it is never stronger than the
weakest check it needs, and none says that a claim is true. docs/explanation/claims.md gives the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from pairup.evaluation.agreement import Beside, check_beside, read_said, value_range
from pairup.evaluation.arithmetic import check_arithmetic
from pairup.evaluation.bounds import band
from pairup.evaluation.claim import Check, CheckName, Claim, ClaimResult, Computed, Verdict
from pairup.evaluation.did import Change
from pairup.evaluation.judging import Judged
from pairup.evaluation.units import decimal, read_uom
from pairup.values.codes import ClaimClass
from pairup.values.figures import said_exactly
from pairup.values.words import Words

__all__ = [
    "Check", "CheckName", "Claim", "ClaimResult", "Computed", "Contradiction", "Verdict", "check_claims",
    "contradictions", "summary",
]  # fmt: skip

#: from the one that settles the claim first to the one that is left when nothing was found
_ORDER = (
    Verdict.ARITHMETIC_WRONG,
    Verdict.UNIT_DOUBTFUL,
    Verdict.MAGNITUDE_DOUBTFUL,
    Verdict.CONTRADICTED_BY,
    Verdict.EFFECT_CONTRADICTED,
    Verdict.NOT_SUPPORTED,
    Verdict.NOT_SUPPORTED_IN_SIZE,
    Verdict.NOT_IDENTIFIED,
    Verdict.CANNOT_BE_TOLD,
    Verdict.SUPPORTED_IN_DIRECTION,
    Verdict.SUPPORTED,
    Verdict.HOLDS_ROUNDED,
    Verdict.HOLDS,
)

#: what a design can say against a claim of effect
_AGAINST = (Verdict.EFFECT_CONTRADICTED, Verdict.NOT_SUPPORTED, Verdict.NOT_SUPPORTED_IN_SIZE)


def check_claims(
    claims: Sequence[Claim],
    computed: Callable[[Claim], Computed | None] | None = None,
    *,
    parents: Mapping[str, str] | None = None,
    observed: Callable[[Claim], Change | None] | None = None,
    judged: Mapping[str, Judged] = MappingProxyType({}),
) -> list[ClaimResult]:
    """Check every claim, alone and beside the others. Results are in the order of the claims.

    Parameters
    ----------
    computed : gives the total of the record to stand beside a claim, or None. A synthetic total decides nothing.
    parents : code of each place -> code of the place it lies in.
    observed : gives a look at the record's own series for a claim of effect (`did.look_at_change`), or None.
    judged : what evaluations make of claims of effect, by code.
    """
    beside = Beside.of(claims, parents or {})
    results = []
    for claim in claims:
        total = computed(claim) if computed else None
        checks = [
            *_check_figure(claim), *check_arithmetic(claim), *check_beside(claim, beside), *_check_record(claim, total),
            *_check_effect(claim, judged.get(claim.code)), *_check_observed(claim, observed),
        ]  # fmt: skip
        results.append(_result(claim, checks, total, judged.get(claim.code)))
    return results


def _result(claim: Claim, checks: list[Check], total: Computed | None, found: Judged | None) -> ClaimResult:
    entailed = {check.entails for check in checks}
    verdict = next((each for each in _ORDER if each in entailed), None)
    if verdict is None:
        return replace(_result_unchecked(claim, checks, total), judged=found)
    against = (Verdict.CONTRADICTED_BY, Verdict.MAGNITUDE_DOUBTFUL, Verdict.UNIT_DOUBTFUL)
    conflicts = sorted({code for check in checks if check.entails in against for code in check.others})
    is_from_design = found is not None and claim.says_effect and found.verdict is verdict
    words = found.words if is_from_design and found else Words(f"claims.verdict-{verdict}", {
        "claims": ", ".join(conflicts)
    })  # fmt: skip
    return ClaimResult(claim, verdict, words, tuple(checks), tuple(conflicts), total, found)


def _result_unchecked(claim: Claim, checks: list[Check], total: Computed | None) -> ClaimResult:
    """Nothing was found for or against it; the words keep to its class."""
    is_reported = claim.claim_class is ClaimClass.REPORTED
    verdict = Verdict.REPORTED_ONLY if is_reported else Verdict.CANNOT_BE_TOLD
    words = Words(f"claims.verdict-{verdict}{'' if is_reported else f'-{claim.claim_class}'}")
    return ClaimResult(claim, verdict, words, tuple(checks), (), total)


def _check_figure(claim: Claim) -> list[Check]:
    if claim.figure is not None:
        return []
    return [Check(CheckName.FIGURE, None, Words("claims.figure-none"))]


def _check_record(claim: Claim, total: Computed | None) -> list[Check]:
    """Set the record's own total beside the claimed one."""
    if total is None:
        return []
    facts = {"computed": said_exactly(total.figure), "uom": total.uom}
    if total.is_synthetic:
        return [Check(CheckName.RECORD, None, Words("claims.record-synthetic", facts), total.figure)]
    if claim.figure is None or read_uom(claim.uom).kind != read_uom(total.uom).kind:
        return [Check(CheckName.RECORD, None, Words("claims.record-beside", facts), total.figure)]
    own = read_uom(claim.uom)
    figure = total.figure * decimal(read_uom(total.uom).factor) / decimal(own.factor)
    if figure in band(claim.figure, claim.bound, own):
        entails = Verdict.HOLDS if claim.bound in ("", "exact") else Verdict.HOLDS_ROUNDED
        return [Check(CheckName.RECORD, True, Words("claims.record-agrees", facts), figure, entails=entails)]
    if total.is_complete:
        words = Words("claims.record-differs", facts)
        return [Check(CheckName.RECORD, False, words, figure, entails=Verdict.CONTRADICTED_BY)]
    return [Check(CheckName.RECORD, None, Words("claims.record-incomplete", facts), figure)]


def _check_effect(claim: Claim, found: Judged | None) -> list[Check]:
    """Words of effect need a design; before and after, or a group beside it, show none. An evaluation is one."""
    if found is not None:
        passed = {True: True, False: None}[found.verdict in (Verdict.SUPPORTED, Verdict.SUPPORTED_IN_DIRECTION)]
        return [Check(
            CheckName.EVALUATED, False if found.verdict in _AGAINST else passed, found.words, found.value,
            entails=found.verdict if claim.says_effect else None,
        )]  # fmt: skip
    if not claim.says_effect:
        return []
    if claim.comparison == "design":
        return [Check(CheckName.EFFECT, None, Words("claims.effect-design"), entails=Verdict.CANNOT_BE_TOLD)]
    rests_on = claim.comparison if claim.comparison in ("before_after", "group") else "none"
    words = Words(f"claims.effect-{rests_on.replace('_', '-')}")
    return [Check(CheckName.EFFECT, False, words, entails=Verdict.NOT_IDENTIFIED)]


def _check_observed(claim: Claim, observed: Callable[[Claim], Change | None] | None) -> list[Check]:
    change = observed(claim) if observed and claim.says_effect else None
    if change is None:
        return []
    if change.value is None:
        return [Check(CheckName.OBSERVED, None, change.words)]
    figure = Decimal(str(change.value)) * (100 if change.is_share else 1)
    return [Check(CheckName.OBSERVED, None, change.words, figure)]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Claims that cannot all hold, to be shown side by side. `low` and `high` are the figures told, in `uom`."""

    subject: str
    scope: str
    place: str
    codes: tuple[str, ...]
    speakers: tuple[str, ...]
    low: Decimal
    high: Decimal
    uom: str
    words: Words


def contradictions(results: Iterable[ClaimResult]) -> list[Contradiction]:
    """Group the claims that cannot hold together: each group is linked by at least one conflict."""
    by_code = {result.claim.code: result for result in results}
    groups: list[set[str]] = []
    for code, result in by_code.items():
        linked = {code, *result.conflicts} & set(by_code) if result.conflicts else set()
        if not linked:
            continue
        touching = [group for group in groups if group & linked]
        groups = [group for group in groups if not group & linked] + [linked.union(*touching)]
    return sorted((_contradiction(group, by_code) for group in groups), key=lambda found: found.codes)


def _contradiction(group: set[str], by_code: Mapping[str, ClaimResult]) -> Contradiction:
    codes = tuple(sorted(group))
    claims = [by_code[code].claim for code in codes]
    first = claims[0]
    low, high = value_range(read_said(claims).values())
    factor = decimal(read_uom(first.uom).factor)
    speakers = tuple(sorted({each.speaker for each in claims}))
    facts = {
        "claims": ", ".join(codes), "low": said_exactly(low / factor), "high": said_exactly(high / factor),
        "uom": first.uom,
        "count": len(codes), "speakers": "; ".join(speakers),
    }  # fmt: skip
    return Contradiction(
        first.subject, first.scope, first.place, codes, speakers, low / factor, high / factor, first.uom,
        Words("claims.contradiction", facts),
    )  # fmt: skip


def summary(results: Iterable[ClaimResult]) -> dict[Verdict, int]:
    """Count the claims under each verdict; every verdict is listed, so that none is left out of sight."""
    counts = dict.fromkeys(Verdict, 0)
    for result in results:
        counts[result.verdict] += 1
    return counts
