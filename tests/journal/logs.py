"""A small log for the tests, and its export: three offices' rows, one ended, one entry without rows."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import rfc8785

from pairup.journal.checkpoint import Checkpoint, SigningKey
from pairup.journal.tree import head_of

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
KEY = SigningKey("pairup.test/log", hashlib.sha256(b"a key for tests").digest())


class Log:
    """Entries and rows as an export has them; every part may be tampered with before it is written."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []

    def record(self, programme: str = "xizang", ends: tuple[str, ...] = (), **tables: list[str]) -> Log:
        """Add an entry with rows `code number`, and end others."""
        number, rows = len(self.entries) + 1, {}
        for table, whichs in tables.items():
            digest = hashlib.sha256()
            for which in whichs:
                code, _, version = which.partition(" ")
                said = json.dumps({"code": code, "name": f"{code} as told", "number": int(version)}, sort_keys=True)
                digest.update(hashlib.sha256(said.encode()).digest())
                self.rows.append({
                    "entry": number, "table": table, "programme": programme, "row": said, "in_force": True,
                })  # fmt: skip
            mine = sorted(which for which in ends)
            rows[table] = {"added": len(whichs), "digest": digest.hexdigest(), "superseded": mine}
        for row in self.rows:
            said = json.loads(row["row"])
            if row["entry"] < number and f"{said['code']} {said['number']}" in ends:
                row["in_force"] = False
        self.entries.append({
            "number": number, "at": (START + timedelta(hours=number)).isoformat(), "command": "record",
            "actor": "office", "programme": programme, "key": None, "facts": {}, "rows": rows,
        })  # fmt: skip
        return self

    def leaves(self) -> list[bytes]:
        return [rfc8785.dumps(entry) for entry in self.entries]

    def checkpoint(self, key: SigningKey = KEY) -> str:
        leaves = self.leaves()
        return key.sign(Checkpoint("pairup.test/log", len(leaves), head_of(leaves), START + timedelta(days=1)))

    def export(self, folder: Path, *, note: str | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "entries.jsonl").write_bytes(b"".join(leaf + b"\n" for leaf in self.leaves()))
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")
        (folder / "checkpoint.txt").write_text(note or self.checkpoint(), encoding="utf-8")
        return folder


def a_log() -> Log:
    """Five entries: places, a pairing, its correction, an empty one, another pairing."""
    log = Log().record(places=["nang 1", "fujian 1"]).record(pairings=["fj-nang 1"])
    return log.record(pairings=["fj-nang 2"], ends=("fj-nang 1",)).record().record(pairings=["gd-nang 1"])
