"""What holds a programme to its word: reviews of donors and projects, feedback and objections, incidents."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Happened, Scoped, choice
from pairup.record.pairings import Pairing
from pairup.record.places import Organisation, Place
from pairup.record.projects import Project
from pairup.values.codes import FeedbackFrom, FeedbackKind, FeedbackOutcome, IncidentKind, Mark, ReviewSide, Severity


class Review(Scoped):
    """How one side marks a pairing or a project of a year. The sides' marks stand apart; the other side may reply."""


class ReviewVersion(Happened):
    table = "reviews"
    identity = models.ForeignKey(Review, models.PROTECT, related_name="versions")
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    side = choice(ReviewSide)
    year = models.PositiveSmallIntegerField()
    mark = choice(Mark, blank=True, default="")
    text_en = models.TextField(blank=True, default="")
    text_zh = models.TextField(blank=True, default="")
    reply_en = models.TextField(blank=True, default="")  # of the side that is marked, printed whole beside the mark
    reply_zh = models.TextField(blank=True, default="")


class Feedback(Scoped):
    """What somebody says about the programme, or an objection to what was published, and what came of it."""


class FeedbackVersion(Happened):
    table = "feedback"
    identity = models.ForeignKey(Feedback, models.PROTECT, related_name="versions")
    kind = choice(FeedbackKind)
    said_by = choice(FeedbackFrom)
    is_anonymous = models.BooleanField(default=False)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=120, blank=True, default="")  # table/code, e.g. projects/J-12
    channel = models.CharField(max_length=80, blank=True, default="")  # letter, meeting, telephone …
    text_en = models.TextField(blank=True, default="")  # no name of a person: it stays
    text_zh = models.TextField(blank=True, default="")
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")  # who replies
    reply_due = models.DateField(null=True, blank=True)
    replied = models.DateField(null=True, blank=True)
    reply_en = models.TextField(blank=True, default="")
    reply_zh = models.TextField(blank=True, default="")
    outcome = choice(FeedbackOutcome, default=FeedbackOutcome.OPEN)
    is_published = models.BooleanField(default=False)


class Incident(Scoped):
    """Something that went wrong on the road, at altitude, at work. It names no person; care goes another way."""


class IncidentVersion(Happened):
    table = "incidents"
    identity = models.ForeignKey(Incident, models.PROTECT, related_name="versions")
    kind = choice(IncidentKind)
    severity = choice(Severity)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    people = models.PositiveSmallIntegerField(null=True, blank=True)  # how many were affected
    action_en = models.TextField(blank=True, default="")  # what is done so that it does not happen again
    action_zh = models.TextField(blank=True, default="")
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    due = models.DateField(null=True, blank=True)
    done = models.DateField(null=True, blank=True)
