"""Projects: the portfolio with what it should make one ask, and one project's life, where its states are moved on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.record.models import ProjectVersion
from pairup.reports.facts import Both
from pairup.services import alerts, documents, lives, projects
from pairup.services.reporting.lives import Life, read_life
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.tables import read_rows
from pairup.values.codes import Category, DeliveryMode, ProjectStatus, SafeguardAnswer, SafeguardQuestion, called
from pairup.values.money import Money
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, choices, done, label, tongue
from pairup.web.listing import Cell, Column, FromRecord, Listing
from pairup.web.pages import AsOf, Crumb, as_of, clock, page, programme_named
from pairup.web.policy import may_open
from pairup.web.uploads import kept

_COLUMNS = [
    Column("project", Words("works.column-project")), Column("place", Words("web.column-place")),
    Column("category", Words("works.column-category")), Column("state", Words("works.column-state")),
    Column("cost", Words("works.column-cost"), is_number=True),
    Column("code", Words("works.column-code")),
]  # fmt: skip
#: the field that sorts a column, and what the codes in some of them are called
_ORDERS = {
    "project": "title_en", "place": "place__code", "category": "category", "state": "status", "cost": "cost_minor",
    "code": "identity__code",
}  # fmt: skip
_CALLED: dict[str, dict[Any, Words]] = {
    "category": {one: called(one) for one in Category}, "status": {one: called(one) for one in ProjectStatus},
}  # fmt: skip


class Move(Keyed):
    """Move a project to its next state."""

    status = forms.ChoiceField(label=label("works.move-to"))
    day = forms.DateField(label=label("works.move-day"), widget=forms.DateInput(attrs={"type": "date"}))
    why = forms.CharField(
        label=label("works.move-why"), required=False, max_length=500, help_text=label("works.move-why-help")
    )
    mode = forms.ChoiceField(
        label=label("works.mode"), required=False, choices=[("", "–"), *choices(*DeliveryMode)],
        help_text=label("works.mode-help"),
    )  # fmt: skip
    running_cost_payer = forms.CharField(
        label=label("works.payer"), required=False, max_length=80, help_text=label("works.payer-help")
    )
    asset_owner = forms.CharField(
        label=label("works.owner"), required=False, max_length=80, help_text=label("works.owner-help")
    )
    running_cost_from = forms.DateField(
        label=label("works.payer-from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, life: Life, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        status: Any = self.fields["status"]
        status.choices = choices(*life.may_become)

    def cells(self) -> dict[str, str]:
        """The columns beside the state that were filled in, as a folder writes them."""
        said = self.cleaned_data
        names = ("mode", "running_cost_payer", "asset_owner", "running_cost_from")
        return {name: str(said[name]) for name in names if said[name]}


class Works(Keyed):
    """Record the value of works certified by a day."""

    day = forms.DateField(label=label("works.works-day"), widget=forms.DateInput(attrs={"type": "date"}))
    value = forms.DecimalField(
        label=label("works.works-value"), min_value=0, max_digits=15, decimal_places=2,
        help_text=label("works.works-help"),
    )  # fmt: skip
    certified_by = forms.CharField(label=label("works.certified-by"), required=False, max_length=120)


class Screen(Keyed):
    """Answer one question of the safeguard screen."""

    question = forms.ChoiceField(label=label("works.question"))
    answer = forms.ChoiceField(label=label("works.answer"), choices=choices(*SafeguardAnswer))
    text = forms.CharField(
        label=label("works.what-is-done"), required=False, widget=forms.Textarea, max_length=2000,
        help_text=label("works.no-names"),
    )  # fmt: skip

    def __init__(self, life: Life, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        question: Any = self.fields["question"]
        question.choices = choices(*life.unanswered)


class Paper(Keyed):
    """Send a photograph or a paper."""

    title = forms.CharField(label=label("works.paper-title"), max_length=200)
    file = forms.FileField(label=label("works.paper-file"), help_text=label("works.paper-help"))


def portfolio(request: HttpRequest, programme: str) -> HttpResponse:
    """Every project of one's own on the day asked; `?state=` shows those of one state."""
    asked = as_of(request)
    programme_named(programme, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    rows = read_rows(ProjectVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    counted, is_synthetic = Counter[str](), False
    for status, made_up, count in rows.order_by().values_list("status", "is_synthetic").annotate(Count("pk")):
        counted[status] += count
        is_synthetic = is_synthetic or made_up
    state = request.GET.get("state", "")
    shown = rows.filter(status=state) if state in counted else rows
    listing = Listing(
        "projects", Words("works.projects-caption"), _COLUMNS,
        FromRecord(
            shown.select_related("identity", "place"), lambda row: _line(row, atlas, programme),
            words=("title_en", "title_zh", "identity__code", "place__code"), orders=_ORDERS,
            called={"place__code": {code: one.name for code, one in atlas.places.items()}, **_CALLED},
            count=counted[state] if state in counted else counted.total(),
        ),
        empty=Words("works.none"), is_synthetic=is_synthetic,
    )  # fmt: skip
    return page(
        request, "web/projects.html",
        {
            "states": [(called(one), one.value, counted[one]) for one in ProjectStatus if counted.get(one)],
            "state": state, "is_synthetic": listing.is_synthetic,
        },
        title=Words("web.nav-projects"), listings=[listing],
    )  # fmt: skip


def _line(row: Any, atlas: Atlas, programme: str) -> tuple[Any, ...]:
    code = row.identity.code
    return (
        Cell(Both(row.title_en, row.title_zh), reverse("project", args=[programme, code])),
        atlas.place_name(row.place.code), called(Category(row.category)), called(ProjectStatus(row.status)),
        None if row.cost_minor is None else Money(row.cost_minor, row.currency), code,
    )  # fmt: skip


def questions(request: HttpRequest, programme: str) -> HttpResponse:
    """What the figures of one's projects should make one ask."""
    asked = as_of(request)
    found = alerts.read_alerts(programme, on=asked.on, known_by=asked.known_by)
    rows = read_rows(ProjectVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    wanted = rows.filter(identity__code__in=[alert.project for alert in found])
    titles = {
        code: Both(english, chinese)
        for code, english, chinese in wanted.values_list("identity__code", "title_en", "title_zh")
    }
    listing = Listing(
        "questions", Words("works.alerts-caption"),
        [Column("project", Words("works.column-project")), Column("question", Words("works.column-question"))],
        [
            (Cell(titles[alert.project], reverse("project", args=[programme, alert.project])), alert.words)
            for alert in found
        ],
        empty=Words("works.no-alerts"), is_synthetic=any(alert.is_synthetic for alert in found),
    )  # fmt: skip
    return page(
        request, "web/questions.html", {"is_synthetic": listing.is_synthetic}, title=Words("works.alerts-title"),
        crumbs=[Crumb(Words("web.nav-projects"), reverse("projects", args=[programme]))], listings=[listing],
    )  # fmt: skip


def project(request: Any, programme: str, code: str) -> HttpResponse:
    """One project's life."""
    return _shown(
        request, programme, read_life(programme, code, on=as_of(request).on, known_by=as_of(request).known_by)
    )


def _shown(request: Any, programme: str, life: Life, *, status: int = 200, **typed: forms.Form) -> HttpResponse:
    asked = as_of(request)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    row = life.row
    asks = alerts.read_alerts(programme, on=asked.on, known_by=asked.known_by, project=row.identity.code)
    may_write = may_open(request.actor, "project-move") and asked.is_today
    today = clock().date()
    context = {
        "life": life, "code": row.identity.code, "place": atlas.place_name(row.place.code),
        "category": called(Category(row.category)), "state": called(ProjectStatus(row.status)),
        "facts": _facts(life, atlas), "asks": asks, "is_synthetic": row.is_synthetic,
        "states": [
            (called(ProjectStatus(one.status)), one.starts, one.span.last, one.why) for one in life.states
        ],
        "unanswered": [called(question) for question in life.unanswered],
        "answers": [
            (
                called(SafeguardQuestion(one.question)), called(SafeguardAnswer(one.answer)),
                Both(one.text_en, one.text_zh),
            )
            for one in life.safeguards
        ],
        "photographs": _papers(programme, row.identity.code, asked),
        "may_write": may_write, "may_become": [called(state) for state in life.may_become],
        "move": typed.get("move") or Move(life, initial={"day": today}),
        "certify": typed.get("certify") or Works(initial={"day": today}),
        "screen": typed.get("screen") or Screen(life), "paper": typed.get("paper") or Paper(),
    }  # fmt: skip
    return page(
        request, "web/project.html", context, title=Both(row.title_en, row.title_zh), status=status,
        crumbs=[Crumb(Words("web.nav-projects"), reverse("projects", args=[programme]))],
        listings=_listings(life),
    )  # fmt: skip


def _facts(life: Life, atlas: Atlas) -> list[tuple[Words, Any]]:
    row = life.row
    payer = row.running_cost_payer.code if row.running_cost_payer else None
    bearer = atlas.organisations[payer].name if payer in atlas.organisations else payer
    return [
        (Words("works.column-cost"), life.cost), (Words("works.column-paid"), life.paid),
        (Words("works.column-works"), life.works_done),
        (Words("works.mode"), called(DeliveryMode(row.mode)) if row.mode else None),
        (Words("works.payer"), bearer),
        (Words("works.benefit"), row.benefit),
    ]  # fmt: skip


def _listings(life: Life) -> list[Listing]:
    """The tables of a project's page. Long because it names the columns of each."""
    from pairup.values.codes import CheckResult, MoneyKind

    def amount(minor: int, currency: str) -> Cell:
        return Cell(Money(minor, currency))

    code, day = Column("code", Words("works.column-code")), Column("day", Words("works.column-day"))
    value = Column("amount", Words("works.column-amount"), is_number=True)
    return [
        Listing(
            "money", Words("works.money-caption"), [code, day, Column("kind", Words("works.column-kind")), value],
            [
                (one.identity.code, one.day, called(MoneyKind(one.kind)), amount(one.amount_minor, one.currency))
                for one in life.money
            ],
            empty=Words("works.no-money"),
        ),
        Listing(
            "works", Words("works.works-caption"), [code, day, Column("by", Words("works.certified-by")), value],
            [
                (one.identity.code, one.day, one.certified_by, amount(one.value_minor, one.currency))
                for one in life.works
            ],
            empty=Words("works.no-works"),
        ),
        Listing(
            "contracts", Words("works.contracts-caption"),
            [
                code, Column("subject", Words("works.column-subject")), Column("tendered", Words("works.tendered")),
                value,
            ],
            [
                (one.identity.code, Both(one.subject_en, one.subject_zh), one.was_tendered,
                 amount(one.value_minor, one.currency)) for one in life.contracts
            ],
            empty=Words("works.no-contracts"),
        ),
        Listing(
            "assets", Words("works.assets-caption"),
            [
                code, Column("what", Words("web.column-what")),
                Column("quantity", Words("works.quantity"), is_number=True), Column("uom", Words("works.uom")),
            ],
            [(one.identity.code, Both(one.title_en, one.title_zh), one.quantity, one.uom) for one in life.assets],
            empty=Words("works.no-assets"),
        ),
        Listing(
            "checks", Words("works.checks-caption"),
            [day, Column("months", Words("works.months"), is_number=True), Column("result", Words("works.result")),
             Column("paid", Words("works.running-cost-paid"))],
            [(one.day, one.months, called(CheckResult(one.result)), one.running_cost_paid) for one in life.checks],
            empty=Words("works.no-checks"),
        ),
    ]  # fmt: skip


def _papers(programme: str, code: str, asked: AsOf) -> list[tuple[str, Both, str]]:
    """Papers and photographs of a project: those whose code begins with its own."""
    from pairup.record.models import DocumentVersion

    rows = read_rows(DocumentVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    found = rows.filter(identity__code__startswith=f"{code}-", sha256__gt="").select_related("identity")
    return [(row.identity.code, Both(row.title_en, row.title_zh), row.media_type) for row in found]


def _life_now(request: HttpRequest, programme: str, code: str) -> Life:
    return read_life(programme, code, on=clock().date())


@require_POST
def move(request: Any, programme: str, code: str) -> HttpResponse:
    """Move a project to its next state."""
    life = _life_now(request, programme, code)
    form = Move(life, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        moved = carried_out(form, lambda: projects.move(
            code, ProjectStatus(said["status"]), day=said["day"], actor=str(request.actor), at=clock(), why=said["why"],
            programme=programme, cells=form.cells(),
        ))  # fmt: skip
        if moved is not None:
            return done(
                request,
                Words("works.moved", {"state": called(ProjectStatus(said["status"]))}),
                "project",
                programme,
                code,
            )
    return _shown(request, programme, life, status=422, move=form)


@require_POST
def certify(request: Any, programme: str, code: str) -> HttpResponse:
    """Record the value of works by a day."""
    life, form = _life_now(request, programme, code), Works(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        cells = {
            "code": f"W-{code}", "day": said["day"].isoformat(), "project": code, "value": str(said["value"]),
            "pairing": life.row.pairing.code if life.row.pairing else "", "currency": life.row.currency,
            "certified_by": said["certified_by"], "is_synthetic": "yes" if life.row.is_synthetic else "no",
        }  # fmt: skip
        if (kept := _recorded(request, programme, "works", cells, form)) is not None:
            return done(request, Words("works.certified", {"code": kept.rows[0][0]}), "project", programme, code)
    return _shown(request, programme, life, status=422, certify=form)


@require_POST
def screen(request: Any, programme: str, code: str) -> HttpResponse:
    """Answer a question of the safeguard screen."""
    life = _life_now(request, programme, code)
    form = Screen(life, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        cells = {
            "code": f"SG-{code}", "project": code,
            "question": said["question"], "answer": said["answer"],
            f"text_{'zh' if tongue() == 'zh_Hans' else 'en'}": said["text"], "from": clock().date().isoformat(),
            "is_synthetic": "yes" if life.row.is_synthetic else "no",
        }  # fmt: skip
        if _recorded(request, programme, "safeguards", cells, form):
            return done(request, Words("works.answered"), "project", programme, code)
    return _shown(request, programme, life, status=422, screen=form)


def _recorded(request: Any, programme: str, table: str, cells: Mapping[str, str], form: Any) -> Any:
    return carried_out(form, lambda: lives.record_next(
        table, cells, actor=str(request.actor), at=clock(), programme=programme, key=form.cleaned_data["key"]
    ))  # fmt: skip


@require_POST
def add_paper(request: Any, programme: str, code: str) -> HttpResponse:
    """Keep a photograph or a paper of a project. What a camera wrote into it is left out."""
    life, form = _life_now(request, programme, code), Paper(request.POST, request.FILES)
    if form.is_valid():
        said = form.cleaned_data

        def act() -> lives.Done:
            with kept(said["file"]) as (path, kind):
                return documents.add_next(
                    f"{code}-D", path, kind=kind, title=said["title"], actor=str(request.actor), at=clock(),
                    programme=programme,
                    cells={"is_synthetic": "yes" if life.row.is_synthetic else "no"},
                )  # fmt: skip

        if carried_out(form, act) is not None:
            return done(request, Words("works.paper-kept"), "project", programme, code)
    return _shown(request, programme, life, status=422, paper=form)
