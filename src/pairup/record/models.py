"""Gathers the models for Django, and lists the tables of a programme folder in the order they load."""

from __future__ import annotations

from typing import Any

from pairup.record.claims import Claim, ClaimVersion
from pairup.record.complaints import (
    BoxRecipient,
    BoxRecipientVersion,
    Complaint,
    ComplaintAnswer,
    ComplaintAnswerVersion,
    ComplaintVersion,
)
from pairup.record.conflicts import Conflict, ConflictVersion
from pairup.record.documents import Document, DocumentVersion
from pairup.record.evaluations import Evaluation, EvaluationVersion, Registration, RegistrationVersion
from pairup.record.jobs import Job
from pairup.record.journal import JournalCheckpoint, JournalEntry
from pairup.record.mail import MailSent, MailWish
from pairup.record.money import (
    Commitment,
    CommitmentVersion,
    Envelope,
    EnvelopeVersion,
    ExchangeRate,
    ExchangeRateVersion,
    MoneyLine,
    MoneyLineVersion,
    RevenueBase,
    RevenueBaseVersion,
)
from pairup.record.oversight import Feedback, FeedbackVersion, Incident, IncidentVersion, Review, ReviewVersion
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
from pairup.record.projects import (
    Asset,
    AssetVersion,
    Contract,
    ContractVersion,
    Need,
    NeedVersion,
    Project,
    ProjectCheck,
    ProjectCheckVersion,
    ProjectVersion,
    Safeguard,
    SafeguardVersion,
    WorksRecord,
    WorksRecordVersion,
)
from pairup.record.results import Indicator, IndicatorVersion, Observation, ObservationVersion
from pairup.record.runs import Adoption, AdoptionVersion, PlanRun, PlanRunVersion
from pairup.record.service import (
    Appraisal,
    AppraisalVersion,
    ArrivalCheck,
    ArrivalCheckVersion,
    Extension,
    ExtensionVersion,
    PersonSignature,
    PersonSignatureVersion,
    PostOffer,
    PostOfferVersion,
    Swap,
    SwapVersion,
)
from pairup.record.staged import StagedChunk, StagedFile
from pairup.record.users import Grant, GrantVersion, Invitation, Token, User
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
        SourceVersion, ProgrammeVersion, PlaceVersion, SuccessionVersion, OrganisationVersion, DocumentVersion,
        RoadVersion, PairingVersion, RoundVersion, QuotaVersion, CallVersion, OfferVersion, IndicatorVersion,
        PairingPreferenceVersion, NeedVersion, ProjectVersion, SafeguardVersion, ContractVersion, WorksRecordVersion,
        AssetVersion, ProjectCheckVersion, RevenueBaseVersion, ExchangeRateVersion, CommitmentVersion,
        EnvelopeVersion, MoneyLineVersion, TeamVersion, AgreedResultVersion, PostVersion, PersonVersion,
        FitnessCheckVersion, AttestationVersion, HostViewVersion, PostOfferVersion, PostingVersion, SwapVersion,
        ExtensionVersion, PersonSignatureVersion, ArrivalCheckVersion, CounterpartVersion, WelfareCheckVersion,
        AppraisalVersion, ReviewVersion, FeedbackVersion, IncidentVersion, SiteVersion, VisitVersion,
        VisitFindingVersion, ObservationVersion, ClaimVersion, AssessmentVersion, PrivateFactVersion,
        ConstraintVersion, ConsentVersion, VaultReadVersion, SignatureVersion, PlanRunVersion, AdoptionVersion,
        RegistrationVersion, EvaluationVersion, ConflictVersion,
        GrantVersion,
        BoxRecipientVersion, ComplaintVersion, ComplaintAnswerVersion,
    )
}  # fmt: skip

__all__ = [name for name in dir() if name[0].isupper()]
