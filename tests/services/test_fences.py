"""Who sees which rows: two fences, each of which holds when the other is taken away, on both databases.

Each fence is removed once (`without_first`, `without_second`), and each sweep is shown to see a planted hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from pairup.errors import AccessError
from pairup.record import scopes
from pairup.record.acting import acting_as, read_actor, require_somebody
from pairup.record.models import (
    TABLES,
    JournalEntry,
    MoneyLine,
    MoneyLineVersion,
    Need,
    NeedVersion,
    Pairing,
    Place,
    Programme,
)
from pairup.services import open_record, write
from pairup.services.schema import folder_layout
from tests import postgresql
from tests.services.cast import FIRST, LATER, load
from tests.services.sides import EVERYBODY, OTHERS, SIDES, A, B, both_sides, words_met, words_of_rows

ACTORS = (*SIDES, *OTHERS)
Seen = dict[str, list[Any]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One record of both sides, read by all tests of this module that write nothing."""
    path = tmp_path_factory.mktemp("both") / "record.sqlite3"
    open_record(path, create=True)
    load(both_sides())
    yield path
    connection.close()


@pytest.fixture
def mine(both: Path) -> Path:
    open_record(both)
    return both


@contextmanager
def without_first(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the managers' scope away: every query asks for the whole table."""
    with monkeypatch.context() as gone:
        gone.setattr(scopes, "scoped", lambda rows: rows)
        yield


@contextmanager
def without_second(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the database's fence away: on SQLite nothing is put up; on a server, a superuser stands above policies."""
    with monkeypatch.context() as gone:
        if connection.vendor == "sqlite":
            from pairup.record.fenced.sqlite import base

            connection.close()
            gone.setattr(base.DatabaseWrapper, "put_up", lambda self, who, tables: None)
            gone.setattr(base.DatabaseWrapper, "connection_of", lambda self, who: self.connection)
            yield
            connection.close()
        else:
            address = path.read_text(encoding="utf-8")
            postgresql.own(path)
            yield
            path.write_text(address, encoding="utf-8")
            open_record(path)


def plain(model: Any) -> Any:
    """What a programmer forgot to scope: a queryset that goes past the manager. One planted hole, in every test."""
    return models.QuerySet(model)


def seen(ask: Callable[[Any], Any] = lambda model: model.objects.all()) -> Seen:
    """Words of all version rows, and codes of all identities, as whoever acts meets them."""
    found: Seen = {}
    for name, model in TABLES.items():
        if folder_layout()[name].of_people:  # such rows have no note
            codes = ask(model).values_list("identity__code", flat=True)
            found[name] = sorted(words_of_rows().get((name, code), EVERYBODY) for code in codes)
        else:
            found[name] = sorted(ask(model).values_list("note", flat=True))
        noun = model._meta.get_field("identity").related_model
        found[noun.__name__] = sorted(ask(noun).values_list("code", flat=True))
    return found


def met(found: Seen) -> set[str]:
    return words_met(" ".join(str(one) for rows in found.values() for one in rows))


@pytest.mark.parametrize("actor", sorted(SIDES))
def test_one_side_never_meets_the_other_and_meets_its_own(mine: Path, actor: str) -> None:
    with acting_as(actor):
        found = seen()

    own = {A, B} - {SIDES[actor]}
    assert met(found) == own | {EVERYBODY}


def test_the_sweep_would_see_a_hole_in_any_table(mine: Path) -> None:
    both = seen()

    for name in scopes.SCOPES:
        if name in TABLES and scopes.SCOPES[name].reads.get(read_actor("public").role) != scopes.ALL and both[name]:
            assert {A, B} <= words_met(" ".join(both[name])) or name == "visits", name


def test_the_public_and_evaluators_meet_no_person(mine: Path) -> None:
    about_people = ("people", "fitness", "attestations", "host_views", "welfare_checks", "Person", "WelfareCheck")
    for actor in ("public", "evaluator"):
        with acting_as(actor):
            found = seen()
        assert [name for name in about_people if found[name]] == [], actor
    with acting_as("public"):
        assert met(seen()) == {EVERYBODY}


def test_an_office_of_another_programme_meets_only_what_programmes_share(mine: Path) -> None:
    with acting_as("programme_office:elsewhere"):
        assert {name for name, rows in seen().items() if rows} == {
            "sources", "Source", "programme", "Programme", "places", "Place", "successions", "Succession",
            "organisations", "Organisation", "revenue_bases", "RevenueBase",
        }  # fmt: skip


@pytest.mark.parametrize("actor", ACTORS)
def test_with_the_first_fence_gone_the_second_shows_the_same_rows(
    mine: Path, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_as(actor):
        behind_both = seen()
        with without_first(monkeypatch):
            behind_second = seen()
        past_managers = seen(plain)

    assert behind_second == behind_both == past_managers


@pytest.mark.parametrize("actor", ACTORS)
def test_with_the_second_fence_gone_the_first_shows_the_same_rows(
    mine: Path, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_as(actor):
        behind_both = seen()
    with without_second(mine, monkeypatch), acting_as(actor):
        behind_first = seen()
        past_managers = seen(plain)

    assert behind_first == behind_both
    assert met(past_managers) == {A, B, EVERYBODY}, "the second fence was not gone"


@pytest.mark.parametrize("actor", ["donor_office:DN-A", "secondee:P-4", "public"])
def test_sql_by_hand_meets_the_same_rows_and_counts_them_the_same(mine: Path, actor: str) -> None:
    with acting_as(actor), connection.cursor() as cursor:
        for name, model in TABLES.items():
            cursor.execute(f"SELECT note FROM {model._meta.db_table}")
            notes = [note for (note,) in cursor.fetchall()]
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            assert sorted(notes) == sorted(model.objects.values_list("note", flat=True)), name
            assert cursor.fetchone() == (len(notes),), name


def test_a_journal_entry_tells_a_side_when_and_nothing_else(mine: Path) -> None:
    with acting_as("donor_office:DN-A"), connection.cursor() as cursor:
        cursor.execute("SELECT number, actor, leaf, hash FROM record_journalentry")
        found = [(number, actor, bytes(leaf), digest) for number, actor, leaf, digest in cursor.fetchall()]
        assert list(JournalEntry.objects.all()) == []

    assert found == [(1, "", b"", "")]


def test_a_question_asked_again_and_again_shows_each_who_asks_their_own(mine: Path) -> None:
    def asked(actor: str) -> tuple[set[str], str]:
        with acting_as(actor), connection.cursor() as cursor:
            notes = met({"needs": list(plain(NeedVersion).values_list("note", flat=True))})
            cursor.execute("SELECT actor FROM record_journalentry WHERE number = %s", [1])
            return notes, str(cursor.fetchone()[0])

    for _ in range(6):  # a server keeps the plan of what it was asked a few times
        assert asked("donor_office:DN-A") == ({A}, "")
        assert asked("programme_office") == ({A, B}, "programme_office")
        assert asked("donor_office:DN-B") == ({B}, "")

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s",
                           ['%"record_needversion"."note"%'])  # fmt: skip
            kept = {statement.startswith("/* masked */") for (statement,) in cursor.fetchall()}
        assert kept == {True, False}


def test_nobody_writes_past_the_write_path_and_no_view_is_reached_round(mine: Path) -> None:
    for statement in (
        "UPDATE record_moneylineversion SET amount_minor = 1", "INSERT INTO record_place (code) VALUES ('x')",
        "DELETE FROM record_moneylineversion",
    ):  # fmt: skip
        with acting_as("donor_office:DN-A"), connection.cursor() as cursor:
            try:
                cursor.execute(statement)
                assert cursor.rowcount == 0, statement
            except (DatabaseError, AccessError):
                pass
    if connection.vendor == "sqlite":
        for statement in (
            "SELECT count(*) FROM main.record_needversion",
            'SELECT note FROM "main" . "record_needversion"',
        ):
            with acting_as("public"), connection.cursor() as cursor, pytest.raises(AccessError):
                cursor.execute(statement)
    assert MoneyLineVersion.objects.filter(amount_minor=1).count() == 0


def test_the_fence_stands_again_after_a_savepoint_was_rolled_back(mine: Path) -> None:
    with transaction.atomic():
        plain(NeedVersion).count()  # the operator
        with pytest.raises(ZeroDivisionError), transaction.atomic(), acting_as("donor_office:DN-A"):
            plain(NeedVersion).count()
            raise ZeroDivisionError
        with acting_as("donor_office:DN-A"):
            assert met({"needs": list(plain(NeedVersion).values_list("note", flat=True))}) == {A}
    assert plain(NeedVersion).count() == 2


def test_foreign_and_missing_look_alike(mine: Path) -> None:
    said = []
    for code in ("N-2", "N-404"):
        with acting_as("recipient_office:east"), pytest.raises(Need.DoesNotExist) as missing:
            Need.objects.get(code=code)
        said.append(str(missing.value))

    assert said[0] == said[1]


def test_a_door_that_serves_others_reads_nothing_where_it_forgot_who_asks(mine: Path) -> None:
    require_somebody()
    try:
        for read in (lambda: Place.objects.count(), lambda: plain(Place).count()):
            with pytest.raises(AccessError) as refused:
                read()
            assert refused.value.code == "access.no-actor"
        with acting_as("public"):
            assert Place.objects.count() == 4
    finally:
        require_somebody(False)


@pytest.mark.parametrize("actor", ["donor_office", "secondee:", "king", "donor_office:nowhere"])
def test_a_side_that_is_not_there_sees_nothing_of_any_side(mine: Path, actor: str) -> None:
    if actor == "donor_office:nowhere":
        with acting_as(actor):
            assert met(seen()) == {EVERYBODY}
        return
    with pytest.raises(AccessError) as refused, acting_as(actor):
        pass
    assert refused.value.code == "access.nobody"


# --- writing ----------------------------------------------------------------------------------------------------------


def pay(actor: str, pairing: str, code: str = "M-9") -> None:
    with write.command("record", actor=actor, at=LATER, programme="twin") as doing:
        programme = Programme.objects.get(code="twin")
        line = doing.identities(MoneyLine, [code], programme=programme)[code]
        to = doing.identities(Pairing, [pairing], programme=programme)[pairing]
        doing.add(
            MoneyLineVersion,
            [
                MoneyLineVersion(
                    identity_id=line, pairing_id=to, kind="payment", budget_year=2026, amount_minor=5, currency="CNY",
                    day=LATER.date(),
                )
            ],
        )  # fmt: skip


@pytest.fixture
def written(record: Path) -> Path:
    """A record of both sides of this test's own."""
    load(both_sides())
    return record


def test_an_office_writes_rows_of_its_own_side_and_of_no_other(written: Path) -> None:
    with acting_as("donor_office:DN-A"):
        pay("donor_office:DN-A", "a-east")
        for pairing, code in (("b-west", "M-10"), ("a-east", "M-4")):  # another's pairing; another's line by its code
            with pytest.raises(AccessError) as refused:
                pay("donor_office:DN-A", pairing, code)
            assert refused.value.code == "access.not-own"
        with pytest.raises(AccessError) as refused:
            pay("programme_office", "a-east", "M-11")
        assert refused.value.code == "access.another"

    assert sorted(MoneyLine.objects.values_list("code", flat=True)) == ["M-1", "M-2", "M-3", "M-4", "M-9"]
    assert write.check_journal() == []


def test_a_donor_reads_the_needs_of_the_places_it_helps_and_states_none(written: Path) -> None:
    need = NeedVersion.objects.get(identity__code="N-1")
    with acting_as("donor_office:DN-A"):
        assert NeedVersion.objects.filter(pk=need.pk).exists()
        with (
            pytest.raises(AccessError),
            write.command("correct", actor="donor_office:DN-A", at=LATER, programme="twin") as doing,
        ):
            doing.supersede(NeedVersion, [need.pk])
    with (
        acting_as("recipient_office:east"),
        write.command("withdraw", actor="recipient_office:east", at=LATER, programme="twin") as doing,
    ):
        doing.supersede(NeedVersion, [need.pk])

    assert not NeedVersion.objects.known().filter(pk=need.pk).exists()


def test_what_was_somebody_elses_by_mistake_is_theirs_no_more(written: Path) -> None:
    tables = both_sides()
    next(row for row in tables["money"] if row["code"] == "M-4")["pairing"] = "a-east"

    load(tables, at=FIRST + timedelta(days=1))

    with acting_as("donor_office:DN-B"):
        lines = MoneyLineVersion.objects.filter(identity__code="M-4")
        assert [row.number for row in lines] == [1], "what it read once, it may read again; what came after, it may not"
    with acting_as("donor_office:DN-A"):
        assert [row.number for row in MoneyLineVersion.objects.filter(identity__code="M-4")] == [2]


def test_an_office_finds_again_what_it_entered_and_nobody_elses(written: Path, tmp_path: Path) -> None:
    from pairup.record.models import DocumentVersion
    from pairup.services import documents

    paper = tmp_path / "minutes.txt"
    paper.write_text("Minutes.")
    with acting_as("donor_office:DN-A"):
        documents.add("D-1", paper, kind="minutes", title="Minutes", actor="donor_office:DN-A", at=LATER)
        assert DocumentVersion.objects.known().filter(identity__code="D-1").exists()

    for actor, sees in (("donor_office:DN-A", True), ("donor_office:DN-B", False), ("recipient_office:east", False)):
        with acting_as(actor):
            assert DocumentVersion.objects.known().filter(identity__code="D-1").exists() is sees, actor
