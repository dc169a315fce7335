"""Money lines and the revenue that quotas are taken of. Totals are computed, never stored."""

from __future__ import annotations

from typing import ClassVar

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
    """A line that passes money on names the line it came from, so that no total counts the same money twice."""

    table = "money"
    later = (
        "document",
        "passes_on",
    )
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
    passes_on = models.ForeignKey(
        MoneyLine, models.PROTECT, null=True, blank=True, related_name="+"
    )  # the line whose money this one hands on, e.g. from a province to its county

    class Meta(Happened.Meta):
        indexes: ClassVar = [
            *Happened.Meta.indexes,
            # holds all that a total of the whole record reads, in the order in which it is added up
            models.Index(
                fields=[
                    "superseded_at", "kind", "pairing", "budget_year", "currency", "is_synthetic", "passes_on", "day",
                    "recorded_at", "amount_minor",
                ],
                name="money_added_up",
            ),
        ]  # fmt: skip


class ExchangeRate(Shared):
    """What one unit of a currency cost in another. Without one for the day, no total is converted."""


class ExchangeRateVersion(Dated):
    """The span is when the rate held: a day, or the year it is the mean of."""

    table = "exchange_rates"
    identity = models.ForeignKey(ExchangeRate, models.PROTECT, related_name="versions")
    currency = models.CharField(max_length=3)
    into = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10)  # units of `into` for one unit of `currency`


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
