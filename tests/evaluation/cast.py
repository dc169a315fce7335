"""Claims as lines of text, so that a case reads like a table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pairup.evaluation.claims import Claim, ClaimResult, check_claims
from pairup.values.codes import ClaimClass


def a_claim(line: str, **more: Any) -> Claim:
    """Make a claim of `CODE FIGURE UOM [FROM..TO] [@PLACE] [BOUND]`; other fields by name.

    A figure of `-` is a statement without one. Number words are joined to the unit by `_`.
    """
    code, figure, uom, *rest = line.split()
    fields: dict[str, Any] = {
        "subject": "trees",
        "scope": "all",
        "place": "nang",
        "bound": "exact",
        "speaker": f"office {code}",
    }
    for word in rest:
        if ".." in word:
            fields["covers_from"], fields["covers_to"] = word.split("..")
        elif word.startswith("@"):
            fields["place"] = word[1:]
        else:
            fields["bound"] = word
    return Claim(code, figure=None if figure == "-" else Decimal(figure), uom=uom.replace("_", " "), **fields | more)


def checked(*claims: Claim | str, **more: Any) -> dict[str, ClaimResult]:
    """Check claims, by code."""
    made = [a_claim(claim) if isinstance(claim, str) else claim for claim in claims]
    return {result.claim.code: result for result in check_claims(made, **more)}


def measured(line: str, **more: Any) -> Claim:
    return a_claim(line, claim_class=ClaimClass.MEASURED, **more)
