"""Programmes, places, organisations, sources, roads."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Happened, Scoped, Shared, choice
from pairup.values.codes import Level, OrganisationKind, Preset, SuccessionKind


class Programme(Shared):
    """A decision with a mandate and dates."""


class ProgrammeVersion(Dated):
    table = "programme"
    later = ("legal_basis",)
    identity = models.ForeignKey(Programme, models.PROTECT, related_name="versions")
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True, default="")
    preset = choice(Preset)
    mandate = models.TextField(blank=True, default="")
    purpose = models.TextField(blank=True, default="")
    currency = models.CharField(max_length=3)
    languages = models.JSONField(default=list, blank=True)
    rules = models.JSONField(default=list, blank=True)  # names of rule files, e.g. money_quota.xizang
    scheme = models.CharField(max_length=40, blank=True, default="")  # the round scheme that plans are made for
    country = models.CharField(max_length=2, blank=True, default="")
    legal_basis = models.TextField(blank=True, default="")  # the decision or law it rests on


class Source(Shared):
    """Where a fact was read."""


class SourceVersion(Dated):
    table = "sources"
    identity = models.ForeignKey(Source, models.PROTECT, related_name="versions")
    citation = models.TextField()
    address = models.CharField(max_length=300, blank=True, default="")
    licence = models.CharField(max_length=80, blank=True, default="")


class Place(Shared):
    """A place that stays itself while its codes and names change."""


class PlaceVersion(Dated):
    table = "places"
    identity = models.ForeignKey(Place, models.PROTECT, related_name="versions")
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True, default="")
    name_bo = models.CharField(max_length=120, blank=True, default="")
    other_names = models.JSONField(default=list, blank=True)
    level = choice(Level)
    parent = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    code_system = models.CharField(max_length=24, blank=True, default="")
    official_code = models.CharField(max_length=24, blank=True, default="", db_index=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    altitude_m = models.IntegerField(null=True, blank=True)


class Succession(Shared):
    """One place following another: split, merge, abolition. A mere new code is a new version of the same place."""


class SuccessionVersion(Happened):
    table = "successions"
    identity = models.ForeignKey(Succession, models.PROTECT, related_name="versions")
    predecessor = models.ForeignKey(Place, models.PROTECT, related_name="+")
    successor = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = choice(SuccessionKind)


class Organisation(Shared):
    """A donor or recipient body, or a unit of one."""


class OrganisationVersion(Dated):
    table = "organisations"
    later = ("external_ids",)
    identity = models.ForeignKey(Organisation, models.PROTECT, related_name="versions")
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True, default="")
    kind = choice(OrganisationKind)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    parent = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    external_ids = models.JSONField(default=list, blank=True)  # as scheme:number, e.g. CN-USCC:…


class Road(Scoped):
    """A way from one place to another; times in both directions are the same unless two rows say otherwise."""


class RoadVersion(Dated):
    table = "roads"
    identity = models.ForeignKey(Road, models.PROTECT, related_name="versions")
    start = models.ForeignKey(Place, models.PROTECT, related_name="+")
    finish = models.ForeignKey(Place, models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField()
