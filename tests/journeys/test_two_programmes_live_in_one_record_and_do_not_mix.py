"""The reference programmes partners and wenchuan stand in one record; each is planned and told by itself."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from pairup.planning.plan import Stop
from pairup.programmes.catalogue import PROGRAMMES, build
from tests.services.cast import OFFICE, load


def planned(programme: str, kinds: tuple[str, ...]) -> None:
    from pairup.services import plans

    reference = PROGRAMMES[programme]
    at = datetime.combine(reference.on, time(8), tzinfo=UTC)
    load(build(programme, 7), at)
    for kind in kinds:
        asked = plans.ask(
            kind, programme=programme, round_code=reference.round, on=reference.on, horizon=reference.horizon,
            days=int(reference.visit["days"] or 1), nights=str(reference.visit["nights"]),
        )  # fmt: skip
        drafted = plans.draft(asked, actor=OFFICE, at=at, stop=Stop(work=50))
        if drafted.plan.has_plan:
            plans.adopt(drafted.run, actor=OFFICE, at=at, programme=programme)


def own(programme: str) -> dict[str, Any]:
    """What a report tells of a programme, less what all programmes of a record share."""
    from pairup.services import reporting

    facts = reporting.read_facts(programme, on=PROGRAMMES[programme].on)
    names = ("programme", "round", "plans", "pairings", "money", "rounds", "handovers", "claims", "totals", "unmet",
             "followed", "portfolio", "itinerary", "signatures", "tables")  # fmt: skip
    return {name: getattr(facts, name) for name in names}


def test_two_programmes_live_in_one_record_and_do_not_mix(record: Path) -> None:
    from pairup.services.write import check_journal

    planned("wenchuan", ("pairings", "visits"))
    wenchuan = own("wenchuan")
    planned("partners", ("pairings", "postings"))

    partners = own("partners")

    assert {name for name, told in own("wenchuan").items() if told != wenchuan[name]} == set()
    assert {fact.paid.currency for fact in partners["money"] if fact.paid} == {"EUR"}
    assert {fact.paid.currency for fact in wenchuan["money"] if fact.paid} == {"CNY"}
    assert {plan.kind for plan in partners["plans"]} == {"pairings", "postings"}
    assert not {fact.code for fact in partners["pairings"]} & {fact.code for fact in wenchuan["pairings"]}
    assert check_journal() == []
