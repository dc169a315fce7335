"""Needs, projects and the works done on them."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Happened, Scoped, choice
from pairup.record.pairings import Pairing
from pairup.record.places import Organisation, Place
from pairup.values.codes import Category, DeliveryMode, NeedStatus, ProjectStatus, StatedBy


class Need(Scoped):
    """What a recipient says is needed, in the recipient's own order."""


class NeedVersion(Dated):
    table = "needs"
    identity = models.ForeignKey(Need, models.PROTECT, related_name="versions")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    category = choice(Category)
    text_en = models.TextField()
    text_zh = models.TextField(blank=True, default="")
    priority = models.PositiveSmallIntegerField()  # set by the recipient, 5 is highest
    stated_by = choice(StatedBy)
    how_asked = models.CharField(max_length=200, blank=True, default="")
    status = choice(NeedStatus, default=NeedStatus.OPEN)


class Project(Scoped):
    """An aid project; its life is its versions, one span a status."""


class ProjectVersion(Dated):
    table = "projects"
    later = ("part_of",)
    identity = models.ForeignKey(Project, models.PROTECT, related_name="versions")
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200, blank=True, default="")
    category = choice(Category)
    status = choice(ProjectStatus)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    pairing = models.ForeignKey(Pairing, models.PROTECT, null=True, blank=True, related_name="+")
    need = models.ForeignKey(Need, models.PROTECT, null=True, blank=True, related_name="+")
    mode = choice(DeliveryMode, blank=True, default="")
    cost_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    grassroots_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    livelihood_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    running_cost_payer = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    start_years = models.JSONField(default=list, blank=True)  # years in which a proposed project could start
    build_years = models.PositiveSmallIntegerField(default=1)
    needs_projects = models.JSONField(default=list, blank=True)
    excludes_projects = models.JSONField(default=list, blank=True)
    benefit = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)  # appraised points
    part_of = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="+"
    )  # the programme of works this one is a part of; its cost is within that one's


class WorksRecord(Scoped):
    """The value of works done by a day (physical work), apart from money sent."""


class WorksRecordVersion(Happened):
    table = "works"
    identity = models.ForeignKey(WorksRecord, models.PROTECT, related_name="versions")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    pairing = models.ForeignKey(Pairing, models.PROTECT, null=True, blank=True, related_name="+")
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    certified_by = models.CharField(max_length=120, blank=True, default="")
