"""What the reports are made of: typed values that the services read from the record. No Django, no arithmetic.

One `ReportFacts` feeds both the office's page and the public page. What is not known stays None and is said in
words; an empty group of facts makes a section that says so. `Text` stands in two languages: either `Words` of
the catalogue, or `Both` (English and Chinese) for what the record itself holds.

Longer than other modules because it is the whole contract between services and reports, and holds nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pairup.reports.burdens import Burden
from pairup.reports.evaluation_facts import EvaluationFacts
from pairup.reports.five_ways import FiveWays
from pairup.values.codes import Channel, ClaimClass, Level, Preset, SignatureKind, Standing
from pairup.values.days import RoughDay
from pairup.values.money import Money
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Both:
    """Text of the record in English and Chinese. Where there is no Chinese, the English is shown and marked so."""

    en: str
    zh: str = ""

    def say(self, language: str = "en") -> str:
        return self.zh if language.startswith("zh") and self.zh else self.en


Text = Words | Both


@dataclass(frozen=True, slots=True)
class RowLink:
    """The rows a number was worked out from: a table of `ReportFacts.tables`, and the group in it.

    `key` holds values of the table's `group_by` columns, in order, from the first: of money grouped by pairing and
    year, `("fj-nyingchi", "2019")` is one year, `("fj-nyingchi",)` all its years and `()` the whole table.
    A single row is `(…all groups…, code)` when `group_by` ends in `code`.
    """

    table: str
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows that numbers link to, as the folder format writes them; every value is text, `code` comes first.

    The office's pages show them. Pseudonyms only: a column about fitness, family or preference is refused.
    `is_synthetic` is True when any row is.
    """

    name: str
    title: Text
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    group_by: tuple[str, ...] = ()
    is_synthetic: bool = False


# --- the programme and the day ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """Which programme, as of which day, by which version. `known_by` None: as known on `day`."""

    code: str
    name: Both
    preset: Preset
    day: date
    currency: str
    known_by: date | None = None
    is_demo: bool = False
    mandate: Both | None = None
    started: RoughDay | None = None  # the first day of the programme
    code_version: str = ""
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """The round that was planned. `end` is its last day."""

    code: str
    scheme: str
    ordinal: int
    start: date
    end: date


# --- plans --------------------------------------------------------------------------------------------------


class PlanKind(StrEnum):
    PAIRINGS = "pairings"
    POSTINGS = "postings"
    FUNDING = "funding"
    VISITS = "visits"


@dataclass(frozen=True, slots=True)
class Count:
    """One count of a plan, e.g. posts filled, with its rows."""

    label: Text
    value: int
    rows: RowLink | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The headline of one plan. Seconds are left out: they differ from run to run.

    `status` is optimal, feasible, infeasible or unknown. `weights` are the named points, as the planner prints them.
    `proof` says in words how good the plan provably is. Of posts: `asked` are posts, `decided` those filled,
    `considered` the candidates; of projects and sites likewise.
    """

    kind: PlanKind
    status: str
    objective: Decimal | int | None = None
    bound: Decimal | int | None = None
    gap: Decimal | None = None  # as a share: 0.02 is 2 %
    proof: Text | None = None
    run: str = ""
    seed: int = 0
    solver: str = ""
    blocks: int | None = None
    asked: Count | None = None
    decided: Count | None = None
    considered: Count | None = None
    counts: tuple[Count, ...] = ()  # any others worth telling
    weights: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[Text, ...] = ()
    is_adopted: bool = False
    beside: tuple[Text, ...] = ()  # of postings: rounds looked at, or the price of a fair order; for the office


# --- places and pairings ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NameFacts:
    """An organisation, by code and name. `order` is its official code: lists are sorted by it, never by a figure."""

    code: str
    name: Both
    order: str = ""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place and where its seat is. `area` is the code of its prefecture, or itself when it is one or larger.

    The public page shows nothing smaller than `area`; so the facts hold a `PlaceFacts` for every area named here.
    """

    code: str
    name: Both
    level: Level
    area: str
    order: str = ""
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: int | None = None
    name_bo: str = ""


class Change(StrEnum):
    """What the plan of the round does to a pairing; NONE where no plan was made."""

    KEPT = "kept"
    CHANGED = "changed"
    NEW = "new"
    ENDED = "ended"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PairingFacts:
    """One pairing with its days. `people` are posted along it in the planned round, of `posts` asked for."""

    code: str
    donor: NameFacts
    place: str  # code of a PlaceFacts
    channel: Channel
    start: RoughDay | None = None
    end: RoughDay | None = None  # its last day
    change: Change = Change.NONE
    reason: Text | None = None
    people: int | None = None
    posts: int | None = None
    standing: Standing | None = None
    is_synthetic: bool = False
    rows: RowLink | None = None
    people_rows: RowLink | None = None


# --- money --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoneyFacts:
    """The five-way view of one pairing in one year. None: no rows, which is not the same as nothing.

    `due` is None with `due_note` saying why (no base, no rule in force); `due_note` may also name the rule and its
    standing where there is an amount. `executed` is the value of works done.
    """

    pairing: str
    year: int
    due: Money | None = None
    due_note: Text | None = None
    pledged: Money | None = None
    paid: Money | None = None
    executed: Money | None = None
    audited: Money | None = None
    is_synthetic: bool = False
    rows: RowLink | None = None  # of money, for pledged, paid and audited
    works_rows: RowLink | None = None  # of works, for executed
    due_rows: RowLink | None = None  # of revenue bases, for due


# --- one post followed through ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorthPart:
    """Points of one named weight: of the chosen person and of the runner-up."""

    name: Text
    chosen: int
    runner_up: int | None = None


@dataclass(frozen=True, slots=True)
class FollowedPost:
    """One post followed through. People are codes. Whatever rests on health, family or preference is told as
    "a personal condition"; `parts` must not split such points off by name."""

    post: str
    title: Both
    place: str
    donor: NameFacts
    need: Both
    person: str
    priority: int | None = None
    stated_by: Text | None = None
    considered: int | None = None  # people who meet every requirement of the post
    profession: Text | None = None
    term_start: date | None = None
    term_end: date | None = None
    worth: int | None = None
    parts: tuple[WorthPart, ...] = ()
    runner_up: str = ""
    runner_up_worth: int | None = None
    why_chosen: Text | None = None
    force_cost: int | None = None  # points the whole plan loses when the runner-up is forced into the post
    force_moves: tuple[Text, ...] = ()  # who would move where
    drop_out: Text | None = None  # what happens if the chosen person drops out
    drop_out_cost: int | None = None
    drop_out_moves: tuple[Text, ...] = ()
    is_synthetic: bool = False
    need_rows: RowLink | None = None
    post_rows: RowLink | None = None
    candidate_rows: RowLink | None = None


# --- rounds and handovers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundPeople:
    """People of one round, with its days as precisely as they are known. `is_planned` marks the round drafted now."""

    code: str
    scheme: str
    ordinal: int
    start: date | RoughDay
    end: date | RoughDay  # its last day
    people: int | None
    is_planned: bool = False
    is_synthetic: bool = False
    rows: RowLink | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """How posts passed from one round to the next: with an overlap, with a gap, or to nobody."""

    earlier: str
    later: str
    overlapping: int
    gap: int
    not_followed: int
    median_overlap_days: int | None = None
    is_synthetic: bool = False
    rows: RowLink | None = None


# --- unmet needs --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnmetPost:
    """A post that the plan leaves empty, with the reasons; the recipient's own priority, 5 is highest."""

    post: str
    title: Both
    place: str
    reasons: tuple[Text, ...]
    need: Both | None = None
    profession: Text | None = None
    priority: int | None = None
    considered: int | None = None  # people who meet every requirement
    is_synthetic: bool = False
    rows: RowLink | None = None


# --- how firm and how fair ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpreadFacts:
    """How a share is spread: lowest, mean and highest (1.0 is all), and the Gini coefficient."""

    name: Text
    lowest: float
    mean: float
    highest: float
    gini: float


@dataclass(frozen=True, slots=True)
class FairFacts:
    """The round planned by a fair order: points it costs of the most a plan is worth; the lowest share of seats filled
    at a place and the Gini coefficient of these shares, each of the plan worth most and of this one."""

    order: Text
    price: float
    welfare: float
    lowest: tuple[float, float]
    gini: tuple[float, float]
    is_proved: bool


@dataclass(frozen=True, slots=True)
class ChecksFacts:
    """What a posting run keeps beside its plan. `weights` are (name, postings kept with it lower, higher); `envies`
    (place, the place it envies, points of its own people, of the other's); `burdens` (donor, sent, of its quota),
    by official code; `reasons` (why, seats empty). Rows by place or donor are for the office."""

    since: str
    percent: int
    share: float
    firm: int
    of: int
    shifts: int
    weights: tuple[tuple[Text, int, int], ...]
    spreads: tuple[SpreadFacts, ...]
    envious: Text
    alternatives: tuple[Text, ...] = ()
    envies: tuple[tuple[str, str, float, float], ...] = ()
    burdens: tuple[tuple[NameFacts, int, int], ...] = ()
    reasons: tuple[tuple[Text, int], ...] = ()
    fair: tuple[FairFacts, ...] = ()


# --- the portfolio ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project considered. `start_year` None: not chosen, with the reason."""

    code: str
    title: Both
    place: str
    category: Text
    cost: Money
    start_year: int | None = None
    pairing: str = ""
    tags: tuple[Text, ...] = ()
    reason: Text | None = None
    is_synthetic: bool = False
    rows: RowLink | None = None

    @property
    def is_chosen(self) -> bool:
        return self.start_year is not None


@dataclass(frozen=True, slots=True)
class FloorFacts:
    """A share the money must reach, and what the portfolio reaches. Shares: 0.8 is 80 %."""

    name: Text
    required: Decimal
    reached: Decimal | None
    standing: Standing | None = None
    note: Text | None = None
    rows: RowLink | None = None


@dataclass(frozen=True, slots=True)
class EnvelopeFacts:
    """What may be spent in a year and what the portfolio uses. `label` names the purse, e.g. the donor."""

    label: Text
    year: int
    limit: Money
    used: Money
    is_synthetic: bool = False
    rows: RowLink | None = None


@dataclass(frozen=True, slots=True)
class PortfolioFacts:
    first_year: int
    last_year: int
    projects: tuple[ProjectFacts, ...] = ()
    floors: tuple[FloorFacts, ...] = ()
    envelopes: tuple[EnvelopeFacts, ...] = ()
    is_synthetic: bool = False
    floor_costs: tuple[Words, ...] = ()  # what the floors cost, and one more point of share of each; for the office


# --- the visit ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StopFacts:
    """One stop. Minutes count from midnight of the day; `arrive` 570 is 09:30."""

    site: str
    name: Both
    arrive: int
    leave: int
    drive_minutes: int | None = None  # from the stop before
    altitude_m: int | None = None
    purpose: Text | None = None


@dataclass(frozen=True, slots=True)
class VisitDay:
    """One day on the road and the night after it (None: the last day, or not known)."""

    day: date
    stops: tuple[StopFacts, ...]
    start: Both | None = None
    start_minute: int | None = None
    start_altitude_m: int | None = None
    end_minute: int | None = None  # arrival where the day ends
    night: Both | None = None
    night_altitude_m: int | None = None


@dataclass(frozen=True, slots=True)
class ProfilePoint:
    """A point of the altitude profile: hours since the first departure."""

    hours: float
    altitude_m: int
    name: Both | None = None
    is_night: bool = False


@dataclass(frozen=True, slots=True)
class ItineraryFacts:
    purpose: Both
    days: tuple[VisitDay, ...]
    profile: tuple[ProfilePoint, ...] = ()
    altitude_rule: Text | None = None
    not_visited: tuple[tuple[Both, Text], ...] = ()  # site and why
    is_synthetic: bool = False
    rows: RowLink | None = None


# --- claims -------------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """The three heads under which verdicts are counted; the verdict itself is said in full."""

    HOLDS = "holds"
    CONTRADICTED = "contradicted"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """One claim with its verdict. `computed` is the total of the record shown beside it; where it rests on
    synthetic rows it proves and refutes nothing. `conflicts` are codes of claims that say otherwise."""

    code: str
    text: Both
    speaker: str
    day: RoughDay
    claim_class: ClaimClass
    outcome: Outcome
    verdict: Text
    figure: Decimal | None = None
    uom: str = ""
    notes: tuple[Text, ...] = ()
    computed: Decimal | None = None
    computed_is_synthetic: bool = False
    computed_rows: RowLink | None = None
    conflicts: tuple[str, ...] = ()
    mission: str = ""  # S1 … S10 where the claim belongs to the founding story
    standing: Standing | None = None
    sources: tuple[str, ...] = ()
    rows: RowLink | None = None
    kind: str = ""  # the verdict by its code
    is_evaluated: bool = False


# --- totals, signatures, sources ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Total:
    """A total computed from the rows. Money where it is money; a plain number with its uom where not."""

    code: str
    label: Text
    value: Money | Decimal | int
    uom: Text | None = None
    is_synthetic: bool = False
    rows: RowLink | None = None
    counts_people: bool = False  # people or households: rounded for the public


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """Whether a side signed. `kind` None: no signature is on record, and the report prints that."""

    organisation: NameFacts
    about: Text
    kind: SignatureKind | None = None
    day: RoughDay | None = None
    reservation: Both | None = None


@dataclass(frozen=True, slots=True)
class WaitingFacts:
    """Things of one kind that wait on the day: how many, how many overdue, the longest in days, and for whom."""

    kind: Words
    waiting: int
    overdue: int
    longest: int | None
    owners: tuple[str, ...] = ()
    has_more_owners: bool = False


@dataclass(frozen=True, slots=True)
class BulkReadFacts:
    """How often two offices had the personal data of many people read at once, and of how many; never of whom."""

    asked_by: Both
    agreed_by: Both
    times: int
    people: int


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Where facts were read; `used` counts the rows that name it."""

    code: str
    citation: str
    address: str = ""
    licence: str = ""
    used: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Of one table of the record: how many rows are synthetic, and the standing of the others."""

    table: str
    title: Text
    rows: int
    synthetic: int
    standings: Mapping[str, int] = field(default_factory=dict)  # Standing -> rows; "" where none is given
    link: RowLink | None = None


@dataclass(frozen=True, slots=True)
class CheckpointFacts:
    """How long the journal was and what its head was, as it was last signed: what a reader can keep of it."""

    log: str
    size: int
    head: str
    day: date


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything both reports need."""

    programme: ProgrammeFacts
    round: RoundFacts | None = None
    plans: tuple[PlanFacts, ...] = ()
    places: tuple[PlaceFacts, ...] = ()
    pairings: tuple[PairingFacts, ...] = ()
    donor_places: Mapping[str, PlaceFacts] = field(default_factory=dict)  # donor code -> where it is, if known
    money: tuple[MoneyFacts, ...] = ()
    followed: FollowedPost | None = None
    rounds: tuple[RoundPeople, ...] = ()
    handovers: tuple[Handover, ...] = ()
    unmet: tuple[UnmetPost, ...] = ()
    checks: ChecksFacts | None = None
    portfolio: PortfolioFacts | None = None
    itinerary: ItineraryFacts | None = None
    claims: tuple[ClaimFacts, ...] = ()
    evaluations: tuple[EvaluationFacts, ...] = ()
    totals: tuple[Total, ...] = ()
    five_ways: tuple[FiveWays, ...] = ()  # what lies between the steps of money; for the office
    burdens: tuple[Burden, ...] = ()  # of this programme's donors in the others of the record; for the office
    signatures: tuple[SignatureFacts, ...] = ()
    waiting: tuple[WaitingFacts, ...] = ()
    bulk_reads: tuple[BulkReadFacts, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    origins: tuple[Origin, ...] = ()
    checkpoint: CheckpointFacts | None = None
    tables: tuple[RowTable, ...] = ()

    @property
    def is_synthetic(self) -> bool:
        """Whether any row behind this report is synthetic."""
        return any(origin.synthetic for origin in self.origins) or any(table.is_synthetic for table in self.tables)

    def place(self, code: str) -> PlaceFacts:
        """Give a place by its code. A code without facts stands for itself, without coordinates."""
        for place in self.places:
            if place.code == code:
                return place
        return PlaceFacts(code, Both(code), Level.SITE, area=code)

    def plan(self, kind: PlanKind) -> PlanFacts | None:
        return next((plan for plan in self.plans if plan.kind is kind), None)
