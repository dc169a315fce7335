"""The JSON API: what the pages can do, for programs. A token says who acts and what it may; scopes are those of pages.

Words come as code, facts and English. A refusal has its code, and a status that says which kind it is. A write names
the version that was seen, and a key under which it counts once (the header Idempotency-Key). In a path, a slash of a
code is written `~1` and a tilde `~0`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Header, NinjaAPI, Path, Query, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.security import HttpBearer

from pairup.errors import AccessError, InputError, PairupError
from pairup.record.acting import refused
from pairup.services import claims, dues, edits, exports, histories, jobs, plans, signing, totals
from pairup.services.five_ways import read_five_ways
from pairup.services.schema import folder_layout
from pairup.services.tables import read_programme
from pairup.values.codes import SignatureKind
from pairup.web.pages import clock
from pairup.web.policy import require_may_open
from pairup.web.refusals import status_of

#: rows of one answer at most
MOST = 1000
Code = Annotated[str, Path(max_length=120, pattern=r"^[^\x00-\x1f]+$")]


class Bearer(HttpBearer):
    """A token in the header Authorization; `web.acting` has looked it up, and acts as whoever it stands for."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "bearer", None)


api = NinjaAPI(
    title="pairup", version="1", auth=Bearer(), urls_namespace="api", docs_url=None,
    description="Paired assistance: its record, its plans and what came of it. Every read takes `on` and `known_by`.",
)  # fmt: skip


class AsOf(Schema):
    """The day an answer is asked as of, and the last day of recording it takes in."""

    on: date | None = None
    known_by: date | None = None

    @property
    def day(self) -> date:
        return self.on or clock().date()


Limit = Annotated[int, Query(ge=1, le=MOST)]
When = Annotated[AsOf, Query()]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=64)]


class Refusal(Schema):
    """Why something was not done."""

    code: str
    message: str
    hint: str = ""
    findings: list[str] = Field(default_factory=list)


ANSWERS: dict[int, Any] = {
    200: dict[str, Any], 400: Refusal, 401: Refusal, 403: Refusal, 404: Refusal, 409: Refusal, 422: Any,
}  # fmt: skip


@api.exception_handler(PairupError)
def refusal(request: HttpRequest, error: PairupError) -> Any:
    """A refusal as JSON."""
    return api.create_response(request, _told(error), status=status_of(error))


def _told(error: PairupError) -> Mapping[str, Any]:
    findings = [str(finding) for finding in error.facts.get("findings", ())][:50]
    return {"code": error.code, "message": error.message, "hint": error.hint, "findings": findings}


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> Any:
    """Without a token nothing is opened, and that is told as any refusal is."""
    return told(request, AccessError("A token is needed here.", hint="pairup token issue", code="users.token-refused"))


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> Any:
    """What is not JSON at all is told as any refusal is."""
    said = InputError("This is not JSON, so nothing was read of it.", hint=str(error), code="web.unreadable")
    return api.create_response(request, _told(said), status=error.status_code)


def require(request: Any, may: str) -> str:
    """Refuse a token that may not do this; gives who acts."""
    if may not in request.bearer.may:
        raise refused(AccessError(
            f"This token may not {may}.", hint="Make one that may: pairup token issue.", code="web.token-may-not",
            may=may,
        ))  # fmt: skip
    return str(request.actor)


def stands_for(*routes: str) -> dict[str, list[str]]:
    """What the contract says of an operation beside the rest: the pages that ask the same of the same service."""
    return {"x-pages": list(routes)}


def reads(*routes: str) -> dict[str, list[str]]:
    """Likewise the pages that show what an operation gives."""
    return {"x-reads": list(routes)}


def require_page(request: Any, may: str, route: str) -> str:
    """Refuse a token that may not do this, and a role that may not open the page it stands for; gives who acts."""
    actor = require(request, may)
    require_may_open(request.actor, route)
    return actor


def known(programme: str, when: AsOf) -> str:
    """Refuse a programme that is not there."""
    read_programme(programme, on=when.day, known_by=when.known_by)
    return programme


@api.get("/programmes/{programme}/tables/", response=ANSWERS)
def tables(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """Every table that people write, with its columns."""
    require(request, "read")
    known(programme, when)
    return {
        "tables": [
            {
                "name": one.name, "says": one.says,
                "columns": [{"name": c.name, "kind": c.kind.value, "required": c.required} for c in one.columns],
            }
            for one in folder_layout().values() if one.by_hand and not one.in_vault
        ]
    }  # fmt: skip


@api.get("/programmes/{programme}/tables/{table}/", response=ANSWERS)
def rows(
    request: HttpRequest,
    programme: Code,
    table: Code,
    when: When,
    after: str = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """Rows of a table in force, in order of code; `after` goes on behind a code. Personal columns are left out."""
    require(request, "read")
    known(programme, when)
    layout = folder_layout().get(table)
    if layout is None or not layout.by_hand or layout.in_vault:
        raise InputError(f"There is no table {table}.", code="web.missing", what=table)
    where = Q(identity__code__gt=after) if after else None
    names = [column.name for column in exports.exported_columns(layout)]
    closed = {column.name for column in layout.columns if column.personal}
    found: list[dict[str, str]] = []
    last = ""
    for cells in exports.read_cells(layout, on=when.day, known_by=when.known_by, programme=programme, where=where):
        row = {name: cell for name, cell in zip(names, cells, strict=True) if name not in closed}
        if len(found) >= limit and row["code"] != last:  # a code is never cut in two
            return {"rows": found, "after": last}
        found.append(row)
        last = row["code"]
    return {"rows": found, "after": None}


@api.get("/programmes/{programme}/tables/{table}/{code:code}/history/", response=ANSWERS, openapi_extra=reads("row"))
def history(request: HttpRequest, programme: Code, table: Code, code: Code, when: When) -> dict[str, Any]:
    """Every version of a row: what changed, by whom, when, why."""
    require(request, "read")
    known(programme, when)
    steps = histories.history(table, code, known_by=when.known_by, programme=programme)
    return {
        "versions": [
            {
                "version": step.number, "holds": step.holds, "changed": {k: list(v) for k, v in step.changed.items()},
                "at": step.by.at.isoformat(), "command": step.by.command, "actor": step.by.actor,
                "reason": step.by.reason, "ended": step.ended.at.isoformat() if step.ended else None,
            }
            for step in steps
        ]
    }  # fmt: skip


class Rows(Schema):
    """New rows, each as cells by column, as a folder holds them."""

    rows: list[dict[str, str]]
    reason: str = ""


class Correction(Schema):
    """Cells to change on the version that was seen."""

    cells: dict[str, str]
    seen: int
    reason: str = ""


class Withdrawal(Schema):
    """The version that should never have stood there, and why."""

    seen: int
    reason: str


def receipt(done: edits.Receipt) -> dict[str, Any]:
    return {
        "table": done.table, "rows": [{"code": code, "version": version} for code, version in done.rows],
        "entry": done.entry, "is_repeat": done.is_repeat,
    }  # fmt: skip


@api.post("/programmes/{programme}/tables/{table}/", response=ANSWERS)
def record(request: HttpRequest, programme: Code, table: Code, said: Rows, key: Key = None) -> dict[str, Any]:
    """Record new rows: all of them in one entry of the journal, or none."""
    actor = require(request, "write")
    known(programme, AsOf())
    return receipt(
        edits.record(table, said.rows, actor=actor, at=clock(), programme=programme, key=key, reason=said.reason)
    )


@api.patch(
    "/programmes/{programme}/tables/{table}/{code:code}/", response=ANSWERS,
    openapi_extra=stands_for("row-correct", "need-change"),
)  # fmt: skip
def correct(
    request: HttpRequest, programme: Code, table: Code, code: Code, said: Correction, key: Key = None
) -> dict[str, Any]:
    """Correct a row. On a version that was replaced meanwhile nothing is lost: both sides are kept as a conflict."""
    actor = require(request, "write")
    known(programme, AsOf())
    return receipt(edits.correct(
        table, code, said.cells, seen=said.seen, actor=actor, at=clock(), programme=programme, key=key,
        reason=said.reason,
    ))  # fmt: skip


@api.post(
    "/programmes/{programme}/tables/{table}/{code:code}/withdraw/", response=ANSWERS,
    openapi_extra=stands_for("row-withdraw", "need-withdraw", "nomination-back"),
)  # fmt: skip
def withdraw(
    request: HttpRequest, programme: Code, table: Code, code: Code, said: Withdrawal, key: Key = None
) -> dict[str, Any]:
    """Withdraw a row that should never have stood there."""
    actor = require(request, "write")
    known(programme, AsOf())
    return receipt(edits.withdraw(
        table, code, seen=said.seen, actor=actor, at=clock(), programme=programme, key=key, reason=said.reason
    ))  # fmt: skip


@api.get("/programmes/{programme}/due/", response=ANSWERS, openapi_extra=reads("calendar"))
def due(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """What is overdue or waits."""
    require(request, "read")
    known(programme, when)
    return {
        "due": [
            {"owner": one.owner, "kind": one.kind, "day": one.day and one.day.isoformat(), "about": one.about}
            for one in dues.read_due(programme, on=when.day, known_by=when.known_by)
        ]
    }  # fmt: skip


@api.get("/programmes/{programme}/totals/{name}/", response=ANSWERS)
def total(request: HttpRequest, programme: Code, name: Code, when: When, by: str = "") -> dict[str, Any]:
    """A registered total, split by keys apart by commas; the rows of a figure add up to it."""
    require(request, "read")
    known(programme, when)
    keys = tuple(part for part in by.split(",") if part)
    answer = totals.total(name, on=when.day, known_by=when.known_by, programme=programme, by=keys)
    return totals.to_dict(answer)


@api.get("/programmes/{programme}/money/", response=ANSWERS, openapi_extra=reads("money", "money-pairing"))
def money(request: HttpRequest, programme: Code, when: When, year: int | None = None) -> dict[str, Any]:
    """Money five ways by pairing and year."""
    require(request, "read")
    known(programme, when)
    views = read_five_ways(programme, on=when.day, known_by=when.known_by, year=year)
    return {"money": [view.to_dict() for view in views]}


@api.get("/programmes/{programme}/claims/", response=ANSWERS, openapi_extra=reads("claims", "claim"))
def every_claim(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """Every claim with its class and its verdict."""
    require(request, "read")
    known(programme, when)
    found = claims.check(programme, on=when.day, known_by=when.known_by)
    return {
        "claims": [
            {
                "code": one.claim.code, "text_en": one.claim.text_en, "text_zh": one.claim.text_zh,
                "speaker": one.claim.speaker, "class": one.claim.claim_class.value, "verdict": one.verdict.value,
                "words": one.words.to_dict(), "conflicts": list(one.conflicts),
            }
            for one in found
        ]
    }  # fmt: skip


class Ask(Schema):
    """A plan to be made: of which kind, for which round, for how long."""

    kind: str
    round: str = ""
    seconds: float = 20
    seed: int = 0
    days: int = 8
    checks: bool = False


@api.post("/programmes/{programme}/plans/", response=ANSWERS, openapi_extra=stands_for("round-draft"))
def ask_for_plan(request: HttpRequest, programme: Code, said: Ask, key: Key = None) -> dict[str, Any]:
    """Ask for a plan; it is made as a job."""
    actor = require(request, "plan")
    known(programme, AsOf())
    if said.kind not in plans.KINDS:
        raise InputError(f"There is no plan of {said.kind}.", code="jobs.no-kind", kind=said.kind)
    if not 1 <= said.seconds <= 3600 or not 1 <= said.days <= 30 or said.seed < 0:
        raise InputError("A plan takes 1 to 3600 seconds and a visit 1 to 30 days.", code="jobs.out-of-range")
    arguments = {
        "round": said.round, "on": clock().date().isoformat(), "seconds": said.seconds, "seed": said.seed,
        "days": said.days, "checks": said.checks,
    }  # fmt: skip
    return {"job": jobs.ask(said.kind, arguments, programme=programme, actor=actor, at=clock(), key=key)}


@api.get("/programmes/{programme}/jobs/{code:code}/", response=ANSWERS, openapi_extra=reads("job"))
def job(request: HttpRequest, programme: Code, code: Code) -> dict[str, Any]:
    """How far a job is, and its result."""
    require(request, "read")
    found = jobs.job(code)
    words = jobs.words_of(found)
    return {
        "job": found.code, "kind": found.kind, "state": found.state, "objective": found.objective,
        "bound": found.bound, "result": found.result, "words": words.to_dict() if words else None,
    }  # fmt: skip


@api.get("/programmes/{programme}/plans/{code:run}/", response=ANSWERS)
def plan(request: HttpRequest, programme: Code, run: Code) -> dict[str, Any]:
    """A drafted plan: its answer, with the proof that it has."""
    require(request, "read")
    row = plans.read_run(run, programme=programme)
    return {"run": run, "kind": row.kind, "status": row.status, "answer": row.answer}


@api.post("/programmes/{programme}/plans/{code:run}/adopt/", response=ANSWERS, openapi_extra=stands_for("plan-adopt"))
def adopt(request: HttpRequest, programme: Code, run: Code) -> dict[str, Any]:
    """Take a drafted plan into the record. To draft is not to decide: a token needs `write` as well as `plan`."""
    require(request, "plan")
    actor = require(request, "write")
    return {"rows": plans.adopt(run, actor=actor, at=clock(), programme=programme)}


class Signature(Schema):
    """A voice of one side: signed, reservation with its words, declined."""

    about: str
    kind: SignatureKind
    organisation: str
    reservation: str = ""


@api.post(
    "/programmes/{programme}/signatures/", response=ANSWERS, openapi_extra=stands_for("plan-sign", "handover-sign")
)
def countersign(request: HttpRequest, programme: Code, said: Signature, key: Key = None) -> dict[str, Any]:
    """Sign, sign with a reservation, or decline. A signature is a voice and never a gate."""
    actor = require(request, "write")
    known(programme, AsOf())
    done = signing.countersign(
        said.about, said.kind, organisation=said.organisation, actor=actor, at=clock(), reservation=said.reservation,
        programme=programme, key=key,
    )  # fmt: skip
    return {"table": done.table, "code": done.code, "entry": done.entry}


def told(request: HttpRequest, error: AccessError) -> Any:
    """A token that opens nothing, before any operation is reached."""
    return api.create_response(request, _told(error), status=401)
