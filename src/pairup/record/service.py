"""Time in post: swaps, what the person signed, extensions, offers of a post, checks after arrival, appraisals.

Nothing here says why somebody left early or declined, and nothing asks.
"""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Happened, Scoped, Sealed, choice
from pairup.record.documents import Document
from pairup.record.pairings import Round
from pairup.record.people import Person, Post, Posting
from pairup.record.places import Organisation
from pairup.values.codes import Answer, AppraisalSide, Fits, Mark, Voice
from pairup.values.purposes import After, Basis, Keep, Personal, Purpose

_ANSWERED = Personal(Purpose.OFFER, Basis.AGREEMENT, Keep(After.SELECTION, 1))
_APPRAISED = Personal(Purpose.APPRAISAL, Basis.AGREEMENT, Keep(After.TERM, 5))


class Swap(Scoped):
    """A change of people inside a round: one leaves, another takes over the post."""


class SwapVersion(Happened):
    table = "swaps"
    identity = models.ForeignKey(Swap, models.PROTECT, related_name="versions")
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    leaves = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    arrives = models.ForeignKey(Posting, models.PROTECT, related_name="+")


class Extension(Scoped):
    """A wish to lengthen a posting. It is valid only with the secondee's own consent."""


class ExtensionVersion(Happened):
    """`day` is when it was asked for; the consent is a row of `person_signatures` about it."""

    table = "extensions"
    identity = models.ForeignKey(Extension, models.PROTECT, related_name="versions")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    until = models.DateField()  # the new last day
    asked_by = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")


class PersonSignature(Scoped):
    """What a person signed or declined themselves: an extension, an appraisal they have seen."""


class PersonSignatureVersion(Happened):
    table = "person_signatures"
    identity = models.ForeignKey(PersonSignature, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    about = models.CharField(max_length=120)  # table/code of what is signed, e.g. extensions/X-1
    answer = choice(Answer)
    paper = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")  # signed on paper


class PostOffer(Scoped):
    """A post offered to a person. They accept or decline, and give no reason; the home unit does not see it."""


class PostOfferVersion(Sealed, Happened):
    table = "post_offers"
    personal = dict.fromkeys(("answer",), _ANSWERED)
    drawer = "offer"
    identity = models.ForeignKey(PostOffer, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    answer = choice(Answer, default=Answer.OPEN)  # the person's own: personal
    answer_due = models.DateField(null=True, blank=True)


class ArrivalCheck(Scoped):
    """Does the post fit, some 60 days after arrival? Asked of the host and of the secondee, each apart."""


class ArrivalCheckVersion(Sealed, Happened):
    table = "arrival_checks"
    personal = dict.fromkeys(("duties", "skills", "language", "living", "release_share"), _APPRAISED)
    drawer, whose = "arrival", "posting"
    identity = models.ForeignKey(ArrivalCheck, models.PROTECT, related_name="versions")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    said_by = choice(Voice)
    duties = choice(Fits, blank=True, default="")  # are the duties those of the post's description
    skills = choice(Fits, blank=True, default="")  # are the skills used
    language = choice(Fits, blank=True, default="")  # is the language enough
    living = choice(Fits, blank=True, default="")  # housing, heating, water, way to work
    release_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)  # of home work, in fact


class Appraisal(Scoped):
    """How one side marks a posting. Each side's mark is its own row; the person may reply to each."""


class AppraisalVersion(Sealed, Happened):
    table = "appraisals"
    personal = dict.fromkeys(("mark", "text", "reply"), _APPRAISED)
    drawer, whose = "appraisal", "posting"
    identity = models.ForeignKey(Appraisal, models.PROTECT, related_name="versions")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    side = choice(AppraisalSide)
    year = models.PositiveSmallIntegerField(null=True, blank=True)  # empty: at the end of the term
    mark = choice(Mark, blank=True, default="")  # of this side alone: personal
    text = models.TextField(blank=True, default="")  # in the side's own words: personal
    reply = models.TextField(blank=True, default="")  # of the person, printed with it: personal
