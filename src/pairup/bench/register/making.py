"""Writes a register of synthetic rows as programme folders: one to begin with, and one a year.

At scale 1: 400 pairings over 30 years, 300,000 projects, 3 million lines of money, 50,000 secondees with their posts.
Everything is invented and says so; the same seed and scale give the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FIRST_YEAR, YEARS = 1995, 30
PAIRINGS, PROJECTS, LINES, SECONDEES = 400, 300_000, 3_000_000, 50_000
_DONORS, _PREFECTURES = 40, 7
_CATEGORIES = ("health", "education", "industry", "ecology", "employment")
_PROFESSIONS = ("doctor", "teacher", "engineer", "agronomist")


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each, in all the years."""

    pairings: int
    projects: int
    lines: int
    secondees: int

    @classmethod
    def of(cls, scale: float) -> Size:
        """Scale what a country has; nothing falls to none."""

        def some(full: int, least: int) -> int:
            return max(least, round(full * scale))

        return cls(some(PAIRINGS, 8), some(PROJECTS, YEARS), some(LINES, 10 * YEARS), some(SECONDEES, YEARS))

    @property
    def rows(self) -> int:
        """Rows of projects, money, people, posts and postings."""
        return self.projects + self.lines + 3 * self.secondees


def write_register(into: Path, *, scale: float, seed: int = 0) -> list[Path]:
    """Write the folders and give them in the order in which they load."""
    size, chance = Size.of(scale), random.Random(seed)  # noqa: S311
    folders = [_write(into / "base", _base(size))]
    for at in range(YEARS):
        folders.append(_write(into / str(FIRST_YEAR + at), _year(at, size, chance)))
    return folders


def extra_lines(into: Path, count: int, *, scale: float, seed: int = 1) -> Path:
    """Write one more folder of money lines, as an office would send them."""
    size, chance = Size.of(scale), random.Random(seed)  # noqa: S311
    rows = _lines("X", FIRST_YEAR + YEARS, range(count), size, chance)
    return _write(into, {"programme": _programme(), "money": rows})


Tables = dict[str, tuple[Sequence[str], Iterator[Sequence[str]]]]


def _write(folder: Path, tables: dict[str, tuple[Sequence[str], Iterator[Sequence[str]]]]) -> Path:
    folder.mkdir(parents=True)
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            out.write(",".join(header) + "\r\n")
            out.writelines(",".join(row) + "\r\n" for row in rows)
    return folder


def _programme() -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    header = ("code", "name_en", "preset", "currency", "from", "is_synthetic")
    return header, iter([("register", "Synthetic register", "mandate_led", "CNY", str(FIRST_YEAR), "yes")])


def _base(size: Size) -> Tables:
    counties = max(8, size.pairings // 5)
    prefectures = [f"P{at}" for at in range(_PREFECTURES)]
    places = [("upland", "Synthetic upland", "province", "", "yes")]
    places += [(code, f"Prefecture {code}", "prefecture", "upland", "yes") for code in prefectures]
    places += [(f"C{at}", f"County {at}", "county", prefectures[at % _PREFECTURES], "yes") for at in range(counties)]
    donors = [(f"D{at}", f"Donor {at}", "government", "yes") for at in range(_DONORS)]
    pairings = [
        (f"PR{at}", f"D{at % _DONORS}", _place(at, size), "territorial", "county", str(FIRST_YEAR), "", "yes")
        for at in range(size.pairings)
    ]
    rounds = [
        (f"R{at}", "national", str(at + 1), str(FIRST_YEAR + 3 * at), str(FIRST_YEAR + 3 * at + 2), "yes")
        for at in range(YEARS // 3 + 1)
    ]
    return {
        "programme": _programme(),
        "places": (("code", "name_en", "level", "parent", "is_synthetic"), iter(places)),
        "organisations": (("code", "name_en", "kind", "is_synthetic"), iter(donors)),
        "pairings": (("code", "donor", "place", "channel", "level", "from", "to", "is_synthetic"), iter(pairings)),
        "rounds": (("code", "scheme", "ordinal", "from", "to", "is_synthetic"), iter(rounds)),
    }


def _place(pairing: int, size: Size) -> str:
    """A county for each pairing; no donor has two pairings with one."""
    counties = max(8, size.pairings // 5)
    return f"C{(pairing + pairing // _DONORS) % counties}"


def _year(at: int, size: Size, chance: random.Random) -> Tables:
    year = FIRST_YEAR + at

    def part(full: int) -> range:
        return range(full * at // YEARS, full * (at + 1) // YEARS)

    projects = (
        (
            f"J{n}", f"Synthetic project {n}", chance.choice(_CATEGORIES), "operating", _place(n % size.pairings, size),
            f"PR{n % size.pairings}", f"{chance.randrange(10**5, 10**8)}.50", "CNY", str(year), "yes",
        )
        for n in part(size.projects)
    )  # fmt: skip
    last = part(size.projects).stop
    people, posts, postings = [], [], []
    for n in part(size.secondees):
        pairing, profession = n % size.pairings, chance.choice(_PROFESSIONS)
        since, until = f"{year}-07", f"{year + 3}-06"
        people.append((f"S{n}", f"D{pairing % _DONORS}", f"R{at // 3}", profession, since, until, "yes"))
        posts.append(
            (f"Q{n}", f"R{at // 3}", _place(pairing, size), f"PR{pairing}", "Post", profession, since, until, "yes")
        )
        postings.append((f"T{n}", f"S{n}", f"Q{n}", "completed", since, until, "yes"))
    return {
        "programme": _programme(),
        "projects": (
            ("code", "title_en", "category", "status", "place", "pairing", "cost", "currency", "from", "is_synthetic"),
            projects,
        ),
        "people": (("code", "donor", "round", "profession", "from", "to", "is_synthetic"), iter(people)),
        "posts": (
            ("code", "round", "place", "pairing", "title_en", "profession", "from", "to", "is_synthetic"),
            iter(posts),
        ),
        "postings": (("code", "person", "post", "status", "from", "to", "is_synthetic"), iter(postings)),
        "money": _lines("M", year, part(size.lines), size, chance, projects=last),
    }


def _lines(
    prefix: str, year: int, numbers: range, size: Size, chance: random.Random, *, projects: int | None = None
) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    """Lines of money of a year, each of a project that is known by then and along its pairing."""
    known = size.projects if projects is None else projects

    def rows() -> Iterator[Sequence[str]]:
        for n in numbers:
            project = chance.randrange(known)
            day = f"{year}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            kind = ("pledge", "payment", "payment", "audited")[n % 4]
            amount = f"{chance.randrange(1, 10**7)}.{chance.randrange(100):02}"
            yield (
                f"{prefix}{n}",
                day,
                f"PR{project % size.pairings}",
                f"J{project}",
                kind,
                str(year),
                amount,
                "CNY",
                "yes",
            )

    header = ("code", "day", "pairing", "project", "kind", "budget_year", "amount", "currency", "is_synthetic")
    return header, rows()
