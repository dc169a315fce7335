"""People by code only: candidates and secondees, fitness, posts, teams, postings, welfare.

No name, birth date, sex, ethnicity, religion, party or political view stands here; identity belongs to the vault.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pairup.record.closed import CodeOf
from pairup.record.dated import Dated, Happened, Scoped, Sealed, choice
from pairup.record.documents import Document
from pairup.record.pairings import Pairing, Round
from pairup.record.places import Organisation, Place
from pairup.values.codes import Attested, Clearance, Fitness, PostingStatus, TermKind
from pairup.values.purposes import After, Basis, Keep, Personal, Purpose

_FILE = Keep(After.TERM, 5)
_MATCHED = Personal(Purpose.MATCHING, Basis.AGREEMENT, _FILE)
_SIGNED = Personal(Purpose.QUALIFICATION, Basis.AGREEMENT, _FILE)
_HEALTH = Personal(Purpose.FITNESS, Basis.DUTY_OF_CARE, Keep(After.TERM, 1))
_SAID = Personal(Purpose.HOST_VIEW, Basis.AGREEMENT, Keep(After.SELECTION, 1))
_WELFARE = Personal(Purpose.WELFARE, Basis.DUTY_OF_CARE, Keep(After.TERM, 1))


class Person(Scoped):
    """A candidate or secondee, under a code."""


class PersonVersion(Sealed, Dated):
    """The span is when the person can serve."""

    table = "people"
    personal = dict.fromkeys(("highest_altitude_m", "prefers", "partner"), _MATCHED)
    drawer, whose = "file", "identity"
    identity = models.ForeignKey(Person, models.PROTECT, related_name="versions")
    donor = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="+")  # nominated for
    profession = models.CharField(max_length=40)
    skills = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    grade = models.PositiveSmallIntegerField(default=1)
    years_in_profession = models.PositiveSmallIntegerField(default=0)
    licensed = models.BooleanField(null=True, blank=True)  # licence to practise, where the profession has one
    highest_altitude_m = models.IntegerField(null=True, blank=True)  # the person's own limit: personal
    prefers = models.JSONField(default=list, blank=True)  # place codes, best first: personal
    partner = CodeOf(Person)  # couple: personal


class FitnessCheck(Scoped):
    """Fit, conditional or unfit up to an altitude, until a day. No diagnosis."""


class FitnessCheckVersion(Sealed, Dated):
    """The span is how long the outcome is valid."""

    table = "fitness"
    personal = dict.fromkeys(("outcome", "altitude_m"), _HEALTH)
    drawer = "health"
    identity = models.ForeignKey(FitnessCheck, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    outcome = choice(Fitness)
    altitude_m = models.IntegerField()  # up to this altitude


class Attestation(Scoped):
    """What somebody entitled signed about a person: licence, clearance, or that a dated rule is met. Never the ground.

    So no birth date is held for an age limit: who signs looks at it, and the record keeps yes or no.
    """


class AttestationVersion(Sealed, Dated):
    """The span is how long it is valid. Kept to settle who may take a post."""

    table = "attestations"
    personal = dict.fromkeys(("holds",), _SIGNED)
    drawer = "signed"
    identity = models.ForeignKey(Attestation, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = choice(Attested)
    rule = models.CharField(max_length=80, blank=True, default="")  # of kind rule: the name of the dated rule
    holds = models.BooleanField(default=True)  # yes: has it, or meets the rule
    signed_by = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")


class Team(Scoped):
    """A group-style team: its posts are all filled or all empty."""


class TeamVersion(Dated):
    table = "teams"
    later = ("one_lead", "host", "department")
    identity = models.ForeignKey(Team, models.PROTECT, related_name="versions")
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True, default="")
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    lead = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    one_lead = models.BooleanField(default=False)  # all its people come from the lead; without one, from one donor
    host = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.CharField(max_length=120, blank=True, default="")  # of the host


class Post(Scoped):
    """A post in one round; `continues` names the same post in the round before."""


class PostVersion(Dated):
    """The span is the term to serve."""

    table = "posts"
    later = (
        "clearance", "duties_en", "duties_zh", "release_share", "pay_minor", "currency", "allowances", "cover",
        "leave_days", "evacuation", "living",
    )  # fmt: skip
    identity = models.ForeignKey(Post, models.PROTECT, related_name="versions")
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    host = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    pairing = models.ForeignKey(Pairing, models.PROTECT, null=True, blank=True, related_name="+")
    title_en = models.CharField(max_length=160)
    title_zh = models.CharField(max_length=160, blank=True, default="")
    profession = models.CharField(max_length=40)
    skills_required = models.JSONField(default=list, blank=True)
    skills_desired = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=12, blank=True, default="")  # BCP 47, where required
    least_grade = models.PositiveSmallIntegerField(default=1)
    licence_needed = models.BooleanField(default=False)
    clearance = choice(Clearance, blank=True, default="")  # asked of whoever serves; empty: none
    term = choice(TermKind, default=TermKind.FULL)
    seats = models.PositiveSmallIntegerField(default=1)
    must_fill = models.BooleanField(default=False)
    priority = models.PositiveSmallIntegerField(default=3)  # set by the host, 5 is highest
    open_to = models.JSONField(default=list, blank=True)  # donor codes; empty: the pairing's donor
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    continues = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    need = models.ForeignKey("record.Need", models.PROTECT, null=True, blank=True, related_name="+")
    duties_en = models.TextField(blank=True, default="")  # the real ones, as a candidate reads them
    duties_zh = models.TextField(blank=True, default="")
    release_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)  # of home work, promised
    pay_minor = models.BigIntegerField(null=True, blank=True)  # a month
    currency = models.CharField(max_length=3, blank=True, default="")
    allowances = models.TextField(blank=True, default="")
    cover = models.TextField(blank=True, default="")  # accident and health cover
    leave_days = models.PositiveSmallIntegerField(null=True, blank=True)  # a year
    evacuation = models.TextField(blank=True, default="")  # how a sick person is brought down, and how fast
    living = models.TextField(blank=True, default="")  # housing, heating, water, power, connection


class HostView(Scoped):
    """What a host says of a candidate for a post: how it ranks them, or that it refuses them."""


class HostViewVersion(Sealed, Dated):
    """The span is how long the host holds this view. Kept to weigh who takes a post."""

    table = "host_views"
    personal = dict.fromkeys(("rank", "refuses"), _SAID)
    drawer = "selection"
    identity = models.ForeignKey(HostView, models.PROTECT, related_name="versions")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(null=True, blank=True)  # 1 is the first choice; several may share a rank
    refuses = models.BooleanField(default=False)  # yes: not this person


class Posting(Scoped):
    """A person in a post for a term (a secondment)."""


class PostingVersion(Dated):
    table = "postings"
    later = ("succeeds", "release_share", "duties", "handover")
    identity = models.ForeignKey(Posting, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    status = choice(PostingStatus)
    full_time = models.BooleanField(default=True)
    run = models.CharField(max_length=80, blank=True, default="")  # the plan it was adopted from
    succeeds = models.ForeignKey(Posting, models.PROTECT, null=True, blank=True, related_name="+")  # the one before
    release_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)  # of home work, in fact
    duties = models.TextField(blank=True, default="")  # what is done in fact, of the work and not of the person
    handover = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")  # handover file


class Counterpart(Scoped):
    """A local person or unit that learns from a posting."""


class CounterpartVersion(Dated):
    table = "counterparts"
    later = ("unit", "learned", "evidence", "document", "assessed_by")
    identity = models.ForeignKey(Counterpart, models.PROTECT, related_name="versions")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    goal = models.TextField()
    independent = models.BooleanField(null=True, blank=True)  # practises without help; null: not yet known
    unit = models.CharField(max_length=120, blank=True, default="")  # department or role, no name
    learned = models.TextField(blank=True, default="")
    evidence = models.TextField(blank=True, default="")  # of practice without help: what, how often
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    assessed_by = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")


class WelfareCheck(Scoped):
    """How a secondee is: well, or wants a call. Never where they are."""


class WelfareCheckVersion(Sealed, Happened):
    table = "welfare_checks"
    personal = dict.fromkeys(("well", "wants_call"), _WELFARE)
    drawer, whose = "welfare", "posting"
    for_oneself: ClassVar[bool] = True
    identity = models.ForeignKey(WelfareCheck, models.PROTECT, related_name="versions")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    well = models.BooleanField(null=True, blank=True)
    wants_call = models.BooleanField(default=False)
