"""Needs, projects and the works done on them."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Happened, Scoped, choice
from pairup.record.documents import Document
from pairup.record.pairings import Pairing
from pairup.record.places import Organisation, Place
from pairup.values.codes import (
    Category,
    CheckResult,
    DeliveryMode,
    NeedStatus,
    ProjectStatus,
    SafeguardAnswer,
    SafeguardQuestion,
    StatedBy,
)


class Need(Scoped):
    """What a recipient says is needed, in the recipient's own order."""


class NeedVersion(Dated):
    table = "needs"
    later = ("owner", "people_asked", "evidence", "merged_into")
    identity = models.ForeignKey(Need, models.PROTECT, related_name="versions")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    category = choice(Category)
    text_en = models.TextField()
    text_zh = models.TextField(blank=True, default="")
    priority = models.PositiveSmallIntegerField()  # set by the recipient, 5 is highest
    stated_by = choice(StatedBy)
    how_asked = models.CharField(max_length=200, blank=True, default="")
    status = choice(NeedStatus, default=NeedStatus.OPEN)
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")  # recipient body
    people_asked = models.PositiveIntegerField(null=True, blank=True)  # how many, where people were asked
    evidence = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    merged_into = models.ForeignKey(Need, models.PROTECT, null=True, blank=True, related_name="+")


class Project(Scoped):
    """An aid project; its life is its versions, one span a status."""


class ProjectVersion(Dated):
    table = "projects"
    later = (
        "why",
        "decided_in",
        "acceptance",
        "asset_owner",
        "running_cost_from",
        "running_cost_minor",
        "part_of",
    )
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
    why = models.TextField(blank=True, default="")  # this status: what was changed, why it stands still
    decided_in = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    acceptance = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    asset_owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    running_cost_from = models.DateField(null=True, blank=True)  # day from which the payer bears the running cost
    running_cost_minor = models.BigIntegerField(null=True, blank=True)  # a year
    part_of = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="+"
    )  # the programme of works this one is a part of; its cost is within that one's


class WorksRecord(Scoped):
    """The value of works done by a day (physical work), apart from money sent."""


class WorksRecordVersion(Happened):
    table = "works"
    later = ("document",)
    identity = models.ForeignKey(WorksRecord, models.PROTECT, related_name="versions")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    pairing = models.ForeignKey(Pairing, models.PROTECT, null=True, blank=True, related_name="+")
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    certified_by = models.CharField(max_length=120, blank=True, default="")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")


class Safeguard(Scoped):
    """One line of a project's safeguard screen. A question that no row answers is printed as unanswered."""


class SafeguardVersion(Dated):
    table = "safeguards"
    identity = models.ForeignKey(Safeguard, models.PROTECT, related_name="versions")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    question = choice(SafeguardQuestion)
    answer = choice(SafeguardAnswer)
    text_en = models.TextField(blank=True, default="")  # what is touched, how many, what is done about it
    text_zh = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")


class Contract(Scoped):
    """Works or goods bought for a project; how much of it stays in the place."""


class ContractVersion(Dated):
    table = "contracts"
    identity = models.ForeignKey(Contract, models.PROTECT, related_name="versions")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    subject_en = models.CharField(max_length=200)
    subject_zh = models.CharField(max_length=200, blank=True, default="")
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    was_tendered = models.BooleanField(null=True, blank=True)
    local_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)  # of wages and supplies
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")


class Asset(Scoped):
    """What a project leaves behind, in whose hands. The span is how long they hold it."""


class AssetVersion(Dated):
    table = "assets"
    identity = models.ForeignKey(Asset, models.PROTECT, related_name="versions")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200, blank=True, default="")
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    uom = models.CharField(max_length=24, blank=True, default="")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")  # hand-over list


class ProjectCheck(Scoped):
    """Is it still working, 18 and 60 months after hand-over? Until a row says so, the check is due."""


class ProjectCheckVersion(Happened):
    table = "project_checks"
    identity = models.ForeignKey(ProjectCheck, models.PROTECT, related_name="versions")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField()  # after hand-over: 18 or 60
    result = choice(CheckResult)
    running_cost_paid = models.BooleanField(null=True, blank=True)  # by the payer named
    users = models.PositiveIntegerField(null=True, blank=True)  # people who use it
    text_en = models.TextField(blank=True, default="")
    text_zh = models.TextField(blank=True, default="")
    checked_by = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
