"""Long work that was asked for: an outbox, a lease, and how far it is. Bookkeeping, and no part of the journal."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import choice
from pairup.record.scopes import OwnRows
from pairup.values.codes import JobState


class Job(models.Model):
    """One piece of work. It is written with the journal entry that asks for it, and done with the one of its effect.

    A worker holds it by a lease that it renews; `fence` counts the leases, so that one whose lease was taken over can
    no longer finish it.
    """

    code = models.CharField(max_length=40, unique=True)
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=24)
    programme = models.ForeignKey("record.Programme", models.PROTECT, related_name="+")
    actor = models.CharField(max_length=120)
    user = models.CharField(max_length=150, blank=True, default="")
    arguments = models.JSONField()  # codes and figures, never what is personal
    state = choice(JobState, default=JobState.WAITING)
    label = models.JSONField(default=dict, blank=True)  # what is being done: a code with facts
    done = models.FloatField(default=0)
    steps = models.FloatField(default=0)  # of which `done` are done
    objective = models.FloatField(null=True, blank=True)
    bound = models.FloatField(null=True, blank=True)
    course = models.JSONField(default=list, blank=True)  # seconds, objective, bound: how the two came closer
    wants_stop = models.BooleanField(default=False)  # end with the best so far
    wants_cancel = models.BooleanField(default=False)  # end with nothing
    worker = models.CharField(max_length=80, blank=True, default="")
    fence = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.JSONField(default=dict, blank=True)
    asked = models.DateTimeField()
    begun = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    objects = OwnRows()

    class Meta:
        indexes = (models.Index(fields=["state", "leased_until"], name="job_to_take"),)
