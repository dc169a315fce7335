"""Claims on the screen: each with its verdict and its checks, then all of them counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pairup.evaluation.claim import CheckName, ClaimResult
from pairup.evaluation.claims import contradictions, summary
from pairup.values.words import Words


def lines(results: Sequence[ClaimResult], language: str = "en") -> Iterator[str]:
    """Tell every claim with its verdict and its checks."""
    for result in results:
        claim = result.claim
        text = claim.text_zh if language.startswith("zh") and claim.text_zh else claim.text_en
        yield f"{claim.code} [{claim.claim_class}] {claim.speaker}: {text}"
        verdict = result.words.say(language)
        yield f"    {verdict}"
        said = [(check.name, check.words.say(language)) for check in result.checks]
        yield from (f"    - {text}" for name, text in said if name is not CheckName.EVALUATED or text != verdict)
        if result.judged is not None and result.judged.adjusted is not None and result.judged.p is not None:
            facts = {"p": f"{result.judged.p:.2g}", "adjusted": f"{result.judged.adjusted:.2g}"}
            yield f"    - {Words('evaluations.p-adjusted', facts).say(language)}"
    yield ""
    yield from summary_lines(results, language)


def summary_lines(results: Sequence[ClaimResult], language: str = "en") -> Iterator[str]:
    """Count claims by verdict, and set the contradictions side by side."""
    yield Words("services.claims-count", {"count": len(results)}).say(language)
    for verdict, count in summary(results).items():
        heading = Words("services.verdict-" + verdict.value.replace("_", "-"))
        if count:
            yield f"  {count:>4}  {heading.say(language)}"
    for found in contradictions(results)[:3]:
        yield f"  {found.words.say(language)}"
