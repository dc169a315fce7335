"""Pairings, rounds, quotas, calls and offers, and what each side signs."""

from __future__ import annotations

from django.db import models

from pairup.record.dated import Dated, Happened, Scoped, choice
from pairup.record.documents import Document
from pairup.record.places import Organisation, Place
from pairup.values.codes import Channel, Level, OfferStatus, SignatureKind


class Pairing(Scoped):
    """A dated link between a donor and a recipient."""


class PairingVersion(Dated):
    table = "pairings"
    later = ("document",)
    identity = models.ForeignKey(Pairing, models.PROTECT, related_name="versions")
    donor = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")  # where the help arrives
    channel = choice(Channel)
    level = choice(Level, blank=True, default="")
    parent = models.ForeignKey(Pairing, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True, default="")  # for the start, the change or the end
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")  # that says so


class Round(Scoped):
    """A cohort of people: scheme and number together name it."""


class RoundVersion(Dated):
    table = "rounds"
    later = ("most_per_donor_and_place",)
    identity = models.ForeignKey(Round, models.PROTECT, related_name="versions")
    scheme = models.CharField(max_length=40)
    ordinal = models.PositiveIntegerField()
    most_per_donor_and_place = models.PositiveIntegerField(null=True, blank=True)  # people of one donor at one place


class Quota(Scoped):
    """How many people a donor sends in a round, at most."""


class QuotaVersion(Dated):
    table = "quotas"
    identity = models.ForeignKey(Quota, models.PROTECT, related_name="versions")
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    donor = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    people = models.PositiveIntegerField()


class Call(Scoped):
    """An invitation to offer help (offer-led), or a request for it (request-led)."""


class CallVersion(Dated):
    table = "calls"
    identity = models.ForeignKey(Call, models.PROTECT, related_name="versions")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200, blank=True, default="")


class Offer(Scoped):
    """A donor's answer to a call; worth is how the recipient ranks it, load how much of the donor it takes."""


class OfferVersion(Happened):
    table = "offers"
    identity = models.ForeignKey(Offer, models.PROTECT, related_name="versions")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    donor = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    status = choice(OfferStatus)
    worth = models.DecimalField(max_digits=9, decimal_places=2)
    load = models.DecimalField(max_digits=9, decimal_places=2)


class AgreedResult(Scoped):
    """What both sides of a pairing agreed to reach, before people are named; of a team, its targets."""


class AgreedResultVersion(Dated):
    table = "agreed_results"
    later = ("team",)
    identity = models.ForeignKey(AgreedResult, models.PROTECT, related_name="versions")
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="+")
    text_en = models.TextField()
    text_zh = models.TextField(blank=True, default="")
    indicator = models.ForeignKey("record.Indicator", models.PROTECT, null=True, blank=True, related_name="+")
    baseline = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    team = models.ForeignKey("record.Team", models.PROTECT, null=True, blank=True, related_name="+")


class PairingPreference(Scoped):
    """What a donor or recipient says about being paired with the other: parts of a worth, never a rank of places."""


class PairingPreferenceVersion(Dated):
    table = "pairing_preferences"
    identity = models.ForeignKey(PairingPreference, models.PROTECT, related_name="versions")
    donor = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    said_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    points = models.IntegerField()


class Signature(Scoped):
    """A side's signature, reservation or refusal; its absence is printed."""


class SignatureVersion(Happened):
    table = "signatures"
    identity = models.ForeignKey(Signature, models.PROTECT, related_name="versions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    about = models.CharField(max_length=120)  # table/code of what is signed, e.g. needs/N-12
    kind = choice(SignatureKind)
    reservation = models.TextField(blank=True, default="")
