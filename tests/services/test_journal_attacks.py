"""The journal under attack by whoever owns the database: 13 kinds at seeded places, seen from an export and old papers.

Each attack changes the tables behind pairup's back; then the journal is exported as the owner would export it, and the
verifier reads it beside a checkpoint that another office kept. With PAIRUP_ATTACKS=200 each kind strikes 200 times.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from pairup.journal.checkpoint import SigningKey
from pairup.journal.tree import leaf_hash
from pairup.journal.verify import verify
from pairup.record.journal import JournalCheckpoint, JournalEntry
from pairup.record.models import TABLES, DocumentVersion
from pairup.services import documents
from pairup.services.journal_export import export_journal
from pairup.services.write import Codes, row_bytes, sign_checkpoint
from tests import postgresql
from tests.services.cast import ADOPTED, FIRST, LATER, OFFICE, a_programme, adopt, changed, draft, load, with_rows

KEY = SigningKey("pairup/test", bytes(range(32)))
PLACES = int(os.environ.get("PAIRUP_ATTACKS", "40"))

#: entries that the checkpoint kept elsewhere has seen; one more was recorded since
COVERED = 7

Attack = Callable[[random.Random], None]


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def a_record(papers: Path) -> str:
    """Load, correct, load more, keep two papers, draft, adopt; then load once more; give the checkpoint that another
    office keeps."""
    tables = a_programme()
    load(tables)
    load(changed(tables, "posts", "clinic", priority="4"), at=FIRST + timedelta(days=1))
    tables = changed(tables, "posts", "clinic", priority="4")
    load(with_rows(tables, "roads", "code start finish minutes", "path dale west 200"), at=FIRST + timedelta(days=2))
    for code in ("D-1", "D-2"):
        (papers / code).write_text(f"minutes {code}")
        documents.add(code, papers / code, kind="minutes", title=code, actor=OFFICE, at=ADOPTED)
    adopt(draft("postings").run)
    kept = sign_checkpoint(KEY, at=LATER)
    load(changed(tables, "roads", "way", minutes="95"), at=LATER)
    return kept


def some_row(chance: random.Random, until: int = COVERED + 1) -> tuple[str, int]:
    """A version row that an entry up to this number recorded: its table's name in the database, and its id."""
    held = [
        (model._meta.db_table, pk)
        for model in TABLES.values()
        for pk in model.objects.filter(entry__number__lte=until).order_by("pk").values_list("pk", flat=True)
    ]
    return chance.choice(held)


def some_entry(chance: random.Random) -> JournalEntry:
    return chance.choice(list(JournalEntry.objects.all()))


def edit(chance: random.Random) -> None:
    table, pk = some_row(chance)
    sql(f"UPDATE {table} SET note = note || 'x' WHERE id = %s", pk)


def delete(chance: random.Random) -> None:
    table, pk = some_row(chance)
    if connection.vendor == "sqlite":
        sql("PRAGMA defer_foreign_keys = ON")
    sql(f"DELETE FROM {table} WHERE id = %s", pk)


def insert(chance: random.Random) -> None:
    table, pk = some_row(chance)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [pk])
        names = [column[0] for column in cursor.description]
    said = ", ".join("99" if name == "number" else name for name in names if name != "id")
    into = ", ".join(name for name in names if name != "id")
    sql(f"INSERT INTO {table} ({into}) SELECT {said} FROM {table} WHERE id = %s", pk)


def swap(chance: random.Random) -> None:
    """Two entries change places, with their rows."""
    one, two = chance.sample(list(JournalEntry.objects.all()), 2)
    for number, pk in ((0, one.pk), (one.number, two.pk), (two.number, one.pk)):
        sql("UPDATE record_journalentry SET number = %s WHERE id = %s", number, pk)


def renumber(chance: random.Random) -> None:
    """A row is told as recorded by another entry."""
    table, pk = some_row(chance)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT entry_id FROM {table} WHERE id = %s", [pk])
        own = cursor.fetchone()[0]
    other = chance.choice([entry.pk for entry in JournalEntry.objects.exclude(pk=own)])
    sql(f"UPDATE {table} SET entry_id = %s WHERE id = %s", other, pk)


def re_attribute(chance: random.Random) -> None:
    """Somebody else is said to have done it, in the column and in the leaf."""
    entry = some_entry(chance)
    leaf = json.dumps(json.loads(bytes(entry.leaf)) | {"actor": f"office-{chance.random()}"}).encode()
    sql("UPDATE record_journalentry SET actor = 'x', leaf = %s WHERE id = %s", leaf, entry.pk)


def truncate(chance: random.Random) -> None:
    """The last entries go, and all they added; what they ended lives again."""
    cut_after(chance.randrange(1, COVERED))


def cut_after(last: int) -> None:
    gone = JournalEntry.objects.filter(number__gt=last)
    if connection.vendor == "sqlite":
        sql("PRAGMA defer_foreign_keys = ON")
    for model in TABLES.values():
        model.objects.filter(superseded_at__in=gone.values("at")).update(superseded_at=None)
        going = "SELECT id FROM record_journalentry WHERE number > %s"
        sql(f"DELETE FROM {model._meta.db_table} WHERE entry_id IN ({going})", last)
    sql("DELETE FROM record_journalentry WHERE number > %s", last)


def roll_back(chance: random.Random) -> None:
    """As truncated, and the checkpoints that saw more go too, so that the record itself finds nothing."""
    truncate(chance)
    sql("DELETE FROM record_journalcheckpoint WHERE size > (SELECT max(number) FROM record_journalentry)")


def revive(chance: random.Random) -> None:
    """A row that was corrected is said to be in force, or one in force to be ended."""
    table, pk = some_row(chance)
    sql(f"UPDATE {table} SET superseded_at = CASE WHEN superseded_at IS NULL THEN recorded_at END WHERE id = %s", pk)


def swap_attachments(chance: random.Random) -> None:
    """Two papers change places: each stands under the title of the other."""
    (one, first), (two, second) = chance.sample(list(DocumentVersion.objects.values_list("pk", "sha256")), 2)
    for pk, digest in ((one, second), (two, first)):
        sql("UPDATE record_documentversion SET sha256 = %s WHERE id = %s", digest, pk)


def rewrite(chance: random.Random) -> None:
    """A row is edited and its entry's digest made to fit: state and journal agree, hashes and all.

    A row that the checkpoint kept elsewhere has seen: of what came since there is no other witness, which is the limit
    shown below.
    """
    table, pk = some_row(chance, until=COVERED)
    sql(f"UPDATE {table} SET note = note || 'x' WHERE id = %s", pk)
    name = next(name for name, model in TABLES.items() if model._meta.db_table == table)
    make_fit(JournalEntry.objects.get(pk=TABLES[name].objects.get(pk=pk).entry_id), name)


def make_fit(entry: JournalEntry, table: str) -> None:
    import hashlib

    import rfc8785

    digest, codes = hashlib.sha256(), Codes()
    for row in TABLES[table].objects.filter(entry=entry).order_by("pk"):
        digest.update(hashlib.sha256(row_bytes(row, codes)).digest())
    leaf = json.loads(bytes(entry.leaf))
    leaf["rows"][table]["digest"] = digest.hexdigest()
    raw = rfc8785.dumps(leaf)
    sql("UPDATE record_journalentry SET leaf = %s, hash = %s WHERE id = %s", raw, leaf_hash(raw).hex(), entry.pk)


def rebuild_without_key(chance: random.Random) -> None:
    """Rewritten, and signed by a key of the same name that the attacker made."""
    rewrite(chance)
    JournalCheckpoint.objects.all().delete()
    sign_checkpoint(SigningKey.new(KEY.name), at=LATER)


def rebuild_with_stolen_key(chance: random.Random) -> None:
    """Rewritten, every checkpoint thrown away, and signed anew with the true key: only papers elsewhere can tell."""
    while True:
        table, pk = some_row(chance)
        model = next(model for model in TABLES.values() if model._meta.db_table == table)
        if model.objects.get(pk=pk).entry.number < JournalEntry.objects.count():
            break
    sql(f"UPDATE {table} SET note = note || 'x' WHERE id = %s", pk)
    make_fit(model.objects.get(pk=pk).entry, model.table)
    JournalCheckpoint.objects.all().delete()
    sign_checkpoint(KEY, at=LATER)


ATTACKS: list[Attack] = [
    edit, delete, insert, swap, renumber, re_attribute, truncate, roll_back, revive, swap_attachments, rewrite,
    rebuild_without_key, rebuild_with_stolen_key,
]  # fmt: skip


class Undo(Exception):
    pass


def found_after(attack: Attack | None, seed: str, folder: Path, kept: str) -> list[str]:
    """Attack, export, verify; then put everything back."""
    found: list[str] = []
    is_signed_by_owner = attack in (rebuild_without_key, rebuild_with_stolen_key)
    try:
        with transaction.atomic():
            if attack is not None:
                attack(random.Random(seed))
            export_journal(folder, key=None if is_signed_by_owner else KEY, at=LATER)
            found = [finding.words.code for finding in verify(folder, [KEY.public], [kept])]
            raise Undo
    except Undo:
        return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    from pairup.services import open_record

    path = tmp_path_factory.mktemp("attacked") / "record.sqlite3"
    open_record(path, create=True)
    said = a_record(path.parent)
    postgresql.own(path)
    return said


def test_a_record_that_nobody_attacked_verifies(kept: str, tmp_path: Path) -> None:
    assert found_after(None, "", tmp_path / "export", kept) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_attack_is_seen_wherever_it_strikes(attack: Attack, kept: str, tmp_path: Path) -> None:
    unseen = [k for k in range(PLACES) if not found_after(attack, f"{attack.__name__} {k}", tmp_path / f"{k}", kept)]

    assert unseen == []


def test_what_was_recorded_since_the_last_checkpoint_kept_elsewhere_can_be_taken_away(
    kept: str, tmp_path: Path
) -> None:
    """The limit of a daily paper: a day."""
    with pytest.raises(Undo), transaction.atomic():
        cut_after(COVERED)
        JournalCheckpoint.objects.filter(size__gt=COVERED).delete()
        export_journal(tmp_path / "export", key=KEY, at=LATER)
        assert verify(tmp_path / "export", [KEY.public], [kept]) == []
        raise Undo


def test_a_rebuilt_log_looks_true_to_who_kept_no_checkpoint(kept: str, tmp_path: Path) -> None:
    """The limit of signing alone; it is why checkpoints go to all three offices."""
    with pytest.raises(Undo), transaction.atomic():
        rebuild_with_stolen_key(random.Random(1))
        export_journal(tmp_path / "export", key=None, at=LATER)
        assert verify(tmp_path / "export", [KEY.public]) == []
        assert verify(tmp_path / "export", [KEY.public], [kept]) != []
        raise Undo
