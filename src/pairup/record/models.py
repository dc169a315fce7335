"""Gathers the models for Django, and lists the tables of a programme folder in the order they load."""

from __future__ import annotations

from typing import Any

from pairup.record.claims import Claim, ClaimVersion
from pairup.record.conflicts import Conflict, ConflictVersion
from pairup.record.evaluations import Evaluation, EvaluationVersion, Registration, RegistrationVersion
from pairup.record.journal import JournalCheckpoint, JournalEntry
from pairup.record.money import (
    Envelope,
    EnvelopeVersion,
    ExchangeRate,
    ExchangeRateVersion,
    MoneyLine,
    MoneyLineVersion,
    RevenueBase,
    RevenueBaseVersion,
)
from pairup.record.pairings import (
    AgreedResult,
    AgreedResultVersion,
    Call,
    CallVersion,
    Offer,
    OfferVersion,
    Pairing,
    PairingPreference,
    PairingPreferenceVersion,
    PairingVersion,
    Quota,
    QuotaVersion,
    Round,
    RoundVersion,
    Signature,
    SignatureVersion,
)
from pairup.record.people import (
    Attestation,
    AttestationVersion,
    Counterpart,
    CounterpartVersion,
    FitnessCheck,
    FitnessCheckVersion,
    HostView,
    HostViewVersion,
    Person,
    PersonVersion,
    Post,
    Posting,
    PostingVersion,
    PostVersion,
    Team,
    TeamVersion,
    WelfareCheck,
    WelfareCheckVersion,
)
from pairup.record.places import (
    Organisation,
    OrganisationVersion,
    Place,
    PlaceVersion,
    Programme,
    ProgrammeVersion,
    Road,
    RoadVersion,
    Source,
    SourceVersion,
    Succession,
    SuccessionVersion,
)
from pairup.record.projects import Need, NeedVersion, Project, ProjectVersion, WorksRecord, WorksRecordVersion
from pairup.record.results import Indicator, IndicatorVersion, Observation, ObservationVersion
from pairup.record.runs import Adoption, AdoptionVersion, PlanRun, PlanRunVersion
from pairup.record.users import User
from pairup.record.vault import (
    Assessment,
    AssessmentVersion,
    Consent,
    ConsentVersion,
    Constraint,
    ConstraintVersion,
    PrivateFact,
    PrivateFactVersion,
    VaultRead,
    VaultReadVersion,
)
from pairup.record.visits import Site, SiteVersion, Visit, VisitFinding, VisitFindingVersion, VisitVersion

#: version models in an order in which every reference points backwards, or into the same table
TABLES: dict[str, Any] = {
    model.table: model
    for model in (
        SourceVersion, ProgrammeVersion, PlaceVersion, SuccessionVersion, OrganisationVersion, RoadVersion,
        PairingVersion, RoundVersion, QuotaVersion, CallVersion, OfferVersion, IndicatorVersion,
        AgreedResultVersion, PairingPreferenceVersion, NeedVersion, ProjectVersion, WorksRecordVersion,
        RevenueBaseVersion, ExchangeRateVersion, EnvelopeVersion, MoneyLineVersion, TeamVersion, PostVersion,
        PersonVersion, FitnessCheckVersion, AttestationVersion, HostViewVersion, PostingVersion, CounterpartVersion,
        WelfareCheckVersion, SiteVersion, VisitVersion, VisitFindingVersion, ObservationVersion, ClaimVersion,
        AssessmentVersion, PrivateFactVersion, ConstraintVersion, ConsentVersion, VaultReadVersion,
        SignatureVersion, PlanRunVersion, AdoptionVersion, RegistrationVersion, EvaluationVersion,
        ConflictVersion,
    )
}  # fmt: skip

__all__ = [name for name in dir() if name[0].isupper()]
