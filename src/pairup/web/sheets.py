"""Sheets of any table: taken as they stand or empty to fill, sent back, the difference seen, then accepted."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.services import exports, imports, templates
from pairup.services.imports.difference import Difference
from pairup.services.schema import folder_layout
from pairup.values.words import Words
from pairup.web.forms import carried_out, done, label, tongue
from pairup.web.pages import Crumb, as_of, clock, page, programme_named
from pairup.web.returns import accepted_words, attached, differing, kept
from pairup.web.rows import table_title


def _tables() -> list[tuple[str, Any]]:
    """Tables that people write in sheets, by name."""
    names = [one.name for one in folder_layout().values() if one.by_hand and not one.in_vault]
    return sorted(((name, table_title(name).say(tongue())) for name in names), key=lambda one: one[1])


class Fetch(forms.Form):
    """Take a table, as it stands or empty."""

    table = forms.ChoiceField(label=label("office.sheet-table"), choices=_tables)
    what = forms.ChoiceField(
        label=label("office.sheet-what"), widget=forms.RadioSelect, initial="empty",
        choices=[("empty", label("office.sheet-empty")), ("rows", label("office.sheet-rows"))],
    )  # fmt: skip


class Send(forms.Form):
    """Send a sheet."""

    table = forms.ChoiceField(
        label=label("office.sheet-table"), required=False, help_text=label("office.sheet-table-help"),
        choices=lambda: [("", label("office.sheet-by-name")), *_tables()],
    )  # fmt: skip
    file = forms.FileField(label=label("office.sheet-file"), help_text=label("office.sheet-file-help"))


def sheets(request: Any, programme: str) -> HttpResponse:
    """Where sheets are taken and sent."""
    return _shown(request, programme)


def _shown(
    request: Any, programme: str, *, status: int = 200, send: Send | None = None, fetch: Fetch | None = None,
    difference: Difference | None = None,
) -> HttpResponse:  # fmt: skip
    programme_named(programme, as_of(request))
    context = {
        "fetch": fetch or Fetch(label_suffix=""), "send": send or Send(label_suffix=""), "difference": difference,
        "may_accept": difference is not None and not difference.changes_nothing and not difference.critical,
        "counts": [] if difference is None else [
            (table_title(name), [(Words(f"rounds.row-{state}"), count) for state, count in one.counts.items() if count])
            for name, one in difference.tables.items()
        ],
        "faults": [] if difference is None else [one.words for one in difference.critical[:20]],
    }  # fmt: skip
    return page(
        request, "web/sheets.html", context, title=Words("office.sheets-title"), status=status,
        listings=[differing(difference)] if difference is not None else [],
        crumbs=[Crumb(Words("web.nav-administration"), reverse("administration", args=[programme]))],
    )  # fmt: skip


@require_POST
def fetch(request: Any, programme: str) -> HttpResponse:
    """Give a table as a workbook: with its rows, or empty with drop-downs and notes."""
    form = Fetch(request.POST, label_suffix="")
    if not form.is_valid():
        return _shown(request, programme, status=422, fetch=form)
    table, asked = form.cleaned_data["table"], as_of(request)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"

        def act() -> bool:
            if form.cleaned_data["what"] == "rows":
                exports.export_tables(table, into=path, form="xlsx", known_by=asked.known_by, programme=programme)
            else:
                templates.write_template(table, into=path, on=asked.on, language=tongue(), programme=programme)
            return True

        if not carried_out(form, act):
            return _shown(request, programme, status=422, fetch=form)
        return attached(path, table)


@require_POST
def send(request: Any, programme: str) -> HttpResponse:
    """Show what a sheet would change; once that was seen, write what was accepted of it."""
    form = Send(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return _shown(request, programme, status=422, send=form)
    table, accept = form.cleaned_data["table"] or None, request.POST.get("accept", "")
    seen = request.POST.get("as_of", "")

    def act() -> Difference | imports.Accepted:
        with kept(form.cleaned_data["file"]) as path:
            if accept in ("all", "new", "changed"):
                return imports.accept_file(
                    path, accept=[accept], actor=str(request.actor), at=clock(), table=table, programme=programme,
                    as_of=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
                )  # fmt: skip
            return imports.compare_file(path, table=table, programme=programme)

    found = carried_out(form, act)
    if found is None:
        return _shown(request, programme, status=422, send=form)
    if isinstance(found, imports.Accepted):
        return done(request, accepted_words(found), "sheets", programme)
    return _shown(request, programme, difference=found)
