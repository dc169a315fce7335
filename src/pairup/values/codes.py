"""Closed lists that the record, the planners and the reports share."""

from __future__ import annotations

from enum import StrEnum


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


class StatedBy(StrEnum):
    """Who stated a need."""

    OFFICE = "office"
    RESIDENTS = "residents"
    SURVEY = "survey"


class ProjectStatus(StrEnum):
    PROPOSED = "proposed"
    PLANNED = "planned"
    APPROVED = "approved"
    WORKS = "works"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"
    OPERATING = "operating"
    SUSPENDED = "suspended"
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


class ConflictKind(StrEnum):
    """Why an edit was kept aside instead of being made."""

    LOST_RACE = "lost_race"  # the version it was made on had been replaced
    OTHER_CONTENT = "other_content"  # its key had been used for something else


class ConflictOutcome(StrEnum):
    """What somebody decided about a conflict."""

    OPEN = "open"
    STANDS = "stands"  # what the record holds stays
    TAKEN = "taken"  # what was proposed is made now


#: what counts as paid: payments, less what came back, as corrected
PAID = frozenset({MoneyKind.PAYMENT, MoneyKind.RETURN, MoneyKind.CORRECTION})
