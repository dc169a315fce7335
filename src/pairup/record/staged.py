"""What was read of a large file and waits to be accepted. No part of the record: nothing here is ever a fact."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pairup.record.scopes import OwnRows


class StagedFile(models.Model):
    """A file by its digest and how it was read, of one actor. `head` is what was read beside its rows, once whole."""

    digest = models.CharField(max_length=64)
    read_as = models.CharField(max_length=64)  # digest of the encoding and so on that it was read with
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    head = models.JSONField(null=True, blank=True)

    objects = OwnRows()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "read_as", "actor"], name="stagedfile_once"),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:12]} of {self.actor}"


class StagedChunk(models.Model):
    """Some records of a staged file, in order."""

    file = models.ForeignKey(StagedFile, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    records = models.JSONField()

    objects = OwnRows()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "number"], name="stagedchunk_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
