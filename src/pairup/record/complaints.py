"""Complaints as the record holds them: sealed to a body outside, with the day they came and nothing of who sent them.

No column may ever say more: no address, no account, no session, no time of day. Not even the size says more than one
of three. Who may open the box is named here too, row by row, so that a change of it stands for all to see.
"""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Happened, Shared


class BoxRecipient(Shared):
    """One naming of the body outside that complaints are sealed to, or the closing of the box."""


class BoxRecipientVersion(Happened):
    """From `day` on the box is sealed to this key; a row without a key closes it."""

    table = "box_recipients"
    identity = models.ForeignKey(BoxRecipient, models.PROTECT, related_name="versions")
    name_en = models.CharField(max_length=200, blank=True, default="")
    name_zh = models.CharField(max_length=200, blank=True, default="")
    key = models.CharField(max_length=88, blank=True, default="")  # public key on P-256, 65 bytes in base64
    mark = models.CharField(max_length=47, blank=True, default="")  # number of the key, as it is published elsewhere
    published_at = models.CharField(max_length=300, blank=True, default="")  # where the key is published, not by us
    post = models.CharField(max_length=300, blank=True, default="")  # where paper reaches the body
    phone = models.CharField(max_length=60, blank=True, default="")
    answer_days = models.PositiveSmallIntegerField(null=True, blank=True)  # days in which the body answers
    reason = models.CharField(max_length=300, blank=True, default="")  # why it changed


class Complaint(Shared):
    """A complaint; its code is a part of its receipt, so that codes do not tell in which order they came."""


class ComplaintVersion(Happened):
    """`day` is the day it came, and no more is known of when. There is never a second version."""

    table = "complaints"
    identity = models.ForeignKey(Complaint, models.PROTECT, related_name="versions")
    receipt = models.CharField(max_length=64, unique=True)  # worked out of the code that whoever complained keeps
    mark = models.CharField(max_length=47)  # number of the key it is sealed to
    size = models.PositiveIntegerField()  # bytes it was filled up to: one of three
    envelope = models.BinaryField()  # only the body outside can open it


class ComplaintAnswer(Shared):
    """An answer of the body outside; its code is a part of its tag."""


class ComplaintAnswerVersion(Happened):
    """`day` is the day the record took it in. Which complaint it answers cannot be told from it."""

    table = "complaint_answers"
    identity = models.ForeignKey(ComplaintAnswer, models.PROTECT, related_name="versions")
    tag = models.CharField(max_length=64, unique=True)  # only the body and whoever complained can work it out
    envelope = models.BinaryField()  # only whoever complained can open it
