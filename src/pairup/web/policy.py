"""Who may open which page: one line a route, by its name in `urls.py`. Without one it is refused, and fails a test.

What a role sees on a page it may open is a matter of scope (`record.scopes`), not of this table.
"""

from __future__ import annotations

from pairup.errors import AccessError
from pairup.record.acting import Actor, Role, refused
from pairup.services.access import OFFICES

#: what lies under here is allauth's own: sign-in, passwords, second factors
SIGN_IN = "/account/"
EVERYBODY = frozenset(Role)
SIGNED_IN = EVERYBODY - {Role.PUBLIC}
READERS = OFFICES | {Role.EVALUATOR, Role.ADMINISTRATOR}
_PLANNERS = frozenset({Role.PROGRAMME_OFFICE})
_HOSTS = _PLANNERS | {Role.RECIPIENT_OFFICE}
_SENDERS = _PLANNERS | {Role.DONOR_OFFICE}
_SELF = frozenset({Role.SECONDEE})

#: who has an account is the whole record's: these are closed to the office of one programme
_ACCOUNTS = (
    "administration", "account-open", "account", "role-give", "role-end", "account-close", "account-password",
    "account-invite",
)  # fmt: skip

#: name of a route, and the roles that may open it
ROUTES: dict[str, frozenset[Role]] = {
    "front": EVERYBODY,
    "language": EVERYBODY,
    "invitation": EVERYBODY,
    **dict.fromkeys(("complaints", "complaints-reply"), EVERYBODY),
    "role": SIGNED_IN,
    "mail": SIGNED_IN,
    "home": SIGNED_IN,
    "waiting": SIGNED_IN,
    # the calendar
    **dict.fromkeys(("calendar", "calendar-picture", "calendar-file"), READERS | {Role.SECONDEE}),
    **dict.fromkeys(("calendar-letters", "calendar-paper"), OFFICES | {Role.ADMINISTRATOR}),
    # any row, and edits that came too late
    **dict.fromkeys(("row", "conflicts", "conflict"), READERS | {Role.SECONDEE}),
    **dict.fromkeys(("row-correct", "row-withdraw", "conflict-settle"), OFFICES | {Role.EVALUATOR}),
    # pairings
    "pairings": READERS | {Role.SECONDEE},
    "pairing": READERS | {Role.SECONDEE},
    **dict.fromkeys(("pairing-map", "pairing-picture"), READERS | {Role.SECONDEE}),
    # projects
    **dict.fromkeys(("projects", "project", "project-picture", "project-questions"), READERS),
    **dict.fromkeys(("project-move", "project-works", "project-screen", "project-paper"), OFFICES),
    # money
    **dict.fromkeys(("money", "money-years", "money-pairing", "money-picture"), READERS),
    "money-line": frozenset({Role.PROGRAMME_OFFICE, Role.DONOR_OFFICE}),
    # visits
    **dict.fromkeys(("visits", "visit", "visit-picture", "finding"), READERS),
    "finding-add": OFFICES,
    # administration
    **dict.fromkeys((*_ACCOUNTS, "journal"), frozenset({Role.ADMINISTRATOR, Role.PROGRAMME_OFFICE})),
    **dict.fromkeys(("sheets", "sheets-fetch", "sheets-send"), frozenset({Role.ADMINISTRATOR, Role.PROGRAMME_OFFICE})),
    **dict.fromkeys(("backups", "backup-make"), frozenset({Role.ADMINISTRATOR})),
    "rules": READERS,
    # long work
    **dict.fromkeys(("jobs", "job", "job-picture", "job-stop", "job-cancel"), READERS),
    # results and claims
    **dict.fromkeys(("results", "indicator", "indicator-picture", "claims", "claim"), READERS),
    "claim-reply": OFFICES,
    **dict.fromkeys(("voices", "voice"), READERS),
    "voice-answer": OFFICES,
    "claim-state": frozenset({Role.PROGRAMME_OFFICE, Role.EVALUATOR}),
    "document": READERS | {Role.SECONDEE},
    # people
    **dict.fromkeys(("people", "person", "handovers", "handover"), OFFICES | {Role.ADMINISTRATOR}),
    **dict.fromkeys(("welfare", "person-open"), _SENDERS),
    **dict.fromkeys(("handover-sign", "person-arrival"), frozenset({Role.RECIPIENT_OFFICE})),
    # a secondee's own
    **dict.fromkeys(("me", "me-check", "me-arrival", "me-wishes", "me-confide", "me-lift"), _SELF),
    **dict.fromkeys(("me-offer", "me-extension", "me-consent", "me-record", "me-reach", "me-object"), _SELF),
    **dict.fromkeys(("me-copy", "me-handover", "me-handover-save", "me-before"), _SELF),
    # needs and rounds
    **dict.fromkeys(("needs", "need", "rounds", "round"), READERS),
    **dict.fromkeys(("need-state", "need-change", "need-withdraw", "post-ask"), _HOSTS),
    **dict.fromkeys(("workbook", "workbook-take", "workbook-send"), OFFICES),
    "round-people": OFFICES | {Role.ADMINISTRATOR},
    **dict.fromkeys(("nominate", "nomination-back"), _SENDERS),
    "round-draft": _PLANNERS,
    # drafted plans
    **dict.fromkeys(("plan", "plan-why"), OFFICES | {Role.ADMINISTRATOR}),
    **dict.fromkeys(("plan-post", "plan-wishes", "plan-compare"), _PLANNERS | {Role.ADMINISTRATOR}),
    **dict.fromkeys(("plan-keep", "plan-forward", "plan-adopt", "plan-withdraw"), _PLANNERS),
    "plan-sign": OFFICES,
}


def may_open(actor: Actor, route: str) -> bool:
    return actor.role in ROUTES.get(route, frozenset()) and (actor.sees_all or route not in _ACCOUNTS)


def require_may_open(actor: Actor, route: str) -> None:
    """Refuse a page that a role may not open, and one that has no line here."""
    if not may_open(actor, route):
        raise refused(AccessError(
            f"{actor} may not open {route}.", code="web.not-yours", actor=str(actor), route=route
        ))  # fmt: skip
