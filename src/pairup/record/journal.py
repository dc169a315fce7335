"""The append-only log: one entry a command, each holding the hash of the one before."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class JournalEntry(models.Model):
    """What a command did. `leaf` is RFC 8785 JSON; `hash` is SHA-256 over the previous hash and the leaf."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    command = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    programme = models.ForeignKey("record.Programme", models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=120, unique=True, null=True)
    leaf = models.BinaryField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.command}"
