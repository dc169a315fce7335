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

from pairup.rules.register import NoRuleError, Rule, Version, find_rule
from pairup.values.codes import Fitness
from pairup.values.days import Span
from pairup.values.words import Words

#: the parts that a posting's worth is made of, each with a weight of its own
PARTS = ("filled", "priority", "experience", "skills", "language", "preference")
#: reasons that are told only to the person; everybody else reads "a personal condition"
PERSONAL = frozenset({"worth.not-fit", "worth.own-altitude-limit", "worth.preference", "worth.fitness-expired"})


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

    @classmethod
    def of(cls, version: Version) -> PostingWeights:
        """The weights that a version of a rule `posting_weights` names; each is a whole number of points."""
        terms = version.terms
        names = ("filled", "priority", "skills", "experience", "experience_years", "language")
        points = {name: int(terms[name]) for name in names}
        return cls(since=version.starts, preference=tuple(int(row) for row in terms["preference"]), **points)

    @classmethod
    def on(cls, day: date, known_by: date | None = None, rule: Rule | None = None) -> PostingWeights:
        """The weights in force on a day, by a programme's own rule or the general one.

        A plan needs weights: where none had been published yet, those of the first version.
        """
        rule = rule or find_rule("posting_weights.general")
        try:
            return cls.of(rule.on(day, known_by=known_by))
        except NoRuleError:
            return cls.of(rule.versions[0])

    def named(self) -> dict[str, str]:
        """Give the weights as a plan prints them."""
        return {
            "filled": str(self.filled),
            "priority": f"{self.priority} x 1..5",
            "skills": f"{self.skills} x share of desired skills",
            "experience": f"{self.experience} x years, at most {self.experience_years}",
            "language": str(self.language),
            "preference": "/".join(map(str, self.preference)),
        }


@dataclass(frozen=True, slots=True)
class Certificate:
    """A fitness outcome: up to an altitude, on the days it is valid."""

    outcome: Fitness
    altitude_m: int
    valid: Span


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


#: below this altitude no certificate is asked for (hardship class 1 begins at 3,000 m: domain.md R19)
CERTIFIED_FROM_M = 3000


def why_not(person: Candidate, post: Opening) -> Words | None:
    """Say why a person may not take a post, or None. The first of the requirements in order that fails."""
    facts = {"person": person.code, "post": post.code}
    if person.donor not in post.open_to:
        return Words("worth.other-donor", facts | {"donor": person.donor, "open_to": ", ".join(sorted(post.open_to))})
    if person.profession != post.profession:
        return Words("worth.other-profession", facts | {"has": person.profession, "needs": post.profession})
    if missing := post.skills_required - person.skills:
        return Words("worth.skills-missing", facts | {"missing": ", ".join(sorted(missing))})
    if person.grade < post.least_grade:
        return Words("worth.grade-too-low", facts | {"grade": person.grade, "least": post.least_grade})
    if post.licence_needed and not person.licensed:
        return Words("worth.no-licence", facts)
    if post.language and post.language not in person.languages:
        return Words("worth.language-missing", facts | {"language": post.language})
    if not _covers(person.available, post.term):
        return Words("worth.not-available", facts)
    return _altitude(person, post, facts)


def _covers(available: Span, term: Span) -> bool:
    starts = available.first is None or (term.first is not None and available.first <= term.first)
    ends = available.last is None or (term.last is not None and term.last <= available.last)
    return starts and ends


def _altitude(person: Candidate, post: Opening, facts: Mapping[str, object]) -> Words | None:
    if post.altitude_m is None or post.altitude_m < CERTIFIED_FROM_M:
        return None
    if person.altitude_limit_m is not None and person.altitude_limit_m < post.altitude_m:
        return Words("worth.own-altitude-limit", facts)
    able = [c for c in person.certificates if c.outcome is not Fitness.UNFIT and c.altitude_m >= post.altitude_m]
    if not able:
        return Words("worth.not-fit", facts)
    if post.term.first is not None and not any(post.term.first in c.valid for c in able):
        return Words("worth.fitness-expired", facts)
    return None


def posting_points(person: Candidate, post: Opening, weights: PostingWeights) -> dict[str, int]:
    """Split the worth of an eligible posting into its named points."""
    points = {
        "filled": weights.filled,
        "priority": weights.priority * post.priority,
        "experience": weights.experience * min(person.years, weights.experience_years),
    }
    if post.skills_desired:
        points["skills"] = round(weights.skills * len(post.skills_desired & person.skills) / len(post.skills_desired))
    if not post.language and person.languages & post.local_languages:
        points["language"] = weights.language
    if post.place in person.prefers[: len(weights.preference)]:
        points["preference"] = weights.preference[person.prefers.index(post.place)]
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
