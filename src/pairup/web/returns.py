"""A county's return by spreadsheet: own rows as a sealed workbook, sent back, the difference seen, then accepted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.acting import Role
from pairup.record.models import PairingVersion
from pairup.services import imports, signing, tables, workbooks
from pairup.services.imports.accepting import accept_source
from pairup.services.imports.difference import Difference, State, compare
from pairup.services.reporting.places import read_atlas
from pairup.services.rows import title_of
from pairup.values.words import Words
from pairup.web.forms import carried_out, done, label, tongue
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, clock, page, programme_named
from pairup.web.rounds import donor_choice

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: bytes of a workbook at most; a county's return has some 100,000
LARGEST = 5_000_000
_TONES = {State.REFUSED: "bad", State.CONFLICTING: "bad", State.NEW: "good", State.CHANGED: "warn"}


class Send(forms.Form):
    """Send a workbook back."""

    file = forms.FileField(label=label("rounds.return-file"), help_text=label("rounds.return-file-help"))


class Take(forms.Form):
    """Take a workbook."""

    office = forms.ChoiceField(label=label("rounds.return-office"))

    def __init__(self, offices: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        office: Any = self.fields["office"]
        office.choices = offices


def _offices(request: Any, programme: str) -> list[tuple[str, Any]]:
    """Offices whose rows whoever acts may take: its own; of a programme's office, all."""
    asked = as_of(request)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    if request.actor.role is Role.PROGRAMME_OFFICE:
        rows = tables.read_rows(PairingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
        found = {code for pair in rows.values_list("donor__code", "recipient__code") for code in pair if code}
        codes = sorted(found)
    else:
        codes = [
            code for code in signing.read_signers(on=asked.on, known_by=asked.known_by) if code == request.actor.code
        ]
    return [donor_choice(atlas, code) for code in codes]


def workbook(request: Any, programme: str) -> HttpResponse:
    """Where a workbook is taken and sent back."""
    return _shown(request, programme)


def _shown(request: Any, programme: str, *, status: int = 200, **more: Any) -> HttpResponse:
    programme_named(programme, as_of(request))
    difference: Difference | None = more.get("difference")
    offices = _offices(request, programme)
    context = {
        "offices": offices, "take": Take(offices), "send": more.get("send") or Send(label_suffix=""),
        "difference": difference, "may_accept": difference is not None and not difference.changes_nothing,
    }  # fmt: skip
    return page(
        request, "web/workbook.html", context, title=Words("rounds.return-title"), status=status,
        listings=[differing(difference)] if difference is not None else [],
        crumbs=[Crumb(Words("web.nav-needs"), reverse("needs", args=[programme]))],
    )  # fmt: skip


@require_POST
def take(request: Any, programme: str) -> HttpResponse:
    """Give an office's own rows as a sealed workbook; the journal says that it was given."""
    form = Take(_offices(request, programme), request.POST)
    if not form.is_valid():
        return _shown(request, programme, status=422)
    office = form.cleaned_data["office"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        workbooks.issue_workbook(
            office, into=path, on=clock().date(), actor=str(request.actor), at=clock(), programme=programme,
            language=tongue(),
        )  # fmt: skip
        return attached(path, "pairup")


def attached(path: Path, name: str) -> HttpResponse:
    """A workbook as a file to keep, by a name and the day."""
    answer = HttpResponse(path.read_bytes(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{clock():%Y-%m-%d}.xlsx"'
    return answer


@contextmanager
def kept(sent: Any) -> Iterator[Path]:
    """What was sent, as a file while it is read; refuses one that is too large."""
    if sent.size > LARGEST:
        raise InputError(
            f"The file holds {sent.size:,} bytes; {LARGEST:,} are the most.", code="photographs.too-many-bytes",
            size=sent.size, largest=LARGEST,
        )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sent{Path(sent.name).suffix.lower() or '.xlsx'}"
        path.write_bytes(sent.read())
        yield path


@require_POST
def send(request: Any, programme: str) -> HttpResponse:
    """Show what a workbook would change, or write what is new and changed in it once that was seen."""
    form = Send(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return _shown(request, programme, status=422, send=form)

    def act() -> Difference | imports.Accepted:
        with kept(form.cleaned_data["file"]) as path:
            source = imports.read_source(path)
            if source.seal is None:
                raise InputError("This is no workbook that was given here.", code="rounds.no-seal")
            workbooks.require_own(str(request.actor), source.seal.office)
            if request.POST.get("accept") == "yes":
                return accept_source(source, accept=["all"], actor=str(request.actor), at=clock(), programme=programme)
            return compare(source, programme)

    found = carried_out(form, act)
    if found is None:
        return _shown(request, programme, status=422, send=form)
    if isinstance(found, imports.Accepted):
        return done(request, accepted_words(found), "needs", programme)
    return _shown(request, programme, difference=found)


def accepted_words(found: imports.Accepted) -> Words:
    """Say how much was written of a file, and what of it is kept as a conflict."""
    count = sum(one.new + one.changed for one in found.counts.values())
    if found.conflicts:
        return Words("imports.accepted-and-kept", {"count": count, "kept": len(found.conflicts)})
    return Words("rounds.return-accepted", {"count": count})


def differing(difference: Difference) -> Listing:
    """Rows of a workbook that are new, changed, refused or in conflict, cell by cell."""
    rows = []
    for name, table in difference.tables.items():
        for at, state in enumerate(table.states):
            if state is State.SAME:
                continue
            code = str(table.rows.codes[at] or "")
            cells = "; ".join(f"{cell.column}: {cell.old or '–'} → {cell.new or '–'}" for cell in table.cells(at))
            why = " ".join(one.words.say(tongue()) for one in table.reasons.get(at, ()))
            rows.append((title_of(name), code, Cell(Words(f"rounds.row-{state.value}"), tone=_TONES[state]),
                         cells, why))  # fmt: skip
    return Listing(
        "differing", Words("rounds.difference-caption"),
        [
            Column("table", Words("rounds.column-table")), Column("code", Words("rounds.column-code")),
            Column("state", Words("rounds.column-state")), Column("cells", Words("rounds.column-cells")),
            Column("why", Words("rounds.column-why")),
        ],
        rows, empty=Words("rounds.nothing-differs"),
    )  # fmt: skip
