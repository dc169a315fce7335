"""What a posting run keeps of how firm and how fair its plan is, as facts of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pairup.planning.fair_plans import fair_words
from pairup.planning.futures import ahead_words
from pairup.reports.facts import Both, ChecksFacts, FairFacts, NameFacts, SpreadFacts
from pairup.services.reporting.places import Atlas
from pairup.values.words import Words


def beside(answer: Mapping[str, Any]) -> tuple[Words, ...]:
    """What a run of postings says more: every round it looked at, or what its fair order costs."""
    lines = list(ahead_words(answer["horizon"])) if "horizon" in answer else []
    return (*lines, *((fair_words(answer["fair"]),) if "fair" in answer else ()))


def checks_of(checks: Mapping[str, Any], atlas: Atlas) -> ChecksFacts | None:
    """The checks of a run; None where it was drafted without."""
    if not checks:
        return None
    survived, fair = checks["survival"], checks["fairness"]
    alone = survived["alone"]
    weights = tuple(
        (Words(f"firmness.weight-{next(iter(low['percent']))}"), int(low["kept"]), int(high["kept"]))
        for low, high in zip(alone[::2], alone[1::2], strict=True)
    )
    spreads = tuple(
        SpreadFacts(
            Words(f"firmness.share-{key}"), fair[key]["lowest"], fair[key]["mean"], fair[key]["highest"],
            fair[key]["gini"],
        )
        for key in ("burden", "filled", "candidates") if fair[key]
    )  # fmt: skip
    alternatives = tuple(
        Words("firmness.alternative", {"number": number, "changed": len(one["gained"]), "loss": f"{one['loss']:g}",
                                       "fewest": one["fewest"]})
        for number, one in enumerate(checks["alternatives"], start=1)
    )  # fmt: skip
    names = {row["donor"]: atlas.organisations.get(row["donor"]) for row in fair["burdens"]}
    burdens = tuple(
        (names[row["donor"]] or NameFacts(row["donor"], Both(row["donor"])), int(row["sent"]), int(row["of"]))
        for row in fair["burdens"]
    )
    return ChecksFacts(
        checks["weights"]["since"], int(survived["percent"]), float(survived["share"]), int(survived["firm"]),
        int(survived["of"]), len(alone) + len(survived["drawn"]), weights, spreads,
        Words("fairness.envious", {"count": fair["envious"], "of": fair["places_counted"]}), alternatives,
        tuple((row["place"], row["other"], float(row["own"]), float(row["there"])) for row in fair["envies"]),
        tuple(sorted(burdens, key=lambda row: (row[0].order or row[0].code, row[0].code))),
        tuple((Words(f"fairness.short-{code.partition('.')[2]}"), count) for code, count in fair["reasons"].items()),
        _fair(checks),
    )  # fmt: skip


def _fair(checks: Mapping[str, Any]) -> tuple[FairFacts, ...]:
    return tuple(
        FairFacts(
            Words(f"fairness.order-{one['order']}"), float(one["price"]), float(one["welfare"]),
            (one["lowest"][0], one["lowest"][1]), (one["gini"][0], one["gini"][1]), bool(one["is_proved"]),
        )
        for one in checks.get("fair", ())
    )  # fmt: skip
