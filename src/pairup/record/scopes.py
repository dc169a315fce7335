"""Which rows are whose: one line a table. Every query of a row goes through `scoped` (the first of two fences).

A rule is what has to hold of a row, any one of its parts: `pairing:pairings` says that the column names something in
the actor's holdings, `run>runs` that it names something of a table whose rows the actor sees, `identity<posts.team`
that a row the actor sees names this one, `by=actor` that the column says who acts, `about!people/` that it does not
begin so. ALL and NOTHING say themselves.
Holdings are worked out of rows in force. Long because every table has its line here, and every holding its rule:

    orgs      the donor's organisation, or the recipient's, with all under them
    places    the recipient's place with all under it (also as it was: a place that left is still in its history)
    reach     of a donor, where its pairings arrive, with all under it; of a recipient, its places
    pairings  whose donor, recipient or place is one's own, with all pairings under them; a secondee's own
    posts     in one's pairings or places; a secondee's own
    people    whom a donor sends, a host receives or views; a secondee themself
    sent      postings of the people whom a donor sends
    said      feedback that a secondee gave
    handed    to a secondee, the handover files of those before them
    accepted  signatures under handover files of one's people
    entries   of the journal, one's own
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from pairup.errors import AccessError
from pairup.record.acting import Acting, Actor, Role, acting, refused, whole
from pairup.record.remembered import own_entries, remembered

Rule = tuple[str, ...]
Rows = TypeVar("Rows", bound="models.QuerySet[Any]")
ALL: Rule = ("*",)
NOTHING: Rule = ()
_LIMITED = (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE, Role.SECONDEE, Role.EVALUATOR, Role.PUBLIC)


@dataclass(frozen=True, slots=True)
class Scope:
    """A table's line: which rows each role reads, and which it may write where a command lets it."""

    reads: dict[Role, Rule]
    writes: dict[Role, Rule]


def _line(reads: str, writes: str = "") -> Scope:
    """Read a line: roles by first letter (d, r, s, e, p), `d,r pairing:pairings; e *`. What is not named is nothing."""
    return Scope(_roles(reads), _roles(writes))


def _roles(text: str) -> dict[Role, Rule]:
    letters = {role.value[0]: role for role in _LIMITED}
    found: dict[Role, Rule] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        who, rule = part.split(" ", 1)
        found |= {letters[letter]: tuple(rule.split(" ")) for letter in who.split(",")}
    return found


_REFERENCE = _line("d,r,s,e,p *")
_PAIRED = "d,r pairing:pairings"
_EDITED = "d,r,s,e proposed_by=actor won_by=actor"
_SERVED = "d post:posts person:people; r post:posts; s person:people"
_OF_PROJECT = "d,r project>projects"
#: by name of the table in a folder, or in the database where it is no table of a folder
SCOPES: dict[str, Scope] = {
    "sources": _REFERENCE,
    "programme": _REFERENCE,
    "places": _REFERENCE,
    "successions": _REFERENCE,
    "organisations": _REFERENCE,
    "roads": _REFERENCE,
    "rounds": _REFERENCE,
    "indicators": _REFERENCE,
    "claims": _line("d,r,s,e,p *", "e entry:entries"),  # what stands there in their own words
    "pairings": _line("d,r,s identity:pairings; e *"),
    "quotas": _line("d donor:orgs; e *"),
    "calls": _line("d,e,p *; r recipient:orgs", "r recipient:orgs"),
    "offers": _line("d donor:orgs; r call>calls; e *", "d donor:orgs"),
    "agreed_results": _line("d,r,s pairing:pairings; e *", _PAIRED),
    "pairing_preferences": _line("d,r said_by:orgs", "d,r said_by:orgs"),
    "needs": _line("d place:reach; r place:places; e *", "r place:places"),
    "projects": _line("d pairing:pairings; r pairing:pairings place:places; e *", "d pairing:pairings; r place:places"),
    "works": _line("d,r pairing:pairings project>projects; e *", _PAIRED),
    "revenue_bases": _line("d donor:orgs; e *", "d donor:orgs"),
    "envelopes": _line(f"{_PAIRED}; e *", "d pairing:pairings"),
    "money": _line(f"{_PAIRED}; e *", "d pairing:pairings"),
    "teams": _line("d,r lead:orgs identity<posts.team; s identity<posts.team; e *"),
    "posts": _line(
        "d pairing:pairings; r place:places host:orgs; s identity:posts identity<post_offers.post; e *",
        "r place:places",
    ),
    "people": _line("d donor:orgs; r,s identity:people", "d donor:orgs; s identity:people"),
    "fitness": _line("d,s person:people", "d person:people"),
    "attestations": _line("d,s person:people", "d person:people"),
    "host_views": _line("r post:posts", "r post:posts"),
    "postings": _line("d post:posts person:people; r post:posts; s person:people; e *", _SERVED),
    "counterparts": _line("d,r,s posting>postings; e *", "r posting>postings"),
    "welfare_checks": _line("d posting:sent; s posting>postings", "s posting>postings"),  # docs/decisions/0017
    "sites": _line("d place:reach; r place:places; e *"),
    "visits": _line("e *"),
    "visit_findings": _line("d owner:orgs; r owner:orgs site>sites; e *", "d,r owner:orgs"),
    "observations": _line("d place:reach; r place:places; e *", "r place:places"),
    "signatures": _line(
        "d organisation:orgs identity:accepted; r organisation:orgs; s identity:accepted; e *", "d,r organisation:orgs"
    ),
    "runs": _line("d,r entry:entries", "d,r entry:entries"),
    "adoptions": _line("d,r run>runs"),
    "registrations": _line("d,r,s,e,p *", "e *"),
    "evaluations": _line("d,r,s,e,p *", "e *"),
    "exchange_rates": _REFERENCE,
    "commitments": _line(f"{_PAIRED}; e *", "d pairing:pairings"),
    "documents": _line(
        "d,r entry:entries identity<postings.handover; s entry:entries identity<postings.handover identity:handed; e *",
        "d,r,s entry:entries",
    ),
    "reviews": _line(f"{_PAIRED}; e *", _PAIRED),
    "feedback": _line(
        "d owner:orgs; r owner:orgs place:places; s identity:said; e about!people/",  # what one says of one's own data
        "d owner:orgs; r owner:orgs place:places; s identity:said",
    ),
    "incidents": _line("d owner:orgs; r owner:orgs place:places", "r place:places"),
    "safeguards": _line(f"{_OF_PROJECT}; e *", _OF_PROJECT),
    "contracts": _line(f"{_OF_PROJECT}; e *", _OF_PROJECT),
    "assets": _line(f"{_OF_PROJECT}; e *", _OF_PROJECT),
    "project_checks": _line(f"{_OF_PROJECT}; e *", _OF_PROJECT),
    "swaps": _line("d,r leaves>postings arrives>postings; e *"),
    "extensions": _line("d,r,s posting>postings; e *", "d,r posting>postings"),
    "person_signatures": _line("d,r,s person:people", "s person:people"),
    "post_offers": _line("r post:posts; s person:people", "s person:people"),  # the home unit does not see the answer
    "arrival_checks": _line("d,r,s posting>postings; e *", "r,s posting>postings"),
    "appraisals": _line("d,r,s posting>postings", "d,r posting>postings"),
    "assessments": _line("d,r,s,e *"),
    "private_facts": _line("d,s person:people", "d,s person:people"),
    "constraints": _line("s person:people", "s person:people"),  # told in confidence, not to the home unit
    "consents": _line("d,s person:people", "d,s person:people"),
    "vault_reads": _line("d,r by=actor; s person:people", "d,r by=actor; s person:people"),
    "conflicts": _line(_EDITED, _EDITED),
    "record_journalentry": _line("d,r,s,e identity:entries"),
    "record_journalcheckpoint": _REFERENCE,
    "record_stagedfile": _line(""),  # `services.staging` gives each file to whoever sent it, and to nobody else
    "record_stagedchunk": _line(""),
    "grants": _line(""),  # who signs in is the administrators' business; `services.users` answers for oneself
    "record_token": _line(""),
    "record_invitation": _line(""),
    "record_mailwish": _line(""),
    "record_mailsent": _line(""),
    "box_recipients": _REFERENCE,
    "complaints": _line("", "p *"),  # whoever complains writes as the public, and reads nothing back
    "complaint_answers": _line(""),
    "record_job": _line("d,r,s,e actor=actor"),
    "record_user": _line(""),
    "record_user_groups": _line(""),
    "record_user_user_permissions": _line(""),
}
#: what the second fence shows a limited role of a table that its rows are joined to: a column, and what stands there
MASKS: dict[str, dict[str, str]] = {
    "record_journalentry": {
        "command": "''",
        "actor": "''",
        "programme_id": "NULL",
        "key": "NULL",
        "leaf": "''",
        "hash": "''",
    }
}


def name_of(model: Any) -> str:
    """The name under which a model's table has its line: that of its versions, where it is an identity."""
    if hasattr(model, "table"):
        return str(model.table)
    versions = versions_of(model)
    return str(versions.table) if versions is not None else str(model._meta.db_table)


def versions_of(model: Any) -> Any:
    """The version model of an identity; nothing where it is none."""
    try:
        return model._meta.get_field("versions").related_model
    except FieldDoesNotExist:
        return None


def rule_of(model: Any, actor: Actor, *, writing: bool = False) -> Rule:
    """What must hold of a row of a model for an actor; a table without a line is closed to all limited roles."""
    line = SCOPES.get(name_of(model))
    if line is None:
        return NOTHING
    return (line.writes if writing else line.reads).get(actor.role, NOTHING)


def by_table() -> dict[str, Any]:
    """The version model of every table of a folder."""
    return {model.table: model for model in apps.get_app_config("record").get_models() if hasattr(model, "table")}


def scoped(rows: Rows) -> Rows:
    """Keep the rows of whoever acts."""
    now = acting()
    return rows if now.actor.sees_all else narrowed(rows, now)


def narrowed(rows: Rows, now: Acting, *, writing: bool = False) -> Rows:
    model = rows.model
    if now.actor.role is Role.PROGRAMME_OFFICE:
        return rows.filter(_of_programme(model, now.actor.code))
    if not hasattr(model, "table") and (versions := versions_of(model)) is not None:
        if rule_of(model, now.actor) == ALL:
            return rows
        return rows.filter(pk__in=narrowed(_plain(versions), now).values("identity_id"))
    rule = rule_of(model, now.actor, writing=writing)
    if rule == ALL:
        return rows
    if not rule:
        return rows.none()
    wanted = Q()
    for part in rule:
        wanted |= _part(part, now)
    return rows.filter(wanted)


def _of_programme(model: Any, code: str) -> Q:
    names = {field.name for field in model._meta.concrete_fields}
    if "programme" in names:
        return Q(programme__code=code)
    if hasattr(model, "table") and "programme" in {
        field.name for field in model._meta.get_field("identity").related_model._meta.concrete_fields
    }:
        return Q(identity__programme__code=code)
    return Q()


def _plain(model: Any) -> Any:
    return models.QuerySet(model)


def _part(part: str, now: Acting) -> Q:
    if "<" in part:
        column, _, there = part.partition("<")
        table, _, named = there.partition(".")
        return Q(**{f"{column}__in": narrowed(_plain(by_table()[table]), now).exclude(**{named: None}).values(named)})
    if ">" in part:
        column, _, table = part.partition(">")
        return Q(**{f"{column}__in": narrowed(_plain(by_table()[table]), now).values("identity_id")})
    if "!" in part:
        column, _, start = part.partition("!")
        return ~Q(**{f"{column}__startswith": start})
    if "=" in part:
        return Q(**{part.partition("=")[0]: str(now.actor)})
    column, _, holding = part.partition(":")
    if column == "identity" and holding == "entries":
        return Q(actor=str(now.actor))
    return Q(**{f"{column}__in": _holding(holding, now)})


def _holding(name: str, now: Acting) -> frozenset[int]:
    if name not in now.holdings:
        with whole():
            now.holdings[name] = _found(name, now)
    found: frozenset[int] = now.holdings[name]
    return found


def _found(name: str, now: Acting) -> frozenset[int]:
    return remembered(lambda: frozenset(_HOLDINGS[name](now)), "held", name, str(now.actor))


def hold_all() -> None:
    """Find everything that is whoever acts' at once: the second fence then comes down once, not for each holding."""
    now = acting()
    if now.actor.sees_all or now.actor.role is Role.PROGRAMME_OFFICE:
        return
    with whole():
        for name in _HOLDINGS:
            if name not in now.holdings:
                now.holdings[name] = _found(name, now)


def _in_force(table: str, *columns: str) -> list[tuple[Any, ...]]:
    return list(_plain(by_table()[table]).filter(superseded_at=None).values_list("identity_id", *columns))


def _coded(model: str, code: str) -> set[int]:
    return set(_plain(apps.get_model("record", model)).filter(code=code).values_list("pk", flat=True))


def _with_all_under(found: set[int], ties: list[tuple[Any, ...]]) -> set[int]:
    """Add what stands under what was found: pairs of a thing and its parent."""
    under: dict[int, set[int]] = {}
    for one, parent in ties:
        under.setdefault(parent, set()).add(one)
    found, more = set(found), set(found)
    while more:
        more = set().union(*(under.get(one, set()) for one in more)) - found
        found |= more
    return found


def _places(now: Acting) -> set[int]:
    if now.actor.role is not Role.RECIPIENT_OFFICE:
        return set()
    found, of = _coded("Place", now.actor.code), _coded("Organisation", now.actor.code)
    found |= {place for pk, place in _in_force("organisations", "place_id") if pk in of and place is not None}
    return _with_all_under(found, _in_force("places", "parent_id"))


def _orgs(now: Acting) -> set[int]:
    if now.actor.role not in (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE):
        return set()
    found, places = _coded("Organisation", now.actor.code), _holding("places", now)
    found |= {pk for pk, place in _in_force("organisations", "place_id") if place in places}
    return _with_all_under(found, _in_force("organisations", "parent_id"))


def _people(now: Acting) -> set[int]:
    role = now.actor.role
    if role is Role.SECONDEE:
        people = _plain(apps.get_model("record", "Person")).values_list("pk", "code", "programme__code")
        found = {pk for pk, code, of in people if now.actor.code in (code, f"{of}/{code}")}
        return found if len(found) == 1 else set()  # the same code in two programmes is two people
    if role is Role.DONOR_OFFICE:
        return {pk for pk, donor in _in_force("people", "donor_id") if donor in _holding("orgs", now)}
    if role is Role.RECIPIENT_OFFICE:
        posts = _holding("posts", now)
        seen = _in_force("postings", "person_id", "post_id") + _in_force("host_views", "person_id", "post_id")
        return {person for _, person, post in seen if post in posts}
    return set()


def _posts(now: Acting) -> set[int]:
    if now.actor.role is Role.SECONDEE:
        return {
            post
            for _, post, person in _in_force("postings", "post_id", "person_id")
            if person in _holding("people", now)
        }
    rows = _in_force("posts", "pairing_id", "place_id", "host_id")
    if now.actor.role is Role.DONOR_OFFICE:
        return {pk for pk, pairing, _, _ in rows if pairing in _holding("pairings", now)}
    places, orgs = _holding("places", now), _holding("orgs", now)
    return {pk for pk, _, place, host in rows if place in places or host in orgs}


def _pairings(now: Acting) -> set[int]:
    rows, role = _in_force("pairings", "donor_id", "recipient_id", "place_id", "parent_id"), now.actor.role
    if role is Role.SECONDEE:
        posts = _holding("posts", now)
        return {pairing for pk, pairing in _in_force("posts", "pairing_id") if pk in posts and pairing is not None}
    orgs, places = _holding("orgs", now), _holding("places", now)
    if role is Role.DONOR_OFFICE:
        found = {pk for pk, donor, *_ in rows if donor in orgs}
    else:
        found = {pk for pk, _, recipient, place, _ in rows if recipient in orgs or place in places}
    return _with_all_under(found, [(pk, parent) for pk, *_, parent in rows])


def _reach(now: Acting) -> frozenset[int] | set[int]:
    if now.actor.role is not Role.DONOR_OFFICE:
        return _holding("places", now)
    pairings = _holding("pairings", now)
    found = {place for pk, place in _in_force("pairings", "place_id") if pk in pairings}
    return _with_all_under(found, _in_force("places", "parent_id"))


def _sent(now: Acting) -> set[int]:
    if now.actor.role is not Role.DONOR_OFFICE:
        return set()
    return {pk for pk, person in _in_force("postings", "person_id") if person in _holding("people", now)}


def _said(now: Acting) -> set[int]:
    if now.actor.role is not Role.SECONDEE:
        return set()
    rows = _plain(by_table()["feedback"]).filter(entry__actor=str(now.actor))
    return set(rows.values_list("identity_id", flat=True))


def _handed(now: Acting) -> set[int]:
    if now.actor.role is not Role.SECONDEE:
        return set()
    rows = _in_force("postings", "person_id", "succeeds_id", "handover_id")
    before = {succeeds for _, person, succeeds, _ in rows if person in _holding("people", now)}
    return {paper for pk, _, _, paper in rows if pk in before and paper is not None}


def _accepted(now: Acting) -> set[int]:
    own = _holding("people", now)
    if not own:
        return set()
    rows = _plain(by_table()["postings"]).filter(superseded_at=None, person__in=own).exclude(handover=None)
    papers = rows.values_list("handover__programme_id", "handover__code")
    about = {(programme, f"documents/{code}") for programme, code in papers}
    signed = _plain(by_table()["signatures"]).filter(superseded_at=None, about__in={text for _, text in about})
    found = signed.values_list("identity_id", "identity__programme_id", "about")
    return {pk for pk, programme, text in found if (programme, text) in about}


def _entries(now: Acting) -> set[int]:
    """Looked up whole: the second fence masks who an entry is by, so a join would find none of one's own."""
    found = _plain(apps.get_model("record", "JournalEntry")).filter(actor=str(now.actor))
    with own_entries(str(now.actor)):
        return set(found.values_list("pk", flat=True))


_HOLDINGS = {
    "places": _places, "orgs": _orgs, "people": _people, "posts": _posts, "pairings": _pairings, "reach": _reach,
    "sent": _sent, "said": _said, "handed": _handed, "accepted": _accepted,
    "entries": _entries,
}  # fmt: skip


def require_own(actor: Actor, rows: Any) -> None:
    """Refuse to write rows of which not all are of the actor's own side. They are looked at in the whole record."""
    model = rows.model
    if actor.sees_all or narrowed(rows, Acting(actor), writing=True).count() == rows.count():
        return
    raise refused(AccessError(
        f"{actor} may not write that in {name_of(model)}.", hint="Each office writes the rows of its own side.",
        code="access.not-own", actor=str(actor), table=name_of(model),
    ))  # fmt: skip


class OwnRows(models.Manager):
    """The manager of every table of the record: it gives the rows of whoever acts."""

    def get_queryset(self) -> Any:
        return scoped(super().get_queryset())
