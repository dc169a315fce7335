"""Answers kept by a serving process, and the fence of a limited actor's own connection: never behind the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection, transaction

from pairup.errors import AccessError
from pairup.record import fence, scopes
from pairup.record.acting import acting, acting_as, read_actor, whole
from pairup.record.models import Job, JournalEntry, NeedVersion, PairingVersion, Place, Programme
from pairup.record.remembered import changing_in, following, remembered
from pairup.services import edits, lives, vault
from pairup.services.reporting.places import read_atlas
from tests.services.cast import FIRST, LATER, OFFICE, a_programme, load
from tests.services.sides import SIDES, both_sides

NEED = {
    "code": "N-east", "place": "east", "category": "health", "text_en": "A ward", "priority": "3",
    "stated_by": "office", "from": "2026-01-01", "status": "open", "is_synthetic": "yes",
}  # fmt: skip


JOURNAL = JournalEntry._meta.db_table


class Asked:
    """A question that counts how often it was worked out."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self.read, self.times = read, 0

    def __call__(self, key: str = "question") -> Any:
        with following():
            return remembered(self._once, key)

    def _once(self) -> Any:
        self.times += 1
        return self.read()


def needs() -> list[str]:
    return sorted(NeedVersion.objects.known().values_list("identity__code", flat=True))


def state_a_need(actor: str = OFFICE) -> None:
    with acting_as(actor):
        lives.record_next("needs", NEED, actor=actor, at=LATER, programme="twin")


def elsewhere(do: Callable[[], Any]) -> None:
    """As another process does: by a connection of its own."""

    def work() -> None:
        try:
            do()
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    thread.join()


def test_an_answer_is_kept_until_a_table_it_was_read_from_is_written(record: Path) -> None:
    load(a_programme())
    of_needs, of_pairings = Asked(needs), Asked(lambda: PairingVersion.objects.known().count())
    before = of_needs("needs")
    of_pairings("pairings")

    elsewhere(state_a_need)

    assert of_needs("needs") == sorted([*before, "N-east-1"])
    of_pairings("pairings")
    assert (of_needs.times, of_pairings.times) == (2, 1)


def test_an_answer_within_an_answer_ends_the_outer_one_too(record: Path) -> None:
    load(a_programme())
    outer = Asked(lambda: len(remembered(needs, "inner")))
    before = outer("outer")
    assert outer("outer") == before and outer.times == 1

    state_a_need()

    assert outer("outer") == before + 1


def test_a_command_is_seen_by_what_is_asked_after_it_in_the_same_request(record: Path) -> None:
    load(a_programme())
    with following():
        before = remembered(needs, "needs")
        state_a_need()
        assert len(remembered(needs, "needs")) == len(before) + 1


def test_one_actor_is_never_given_the_answer_of_another(record: Path) -> None:
    load(both_sides())
    of_needs = Asked(needs)

    found = {}
    for actor in sorted(SIDES):
        with acting_as(actor):
            found[actor] = of_needs("needs")

    assert found["recipient_office:east"] != found["recipient_office:west"]
    assert of_needs.times == len(SIDES)


def test_own_entries_of_the_journal_last_until_oneself_gives_a_command(record: Path) -> None:
    load(both_sides())
    east = "recipient_office:east"

    def entries() -> int:
        with acting_as(east) as who:
            scopes.hold_all()
            assert who == acting().actor
            return len(acting().holdings["entries"])

    with acting_as(east):
        held = Asked(entries)
        before = held("of a question")
        elsewhere(lambda: state_a_need(OFFICE))
        assert held("of a question") == before
        state_a_need(east)
        assert held("of a question") == before + 1


def test_the_entry_that_wrote_a_row_never_changes_and_a_search_among_entries_does(record: Path) -> None:
    load(a_programme())
    by_row = NeedVersion.objects.known().select_related("entry")
    among = NeedVersion.objects.known().filter(entry__in=JournalEntry.objects.filter(actor=OFFICE))
    backwards = Programme.objects.filter(pk__in=JournalEntry.objects.values("programme"))

    assert JOURNAL not in changing_in(str(by_row.query)) and "record_needversion" in changing_in(str(by_row.query))
    assert JOURNAL in changing_in(str(among.query))
    assert JOURNAL in changing_in(str(backwards.query))


def test_an_erasure_ends_every_answer(record: Path) -> None:
    load(a_programme())
    of_places = Asked(lambda: read_atlas(on=LATER.date()))
    of_places()

    vault.erase("P-1", actor=OFFICE, at=LATER, why="asked for it on paper")

    of_places()
    assert of_places.times == 2


def test_what_the_journal_does_not_tell_of_is_not_kept_and_nothing_is_inside_a_transaction(record: Path) -> None:
    load(a_programme())
    of_jobs, of_needs = Asked(lambda: Job.objects.count()), Asked(needs)

    of_jobs(), of_jobs()
    with transaction.atomic():
        of_needs(), of_needs()

    assert (of_jobs.times, of_needs.times) == (2, 2)


def test_outside_a_request_nothing_is_kept(record: Path) -> None:
    load(a_programme())
    asked = Asked(needs)

    remembered(asked._once, "bare"), remembered(asked._once, "bare")

    assert asked.times == 2


def test_a_record_that_took_the_place_of_another_is_read_anew(record: Path) -> None:
    load(a_programme())
    of_needs = Asked(needs)
    before = of_needs()
    last = NeedVersion.objects.order_by("-pk").first()
    with connection.cursor() as cursor:  # as a restored copy whose last entry is another
        cursor.execute("UPDATE record_journalentry SET hash = 'another'")
        cursor.execute("UPDATE record_needversion SET superseded_at = recorded_at WHERE id = %s", [last.pk])

    assert len(of_needs()) == len(before) - 1


# --- the connection aside ---------------------------------------------------------------------------------------------


def held_by_the_fence(actor: str) -> dict[str, list[int]]:
    """What the second fence holds for an actor on the connection by which they read."""
    found = dict[str, list[int]]()
    with acting_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor != "sqlite":
            for name in fence.HOLDINGS:  # the second time it is what the session kept
                cursor.execute(f"SELECT pairup_{name}(%s)", [actor])
                cursor.execute(f"SELECT pairup_{name}(%s)", [actor])
                found[name] = sorted(pk for (pk,) in cursor.fetchall())
            return found
        raw = cursor.cursor.connection
        return {name: sorted(pk for (pk,) in raw.execute(f'SELECT id FROM temp."pairup_{name}"'))
                for name in fence.HOLDINGS}  # fmt: skip


def held_by_the_scopes(actor: str) -> dict[str, list[int]]:
    with following(), acting_as(actor) as who:
        scopes.hold_all()
        held = acting().holdings
        assert who == read_actor(actor)
        # within reach is what a donor helps; whoever is of the place itself has it among its places
        return {name: sorted(pks) for name, pks in held.items() if name != "reach" or actor.startswith("donor")}


def test_what_an_actor_holds_follows_what_others_write(record: Path) -> None:
    tables = both_sides()
    load(tables)
    gains = "donor_office:DN-A"  # asked last and first again: a server's session keeps what the last one holds
    actors = [*sorted(actor for actor in SIDES if not actor.startswith("secondee") and actor != gains), gains]
    before = {actor: held_by_the_fence(actor) for actor in actors}
    next(row for row in tables["pairings"] if row["code"] == "b-west")["donor"] = "DN-A"

    elsewhere(lambda: load(tables, at=FIRST + timedelta(days=1)))
    elsewhere(state_a_need)

    for actor in reversed(actors):
        kept, scoped = held_by_the_fence(actor), held_by_the_scopes(actor)
        connection.close()  # a new connection works everything out anew
        assert kept == held_by_the_fence(actor), actor
        assert {name: kept[name] for name in scoped} == scoped, actor
    assert before[gains]["pairings"] != held_by_the_fence(gains)["pairings"]


def test_what_an_actor_holds_follows_what_they_write_in_the_same_transaction(record: Path) -> None:
    load(both_sides())
    east = "recipient_office:east"
    before = held_by_the_fence(east)["entries"]

    with transaction.atomic():
        state_a_need(east)
        within = held_by_the_fence(east)["entries"]

    assert len(within) == len(before) + 1
    assert held_by_the_fence(east)["entries"] == within


def test_a_limited_actor_reads_by_a_connection_of_their_own_and_by_nobody_elses(record: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("connections aside are SQLite's")
    load(both_sides())
    with acting_as("donor_office:DN-A"):
        cursor = connection.cursor()
        assert cursor.cursor.connection is not connection.connection

    with acting_as("donor_office:DN-B"), pytest.raises(AccessError) as refused:
        cursor.execute("SELECT 1")

    assert refused.value.code == "access.fence"


def test_inside_a_transaction_only_the_tables_that_are_asked_for_are_open(record: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("views are SQLite's")
    load(both_sides())
    with transaction.atomic(), acting_as("recipient_office:east"):
        own = NeedVersion.objects.count()
        views = connection.connection.execute("SELECT count(*) FROM sqlite_temp_master WHERE type = 'view'").fetchone()
        with whole():
            everything = NeedVersion.objects.count()
        assert Place.objects.count() == 4
    assert (own, everything) == (1, 2)
    assert 0 < views[0] < len(fence.protected_tables()) / 4


def test_a_need_that_an_office_states_is_its_own_in_the_same_command(record: Path) -> None:
    load(both_sides())
    host = "recipient_office:east"

    state_a_need(host)

    with acting_as(host):
        assert edits.correct("needs", "N-east-1", {"priority": "5"}, seen=1, actor=host, at=LATER).rows


def test_a_connection_is_kept_from_request_to_request(record: Path) -> None:
    connection.ensure_connection()
    kept = connection.connection

    request_finished.send(None)
    request_started.send(None)

    assert connection.connection is kept
