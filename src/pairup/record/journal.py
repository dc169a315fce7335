"""The append-only log: one entry a command, and the checkpoints that were signed of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pairup.record.scopes import OwnRows


class JournalEntry(models.Model):
    """What a command did. `leaf` is RFC 8785 JSON; `hash` is its hash as a leaf of the log's tree (`journal.tree`)."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    command = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    programme = models.ForeignKey("record.Programme", models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=120, unique=True, null=True)
    leaf = models.BinaryField()
    hash = models.CharField(max_length=64)

    objects = OwnRows()

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.command}"


class JournalCheckpoint(models.Model):
    """A signed note of the log's first `size` entries, as it was given out.

    `parts` are the heads of the complete subtrees then, from which the next head is worked out without reading again.
    """

    size = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    note = models.TextField()
    parts = models.JSONField(default=list)

    objects = OwnRows()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.size} on {self.at:%Y-%m-%d}"
