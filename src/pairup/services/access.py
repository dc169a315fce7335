"""The policy table: which role may do what. A command without a row here is refused, and fails a house test."""

from __future__ import annotations

from enum import StrEnum

from pairup.errors import AccessError


class Role(StrEnum):
    PROGRAMME_OFFICE = "programme_office"
    DONOR_OFFICE = "donor_office"
    RECIPIENT_OFFICE = "recipient_office"
    SECONDEE = "secondee"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"
    PUBLIC = "public"


#: the offices that keep the record; which rows of it each may write is a matter of scope
OFFICES = frozenset({Role.PROGRAMME_OFFICE, Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})

#: command of the write path, and the roles that may give it
POLICY: dict[str, frozenset[Role]] = {
    "load": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "import": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "restore": frozenset({Role.ADMINISTRATOR}),
    "plan.draft": frozenset({Role.PROGRAMME_OFFICE, Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE}),
    "plan.adopt": frozenset({Role.PROGRAMME_OFFICE}),
    "funding.lottery": frozenset({Role.PROGRAMME_OFFICE}),
    "claim.register": frozenset({Role.PROGRAMME_OFFICE, Role.EVALUATOR}),
    "claim.evaluate": frozenset({Role.PROGRAMME_OFFICE, Role.EVALUATOR}),
    "record": OFFICES,
    "correct": OFFICES,
    "withdraw": OFFICES,
    "conflict.keep": frozenset(Role) - {Role.PUBLIC},
    "conflict.settle": OFFICES,
    "person.read": OFFICES | {Role.SECONDEE},
    "person.erase": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "person.expire": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "project.move": OFFICES,
    "need.state": frozenset({Role.PROGRAMME_OFFICE, Role.RECIPIENT_OFFICE}),
    "posting.extend": OFFICES,
    "posting.consent": OFFICES | {Role.SECONDEE},
    "posting.end": OFFICES | {Role.SECONDEE},
    "posting.hand-over": OFFICES | {Role.SECONDEE},
    "offer.answer": frozenset({Role.PROGRAMME_OFFICE, Role.SECONDEE}),
    "countersign": frozenset({Role.PROGRAMME_OFFICE, Role.RECIPIENT_OFFICE}),
    "follow-up.close": OFFICES,
    "document.add": OFFICES | {Role.EVALUATOR},
}


def require_may(actor: str, command: str) -> None:
    """Refuse an actor whose role may not give the command. An actor is `role` or `role:code`."""
    if command not in POLICY:
        raise AccessError(f"{command} has no row in the policy table.", code="access.no-policy", command=command)
    role = actor.partition(":")[0]
    if role not in POLICY[command]:
        raise AccessError(
            f"{actor} may not {command}.",
            hint="May: " + ", ".join(sorted(POLICY[command])) + ".",
            code="access.refused",
            actor=actor,
            command=command,
        )
