"""Documents by the hash of their content; the bytes stand beside the record, never in it."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Scoped, choice
from pairup.values.codes import DocumentKind


class Document(Scoped):
    """A paper of the programme; a new edition of it is a new version of the same row."""


class DocumentVersion(Dated):
    """The span is how long this edition is the one in use."""

    table = "documents"
    identity = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    kind = choice(DocumentKind)
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=12, blank=True, default="")  # BCP 47
    edition = models.CharField(max_length=40, blank=True, default="")  # as the paper counts its own editions
    sha256 = models.CharField(max_length=64, blank=True, default="")  # of the bytes; empty: the paper is not held here
    size = models.PositiveBigIntegerField(null=True, blank=True)  # bytes
    media_type = models.CharField(max_length=80, blank=True, default="")
    keep_until = models.DateField(null=True, blank=True)  # day after which the paper need not be kept; empty: for good
