"""Sites worth a visit, visits, what was found, and who follows it up by when."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Happened, Scoped
from pairup.record.places import Organisation, Place
from pairup.record.projects import Project


class Site(Scoped):
    """Somewhere a visit can go: a project, a host, a base. Minutes count from midnight."""


class SiteVersion(Dated):
    table = "sites"
    identity = models.ForeignKey(Site, models.PROTECT, related_name="versions")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    is_base = models.BooleanField(default=False)
    may_sleep = models.BooleanField(default=False)
    stay_minutes = models.PositiveIntegerField(default=0)
    opens = models.PositiveIntegerField(default=0)
    closes = models.PositiveIntegerField(default=1440)
    need_to_be_seen = models.DecimalField(max_digits=9, decimal_places=2, default=0)


class Visit(Scoped):
    """A journey to sites over days."""


class VisitVersion(Dated):
    table = "visits"
    later = ("made_by",)
    identity = models.ForeignKey(Visit, models.PROTECT, related_name="versions")
    purpose = models.TextField()
    run = models.CharField(max_length=80, blank=True, default="")
    stops = models.JSONField(default=list, blank=True)  # site codes in order, day by day: "1:site"
    made_by = models.JSONField(default=list, blank=True)  # organisations that went, no names


class VisitFinding(Scoped):
    """What a visit found, and the follow-up with its owner and day."""


class VisitFindingVersion(Happened):
    table = "visit_findings"
    later = ("action_en", "action_zh", "outcome")
    identity = models.ForeignKey(VisitFinding, models.PROTECT, related_name="versions")
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    text_en = models.TextField()
    text_zh = models.TextField(blank=True, default="")
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    due = models.DateField(null=True, blank=True)
    done = models.DateField(null=True, blank=True)
    action_en = models.TextField(blank=True, default="")  # what is to be done
    action_zh = models.TextField(blank=True, default="")
    outcome = models.TextField(blank=True, default="")  # what came of it
