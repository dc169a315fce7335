"""Edits that came too late: both sides beside each other, and settled by somebody who says why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.services import conflicts
from pairup.services.schema import folder_layout
from pairup.values.codes import ConflictKind, ConflictOutcome, called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, label
from pairup.web.listing import Cell, Column, FromRecord, Listing
from pairup.web.pages import Crumb, as_of, clock, page, programme_named
from pairup.web.policy import may_open
from pairup.web.rows import actor_words, cell_words, column_title, table_title

_TONES = {ConflictOutcome.OPEN: "warn", ConflictOutcome.STANDS: "quiet", ConflictOutcome.TAKEN: "good"}


class Settle(Keyed):
    """Which side holds, and why."""

    outcome = forms.ChoiceField(
        label=label("pages.settle-outcome"), widget=forms.RadioSelect,
        choices=[(one.value, label(f"pages.settle-{one}")) for one in (ConflictOutcome.STANDS, ConflictOutcome.TAKEN)],
    )  # fmt: skip
    reason = forms.CharField(label=label("pages.reason"), max_length=500, help_text=label("pages.settle-help"))


def every_conflict(request: HttpRequest, programme: str) -> HttpResponse:
    """Conflicts that are open; with `?all=yes` those that were settled as well."""
    asked = as_of(request)
    programme_named(programme, asked)
    is_all = request.GET.get("all") == "yes"
    rows = conflicts.lines(on=asked.on, known_by=asked.known_by, programme=programme, only_open=not is_all)

    def cells(row: Any) -> list[Any]:
        table, _, code = row.about.partition("/")
        outcome = ConflictOutcome(row.outcome)
        return [
            Cell(row.identity.code, reverse("conflict", args=[programme, row.identity.code])), table_title(table), code,
            called(ConflictKind(row.kind)), actor_words(row.proposed_by),
            actor_words(conflicts.winner_of(row)) if row.won else "",
            row.day, Cell(called(outcome), tone=_TONES[outcome]),
        ]  # fmt: skip

    listing = Listing(
        "conflicts", Words("pages.conflicts-caption"),
        [
            Column("conflict", Words("pages.column-conflict")), Column("table", Words("pages.column-table")),
            Column("row", Words("pages.column-row")), Column("kind", Words("pages.column-kind")),
            Column("proposed_by", Words("pages.column-proposed-by")), Column("won_by", Words("pages.column-won-by")),
            Column("day", Words("pages.column-at")), Column("outcome", Words("pages.column-outcome")),
        ],
        FromRecord(
            rows, cells, words=("identity__code", "about"), orders={"conflict": "pk", "row": "about", "day": "day"}
        ),
        empty=Words("pages.no-conflicts"),
    )  # fmt: skip
    return page(
        request, "web/conflicts.html", {"is_all": is_all}, title=Words("pages.conflicts-title"), listings=[listing],
        crumbs=[Crumb(Words("web.nav-home"), reverse("home", args=[programme]))],
    )  # fmt: skip


def conflict(request: HttpRequest, programme: str, code: str) -> HttpResponse:
    """One conflict with both sides."""
    return _shown(request, programme, code)


def _read(request: Any, programme: str, code: str) -> conflicts.Sides:
    asked = as_of(request)
    try:
        return conflicts.read_conflict(code, on=asked.on, known_by=asked.known_by, programme=programme)
    except InputError as error:
        raise InputError(error.message, code="web.missing", what=code) from error


def _shown(request: Any, programme: str, code: str, *, status: int = 200, form: Settle | None = None) -> HttpResponse:
    sides = _read(request, programme, code)
    table, _, row = sides.about.partition("/")
    layout, currency = folder_layout()[table], sides.current.get("currency", "")
    context = {
        "code": code, "sides": sides, "table": table_title(table), "row": row,
        "row_href": reverse("row", args=[programme, table, row]), "kind": called(sides.kind),
        "outcome": called(sides.outcome), "proposed_by": actor_words(sides.proposed_by),
        "won_by": actor_words(sides.won_by) if sides.won else "", "is_withdrawn": not sides.current,
        "settled_by": actor_words(sides.settled_by) if sides.settled_by else "",
        "edit": Words(f"pages.did-{sides.edit}"),
        "cells": [
            (column_title(name), *(cell_words(layout.column(name), text, currency) for text in (stands, proposed)))
            for name, (proposed, stands) in sides.cells().items()
        ],
        "may_settle": sides.outcome is ConflictOutcome.OPEN and as_of(request).is_today
        and may_open(request.actor, "conflict-settle"),
        "form": form or Settle(),
    }  # fmt: skip
    return page(
        request, "web/conflict.html", context, title=Words("pages.conflict-title", {"code": code}), status=status,
        crumbs=[Crumb(Words("pages.conflicts-title"), reverse("conflicts", args=[programme]))],
    )  # fmt: skip


@require_POST
def settle(request: Any, programme: str, code: str) -> HttpResponse:
    """Decide a conflict: what stands stays, or what was proposed is made now. Settled twice, it is refused."""
    _read(request, programme, code)
    form = Settle(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        settled = carried_out(form, lambda: conflicts.settle(
            code, ConflictOutcome(said["outcome"]), actor=str(request.actor), at=clock(), reason=said["reason"]
        ))  # fmt: skip
        if settled is not None:
            return done(request, Words("pages.settled"), "conflict", programme, code)
    return _shown(request, programme, code, status=422, form=form)
