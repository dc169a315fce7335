"""What a pairing is worth: named points that both sides can see, each part with what it could not be told from.

A part whose answer is missing counts no points and is named: a missing answer is a state, never a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pairup.rules.register import Rule, Version, find_rule
from pairup.values.distance import Point, kilometres
from pairup.values.words import Words

#: the parts of a worth that may be missing, in the order in which they are told
PARTS = ("need", "fit", "sector", "distance", "preference")


@dataclass(frozen=True, slots=True)
class PairingWeights:
    """Points for one pairing, by name. `since` is the day from which an office uses them."""

    since: date
    continuity: int  # lost for each pairing in force that is not kept
    need: int  # of the place: its share of all posts asked for, scaled to the largest
    fit: int  # share of the place's posts whose profession the donor has candidates in
    sector: int  # share of the place's needs, by priority, in whose category the donor has carried out projects
    distance: int  # of a donor next door; less in proportion, nothing from `distance_km` on
    distance_km: int
    preference: int  # each point that a side gave the other

    @classmethod
    def of(cls, version: Version) -> PairingWeights:
        """The weights that a version of a rule `pairing_weights` names; each is a whole number of points."""
        names = ("continuity", "need", "fit", "sector", "distance", "distance_km", "preference")
        return cls(since=version.starts, **{name: int(version.terms[name]) for name in names})

    @classmethod
    def on(cls, day: date, known_by: date | None = None, rule: Rule | None = None) -> PairingWeights:
        """The weights in force on a day, by a programme's own rule or the general one.

        A plan needs weights: where none had been published yet, those of the first version.
        """
        return cls.of((rule or find_rule("pairing_weights.general")).on_or_first(day, known_by=known_by))

    def named(self) -> dict[str, str]:
        """Give the weights as a plan prints them."""
        return {
            "continuity": str(self.continuity),
            "need": f"{self.need} x share of the largest need",
            "fit": f"{self.fit} x share of posts the donor's professions serve",
            "sector": f"{self.sector} x share of needs in categories of the donor's projects",
            "distance": f"{self.distance} x nearness, 0 from {self.distance_km} km on",
            "preference": f"{self.preference} x points given",
        }


@dataclass(frozen=True, slots=True)
class Giver:
    """A donor: where it is, whom it can send, and in which categories it has carried out projects."""

    code: str
    position: Point | None = None
    professions: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Taker:
    """A recipient: where it is, the professions of its posts, and the priority of what it needs by category."""

    code: str
    position: Point | None = None
    posts: tuple[str, ...] = ()
    needs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PairPoints:
    """The worth of a pair by its named parts; `missing` names the parts that could not be told."""

    points: Mapping[str, float]
    missing: frozenset[str]

    @property
    def worth(self) -> int:
        return round(sum(self.points.values()))


def pair_points(
    giver: Giver, taker: Taker, weights: PairingWeights, *, most_posts: int, liked: Mapping[str, int] | None = None
) -> PairPoints:
    """Split the worth of a pair into its parts.

    `most_posts` is the largest number of posts that a place asks for. `liked` has the points that a side (`donor`,
    `recipient`) gave the other; a side that said nothing is missing, and both sides must have spoken for the part
    not to be named.
    """
    points: dict[str, float] = {}
    if most_posts and taker.posts:
        points["need"] = weights.need * len(taker.posts) / most_posts
        if giver.professions:
            served = sum(1 for profession in taker.posts if profession in giver.professions)
            points["fit"] = weights.fit * served / len(taker.posts)
    if (asked := sum(taker.needs.values())) and giver.categories:
        met = sum(priority for category, priority in taker.needs.items() if category in giver.categories)
        points["sector"] = weights.sector * met / asked
    if giver.position is not None and taker.position is not None:
        near = 1 - kilometres(giver.position, taker.position) / weights.distance_km
        points["distance"] = weights.distance * max(0.0, near)
    liked = liked or {}
    if liked:
        points["preference"] = float(weights.preference * sum(liked.values()))
    silent = {"preference"} - ({"preference"} if {"donor", "recipient"} <= liked.keys() else set())
    return PairPoints(points, frozenset(set(PARTS) - {"preference"} - points.keys()) | silent)


def missing_words(pairs: Iterable[PairPoints]) -> tuple[Words, ...]:
    """Say of each part for how many pairs it could not be told; nothing where all are told."""
    rows = list(pairs)
    counts = {part: sum(1 for row in rows if part in row.missing) for part in PARTS}
    return tuple(
        Words(f"pairings.missing-{part}", {"count": count, "total": len(rows)})
        for part, count in counts.items()
        if count
    )
