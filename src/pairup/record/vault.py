"""Who a code stands for and how to reach them, what they told in confidence, and what they agreed to: all of it closed.

What is here may be read for a declared purpose only, one read at a time, and each read leaves a row that the person
can see. Nothing is recorded here before an impact assessment is signed.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pairup.record.dated import Dated, Happened, Scoped, Sealed, choice
from pairup.record.people import Person
from pairup.record.places import Organisation
from pairup.values.purposes import After, Answer, Basis, Keep, Personal, PrivateField, Purpose

_TERM = Keep(After.TERM, 1)
_FILE = Keep(After.TERM, 5)
_NAME = Personal(Purpose.IDENTITY, Basis.AGREEMENT, _FILE)
_REACH = Personal(Purpose.CONTACT, Basis.AGREEMENT, _TERM)
_IN_NEED = Personal(Purpose.EMERGENCY, Basis.DUTY_OF_CARE, Keep(After.TERM, 0))
_SPARED = Personal(Purpose.CONSTRAINT, Basis.SEPARATE_CONSENT, _TERM)
_AGREED = Personal(Purpose.CONSENT, Basis.AGREEMENT, _FILE)

#: what is kept of identity and contact, each with its own purpose, ground and time; nothing else can be
PRIVATE: dict[str, Personal] = {
    PrivateField.NAME_LATIN: _NAME,
    PrivateField.NAME_HAN: _NAME,
    PrivateField.NAME_TIBETAN: _NAME,
    PrivateField.NAME_OTHER: _NAME,
    PrivateField.PHONE: _REACH,
    PrivateField.MAIL: _REACH,
    PrivateField.EMERGENCY_CONTACT: _IN_NEED,
    PrivateField.EMERGENCY_PHONE: _IN_NEED,
    PrivateField.IN_CONFIDENCE: _SPARED,
}


class Assessment(Scoped):
    """An impact assessment of what is kept of people. While none is in force, the vault stays shut."""


class AssessmentVersion(Dated):
    """The span is how long it stands; what changes in purpose needs a fresh one."""

    table = "assessments"
    identity = models.ForeignKey(Assessment, models.PROTECT, related_name="versions")
    signed_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    document = models.CharField(max_length=64)  # SHA-256 of the filled form, as it was signed
    purposes = models.JSONField(default=list, blank=True)  # purposes that it covers; empty: all of the register


class PrivateFact(Scoped):
    """One thing known of a person: a name in one script, a way to reach them, or something told in confidence."""


class PrivateFactVersion(Sealed, Dated):
    """The span is how long it is right."""

    table = "private_facts"
    personal = dict.fromkeys(("value",), _NAME)
    drawer = "private"
    in_vault: ClassVar[bool] = True
    identity = models.ForeignKey(PrivateFact, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    field = choice(PrivateField)
    value = models.TextField()

    def drawer_of(self) -> str:
        return f"{self.drawer}-{self.field}"

    def declared(self) -> Personal:
        return PRIVATE[self.field]


class Constraint(Scoped):
    """Where somebody must not be sent, for a reason they told in confidence. Others hear "a personal condition"."""


class ConstraintVersion(Sealed, Dated):
    """The span is how long it holds. A planner hears of a post yes or no, and nothing else."""

    table = "constraints"
    personal = dict.fromkeys(("not_at",), _SPARED)
    drawer = "constraint"
    needs_assessment: ClassVar[bool] = True
    identity = models.ForeignKey(Constraint, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    not_at = models.JSONField(default=list, blank=True)  # place codes; what lies in them too


class Consent(Scoped):
    """What a person was asked, and answered. An answer changes no plan, and no question is asked with one ticked."""


class ConsentVersion(Sealed, Happened):
    """One purpose, one answer. The latest one counts; to withdraw takes one row, as to give."""

    table = "consents"
    personal = dict.fromkeys(("answer",), _AGREED)
    drawer = "consent"
    identity = models.ForeignKey(Consent, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    purpose = choice(Purpose)
    answer = choice(Answer)
    language = models.CharField(max_length=12)  # BCP 47: in which it was read out
    asked_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    how_to_withdraw = models.CharField(max_length=200)  # as it was told
    witnessed = models.BooleanField(null=True, blank=True)  # by somebody the person chose; where not literate


class VaultRead(Scoped):
    """That somebody looked: at whose, for which purpose. Never what they saw."""


class VaultReadVersion(Happened):
    table = "vault_reads"
    identity = models.ForeignKey(VaultRead, models.PROTECT, related_name="versions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    purpose = choice(Purpose)
    fields = models.JSONField(default=list, blank=True)  # names of what was opened
    by = models.CharField(max_length=80)
