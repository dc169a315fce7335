"""Planning problems: what each planner is asked, as frozen values that read and write the problem file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pairup.planning.problems.funding import Funding, FundingProblem, Line, Project, Way
from pairup.planning.problems.pairing import Donor, PairingProblem, Recipient, Tie
from pairup.planning.problems.pairing_years import Given, YearDonor, YearOption, YearRecipient, YearsProblem
from pairup.planning.problems.posting import Couple, Posting, PostingProblem
from pairup.values.reading import Reading

if TYPE_CHECKING:
    from pairup.planning.visits import VisitProblem

    Problem = PostingProblem | PairingProblem | YearsProblem | FundingProblem | VisitProblem

__all__ = [
    "Couple",
    "Donor",
    "Funding",
    "FundingProblem",
    "Given",
    "Joining",
    "Line",
    "PairingProblem",
    "Posting",
    "PostingProblem",
    "Project",
    "Recipient",
    "Tie",
    "Way",
    "YearDonor",
    "YearOption",
    "YearRecipient",
    "YearsProblem",
    "read_joining",
    "read_problem",
    "read_problem_file",
]

#: what a file of those who join a question of pairings may list
JOINING = ("donors", "recipients", "options")
KINDS = ("funding", "pairings", "postings", "visits")


class Joining(NamedTuple):
    """Who joins a question of pairings, and the pairs that may then be tied; rows as the question has them."""

    donors: tuple[Any, ...]
    recipients: tuple[Any, ...]
    options: tuple[Any, ...]


def read_problem(said: Any, kind: str | None = None, file: str = "") -> Problem:
    """Read a problem from the object of its file; `kind` refuses any other kind.

    >>> read_problem({"kind": "pairings", "version": 1, "donors": [], "recipients": [], "options": []}).kind
    'pairings'
    """
    reading = Reading(file)
    found = said.get("kind") if isinstance(said, dict) else None
    if not isinstance(said, dict):
        reading.refuse("not-an-object", "problem", found=type(said).__name__)
    elif found not in KINDS:
        reading.refuse("not-one-of", "kind", found=repr(found), choices=", ".join(KINDS))
    elif kind not in (None, found):
        reading.refuse("other-kind", "kind", found=found, kind=kind)
    reading.require()
    if found == "postings":
        return PostingProblem.from_dict(said, file)
    if found == "pairings" and said.get("years") is not None:
        return YearsProblem.from_dict(said, file)
    if found == "pairings":
        return PairingProblem.from_dict(said, file)
    if found == "funding":
        return FundingProblem.from_dict(said, file)
    from pairup.planning.visits import VisitProblem

    return VisitProblem.from_dict(said)


def read_problem_file(path: Path, kind: str | None = None) -> Problem:
    """Read a problem file: UTF-8 JSON, one object, no key twice."""
    return read_problem(read_json(path), kind, path.name)


def read_joining(path: Path, problem: PairingProblem | YearsProblem) -> Joining:
    """Read who joins a question of pairings: a file with their `donors`, `recipients` and `options`, as it has them.

    An option may name who is there already. Refuses what the question would refuse: a code that is there, an option
    of nobody.
    """
    reading, said = Reading(path.name), read_json(path)
    found = reading.keys(said, "joins", (), ("kind", "version", *JOINING))
    reading.require()
    assert found is not None
    base: dict[str, Any] = problem.to_dict()
    more = {key: [*base[key], *reading.rows(found.get(key), key)] for key in JOINING}
    reading.require()
    both: Any = type(problem).from_dict(base | more, path.name)
    known = {row.id for row in (*problem.donors, *problem.recipients)}
    return Joining(
        tuple(row for row in both.donors if row.id not in known),
        tuple(row for row in both.recipients if row.id not in known),
        tuple(row for row in both.option_rows() if row[:2] not in problem.option_at),
    )


def read_json(path: Path) -> Any:
    """Read a file of UTF-8 JSON, no key twice."""
    reading = Reading(path.name)
    said: Any = None
    try:
        said = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=lambda pairs: _once(reading, pairs))
    except FileNotFoundError:
        reading.refuse("no-file", str(path))
    except OSError as error:
        reading.refuse("no-reading", str(path), found=error.strerror or "")
    except UnicodeDecodeError as error:
        reading.refuse("not-utf8", str(path), "hint-utf8", byte=error.start)
    except json.JSONDecodeError as error:
        reading.refuse("not-json", f"line {error.lineno} column {error.colno}", found=error.msg)
    except RecursionError:
        reading.refuse("not-json", str(path), found="nested too deep")
    reading.require()
    return said


def _once(reading: Reading, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice in one object; JSON would silently keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for key in sorted({key for key in found if sum(1 for other, _ in pairs if other == key) > 1}):
            reading.refuse("key-twice", "problem", key=key)
    return found
