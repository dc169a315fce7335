"""The claims wall: how many claims of each class stand under each verdict, as a picture with its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import altair as alt

from pairup.evaluation.claim import ClaimResult, Verdict
from pairup.reports.alone import write_alone
from pairup.reports.evaluation_figures import WallCell, claims_wall, words_of
from pairup.reports.figures import Frame
from pairup.values.codes import ClaimClass
from pairup.values.words import Words, say

Counted = Counter[tuple[ClaimClass, Verdict]]


def counted(claims: Iterable[tuple[ClaimClass, Verdict]]) -> Counted:
    """Count claims by class and verdict."""
    return Counter(claims)


def class_of(result: ClaimResult) -> ClaimClass:
    """The class of a claim here: evaluated where a design was run, else what its speaker gave."""
    return ClaimClass.EVALUATED if result.judged is not None else result.claim.claim_class


def draw_wall(found: Counted, frame: Frame, language: str = "en") -> alt.LayerChart:
    """Draw the wall; verdicts without a claim are left out, classes never."""
    shown = [verdict for verdict in Verdict if any(found[one, verdict] for one in ClaimClass)]
    names = {verdict: words_of(f"wall-{verdict.value.replace('_', '-')}", language) for verdict in shown}
    classes = {one: say(f"reports.class-{one.value}", language) for one in ClaimClass}
    cells = [
        WallCell(classes[one], names[verdict], found[one, verdict]) for verdict in shown for one in ClaimClass
    ]  # fmt: skip
    return claims_wall(cells, list(classes.values()), list(names.values()), frame)


def wall_in_words(found: Counted) -> Words:
    """Say what the wall shows, for who does not see it: how many of all, and the fullest cell."""
    (one, verdict), most = max(found.items(), key=lambda item: (item[1], item[0][1].value))
    return Words("evaluations.wall-alt", {
        "count": found.total(), "evaluated": sum(n for (one, _), n in found.items() if one is ClaimClass.EVALUATED),
        "most": most, "class": Words(f"reports.class-{one.value}"),
        "verdict": Words(f"evaluations.wall-{verdict.value.replace('_', '-')}"),
    })  # fmt: skip


def write_wall(results: Sequence[ClaimResult], path: Path, language: str = "en") -> None:
    """Write the wall of a programme's claims as SVG, as an HTML page with its words, or as PNG."""
    found = counted((class_of(result), result.verdict) for result in results)
    title = words_of("wall-title", language)
    write_alone(
        draw_wall(found, Frame(title), language).to_dict(validate=False), path, name="claims-wall",
        title=title, alt=wall_in_words(found).say(language), language=language,
    )  # fmt: skip
