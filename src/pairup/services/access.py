"""The policy table: which role may do what. A command without a row here is refused, and fails a house test."""

from __future__ import annotations

from collections.abc import Mapping

from pairup.errors import AccessError
from pairup.record.acting import Actor, acting, refused
from pairup.record.acting import Role as Role
from pairup.record.acting import acting_as as acting_as
from pairup.record.acting import read_actor as read_actor

#: the offices that keep the record; which rows of it each may write is a matter of scope
OFFICES = frozenset({Role.PROGRAMME_OFFICE, Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})

#: command of the write path, and the roles that may give it
POLICY: dict[str, frozenset[Role]] = {
    "load": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "import": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "import.workbook": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR, Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE}),
    "workbook.issue": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR, Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE}),
    "restore": frozenset({Role.ADMINISTRATOR}),
    "backup.make": frozenset({Role.ADMINISTRATOR}),  # as a job; who may run the command line is another matter
    "plan.draft": frozenset({Role.PROGRAMME_OFFICE, Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE}),
    "plan.adopt": frozenset({Role.PROGRAMME_OFFICE}),
    "funding.lottery": frozenset({Role.PROGRAMME_OFFICE}),
    "claim.state": frozenset({Role.PROGRAMME_OFFICE, Role.EVALUATOR}),
    "claim.register": frozenset({Role.PROGRAMME_OFFICE, Role.EVALUATOR}),
    "claim.evaluate": frozenset({Role.PROGRAMME_OFFICE, Role.EVALUATOR}),
    "record": OFFICES,
    **dict.fromkeys(("correct", "withdraw"), OFFICES | {Role.EVALUATOR}),  # an evaluator claims of their own
    "conflict.keep": frozenset(Role) - {Role.PUBLIC},
    "conflict.settle": OFFICES | {Role.EVALUATOR},
    "person.read": OFFICES | {Role.SECONDEE},
    "person.bulk-ask": OFFICES,
    "person.bulk-agree": OFFICES | {Role.ADMINISTRATOR},  # another than whoever asked
    "person.bulk-take": OFFICES,
    "person.erase": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "person.expire": frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR}),
    "project.move": OFFICES,
    "need.state": frozenset({Role.PROGRAMME_OFFICE, Role.RECIPIENT_OFFICE}),
    "posting.extend": OFFICES,
    "posting.consent": OFFICES | {Role.SECONDEE},
    "posting.end": OFFICES | {Role.SECONDEE},
    "posting.hand-over": OFFICES | {Role.SECONDEE},
    "offer.answer": frozenset({Role.PROGRAMME_OFFICE, Role.SECONDEE}),
    "countersign": OFFICES,  # a donor's office signs drafted plans only
    "plan.put-forward": frozenset({Role.PROGRAMME_OFFICE}),
    "plan.withdraw": frozenset({Role.PROGRAMME_OFFICE}),
    "release.publish": frozenset({Role.PROGRAMME_OFFICE}),
    "follow-up.close": OFFICES,
    "feedback.answer": OFFICES,
    "document.add": OFFICES | {Role.EVALUATOR, Role.SECONDEE},
    **dict.fromkeys(
        ("user.add", "user.grant", "user.end", "user.close", "user.password", "user.invite"),
        frozenset({Role.ADMINISTRATOR, Role.PROGRAMME_OFFICE}),
    ),
    **dict.fromkeys(("mail.ask", "mail.stop"), frozenset(Role) - {Role.PUBLIC}),  # reminders to oneself
    "user.accept": frozenset(Role),  # whoever holds the secret of an invitation
    # what secondees and candidates say for themselves
    **dict.fromkeys(
        (
            "welfare.check",
            "person.prefer",
            "constraint.tell",
            "constraint.lift",
            "consent.answer",
            "person.tell",
            "objection.raise",
        ),
        frozenset({Role.SECONDEE}),
    ),
    "arrival.check": frozenset({Role.PROGRAMME_OFFICE, Role.RECIPIENT_OFFICE, Role.SECONDEE}),
    "job.ask": OFFICES | {Role.ADMINISTRATOR, Role.EVALUATOR},
    **dict.fromkeys(("token.issue", "token.revoke"), frozenset(Role) - {Role.PUBLIC}),
    **dict.fromkeys(("complaint.recipient", "complaint.close"), frozenset({Role.PROGRAMME_OFFICE})),
    "complaint.receive": frozenset(Role),
    **dict.fromkeys(("complaint.export", "complaint.answer"), frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR})),
}


#: what a role is called, and how much of a table it has
CALLED: dict[Role, str] = {
    Role.PROGRAMME_OFFICE: "access.role-programme-office",
    Role.DONOR_OFFICE: "access.role-donor-office",
    Role.RECIPIENT_OFFICE: "access.role-recipient-office",
    Role.SECONDEE: "access.role-secondee",
    Role.EVALUATOR: "access.role-evaluator",
    Role.ADMINISTRATOR: "access.role-administrator",
    Role.PUBLIC: "access.role-public",
}
HAS = {"all": "access.rows-all", "own": "access.rows-own", "none": "access.rows-none"}

_ALL = frozenset(Role)
_KEEPERS = frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR})
_READERS = OFFICES | {Role.EVALUATOR, Role.ADMINISTRATOR}
#: command of the command line, and the roles that may give it with `--as`; of rows, each sees and writes its own only
DOORS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(
        ("demo", "init", "power", "sample-size", "template", "bench", "claims", "evaluate", "measure", "complaints"),
        _ALL,
    ),
    **dict.fromkeys(("check", "plan", "why", "what-if", "repair", "weigh", "what-we-learn", "report"), _READERS),
    **dict.fromkeys(("jobs",), _READERS),
    **dict.fromkeys(("total", "totals", "burden", "money", "chronicle", "register"), _READERS),
    **dict.fromkeys(
        ("import", "need", "countersign", "follow-up", "document", "project", "workbook"), _READERS - {Role.EVALUATOR}
    ),
    **dict.fromkeys(("export", "due", "posting", "offer", "vault"), _READERS | {Role.SECONDEE}),
    **dict.fromkeys(("erase", "expire"), _KEEPERS),
    "release": frozenset({Role.PROGRAMME_OFFICE}),
    **dict.fromkeys(("record", "correct", "withdraw", "history", "conflicts", "settle"), _READERS | {Role.SECONDEE}),
    **dict.fromkeys(("load", "save", "lottery", "adopt", "verify", "checkpoint", "export-journal"), _KEEPERS),
    **dict.fromkeys(("backup", "restore", "backup-keys", "restore-keys", "archive", "health"), _KEEPERS),
    **dict.fromkeys(("serve", "user", "token", "work", "remind"), _KEEPERS),
}


def require_may_call(actor: Actor, command: str) -> None:
    """Refuse an actor whose role may not give a command of the command line."""
    _require(str(actor), actor.role, command, DOORS)


def require_oneself(actor: str) -> None:
    """Refuse to write in the name of another: who sees part of the record writes as nobody else."""
    now = acting().at_the_door
    if not now.sees_all and str(now) != actor:
        raise refused(AccessError(
            f"{now} may not write as {actor}.", code="access.another", actor=str(now), named=actor
        ))  # fmt: skip


def require_may(actor: str, command: str) -> None:
    """Refuse an actor whose role may not give the command. An actor is `role` or `role:code`."""
    _require(actor, actor.partition(":")[0], command, POLICY)


def _require(actor: str, role: str, command: str, policy: Mapping[str, frozenset[Role]]) -> None:
    if command not in policy:
        raise refused(AccessError(
            f"{command} has no row in the policy table.", code="access.no-policy", command=command
        ))  # fmt: skip
    if role not in policy[command]:
        raise refused(AccessError(
            f"{actor} may not {command}.", hint="May: " + ", ".join(sorted(policy[command])) + ".",
            code="access.refused", actor=actor, command=command,
        ))  # fmt: skip
