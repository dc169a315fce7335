"""Plans of evaluations fixed before the outcome, and what evaluations found. Never edited: a new answer is a new row.

When a plan entered is told by its journal entry, not by its `day`: only what the journal orders can be shown to have
come before an outcome.
"""

from __future__ import annotations

from django.db import models

from pairup.record.claims import Claim
from pairup.record.dated import Happened, Scoped


class Registration(Scoped):
    """A plan of how the effect in a claim is to be told, fixed before the outcome is opened."""


class RegistrationVersion(Happened):
    table = "registrations"
    identity = models.ForeignKey(Registration, models.PROTECT, related_name="versions")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    design = models.TextField()  # as JSON, without what is left at its default (docs/reference/evaluation.md)
    design_digest = models.CharField(max_length=64)  # SHA-256 that names the design
    code_version = models.CharField(max_length=24)


class Evaluation(Scoped):
    """One evaluation of a claim."""


class EvaluationVersion(Happened):
    """`day` is the day the evaluation was asked as of."""

    table = "evaluations"
    identity = models.ForeignKey(Evaluation, models.PROTECT, related_name="versions")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    registration = models.ForeignKey(Registration, models.PROTECT, null=True, blank=True, related_name="+")
    is_registered = models.BooleanField(default=False)  # whether that plan entered the journal before the outcome
    known_by = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=40)
    design = models.TextField()  # as JSON, like that of a registration
    design_digest = models.CharField(max_length=64)  # SHA-256 that names the design
    data_digest = models.CharField(max_length=64)  # SHA-256 over the panel
    seed = models.IntegerField(default=0)
    identification = models.CharField(max_length=24)
    grade = models.CharField(max_length=24, blank=True, default="")
    strength = models.CharField(max_length=1, blank=True, default="")
    planted = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True
    )  # the true effect of a made-up panel: a share where the claim of the design is one, else in the outcome
    answer = models.JSONField()  # the answer file, its words as codes with facts, and what pictures need
    code_version = models.CharField(max_length=24)
