"""Needs as places state them, and the posts they ask for: stated, changed, withdrawn, asked for in a round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.acting import Actor, Role
from pairup.record.models import NeedVersion, PlaceVersion, PostVersion
from pairup.record.remembered import remembered
from pairup.reports.facts import Both
from pairup.services import edits, lives, rounds, tables
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.workbooks import read_area
from pairup.values.codes import Category, NeedStatus, StatedBy, called
from pairup.values.words import Words, say
from pairup.web.forms import Keyed, carried_out, choices, done, label, tongue
from pairup.web.listing import Cell, Column, FromRecord, Listing
from pairup.web.nominations import listed
from pairup.web.pages import AsOf, Crumb, as_of, clock, page, programme_named
from pairup.web.policy import may_open

_COLUMNS = [
    Column("need", Words("rounds.column-need")), Column("place", Words("web.column-place")),
    Column("category", Words("rounds.column-category")),
    Column("priority", Words("rounds.column-priority"), is_number=True),
    Column("state", Words("rounds.column-state")), Column("stated_by", Words("rounds.column-stated-by")),
    Column("posts", Words("rounds.column-posts"), is_number=True), Column("code", Words("rounds.column-code")),
]  # fmt: skip
#: the field that sorts a column, and what the codes in some of them are called
_ORDERS = {
    "need": "text_en", "place": "place__code", "category": "category", "priority": "priority", "state": "status",
    "stated_by": "stated_by", "code": "identity__code",
}  # fmt: skip
_CALLED: dict[str, dict[Any, Words]] = {
    "category": {one: called(one) for one in Category}, "status": {one: called(one) for one in NeedStatus},
    "stated_by": {one: called(one) for one in StatedBy},
}  # fmt: skip
#: longest text of a need in a table
_SHORT = 90
_TONES = {NeedStatus.OPEN: "warn", NeedStatus.MET: "good"}


class Say(Keyed):
    """State a need, or change what was stated."""

    place = forms.ChoiceField(label=label("rounds.place"))
    text = forms.CharField(
        label=label("rounds.need-text"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000,
        help_text=label("rounds.need-text-help"),
    )  # fmt: skip
    category = forms.ChoiceField(label=label("rounds.column-category"), choices=choices(*Category))
    priority = forms.TypedChoiceField(
        label=label("rounds.column-priority"), coerce=int, initial=3,
        choices=[(number, label(f"rounds.priority-{number}")) for number in (5, 4, 3, 2, 1)],
    )  # fmt: skip
    stated_by = forms.ChoiceField(label=label("rounds.column-stated-by"), choices=choices(*StatedBy))
    how_asked = forms.CharField(
        label=label("rounds.how-asked"), required=False, max_length=200, help_text=label("rounds.how-asked-help")
    )

    def __init__(self, places: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        place: Any = self.fields["place"]
        place.choices = places

    def cells(self) -> dict[str, str]:
        said = self.cleaned_data
        text = "text_zh" if tongue() == "zh_Hans" else "text_en"
        found = {"place": said["place"], "category": said["category"], "priority": str(said["priority"]),
                 "stated_by": said["stated_by"], "how_asked": said["how_asked"], text: said["text"]}  # fmt: skip
        return found


class Change(Say):
    """Change a need, on the version that was seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class Take(Keyed):
    """Withdraw a need."""

    reason = forms.CharField(label=label("rounds.withdraw-why"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class Ask(Keyed):
    """Ask for people in a post that answers a need."""

    round = forms.ChoiceField(label=label("rounds.column-round"))
    title = forms.CharField(label=label("rounds.post-title"), max_length=160, help_text=label("rounds.post-title-help"))
    profession = forms.CharField(
        label=label("rounds.profession"), max_length=40, help_text=label("rounds.profession-help")
    )
    seats = forms.IntegerField(label=label("rounds.seats"), min_value=1, max_value=200, initial=1)
    priority = Say.base_fields["priority"]
    skills = forms.CharField(
        label=label("rounds.skills"), required=False, max_length=200, help_text=label("rounds.skills-help")
    )
    duties = forms.CharField(
        label=label("rounds.duties"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000,
        help_text=label("rounds.duties-help"),
    )  # fmt: skip
    cover = forms.CharField(label=label("rounds.cover"), max_length=300, help_text=label("rounds.cover-help"))
    evacuation = forms.CharField(
        label=label("rounds.evacuation"), required=False, max_length=300, help_text=label("rounds.evacuation-help")
    )
    living = forms.CharField(
        label=label("rounds.living"), required=False, max_length=300, help_text=label("rounds.living-help")
    )

    def __init__(self, of: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["round"]
        field.choices = of


# ------------------------------------------------------------------------------------------------------------ reading


def needs(request: Any, programme: str) -> HttpResponse:
    """Every need of one's own on the day asked, and a form to state one."""
    return _listed(request, programme)


def _listed(request: Any, programme: str, *, status: int = 200, form: Say | None = None) -> HttpResponse:
    """Long because all that the page shows is named once."""
    asked = as_of(request)
    programme_named(programme, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    count = rounds.count_needs(programme, on=asked.on, known_by=asked.known_by)
    seats = rounds.read_seats_asked(programme, on=asked.on, known_by=asked.known_by)
    listing = Listing(
        "needs", Words("rounds.needs-caption"), _COLUMNS,
        FromRecord(
            rounds.read_needs(programme, on=asked.on, known_by=asked.known_by),
            lambda row: _line(row, programme, atlas, seats), words=("text_en", "text_zh", "identity__code"),
            orders=_ORDERS, called={"place__code": {code: one.name for code, one in atlas.places.items()}, **_CALLED},
            count=count.all,
        ),
        empty=Words("rounds.no-needs"), is_synthetic=count.is_synthetic,
    )  # fmt: skip
    may_write = asked.is_today and may_open(request.actor, "need-state")
    places = _places(request, asked, atlas) if may_write else []
    return page(
        request, "web/needs.html",
        {
            "is_synthetic": count.is_synthetic, "may_write": may_write and bool(places),
            "say": form or Say(places, initial={"stated_by": StatedBy.OFFICE}),
            "unanswered": count.unanswered,
            "may_return": may_open(request.actor, "workbook"),
        },
        title=Words("web.nav-needs"), listings=[listing], status=status,
    )  # fmt: skip


def _line(row: NeedVersion, programme: str, atlas: Atlas, seats: Mapping[str, int]) -> tuple[Any, ...]:
    code = row.identity.code
    return (
        Cell(_short(row), reverse("need", args=[programme, code])), atlas.place_name(row.place.code),
        called(Category(row.category)), row.priority,
        Cell(called(NeedStatus(row.status)), tone=_TONES.get(NeedStatus(row.status), "quiet")),
        called(StatedBy(row.stated_by)), seats.get(code, 0), code,
    )  # fmt: skip


def _short(row: NeedVersion) -> Both:
    return Both(*(text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…" for text in (row.text_en, row.text_zh)))


def _places(request: Any, asked: AsOf, atlas: Atlas) -> list[tuple[str, str]]:
    """Places that whoever acts may speak for, by name; of a programme's office, all."""
    codes = remembered(
        lambda: _own_places(request.actor, asked, atlas), "places to speak for", asked.on, asked.known_by
    )
    return sorted(((code, _placed(atlas, code)) for code in codes), key=lambda one: one[1])


def _own_places(actor: Actor, asked: AsOf, atlas: Atlas) -> frozenset[str]:
    rows = tables.read_rows(PlaceVersion, on=asked.on, known_by=asked.known_by)
    parents = dict(rows.values_list("identity__code", "parent__code"))
    if actor.role is not Role.RECIPIENT_OFFICE:
        return frozenset(parents)
    if actor.code in atlas.organisations:
        return frozenset(parents.keys() & read_area(actor.code, on=asked.on, known_by=asked.known_by).places)
    return frozenset(code for code in parents if actor.code in tables.lineage(code, parents))


def _placed(atlas: Atlas, code: str) -> str:
    name = atlas.place_name(code).say(tongue())
    metres = atlas.places[code].altitude_m if code in atlas.places else None
    return name if metres is None else name + say("reports.at-m", tongue(), metres=f"{metres:,}")


def need(request: Any, programme: str, code: str) -> HttpResponse:
    """One need: what was stated, the posts that answer it, and what can be done with it."""
    return _shown(request, programme, code)


def _row(programme: str, code: str, asked: AsOf) -> NeedVersion:
    rows = NeedVersion.objects.known(asked.known_by).filter(identity__programme__code=programme, identity__code=code)
    row = rows.select_related("identity", "place", "owner").order_by("-number").first()
    if row is None:
        raise InputError(f"There is no need {code}.", code="web.missing", what=code)
    return row


def _shown(request: Any, programme: str, code: str, *, status: int = 200, **typed: forms.Form) -> HttpResponse:
    """Long because all that the page shows is named once."""
    asked = as_of(request)
    row, atlas = _row(programme, code, asked), read_atlas(on=asked.on, known_by=asked.known_by)
    posts = tables.latest(
        PostVersion.objects.known(asked.known_by).filter(identity__programme__code=programme, need__code=code)
        .select_related("identity", "round").order_by("identity__code", "starts")
    )  # fmt: skip
    may_write = asked.is_today and may_open(request.actor, "need-state")
    is_open = row.status in (NeedStatus.OPEN, NeedStatus.PLANNED)
    places = _places(request, asked, atlas) if may_write else []
    text = row.text_zh if tongue() == "zh_Hans" else row.text_en
    initial = {
        "place": row.place.code, "text": text or row.text_en or row.text_zh, "category": row.category,
        "priority": row.priority, "stated_by": row.stated_by, "how_asked": row.how_asked, "seen": row.number,
    }  # fmt: skip
    to_ask = rounds_open(programme, asked)
    context = {
        "code": code, "row": row, "place": atlas.place_name(row.place.code), "text": Both(row.text_en, row.text_zh),
        "facts": [
            (Words("web.column-place"), Words("rounds.place-at", {"place": _placed(atlas, row.place.code)})),
            (Words("rounds.column-category"), called(Category(row.category))),
            (Words("rounds.column-priority"), Words(f"rounds.priority-{row.priority}")),
            (Words("rounds.column-stated-by"), called(StatedBy(row.stated_by))),
            (Words("rounds.how-asked"), row.how_asked), (Words("rounds.people-asked"), row.people_asked),
        ],
        "state": called(NeedStatus(row.status)), "is_synthetic": row.is_synthetic,
        "may_write": may_write, "may_ask": may_write and is_open and bool(to_ask),
        "change": typed.get("change") or Change(places, initial=initial),
        "take": typed.get("take") or Take(initial={"seen": row.number}),
        "ask": typed.get("ask") or Ask(to_ask, initial={"priority": row.priority}),
    }  # fmt: skip
    listing = Listing(
        "posts", Words("rounds.posts-of-need"),
        [
            Column("post", Words("rounds.column-post")), Column("round", Words("rounds.column-round")),
            Column("seats", Words("rounds.column-seats"), is_number=True), Column("code", Words("rounds.column-code")),
        ],
        [
            (
                Both(post.title_en, post.title_zh),
                Cell(post.round.code, reverse("round", args=[programme, post.round.code])),
                post.seats, post.identity.code,
            )
            for post in posts
        ],
        empty=Words("rounds.no-posts-of-need"),
    )  # fmt: skip
    return page(
        request, "web/need.html", context, title=_short(row), status=status, listings=[listing],
        crumbs=[Crumb(Words("web.nav-needs"), reverse("needs", args=[programme]))],
    )  # fmt: skip


def rounds_open(programme: str, asked: AsOf) -> list[tuple[str, str]]:
    """Rounds that posts may be asked for in: those that have not begun."""
    found = rounds.read_rounds(programme, on=asked.on, known_by=asked.known_by)
    open_ones = [one.row for one in found if one.row.starts is None or one.row.starts > asked.on]
    return [(row.identity.code, row.identity.code) for row in reversed(open_ones)]


# ------------------------------------------------------------------------------------------------------------ writing


def _now() -> AsOf:
    return AsOf(clock().date(), None, True)


def _forms_places(request: Any) -> list[tuple[str, str]]:
    asked = _now()
    return _places(request, asked, read_atlas(on=asked.on))


def _is_synthetic(programme: str, asked: AsOf) -> bool:
    """Whether what is stated here stands among made-up rows: then it is one of them."""
    return NeedVersion.objects.known().filter(identity__programme__code=programme, is_synthetic=True).exists()


@require_POST
def state(request: Any, programme: str) -> HttpResponse:
    """State a need."""
    form = Say(_forms_places(request), request.POST)
    if form.is_valid():
        asked, place = _now(), form.cleaned_data["place"]
        cells = form.cells() | {
            "code": f"N-{place}", "from": asked.on.isoformat(), "status": NeedStatus.OPEN.value,
            "is_synthetic": "yes" if _is_synthetic(programme, asked) else "no",
        }  # fmt: skip
        cells.setdefault("text_en", form.cleaned_data["text"])
        if (receipt := _recorded(request, programme, "needs", cells, form)) is not None:
            return done(request, Words("rounds.stated"), "need", programme, receipt.rows[0][0])
    return _listed(request, programme, status=422, form=form)


def _recorded(request: Any, programme: str, table: str, cells: Mapping[str, str], form: Any) -> edits.Receipt | None:
    return carried_out(form, lambda: lives.record_next(
        table, cells, actor=str(request.actor), at=clock(), programme=programme, key=form.cleaned_data["key"]
    ))  # fmt: skip


@require_POST
def change(request: Any, programme: str, code: str) -> HttpResponse:
    """Change what was stated; one that was changed meanwhile is kept as a conflict."""
    _row(programme, code, _now())
    form = Change(_forms_places(request), request.POST)
    if form.is_valid():
        said = form.cleaned_data
        if carried_out(form, lambda: edits.correct(
            "needs", code, form.cells(), seen=said["seen"], actor=str(request.actor), at=clock(), programme=programme,
            key=said["key"],
        )):  # fmt: skip
            return done(request, Words("rounds.changed"), "need", programme, code)
    return _shown(request, programme, code, status=422, change=form)


@require_POST
def withdraw(request: Any, programme: str, code: str) -> HttpResponse:
    """Withdraw a need that nothing refers to; it stays readable as of before."""
    _row(programme, code, _now())
    form = Take(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        if carried_out(form, lambda: edits.withdraw(
            "needs", code, seen=said["seen"], actor=str(request.actor), at=clock(), reason=said["reason"],
            programme=programme, key=said["key"],
        )):  # fmt: skip
            return done(request, Words("rounds.withdrawn"), "needs", programme)
    return _shown(request, programme, code, status=422, take=form)


@require_POST
def ask(request: Any, programme: str, code: str) -> HttpResponse:
    """Ask for people in a post that answers a need; the post lasts as long as its round."""
    asked = _now()
    row = _row(programme, code, asked)
    form = Ask(rounds_open(programme, asked), request.POST)
    if form.is_valid():
        said = form.cleaned_data
        of = tables.read_round(programme, said["round"], on=asked.on)
        tail, place = "zh" if tongue() == "zh_Hans" else "en", row.place.code
        cells = {
            "code": f"{said['round']}-{place}",
            "round": said["round"],
            "place": place, "pairing": rounds.read_pairing_of(place, programme=programme, on=asked.on), "need": code,
            "title_en": said["title"], f"title_{tail}": said["title"], "profession": said["profession"],
            "seats": str(said["seats"]), "priority": str(said["priority"]), "must_fill": "no",
            "skills_desired": listed(said["skills"]),
            f"duties_{tail}": said["duties"], "cover": said["cover"], "evacuation": said["evacuation"],
            "living": said["living"], "from": of.starts.isoformat() if of.starts else "",
            "to": (last.isoformat() if (last := of.span.last) else ""),
            "is_synthetic": "yes" if row.is_synthetic else "no",
        }  # fmt: skip
        if _recorded(request, programme, "posts", cells, form) is not None:
            return done(request, Words("rounds.asked"), "need", programme, code)
    return _shown(request, programme, code, status=422, ask=form)
