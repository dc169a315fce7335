"""Who asked for mail, and which letters were sent. Bookkeeping, and no part of the journal."""

from __future__ import annotations

from django.db import models

from pairup.record.scopes import OwnRows


class MailWish(models.Model):
    """An account that asked to be reminded. Its address is closed with a key of the key file; the row goes with it."""

    user = models.CharField(max_length=150, unique=True)
    closed = models.TextField()
    language = models.CharField(max_length=12)
    asked = models.DateTimeField()

    objects = OwnRows()


class MailSent(models.Model):
    """A letter that was handed in, by what it was for: no address, and nothing of what it said."""

    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()

    objects = OwnRows()
