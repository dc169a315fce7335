"""What a posting, a pairing or a project is worth: named points that both sides can see. And who is eligible.

Age and sex are not here and cannot be: no column of the record holds them. Points are whole numbers, so that a
proof of optimality is exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pairup.rules.register import Rule, Version, find_rule
from pairup.values.codes import Attested, Fitness
from pairup.values.days import Span
from pairup.values.trades import several, skill_called
from pairup.values.words import Words

#: the parts that a posting's worth is made of, each with a weight of its own
PARTS = (
    "filled", "priority", "experience", "skills", "language", "preference", "host_preference", "continuity",
    "fair_share",
)  # fmt: skip
#: reasons that are told only to the person; everybody else reads "a personal condition"
PERSONAL = frozenset({
    "worth.not-fit", "worth.own-altitude-limit", "worth.preference", "worth.fitness-expired", "worth.no-clearance",
    "worth.clearance-expired", "worth.rule-not-known", "worth.rule-not-met", "worth.host-refuses",
    "vault.kept-away",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostingWeights:
    """Points for one posting, by name. `since` is the day from which an office uses them."""

    since: date
    filled: int  # a post that is filled at all
    priority: int  # for each step of the host's priority, 1 to 5
    skills: int  # all desired skills; a share of them for some
    experience: int  # a year in the profession, up to `experience_years`
    experience_years: int
    language: int  # a local language, where the post does not require one
    preference: tuple[int, ...]  # the person's first, second, third place
    host_preference: tuple[int, ...] = ()  # the host's first, second, third candidate
    same_person: int = 0  # who holds the post and may stay
    same_sender: int = 0  # from the donor of whoever holds it
    fair_share: int = 0  # all desired skills, at a place that had fewest of them in the round before

    @classmethod
    def of(cls, version: Version) -> PostingWeights:
        """The weights that a version of a rule `posting_weights` names; each is a whole number of points.

        What an earlier version does not name earned nothing then.
        """
        terms = version.terms
        names = ("filled", "priority", "skills", "experience", "experience_years", "language")
        points = {name: int(terms[name]) for name in names}
        later = {name: int(terms.get(name, 0)) for name in ("same_person", "same_sender", "fair_share")}
        wishes, hosts = (tuple(int(row) for row in terms.get(name, ())) for name in ("preference", "host_preference"))
        return cls(since=version.starts, preference=wishes, host_preference=hosts, **(points | later))

    @classmethod
    def on(cls, day: date, known_by: date | None = None, rule: Rule | None = None) -> PostingWeights:
        """The weights in force on a day, by a programme's own rule or the general one.

        A plan needs weights: where none had been published yet, those of the first version.
        """
        return cls.of((rule or find_rule("posting_weights.general")).on_or_first(day, known_by=known_by))

    def named(self) -> dict[str, str]:
        """Give the weights as a plan prints them."""
        return {
            "filled": str(self.filled),
            "priority": f"{self.priority} x 1..5",
            "skills": f"{self.skills} x share of desired skills",
            "experience": f"{self.experience} x years, at most {self.experience_years}",
            "language": str(self.language),
            "preference": "/".join(map(str, self.preference)),
            "host_preference": "/".join(map(str, self.host_preference)) or "0",
            "continuity": f"{self.same_person} who stays, {self.same_sender} from the same donor",
            "fair_share": f"{self.fair_share} x share of desired skills x how far the place fell behind",
        }


@dataclass(frozen=True, slots=True)
class Certificate:
    """A fitness outcome: up to an altitude, on the days it is valid."""

    outcome: Fitness
    altitude_m: int
    valid: Span


@dataclass(frozen=True, slots=True)
class Attestation:
    """What was signed about a person: that they hold a licence or a clearance, or meet a dated rule, or do not.

    `rule` names the rule where `kind` is that of a rule. No ground of it stands here: an age limit is a rule that is
    met or not, never an age.
    """

    kind: Attested
    holds: bool
    valid: Span
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who could be posted; the columns that worth and eligibility need."""

    code: str
    donor: str
    profession: str
    skills: frozenset[str]
    languages: frozenset[str]
    grade: int
    years: int
    licensed: bool | None
    available: Span
    certificates: tuple[Certificate, ...] = ()
    altitude_limit_m: int | None = None
    prefers: tuple[str, ...] = ()
    attested: tuple[Attestation, ...] = ()


@dataclass(frozen=True, slots=True)
class Handover:
    """What a dated rule asks of a newcomer: to be there by a day, so many days beside whoever holds the post."""

    by: date
    days: int


#: below this no certificate is asked for, unless the programme's rule of altitude classes begins elsewhere (R19)
CERTIFIED_FROM_M = 3000


@dataclass(frozen=True, slots=True)
class Opening:
    """A post to fill. `open_to` holds donor codes; `altitude_m` None asks for no certificate."""

    code: str
    place: str
    profession: str
    term: Span
    open_to: frozenset[str]
    skills_required: frozenset[str] = frozenset()
    skills_desired: frozenset[str] = frozenset()
    language: str = ""
    least_grade: int = 1
    licence_needed: bool = False
    altitude_m: int | None = None
    priority: int = 3
    local_languages: frozenset[str] = field(default_factory=frozenset)
    handover: Handover | None = None
    clearance: Attested | None = None
    certified_from_m: int = CERTIFIED_FROM_M
    rules: tuple[str, ...] = ()  # dated rules of the programme that a person has to meet
    refused: frozenset[str] = frozenset()  # people whom the host refuses
    kept_away: frozenset[str] = frozenset()  # people who must not be sent here, for a reason told in confidence
    ranked: Mapping[str, int] = field(default_factory=dict)  # the host's ranks of people, 1 the first choice
    held_by: frozenset[str] = frozenset()  # who holds the post until this term
    sent_by: frozenset[str] = frozenset()  # the donors they come from
    behind: float = 0.0  # 0 to 1: how far the place fell behind in desired skills in the round before

    def first_day(self, person: str = "") -> date | None:
        """The first day in post: of the term, or before it that of the handover. Nobody hands over to themselves."""
        first, handover = self.term.first, self.handover
        if first is None or handover is None or person in self.held_by:
            return first
        return min(first, handover.by)


def why_not(person: Candidate, post: Opening) -> Words | None:
    """Say why a person may not take a post, or None. The first of the requirements in order that fails."""
    facts = {"person": person.code, "post": post.code}
    if person.donor not in post.open_to:
        return Words("worth.other-donor", facts | {"donor": person.donor, "open_to": ", ".join(sorted(post.open_to))})
    if person.profession != post.profession:
        return Words("worth.other-profession", facts | {"has": person.profession, "needs": post.profession})
    if missing := post.skills_required - person.skills:
        return Words("worth.skills-missing", facts | {"missing": several(map(skill_called, sorted(missing)))})
    if person.grade < post.least_grade:
        return Words("worth.grade-too-low", facts | {"grade": person.grade, "least": post.least_grade})
    if post.language and post.language not in person.languages:
        return Words("worth.language-missing", facts | {"language": post.language})
    if not _covers(person.available, post.term):
        return Words("worth.not-available", facts)
    if (late := _misses_handover(person, post)) is not None:
        return Words("worth.handover-missed", {**facts, **late})
    return _signed(person, post, facts) or _altitude(person, post, facts)


def _covers(available: Span, term: Span) -> bool:
    starts = available.first is None or (term.first is not None and available.first <= term.first)
    ends = available.last is None or (term.last is not None and term.last <= available.last)
    return starts and ends


def _misses_handover(person: Candidate, post: Opening) -> dict[str, object] | None:
    """By when the newcomer has to be there and from when they can, if they come too late."""
    free, begins = person.available.first, post.first_day(person.code)
    if post.handover is None or free is None or begins is None or free <= begins:
        return None
    return {"by": begins.isoformat(), "free": free.isoformat(), "days": post.handover.days}


def _signed(person: Candidate, post: Opening, facts: Mapping[str, object]) -> Words | None:
    """What is missing of licence, clearance and rules of selection on the first day in post.

    A licence on record with its days counts on these days only; one that is merely noted counts as it is.
    """
    begins = post.first_day(person.code)
    if post.licence_needed:
        found = _attested(person, Attested.LICENCE, begins)
        if found is None and any(one.kind is Attested.LICENCE for one in person.attested):
            return Words("worth.licence-expired", facts)
        if not (person.licensed if found is None else found):
            return Words("worth.no-licence", facts)
    if post.clearance is not None and not (found := _attested(person, post.clearance, begins)):
        is_past = found is None and any(one.kind is post.clearance and one.holds for one in person.attested)
        return Words("worth.clearance-expired" if is_past else "worth.no-clearance", facts)
    for rule in post.rules:
        if not (is_met := _attested(person, Attested.RULE, begins, rule)):
            return Words("worth.rule-not-known" if is_met is None else "worth.rule-not-met", {**facts, "rule": rule})
    if person.code in post.kept_away:
        return Words("vault.kept-away", facts)
    return Words("worth.host-refuses", facts) if person.code in post.refused else None


def _attested(person: Candidate, kind: Attested, day: date | None, rule: str = "") -> bool | None:
    """What the newest of the attestations valid on a day says; None where none is: not known is no answer."""
    valid = [
        one for one in person.attested if one.kind is kind and one.rule == rule and (day is None or day in one.valid)
    ]
    newest = max((one.valid.first or date.min for one in valid), default=None)
    said = [one.holds for one in valid if (one.valid.first or date.min) == newest]
    return all(said) if said else None


def _altitude(person: Candidate, post: Opening, facts: Mapping[str, object]) -> Words | None:
    """Whether the newest check valid on the first day in post reaches the altitude; a later one takes its place."""
    if post.altitude_m is None or post.altitude_m < post.certified_from_m:
        return None
    if person.altitude_limit_m is not None and person.altitude_limit_m < post.altitude_m:
        return Words("worth.own-altitude-limit", facts)
    able = {c for c in person.certificates if c.outcome is not Fitness.UNFIT and c.altitude_m >= post.altitude_m}
    if not able:
        return Words("worth.not-fit", facts)
    if (begins := post.first_day(person.code)) is None:
        return None
    valid = [c for c in person.certificates if begins in c.valid]
    newest = max((c.valid.first or date.min for c in valid), default=None)
    if any(c not in able for c in valid if (c.valid.first or date.min) == newest):
        return Words("worth.not-fit", facts)
    return None if valid else Words("worth.fitness-expired", facts)


def posting_points(person: Candidate, post: Opening, weights: PostingWeights) -> dict[str, int]:
    """Split the worth of an eligible posting into its named points."""
    points = {
        "filled": weights.filled,
        "priority": weights.priority * post.priority,
        "experience": weights.experience * min(person.years, weights.experience_years),
    }
    if post.skills_desired:
        share = len(post.skills_desired & person.skills) / len(post.skills_desired)
        points["skills"] = round(weights.skills * share)
        if extra := round(weights.fair_share * post.behind * share):
            points["fair_share"] = extra
    if not post.language and person.languages & post.local_languages:
        points["language"] = weights.language
    if post.place in person.prefers[: len(weights.preference)]:
        points["preference"] = weights.preference[person.prefers.index(post.place)]
    rank = post.ranked.get(person.code)
    if rank is not None and 1 <= rank <= len(weights.host_preference):
        points["host_preference"] = weights.host_preference[rank - 1]
    stays = weights.same_person if person.code in post.held_by else 0
    if kept := stays or (weights.same_sender if person.donor in post.sent_by else 0):
        points["continuity"] = kept
    return points


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What each option is worth, part by part: `points[k, n]` of option k for the weight `names[n]`, in whole points.

    The worth of an option is the sum of its row; with weights in other proportions it is `points @ factors`.
    """

    names: tuple[str, ...]
    points: NDArray[np.float64]

    @property
    def worth(self) -> NDArray[np.float64]:
        return np.asarray(self.points.sum(axis=1))

    def earned(self) -> Parts:
        """The parts that some option earns; a weight that nothing is earned by changes no plan."""
        earned = np.flatnonzero((self.points != 0).sum(axis=0))
        return Parts(tuple(self.names[at] for at in earned), self.points[:, earned])

    def ordered(self, order: Sequence[int] | NDArray[np.int64]) -> Parts:
        """The rows in another order: row k of the answer is row `order[k]`."""
        return Parts(self.names, self.points[np.asarray(order, dtype=np.int64)])


def posting_parts(
    people: Sequence[Candidate], posts: Sequence[Opening], pairs: Sequence[tuple[int, int]], weights: PostingWeights
) -> Parts:
    """The worth of each pair (person, post), part by part."""
    column = {name: at for at, name in enumerate(PARTS)}
    points = np.zeros((len(pairs), len(PARTS)))
    for row, (k, j) in enumerate(pairs):
        for name, value in posting_points(people[k], posts[j], weights).items():
            points[row, column[name]] = value
    return Parts(PARTS, points)


def eligible(people: Sequence[Candidate], posts: Sequence[Opening]) -> Iterator[tuple[int, int]]:
    """Give the index pairs (person, post) that meet every requirement, ordered by post, then person."""
    shelf: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, person in enumerate(people):
        shelf[person.donor, person.profession].append(at)
    for at, post in enumerate(posts):
        reach: Iterable[int] = sorted(k for donor in post.open_to for k in shelf[donor, post.profession])
        for k in reach:
            if why_not(people[k], post) is None:
                yield k, at


def first_days(people: Iterable[Candidate], posts: Iterable[Opening]) -> dict[str, date | None]:
    """By person: from when they can serve. Who holds a post may also serve in it on the days of its handover."""
    own: dict[str, date] = {}
    for post in posts:
        if post.handover is not None and post.term.first is not None:
            for person in post.held_by:
                own[person] = min(post.handover.by, own.get(person, post.handover.by))
    return {
        person.code: first if (first := person.available.first) is None else min(first, own.get(person.code, first))
        for person in people
    }


def told(words: Words, *, to_person: bool) -> Words:
    """Tell a reason to an audience: health, family and preference are told to nobody but the person."""
    if to_person or words.code not in PERSONAL:
        return words
    return Words(
        "worth.personal-condition", {key: words.facts[key] for key in ("person", "post") if key in words.facts}
    )


@dataclass(frozen=True, slots=True)
class FundingWeights:
    """Points for one project, by name."""

    since: date = date(2026, 1, 1)
    benefit: int = 1  # each point of the appraisal
    priority: int = 10  # for each step of the recipient's priority, 1 to 5
    wait: int = 2  # lost for each year after the first in which it could start

    def named(self) -> dict[str, str]:
        return {
            "benefit": f"{self.benefit} x appraised points",
            "priority": f"{self.priority} x 1..5",
            "wait": f"-{self.wait} x years waited",
        }
