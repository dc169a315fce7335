"""Edits that lost a race, and submissions whose key was used for something else: kept, shown, and settled by name."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Happened, Sealed, Shared, choice
from pairup.record.places import Programme
from pairup.values.codes import ConflictKind, ConflictOutcome
from pairup.values.purposes import After, Basis, Keep, Personal, Purpose

_PROPOSED = Personal(Purpose.EDITING, Basis.AGREEMENT, Keep(After.RECORDING, 1))


class Conflict(Shared):
    """An edit that did not happen because something else had."""


class ConflictVersion(Sealed, Happened):
    """`day` is when it was kept. What was proposed may be about a person, so it is closed."""

    table = "conflicts"
    personal = dict.fromkeys(("proposed",), _PROPOSED)
    drawer, whose = "conflict", "about"
    identity = models.ForeignKey(Conflict, models.PROTECT, related_name="versions")
    kind = choice(ConflictKind)
    of_programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=140)  # table/code of the row, e.g. needs/N-12
    edit = models.CharField(max_length=16)  # record, correct, withdraw
    seen = models.PositiveIntegerField(null=True, blank=True)  # the version the edit was made on
    won = models.PositiveIntegerField(null=True, blank=True)  # the version that stood there instead
    proposed = models.JSONField(default=dict, blank=True)  # cells by column, as they were given: personal
    proposed_by = models.CharField(max_length=80)
    won_by = models.CharField(max_length=80, blank=True, default="")
    key = models.CharField(max_length=120, blank=True, default="")  # of the submission, where it had one
    outcome = choice(ConflictOutcome, default=ConflictOutcome.OPEN)
    settled_by = models.CharField(max_length=80, blank=True, default="")
