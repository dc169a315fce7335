"""Publish a release: read the record as of a day, protect people, write the folder, enter its digest in the journal."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pairup import __version__
from pairup.errors import ConflictError
from pairup.record.acting import whole
from pairup.record.journal import JournalEntry
from pairup.reports.disclosure_attack import protect
from pairup.reports.release.frozen import MANIFEST, digest_of, read_manifest, read_protection, sha256, with_manifest
from pairup.reports.release.site import release_files
from pairup.services import write
from pairup.services.access import require_may
from pairup.services.plans import default_programme
from pairup.services.release_facts import closed_rounds, read_people, read_release


@dataclass(frozen=True, slots=True)
class Published:
    """A release that stands in a folder and in the journal. `hidden` of `cells` counts of people are not shown.

    `version` is its day, and from the second of a day on its number too.
    """

    folder: Path
    digest: str
    files: int
    entry: int
    cells: int
    hidden: int
    version: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A release that the journal holds."""

    day: date
    digest: str
    entry: int


@whole()
def registered(programme: str) -> list[Registered]:
    """Releases of a programme in the order they were published. What was published is nobody's alone."""
    rows = JournalEntry.objects.filter(command="release.publish", programme__code=programme).order_by("number")
    said = [(row.number, json.loads(bytes(row.leaf))["facts"]) for row in rows]
    return [Registered(date.fromisoformat(facts["day"]), facts["digest"], number) for number, facts in said]


def publish(
    into: Path, *, programme: str | None = None, on: date, actor: str, at: datetime, previous: Path | None = None,
    licence: str = "",
) -> Published:  # fmt: skip
    """Write a release into a folder and enter it in the journal; the same record and day give the same bytes.

    A day may have several, each set against those before it: one whose `previous` is of the same day is the next of
    that day. Refuses a folder that holds something else, a day before the last release's, a `previous` that is not
    the last release of the journal, and tables from which somebody could be told.
    """
    require_may(actor, "release.publish")
    home = programme or default_programme()
    earlier, digests = read_protection(previous) if previous else ((), ())
    known = registered(home)
    of_day = [one for one in known if one.day == on and one.digest in digests]
    before, number = [one for one in known if one.day < on] + of_day, len(of_day) + 1
    _require_all_before(before, digests, previous)
    counts = read_people(home, on=on)
    told = protect(counts, earlier)
    facts = read_release(home, on=on, people=told, earlier=earlier, licence=licence, number=number)
    closed = closed_rounds(home, on=on)
    files = with_manifest(
        release_files(facts, closed, digests), programme=home, day=on, version=__version__, number=number
    )  # fmt: skip
    digest = digest_of(files)
    cells = [number for table in told for number in table.cells.values()]
    entry = _freeze(files, digest, into, home, on, digests, actor, at)
    return Published(into, digest, len(files), entry, len(cells), cells.count(None), facts.version)


def _require_all_before(before: list[Registered], digests: tuple[str, ...], previous: Path | None) -> None:
    """Protection is joint: refuse when a release of the journal is not among those that this one is set against."""
    missing = [one for one in before if one.digest not in digests]
    if missing:
        raise ConflictError(
            f"The release of {missing[-1].day} is not set against this one.",
            hint="Give --previous FOLDER of the last release: both together could tell what each alone does not.",
            code="releases.previous-missing", day=missing[-1].day, folder=str(previous or ""),
        )  # fmt: skip
    unknown = set(digests) - {one.digest for one in before}
    if unknown:
        raise ConflictError(
            f"{previous} is no release of this record before that day.",
            hint="Give the folder of the last release that the journal holds.",
            code="releases.previous-unknown", folder=str(previous),
        )  # fmt: skip


def _freeze(
    files: dict[str, bytes], digest: str, into: Path, programme: str, on: date, before: tuple[str, ...], actor: str,
    at: datetime,
) -> int:  # fmt: skip
    """Put the folder in its place and the entry in the journal, or neither; give the number of the entry."""
    with write.alone():
        known = next((one for one in registered(programme) if one.digest == digest), None)
        later = [one for one in registered(programme) if one.day >= on and one.digest not in (digest, *before)]
        if known is None and later:
            raise ConflictError(
                f"A release as of {later[-1].day} was published before, and a release never changes.",
                hint="Release as of a later day; or give --previous FOLDER of the last one of that day, and this one "
                "is the next of it.", code="releases.not-after", day=later[-1].day,
            )  # fmt: skip
        is_there = _is_same(into, digest)
        if known is not None:
            if not is_there:
                _place(files, into)
            return known.entry
        facts: dict[str, Any] = {"day": on.isoformat(), "digest": digest, "files": len(files), "before": list(before)}
        with write.command("release.publish", actor=actor, at=at, programme=programme, facts=facts) as doing:
            if not is_there:
                _place(files, into)
        return doing.entry.number


def _is_same(into: Path, digest: str) -> bool:
    """Whether the folder holds this release. Refuses one that holds anything else."""
    if not into.exists() or not any(into.iterdir()):
        return False
    if (into / MANIFEST).is_file():
        read_manifest(into)
        if sha256((into / MANIFEST).read_bytes()) == digest:
            return True
    raise ConflictError(
        f"{into} holds something else, and a release never changes.", hint="Give a folder that is new.",
        code="releases.folder-not-empty", folder=str(into),
    )  # fmt: skip


def _place(files: dict[str, bytes], into: Path) -> None:
    """Write beside the folder, then give it its name in one step: no reader meets half a release."""
    into.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{into.name}-", dir=into.parent))
    try:
        for name, content in files.items():
            path = staged / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        staged.chmod(0o755)
        if into.exists():
            into.rmdir()
        staged.rename(into)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
