"""One bit wrong, somewhere: in the record's file, a backup, a saved folder, an exported journal or a checkpoint.

Each must be refused or named where it is read, or change nothing of what is read. `python -m tests.crash.damage`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pairup.journal.checkpoint import SigningKey

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
#: what becomes of a flip; the last two may not be
REFUSED, NAMED, HARMLESS, CRASHED, SILENT = "refused", "named", "harmless", "crashed", "silent"


@dataclass(slots=True)
class Swept:
    """What became of the flips of one kind of file, and where those were that nobody told."""

    kind: str
    became: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kind}: " + ", ".join(f"{count} {what}" for what, count in sorted(self.became.items()))


def filled(home: Path, key: SigningKey) -> Path:
    """A record with people, money, superseded rows, a settled conflict, a document and a checkpoint."""
    from pairup import services

    record = home / "record.sqlite3"
    services.open_record(record, create=True)  # before what reads it is imported
    from pairup.services import documents, edits, write
    from tests.services.cast import ADOPTED, LATER, OFFICE, a_programme, changed, draft, load

    load(a_programme())
    load(changed(a_programme(), "needs", "N-1", priority="4"), at=ADOPTED)
    draft("postings")
    edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor=OFFICE, at=LATER)
    (home / "scan.txt").write_text("minutes of a meeting")
    documents.add("D-1", home / "scan.txt", kind="minutes", title="Minutes", actor=OFFICE, at=LATER)
    write.sign_checkpoint(key, at=LATER)
    closed()
    return record


def closed() -> None:
    """Empty the write-ahead log into the file, and let go of it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def sweep(
    kind: str, folder: Path, names: Callable[[Path], bool], look: Callable[[Path], list[str]],
    told: Callable[[], str], *, flips: int, seed: int,
) -> Swept:  # fmt: skip
    """Flip one bit in so many places of a folder's files; `look` reads what is damaged, `told` digests what it read."""
    found, chance = Swept(kind), random.Random(f"{seed} {kind}")
    with tempfile.TemporaryDirectory(dir=folder.parent) as space:
        before = _copy(folder, Path(space) / "whole")
        look(before)
        whole = told()
        files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and names(path))
        sizes = [(folder / name).stat().st_size for name in files]
        for number in range(flips):
            name = chance.choices(files, sizes)[0]
            at = _somewhere(folder / name, chance)
            damaged = _copy(folder, Path(space) / f"{number}")
            _flip(damaged / name, at)
            what = _became(damaged, look, told, whole)
            found.became[what] += 1
            if what in (CRASHED, SILENT):
                found.wrong.append(f"{what}: {kind}, {name} bit {at} (seed {seed})")
            shutil.rmtree(damaged)
    return found


def _somewhere(path: Path, chance: random.Random) -> int:
    """A bit of a byte that says something: most of a small record's file is empty pages."""
    raw = path.read_bytes()
    while True:
        at = chance.randrange(len(raw))
        if raw[at] or not any(raw):
            return at * 8 + chance.randrange(8)


def _copy(folder: Path, into: Path) -> Path:
    return Path(shutil.copytree(folder, into))


def _flip(path: Path, at: int) -> None:
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(at // 8)
        byte = file.read(1)[0]
        file.seek(at // 8)
        file.write(bytes([byte ^ (1 << at % 8)]))


def _became(damaged: Path, look: Callable[[Path], list[str]], told: Callable[[], str], whole: str) -> str:
    from django.db import DatabaseError, connection

    from pairup.errors import PairupError

    try:
        if look(damaged):
            return NAMED
        return HARMLESS if told() == whole else SILENT
    except (PairupError, DatabaseError, OSError):
        return REFUSED
    except Exception as error:  # a traceback tells nobody what is damaged
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return CRASHED
    finally:
        with contextlib.suppress(DatabaseError):
            connection.close()


def all_that_is_read(*, marks: bool = True) -> str:
    """The digest of every row of every table and of the journal, with all their times; without the restore's mark."""
    from pairup.record.models import TABLES, JournalEntry

    digest = hashlib.sha256()
    for name, model in TABLES.items():
        fields = [one.attname for one in model._meta.concrete_fields if one.name not in ("id", "entry", "identity")]
        rows = model._base_manager.order_by("identity__code", "number", "recorded_at").values_list(
            "identity__code", "entry__number", *fields
        )
        digest.update(repr((name, list(rows))).encode())
    entries = JournalEntry.objects.order_by("number").values_list("number", "hash", "leaf")
    digest.update(repr(list(entries if marks else entries.exclude(command="restore"))).encode())
    return digest.hexdigest()


def look_at_record(folder: Path) -> list[str]:
    from pairup import services

    services.open_record(folder / "record.sqlite3")
    from pairup.services.health import check_health
    from pairup.values.findings import Severity

    found = check_health(folder / "record.sqlite3", at=NOW)
    return [one.say() for one in found if one.severity is Severity.REFUSED]


def look_at_backup(folder: Path) -> list[str]:
    from pairup import services
    from pairup.services import backup
    from pairup.services.health import check_health
    from pairup.values.findings import Severity

    (made,) = [path for path in folder.iterdir() if path.name != "latest.json" and path.suffix != ".sqlite3"]
    again = folder / "again.sqlite3"
    backup.restore(made, again, at=NOW)
    services.open_record(again)
    return [one.say() for one in check_health(again, at=NOW) if one.severity is Severity.REFUSED]


def look_at_saved(folder: Path) -> list[str]:
    from pairup.services.folder import load_into

    load_into(folder / "again.sqlite3", folder, actor="administrator", at=NOW)
    return []


def look_at_export(folder: Path) -> list[str]:
    """By the small program that needs no record, with a checkpoint that was kept elsewhere."""
    from pairup.journal import verify

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        done = verify.main([str(folder), "--key", str(folder / "key.pub"), "--checkpoint", str(folder / "kept.txt")])
    return [] if done == 0 else ["does not verify"]


def of_restored() -> str:
    """What is read of the record that was made again, without the mark that a restore leaves."""
    return all_that_is_read(marks=False)


def swept(home: Path, *, flips: int, seed: int) -> Iterator[Swept]:
    """Sweep every kind of file that holds the record: `flips` in the record itself, a tenth of them in each other."""
    kept, backups, saved, log = (home / name for name in ("kept", "backups", "saved", "log"))
    kept.mkdir(parents=True)
    key = SigningKey.new("twin/journal")
    record = filled(kept, key)
    from pairup import services
    from pairup.services import backup, folder, write
    from pairup.services.journal_export import export_journal

    services.open_record(record)
    folder.save_folder(saved)
    note = write.sign_checkpoint(key, at=NOW)
    export_journal(log, key=key, at=NOW)
    (log / "kept.txt").write_text(note, encoding="utf-8")
    (log / "key.pub").write_text(str(key.public), encoding="utf-8")
    backup.backup(record, backups, at=NOW)
    closed()
    few = max(1, flips // 10)
    kinds: list[tuple[str, Path, Callable[[Path], bool], Callable[[Path], list[str]], Callable[[], str], int]] = [
        ("record", kept, lambda path: path.suffix == ".sqlite3", look_at_record, all_that_is_read, flips),
        ("document", kept, lambda path: ".files" in str(path.parent.parent), look_at_record, all_that_is_read, 3),
        ("backup", backups, lambda path: path.name != "latest.json", look_at_backup, of_restored, few),
        ("saved folder", saved, lambda path: True, look_at_saved, all_that_is_read, few),
        (
            "exported journal",
            log,
            lambda path: path.suffix != ".pub" and path.name != "kept.txt",
            look_at_export,
            str,
            few,
        ),
        ("checkpoint", log, lambda path: path.name == "kept.txt", look_at_export, str, few),
    ]
    for kind, where, names, look, told, many in kinds:
        yield sweep(kind, where, names, look, told, flips=many, seed=seed)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    say(f"seed {seed}")
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for one in swept(Path(folder) / "home", flips=asked.flips, seed=seed):
            say(str(one))
            wrong += one.wrong
    for said in wrong[:20]:
        say(said)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
