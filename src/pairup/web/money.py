"""Money: due, pledged, paid, executed and audited, pairing by pairing; the lines under them; a new line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.models import MoneyLineVersion, PairingVersion
from pairup.record.remembered import remembered
from pairup.reports.facts import Both
from pairup.reports.figures import Amount, Frame, Kind, money_by_year
from pairup.reports.five_ways import FiveWays, Step
from pairup.reports.five_ways_figure import five_bars
from pairup.reports.money_sections import LINES
from pairup.reports.said import STAMP
from pairup.reports.writing import MoneyScale
from pairup.services import lives
from pairup.services.five_ways import read_five_ways
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.tables import read_programme, read_rows
from pairup.values.codes import MoneyKind, called
from pairup.values.money import Money
from pairup.values.words import Words, say
from pairup.web.forms import Keyed, carried_out, choices, done, label
from pairup.web.listing import Cell, Column, FromRecord, Listing
from pairup.web.pages import AsOf, Crumb, as_of, clock, language_of, page, programme_named
from pairup.web.pictures import drawn
from pairup.web.policy import may_open

STEPS = ("due", "pledged", "paid", "executed", "audited")


class Line(Keyed):
    """Record a pledge, a payment, what came back, a correction or an audited amount."""

    pairing = forms.ChoiceField(label=label("purse.pairing"))
    kind = forms.ChoiceField(label=label("purse.kind"), choices=choices(*MoneyKind))
    day = forms.DateField(label=label("purse.day"), widget=forms.DateInput(attrs={"type": "date"}))
    budget_year = forms.IntegerField(label=label("purse.budget-year"), min_value=1949, max_value=2200)
    amount = forms.DecimalField(
        label=label("purse.amount"), max_digits=16, decimal_places=2, help_text=label("purse.amount-help")
    )
    currency = forms.CharField(label=label("purse.currency"), min_length=3, max_length=3)
    project = forms.CharField(
        label=label("purse.project"), required=False, max_length=80, help_text=label("purse.project-help")
    )

    def __init__(self, pairings: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pairing: Any = self.fields["pairing"]
        pairing.choices = pairings


def views_of(programme: str, asked: AsOf) -> Sequence[FiveWays]:
    """The five ways of every pairing and year, worked out once for as long as the record stays as it is."""
    return remembered(
        lambda: read_five_ways(programme, on=asked.on, known_by=asked.known_by),
        "five ways", programme, asked.on, asked.known_by,
    )  # fmt: skip


def money(request: HttpRequest, programme: str) -> HttpResponse:
    """A year's money five ways, by pairing; `?year=` names another year."""
    return _shown(request, programme)


def _shown(request: Any, programme: str, *, status: int = 200, line: Line | None = None) -> HttpResponse:
    asked = as_of(request)
    row = programme_named(programme, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    views = views_of(programme, asked)
    years = sorted({view.year for view in views})
    year = _year(request, years)
    shown = [view for view in views if view.year == year]
    five = Listing(
        "five_ways", Words("purse.five-caption", {"year": str(year or "")}),
        [
            Column("pairing", Words("purse.column-pairing")),
            *(Column(name, Words(f"totals.step-{name}"), is_number=True) for name in STEPS),
        ],
        [
            (
                Cell(_named(atlas, view), reverse("money-pairing", args=[programme, view.pairing, view.year])),
                *(_step(view.step(name)) for name in STEPS),
            )
            for view in shown
        ],
        empty=Words("purse.none"),
    )  # fmt: skip
    is_synthetic = any(step.is_synthetic for view in shown for step in view.steps)
    return page(
        request, "web/money.html",
        {
            "years": years, "year": year, "is_synthetic": is_synthetic,
            "gaps": [(_named(atlas, view), gap) for view in shown for gap in view.gaps][:40],
            "may_write": may_open(request.actor, "money-line") and asked.is_today,
            "line": line or Line(
                _own_pairings(programme, asked, atlas), initial={"day": clock().date(), "currency": row.currency}
            ),
        },
        title=Words("web.nav-money"), listings=[five, _lines(programme, asked)], status=status,
    )  # fmt: skip


def _year(request: HttpRequest, years: Sequence[int]) -> int | None:
    given = request.GET.get("year", "")
    if given.isdecimal() and int(given) in years:
        return int(given)
    past = [year for year in years if year <= clock().date().year]
    return (past or list(years) or [None])[-1]  # type: ignore[list-item]


def _named(atlas: Atlas, view: FiveWays) -> Both:
    donor = atlas.organisations[view.donor].name if view.donor in atlas.organisations else Both(view.donor)
    place = atlas.place_name(view.place)
    return Both(f"{donor.say('en')} – {place.say('en')}", f"{donor.say('zh_Hans')}—{place.say('zh_Hans')}")


def _step(step: Step) -> Cell:
    """The amount, or why there is none: what is missing is a state, never a nought."""
    if len(step.amounts) == 1:
        return Cell(step.amounts[0])
    return Cell(step, tone="" if step.amounts else "quiet")


def _own_pairings(programme: str, asked: AsOf, atlas: Atlas) -> list[tuple[str, str]]:
    rows = read_rows(PairingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    return [
        (row.identity.code, f"{row.donor.code} – {row.place.code} ({row.identity.code})")
        for row in rows.select_related("identity", "donor", "place")
    ]


def _lines(programme: str, asked: AsOf) -> Listing:
    rows = read_rows(MoneyLineVersion, on=asked.on, known_by=asked.known_by, programme=programme)

    def cells(row: Any) -> tuple[Any, ...]:
        project = row.project.code if row.project else ""
        return (
            row.identity.code, row.day, row.pairing.code, called(MoneyKind(row.kind)), str(row.budget_year),
            Money(row.amount_minor, row.currency),
            Cell(project, reverse("project", args=[programme, project]) if project else ""),
        )  # fmt: skip

    return Listing(
        "lines", Words("purse.lines-caption"),
        [
            Column("code", Words("purse.column-code")), Column("day", Words("purse.day")),
            Column("pairing", Words("purse.column-pairing")), Column("kind", Words("purse.kind")),
            Column("year", Words("purse.budget-year"), is_number=True),
            Column("amount", Words("purse.amount"), is_number=True), Column("project", Words("purse.project")),
        ],
        FromRecord(
            rows.select_related("identity", "pairing", "project").order_by("-day", "identity__code"), cells,
            words=("identity__code", "pairing__code", "project__code"),
            orders={"day": "day", "pairing": "pairing__code", "kind": "kind", "year": "budget_year",
                    "amount": "amount_minor", "code": "identity__code"},
        ),
        empty=Words("purse.no-lines"), is_synthetic=rows.filter(is_synthetic=True).exists(),
    )  # fmt: skip


def _view(programme: str, pairing: str, year: int, asked: AsOf) -> FiveWays:
    found = next((v for v in views_of(programme, asked) if (v.pairing, v.year) == (pairing, year)), None)
    if found is None:
        raise InputError(f"There is no money of {pairing} in {year}.", code="web.missing", what=pairing)
    return found


def money_pairing(request: Any, programme: str, pairing: str, year: int) -> HttpResponse:
    """One pairing's money in one year: each step with its owner, the gaps in words, the purpose tests."""
    asked = as_of(request)
    view, atlas = _view(programme, pairing, year, asked), read_atlas(on=asked.on, known_by=asked.known_by)
    listing = Listing(
        "steps", Words("purse.steps-caption"),
        [
            Column("step", Words("purse.column-step")), Column("amount", Words("purse.amount"), is_number=True),
            Column("owner", Words("purse.column-owner")), Column("how", Words("purse.column-how")),
            Column("rows", Words("purse.column-rows"), is_number=True),
        ],
        [(step.title, _step(step), step.owner, step.words if step.amounts else None, step.rows) for step in view.steps],
    )  # fmt: skip
    others = [v.year for v in views_of(programme, asked) if v.pairing == pairing]
    return page(
        request, "web/money_pairing.html",
        {
            "view": view, "years": others, "is_synthetic": any(step.is_synthetic for step in view.steps),
            "has_bars": any(step.amounts for step in view.steps),
        },
        title=Words("purse.of-year", {"pairing": _named(atlas, view), "year": str(year)}), listings=[listing],
        crumbs=[Crumb(Words("web.nav-money"), reverse("money", args=[programme]) + f"?year={year}")],
    )  # fmt: skip


def money_picture(request: Any, programme: str, pairing: str, year: int) -> HttpResponse:
    """The five steps as bars."""
    asked, language = as_of(request), language_of(request)
    view = _view(programme, pairing, year, asked)
    currency = read_programme(programme, on=asked.on, known_by=asked.known_by).currency
    told = "; ".join(f"{step.title.say(language)} {step.say(language)}" for step in view.steps)
    alt = say("totals.figure-alt", language, pairing=pairing, year=str(year), told=told)
    return drawn(request, five_bars(view, currency, language), name="five", alt=alt)


def money_years(request: Any, programme: str) -> HttpResponse:
    """Pledged, paid and executed over the years, of all that one may see."""
    asked, language = as_of(request), language_of(request)
    currency = read_programme(programme, on=asked.on, known_by=asked.known_by).currency
    views = views_of(programme, asked)
    sums: dict[tuple[int, str], Money] = {}
    for view in views:
        for name in LINES:
            if (amount := view.step(name).amount(currency)) is not None:
                before = sums.get((view.year, name))
                sums[view.year, name] = amount if before is None else before + amount
    if not sums:
        raise InputError("No money is recorded.", code="web.missing", what=programme)
    scale = MoneyScale.fit(sums.values(), currency)
    kinds = [Kind(say(f"totals.step-{name}", language), colour, dash) for name, (colour, dash) in LINES.items()]
    amounts = [
        Amount(year, say(f"totals.step-{name}", language), scale.value(m)) for (year, name), m in sorted(sums.items())
    ]
    stamp = STAMP if any(step.is_synthetic for view in views for step in view.steps) else ""
    chart = money_by_year(amounts, kinds, Frame(scale.name.say(language), stamp))
    return drawn(request, chart, name="years", alt=say("purse.years-alt", language))


@require_POST
def add_line(request: Any, programme: str) -> HttpResponse:
    """Record a line of money along one of one's own pairings."""
    asked = as_of(request)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    form = Line(_own_pairings(programme, asked, atlas), request.POST)
    if form.is_valid():
        said = form.cleaned_data
        cells = {
            "code": f"M-{said['pairing']}", "day": said["day"].isoformat(), "pairing": said["pairing"],
            "project": said["project"],
            "kind": said["kind"], "budget_year": str(said["budget_year"]),
            "amount": str(said["amount"]), "currency": said["currency"].upper(),
            "is_synthetic": "yes" if _is_made_up(programme, said["pairing"], clock().date()) else "no",
        }  # fmt: skip
        kept = carried_out(form, lambda: lives.record_next(
            "money", cells, actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        ))  # fmt: skip
        if kept is not None:
            return done(request, Words("purse.recorded", {"code": kept.rows[0][0]}), "money", programme)
    return _shown(request, programme, status=422, line=form)


def _is_made_up(programme: str, pairing: str, on: date) -> bool:
    """Whether the money of a pairing is invented so far: a line among invented ones is invented too."""
    rows = read_rows(MoneyLineVersion, on=on, programme=programme).filter(pairing__code=pairing)
    last = rows.order_by("-day").values_list("is_synthetic", flat=True).first()
    return bool(last)
