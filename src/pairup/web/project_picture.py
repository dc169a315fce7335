"""The picture on a project's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from pairup.errors import InputError
from pairup.reports.figures import Frame
from pairup.reports.project_figure import Reached, money_and_works
from pairup.reports.said import STAMP
from pairup.reports.writing import MoneyScale
from pairup.services.reporting.lives import read_life
from pairup.values.money import Money
from pairup.values.words import say
from pairup.web.pages import as_of, language_of
from pairup.web.pictures import drawn


def project_picture(request: Any, programme: str, code: str) -> HttpResponse:
    """Money and works of a project over time, beside its cost."""
    asked, language = as_of(request), language_of(request)
    life = read_life(programme, code, on=asked.on, known_by=asked.known_by)
    if not life.course:
        raise InputError(f"Nothing was paid or built of {code}.", code="web.missing", what=code)
    currency = life.row.currency
    scale = MoneyScale.fit([life.cost, life.paid, life.works_done], currency)
    lines = (say("works.column-paid", language), say("works.column-works", language))
    points = [
        Reached(turn.day, line, scale.value(Money(minor, currency)))
        for turn in life.course for line, minor in zip(lines, (turn.paid, turn.works), strict=True)
    ]  # fmt: skip
    cost = (say("works.column-cost", language), scale.value(life.cost)) if life.cost else None
    frame = Frame(scale.name.say(language), STAMP if life.row.is_synthetic else "")
    chart = money_and_works(points, lines, cost, frame)
    return drawn(request, chart, name="project", alt=say("works.picture-alt", language, project=code))
