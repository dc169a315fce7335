"""Money lines and the revenue that quotas are taken of. Totals are computed, never stored."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Happened, Scoped, Shared, choice
from pairup.record.documents import Document
from pairup.record.pairings import Pairing
from pairup.record.places import Organisation
from pairup.record.projects import Project
from pairup.values.codes import MoneyKind


class RevenueBase(Shared):
    """A donor's revenue in a year, the base of a money rule."""


class RevenueBaseVersion(Dated):
    """The span is the year."""

    table = "revenue_bases"
    identity = models.ForeignKey(RevenueBase, models.PROTECT, related_name="versions")
    donor = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)


class MoneyLine(Scoped):
    """One pledge, payment, return, correction or audited amount along a pairing."""


class MoneyLineVersion(Happened):
    table = "money"
    later = ("document",)
    identity = models.ForeignKey(MoneyLine, models.PROTECT, related_name="versions")
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    kind = choice(MoneyKind)
    budget_year = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    grassroots_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    livelihood_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")


class Commitment(Scoped):
    """What is due along a pairing in a year, as it was notified: by which rule, of which base.

    What is pledged and paid against it are money lines; no sum is kept here.
    """


class CommitmentVersion(Dated):
    """The span is the budget year."""

    table = "commitments"
    identity = models.ForeignKey(Commitment, models.PROTECT, related_name="versions")
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="+")
    budget_year = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=80, blank=True, default="")  # name of the dated rule; empty: agreed by hand
    rule_from = models.DateField(null=True, blank=True)  # first day of the rule's version
    revenue_base = models.ForeignKey(RevenueBase, models.PROTECT, null=True, blank=True, related_name="+")
    base_minor = models.BigIntegerField(null=True, blank=True)  # the base figure as it was used
    due_minor = models.BigIntegerField()  # as notified
    carried_over_minor = models.BigIntegerField(null=True, blank=True)  # from the year before, part of what is due
    currency = models.CharField(max_length=3)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")  # quota notice


class Envelope(Scoped):
    """What a donor plans to give along a pairing in a budget year: the limit a portfolio keeps."""


class EnvelopeVersion(Dated):
    table = "envelopes"
    identity = models.ForeignKey(Envelope, models.PROTECT, related_name="versions")
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="+")
    budget_year = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
