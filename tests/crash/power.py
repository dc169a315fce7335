"""Disks as a power cut could leave them, built from a trace of what a writer asked of the system.

What was synced is there. Of what was written to a file since its last sync, each write is dropped, kept, or torn at a
sector of 512 bytes, by chance. The shared-memory file is in no image: SQLite builds it anew.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TRACED = "trace=pwrite64,write,lseek,fsync,fdatasync,ftruncate,unlink"
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((?:(-?\d+)<([^>]*)>|\"([^\"]*)\")(.*)$")
_SECTOR = 512


@dataclass
class Step:
    """One call that changes a disk, or an acknowledgement."""

    kind: str
    name: str
    at: int = 0
    data: bytes = b""


def traced(home: Path, code: str) -> list[Step]:
    """Run code in a child under strace; give its steps on the record's files and its acknowledgements."""
    log = home / "trace"
    words = [
        "strace",
        "-f",
        "-qq",
        "-y",
        "-xx",
        "-s",
        "200000",
        "-e",
        TRACED,
        "-o",
        str(log),
        sys.executable,
        "-c",
        code,
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(_steps(log.read_text(encoding="ascii", errors="replace"), home))


def _steps(text: str, home: Path) -> Iterator[Step]:
    places: dict[str, int] = {}
    for line in text.splitlines():
        found = _CALL.match(line)
        if not found or line.rstrip().endswith("unfinished ...>"):
            continue
        call, _, path, named, rest = found.groups()
        path = _text(path if path is not None else named)
        if Path(path).parent != home:
            continue
        name, result = Path(path).name, rest.rpartition(" = ")[2].split()[0]
        if call == "lseek":
            places[name] = int(result)
        elif call in ("write", "pwrite64"):
            data = _bytes(rest.partition('"')[2].partition('"')[0])
            if name.endswith(".ledger"):
                yield from (Step("done", said["done"], said["number"]) for said in _said(data) if "done" in said)
                continue
            at = int(rest.rpartition(" = ")[0].rstrip(") ").rpartition(", ")[2]) if call == "pwrite64" else places[name]
            places[name] = at + len(data)
            yield Step("write", name, at, data)
        elif call in ("fsync", "fdatasync"):
            yield Step("sync", name)
        elif call == "ftruncate":
            yield Step("truncate", name, int(rest.strip(", ").partition(")")[0]))
        elif call == "unlink":
            yield Step("unlink", name)


def _text(path: str) -> str:
    return _bytes(path).decode() if path.startswith("\\x") else path


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _said(data: bytes) -> Iterator[dict[str, object]]:
    yield from (json.loads(line) for line in data.decode().splitlines())


@dataclass
class Disk:
    """What is on the disk for certain, by file, and what may or may not be."""

    sure: dict[str, bytearray]
    open: dict[str, list[Step]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        if step.kind == "sync":
            for waiting in self.open.pop(step.name, []):
                _apply(self.sure, waiting)
        else:
            self.open.setdefault(step.name, []).append(step)

    def image(self, chance: random.Random) -> dict[str, bytearray]:
        """One disk that a cut at this moment could leave."""
        files = {name: bytearray(raw) for name, raw in self.sure.items()}
        for steps in self.open.values():
            for step in steps:
                fate = chance.choice(("dropped", "kept", "torn"))
                if fate == "torn" and step.kind == "write":
                    keep = _SECTOR * chance.randrange(0, len(step.data) // _SECTOR + 1)
                    _apply(files, Step("write", step.name, step.at, step.data[:keep]))
                elif fate == "kept":
                    _apply(files, step)
        return files


def _apply(files: dict[str, bytearray], step: Step) -> None:
    if step.kind == "unlink":
        files.pop(step.name, None)
        return
    raw = files.setdefault(step.name, bytearray())
    if step.kind == "truncate":
        del raw[step.at :]
        raw.extend(bytes(step.at - len(raw)))
        return
    raw.extend(bytes(max(0, step.at + len(step.data) - len(raw))))
    raw[step.at : step.at + len(step.data)] = step.data


def lost(steps: list[Step], before: dict[str, bytes], into: Path, *, seed: int, images: int) -> list[str]:
    """Build so many images at cuts by chance; say what was acknowledged before a cut and is not on its disk."""
    import sqlite3

    chance, wrong = random.Random(seed), []
    cuts = sorted(chance.choices(range(1, len(steps) + 1), k=images))
    disk, done, at = Disk({name: bytearray(raw) for name, raw in before.items()}), dict[str, int](), 0
    for cut in cuts:
        for step in steps[at:cut]:
            if step.kind == "done":
                done[step.name] = step.at
            else:
                disk.take(step)
        at = cut
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        for name, raw in disk.image(chance).items():
            (into / name).write_bytes(raw)
        file = sqlite3.connect(into / "record.sqlite3")
        try:
            (whole,) = file.execute("PRAGMA integrity_check").fetchone()
            kept = {number for (number,) in file.execute("SELECT number FROM record_journalentry")}
        except sqlite3.DatabaseError as error:
            whole, kept = str(error), set()
        file.close()
        if whole != "ok":
            wrong.append(f"cut after step {cut}: {whole}")
        wrong += [f"cut after step {cut}: {name} is lost" for name, number in done.items() if number not in kept]
    return wrong
