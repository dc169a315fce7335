"""Makes the tables of a new record as the models have them.

Migrating from nothing renders the state of some 130 models once for every table, seconds for each record that a test or
a demo makes. So a new record takes its tables from the models at once, and is told that every migration has run;
tests/services/test_new_record.py holds both ways to one schema.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import run_checks
from django.core.management.base import SystemCheckError
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def make_tables(using: str = "default") -> None:
    """Make every table, with what Django itself writes into new ones. Refuses models that fail their checks."""
    if faults := [fault for fault in run_checks() if fault.is_serious()]:
        raise SystemCheckError("\n".join(map(str, faults)))
    connection: Any = connections[using]
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        recorder = MigrationRecorder(connection)
        editor.create_model(recorder.Migration)
        for app, name in MigrationLoader(None).graph.nodes:
            recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=using)
