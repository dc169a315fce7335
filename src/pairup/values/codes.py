"""Closed lists that the record, the planners and the reports share."""

from __future__ import annotations

import re
from enum import StrEnum

from pairup.values.words import Words


class Preset(StrEnum):
    """Who takes the first step in a programme."""

    MANDATE_LED = "mandate_led"
    OFFER_LED = "offer_led"
    REQUEST_LED = "request_led"


class Standing(StrEnum):
    """How well a rule or fact is known."""

    VERIFIED = "verified"
    REPORTED = "reported"
    WEAK = "weak"
    UNCONFIRMED = "unconfirmed"
    DISPUTED = "disputed"


class Channel(StrEnum):
    TERRITORIAL = "territorial"
    SYSTEM = "system"
    ENTERPRISE = "enterprise"
    HOSPITAL = "hospital"
    SCHOOL = "school"
    OTHER = "other"


class Level(StrEnum):
    """Of a place or of a pairing."""

    COUNTRY = "country"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    SITE = "site"


class OrganisationKind(StrEnum):
    GOVERNMENT = "government"
    MINISTRY = "ministry"
    BUREAU = "bureau"
    ENTERPRISE = "enterprise"
    HOSPITAL = "hospital"
    SCHOOL = "school"
    NGO = "ngo"
    OTHER = "other"


class ClaimClass(StrEnum):
    """What stands behind a figure."""

    REPORTED = "reported"
    MEASURED = "measured"
    EVALUATED = "evaluated"


class AddsUp(StrEnum):
    """How the values of an indicator may be added up."""

    FLOW = "flow"  # over places and over periods, as people treated in a year
    STOCK = "stock"  # over places at one time, as beds; never over periods
    RUNNING = "running"  # a running total from the start: its last value of each place counts, and it never falls
    NEVER = "never"  # a rate, a share, a temperature


class TermKind(StrEnum):
    FULL = "full"
    HALF = "half"  # half a round: one swap inside it
    MISSION = "mission"  # days


class Fitness(StrEnum):
    FIT = "fit"
    CONDITIONAL = "conditional"
    UNFIT = "unfit"


class MoneyKind(StrEnum):
    """What a money line records. Only returns and corrections may be below zero."""

    PLEDGE = "pledge"
    PAYMENT = "payment"
    RETURN = "return"
    CORRECTION = "correction"
    AUDITED = "audited"


class DeliveryMode(StrEnum):
    CHEQUE = "cheque"
    TURNKEY = "turnkey"


class NeedStatus(StrEnum):
    OPEN = "open"
    PLANNED = "planned"
    MET = "met"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"  # into another need, which it names


class StatedBy(StrEnum):
    """Who stated a need."""

    OFFICE = "office"
    RESIDENTS = "residents"
    SURVEY = "survey"


class ProjectStatus(StrEnum):
    """Of a project's life (domain.md 6.3); which may follow which stands in `values.lifecycles`."""

    PROPOSED = "proposed"
    APPRAISED = "appraised"
    PLANNED = "planned"
    APPROVED = "approved"
    PROCUREMENT = "procurement"
    WORKS = "works"
    CHANGED = "changed"  # on site, after a change of the approved scope
    ACCEPTED = "accepted"
    ACCOUNTED = "accounted"  # final account drawn up
    AUDITED = "audited"
    HANDED_OVER = "handed_over"
    OPERATING = "operating"
    SUSPENDED = "suspended"
    DORMANT = "dormant"
    CANCELLED = "cancelled"


class Category(StrEnum):
    """Of needs and projects: the six heads of a real audit (domain.md 6.3) and two of the mission."""

    INFRASTRUCTURE = "infrastructure"
    EDUCATION = "education"
    HEALTH = "health"
    EMPLOYMENT = "employment"
    INDUSTRY = "industry"
    CULTURE = "culture"
    ECOLOGY = "ecology"
    PEOPLE = "people"
    OTHER = "other"


class PostingStatus(StrEnum):
    PLANNED = "planned"
    IN_POST = "in_post"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"


class OfferStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class SignatureKind(StrEnum):
    SIGNED = "signed"
    RESERVATION = "reservation"
    DECLINED = "declined"


class Clearance(StrEnum):
    """What a post may ask a person to be cleared for: safeguarding or professional standing, nothing else."""

    SAFEGUARDING = "safeguarding"
    PROFESSIONAL_STANDING = "professional_standing"


class Attested(StrEnum):
    """What somebody entitled to it signs about a person: a clearance, a licence to practise, a rule that is met."""

    LICENCE = "licence"
    SAFEGUARDING = "safeguarding"
    PROFESSIONAL_STANDING = "professional_standing"
    RULE = "rule"


class SuccessionKind(StrEnum):
    """How one place follows another."""

    SPLIT = "split"
    MERGE = "merge"
    ABOLISHED = "abolished"


class DocumentKind(StrEnum):
    """The papers of a programme (domain.md 6.4)."""

    MANDATE = "mandate"
    AGREEMENT = "agreement"
    MINUTES = "minutes"
    PLAN = "plan"
    PROJECT_LIST = "project_list"
    QUOTA_NOTICE = "quota_notice"
    PROPOSAL = "proposal"
    FEASIBILITY = "feasibility"
    CHANGE_ORDER = "change_order"
    ACCEPTANCE = "acceptance"
    FINAL_ACCOUNT = "final_account"
    AUDIT = "audit"
    HAND_OVER_LIST = "hand_over_list"
    HANDOVER_FILE = "handover_file"
    CONSENT = "consent"
    VISIT_NOTE = "visit_note"
    REPORT = "report"
    REPLY = "reply"
    EVALUATION = "evaluation"
    PHOTOGRAPH = "photograph"
    OTHER = "other"


class Answer(StrEnum):
    """A person's own answer. No reason is asked for."""

    OPEN = "open"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Voice(StrEnum):
    """Who speaks of a posting."""

    HOST = "host"
    SECONDEE = "secondee"


class AppraisalSide(StrEnum):
    HOST = "host"
    HOME = "home"


class ReviewSide(StrEnum):
    """Whose mark it is: of itself, of the other side, or of somebody who checked."""

    DONOR = "donor"
    RECIPIENT = "recipient"
    CHECKER = "checker"


class Fits(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Mark(StrEnum):
    """The four grades of a real appraisal (domain.md R20)."""

    GOOD = "good"
    FAIRLY_GOOD = "fairly_good"
    AVERAGE = "average"
    POOR = "poor"


class SafeguardQuestion(StrEnum):
    """What is asked of every project before it is approved; a line without an answer is printed."""

    RESETTLEMENT = "resettlement"
    LAND = "land"
    CHILDREN_AWAY = "children_away"
    LANGUAGE = "language"
    HERITAGE = "heritage"
    CONSENT = "consent"


class SafeguardAnswer(StrEnum):
    NOT_TOUCHED = "not_touched"
    TOUCHED = "touched"  # and `text` says what is done about it
    AGREED = "agreed"  # by those concerned, with their paper


class CheckResult(StrEnum):
    """What stands, some time after hand-over."""

    IN_USE = "in_use"
    PARTLY_IN_USE = "partly_in_use"
    OUT_OF_USE = "out_of_use"


class FeedbackKind(StrEnum):
    FEEDBACK = "feedback"
    OBJECTION = "objection"  # to what was published for objections
    REPLY = "reply"  # to a report or a figure


class FeedbackFrom(StrEnum):
    RECIPIENT_BODY = "recipient_body"
    DONOR_BODY = "donor_body"
    RESIDENT = "resident"
    SECONDEE = "secondee"
    OTHER = "other"


class FeedbackOutcome(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    NOTED = "noted"


class IncidentKind(StrEnum):
    ROAD = "road"
    ALTITUDE = "altitude"
    ILLNESS = "illness"
    WORKS = "works"
    WEATHER = "weather"
    OTHER = "other"


class Severity(StrEnum):
    NEAR_MISS = "near_miss"
    MINOR = "minor"
    SERIOUS = "serious"
    FATAL = "fatal"


class ConflictKind(StrEnum):
    """Why an edit was kept aside instead of being made."""

    LOST_RACE = "lost_race"  # the version it was made on had been replaced
    OTHER_CONTENT = "other_content"  # its key had been used for something else


class ConflictOutcome(StrEnum):
    """What somebody decided about a conflict."""

    OPEN = "open"
    STANDS = "stands"  # what the record holds stays
    TAKEN = "taken"  # what was proposed is made now


class JobState(StrEnum):
    """Where a piece of long work is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: what counts as paid: payments, less what came back, as corrected
PAID = frozenset({MoneyKind.PAYMENT, MoneyKind.RETURN, MoneyKind.CORRECTION})


def called(choice: StrEnum) -> Words:
    """What a choice is called, for people.

    >>> called(ProjectStatus.WORKS).say()
    'works under way'
    """
    noun = re.sub(r"(?<!^)(?=[A-Z])", "-", type(choice).__name__).lower()
    return Words(f"choices.{noun}-{choice.value.replace('_', '-')}")
