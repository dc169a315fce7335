"""What children do until they are killed: change a record, and write down what was acknowledged.

An acknowledgement is the number and hash of the journal entry, on the disk before the next step begins. `DEFECT` plants
one: `ack-first` acknowledges before the commit, `two-commits` writes what belongs together in two.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.services.cast import FIRST, OFFICE, ON

#: lines of one money command; they stand or fall together
TOGETHER = 3
#: rows of one import
CHUNK = 40


@dataclass
class Ledger:
    """One child's own book: what it began, and what it was told is done."""

    path: Path

    def write(self, **said: Any) -> None:
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(said) + "\n")
            out.flush()
            os.fsync(out.fileno())


@dataclass
class Work:
    """One child's work on one record."""

    record: str
    home: Path
    ledger: Ledger
    name: str
    chance: random.Random
    defect: str = ""
    count: int = 0

    def at(self) -> datetime:
        return FIRST + timedelta(days=1, seconds=self.count)

    def token(self) -> str:
        self.count += 1
        return f"{self.name}-{self.count}"

    def done(self, token: str, entry: Any) -> None:
        self.ledger.write(done=token, number=entry.number, hash=entry.hash)

    # ------------------------------------------------------------------------------------------------- kinds of work

    def edit(self) -> None:
        """Correct what a need says."""
        from pairup.record.models import NeedVersion
        from pairup.services import write

        token = self.token()
        self.ledger.write(begun=token, rows=1)
        with write.command("load", actor=OFFICE, at=self.at(), programme="twin", key=token) as doing:
            old = NeedVersion.objects.get(identity__code="N-1", superseded_at=None)
            doing.supersede(NeedVersion, [old.pk])
            old.pk, old.note, old.superseded_at = None, token, None
            old.priority = self.chance.randrange(1, 6)
            doing.add(NeedVersion, [old])
            if self.defect == "ack-first":
                self.ledger.write(done=token, number=doing.entry.number, hash="")
        if self.defect != "ack-first":
            self.done(token, doing.entry)

    def money(self) -> None:
        """Record lines that only make sense together."""
        token = self.token()
        self.ledger.write(begun=token, rows=TOGETHER)
        parts = [TOGETHER - 1, 1] if self.defect == "two-commits" else [TOGETHER]
        for at, rows in enumerate(parts):
            self._lines(f"{token}" if not at else f"{token}+", token, rows)

    def chunk(self) -> None:
        """Import some rows of money through the whole of the loader."""
        from pairup.record.models import JournalEntry
        from pairup.services import folder

        token = self.token()
        self.ledger.write(begun=token, rows=CHUNK)
        row = {"pairing": "a-east", "kind": "payment", "budget_year": "2026", "currency": "CNY", "day": "2026-03-01",
               "note": token, "is_synthetic": "yes"}  # fmt: skip
        rows = [row | {"code": f"{token}-{at}", "amount": f"{at + 1}.25"} for at in range(CHUNK)]
        tables = {"programme": [_PROGRAMME], "money": rows}
        done = folder.load_tables(tables, actor=OFFICE, at=self.at())
        self.done(token, JournalEntry.objects.get(number=done.entry))

    def plan(self) -> None:
        """Draft a plan of the round, which keeps a run."""
        from pairup.planning.plan import Stop
        from pairup.record.models import PlanRunVersion
        from pairup.services import plans

        token = self.token()
        asked = plans.ask("postings", programme=None, round_code=None, on=ON, days=3)
        draft = plans.draft(asked, actor=OFFICE, at=self.at(), stop=Stop(work=1000))
        self.done(token, PlanRunVersion.objects.select_related("entry").get(identity__code=draft.run).entry)

    def backup(self) -> None:
        """Back the record up while the others write."""
        from pairup.services import backup as backups

        token = self.token()
        at = FIRST + timedelta(seconds=self.chance.randrange(10**8))
        made = backups.backup(self.record, self.home / "backups", at=at)
        self.ledger.write(backup=made.path.name, number=made.manifest.size, token=token)

    def checkpoint(self) -> None:
        """Bring the log into the file, with some writes so that there is something to bring."""
        from django.db import connection

        for _ in range(2):
            self.money()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA wal_checkpoint({self.chance.choice(['PASSIVE', 'RESTART', 'TRUNCATE'])})")

    def _lines(self, key: str, token: str, rows: int) -> None:
        from pairup.record.models import MoneyLine, MoneyLineVersion, Pairing, Programme
        from pairup.services import write

        with write.command("load", actor=OFFICE, at=self.at(), programme="twin", key=key) as doing:
            codes = [f"{key}-{at}" for at in range(rows)]
            ids = doing.identities(MoneyLine, codes, programme=Programme.objects.get(code="twin"))
            pairing = Pairing.objects.get(code="a-east")
            made = [
                MoneyLineVersion(
                    identity_id=ids[code], pairing=pairing, kind="payment", budget_year=2026, currency="CNY",
                    amount_minor=self.chance.randrange(1, 10**9), day=ON, note=token, is_synthetic=True,
                )
                for code in codes
            ]  # fmt: skip
            doing.add(MoneyLineVersion, made)
        self.done(key, doing.entry)


_PROGRAMME = {
    "code": "twin", "name_en": "Twin", "name_zh": "结对", "preset": "mandate_led", "currency": "CNY",
    "rules": "money_quota.xizang;purpose_shares.xizang;altitude_classes.xizang;visit_altitude.xizang",
    "scheme": "national", "from": "1994", "is_synthetic": "no", "source": "T-1",
}  # fmt: skip

KINDS: dict[str, Callable[[Work], None]] = {
    "edit": Work.edit,
    "money": Work.money,
    "chunk": Work.chunk,
    "plan": Work.plan,
    "backup": Work.backup,
    "checkpoint": Work.checkpoint,
}


def run(kind: str, work: Work, tell: Callable[[], None]) -> None:
    """Open the record, say so, and work until the end."""
    from pairup.services import open_record

    open_record(work.record)
    tell()
    while True:
        KINDS[kind](work)
