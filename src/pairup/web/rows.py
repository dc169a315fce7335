"""Any row of the record with all its versions: who, when, why; corrected or withdrawn by those whose row it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import AccessError, ConflictError, InputError
from pairup.exchange.layout import Column as SheetColumn
from pairup.exchange.layout import Kind, Table
from pairup.reports import writing
from pairup.reports.facts import Both
from pairup.rules.register import titled as rule_called
from pairup.services import edits, histories
from pairup.services.cells import HIDDEN
from pairup.services.histories import Act, Step
from pairup.services.rows import title_of
from pairup.services.schema import folder_layout
from pairup.values import codes
from pairup.values.days import RoughDay
from pairup.values.money import Money
from pairup.values.words import Words, say
from pairup.web.forms import Keyed, carried_out, done, label, tongue
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, clock, page, programme_named
from pairup.web.policy import may_open

#: tables that commands fill and that may be read here all the same
_TOLD = frozenset({"runs", "adoptions", "registrations", "evaluations"})
#: tables whose titles stand in the catalogue of these pages
_NAMED_HERE = frozenset({
    "attestations", "host_views", "assessments", "private_facts", "constraints", "consents", "runs", "adoptions",
    "registrations", "evaluations", "vault_reads", "grants", "box_recipients", "complaints", "complaint_answers",
})  # fmt: skip
#: columns likewise
_COLUMNS_HERE = frozenset({
    "purposes", "field", "not_at", "how_to_withdraw", "witnessed", "known_by", "seed", "problem", "problem_digest",
    "read_digest", "code_version", "claim", "design", "design_digest", "registration", "is_registered", "data_digest",
    "identification", "strength", "planted",
})  # fmt: skip
#: kinds of columns that no form holds
_NOT_TYPED = frozenset({Kind.CODE, Kind.BYTES, Kind.DOCUMENT})
_DAYS = frozenset({Kind.FROM, Kind.TO, Kind.HAPPENED, Kind.DAY, Kind.ROUGH})
#: kinds whose cells need a word on how they are written
_EXPLAINED = {
    Kind.FROM: "from", Kind.TO: "to", Kind.HAPPENED: "happened", Kind.DAY: "day", Kind.ROUGH: "rough",
    Kind.AMOUNT: "amount", Kind.ITEMS: "items", Kind.YEARS: "years", Kind.PAIRS: "pairs",
}  # fmt: skip
_CHOICES: dict[tuple[str, ...], type[StrEnum]] = {
    tuple(one.value for one in of): of
    for of in vars(codes).values() if isinstance(of, type) and issubclass(of, StrEnum) and of is not StrEnum
}  # fmt: skip


def table_title(table: str) -> Words:
    """What a table is called."""
    return Words(f"pages.table-{table.replace('_', '-')}") if table in _NAMED_HERE else title_of(table)


def column_title(name: str) -> Words:
    """What a column is called."""
    return Words(f"pages.named-{name.replace('_', '-')}" if name in _COLUMNS_HERE else f"imports.column-{name}")


class Correct(Keyed):
    """The cells of a version, to be put right; what is left as it was stays."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, table: Table, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.columns = [column for column in table.columns if _is_typed(column)]
        for column in self.columns:
            self.fields[f"cell-{column.name}"] = _field(column)
        self.fields["reason"] = forms.CharField(
            label=label("pages.reason"), required=False, max_length=500, help_text=label("pages.reason-help")
        )

    def changes(self, before: Mapping[str, str]) -> dict[str, str]:
        """The cells that were changed."""
        said = {column.name: self.cleaned_data[f"cell-{column.name}"].strip() for column in self.columns}
        return {name: text for name, text in said.items() if text != before.get(name, "")}


class Withdraw(Keyed):
    """Say that a version should never have stood there."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=label("pages.reason"), max_length=500, help_text=label("pages.withdraw-help"))


def _is_typed(column: SheetColumn) -> bool:
    return column.kind not in _NOT_TYPED and not column.personal


def _field(column: SheetColumn) -> forms.Field:
    said: dict[str, Any] = {"label": label(column_title(column.name).code), "required": False}
    if column.kind is Kind.CHOICE or column.kind is Kind.YESNO:
        values = column.choices or ("yes", "no")
        return forms.ChoiceField(
            choices=[("", "–"), *((value, label(choice_words(column, value).code)) for value in values)], **said
        )
    if column.kind in _EXPLAINED:
        said["help_text"] = label(f"imports.kind-{_EXPLAINED[column.kind]}")
    if column.kind is Kind.TEXT and column.longest is None:
        said["widget"] = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(max_length=column.longest or 4000, strip=False, **said)


def choice_words(column: SheetColumn, value: str) -> Words:
    """What a cell of a closed list says, in words."""
    if column.kind is Kind.YESNO:
        return Words("web.yes" if value == "yes" else "web.no")
    of = _CHOICES.get(column.choices)
    return codes.called(of(value)) if of is not None and value in set(of) else Words(value)


def cell_words(column: SheetColumn | None, text: str, currency: str = "") -> Any:
    """A cell as a page says it: closed lists in words; days, figures and amounts to the last digit as the language
    writes them; the rest, and what does not read as its column says, as it stands in a folder."""
    if not text or column is None or text == HIDDEN:
        return text
    if column.kind is Kind.YESNO or (column.kind is Kind.CHOICE and text in column.choices):
        return choice_words(column, text)
    if column.kind is Kind.ITEMS:
        if column.name == "rules":  # whose titles have commas and colons of their own
            titles = [rule_called(part) for part in text.split(";")]
            return Both(
                *(between.join(one.say(own) for one in titles) for own, between in (("en", "; "), ("zh_Hans", "；")))
            )
        return Both(text.replace(";", ", "), text.replace(";", "、"))
    with suppress(ValueError, ArithmeticError, InputError):
        if column.kind in _DAYS:
            return RoughDay.read(text)
        if column.kind is Kind.AMOUNT and currency:
            amount = Money.of(text, currency)
            return Both(amount.say(), amount.say("zh_Hans"))
        if column.kind is Kind.DECIMAL or (column.kind is Kind.WHOLE and "year" not in column.name):
            return Decimal(text)
    return text


def holds_words(step: Step) -> Both:
    """The day or the span in the world for which a version holds."""
    if "day" in step.cells:
        return writing.day(RoughDay.read(step.cells["day"]))
    first, last = (RoughDay.read(text) if (text := step.cells[end]) else None for end in ("from", "to"))
    return writing.days(first, last)


def layout_of(table: str, code: str) -> Table:
    """The layout of a table whose rows may be read here. One of another kind is as one that is not there."""
    layout = folder_layout().get(table)
    if layout is None or not (layout.by_hand or table in _TOLD):
        raise InputError(f"There is no row {table}/{code}.", code="web.missing", what=code)
    return layout


def row(request: Any, programme: str, table: str, code: str) -> HttpResponse:
    """A row with all its versions. `?version=` chooses the one to correct, `?like=` one whose cells are offered."""
    return _shown(request, programme, table, code)


def _steps(programme: str, table: str, code: str, request: Any) -> list[Step]:
    try:
        return histories.history(table, code, known_by=as_of(request).known_by, programme=programme)
    except InputError as error:
        if error.code == "lifecycle.no-row":
            raise InputError(error.message, code="web.missing", what=code) from error
        raise


def _shown(
    request: Any, programme: str, table: str, code: str, *, status: int = 200, correct: Correct | None = None,
    withdraw: Withdraw | None = None,
) -> HttpResponse:  # fmt: skip
    """A row's page. Long because all that the page shows is named once."""
    asked = as_of(request)
    programme_named(programme, asked)
    layout = layout_of(table, code)
    steps = _steps(programme, table, code, request)
    standing = [step for step in steps if step.ended is None]
    chosen = _chosen(request, standing)
    may_write = (
        asked.is_today and asked.known_by is None and chosen is not None and may_open(request.actor, "row-correct")
        and histories.is_own_to_write(table, code, programme=programme)
    )  # fmt: skip
    by_name = {column.name: column for column in layout.columns}
    context: dict[str, Any] = {
        "table": table, "code": code, "chosen": chosen, "may_write": may_write,
        "standing": [(step, holds_words(step)) for step in standing],
        "is_synthetic": any(step.cells.get("is_synthetic") == "yes" for step in standing),
        "facts": _facts(programme, layout, chosen.cells) if chosen else [],
        "versions": [step.number for step in steps],
    }  # fmt: skip
    if may_write and chosen is not None:
        like = next((step for step in steps if str(step.number) == request.GET.get("like", "")), chosen)
        said = {f"cell-{name}": text for name, text in like.cells.items()} | {"seen": chosen.number}
        context["correct"] = correct or Correct(layout, initial=said)
        context["is_like"] = like.number if like is not chosen else 0
        context["withdraw"] = withdraw or Withdraw(initial={"seen": chosen.number})
    return page(
        request, "web/row.html", context, status=status, listings=[_versions(steps, by_name)],
        title=Words("pages.row-title", {"table": table_title(table), "code": code}),
        crumbs=[Crumb(Words("web.nav-home"), reverse("home", args=[programme]))],
    )  # fmt: skip


def _chosen(request: Any, standing: list[Step]) -> Step | None:
    """The version that a page is about: the one asked for, else the last that stands."""
    wanted = request.GET.get("version", "") or request.POST.get("seen", "")
    return next((step for step in standing if str(step.number) == wanted), standing[-1] if standing else None)


def _facts(programme: str, layout: Table, cells: Mapping[str, str]) -> list[tuple[Words, Cell]]:
    """The cells of a version that say something; a reference leads to the row it names."""
    found = []
    for column in layout.columns:
        text = cells.get(column.name, "")
        if text and column.kind is not Kind.CODE:
            is_led = column.kind is Kind.REFERENCE and column.refers_to and text != HIDDEN
            href = reverse("row", args=[programme, column.refers_to, text]) if is_led else ""
            found.append((column_title(column.name), Cell(cell_words(column, text, cells.get("currency", "")), href)))
    return found


def _versions(steps: list[Step], columns: Mapping[str, SheetColumn]) -> Listing:
    """Every change, the newest first: one line a cell that changed, with the command it came by."""
    rows = []
    for step in reversed(steps):
        if step.ended is not None and _is_withdrawn(step, steps):
            rows.append((step.number, step.ended.at, Words("pages.withdrawn"), "", "", *_by(step.ended)))
        for name, (before, after) in step.changed.items():
            column = columns.get(name)
            rows.append((
                step.number, step.by.at, column_title(name),
                *(cell_words(column, text, step.cells.get("currency", "")) for text in (before, after)),
                *_by(step.by),
            ))  # fmt: skip
    return Listing(
        "versions", Words("pages.versions-caption"),
        [
            Column("version", Words("pages.column-version"), is_number=True), Column("at", Words("pages.column-at")),
            Column("column", Words("pages.column-column")), Column("before", Words("pages.column-before")),
            Column("after", Words("pages.column-after")), Column("who", Words("pages.column-who")),
            Column("command", Words("pages.column-command")), Column("why", Words("pages.reason")),
            Column("entry", Words("pages.column-entry"), is_number=True),
        ],
        rows,
    )  # fmt: skip


def _is_withdrawn(step: Step, steps: list[Step]) -> bool:
    """Whether a version ended with nothing in its place."""
    assert step.ended is not None
    return all(other.replaces != step.number for other in steps) and step.ended.command in ("", "withdraw")


def _by(act: Act) -> tuple[Any, ...]:
    return actor_words(act.actor), command_words(act.command), act.reason, act.entry


def command_words(command: str) -> Words:
    """What a command of the journal did; of another's command only that it was one."""
    return Words(f"pages.did-{command.replace('.', '-')}") if command else Words("pages.did-another")


def actor_words(actor: str) -> Both | Words | str:
    """Who gave a command: the role in words, and the code of its side."""
    if not actor:
        return Words("pages.actor-another")
    role, _, code = actor.partition(":")
    words = Words(f"access.role-{role.replace('_', '-')}")
    return Both(f"{words.say('en')} {code}".strip(), f"{words.say('zh_Hans')} {code}".strip())


@require_POST
def correct(request: Any, programme: str, table: str, code: str) -> HttpResponse:
    """Put another version in the place of the one seen; of an edit that came too late both sides are kept and shown."""
    layout, steps = layout_of(table, code), _steps(programme, table, code, request)
    form = Correct(layout, request.POST)
    if not form.is_valid():
        return _shown(request, programme, table, code, status=422, correct=form)
    seen = form.cleaned_data["seen"]
    before = next((step.cells for step in steps if step.number == seen), {})

    def act() -> edits.Receipt:
        return edits.correct(
            table, code, form.changes(before), seen=seen, actor=str(request.actor), at=clock(), programme=programme,
            key=form.cleaned_data["key"], reason=form.cleaned_data["reason"],
        )  # fmt: skip

    return _edited(request, programme, table, code, form, act, "correct")


@require_POST
def withdraw(request: Any, programme: str, table: str, code: str) -> HttpResponse:
    """Take back the version seen; it stays readable as of before."""
    layout_of(table, code), _steps(programme, table, code, request)
    form = Withdraw(request.POST)
    if not form.is_valid():
        return _shown(request, programme, table, code, status=422, withdraw=form)

    def act() -> edits.Receipt:
        return edits.withdraw(
            table, code, seen=form.cleaned_data["seen"], actor=str(request.actor), at=clock(), programme=programme,
            key=form.cleaned_data["key"], reason=form.cleaned_data["reason"],
        )  # fmt: skip

    return _edited(request, programme, table, code, form, act, "withdraw")


def _edited(request: Any, programme: str, table: str, code: str, form: Any, act: Any, what: str) -> HttpResponse:
    try:
        receipt = carried_out(form, lambda: _told_apart(act))
    except _Kept as kept:
        messages.warning(request, say("pages.kept-as-conflict", tongue()))
        return redirect("conflict", programme, kept.conflict)
    except _NotTheirs as refused:
        raise refused.error from refused
    if receipt is None:
        return _shown(request, programme, table, code, status=422, **{what: form})
    return done(request, Words(f"pages.done-{what}"), "row", programme, table, code)


class _Kept(Exception):
    """An edit that came too late, and was kept under a code."""

    def __init__(self, conflict: str) -> None:
        super().__init__(conflict)
        self.conflict = conflict


class _NotTheirs(Exception):
    """A row of another side: it has no form to show the refusal in, so the refusal is the page."""

    def __init__(self, error: AccessError) -> None:
        super().__init__(str(error))
        self.error = error


def _told_apart(act: Any) -> edits.Receipt:
    try:
        found: edits.Receipt = act()
    except ConflictError as error:
        if "conflict" in error.facts:
            raise _Kept(str(error.facts["conflict"])) from error
        raise
    except AccessError as error:
        raise _NotTheirs(error) from error
    return found
