"""Stored plans: problem, answer, versions, seed. Never edited; adoption is a row of its own."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Happened, Scoped


class PlanRun(Scoped):
    """One plan that was drafted."""


class PlanRunVersion(Happened):
    """`day` is the day the plan was asked as of."""

    table = "runs"
    identity = models.ForeignKey(PlanRun, models.PROTECT, related_name="versions")
    kind = models.CharField(max_length=24)
    round = models.CharField(max_length=80, blank=True, default="")
    known_by = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=24)
    seed = models.IntegerField(default=0)
    problem = models.BinaryField()  # zlib over JSON: a round has some 100,000 options
    problem_digest = models.CharField(max_length=64)  # SHA-256 of the JSON
    answer = models.JSONField()
    read_digest = models.CharField(max_length=64)  # of the rows read; adopting refuses if they have changed
    code_version = models.CharField(max_length=24)


class Adoption(Scoped):
    """A run taken into the record."""


class AdoptionVersion(Happened):
    table = "adoptions"
    identity = models.ForeignKey(Adoption, models.PROTECT, related_name="versions")
    run = models.ForeignKey(PlanRun, models.PROTECT, related_name="+")
