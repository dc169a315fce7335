"""Indicators and what was observed."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Scoped, choice
from pairup.record.documents import Document
from pairup.record.places import Organisation, Place
from pairup.values.codes import AddsUp, ClaimClass


class Indicator(Scoped):
    """Something counted or measured, with its definition."""


class IndicatorVersion(Dated):
    table = "indicators"
    later = (
        "disaggregated_by",
        "sdg",
        "measure",
        "adds_up",
    )
    identity = models.ForeignKey(Indicator, models.PROTECT, related_name="versions")
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True, default="")
    uom = models.CharField(max_length=40)
    method = models.TextField(blank=True, default="")
    disaggregated_by = models.JSONField(default=list, blank=True)
    sdg = models.CharField(max_length=24, blank=True, default="")  # goal, target or indicator, e.g. 7.1.1
    measure = models.CharField(max_length=24, blank=True, default="")  # unit, percentage, nominal, ordinal, qualitative
    adds_up = choice(
        AddsUp, blank=True, default=""
    )  # over places and periods; empty: not told, and no total is made of it


class Observation(Scoped):
    """One value of an indicator for a place and, where the unit is smaller, a unit code. The span is its period."""


class ObservationVersion(Dated):
    table = "observations"
    later = ("instrument", "sample_size", "lowest", "highest", "measured_by", "document")
    identity = models.ForeignKey(Observation, models.PROTECT, related_name="versions")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    unit = models.CharField(max_length=40, blank=True, default="")
    value = models.DecimalField(max_digits=18, decimal_places=4)
    claim_class = choice(ClaimClass)
    treated_from = models.DateField(null=True, blank=True)
    instrument = models.CharField(max_length=120, blank=True, default="")  # meter, survey, register
    sample_size = models.PositiveIntegerField(null=True, blank=True)
    lowest = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)  # of the interval given
    highest = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    measured_by = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")  # the raw file
