"""The second fence: the database itself shows a limited role its rows only, whatever a query asks for.

Written apart from the first (`record.scopes`), in SQL, out of the same lines. On SQLite every table is hidden behind a
temporary view of its name, and an authorizer refuses what reaches round the views; on PostgreSQL row-level security
does it for every role but the owner, who is refused as an application. `fenced/` has the connections that put it up
before their first statement.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from typing import Any

from django.apps import apps

from pairup.record.acting import Actor, Role
from pairup.record.scopes import ALL, MASKS, SCOPES, Rule, name_of, rule_of, versions_of

_UNDER_PLACE = 'UNION SELECT v.identity_id FROM {m}"record_placeversion" v JOIN mine ON v.parent_id = mine.id '
_UNDER_PLACE += "WHERE v.superseded_at IS NULL"
#: holdings in the order they build on each other. {m} stands before a table, {h:…} for a holding worked out before
HOLDINGS: dict[str, str] = {
    "places": """
        WITH RECURSIVE mine(id) AS (
            SELECT p.id FROM {m}"record_place" p WHERE {role} = 'recipient_office' AND p.code = {code}
            UNION SELECT v.place_id FROM {m}"record_organisation" o JOIN {m}"record_organisationversion" v
                ON v.identity_id = o.id WHERE {role} = 'recipient_office' AND o.code = {code}
                AND v.place_id IS NOT NULL AND v.superseded_at IS NULL
            """ + _UNDER_PLACE + """)
        SELECT id FROM mine""",
    "orgs": """
        WITH RECURSIVE mine(id) AS (
            SELECT o.id FROM {m}"record_organisation" o
                WHERE {role} IN ('donor_office', 'recipient_office') AND o.code = {code}
            UNION SELECT v.identity_id FROM {m}"record_organisationversion" v
                WHERE v.superseded_at IS NULL AND v.place_id IN ({h:places})
            UNION SELECT v.identity_id FROM {m}"record_organisationversion" v JOIN mine ON v.parent_id = mine.id
                WHERE v.superseded_at IS NULL)
        SELECT id FROM mine""",
    "self": """
        SELECT min(p.id) AS id FROM {m}"record_person" p JOIN {m}"record_programme" g ON g.id = p.programme_id
        WHERE {role} = 'secondee' AND {code} IN (p.code, g.code || '/' || p.code) HAVING count(*) = 1""",
    "pairings": """
        WITH RECURSIVE mine(id) AS (
            SELECT v.identity_id FROM {m}"record_pairingversion" v WHERE v.superseded_at IS NULL AND (
                ({role} = 'donor_office' AND v.donor_id IN ({h:orgs})) OR ({role} = 'recipient_office'
                AND (v.recipient_id IN ({h:orgs}) OR v.place_id IN ({h:places}))))
            UNION SELECT v.identity_id FROM {m}"record_pairingversion" v JOIN mine ON v.parent_id = mine.id
                WHERE v.superseded_at IS NULL)
        SELECT id FROM mine UNION
        SELECT v.pairing_id FROM {m}"record_postversion" v JOIN {m}"record_postingversion" w
            ON w.post_id = v.identity_id WHERE v.superseded_at IS NULL AND w.superseded_at IS NULL
            AND v.pairing_id IS NOT NULL AND w.person_id IN ({h:self})""",
    "reach": """
        WITH RECURSIVE mine(id) AS (
            SELECT v.place_id FROM {m}"record_pairingversion" v WHERE {role} = 'donor_office'
                AND v.superseded_at IS NULL AND v.identity_id IN ({h:pairings})
            """ + _UNDER_PLACE + """)
        SELECT id FROM mine""",
    "posts": """
        SELECT v.identity_id AS id FROM {m}"record_postversion" v WHERE v.superseded_at IS NULL AND (
            ({role} = 'donor_office' AND v.pairing_id IN ({h:pairings})) OR ({role} = 'recipient_office'
            AND (v.place_id IN ({h:places}) OR v.host_id IN ({h:orgs}))))
        UNION SELECT v.post_id FROM {m}"record_postingversion" v
            WHERE v.superseded_at IS NULL AND v.person_id IN ({h:self})""",
    "people": """
        SELECT v.identity_id AS id FROM {m}"record_personversion" v
            WHERE {role} = 'donor_office' AND v.superseded_at IS NULL AND v.donor_id IN ({h:orgs})
        UNION SELECT v.person_id FROM {m}"record_postingversion" v
            WHERE {role} = 'recipient_office' AND v.superseded_at IS NULL AND v.post_id IN ({h:posts})
        UNION SELECT v.person_id FROM {m}"record_hostviewversion" v
            WHERE {role} = 'recipient_office' AND v.superseded_at IS NULL AND v.post_id IN ({h:posts})
        UNION {h:self}""",
    "sent": """
        SELECT v.identity_id AS id FROM {m}"record_postingversion" v
            WHERE {role} = 'donor_office' AND v.superseded_at IS NULL AND v.person_id IN ({h:people})""",
    "said": """
        SELECT v.identity_id AS id FROM {m}"record_feedbackversion" v JOIN {m}"record_journalentry" e
            ON e.id = v.entry_id WHERE {role} = 'secondee' AND e.actor = {actor}""",
    "handed": """
        SELECT w.handover_id AS id FROM {m}"record_postingversion" v JOIN {m}"record_postingversion" w
            ON w.identity_id = v.succeeds_id WHERE {role} = 'secondee' AND v.superseded_at IS NULL
            AND w.superseded_at IS NULL AND w.handover_id IS NOT NULL AND v.person_id IN ({h:self})""",
    "accepted": """
        SELECT s.identity_id AS id FROM {m}"record_postingversion" v JOIN {m}"record_document" d ON d.id = v.handover_id
            JOIN {m}"record_signatureversion" s ON s.about = 'documents/' || d.code
            JOIN {m}"record_signature" i ON i.id = s.identity_id AND i.programme_id = d.programme_id
            WHERE v.superseded_at IS NULL AND s.superseded_at IS NULL AND v.person_id IN ({h:people})""",
    "entries": """
        SELECT e.id FROM {m}"record_journalentry" e WHERE e.actor = {actor}""",
}  # fmt: skip


@cache
def protected() -> tuple[Any, ...]:
    """Every model of the record, those that join two others included."""
    found = apps.get_app_config("record").get_models(include_auto_created=True)
    return tuple(sorted(found, key=lambda model: str(model._meta.db_table)))


@cache
def protected_tables() -> frozenset[str]:
    return frozenset(str(model._meta.db_table) for model in protected())


class Dialect:
    """How a database names a holding, the actor, and one of its own tables."""

    def __init__(self, main: str, role: str, code: str, actor: str, holding: str) -> None:
        self.main, self.role, self.code, self.actor, self._holding = main, role, code, actor, holding

    def holding(self, name: str) -> str:
        return self._holding.replace("NAME", name)

    def fill(self, text: str) -> str:
        for name in HOLDINGS:
            text = text.replace(f"{{h:{name}}}", self.holding(name))
        for mark, said in (("m", self.main), ("role", self.role), ("code", self.code), ("actor", self.actor)):
            text = text.replace(f"{{{mark}}}", said)
        return text


def _column(model: Any, name: str) -> str:
    return "id" if name == "id" else str(model._meta.get_field(name).column)


def condition(model: Any, actor: Actor, dialect: Dialect) -> str:
    """What must hold of a row, in SQL."""
    if model._meta.db_table in MASKS:
        return "TRUE"
    if not hasattr(model, "table") and (versions := versions_of(model)) is not None:
        if SCOPES.get(name_of(model)) is not None and rule_of(model, actor) == ALL:
            return "TRUE"
        return f'"id" IN (SELECT "identity_id" FROM "{versions._meta.db_table}")'
    return _any_of(model, rule_of(model, actor), dialect)


def _any_of(model: Any, rule: Rule, dialect: Dialect) -> str:
    if rule == ALL:
        return "TRUE"
    return " OR ".join(_part(model, part, dialect) for part in rule) or "FALSE"


def _part(model: Any, part: str, dialect: Dialect) -> str:
    tables = {one.table: one for one in protected() if hasattr(one, "table")}
    if "<" in part:
        column, _, there = part.partition("<")
        table, _, named = there.partition(".")
        other = tables[table]
        name = _column(other, named)
        inner = f'SELECT "{name}" FROM "{other._meta.db_table}" WHERE "{name}" IS NOT NULL'
        return f'"{_column(model, column)}" IN ({inner})'
    if ">" in part:
        column, _, table = part.partition(">")
        return f'"{_column(model, column)}" IN (SELECT "identity_id" FROM "{tables[table]._meta.db_table}")'
    if "!" in part:
        column, _, start = part.partition("!")
        return f'substr("{_column(model, column)}", 1, {len(start)}) <> {_quoted(start)}'
    if "=" in part:
        return f'"{part.partition("=")[0]}" = {dialect.actor}'
    column, _, holding = part.partition(":")
    return f'"{_column(model, column)}" IN ({dialect.holding(holding)})'


def of_programme(model: Any, dialect: Dialect) -> str:
    """What must hold of a row for the office of one programme."""
    names = {field.name for field in model._meta.concrete_fields}
    inner = f'SELECT g."id" FROM {dialect.main}"record_programme" g WHERE g."code" = {dialect.code}'
    if "programme" in names:
        return f'"programme_id" IN ({inner})'
    noun = model._meta.get_field("identity").related_model if hasattr(model, "table") else None
    if noun is not None and "programme" in {field.name for field in noun._meta.concrete_fields}:
        if not dialect.main:  # a policy that read the identities here would call itself
            return f"\"identity_id\" IN (SELECT pairup_of_programme('{noun._meta.db_table}', {dialect.code}))"
        of = f'SELECT i."id" FROM {dialect.main}"{noun._meta.db_table}" i WHERE i."programme_id" IN ({inner})'
        return f'"identity_id" IN ({of})'
    return "TRUE"


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _blank(field: Any, masks: dict[str, str]) -> str:
    return "x''" if field.get_internal_type() == "BinaryField" else masks[field.column]


def _sqlite(actor: Actor) -> Dialect:
    said = (_quoted(actor.role), _quoted(actor.code), _quoted(str(actor)))
    return Dialect("main.", *said, 'SELECT id FROM temp."pairup_NAME"')


_NAMES = re.compile(r'"(record_[a-z_]+)"')
#: tables of the database from which holdings are worked out, but the journal itself
HELD_FROM = frozenset(_NAMES.findall(" ".join(HOLDINGS.values()))) - {"record_journalentry"}


@lru_cache(maxsize=256)
def sqlite_holdings(actor: Actor) -> tuple[str, ...]:
    """Statements that fill an actor's holdings on a connection to SQLite.

    The tables are kept and filled anew: one cannot be dropped while a list is being read.
    """
    dialect, said = _sqlite(actor), list[str]()
    for name, text in HOLDINGS.items():
        table = f'temp."pairup_{name}"'
        said += [
            f"CREATE TEMP TABLE IF NOT EXISTS pairup_{name} (id INTEGER)",
            f"DELETE FROM {table}",
            f"INSERT INTO {table} SELECT id FROM ({dialect.fill(text)}) WHERE id IS NOT NULL",
        ]
    return tuple(said)


@lru_cache(maxsize=256)
def sqlite_own_entries(actor: Actor) -> str:
    """Adds the actor's journal entries after one number, and up to another, to those held already."""
    return (
        'INSERT INTO temp."pairup_entries" SELECT e.id FROM main."record_journalentry" e '
        f"WHERE e.number > ? AND e.number <= ? AND e.actor = {_quoted(str(actor))}"
    )


@lru_cache(maxsize=256)
def sqlite_views(actor: Actor) -> dict[str, str]:
    """By table, the statement that puts a view of a limited actor's rows before it, on a connection to SQLite."""
    dialect, said = _sqlite(actor), dict[str, str]()
    for model in protected():
        name = model._meta.db_table
        where = (
            of_programme(model, dialect) if actor.role is Role.PROGRAMME_OFFICE else condition(model, actor, dialect)
        )
        masks = {} if actor.role is Role.PROGRAMME_OFFICE else MASKS.get(name, {})
        columns = ", ".join(
            f'{_blank(field, masks)} AS "{field.column}"' if field.column in masks else f'"{field.column}"'
            for field in model._meta.concrete_fields
        )
        said[name] = f'CREATE TEMP VIEW IF NOT EXISTS "{name}" AS SELECT {columns} FROM main."{name}" WHERE {where}'
    return said


@lru_cache(maxsize=4096)
def sqlite_views_for(actor: Actor, tables: frozenset[str]) -> tuple[str, ...]:
    """The views without which a statement that names these tables reads nothing: theirs, and those they ask in turn."""
    views, wanted, found = sqlite_views(actor), sorted(tables, reverse=True), list[str]()
    while wanted:
        name = wanted.pop()
        if name in views and name not in found:
            found.append(name)
            wanted += sorted(set(_NAMES.findall(views[name])) - {name}, reverse=True)
    return tuple(found)


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

_ACTOR = "current_setting('pairup.actor', true)"
_DIALECT = Dialect(
    "", f"split_part({_ACTOR}, ':', 1)", f"substr({_ACTOR}, strpos({_ACTOR}, ':') + 1)", _ACTOR,
    f"SELECT pairup_NAME({_ACTOR})",
)  # fmt: skip
_INSIDE = Dialect(
    "", "split_part($1, ':', 1)", "substr($1, strpos($1, ':') + 1)", "$1", "SELECT pairup_NAME($1)"
)  # fmt: skip


#: others write through the write path only, which asks for the right to each row and then works on the whole
_MAY_WRITE = f"split_part({_ACTOR}, ':', 1) IN ('administrator', 'programme_office')"
#: In plpgsql, which keeps its plans. Every policy of every table in a statement asks for holdings, so a session keeps
#: each as text in a setting, for as long as nobody has committed anything (the snapshot is the same) and it has not
#: written itself. Whoever can write that setting can write `pairup.actor` too.
_HOLDING = """
CREATE OR REPLACE FUNCTION pairup_NAME(actor text) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $body$ DECLARE
    seen text := $1 || ' ' || pg_current_snapshot()::text;
    held bigint[];
BEGIN
    IF pg_current_xact_id_if_assigned() IS NULL AND current_setting('pairup.NAME_seen', true) = seen THEN
        RETURN QUERY SELECT unnest(current_setting('pairup.NAME')::bigint[]);
        RETURN;
    END IF;
    held := ARRAY(FOUND);
    PERFORM set_config('pairup.NAME', held::text, false), set_config('pairup.NAME_seen', seen, false);
    RETURN QUERY SELECT unnest(held);
END $body$"""
_OF_PROGRAMME = """
CREATE OR REPLACE FUNCTION pairup_of_programme(noun text, programme text) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $body$ BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT i.id FROM %I i JOIN record_programme g ON g.id = i.programme_id WHERE g.code = $1', noun
    ) USING programme;
END $body$"""

#: what was read of a sheet is let go once it is accepted, an invitation once it is taken up, the wish for mail once it
#: is given up, the mark of a letter once it is old; of nothing else is a row ever taken away
LET_GO = ("record_stagedfile", "record_stagedchunk", "record_invitation", "record_mailwish", "record_mailsent")


def _limited(role: Role) -> Actor:
    return Actor(role, "somewhere")


def postgresql_policy(model: Any) -> str:
    """One table's policy, every role in it; whoever is nobody sees nothing.

    What holds for several roles is said once: all that a policy asks for is set up anew for every statement.
    """
    roles: dict[str, list[str]] = {"TRUE": [f"'{Role.ADMINISTRATOR}'"]}
    for role in (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE, Role.SECONDEE, Role.EVALUATOR, Role.PUBLIC):
        roles.setdefault(condition(model, _limited(role), _DIALECT), []).append(f"'{role}'")
    role_now, is_of_all = f"(SELECT split_part({_ACTOR}, ':', 1))", f"(SELECT strpos({_ACTOR}, ':')) = 0"
    cases = [f"WHEN {role_now} = '{Role.PROGRAMME_OFFICE}' THEN {is_of_all} OR ({of_programme(model, _DIALECT)})"]
    cases += [f"WHEN {role_now} IN ({', '.join(named)}) THEN {holds}" for holds, named in roles.items()]
    return f"CASE {' '.join(cases)} ELSE FALSE END"


def postgresql_statements() -> list[str]:
    """What the owner of a database runs to put the fence up; run again, it is put up anew."""
    said = []
    for name, text in HOLDINGS.items():
        said.append(_HOLDING.replace("NAME", name).replace("FOUND", _INSIDE.fill(text).strip()))
    said.append(_OF_PROGRAMME)
    for model in protected():
        table = f'"{model._meta.db_table}"'
        said += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS pairup ON {table}",
            f"DROP POLICY IF EXISTS pairup_adds ON {table}",
            f"DROP POLICY IF EXISTS pairup_changes ON {table}",
            f"CREATE POLICY pairup ON {table} FOR SELECT USING ({postgresql_policy(model)})",
            f"CREATE POLICY pairup_adds ON {table} FOR INSERT WITH CHECK ({_MAY_WRITE})",
            f"CREATE POLICY pairup_changes ON {table} FOR UPDATE USING ({_MAY_WRITE})",
        ]
    for table in LET_GO:
        said += [
            f"DROP POLICY IF EXISTS pairup_lets_go ON {table}",
            f"CREATE POLICY pairup_lets_go ON {table} FOR DELETE USING ({_MAY_WRITE})",
        ]
    return [*said, f"COMMENT ON FUNCTION pairup_orgs(text) IS '{digest(said)}'"]


def digest(statements: list[str]) -> str:
    """Name the fence of this version of pairup, so that another one is noticed."""
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()


def postgresql_masks() -> list[str]:
    """Temporary views that stand before tables of which a limited role must not read every column."""
    said = []
    for model in protected():
        if masks := MASKS.get(model._meta.db_table):
            columns = ", ".join(
                f'{masks[field.column]}{_typed(field)} AS "{field.column}"'
                if field.column in masks
                else f'"{field.column}"'
                for field in model._meta.concrete_fields
            )
            said.append(
                f'CREATE OR REPLACE TEMP VIEW "{model._meta.db_table}" AS SELECT {columns} '
                f'FROM public."{model._meta.db_table}"'
            )
    return said


def _typed(field: Any) -> str:
    from django.db import connection

    return f"::{field.rel_db_type(connection) if field.is_relation else field.db_type(connection)}"
