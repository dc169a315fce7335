"""Claims: a figure or statement with a speaker. A claim is never a fact; claims that disagree stand side by side."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Happened, Scoped, choice
from pairup.record.places import Place
from pairup.values.codes import ClaimClass


class Claim(Scoped):
    """What somebody says."""


class ClaimVersion(Happened):
    """`day` is when it was said."""

    table = "claims"
    identity = models.ForeignKey(Claim, models.PROTECT, related_name="versions")
    speaker = models.CharField(max_length=200)
    text_en = models.TextField()
    text_zh = models.TextField(blank=True, default="")
    claim_class = choice(ClaimClass)
    subject = models.CharField(max_length=80)  # what is counted, e.g. people_posted, projects, money_paid
    scope = models.CharField(
        max_length=160, blank=True, default=""
    )  # what the figure covers; same subject + scope + span must agree
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    covers_from = models.CharField(max_length=10, blank=True, default="")
    covers_to = models.CharField(max_length=10, blank=True, default="")
    figure = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    uom = models.CharField(max_length=24, blank=True, default="")  # people, CNY, %, trees, mu, ha, km …
    bound = models.CharField(max_length=12, blank=True, default="")  # exact, about, over, under, nearly
    arithmetic = models.JSONField(
        default=dict, blank=True
    )  # the figures it is worked out from (docs/reference/claims.md)
    computes = models.CharField(max_length=80, blank=True, default="")  # the total of the record to set beside it
    says_effect = models.BooleanField(default=False)  # says that the help caused a change
    comparison = models.CharField(max_length=40, blank=True, default="")  # before_after, none, group, design …
    mission = models.CharField(max_length=4, blank=True, default="")  # S1 … S10
